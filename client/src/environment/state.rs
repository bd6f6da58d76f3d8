//! What is installed in an environment, as `state.json` keeps it.

use std::collections::BTreeMap;

use plimsoll_core::wire::{Evidence, Pin};
use plimsoll_core::{Digest, PackageId, PackageType, Permissions, PublisherName, Tier, Timestamp, Version, Visibility};

use crate::transport::Address;

/// An installed package, with everything that proves it when the registry is down.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Installed {
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// Its artifact.
    pub sha256: Digest,
    /// The artifact's size in bytes.
    pub size: u64,
    /// Where it came from. One id belongs to one registry: an update comes from there or not at all.
    pub address: Address,
    /// The origin string of that registry.
    pub registry: String,
    /// The owner of the package; a new owner is a widening.
    pub publisher: PublisherName,
    /// The type of the package.
    pub r#type: PackageType,
    /// The tier that the registry assigned, as the approval says.
    pub tier: Tier,
    /// What was granted: what it may do, and nothing else.
    pub granted: Permissions,
    /// Who the version is for, as the approval says.
    pub audience: Visibility,
    /// Whether a reviewer approved it; else it is *not reviewed*.
    pub reviewed: bool,
    /// What it depends on: package id to version range.
    pub dependencies: BTreeMap<PackageId, String>,
    /// What it bundles, exactly.
    pub bundled: Vec<Pin>,
    /// Whether the host installs npm packages for it from its lockfile.
    pub manifest_deps: bool,
    /// The range it was asked for by; absent where it is here only as a dependency of another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<String>,
    /// The approval, as the exact text of its envelope.
    pub approval: String,
    /// The publisher's evidence, verbatim.
    pub evidence: Evidence,
    /// When this version was installed.
    pub installed_at: Timestamp,
    /// A newer version that waits for consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending: Option<Pending>,
}

/// A newer version that asks for more than was granted. The installed one keeps running.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// The version.
    pub version: Version,
    /// What is new about it, in words.
    pub widens: Vec<String>,
}

/// What is installed in an environment.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The packages.
    pub packages: BTreeMap<PackageId, Installed>,
}

impl State {
    /// The installed packages that need this one: those that depend on it or bundle it.
    pub fn needed_by(&self, package: &PackageId) -> Vec<PackageId> {
        self.packages
            .values()
            .filter(|other| {
                other.package != *package
                    && (other.dependencies.contains_key(package) || other.bundled.iter().any(|pin| pin.id == *package))
            })
            .map(|other| other.package.clone())
            .collect()
    }
}
