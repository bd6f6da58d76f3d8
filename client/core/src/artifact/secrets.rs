//! Secrets: texts with a well-known form, and random-looking values assigned to telling names.
//!
//! A well-known form is certain enough to refuse. Chance alone (entropy) is not: a person decides.

use super::content::{extension, file_name};

/// A secret at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// The name of the rule.
    pub(super) rule: &'static str,
    /// Whether only the entropy of the text suggests it.
    pub(super) by_entropy_alone: bool,
    /// How long it is.
    pub(super) bytes: usize,
}

/// A token with a well-known beginning.
struct Token {
    rule: &'static str,
    start: &'static [u8],
    /// Besides letters and digits.
    extra: &'static [u8],
    /// Bytes after the start.
    least: usize,
    most: usize,
}

const fn token(rule: &'static str, start: &'static [u8], extra: &'static [u8], least: usize, most: usize) -> Token {
    Token { rule, start, extra, least, most }
}

/// From the public documentation of each issuer.
const TOKENS: &[Token] = &[
    token("aws-access-key-id", b"AKIA", b"", 16, 16),
    token("aws-access-key-id", b"ASIA", b"", 16, 16),
    token("github-token", b"ghp_", b"", 36, 255),
    token("github-token", b"gho_", b"", 36, 255),
    token("github-token", b"ghu_", b"", 36, 255),
    token("github-token", b"ghs_", b"._-", 36, 900),
    token("github-token", b"ghr_", b"", 36, 255),
    token("github-token", b"github_pat_", b"_", 60, 255),
    token("gitlab-token", b"glpat-", b"_-.", 20, 300),
    token("gitlab-token", b"gldt-", b"_-.", 20, 300),
    token("gitlab-token", b"glrt-", b"_-.", 20, 300),
    token("slack-token", b"xoxb-", b"-", 24, 255),
    token("slack-token", b"xoxp-", b"-", 24, 255),
    token("slack-token", b"xoxa-", b"-", 24, 255),
    token("slack-token", b"xoxs-", b"-", 24, 255),
    token("slack-token", b"xapp-", b"-", 24, 255),
    token("slack-webhook", b"https://hooks.slack.com/services/T", b"/", 30, 100),
    token("stripe-key", b"sk_live_", b"", 16, 255),
    token("stripe-key", b"rk_live_", b"", 16, 255),
    token("stripe-key", b"whsec_", b"+/=", 32, 255),
    token("npm-token", b"npm_", b"", 36, 36),
    token("google-api-key", b"AIza", b"_-", 35, 35),
    token("google-oauth-secret", b"GOCSPX-", b"_-", 28, 28),
    token("google-oauth-token", b"ya29.", b"_-.", 30, 900),
    token("anthropic-key", b"sk-ant-", b"_-", 40, 255),
    token("openai-key", b"sk-proj-", b"_-", 40, 255),
    token("sendgrid-key", b"SG.", b"_-.", 66, 66),
    token("azure-storage-key", b"AccountKey=", b"+/=", 88, 88),
    token("pypi-token", b"pypi-AgEIcHlwaS5vcmc", b"_-", 50, 900),
    token("plimsoll-token", b"plim_", b"_-", 32, 255),
];

/// No rule looks further than this.
const MAX_BYTES: usize = 1000;

/// A token of less entropy than this, in bits a byte, stands for one.
const LEAST_TOKEN_BITS: f64 = 2.5;

/// How assignments look in a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// Values stand in quotes.
    Quoted,
    /// Values may stand alone, until the end of the line.
    Plain,
}

impl Style {
    /// By the extension of a member's path.
    pub(super) fn of(path: &str) -> Self {
        match extension(path).as_str() {
            _ if file_name(path).starts_with(".env") => Self::Plain,
            "env" | "ini" | "conf" | "cfg" | "properties" | "toml" | "yaml" | "yml" | "sh" => Self::Plain,
            _ => Self::Quoted,
        }
    }
}

/// Whether [`at`] could find anything at a byte of this value: most bytes are passed by at this cost alone.
pub(super) const fn may_begin(byte: u8) -> bool {
    BEGINNINGS[byte as usize]
}

