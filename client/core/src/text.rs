//! The two shapes every small value has: a checked text, and a closed list of words.

use std::fmt;

/// Why a text is not the value it was meant to be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{value} is not a valid {what}: {reason}")]
pub struct InvalidText {
    /// The noun of the value, such as `package id`.
    pub what: &'static str,
    /// The refused text, quoted, with control characters escaped and cut to 80 characters.
    pub value: String,
    /// What the text would have to be.
    pub reason: String,
}

impl InvalidText {
    /// Builds the error from the refused text, which is made safe to print.
    pub fn new(what: &'static str, value: &str, reason: impl Into<String>) -> Self {
        Self { what, value: quote(value), reason: reason.into() }
    }
}

/// Quotes untrusted text for a message: hidden characters escaped, at most 80 characters.
pub fn quote(value: &str) -> String {
    let mut out = String::from("\"");
    for (count, (c, is_hidden)) in each(value).enumerate() {
        if count == 80 {
            out.push('…');
            break;
        }
        if c == '"' || c == '\\' {
            out.push('\\');
        }
        push(&mut out, c, is_hidden);
    }
    out.push('"');
    out
}

/// Untrusted text without quotes, for places and for sentences that quote themselves: hidden characters escaped, cut to so many
/// characters.
pub fn printable(value: &str, chars_max: usize) -> String {
    let mut out = String::new();
    for (count, (c, is_hidden)) in each(value).enumerate() {
        if count == chars_max {
            out.push('…');
            break;
        }
        push(&mut out, c, is_hidden);
    }
    out
}

/// Untrusted text of several lines: hidden characters escaped, but for line feeds.
pub fn printable_lines(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    each(value).for_each(|(c, is_hidden)| push(&mut out, c, is_hidden && c != '\n'));
    out
}

/// The first character of a text for people that they do not see, or that changes how the text around it reads: control
/// characters but those `allowed`, and everything invisible that writing does not need where it stands.
pub fn find_hidden(text: &str, allowed: &[char]) -> Option<char> {
    each(text).find(|(c, is_hidden)| *is_hidden && !allowed.contains(c)).map(|(c, _)| c)
}

/// Each character, and whether it is hidden.
fn each(text: &str) -> impl Iterator<Item = (char, bool)> {
    text.chars().scan(None, |before, c| {
        let is_hidden =
            c.is_control() || (is_invisible(c) && !before.is_some_and(|before| is_written_after(before, c)));
        *before = Some(c);
        Some((c, is_hidden))
    })
}

fn push(out: &mut String, c: char, is_hidden: bool) {
    if is_hidden {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

/// Characters that nobody sees, so that two texts look the same, or one looks like another: the default ignorable code points
/// of Unicode 17 (<https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt>), the separators of lines and
/// paragraphs, and the marks of annotations.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Joiners and variation selectors shape what they follow, in Persian as in emoji. Never after an ASCII letter, which they
/// could only tell from its like; and never in a row, which could carry a message.
fn is_written_after(before: char, c: char) -> bool {
    let selects = |c| matches!(c, '\u{fe00}'..='\u{fe0f}');
    let is_shaped = !before.is_ascii_alphabetic() && !before.is_whitespace() && !before.is_control();
    match c {
        '\u{200c}' | '\u{200d}' => is_shaped && (!is_invisible(before) || selects(before)),
        c if selects(c) => is_shaped && !is_invisible(before),
        _ => false,
    }
}

/// Untrusted text inside a sentence: as it is where it is plain ASCII, else quoted.
pub(crate) fn plain_or_quoted(value: &str) -> String {
    let plain = !value.is_empty() && value.len() <= 80 && value.bytes().all(|b| b.is_ascii_graphic() || b == b' ');
    if plain { value.to_owned() } else { quote(value) }
}

/// Joins words for a message: `a, b or c`.
pub(crate) fn one_of(words: impl IntoIterator<Item = impl fmt::Display>) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} or {last}", words.join(", ")),
    }
}

/// The door of a value that is a text outside: serde goes through `FromStr` and `Display`.
macro_rules! text_door {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = $crate::text::InvalidText;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }
    };
}

/// A text with a grammar: private field, one door (`FromStr`), serde goes through the door.
macro_rules! checked_text {
    ($(#[$meta:meta])* $name:ident, $what:literal, pattern $pattern:tt, max $max:tt, example $example:tt, $check:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = $pattern, max_length = $max, example = $example))]
        pub struct $name(String);

        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text::InvalidText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let check: fn(&str) -> Result<(), String> = $check;
                if text.len() > $max {
                    return Err($crate::text::InvalidText::new($what, text, concat!("it has more than ", $max, " bytes")));
                }
                check(text).map_err(|reason| $crate::text::InvalidText::new($what, text, reason))?;
                Ok(Self(text.to_owned()))
            }
        }

        text_door!($name);

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }
    };
}

/// A closed list of words: `ALL`, `as_str`, `FromStr`, `Display`, serde. The order of the variants is their order.
///
/// The words are matched as `tt`: the derive of the OpenAPI schema does not see a `serde(rename)` with a `literal` in it.
macro_rules! closed_words {
    ($(#[$meta:meta])* $name:ident, $what:literal { $($(#[$variant_meta:meta])* $variant:ident = $word:tt,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word as it is written on the wire, in columns and in messages.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::text::InvalidText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.iter().copied().find(|word| word.as_str() == text).ok_or_else(|| {
                    $crate::text::InvalidText::new($what, text, format!("use {}", $crate::text::one_of(Self::ALL)))
                })
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_do_not_see_is_found_and_escaped() {
        for hidden in
            ['\u{1b}', '\u{ad}', '\u{200b}', '\u{200d}', '\u{200f}', '\u{202e}', '\u{2066}', '\u{2028}', '\u{e0041}']
        {
            let text = format!("in{hidden}voice");
            assert_eq!(find_hidden(&text, &['\n']), Some(hidden));
            let escaped = format!("in{}voice", hidden.escape_unicode());
            assert_eq!(printable(&text, 80), escaped);
            assert_eq!(quote(&text), format!("\"{escaped}\""));
        }
        assert_eq!(find_hidden("one\ntwo", &['\n']), None);
        assert_eq!(printable_lines("one\ntwo\u{202e}\r"), "one\ntwo\\u{202e}\\u{d}");
    }

    #[test]
    fn writing_has_its_joiners() {
        for seen in ["نرم\u{200c}افزار", "👩\u{200d}💻", "❤\u{fe0f}\u{200d}🔥", "1\u{fe0f}\u{20e3}", "naïve – 1"]
        {
            assert_eq!(find_hidden(seen, &[]), None, "{seen}");
            assert_eq!(printable(seen, 80), seen);
        }
        for hidden in ["\u{200d}", " \u{200d}", "a\u{200c}b", "é\u{200d}\u{200d}", "é\u{fe00}\u{fe01}"] {
            assert!(find_hidden(hidden, &[]).is_some(), "{hidden:?}");
        }
    }
}
