use std::fmt;
use std::str::FromStr;

use pubgrub::Ranges;

use super::npm::{self, Alternative};
use crate::{InvalidText, Version};

/// Which versions of a package will do, such as `^1.2.0 || 3.x`.
///
/// Invariants: at most 256 bytes of npm's range grammar (<https://github.com/npm/node-semver#ranges>): versions and
/// x-ranges, `^`, `~`, `<`, `<=`, `>`, `>=`, `=`, hyphen ranges, `||`; spaces and commas both mean *and*; the empty text
/// means any version. Build metadata is refused, as in [`Version`]. Two ranges are equal if their texts are.
///
/// Pre-releases are matched only on request. A range that itself names a pre-release is such a request, for the same
/// three numbers: `^1.2.3-beta.2` matches `1.2.3-beta.4`, not `1.2.4-beta.1`. That is npm's rule.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, max_length = 256, example = "^1.2.0"))]
pub struct VersionRange(Parsed);

#[derive(Clone)]
struct Parsed {
    text: String,
    alternatives: Vec<Alternative>,
}

impl VersionRange {
    /// Any version.
    pub fn any() -> Self {
        let alternatives = vec![Alternative { set: Ranges::full(), named: Vec::new() }];
        Self(Parsed { text: "*".to_owned(), alternatives })
    }

    /// The text as its author wrote it.
    pub fn as_str(&self) -> &str {
        &self.0.text
    }

    /// Whether a version will do. `pre_releases` is whether pre-releases were asked for.
    pub fn matches(&self, version: &Version, pre_releases: bool) -> bool {
        self.0.alternatives.iter().any(|alternative| {
            let asked = pre_releases || !version.is_pre_release() || alternative.names(version);
            asked && alternative.set.contains(version)
        })
    }

    /// The one version that will do, if the range is an exact pin.
    pub fn exact(&self) -> Option<&Version> {
        match self.0.alternatives.as_slice() {
            [only] => only.set.as_singleton(),
            _ => None,
        }
    }

    /// The versions that will do where pre-releases were asked for: for releases, the same as [`Self::matches`].
    pub(crate) fn ranges(&self) -> Ranges<Version> {
        self.0.alternatives.iter().fold(Ranges::empty(), |all, alternative| all.union(&alternative.set))
    }
}

impl FromStr for VersionRange {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason: String| InvalidText::new("version range", text, reason);
        if text.len() > 256 {
            return Err(refuse("it has more than 256 bytes".to_owned()));
        }
        let alternatives = npm::parse(text).map_err(refuse)?;
        Ok(Self(Parsed { text: text.to_owned(), alternatives }))
    }
}

impl From<Version> for VersionRange {
    fn from(version: Version) -> Self {
        let text = version.to_string();
        let alternatives = vec![Alternative { set: Ranges::singleton(version.clone()), named: vec![version] }];
        Self(Parsed { text, alternatives })
    }
}

text_door!(VersionRange);

impl PartialEq for VersionRange {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for VersionRange {}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.text)
    }
}

