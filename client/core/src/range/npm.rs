//! The parser of npm's range grammar.

use pubgrub::Ranges;

use crate::{Version, quote};

/// One side of `||`.
#[derive(Clone)]
pub(super) struct Alternative {
    /// The versions that will do, pre-releases among them.
    pub(super) set: Ranges<Version>,
    /// The pre-releases that the author named, and by that asked for.
    pub(super) named: Vec<Version>,
}

impl Alternative {
    /// Whether the author named a pre-release of the same three numbers.
    pub(super) fn names(&self, version: &Version) -> bool {
        let numbers = |version: &Version| (version.semver().major, version.semver().minor, version.semver().patch);
        self.named.iter().any(|named| numbers(named) == numbers(version))
    }
}

/// Parses a whole range. The error says what is wrong, and is safe to print.
pub(super) fn parse(text: &str) -> Result<Vec<Alternative>, String> {
    text.split("||").map(alternative).collect()
}

fn alternative(text: &str) -> Result<Alternative, String> {
    let mut all = Alternative { set: Ranges::full(), named: Vec::new() };
    if text.trim().is_empty() {
        return Ok(all);
    }
    for part in text.split(',') {
        let words: Vec<&str> = part.split_whitespace().collect();
        if words.is_empty() {
            return Err("there is nothing on one side of a comma".to_owned());
        }
        if let [from, "-", to] = words.as_slice() {
            all.and(Operator::AtLeast, &Partial::parse(from)?)?;
            all.and(Operator::AtMost, &Partial::parse(to)?)?;
            continue;
        }
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let (operator, rest) = Operator::split(word);
            // npm allows a space after the operator.
            let rest = match rest {
                "" => words.next().ok_or_else(|| format!("there is no version after {word}"))?,
                rest => rest,
            };
            all.and(operator, &Partial::parse(rest)?)?;
        }
    }
    Ok(all)
}

impl Alternative {
    fn and(&mut self, operator: Operator, partial: &Partial) -> Result<(), String> {
        self.set = self.set.intersection(&operator.set(partial)?);
        if let Partial::Full(version) = partial
            && version.is_pre_release()
        {
            self.named.push(version.clone());
        }
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    AtLeast,
    Above,
    AtMost,
    Below,
    Tilde,
    Caret,
}

impl Operator {
    /// Splits a word into its operator and the rest.
    fn split(word: &str) -> (Self, &str) {
        // The longer operators come first.
        let operators = [
            (">=", Self::AtLeast),
            ("<=", Self::AtMost),
            ("~>", Self::Tilde),
            (">", Self::Above),
            ("<", Self::Below),
            ("=", Self::Is),
            ("~", Self::Tilde),
            ("^", Self::Caret),
        ];
        operators
            .into_iter()
            .find_map(|(sign, operator)| Some((operator, word.strip_prefix(sign)?)))
            .unwrap_or((Self::Is, word))
    }

    /// The versions meant, pre-releases included: so a partial version begins at its `-0`, as in npm.
    fn set(self, partial: &Partial) -> Result<Ranges<Version>, String> {
        let (floor, next) = match partial {
            Partial::Any if matches!(self, Self::Above | Self::Below) => return Ok(Ranges::empty()),
            Partial::Any => return Ok(Ranges::full()),
            Partial::Major(major) => (lowest(*major, 0, 0), next(*major, None, None)?),
            Partial::Minor(major, minor) => (lowest(*major, *minor, 0), next(*major, Some(*minor), None)?),
            Partial::Full(version) => return self.set_of_full(version),
        };
        Ok(match self {
            Self::Is => Ranges::between(floor, next),
            Self::AtLeast => Ranges::higher_than(floor),
            Self::Above => Ranges::higher_than(next),
            Self::AtMost => Ranges::strictly_lower_than(next),
            Self::Below => Ranges::strictly_lower_than(floor),
            Self::Tilde => Ranges::between(floor, next),
            Self::Caret => match partial {
                Partial::Minor(major, _) if *major > 0 => Ranges::between(floor, self::next(*major, None, None)?),
                _ => Ranges::between(floor, next),
            },
        })
    }

    fn set_of_full(self, version: &Version) -> Result<Ranges<Version>, String> {
        let (major, minor, patch) = (version.semver().major, version.semver().minor, version.semver().patch);
        let version = version.clone();
        Ok(match self {
            Self::Is => Ranges::singleton(version),
            Self::AtLeast => Ranges::higher_than(version),
            Self::Above => Ranges::strictly_higher_than(version),
            Self::AtMost => Ranges::lower_than(version),
            Self::Below => Ranges::strictly_lower_than(version),
            Self::Tilde => Ranges::between(version, next(major, Some(minor), None)?),
            Self::Caret => {
                let end = match (major, minor) {
                    (0, 0) => next(0, Some(0), Some(patch))?,
                    (0, _) => next(0, Some(minor), None)?,
                    _ => next(major, None, None)?,
                };
                Ranges::between(version, end)
            }
        })
    }
}

/// A version of which the last numbers may be left open.
enum Partial {
    /// `*`
    Any,
    /// `1`, `1.x`
    Major(u64),
    /// `1.2`, `1.2.x`
    Minor(u64, u64),
    /// `1.2.3`, `1.2.3-beta`
    Full(Version),
}

impl Partial {
    fn parse(word: &str) -> Result<Self, String> {
        let refuse = || format!("{} is neither a version, such as 1.2.0, nor an x-range, such as 1.x", quote(word));
        let text = word.strip_prefix('v').unwrap_or(word);
        if text.contains('+') {
            return Err(format!("{} has build metadata (the part after +), which is not allowed", quote(word)));
        }
        if let Ok(version) = text.parse() {
            return Ok(Self::Full(version));
        }
        let numbers: Vec<Option<u64>> = text.split('.').map(number).collect::<Option<_>>().ok_or_else(refuse)?;
        match numbers.as_slice() {
            // What follows an x means nothing, as in npm.
            [None] | [None, _] | [None, _, _] => Ok(Self::Any),
            [Some(major)] | [Some(major), None] | [Some(major), None, _] => Ok(Self::Major(*major)),
            [Some(major), Some(minor)] | [Some(major), Some(minor), None] => Ok(Self::Minor(*major, *minor)),
            _ => Err(refuse()),
        }
    }
}

/// A number of a partial version, or an x. The outer `None` is neither.
fn number(text: &str) -> Option<Option<u64>> {
    match text {
        "x" | "X" | "*" => Some(None),
        _ if text.starts_with('0') && text.len() > 1 => None,
        _ if text.bytes().all(|b| b.is_ascii_digit()) => text.parse().ok().map(Some),
        _ => None,
    }
}

/// The lowest of all versions with these numbers: `major.minor.patch-0`.
fn lowest(major: u64, minor: u64, patch: u64) -> Version {
    // Three numbers of at most 20 digits and four signs: exactly the 64 bytes a version may have.
    format!("{major}.{minor}.{patch}-0").parse().expect("three numbers and a pre-release are a version")
}

/// The lowest version after all those that begin with these numbers.
fn next(major: u64, minor: Option<u64>, patch: Option<u64>) -> Result<Version, String> {
    let up = |number: u64| number.checked_add(1).ok_or_else(|| "a number is too large".to_owned());
    Ok(match (minor, patch) {
        (Some(minor), Some(patch)) => lowest(major, minor, up(patch)?),
        (Some(minor), None) => lowest(major, up(minor)?, 0),
        (None, _) => lowest(up(major)?, 0, 0),
    })
}
