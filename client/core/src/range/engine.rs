use std::fmt;
use std::str::FromStr;

use crate::{InvalidText, quote};

/// With which hosts a package works, such as `^17` or `>=16 <18`: read as ObjectStack's runtime reads it.
///
/// Invariants: at most 128 characters; a list of comparators, split by spaces or commas, all of which must hold; only
/// major numbers count. `||` is not in this grammar.
///
/// | text | admits |
/// |---|---|
/// | `*` `x` `latest` | every host |
/// | `17` `17.x` `17.4.0` `=17` `^17.2` `~17.2.0` | 17 |
/// | `16 - 17.2` | 16, 17 |
/// | `>=16` `<=17.2` | 16 and up; up to 17 |
/// | `>16` | 17 and up |
/// | `>16.0.0` | 16 and up: 16.1.0 would do |
/// | `<18` `<18.0.0` | up to 17 |
/// | `<18.5.0` | up to 18: 18.0.0 would do |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineRange {
    text: String,
    /// The lowest major.
    least: u64,
    /// The first major that is too high.
    below: Option<u64>,
}

impl EngineRange {
    /// Whether a host of this major will do.
    pub fn admits(&self, major: u64) -> bool {
        major >= self.least && self.below.is_none_or(|below| major < below)
    }

    fn at_least(&mut self, major: u64) {
        self.least = self.least.max(major);
    }

    fn before(&mut self, major: u64) {
        self.below = Some(self.below.map_or(major, |below| below.min(major)));
    }

    fn and(&mut self, comparator: &str) -> Option<()> {
        if matches!(comparator, "*" | "x" | "X" | "latest") {
            return Some(());
        }
        let signs = [">=", "<=", ">", "<", "=", "^", "~"];
        let (sign, host) = signs
            .into_iter()
            .find_map(|sign| Some((sign, HostVersion::parse(comparator.strip_prefix(sign)?))))
            .unwrap_or_else(|| ("=", HostVersion::parse(comparator)));
        let HostVersion { major, rest } = host?;
        match sign {
            ">=" => self.at_least(major),
            ">" if rest == Rest::Open => self.at_least(major.checked_add(1)?),
            ">" => self.at_least(major),
            "<" if rest != Rest::AboveZero => self.before(major),
            "<" | "<=" => self.before(major.checked_add(1)?),
            // `=`, `^` and `~`: the major is pinned.
            _ => {
                self.at_least(major);
                self.before(major.checked_add(1)?);
            }
        }
        Some(())
    }
}

/// A host version, as far as it counts.
struct HostVersion {
    major: u64,
    rest: Rest,
}

/// What follows the major number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Nothing, or an x.
    Open,
    /// Zeros.
    Zero,
    /// A minor or patch number that is not zero.
    AboveZero,
}

impl HostVersion {
    fn parse(text: &str) -> Option<Self> {
        let core = match text.split_once(['-', '+']) {
            // Only a full version has a pre-release or build part.
            Some((core, rest)) if core.split('.').count() == 3 && !rest.is_empty() => core,
            Some(_) => return None,
            None => text,
        };
        let mut numbers = core.split('.');
        let major = number(numbers.next()?)?;
        let mut rest = Rest::Open;
        let mut open = false;
        for (index, text) in numbers.enumerate() {
            if index == 2 {
                return None;
            }
            match text {
                "x" | "X" | "*" => open = true,
                _ => match number(text)? {
                    _ if open => return None,
                    0 if rest != Rest::AboveZero => rest = Rest::Zero,
                    _ => rest = Rest::AboveZero,
                },
            }
        }
        Some(Self { major, rest })
    }
}

fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

impl FromStr for EngineRange {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason: String| InvalidText::new("engine range", text, reason);
        if text.chars().count() > 128 {
            return Err(refuse("it has more than 128 characters".to_owned()));
        }
        let mut range = Self { text: text.to_owned(), least: 0, below: None };
        let words: Vec<&str> = text.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let comparators = match words.as_slice() {
            [] => return Err(refuse("it is empty; write * if every host will do".to_owned())),
            [from, "-", to] => vec![format!(">={from}"), format!("<={to}")],
            words => words.iter().map(|word| (*word).to_owned()).collect(),
        };
        for comparator in comparators {
            range.and(&comparator).ok_or_else(|| {
                refuse(format!("{} is not understood; write a list such as >=16 <18, or ^17", quote(&comparator)))
            })?;
        }
        Ok(range)
    }
}

impl fmt::Display for EngineRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_major_counts() {
        let table: &[(&str, &[u64])] = &[
            ("*", &[14, 15, 16, 17, 18, 19]),
            ("x", &[14, 15, 16, 17, 18, 19]),
            ("latest", &[14, 15, 16, 17, 18, 19]),
            ("17", &[17]),
            ("=17", &[17]),
            ("17.x", &[17]),
            ("17.4.x", &[17]),
            ("17.4", &[17]),
            ("17.4.0", &[17]),
            ("17.4.0-beta.1", &[17]),
            ("^17", &[17]),
            ("^17.2.1", &[17]),
            ("~17.2", &[17]),
            ("16 - 17.2", &[16, 17]),
            (">=16", &[16, 17, 18, 19]),
            (">=16.9.0", &[16, 17, 18, 19]),
            (">16", &[17, 18, 19]),
            (">16.x", &[17, 18, 19]),
            (">16.0.0", &[16, 17, 18, 19]),
            ("<18", &[14, 15, 16, 17]),
            ("<18.0.0", &[14, 15, 16, 17]),
            ("<18.0.0-0", &[14, 15, 16, 17]),
            ("<18.5.0", &[14, 15, 16, 17, 18]),
            ("<18.0.1", &[14, 15, 16, 17, 18]),
            ("<=17.2", &[14, 15, 16, 17]),
            (">=16 <18", &[16, 17]),
            (">=16,<18", &[16, 17]),
            (">=16, <18", &[16, 17]),
            ("^17 *", &[17]),
            ("^16 ^17", &[]),
            ("<0", &[]),
        ];
        for (text, majors) in table {
            let range: EngineRange = text.parse().expect(text);
            let admitted: Vec<u64> = (14..20).filter(|major| range.admits(*major)).collect();
            assert_eq!(&admitted, majors, "{text:?}");
        }
    }

    #[test]
    fn what_the_runtime_does_not_read_is_refused() {
        let long = format!("^17{}", " ".repeat(126));
        for bad in [
            "",
            " ",
            ",",
            "^16 || ^17",
            "v17",
            "seventeen",
            ">= 17",
            "17.4.0.1",
            "17.x.2",
            "^*",
            "17-beta",
            "-",
            "1 - ",
            "99999999999999999999",
            ">18446744073709551615",
            "17.4.0-",
            long.as_str(),
        ] {
            assert!(bad.parse::<EngineRange>().is_err(), "{bad:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = text.parse::<EngineRange>();
        }
    }
}