const BEGINNINGS: [bool; 256] = {
    let mut beginnings = [false; 256];
    let mut at = 0;
    while at < TOKENS.len() {
        beginnings[TOKENS[at].start[0] as usize] = true;
        at += 1;
    }
    beginnings[b'e' as usize] = true;
    beginnings[b'-' as usize] = true;
    beginnings[b':' as usize] = true;
    beginnings[b'=' as usize] = true;
    beginnings
};

/// The secret that begins at this place of the text, or is assigned there. `looked` grows by the bytes that were looked at
/// to find out, so that the caller can bound the work.
pub(super) fn at(text: &[u8], at: usize, style: Style, looked: &mut usize) -> Option<Hit> {
    match text[at] {
        b'-' => private_key(text, at, looked),
        b':' | b'=' => assigned(text, at, style, looked),
        byte if byte.is_ascii_alphabetic() => {
            // Inside a longer word, or inside base64, nothing begins.
            let begins = at == 0 || !is_word(text[at - 1]);
            begins.then(|| known_token(text, at, looked).or_else(|| web_token(text, at, looked))).flatten()
        }
        _ => None,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn known_token(text: &[u8], at: usize, looked: &mut usize) -> Option<Hit> {
    let rest = &text[at..];
    let token = TOKENS.iter().find(|token| rest.starts_with(token.start))?;
    let body = run(&rest[token.start.len()..], token.extra, token.most + 1, looked);
    let fits = (token.least..=token.most).contains(&body.len());
    (fits && bits(body) >= LEAST_TOKEN_BITS && !is_placeholder(body))
        .then(|| certain(token.rule, token.start.len() + body.len()))
}

/// A JSON Web Token: three base64url parts, of which the first two begin as JSON objects do.
fn web_token(text: &[u8], at: usize, looked: &mut usize) -> Option<Hit> {
    let parts = text[at..].strip_prefix(b"eyJ").map(|_| run(&text[at..], b"_-.", MAX_BYTES, looked))?;
    let mut part = parts.split(|byte| *byte == b'.');
    let (header, payload, signature) = (part.next()?, part.next()?, part.next().unwrap_or_default());
    let is_signed = signature.len() >= 16 || parts.len() == MAX_BYTES;
    (header.len() >= 16 && payload.len() >= 16 && payload.starts_with(b"eyJ") && is_signed)
        .then(|| certain("json-web-token", parts.len()))
}

/// A PEM or OpenPGP private key: the line that begins it, and then really a key. Libraries that read keys have the line too.
fn private_key(text: &[u8], at: usize, looked: &mut usize) -> Option<Hit> {
    const BEGIN: &[u8] = b"-----BEGIN ";
    let text = &text[at..text.len().min(at + MAX_BYTES)];
    let label = text.strip_prefix(BEGIN)?;
    let end = label.windows(5).take(48).position(|part| part == b"-----")?;
    let is_private = label[..end].windows(11).any(|part| part == b"PRIVATE KEY");
    let mut body = &label[end + 5..];
    // Header lines such as `Proc-Type: 4,ENCRYPTED` stand before the key.
    for _ in 0..4 {
        body = skip_separators(body);
        let name = run(body, b"-", 32, looked);
        let Some(line) = body[name.len()..].strip_prefix(b": ") else { break };
        body = &line[line.iter().position(|byte| matches!(byte, b'\n' | b'\\'))?..];
    }
    let key = run(skip_separators(body), b"+/=", 40, looked);
    (is_private && key.len() == 40 && bits(key) >= LEAST_TOKEN_BITS).then(|| certain("private-key", BEGIN.len() + end))
}

/// Skips what stands between the lines of a key, also where the key is written as a string.
fn skip_separators(mut text: &[u8]) -> &[u8] {
    loop {
        text = match text {
            [b'\\', b'n' | b'r', rest @ ..] => rest,
            [b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b'`' | b',' | b'+', rest @ ..] => rest,
            _ => return text,
        }
    }
}

/// The value that the `:` or `=` at this place assigns to the name before it, if it looks random and the name tells.
fn assigned(text: &[u8], at: usize, style: Style, looked: &mut usize) -> Option<Hit> {
    let gap = text[at + 1..].iter().take(8).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let (value_start, quote) = match text.get(at + 1 + gap)? {
        quote @ (b'"' | b'\'' | b'`') => (at + 1 + gap + 1, Some(quote)),
        _ if style == Style::Plain => (at + 1 + gap, None),
        _ => return None,
    };
    let value = run(&text[value_start..], b"+/=_-.~!@#$%^&*", 257, looked);
    let after = text.get(value_start + value.len());
    let is_whole = match quote {
        Some(_) => after == quote,
        None => after.is_none_or(|after| matches!(after, b' ' | b'\r' | b'\n')),
    };
    // A known form is found at its own place, and is more than chance.
    if !is_whole || known_token(text, value_start, looked).or_else(|| web_token(text, value_start, looked)).is_some() {
        return None;
    }
    *looked += value.len();
    if !looks_random(value) || is_placeholder(value) {
        return None;
    }
    let name_end = text[..at].iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b']'))? + 1;
    let name_start = text[..name_end].iter().rposition(|byte| !is_word(*byte) && *byte != b'-').map_or(0, |at| at + 1);
    let name = &text[name_start.max(name_end.saturating_sub(64))..name_end];
    if !is_telling(name) {
        return None;
    }
    let bytes = value_start + value.len() - at;
    let normal: Vec<u8> = normalised(name);
    if normal.ends_with(b"secretaccesskey") && value.len() == 40 {
        return Some(certain("aws-secret-access-key", bytes));
    }
    Some(Hit { rule: "random-value-of-a-secret", by_entropy_alone: true, bytes })
}

