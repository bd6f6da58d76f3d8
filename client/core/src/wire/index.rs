use std::collections::BTreeMap;

use super::PublisherKey;
use crate::manifest::Engines;
use crate::{
    Availability, Digest, PackageId, PackageType, Permissions, PublisherName, Tier, Timestamp, Version, Visibility,
};

/// One package that an App bundles, exactly.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Pin {
    /// The package.
    pub id: PackageId,
    /// Its version.
    pub version: Version,
    /// Its artifact.
    pub sha256: Digest,
    /// Its tier.
    pub tier: Tier,
    /// What it asks for.
    pub permissions: Permissions,
}

/// An approved version, as an index lists it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexVersion {
    /// The version.
    pub version: Version,
    /// Its artifact.
    pub sha256: Digest,
    /// The artifact's size in bytes.
    pub size: u64,
    /// Its tier.
    pub tier: Tier,
    /// Who it is approved for: the audience of the document, or a wider one.
    pub audience: Visibility,
    /// Whether it may still be used.
    pub availability: Availability,
    /// What it asks for.
    pub permissions: Permissions,
    /// What it depends on: package id to version range, verbatim.
    pub dependencies: BTreeMap<PackageId, String>,
    /// What an App bundles, transitively; empty for every other type.
    pub bundled: Vec<Pin>,
    /// Whether the host installs npm packages for it from its lockfile.
    pub manifest_deps: bool,
    /// What it is compatible with, verbatim.
    pub engines: Engines,
    /// The approval, by the digest of its exact text.
    pub approval_sha256: Digest,
}

/// index/v1: what the registry signs of a package for an audience. The signed payload, as `GET /v1/index/{id}` carries it
/// inside a DSSE envelope.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IndexDocument {
    /// The registry that signs.
    pub registry: String,
    /// The package.
    pub package: PackageId,
    /// Its type.
    pub r#type: PackageType,
    /// Its owner.
    pub publisher: PublisherName,
    /// Who it is for: `marketplace` lists marketplace versions only, `org` adds org ones,
    /// `private` lists all.
    pub audience: Visibility,
    /// Grows with every document for this audience; a client refuses one lower than it has seen.
    pub serial: u64,
    /// The serials of the documents for wider audiences, as they were when this one was signed: of two that a client has seen,
    /// neither is a way back behind the other.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub wider_serials: BTreeMap<Visibility, u64>,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
    /// The owner's keys, with which its evidence is checked.
    pub keys: Vec<PublisherKey>,
    /// The approved versions, lowest first.
    pub versions: Vec<IndexVersion>,
}

impl IndexDocument {
    /// What it says of serials: its own, and those of the documents for wider audiences.
    pub fn serials(&self) -> BTreeMap<Visibility, u64> {
        self.wider_serials
            .iter()
            .map(|(audience, serial)| (*audience, *serial))
            .chain([(self.audience, self.serial)])
            .collect()
    }
}