impl fmt::Debug for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0.text, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range(text: &str) -> VersionRange {
        text.parse().expect(text)
    }

    fn version(text: &str) -> Version {
        text.parse().expect(text)
    }

    /// What node-semver answers, from its documentation and test fixtures.
    #[test]
    fn releases_match_as_they_do_for_npm() {
        let table: &[(&str, &[&str], &[&str])] = &[
            ("", &["0.0.0", "9.9.9"], &["1.0.0-beta"]),
            ("*", &["0.0.0", "9.9.9"], &["1.0.0-beta"]),
            ("x", &["1.2.3"], &[]),
            ("1.2.3", &["1.2.3"], &["1.2.4", "1.2.2", "1.2.3-beta"]),
            ("=1.2.3", &["1.2.3"], &["1.2.4"]),
            ("v1.2.3", &["1.2.3"], &["1.2.4"]),
            ("1", &["1.0.0", "1.9.9"], &["2.0.0", "0.9.9"]),
            ("1.x", &["1.0.0", "1.9.9"], &["2.0.0", "0.9.9"]),
            ("1.2.x", &["1.2.0", "1.2.9"], &["1.3.0", "1.1.9"]),
            ("1.2.*", &["1.2.0"], &["1.3.0"]),
            ("1.x.x", &["1.9.0"], &["2.0.0"]),
            ("~1", &["1.0.0", "1.9.9"], &["2.0.0"]),
            ("~1.2", &["1.2.0", "1.2.9"], &["1.3.0"]),
            ("~1.2.3", &["1.2.3", "1.2.9"], &["1.2.2", "1.3.0"]),
            ("~>1.2.3", &["1.2.3"], &["1.3.0"]),
            ("~ 1.2.3", &["1.2.3"], &["1.3.0"]),
            ("~0.2.3", &["0.2.3", "0.2.9"], &["0.3.0"]),
            ("^1.2.3", &["1.2.3", "1.9.9"], &["1.2.2", "2.0.0", "2.0.0-alpha"]),
            ("^0.2.3", &["0.2.3", "0.2.9"], &["0.3.0"]),
            ("^0.0.3", &["0.0.3"], &["0.0.4", "0.0.2"]),
            ("^0.0", &["0.0.0", "0.0.9"], &["0.1.0"]),
            ("^0.0.x", &["0.0.0", "0.0.9"], &["0.1.0"]),
            ("^0.x", &["0.0.0", "0.9.9"], &["1.0.0"]),
            ("^1.x", &["1.0.0", "1.9.9"], &["2.0.0"]),
            ("^*", &["4.0.0"], &[]),
            (">=1.2.3", &["1.2.3", "2.0.0"], &["1.2.2", "2.0.0-beta"]),
            (">= 1.2.3", &["1.2.3"], &["1.2.2"]),
            (">1.2.3", &["1.2.4"], &["1.2.3"]),
            (">1", &["2.0.0"], &["1.0.0", "1.9.9"]),
            (">1.2", &["1.3.0"], &["1.2.9"]),
            ("<1.2.3", &["1.2.2"], &["1.2.3"]),
            ("<1", &["0.9.9"], &["1.0.0", "1.0.0-beta"]),
            ("<=1", &["1.9.9"], &["2.0.0"]),
            ("<=1.2", &["1.2.9"], &["1.3.0"]),
            ("<=1.2.3", &["1.2.3"], &["1.2.4"]),
            (">*", &[], &["0.0.0", "1.0.0"]),
            ("<*", &[], &["0.0.0"]),
            (">=*", &["0.0.0"], &[]),
            ("1.2.3 - 2.3.4", &["1.2.3", "2.3.4"], &["1.2.2", "2.3.5"]),
            ("1.2.3 - 2.3", &["2.3.9"], &["2.4.0"]),
            ("1.2.3 - 2", &["2.9.9"], &["3.0.0"]),
            ("1.2 - 2.3.4", &["1.2.0"], &["1.1.9"]),
            (">=1 <2", &["1.0.0", "1.9.9"], &["2.0.0", "0.9.0"]),
            (">=1, <2", &["1.0.0", "1.9.9"], &["2.0.0", "0.9.0"]),
            (">=1,<2", &["1.5.0"], &["2.0.0"]),
            (">=1 <2 || 3.x", &["1.0.0", "3.4.5"], &["2.0.0", "4.0.0"]),
            ("1.2.3 || 2.x||", &["1.2.3", "2.0.0", "7.0.0"], &[]),
            (">2 <1", &[], &["1.5.0"]),
        ];
        for (text, yes, no) in table {
            for good in *yes {
                assert!(range(text).matches(&version(good), false), "{text:?} should match {good}");
            }
            for bad in *no {
                assert!(!range(text).matches(&version(bad), false), "{text:?} should not match {bad}");
            }
        }
    }

    #[test]
    fn pre_releases_match_only_where_the_range_or_the_caller_asks() {
        let cases = [
            ("^1.2.3-beta.2", "1.2.3-beta.2", true, true),
            ("^1.2.3-beta.2", "1.2.3-beta.4", true, true),
            ("^1.2.3-beta.2", "1.2.3-alpha", false, false),
            ("^1.2.3-beta.2", "1.2.3", true, true),
            ("^1.2.3-beta.2", "1.2.4-beta.2", false, true),
            ("^1.2.3-beta.2", "2.0.0-beta.2", false, false),
            (">1.2.3-alpha.3", "1.2.3-alpha.7", true, true),
            (">1.2.3-alpha.3", "3.4.5-alpha.9", false, true),
            ("~1.2.3-beta.2", "1.2.4", true, true),
            ("^0.0.3-beta", "0.0.3-pr.2", true, true),
            ("1.2.3-beta.1", "1.2.3-beta.1", true, true),
            ("1.x", "1.0.0-rc.1", false, true),
            ("*", "1.0.0-rc.1", false, true),
            ("^1.2.3", "1.2.3-beta", false, false),
            ("<2.0.0", "2.0.0-beta", false, true),
            ("<2", "2.0.0-beta", false, false),
            ("^1.2.3-beta.2 || ^2", "2.0.1-beta.2", false, true),
        ];
        for (text, candidate, unasked, asked) in cases {
            let matches = |pre_releases| range(text).matches(&version(candidate), pre_releases);
            assert_eq!((matches(false), matches(true)), (unasked, asked), "{text:?} and {candidate}");
        }
    }

    #[test]
    fn what_is_not_a_range_is_refused_with_the_part_at_fault() {
        let long = "1".repeat(257);
        for bad in [
            "latest",
            "a.b.c",
            "1.2.3.4",
            "1.2.3+build",
            "1.2-beta",
            "01.2.3",
            ">=",
            "^ ",
            "1.2.3 -",
            "- 1",
            ">=1,,<2",
            ",1",
            "git+https://example.com",
            "1.2.3-",
            ">>1",
            "=>1",
            "1 | 2",
            "99999999999999999999",
            "1.2.3-01",
            "^18446744073709551615",
            "¹",
            long.as_str(),
        ] {
            assert!(bad.parse::<VersionRange>().is_err(), "{bad:?}");
        }
        insta::assert_snapshot!(
            ">=1.0.0 latest".parse::<VersionRange>().expect_err("latest is a tag"),
            @r#"">=1.0.0 latest" is not a valid version range: "latest" is neither a version, such as 1.2.0, nor an x-range, such as 1.x"#
        );
    }

    #[test]
    fn an_exact_pin_is_told_from_a_range() {
        assert_eq!(range("=1.2.3").exact(), Some(&version("1.2.3")));
        assert_eq!(VersionRange::from(version("1.0.0-rc.1")).exact(), Some(&version("1.0.0-rc.1")));
        assert_eq!(VersionRange::from(version("1.2.3")), range("1.2.3"));
        assert_eq!((range("1.2").exact(), range("1.2.3 || 1.2.4").exact()), (None, None));
        assert_eq!(VersionRange::any(), range("*"));
    }

    fn texts() -> impl Strategy<Value = String> {
        let partial = r"([0-3](\.[0-3x](\.[0-3x])?)?|[0-3]\.[0-3]\.[0-3]-(a|b|0)|\*)";
        let simple = format!(r"(\^|~|>|>=|<|<=|=)?{partial}");
        let pattern = format!(r"({simple}( |, ))?{simple}( \|\| ({simple}|{partial} - {partial}))?");
        proptest::string::string_regex(&pattern).expect("pattern")
    }

    fn versions() -> impl Strategy<Value = Version> {
        "[0-4]\\.[0-4]\\.[0-4](-(a|b|0)(\\.[0-2])?)?".prop_map(|text| text.parse().expect("version"))
    }

    proptest! {
        #[test]
        fn printing_and_parsing_round_trip(text in texts()) {
            let parsed = range(&text);
            prop_assert_eq!(parsed.to_string(), text);
            prop_assert_eq!(range(parsed.as_str()).ranges(), parsed.ranges());
        }

        #[test]
        fn the_set_is_what_matches(text in texts(), candidate in versions()) {
            let parsed = range(&text);
            prop_assert_eq!(parsed.ranges().contains(&candidate), parsed.matches(&candidate, true));
            if !candidate.is_pre_release() {
                prop_assert_eq!(parsed.matches(&candidate, false), parsed.matches(&candidate, true));
            }
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = text.parse::<VersionRange>();
        }
    }
}
