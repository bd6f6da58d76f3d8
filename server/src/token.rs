//! Tokens: `plim_`, 64 hexadecimal digits of a random secret, 8 of a checksum. The registry keeps the digest of the text.

use plimsoll_core::Digest;

const PREFIX: &str = "plim_";
const SECRET_DIGITS: usize = 64;
const CHECKSUM_DIGITS: usize = 8;

/// The token of a secret.
pub(crate) fn write(secret: [u8; 32]) -> String {
    let secret = hex::encode(secret);
    let checksum = checksum(&secret);
    format!("{PREFIX}{secret}{checksum}")
}

/// The digest by which a token is found, or `None` if the text cannot be a token: then no query is needed.
pub(crate) fn digest(token: &str) -> Option<Digest> {
    let (secret, sum) = token.strip_prefix(PREFIX)?.split_at_checked(SECRET_DIGITS)?;
    let digits = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (digits(secret) && checksum(secret) == sum).then(|| Digest::of(token))
}

/// Tells a token from a text that only looks like one, so that scanners for leaked secrets find no false ones.
fn checksum(secret: &str) -> String {
    let mut sum = Digest::of(format!("{PREFIX}{secret}")).to_string();
    sum.truncate(CHECKSUM_DIGITS);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_by_its_digest_and_a_typing_error_is_seen() {
        let token = write([7; 32]);
        assert_eq!(token.len(), 77);
        assert_eq!(digest(&token), Some(Digest::of(&token)));
        let last = if token.ends_with('0') { "1" } else { "0" };
        let typo = format!("{}{last}", &token[..76]);
        for bad in ["", "plim_", &typo, &token[..76], &token.to_uppercase(), &format!("{token}0"), "plim_é"] {
            assert_eq!(digest(bad), None, "{bad}");
        }
    }
}