/// Whether a name says that its value is secret.
fn is_telling(name: &[u8]) -> bool {
    const ENDS: [&[u8]; 12] = [
        b"secret",
        b"secretkey",
        b"token",
        b"password",
        b"passwd",
        b"pwd",
        b"apikey",
        b"accesskey",
        b"privatekey",
        b"authkey",
        b"credential",
        b"credentials",
    ];
    let normal = normalised(name);
    ENDS.iter().any(|end| normal.ends_with(end))
}

fn normalised(name: &[u8]) -> Vec<u8> {
    name.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
}

/// Whether a value is long and mixed enough to have been made by chance.
fn looks_random(value: &[u8]) -> bool {
    let has = |is: fn(&u8) -> bool| value.iter().any(is);
    let (lower, upper) = (has(u8::is_ascii_lowercase), has(u8::is_ascii_uppercase));
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let is_hex = value.iter().all(u8::is_ascii_hexdigit);
    match value.len() {
        32..=256 if is_hex => bits(value) >= 3.0 && digits >= 4,
        20..=256 => digits >= 2 && (lower && upper && bits(value) >= 3.5 || lower && bits(value) >= 4.0),
        16..20 => digits >= 2 && lower && upper && bits(value) >= 3.5,
        _ => false,
    }
}

/// Whether a text stands for a secret instead of being one.
fn is_placeholder(text: &[u8]) -> bool {
    const WORDS: [&str; 14] = [
        "example",
        "xxxx",
        "your",
        "placeholder",
        "changeme",
        "change-me",
        "redacted",
        "dummy",
        "process.env",
        "${",
        "****",
        "....",
        "sha256-",
        "sha512-",
    ];
    let lower = String::from_utf8_lossy(text).to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
}

/// The letters, digits and extra bytes at the start of a text, at most `max`.
fn run<'a>(text: &'a [u8], extra: &[u8], max: usize, looked: &mut usize) -> &'a [u8] {
    let end = text.iter().take(max).take_while(|byte| byte.is_ascii_alphanumeric() || extra.contains(byte)).count();
    *looked += end;
    &text[..end]
}

/// Shannon entropy in bits a byte.
fn bits(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    text.iter().for_each(|byte| counts[usize::from(*byte)] += 1);
    let length = text.len() as f64;
    let share = counts.iter().filter(|count| **count > 0).map(|count| f64::from(*count) / length);
    -share.map(|share| share * share.log2()).sum::<f64>()
}

/// Stands for what was not searched: whether there is a secret is not known, so a person decides.
pub(super) const NOT_SEARCHED: Hit = Hit { rule: "too-dense-to-be-searched", by_entropy_alone: true, bytes: 1 };

