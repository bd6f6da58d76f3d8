use std::io::Read;

use plimsoll_core::wire::{self, EvidenceKind, PublisherKey};
use plimsoll_core::{Digest, KeyId};

use super::{Artifact, Outcome, check};
use crate::error::expect_equal;
use crate::statement::{ExpectedPublish, VerifiedApproval, VerifiedPublish};
use crate::{Fault, StatementKind, TrustError};

/// Evidence that verifies, for the version that an approval is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedEvidence {
    kind: EvidenceKind,
    key_id: Option<KeyId>,
    publish: Option<VerifiedPublish>,
}

impl VerifiedEvidence {
    /// Verifies the evidence that an approval names, against the publisher's keys, as the index lists them, and the artifact.
    pub fn verify(
        evidence: &wire::Evidence,
        approval: &VerifiedApproval,
        keys: &[PublisherKey],
        artifact: &mut dyn Read,
    ) -> Result<Self, TrustError> {
        Self::try_verify(evidence, approval, keys, artifact).map_err(|fault| {
            let approval = approval.approval();
            fault.of(StatementKind::Evidence, format_args!("{}@{}", approval.package, approval.version))
        })
    }

    fn try_verify(
        evidence: &wire::Evidence,
        approval: &VerifiedApproval,
        keys: &[PublisherKey],
        artifact: &mut dyn Read,
    ) -> Result<Self, Fault> {
        let approval = approval.approval();
        expect_equal("kind", &evidence.kind, &approval.evidence_kind)?;
        if let (Some(text), Some(expected)) = (&evidence.text, &approval.evidence_sha256) {
            expect_equal("digest", &Digest::of(text), expected)?;
        }
        let artifact = Artifact { bytes: artifact, sha256: approval.sha256 };
        let outcome =
            check(evidence, keys, artifact, approval.published_at).map_err(|error| Fault::Read(error.to_string()))?;
        let signed = match outcome {
            // The approval was checked for whether its version may do without a signature.
            Outcome::Missing | Outcome::Hosted if approval.evidence_sha256.is_none() => {
                return Ok(Self { kind: evidence.kind, key_id: None, publish: None });
            }
            Outcome::Missing | Outcome::Hosted => return Err(Fault::EvidenceMissing),
            Outcome::Invalid(fault) | Outcome::KeyRevoked(_, fault) => return Err(fault),
            Outcome::KeyUnknown(key_id) => return Err(Fault::UnknownPublisherKey(key_id.to_string())),
            Outcome::Signed(signed) => signed,
        };
        let expected = ExpectedPublish {
            registry: &approval.registry,
            package: &approval.package,
            version: &approval.version,
            publisher: &approval.publisher,
            sha256: approval.sha256,
            size: approval.size,
        };
        let publish = signed.publish.map(|publish| VerifiedPublish::bind(*publish, &expected)).transpose()?;
        Ok(Self { kind: signed.kind, key_id: Some(signed.key_id), publish })
    }

    /// What it is.
    pub fn kind(&self) -> EvidenceKind {
        self.kind
    }

    /// The publisher's key; `None` where the publisher signed nothing.
    pub fn key_id(&self) -> Option<&KeyId> {
        self.key_id.as_ref()
    }

    /// The publish statement, where the evidence is one.
    pub fn publish(&self) -> Option<&VerifiedPublish> {
        self.publish.as_ref()
    }

