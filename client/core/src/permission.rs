//! Permissions: what a manifest asks for.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::text::{is_invisible, plain_or_quoted};
use crate::{Digest, InvalidText};

closed_words! {
    /// What a permission is about. The words are the keys of the ObjectStack manifest, plus two of ours.
    PermissionKind, "permission kind" {
        /// A host service, by name.
        Services = "services",
        /// A host hook, by name.
        Hooks = "hooks",
        /// A network host.
        Network = "network",
        /// A path in the file system.
        Fs = "fs",
        /// A flat string of an old manifest. It opens no host API.
        Legacy = "legacy",
        /// A capability that a script body asks for.
        Capabilities = "capabilities",
    }
}

/// One permission, written `kind:value`, such as `network:api.example.com`.
///
/// Invariants: the value is normalised (no surrounding spaces; a network host in lower case without a final dot), has 1 to
/// 256 bytes and no character that people do not see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "RawPermission")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Permission {
    kind: PermissionKind,
    #[cfg_attr(feature = "openapi", schema(example = "object", max_length = 256))]
    value: String,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPermission {
    kind: PermissionKind,
    value: String,
}

impl TryFrom<RawPermission> for Permission {
    type Error = InvalidText;

    fn try_from(raw: RawPermission) -> Result<Self, Self::Error> {
        Self::new(raw.kind, &raw.value)
    }
}

impl Permission {
    /// Builds a permission, normalising its value.
    pub fn new(kind: PermissionKind, value: &str) -> Result<Self, InvalidText> {
        let refuse = |reason: &str| Err(InvalidText::new("permission", value, reason));
        let trimmed = value.trim();
        let normal = match kind {
            PermissionKind::Network => trimmed.to_lowercase().trim_end_matches('.').to_owned(),
            _ => trimmed.to_owned(),
        };
        if normal.is_empty() {
            return refuse("it is empty");
        }
        if normal.len() > 256 {
            return refuse("it has more than 256 bytes");
        }
        if normal.chars().any(|c| c.is_control() || is_invisible(c)) {
            return refuse("it has characters that people do not see");
        }
        Ok(Self { kind, value: normal })
    }

    /// What the permission is about.
    pub fn kind(&self) -> PermissionKind {
        self.kind
    }

    /// Which of its kind, normalised.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The permission as a person reads it, such as `connect to api.example.com`.
    pub fn in_words(&self) -> String {
        let value = plain_or_quoted(&self.value);
        match self.kind {
            PermissionKind::Services => format!("use the service {value}"),
            PermissionKind::Hooks => format!("run at the hook {value}"),
            PermissionKind::Network => format!("connect to {value}"),
            PermissionKind::Fs => format!("read and write {value}"),
            PermissionKind::Legacy => format!("(old form, opens nothing) {value}"),
            PermissionKind::Capabilities => format!("let scripts use {value}"),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.value)
    }
}

impl FromStr for Permission {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, value) = text
            .split_once(':')
            .ok_or_else(|| InvalidText::new("permission", text, "write kind:value, such as network:api.example.com"))?;
        Self::new(kind.parse()?, value)
    }
}

/// A set of permissions. Sorted, without duplicates; compared by equality after normalising, never by glob.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = Vec<Permission>))]
pub struct Permissions(pub BTreeSet<Permission>);

impl Permissions {
    /// The most permissions that a manifest may ask for: whoever consents has to read them, and every index carries them.
    pub const MAX: usize = 256;

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The permissions, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &Permission> {
        self.0.iter()
    }

    /// What `self` has and `granted` has not.
    pub fn beyond(&self, granted: &Self) -> Self {
        Self(self.0.difference(&granted.0).cloned().collect())
    }

    /// The digest that an approval binds: of the sorted `kind:value` lines, each ended by a newline.
    pub fn digest(&self) -> Digest {
        let lines: String = self.iter().map(|permission| format!("{permission}\n")).collect();
        Digest::of(lines)
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(iter: I) -> Self {
        Self(iter.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_normalised_and_round_trip() {
        let host: Permission = "network: API.Example.com. ".parse().expect("permission");
        assert_eq!(host.to_string(), "network:api.example.com");
        assert_eq!(host.to_string().parse(), Ok(host));
        for bad in ["", "network", "network:", "files:x", "fs:a\nb"] {
            assert!(bad.parse::<Permission>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_digest_depends_on_the_set_alone() {
        let set = |texts: &[&str]| texts.iter().map(|text| text.parse().expect("permission")).collect::<Permissions>();
        assert_eq!(set(&["fs:/a", "services:b"]).digest(), set(&["services:b", "fs:/a", "fs:/a"]).digest());
        assert_ne!(set(&["fs:/a"]).digest(), Permissions::default().digest());
    }
}
