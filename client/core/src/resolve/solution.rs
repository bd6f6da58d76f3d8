use std::collections::BTreeSet;

use crate::consent::{Ask, Closure};
use crate::{Digest, PackageId, PackageType, Permissions, PublisherName, Tier, Version};

/// One package of a solution.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolved {
    /// The package.
    pub package: PackageId,
    /// The chosen version.
    pub version: Version,
    /// Its type.
    pub r#type: PackageType,
    /// Its publisher.
    pub publisher: PublisherName,
    /// Its artifact.
    pub sha256: Digest,
    /// The artifact's size in bytes.
    pub size: u64,
    /// Its tier.
    pub tier: Tier,
    /// What it asks for.
    pub permissions: Permissions,
    /// Whether the host installs npm packages for it.
    pub manifest_deps: bool,
    /// The approval, by the digest of its exact text.
    pub approval_sha256: Digest,
    /// Whether it was asked for, rather than only needed.
    pub wanted: bool,
    /// The packages that it needs, all of which come before it.
    pub needs: BTreeSet<PackageId>,
    /// The packages of the solution that need it.
    pub needed_by: BTreeSet<PackageId>,
}

/// What to install, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Solution {
    /// The packages; each comes after all those that it needs.
    pub packages: Vec<Resolved>,
    /// What a person should know, in sentences.
    pub warnings: Vec<String>,
}

impl Solution {
    /// The chosen version of a package.
    pub fn get(&self, package: &PackageId) -> Option<&Resolved> {
        self.packages.iter().find(|resolved| resolved.package == *package)
    }

    /// What the solution asks for, as consent looks at it.
    pub fn closure(&self) -> Closure {
        let ask = |resolved: &Resolved| Ask {
            package: resolved.package.clone(),
            publisher: resolved.publisher.clone(),
            version: resolved.version.clone(),
            tier: resolved.tier,
            permissions: resolved.permissions.clone(),
            brings: resolved.needs.clone(),
            manifest_deps: resolved.manifest_deps,
        };
        self.packages.iter().map(ask).collect()
    }
}
