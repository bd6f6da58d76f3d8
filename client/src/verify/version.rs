//! A version without its bytes: index, approval, evidence.

use std::io;

use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{Evidence, EvidenceKind, IndexVersion, PublisherKey};
use plimsoll_core::{Availability, PackageId, Version};
use plimsoll_trust::TrustRoot;
use plimsoll_trust::evidence::VerifiedEvidence;
use plimsoll_trust::statement::{Approval, ExpectedApproval, VerifiedApproval, VerifiedIndex};

use super::{Fault, VerifyError};

/// What is said of a version by those who carry it: the exact texts.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'a> {
    pub(crate) approval: &'a str,
    pub(crate) evidence: &'a Evidence,
}

/// A version that its registry approved and, where it is signed by a statement, its publisher signed.
///
/// A signature string over the bytes themselves is verified together with the bytes.
#[derive(Clone, Debug)]
pub struct VerifiedVersion {
    approval: VerifiedApproval,
    evidence: Evidence,
    keys: Vec<PublisherKey>,
}

impl VerifiedVersion {
    /// Verifies a version that an index lists. It may be yanked: the resolver takes such
    /// a version only where exactly that one is pinned.
    pub(crate) fn verify(
        index: &VerifiedIndex,
        version: &Version,
        claim: Claim<'_>,
        root: &TrustRoot,
    ) -> Result<Self, VerifyError> {
        let document = index.document();
        Self::try_verify(index, version, claim, root).map_err(|fault| fault.of(&document.package, version))
    }

    fn try_verify(index: &VerifiedIndex, version: &Version, claim: Claim<'_>, root: &TrustRoot) -> Result<Self, Fault> {
        let listed = listed(index, version).ok_or(Fault::NotListed)?;
        check_availability(&listed.availability)?;
        let expected = ExpectedApproval::from_index(index, listed);
        let approval = VerifiedApproval::verify(claim.approval, root, &expected)?;
        if approval.approval().bundled != listed.bundled {
            return Err(Fault::Bundled);
        }
        Self::with_evidence(approval, claim.evidence, &index.document().keys)
    }

    /// Verifies what was installed before, by what was kept of it and the publisher's keys as last seen.
    pub(crate) fn verify_kept(
        claim: Claim<'_>,
        root: &TrustRoot,
        expected: &ExpectedApproval<'_>,
        keys: &[PublisherKey],
    ) -> Result<Self, VerifyError> {
        let verify = || {
            let approval = VerifiedApproval::verify(claim.approval, root, expected)?;
            Self::with_evidence(approval, claim.evidence, keys)
        };
        verify().map_err(|fault: Fault| fault.of(expected.package, expected.version))
    }

    fn with_evidence(approval: VerifiedApproval, evidence: &Evidence, keys: &[PublisherKey]) -> Result<Self, Fault> {
        if evidence.kind != EvidenceKind::Ed25519 {
            VerifiedEvidence::verify(evidence, &approval, keys, &mut io::empty())?;
        }
        Ok(Self { approval, evidence: evidence.clone(), keys: keys.to_vec() })
    }

    /// What the registry approved.
    pub fn approval(&self) -> &Approval {
        self.approval.approval()
    }

    /// The publisher's evidence, verbatim.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// Whether its publisher signed it; else it is to be shown as *not signed by its publisher*.
    pub fn is_signed_by_publisher(&self) -> bool {
        matches!(self.evidence.kind, EvidenceKind::Ed25519 | EvidenceKind::Statement)
    }

    /// Verifies the evidence together with the bytes.
    pub(super) fn verify_evidence(&self, artifact: &mut dyn io::Read) -> Result<VerifiedEvidence, Fault> {
        Ok(VerifiedEvidence::verify(&self.evidence, &self.approval, &self.keys, artifact)?)
    }

    /// The package and version, for messages.
    pub(super) fn name(&self) -> (&PackageId, &Version) {
        (&self.approval().package, &self.approval().version)
    }
}

/// What an index says of a version.
pub(crate) fn listed<'i>(index: &'i VerifiedIndex, version: &Version) -> Option<&'i IndexVersion> {
    index.document().versions.iter().find(|listed| listed.version == *version)
}

/// Refuses what must not be used any more.
pub(crate) fn check_availability(availability: &Availability) -> Result<(), Fault> {
    match availability.status {
        AvailabilityWord::Blocked => Err(Fault::Blocked(plimsoll_core::quote(&availability.reason))),
        AvailabilityWord::Live | AvailabilityWord::Deprecated | AvailabilityWord::Yanked => Ok(()),
    }
}
