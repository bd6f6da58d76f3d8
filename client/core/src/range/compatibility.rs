use super::EngineRange;
use crate::manifest::Engines;
use crate::text::plain_or_quoted;
use crate::{InvalidText, Version, quote};

closed_words! {
    /// The manifest key whose range decides over compatibility.
    EngineSource, "engine source" {
        /// `engines.protocol`, compared with the host's protocol.
        Protocol = "engines.protocol",
        /// `engines.platform`, compared with the host's platform.
        Platform = "engines.platform",
        /// `engine.objectstack`, compared with the host's platform.
        Objectstack = "engine.objectstack",
    }
}

impl EngineSource {
    /// What of the host the range is compared with.
    pub const fn compared_with(self) -> &'static str {
        match self {
            Self::Protocol => "protocol",
            Self::Platform | Self::Objectstack => "platform",
        }
    }
}

/// What a host says of itself. Either may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostProfile {
    /// The protocol it speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Version>,
    /// The platform it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Version>,
}

impl HostProfile {
    /// Whether nothing is known of the host.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// The range that decides over compatibility, as a manifest declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclaredEngine<'a> {
    /// Where it stands.
    pub source: EngineSource,
    /// Its text.
    pub text: &'a str,
    /// The text read; the gate holds a version whose range cannot be read.
    pub range: Result<EngineRange, InvalidText>,
}

/// The range that decides: the first present of `engines.protocol`, `engines.platform` and `engine.objectstack`, alone.
pub fn declared_engine(engines: &Engines) -> Option<DeclaredEngine<'_>> {
    let present = [
        (EngineSource::Protocol, &engines.protocol),
        (EngineSource::Platform, &engines.platform),
        (EngineSource::Objectstack, &engines.objectstack),
    ];
    let (source, text) = present.into_iter().find_map(|(source, text)| Some((source, text.as_deref()?)))?;
    Some(DeclaredEngine { source, text, range: text.parse() })
}

/// Whether a package works with a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Compatibility {
    /// The host is in the declared range.
    Compatible,
    /// Nothing is declared: allowed, with a warning.
    Undeclared,
    /// The host is not in the declared range: excluded.
    Incompatible {
        /// The declared range.
        required: String,
        /// Where it is declared.
        source: EngineSource,
        /// What the host has.
        host: Version,
    },
    /// The declared range cannot be read: excluded, unless asked otherwise.
    Unreadable {
        /// The declared text.
        required: String,
        /// Where it is declared.
        source: EngineSource,
    },
    /// The host does not say what the range would be compared with.
    HostUnknown {
        /// The declared range.
        required: String,
        /// Where it is declared.
        source: EngineSource,
    },
}

impl Compatibility {
    /// The end of a sentence that begins with the package and version; `None` where all is well.
    pub fn in_words(&self) -> Option<String> {
        Some(match self {
            Self::Compatible => return None,
            Self::Undeclared => "does not say with which hosts it works".to_owned(),
            Self::Incompatible { required, source, host } => {
                let what = source.compared_with();
                format!("needs {what} {}, and this host has {what} {host}", plain_or_quoted(required))
            }
            Self::Unreadable { required, source } => {
                format!("says which hosts it works with in a way that cannot be read ({source}: {})", quote(required))
            }
            Self::HostUnknown { required, source } => {
                let what = source.compared_with();
                format!("needs {what} {}, and the {what} of this host is not known", plain_or_quoted(required))
            }
        })
    }
}

/// Decides whether what a manifest declares fits a host.
pub fn compatibility(engines: &Engines, host: &HostProfile) -> Compatibility {
    let Some(DeclaredEngine { source, text, range }) = declared_engine(engines) else {
        return Compatibility::Undeclared;
    };
    let required = text.to_owned();
    let Ok(range) = range else { return Compatibility::Unreadable { required, source } };
    let version = match source {
        EngineSource::Protocol => &host.protocol,
        EngineSource::Platform | EngineSource::Objectstack => &host.platform,
    };
    match version {
        None => Compatibility::HostUnknown { required, source },
        Some(version) if range.admits(version.major()) => Compatibility::Compatible,
        Some(version) => Compatibility::Incompatible { required, source, host: version.clone() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engines(protocol: &str, platform: &str, objectstack: &str) -> Engines {
        let some = |text: &str| (text != "-").then(|| text.to_owned());
        Engines { protocol: some(protocol), platform: some(platform), objectstack: some(objectstack) }
    }

    fn host(protocol: &str, platform: &str) -> HostProfile {
        HostProfile { protocol: protocol.parse().ok(), platform: platform.parse().ok() }
    }

    #[test]
    fn the_first_declared_range_decides_alone() {
        let host = host("17.0.0", "18.4.0");
        let fits = |engines: &Engines| compatibility(engines, &host) == Compatibility::Compatible;
        assert!(fits(&engines("^17", "^16", "^16")));
        assert!(!fits(&engines("^16", "^18", "^18")));
        assert!(fits(&engines("-", "^18", "^16")));
        assert!(!fits(&engines("-", "^17", "^18")));
        assert!(fits(&engines("-", "-", "^18")), "engine.objectstack is compared with the platform");
        assert!(!fits(&engines("-", "-", "^17")));
        assert_eq!(compatibility(&engines("-", "-", "-"), &host), Compatibility::Undeclared);
        assert!(matches!(
            compatibility(&engines("^16 || ^17", "^18", "-"), &host),
            Compatibility::Unreadable { source: EngineSource::Protocol, .. }
        ));
    }

    #[test]
    fn an_unknown_host_is_not_taken_for_a_compatible_one() {
        let unknown = compatibility(&engines("^17", "-", "-"), &host("", "17.4.0"));
        assert!(matches!(unknown, Compatibility::HostUnknown { source: EngineSource::Protocol, .. }));
    }

    #[test]
    fn it_says_what_is_needed_and_what_is_there() {
        let words = |engines: &Engines| compatibility(engines, &host("17.0.0", "")).in_words().unwrap_or_default();
        insta::assert_snapshot!(words(&engines("^16", "-", "-")), @"needs protocol ^16, and this host has protocol 17.0.0");
        insta::assert_snapshot!(words(&engines("-", "^16", "-")), @"needs platform ^16, and the platform of this host is not known");
        insta::assert_snapshot!(words(&engines("1|2", "-", "-")), @r#"says which hosts it works with in a way that cannot be read (engines.protocol: "1|2")"#);
    }
}
