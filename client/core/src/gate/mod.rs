//! The gate: how a version may be loaded, and whether it may be accepted, with reasons.
//!
//! [`decide`] is a pure function of [`Facts`]. The registry gathers all of them; `plimsoll check` has only the bytes, and
//! what needs more comes out as `not-evaluated`. In a registry the same gap is `unknown`, which holds the version: whether
//! it is one is told by [`Facts::registry`].
//!
//! To add a check: a code in `report`, a function in one of the files of `checks`, an entry in `checks::judge`.

mod checks;
mod level;
mod policy;
mod report;

pub use level::Leveled;
pub use policy::{POLICY_VERSION, is_reserved, listing_lacks, tier_of};
pub use report::{Check, CheckCode, Outcome, Report, Verdict};

use std::collections::BTreeMap;

use crate::artifact::{ArtifactError, Inspection};
use crate::wire::{EvidenceKind, Pin};
use crate::{
    Digest, KeyId, Level, Namespace, PackageId, PackageType, Prefix, PublisherName, State, Timestamp, Version,
    Visibility,
};

/// Everything the gate looks at.
#[derive(Debug)]
pub struct Facts<'a> {
    /// The bytes, inspected.
    pub artifact: &'a Result<Inspection, ArtifactError>,
    /// What was asked.
    pub request: Request,
    /// The publisher's level. `None` where nobody knows it here.
    pub level: Option<Level>,
    /// The publisher's evidence.
    pub evidence: Evidence,
    /// What the registry knows. `None` when checking offline.
    pub registry: Option<RegistryFacts>,
}

/// What the publisher asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The package in the request's path.
    pub package: Option<PackageId>,
    /// The version that the request names, where it names one.
    pub version: Option<Version>,
    /// Where the request carries the manifest again: the root keys in which it is not that of the artifact.
    pub manifest_differs: Vec<String>,
    /// In whose name.
    pub publisher: Option<PublisherName>,
    /// The digest of the bytes, as computed here.
    pub sha256: Option<Digest>,
    /// The size of the bytes.
    pub size: u64,
    /// Who the version is for; `None` is private.
    pub visibility: Option<Visibility>,
    /// What the listing would lack: the names of absent members. `None` where nobody knows it here.
    pub listing_lacks: Option<Vec<&'static str>>,
    /// The digest of the listing, so that a report, and with it a review, is about one listing. `None` where there is none.
    pub listing_sha256: Option<Digest>,
}

/// What became of the publisher's evidence. The verifying was done by `plimsoll-trust`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one value for each decision, and it is passed by reference")]
pub enum Evidence {
    /// Not looked at here.
    NotEvaluated,
    /// There is none.
    Missing,
    /// The registry built the artifact itself.
    Hosted,
    /// It does not verify, or cannot be read; why.
    Invalid(String),
    /// It names a key that the publisher does not have.
    KeyUnknown(KeyId),
    /// It names a key that is revoked.
    KeyRevoked(KeyId),
    /// It verifies.
    Verified {
        /// What it is.
        kind: EvidenceKind,
        /// The key.
        key_id: KeyId,
        /// The facts about the key that decide whether it is fresh. `None` where nobody knows them here.
        key: Option<KeyFacts>,
        /// What the statement says of identity, if it is one.
        statement: Option<StatementFacts>,
    },
}

/// What decides whether a key is fresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// When it was added.
    pub added_at: Timestamp,
    /// Now.
    pub now: Timestamp,
    /// Whether it is the publisher's first key.
    pub first: bool,
    /// Whether an older key of the publisher, or an administrator, vouches for it.
    pub vouched: bool,
}

/// What a verified publish/v1 statement says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementFacts {
    /// The registry it was made for.
    pub registry: String,
    /// The registry that this is.
    pub this_registry: String,
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// The publisher.
    pub publisher: PublisherName,
    /// The artifact's digest.
    pub sha256: Digest,
    /// The artifact's size.
    pub size: u64,
    /// The digest of the manifest's bytes.
    pub manifest_sha256: Digest,
}

/// What the registry knows about the package and its surroundings.
#[derive(Clone, Debug, Default)]
pub struct RegistryFacts {
    /// The owner of the package, if it exists.
    pub owner: Option<PublisherName>,
    /// Whether the owner may be named: whether a version of the package is in the marketplace.
    pub owner_is_public: bool,
    /// The type of the package, if it exists: the same for all its versions.
    pub package_type: Option<PackageType>,
    /// The granted prefixes under which the id lies, with their publishers.
    pub prefixes: Vec<(Prefix, PublisherName)>,
    /// The holder of the manifest's namespace, if it is taken.
    pub namespace: Option<NamespaceHolder>,
    /// The namespace with which the package is in the marketplace already.
    pub package_namespace: Option<Namespace>,
    /// The version that is there already, with its digest.
    pub existing: Option<(Digest, State)>,
    /// For each dependency of the manifest: whether an approved, live version for the marketplace satisfies it. One that is
    /// absent here could not be decided.
    pub dependencies: BTreeMap<PackageId, bool>,
    /// For Apps: what [`crate::bundle::resolve`] made of the bundle.
    pub bundle: Option<Result<Vec<Pin>, Vec<String>>>,
}

/// Who holds a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceHolder {
    /// The publisher.
    pub publisher: PublisherName,
    /// Its package that took it, the first one in the marketplace with it.
    pub package: PackageId,
    /// Since when.
    pub since: Timestamp,
}

/// Decides over one version.
pub fn decide(facts: &Facts<'_>) -> Report {
    checks::run(facts)
}

#[cfg(test)]
mod tests;
