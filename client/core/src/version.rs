//! Versions: SemVer 2 without build metadata.

use std::fmt;
use std::str::FromStr;

use crate::InvalidText;

/// The version of a package, such as `1.4.0-beta.2`.
///
/// Invariants: SemVer 2 (<https://semver.org>), no build metadata, at most 64 bytes. Ordered by SemVer precedence, which
/// without build metadata is a total order.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = VersionNumber, value_type = String, max_length = 64, example = "1.4.0", pattern = r"^(0|[1-9][0-9]{0,18})(\.(0|[1-9][0-9]{0,18})){2}(-(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)(\.(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*))*)?$"))]
pub struct Version(semver::Version);

impl Version {
    /// `major.minor.patch`, without a pre-release.
    pub fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self(semver::Version::new(major, minor, patch))
    }

    /// The parsed SemVer value.
    pub fn semver(&self) -> &semver::Version {
        &self.0
    }

    /// The major number.
    pub fn major(&self) -> u64 {
        self.0.major
    }

    /// Whether the version has a pre-release part.
    pub fn is_pre_release(&self) -> bool {
        !self.0.pre.is_empty()
    }

    /// Bytes whose lexical order is the order of the versions: the sort column of both databases.
    ///
    /// Three big-endian numbers, then `0xff` for a release, else each identifier: `1`, length, digits for a number;
    /// `2`, text, `0` for a word; `0` at the end.
    pub fn sort_key(&self) -> Vec<u8> {
        let mut key = Vec::with_capacity(32);
        for number in [self.0.major, self.0.minor, self.0.patch] {
            key.extend(number.to_be_bytes());
        }
        if self.0.pre.is_empty() {
            key.push(0xff);
            return key;
        }
        for identifier in self.0.pre.as_str().split('.') {
            if identifier.bytes().all(|b| b.is_ascii_digit()) {
                key.push(1);
                // A version has at most 64 bytes, so the length fits.
                key.push(identifier.len() as u8);
                key.extend(identifier.as_bytes());
            } else {
                key.push(2);
                key.extend(identifier.as_bytes());
                key.push(0);
            }
        }
        key.push(0);
        key
    }
}

impl FromStr for Version {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason: &str| InvalidText::new("version", text, reason);
        if text.len() > 64 {
            return Err(refuse("it has more than 64 bytes"));
        }
        let version =
            semver::Version::parse(text).map_err(|_| refuse("use three numbers, such as 1.4.0 or 1.4.0-beta.2"))?;
        if !version.build.is_empty() {
            return Err(refuse(
                "build metadata (the part after +) is not allowed, since it would not tell versions apart",
            ));
        }
        Ok(Self(version))
    }
}

text_door!(Version);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn build_metadata_and_loose_forms_are_refused() {
        for bad in [
            "",
            "1",
            "1.2",
            "v1.2.3",
            "1.2.3+build",
            "01.2.3",
            "1.2.3-",
            "1.2.3-01",
            "1.2.3 ",
            "99999999999999999999.0.0",
        ] {
            assert!(bad.parse::<Version>().is_err(), "{bad:?}");
        }
    }

    fn versions() -> impl Strategy<Value = Version> {
        ("[0-9]{1,3}", "[0-9]{1,2}", "[0-9]{1,2}", proptest::option::of("[0-9a-zA-Z-]{1,4}(\\.[0-9a-zA-Z-]{1,4}){0,3}"))
            .prop_filter_map("not SemVer", |(a, b, c, pre)| {
                let pre = pre.map(|pre| format!("-{pre}")).unwrap_or_default();
                format!("{a}.{b}.{c}{pre}").parse().ok()
            })
    }

    proptest! {
        #[test]
        fn sort_keys_sort_as_versions_do(a in versions(), b in versions()) {
            prop_assert_eq!(a.cmp(&b), a.sort_key().cmp(&b.sort_key()));
        }

        #[test]
        fn printing_and_parsing_round_trip(a in versions()) {
            prop_assert_eq!(a.to_string().parse::<Version>().expect("printed version"), a);
        }
    }
}