fn certain(rule: &'static str, bytes: usize) -> Hit {
    Hit { rule, by_entropy_alone: false, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(text: &str, style: Style) -> Vec<(&'static str, bool)> {
        let (mut found, mut place) = (Vec::new(), 0);
        while place < text.len() {
            let hit = at(text.as_bytes(), place, style, &mut 0);
            found.extend(hit.map(|hit| (hit.rule, hit.by_entropy_alone)));
            place += hit.map_or(1, |hit| hit.bytes);
        }
        found
    }

    /// Letters and digits that look random, made at run time so that no scanner takes this file for a leak.
    fn random(length: usize) -> String {
        let alphabet: Vec<char> = ('a'..='z').chain('A'..='Z').chain('0'..='9').collect();
        (0..length).map(|at| alphabet[(at * 37 + at * at * 11 + 5) % alphabet.len()]).collect()
    }

    #[test]
    fn every_token_of_the_table_is_found() {
        for token in TOKENS {
            let text = format!("const t = f(\"{}{}\");", String::from_utf8_lossy(token.start), random(token.least));
            assert_eq!(hits(&text, Style::Quoted), [(token.rule, false)], "{text}");
        }
    }

    #[test]
    fn keys_and_web_tokens_are_found() {
        let begin = ["-----BEGIN", " PRIVATE KEY-----"].concat();
        for text in [
            format!("{begin}\n{}\n", random(64)),
            format!("const k = \"{begin}\\n{}\\n\";", random(64)),
            format!(
                "{}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n{}\n",
                begin.replace(" P", " RSA P"),
                random(64)
            ),
        ] {
            assert_eq!(hits(&text, Style::Quoted), [("private-key", false)], "{text}");
        }
        let token = format!("eyJ{}.eyJ{}.{}", random(20), random(30), random(43));
        assert_eq!(hits(&format!("Bearer {token}"), Style::Quoted), [("json-web-token", false)]);
    }

    #[test]
    fn random_values_of_telling_names_are_found_by_entropy() {
        let by_entropy = [("random-value-of-a-secret", true)];
        for text in [
            format!("const apiKey = \"{}\";", random(24)),
            format!("{{\"client_secret\": \"{}\"}}", random(32)),
            format!("password:'{}'", random(16)),
        ] {
            assert_eq!(hits(&text, Style::Quoted), by_entropy, "{text}");
        }
        assert_eq!(hits(&format!("export DB_PASSWORD={}\n", random(20)), Style::Plain), by_entropy);
        let known = format!("GITHUB_TOKEN={}{}", "ghp_", random(36));
        assert_eq!(hits(&known, Style::Plain), [("github-token", false)], "more than chance");
        let aws = format!("aws_secret_access_key = \"{}\"", random(40));
        assert_eq!(hits(&aws, Style::Quoted), [("aws-secret-access-key", false)]);
    }

    #[test]
    fn placeholders_and_ordinary_text_are_not_secrets() {
        let digest = format!("integrity: sha512-{}==", random(86));
        for fine in [
            "const token = process.env.API_TOKEN_FOR_PRODUCTION_1;",
            "apiKey: \"<your-key-goes-in-here-0123>\"",
            "apiKey: \"YOUR_API_KEY_0123456789abc\"",
            "password: \"xxxxxxxxxxxxxxxxxxxxxxxx\"",
            "password: \"correct horse battery staple\"",
            "token: \"${{ secrets.TOKEN }}\"",
            "if (token === \"record.beforeInsert\") {}",
            "resetPassword: \"Reset your password\"",
            "const tokenizer = \"wordpieceTokenizerVersion2Large\";",
            "AKIAIOSFODNN7EXAMPLE",
            "pem.replace(/-----BEGIN PRIVATE KEY-----/, '').replace(/-----END PRIVATE KEY-----/, '')",
            "d=\"M12.5 0C5.6 0 0 5.6 0 12.5S5.6 25 12.5 25 25 19.4 25 12.5z\"",
            "npm_config_registry_of_the_whole_project_is_set",
            &digest,
        ] {
            assert_eq!(hits(fine, Style::Quoted), [], "{fine}");
            assert_eq!(hits(fine, Style::Plain), [], "{fine}");
        }
    }
}