    /// The digest that the manifest must have, where a statement tells it.
    pub fn manifest_sha256(&self) -> Option<Digest> {
        self.publish().map(|publish| publish.publish().manifest_sha256)
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::Visibility;
    use plimsoll_core::wire::RevocationReason::Compromised;

    use super::super::tests::{evidence, statement_by, string_by};
    use super::*;
    use crate::fixtures::{ARTIFACT, approval, day, key, of, publish, publisher_key, revoked, root};
    use crate::statement::{ExpectedApproval, Publish};
    use crate::{LegacySignature, SigningKey};

    /// Signs an approval and takes it back, verified.
    fn approved(kind: EvidenceKind, text: Option<&str>) -> VerifiedApproval {
        let registry = key();
        let approval = approval(kind, text);
        let text = approval.sign(&registry).expect("signed");
        let expected = ExpectedApproval {
            package: &approval.package,
            version: &approval.version,
            publisher: &approval.publisher,
            sha256: approval.sha256,
            size: approval.size,
            tier: approval.tier,
            permissions_sha256: approval.permissions_sha256,
            approval_sha256: Digest::of(&text),
            audience: Visibility::Marketplace,
        };
        VerifiedApproval::verify(&text, &root(&registry), &expected).expect("approval")
    }

    fn verify(
        evidence: &wire::Evidence,
        keys: &[PublisherKey],
        artifact: &[u8],
    ) -> Result<VerifiedEvidence, TrustError> {
        let approval = approved(evidence.kind, evidence.text.as_deref());
        VerifiedEvidence::verify(evidence, &approval, keys, &mut &*artifact)
    }

    #[test]
    fn a_string_and_a_statement_verify_with_a_key_of_the_publisher() {
        let key = key();
        let keys = [publisher_key(&key)];
        let string = verify(&string_by(&key), &keys, ARTIFACT).expect("string");
        assert_eq!((string.key_id(), string.manifest_sha256()), (Some(&of("acme-2026")), None));
        let statement = verify(&statement_by(&key, &publish()), &keys, b"").expect("statement");
        assert_eq!(statement.key_id(), Some(&of("acme-2026")), "the publisher's own name of the key");
        assert_eq!(statement.manifest_sha256(), Some(publish().manifest_sha256));
    }

    #[test]
    fn a_p256_key_signs_statements() {
        let key = SigningKey::generate(wire::Algorithm::P256).expect("key");
        assert!(verify(&statement_by(&key, &publish()), &[publisher_key(&key)], b"").is_ok());
    }

    #[test]
    fn a_statement_does_not_replay() {
        let key = key();
        let fault = |publish: Publish| {
            verify(&statement_by(&key, &publish), &[publisher_key(&key)], ARTIFACT).expect_err("replay").fault
        };
        for (member, other) in [
            ("registry", Publish { registry: "other.example".to_owned(), ..publish() }),
            ("package", Publish { package: of("com.acme.other"), ..publish() }),
            ("version", Publish { version: of("1.0.1"), ..publish() }),
            ("publisher", Publish { publisher: of("evil"), ..publish() }),
        ] {
            let fault = fault(other);
            assert!(matches!(fault, Fault::Mismatch { member: found, .. } if found == member), "{member}: {fault}");
        }
        let mut other = publish();
        other.artifact.sha256 = Digest::of("other");
        assert!(matches!(fault(other), Fault::Mismatch { member: "sha256", .. }));
        let mut other = publish();
        other.artifact.size += 1;
        assert!(matches!(fault(other), Fault::Mismatch { member: "size", .. }));
    }

    #[test]
    fn a_client_says_why_a_key_is_refused() {
        let key = key();
        let keys = [revoked(&key, Compromised, day(5))];
        assert_eq!(
            verify(&string_by(&key), &keys, ARTIFACT).expect_err("revoked").to_string(),
            "the publisher's evidence of com.acme.linter@1.0.0 is refused: the key acme-2026 is revoked (compromised) for \
             everything published from 2026-11-05T12:00:00Z on"
        );
        let error = verify(&string_by(&key), &[], ARTIFACT).expect_err("unknown").fault;
        assert_eq!(error, Fault::UnknownPublisherKey("acme-2026".to_owned()));
    }

    #[test]
    fn other_bytes_are_an_error_of_the_bytes() {
        let key = key();
        let error = verify(&string_by(&key), &[publisher_key(&key)], b"other bytes").expect_err("other bytes");
        assert!(matches!(error.fault, Fault::Read(_)), "{error}");
    }

    #[test]
    fn evidence_is_the_one_that_the_approval_names() {
        let key = key();
        let first = string_by(&key);
        let approval = approved(first.kind, first.text.as_deref());
        let keys = [publisher_key(&key)];
        let fault = |evidence: &wire::Evidence| {
            VerifiedEvidence::verify(evidence, &approval, &keys, &mut &*ARTIFACT).expect_err("refused").fault
        };
        assert!(matches!(fault(&statement_by(&key, &publish())), Fault::Mismatch { member: "kind", .. }));
        let signature = LegacySignature::sign(&key, of("renamed"), ARTIFACT).expect("signature").to_string();
        let renamed = evidence(EvidenceKind::Ed25519, &signature);
        assert!(matches!(fault(&renamed), Fault::Mismatch { member: "digest", .. }));
        assert_eq!(fault(&wire::Evidence { text: None, ..first }), Fault::EvidenceMissing);
    }

    #[test]
    fn data_that_the_registry_built_needs_no_signature() {
        let hosted = wire::Evidence { kind: EvidenceKind::Hosted, key_id: None, text: None };
        assert_eq!(verify(&hosted, &[], b"").expect("hosted").key_id(), None);
    }
}
