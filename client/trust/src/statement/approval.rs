//! approval/v1: what the registry signs of a version it approved. Its model is SLSA's Verification Summary.

use plimsoll_core::wire::{EvidenceKind, IndexVersion, Pin};
use plimsoll_core::{AccountName, Digest, PackageId, PublisherName, Tier, Timestamp, Version, Visibility, quote};

use super::in_toto::{self, Predicate};
use super::{MAX_APPROVAL_BYTES, VerifiedIndex};
use crate::dsse::{self, Envelope};
use crate::error::expect_equal;
use crate::{Fault, KeyError, Signer, StatementKind, TrustError, TrustRoot, root};

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApprovalDecision {
    /// The gate alone; shown as "not reviewed".
    Auto,
    /// A reviewer.
    Reviewed,
}

/// The predicate of approval/v1.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    /// The registry that approves.
    pub registry: String,
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// The artifact's digest.
    pub sha256: Digest,
    /// The artifact's size in bytes.
    pub size: u64,
    /// Who it is for.
    pub audience: Visibility,
    /// How it may be loaded: the tier that a client enforces.
    pub tier: Tier,
    /// The digest of the permissions it asks for (`Permissions::digest`).
    pub permissions_sha256: Digest,
    /// What an App bundles, exactly; empty for every other type.
    pub bundled: Vec<Pin>,
    /// Its publisher.
    pub publisher: PublisherName,
    /// What vouches for it on the publisher's side.
    pub evidence_kind: EvidenceKind,
    /// The digest of that evidence's exact text; null where the kind has no text.
    pub evidence_sha256: Option<Digest>,
    /// The digest of the gate report that was decided on.
    pub gate_report_sha256: Digest,
    /// The gate's policy.
    pub policy_version: u32,
    /// Who decided.
    pub decision: ApprovalDecision,
    /// The reviewer; null where nobody reviewed.
    pub reviewer: Option<AccountName>,
    /// When it was published, by the registry's clock.
    pub published_at: Timestamp,
    /// When it was decided, by the registry's clock.
    pub decided_at: Timestamp,
}

impl Predicate for Approval {
    const TYPE: &'static str = "urn:plimsoll:approval:v1";

    fn subject(&self) -> (&PackageId, &Version, Digest) {
        (&self.package, &self.version, self.sha256)
    }
}

impl Approval {
    /// Signs the approval. Refuses one that no client would accept.
    pub fn sign(&self, signer: &dyn Signer) -> Result<String, TrustError> {
        let about = |fault: Fault| fault.of(StatementKind::Approval, format_args!("{}@{}", self.package, self.version));
        self.check().map_err(about)?;
        let text = in_toto::sign(self, signer).map_err(|error: KeyError| about(error.into()))?;
        // An approval that nobody can read back is worse than none.
        Envelope::parse(&text, dsse::IN_TOTO, MAX_APPROVAL_BYTES).map_err(|error| about(error.into()))?;
        Ok(text)
    }

    /// What has to hold inside every approval.
    fn check(&self) -> Result<(), Fault> {
        let has_text = matches!(self.evidence_kind, EvidenceKind::Ed25519 | EvidenceKind::Statement);
        if self.evidence_sha256.is_some() != has_text {
            return Err(Fault::Malformed("evidenceSha256 and evidenceKind contradict each other".into()));
        }
        if self.reviewer.is_some() != (self.decision == ApprovalDecision::Reviewed) {
            return Err(Fault::Malformed("reviewer and decision contradict each other".into()));
        }
        // Code, and whatever the marketplace lists, needs evidence; `hosted` is enough for data alone.
        let none = self.evidence_kind == EvidenceKind::None;
        if (!has_text && self.tier != Tier::Declarative) || (none && self.audience == Visibility::Marketplace) {
            return Err(Fault::EvidenceMissing);
        }
        Ok(())
    }
}

/// What an approval has to say: what was asked for, from an index or from a lock file.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedApproval<'a> {
    /// The package.
    pub package: &'a PackageId,
    /// The version.
    pub version: &'a Version,
    /// The publisher.
    pub publisher: &'a PublisherName,
    /// The artifact's digest.
    pub sha256: Digest,
    /// The artifact's size in bytes.
    pub size: u64,
    /// The tier.
    pub tier: Tier,
    /// The digest of the permissions.
    pub permissions_sha256: Digest,
    /// The digest of the approval's exact text.
    pub approval_sha256: Digest,
    /// The audiences that the client accepts: marketplace, and those it was provisioned for.
    pub audiences: &'a [Visibility],
}

impl<'a> ExpectedApproval<'a> {
    /// What an index says of one of its versions.
    pub fn from_index(index: &'a VerifiedIndex, version: &'a IndexVersion, audiences: &'a [Visibility]) -> Self {
        Self {
            package: &index.document().package,
            version: &version.version,
            publisher: &index.document().publisher,
            sha256: version.sha256,
            size: version.size,
            tier: version.tier,
            permissions_sha256: version.permissions.digest(),
            approval_sha256: version.approval_sha256,
            audiences,
        }
    }
}

/// An approval whose signature verifies under the trust root, and which says what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedApproval {
    approval: Approval,
    digest: Digest,
}

impl VerifiedApproval {
    /// Verifies the envelope of an approval.
    pub fn verify(text: &str, root: &TrustRoot, expected: &ExpectedApproval<'_>) -> Result<Self, TrustError> {
        Self::try_verify(text, root, expected).map_err(|fault| {
            fault.of(StatementKind::Approval, format_args!("{}@{}", expected.package, expected.version))
        })
    }

    fn try_verify(text: &str, root: &TrustRoot, expected: &ExpectedApproval<'_>) -> Result<Self, Fault> {
        let envelope = Envelope::parse(text, dsse::IN_TOTO, MAX_APPROVAL_BYTES)?;
        let (payload, key) = root.open(&envelope)?;
        let approval: Approval = in_toto::read(payload)?;
        approval.check()?;
        root::valid_at(key, approval.decided_at)?;
        expect_equal("registry", &quote(&approval.registry), &quote(root.registry()))?;
        expect_equal("package", &approval.package, expected.package)?;
        expect_equal("version", &approval.version, expected.version)?;
        expect_equal("publisher", &approval.publisher, expected.publisher)?;
        expect_equal("sha256", &approval.sha256, &expected.sha256)?;
        expect_equal("size", &approval.size, &expected.size)?;
        expect_equal("tier", &approval.tier, &expected.tier)?;
        expect_equal("permissionsSha256", &approval.permissions_sha256, &expected.permissions_sha256)?;
        if !expected.audiences.contains(&approval.audience) {
            return Err(Fault::Audience(approval.audience));
        }
        // Last, since every other answer says more.
        let digest = Digest::of(text);
        expect_equal("own digest", &digest, &expected.approval_sha256)?;
        Ok(Self { approval, digest })
    }

    /// What it says.
    pub fn approval(&self) -> &Approval {
        &self.approval
    }

    /// The digest of its exact text.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}
