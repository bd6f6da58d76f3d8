//! What makes an account a person: an e-mail address and a password.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::UnicodeNormalization as _;

use crate::InvalidText;

/// An e-mail address, in the one form under which it is kept and compared: `dana@example.org`.
///
/// Invariants: at most 254 bytes (RFC 5321, 4.5.3.1.3), lower case; before the `@` at most 64 of the characters of a dot-atom
/// (RFC 5322, 3.2.3), after it a domain of at least two words. So no quotes, comments, address literals, or letters beyond
/// ASCII.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = "email", max_length = 254, example = "dana@example.org"))]
pub struct Email(String);

impl Email {
    /// The address itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let invalid = |reason: &str| InvalidText::new("e-mail address", text, reason);
        if text.len() > 254 {
            return Err(invalid("it has more than 254 bytes"));
        }
        let lower = text.to_ascii_lowercase();
        let parts = lower.rsplit_once('@').filter(|(local, domain)| is_local(local) && is_domain(domain));
        parts.ok_or_else(|| invalid("use an address such as dana@example.org"))?;
        Ok(Self(lower))
    }
}

fn is_local(text: &str) -> bool {
    let atom = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    text.len() <= 64 && text.split('.').all(|word| !word.is_empty() && word.chars().all(atom))
}

fn is_domain(text: &str) -> bool {
    let word = |word: &str| {
        (1..=63).contains(&word.len())
            && !word.starts_with('-')
            && !word.ends_with('-')
            && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    text.contains('.') && text.split('.').all(word)
}

text_door!(Email);

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A password as somebody types it, right or not; its `Debug` form does not show it.
///
/// Invariants: 1 to 512 bytes, in NFC: the same characters are the same password, whatever keyboard they come from.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = "password", min_length = 1, max_length = 512))]
pub struct Password(String);

impl Password {
    /// The bytes that are hashed.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl FromStr for Password {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        // Bounded before it is normalised, which makes a text at most three times as long.
        let normal: String = if text.len() <= 512 { text.nfc().collect() } else { text.to_owned() };
        if (1..=512).contains(&normal.len()) { Ok(Self(normal)) } else { Err(secret("use 1 to 512 bytes")) }
    }
}

text_door!(Password);

impl fmt::Display for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A password that may be set.
///
/// Invariants: 12 to 128 characters, and what holds for every [`Password`]. There are no rules on which characters, since such
/// rules make passwords worse (NIST SP 800-63B, 3.1.1.2).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = "password", min_length = 12, max_length = 128))]
pub struct NewPassword(Password);

impl NewPassword {
    /// The password.
    pub fn password(&self) -> &Password {
        &self.0
    }
}

impl FromStr for NewPassword {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let password: Password = text.parse()?;
        let chars = password.0.chars().count();
        if (12..=128).contains(&chars) { Ok(Self(password)) } else { Err(secret("use 12 to 128 characters")) }
    }
}

text_door!(NewPassword);

impl fmt::Display for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The refusal of a text that is not repeated.
fn secret(reason: &str) -> InvalidText {
    InvalidText { what: "password", value: "the text".to_owned(), reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form() {
        for good in ["dana@example.org", "Dana@Example.ORG", "dana@EXAMPLE.org"] {
            assert_eq!(good.parse::<Email>().expect(good).as_str(), "dana@example.org");
        }
        for good in ["d+news@example.org", "o'hara@a-b.co", "a.b@xn--bcher-kva.example"] {
            assert_eq!(good.parse::<Email>().expect(good).as_str(), good);
        }
        for bad in [
            "",
            "dana",
            "@example.org",
            "dana@",
            "dana@example",
            "dana@.org",
            "da na@example.org",
            "dana@example.org ",
            "dana@exa_mple.org",
            "dana@-example.org",
            ".dana@example.org",
            "da..na@example.org",
            "dana@example.org\r\nBcc: x@example.org",
            "дана@example.org",
            "dana@[127.0.0.1]",
            "\"a@b\"@example.org",
        ] {
            assert!(bad.parse::<Email>().is_err(), "{bad:?}");
        }
        assert!(format!("{}@example.org", "a".repeat(65)).parse::<Email>().is_err());
        assert!(format!("a@{}org", "abc.".repeat(64)).parse::<Email>().is_err());
    }

    #[test]
    fn a_password_is_bounded_and_never_shown() {
        for (text, good) in
            [("a".repeat(11), false), ("a".repeat(12), true), ("é".repeat(128), true), ("a".repeat(129), false)]
        {
            assert_eq!(text.parse::<NewPassword>().is_ok(), good, "{text}");
        }
        let error = "hunter2".parse::<NewPassword>().expect_err("too short").to_string();
        assert_eq!(error, "the text is not a valid password: use 12 to 128 characters");
        let password: NewPassword = "correct horse battery".parse().expect("a password");
        assert_eq!(format!("{password:?}"), "NewPassword(Password(…))");
        assert!("x".repeat(513).parse::<Password>().is_err());
    }

    #[test]
    fn the_same_characters_are_the_same_password() {
        let password = |text: &str| text.parse::<Password>().expect("a password");
        assert_eq!(password("cafe\u{301}"), password("caf\u{e9}"));
        assert_ne!(password(" café"), password("café"), "spaces count");
    }
}
