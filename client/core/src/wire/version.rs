use super::{Listing, Pin};
use crate::gate::Report;
use crate::{
    AccountName, Availability, Digest, KeyId, Level, PackageId, PackageType, Permissions, PublisherName, State, Tier,
    Timestamp, Visibility,
};

/// Answer of `PUT /v1/artifacts/{sha256}`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredArtifact {
    /// Its digest.
    pub sha256: Digest,
    /// Its size in bytes.
    pub size: u64,
}

/// Body of `POST /v1/packages/{id}/versions`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewVersion {
    /// The publisher in whose name this is done.
    pub publisher: PublisherName,
    /// The artifact, uploaded before.
    pub sha256: Digest,
    /// `ed25519:<keyId>:<base64url>` over the artifact's bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 256))]
    pub signature: Option<String>,
    /// A publish/v1 statement in a DSSE envelope, as the exact text of its JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 65536))]
    pub statement: Option<String>,
    /// Who it is for; by default the package's default, which for a new package is `private`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<Visibility>,
    /// Ask for review now. Marketplace versions stay drafts without it.
    #[serde(default)]
    pub submit: bool,
    /// Release notes, at most 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 65536))]
    pub notes: Option<String>,
    /// What the catalog is to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
}

/// A version.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Version {
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: crate::Version,
    /// The artifact's digest.
    pub sha256: Digest,
    /// The artifact's size in bytes.
    pub size: u64,
    /// The type that its manifest declares.
    pub r#type: PackageType,
    /// The tier that the registry assigned.
    pub tier: Tier,
    /// Where it stands.
    pub state: State,
    /// Whether it may still be used.
    pub availability: Availability,
    /// Who it is for.
    pub visibility: Visibility,
    /// Its publisher.
    pub publisher: PublisherName,
    /// What it asks for.
    pub permissions: Permissions,
    /// Whether its artifact has code.
    pub has_code: bool,
    /// What an App bundles, exactly, each with its tier and permissions; absent for every other type.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bundled: Vec<Pin>,
    /// Release notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// When it was published.
    pub published_at: Timestamp,
    /// When it was approved or rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<Timestamp>,
    /// The gate report, for those who may read it: members of the publisher, reviewers, administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// The digest of the report, by which a review names it; present with the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report_sha256: Option<Digest>,
    /// The review that decided it, for those who may read the report; absent where no person decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// What a catalog shows of it once it is approved for the marketplace, for those who may read the report. In no list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listing: Option<Listing>,
}

/// A page of versions, highest first.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Versions {
    /// The versions, without their reports.
    pub items: Vec<Version>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// A package, as far as the one who asks may see it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Package {
    /// Its identity.
    pub package: PackageId,
    /// Its owner.
    pub publisher: PublisherName,
    /// How far the owner is verified.
    pub publisher_level: Level,
    /// Its type.
    pub r#type: PackageType,
    /// The visibility of later versions that name none.
    pub default_visibility: Visibility,
    /// What a catalog shows of it.
    pub listing: Listing,
    /// The highest version that the one who asks may see.
    pub latest: Option<crate::Version>,
    /// When its first version was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

closed_words! {
    /// What vouches for a version on its publisher's side.
    EvidenceKind, "evidence kind" {
        /// An `ed25519:` string over the artifact's bytes.
        Ed25519 = "ed25519",
        /// A publish/v1 statement in a DSSE envelope.
        Statement = "statement",
        /// Built by the registry from what the publisher sent; not signed by its publisher.
        Hosted = "hosted",
        /// Nothing: a version without code that is not for the marketplace.
        None = "none",
    }
}

/// The publisher's evidence for a version, verbatim.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// The key it was made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_id: Option<KeyId>,
    /// The exact text: the `ed25519:` string, or the JSON of the envelope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// ObjectStack's counter-signature: a signature string by the registry over `id`, version, `blobKey` and `signature`, joined by
/// newlines. It proves less than the approval; ObjectStack's own tools verify it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CounterSignature {
    /// The publisher's `ed25519:` string that it covers.
    pub signature: String,
    /// The name of the artifact that it covers; the digest is in it.
    pub blob_key: String,
    /// `ed25519:<keyId>:<base64url>`, where the key is the registry's.
    pub platform_signature: String,
}

/// Answer of `GET /v1/packages/{id}/versions/{version}/evidence`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VersionEvidence {
    /// The publisher's evidence.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// ObjectStack's counter-signature; only of an approved version that came with an `ed25519:` string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter_signature: Option<CounterSignature>,
    /// The evidence as submitted last, where that lies beside an approval in force, for those who may read the report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub submitted: Option<Evidence>,
}

closed_words! {
    /// A reviewer's decision.
    Decision, "decision" {
        /// The version is approved.
        Approve = "approve",
        /// The version is rejected, for good.
        Reject = "reject",
    }
}

/// A review, as the publisher reads it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Review {
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub by: AccountName,
    /// When.
    pub at: Timestamp,
}

/// Body of `POST /v1/packages/{id}/versions/{version}/review`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewReview {
    /// The decision.
    pub decision: Decision,
    /// Why.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 4000))]
    pub reason: String,
    /// The artifact that was reviewed.
    pub sha256: Digest,
    /// The report that was seen.
    pub report_sha256: Digest,
}

/// A page of the review queue, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewQueue {
    /// The held versions, with the reports of their submissions.
    pub items: Vec<Version>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// Body of `POST /v1/packages/{id}/versions/{version}/availability`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetAvailability {
    /// The new availability.
    pub to: crate::version_state::AvailabilityWord,
    /// Why.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1000))]
    pub reason: String,
    /// What to use instead, where it is deprecated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(max_length = 256))]
    pub replacement: Option<String>,
}
