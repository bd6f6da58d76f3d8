//! What is installed in an environment, as `state.json` keeps it.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_core::consent::{Ask, Closure, Grants};
use plimsoll_core::wire::Evidence;
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
    /// What it asks for, as approved. What was granted is in [`State::grants`].
    pub permissions: Permissions,
    /// Who the version is for, as the approval says.
    pub audience: Visibility,
    /// Whether a reviewer approved it; else it is *not reviewed*.
    pub reviewed: bool,
    /// The packages that it needs: dependencies, or the bundle of an App.
    pub needs: BTreeSet<PackageId>,
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

/// What is installed in an environment, and what was granted to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// The packages.
    pub packages: BTreeMap<PackageId, Installed>,
    /// What a person granted to them.
    pub grants: Grants,
}

impl Installed {
    /// What it asks for, as consent sees it.
    pub fn ask(&self) -> Ask {
        Ask {
            package: self.package.clone(),
            publisher: self.publisher.clone(),
            version: self.version.clone(),
            tier: self.tier,
            permissions: self.permissions.clone(),
            brings: self.needs.clone(),
            manifest_deps: self.manifest_deps,
        }
    }
}

impl State {
    /// What the packages ask for.
    pub fn closure(&self) -> Closure {
        self.packages.values().map(Installed::ask).collect()
    }

    /// The installed packages that need this one.
    pub fn needed_by(&self, package: &PackageId) -> Vec<PackageId> {
        let needs_it = |other: &&Installed| other.needs.contains(package);
        self.packages.values().filter(needs_it).map(|other| other.package.clone()).collect()
    }
}
