//! The values of arguments that are more than one word.

use std::collections::BTreeMap;
use std::str::FromStr;

use plimsoll_core::range::VersionRange;
use plimsoll_core::{PackageId, Timestamp, Version, quote};

/// `ID@VERSION`: one version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionRef {
    pub(crate) package: PackageId,
    pub(crate) version: Version,
}

impl FromStr for VersionRef {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (package, version) = text
            .split_once('@')
            .ok_or_else(|| format!("{} names no version; write ID@VERSION, such as com.acme.crm@1.4.0", quote(text)))?;
        Ok(Self {
            package: package.parse().map_err(|error: plimsoll_core::InvalidText| error.to_string())?,
            version: version.parse().map_err(|error: plimsoll_core::InvalidText| error.to_string())?,
        })
    }
}

impl std::fmt::Display for VersionRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}@{}", self.package, self.version)
    }
}

/// `ID` or `ID@VERSION`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackageOrVersion {
    pub(crate) package: PackageId,
    pub(crate) version: Option<Version>,
}

impl FromStr for PackageOrVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains('@') {
            let VersionRef { package, version } = text.parse()?;
            return Ok(Self { package, version: Some(version) });
        }
        let package = text.parse().map_err(|error: plimsoll_core::InvalidText| error.to_string())?;
        Ok(Self { package, version: None })
    }
}

/// `ID` or `ID@RANGE`: what is wanted of a package. Without a range, any version will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) package: PackageId,
    pub(crate) range: VersionRange,
}

impl FromStr for Wanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (package, range) = text.split_once('@').unwrap_or((text, "*"));
        Ok(Self {
            package: package.parse().map_err(|error: plimsoll_core::InvalidText| error.to_string())?,
            range: range.parse().map_err(|error: plimsoll_core::InvalidText| error.to_string())?,
        })
    }
}

/// One `--host KEY=VERSION`: what the host is, as compatibility ranges ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HostFact {
    pub(crate) key: HostKey,
    pub(crate) version: Version,
}

/// What a host can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum HostKey {
    /// The protocol it speaks.
    Protocol,
    /// The platform it is.
    Platform,
}

impl FromStr for HostFact {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || format!("{} is not a host fact; write protocol=17.0.0 or platform=17.4.0", quote(text));
        let (key, version) = text.split_once('=').ok_or_else(refuse)?;
        let key = match key {
            "protocol" => HostKey::Protocol,
            "platform" => HostKey::Platform,
            _ => return Err(refuse()),
        };
        let version = version.parse().map_err(|error: plimsoll_core::InvalidText| error.to_string())?;
        Ok(Self { key, version })
    }
}

/// The facts by key. A key given twice is refused: either could be meant.
pub(crate) fn host_facts(facts: &[HostFact]) -> Result<BTreeMap<HostKey, Version>, String> {
    let mut by_key = BTreeMap::new();
    for fact in facts {
        if by_key.insert(fact.key, fact.version.clone()).is_some() {
            return Err("--host gives the same fact twice; give each of protocol and platform once".to_owned());
        }
    }
    Ok(by_key)
}

/// When a token expires: in some days, or at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expiry {
    /// In so many days from now, 1 to 366.
    Days(u16),
    /// At that time.
    At(Timestamp),
}

impl Expiry {
    /// The point in time.
    pub(crate) fn after(self, now: Timestamp) -> Timestamp {
        match self {
            Self::Days(days) => now.plus_seconds(i64::from(days) * 86_400),
            Self::At(time) => time,
        }
    }
}

impl FromStr for Expiry {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || {
            format!(
                "{} is no expiry; write days from now (1 to 366), or a time such as 2026-11-20T09:30:00Z",
                quote(text)
            )
        };
        if text.bytes().all(|b| b.is_ascii_digit()) {
            return match text.parse() {
                Ok(days @ 1..=366) => Ok(Self::Days(days)),
                _ => Err(refuse()),
            };
        }
        text.parse().map(Self::At).map_err(|_| refuse())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_reference_names_what_it_lacks() {
        let reference: VersionRef = "com.acme.crm@1.4.0-beta.2".parse().expect("reference");
        assert_eq!(reference.to_string(), "com.acme.crm@1.4.0-beta.2");
        let error = "com.acme.crm".parse::<VersionRef>().expect_err("no version");
        assert!(error.contains("names no version"), "{error}");
        assert!("com.acme.crm@^1".parse::<VersionRef>().is_err());
        assert_eq!("com.acme.crm".parse::<PackageOrVersion>().expect("package").version, None);
        assert!("com.acme.crm@".parse::<PackageOrVersion>().is_err());
    }

    #[test]
    fn a_host_fact_is_protocol_or_platform_once() {
        let fact = |text: &str| text.parse::<HostFact>();
        assert_eq!(fact("protocol=17.0.0").expect("fact").key, HostKey::Protocol);
        for bad in ["protocol", "os=17.0.0", "platform=17", "=", ""] {
            assert!(fact(bad).is_err(), "{bad:?}");
        }
        let twice = ["protocol=17.0.0", "protocol=18.0.0"].map(|text| fact(text).expect("fact"));
        assert!(host_facts(&twice).is_err());
    }

    #[test]
    fn an_expiry_is_days_or_a_time() {
        let now = Timestamp::from_micros(0).expect("time");
        assert_eq!("2".parse::<Expiry>().expect("days").after(now).to_string(), "1970-01-03T00:00:00Z");
        assert_eq!(
            "2026-11-20T09:30:00Z".parse::<Expiry>().expect("time").after(now).to_string(),
            "2026-11-20T09:30:00Z"
        );
        for bad in ["", "0", "367", "99999", "-1", "tomorrow"] {
            assert!(bad.parse::<Expiry>().is_err(), "{bad:?}");
        }
    }
}
