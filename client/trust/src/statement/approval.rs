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
    /// Who it is for.
    pub audience: Visibility,
}

impl<'a> ExpectedApproval<'a> {
    /// What an index says of one of its versions.
    pub fn from_index(index: &'a VerifiedIndex, version: &'a IndexVersion) -> Self {
        Self {
            package: &index.document().package,
            version: &version.version,
            publisher: &index.document().publisher,
            sha256: version.sha256,
            size: version.size,
            tier: version.tier,
            permissions_sha256: version.permissions.digest(),
            approval_sha256: version.approval_sha256,
            audience: version.audience,
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
        expect_equal("audience", &approval.audience, &expected.audience)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SigningKey;
    use crate::fixtures::{ARTIFACT, REGISTRY, approval, day, index, key, of, registry_key, root};
    use crate::statement::{ExpectedIndex, sign_index};

    fn good() -> Approval {
        approval(EvidenceKind::Statement, Some("the text of a statement"))
    }

    /// Verifies an approval that is asked for as [`good`], and whose digest the index knows.
    fn verify(text: &str, root: &TrustRoot) -> Result<VerifiedApproval, TrustError> {
        let good = good();
        let expected = ExpectedApproval {
            package: &good.package,
            version: &good.version,
            publisher: &good.publisher,
            sha256: good.sha256,
            size: good.size,
            tier: good.tier,
            permissions_sha256: good.permissions_sha256,
            approval_sha256: Digest::of(text),
            audience: Visibility::Marketplace,
        };
        VerifiedApproval::verify(text, root, &expected)
    }

    fn refused(approval: &Approval, key: &SigningKey) -> Fault {
        verify(&approval.sign(key).expect("signed"), &root(key)).expect_err("refused").fault
    }

    #[test]
    fn an_approval_is_found_through_its_index() {
        let key = key();
        let text = good().sign(&key).expect("signed");
        let index = sign_index(&index(&good(), &text, Vec::new()), &key).expect("signed");
        let package = of("com.acme.linter");
        let expected = ExpectedIndex {
            package: &package,
            now: day(13),
            seen: &std::collections::BTreeMap::new(),
            offline_grace_seconds: 0,
        };
        let index = VerifiedIndex::verify(&index, &root(&key), &expected).expect("index");
        let version = &index.document().versions[0];
        let expected = ExpectedApproval::from_index(&index, version);
        let verified = VerifiedApproval::verify(&text, &root(&key), &expected).expect("approval");
        assert_eq!((verified.approval(), verified.digest()), (&good(), Digest::of(&text)));

        // The same content, signed or spelled another time, is not the approval that the index names.
        let other = format!("{text} ");
        let error = VerifiedApproval::verify(&other, &root(&key), &expected).expect_err("other text");
        assert!(matches!(error.fault, Fault::Mismatch { member: "own digest", .. }), "{error}");
    }

    #[test]
    fn an_approval_of_something_else_is_refused_by_the_member_that_differs() {
        let key = key();
        for (member, other) in [
            ("registry", Approval { registry: "other.example".to_owned(), ..good() }),
            ("package", Approval { package: of("com.acme.other"), ..good() }),
            ("version", Approval { version: of("1.0.1"), ..good() }),
            ("publisher", Approval { publisher: of("evil"), ..good() }),
            ("sha256", Approval { sha256: Digest::of("other bytes"), ..good() }),
            ("size", Approval { size: 1, ..good() }),
            ("tier", Approval { tier: Tier::InProcess, ..good() }),
            ("permissionsSha256", Approval { permissions_sha256: Digest::of("more"), ..good() }),
            ("audience", Approval { audience: Visibility::Private, ..good() }),
        ] {
            let fault = refused(&other, &key);
            assert!(matches!(fault, Fault::Mismatch { member: found, .. } if found == member), "{member}: {fault}");
        }
    }

    #[test]
    fn the_message_names_statement_package_and_member() {
        let key = key();
        let text = Approval { size: 1, ..good() }.sign(&key).expect("signed");
        let message = verify(&text, &root(&key)).expect_err("refused").to_string();
        let size = ARTIFACT.len();
        assert_eq!(
            message,
            format!("the approval of com.acme.linter@1.0.0 is refused: its size is 1, expected {size}")
        );
    }

    #[test]
    fn an_approval_counts_only_while_its_key_is_valid() {
        let key = key();
        let text = good().sign(&key).expect("signed");
        let with = |not_before, not_after| {
            let listed = plimsoll_core::wire::RegistryKey { not_before, not_after, ..registry_key(&key) };
            let root = TrustRoot::new(REGISTRY.to_owned(), vec![listed]).expect("root");
            verify(&text, &root).map(drop).map_err(|error| error.fault)
        };
        let refused = Err(Fault::RegistryKeyNotValid { key: key.key_id(), at: day(11) });
        assert_eq!(with(day(11), Some(day(11))), Ok(()));
        assert_eq!(with(day(12), None), refused);
        assert_eq!(with(day(1), Some(day(10))), refused);
    }

    #[test]
    fn no_approval_without_evidence_where_it_is_needed() {
        let key = key();
        let none = |kind, tier, audience| {
            let approval = Approval { tier, audience, ..approval(kind, None) };
            approval.sign(&key).map(drop).map_err(|error| error.fault)
        };
        use EvidenceKind::{Hosted, None as Unsigned};
        assert_eq!(none(Hosted, Tier::Declarative, Visibility::Marketplace), Ok(()));
        assert_eq!(none(Unsigned, Tier::Declarative, Visibility::Private), Ok(()));
        assert_eq!(none(Unsigned, Tier::Declarative, Visibility::Marketplace), Err(Fault::EvidenceMissing));
        assert_eq!(none(Unsigned, Tier::Sandbox, Visibility::Private), Err(Fault::EvidenceMissing));
        assert_eq!(none(Hosted, Tier::Sandbox, Visibility::Private), Err(Fault::EvidenceMissing));
    }

    #[test]
    fn members_that_contradict_each_other_are_not_signed() {
        let key = key();
        for bad in [
            Approval { evidence_sha256: None, ..good() },
            Approval { reviewer: None, ..good() },
            Approval { decision: ApprovalDecision::Auto, ..good() },
        ] {
            assert!(matches!(bad.sign(&key).map_err(|error| error.fault), Err(Fault::Malformed(_))));
        }
    }

    #[test]
    fn what_is_not_exactly_an_approval_is_refused() {
        let key = key();
        let text = good().sign(&key).expect("signed");
        let envelope = Envelope::parse(&text, dsse::IN_TOTO, MAX_APPROVAL_BYTES).expect("envelope");
        let payload: serde_json::Value =
            serde_json::from_slice(envelope.open(key.public_key()).expect("payload")).expect("json");
        let with = |change: fn(&mut serde_json::Value)| {
            let mut payload = payload.clone();
            change(&mut payload);
            let text = dsse::sign(dsse::IN_TOTO, payload.to_string().as_bytes(), &key).expect("signed");
            verify(&text, &root(&key)).map(drop).map_err(|error| error.fault.to_string())
        };
        let refused = |change, reason: &str| {
            let message = with(change).expect_err(reason);
            assert!(message.contains(reason), "{message} does not say {reason}");
        };
        assert_eq!(with(|_| ()), Ok(()));
        refused(|it| it["predicateType"] = "urn:plimsoll:approval:v2".into(), "predicate type is");
        refused(|it| it["_type"] = "https://in-toto.io/Statement/v0.1".into(), "statement type is");
        refused(|it| it["critical"] = true.into(), "unknown field `critical`");
        refused(|it| it["predicate"]["critical"] = true.into(), "unknown field `critical`");
        refused(|it| it["subject"] = serde_json::json!([]), "0 subjects");
        refused(|it| it["subject"] = serde_json::json!([it["subject"][0], it["subject"][0]]), "2 subjects");
        refused(|it| it["subject"][0]["name"] = "pkg:plimsoll/com.acme.other@1.0.0".into(), "subject is");
        refused(|it| it["subject"][0]["digest"]["sha256"] = "0".repeat(64).into(), "subject's sha256 is");
        refused(|it| drop(it["predicate"].as_object_mut().and_then(|it| it.remove("reviewer"))), "lacks some");
        refused(
            |it| {
                it["predicate"]["bundled"] = serde_json::json!([{
                    "id": "com.acme.part", "version": "1.0.0", "sha256": "0".repeat(64),
                    "tier": "sandbox", "permissions": [], "critical": true,
                }]);
            },
            "members that this version does not know",
        );
    }

    #[test]
    fn a_publish_statement_is_no_approval() {
        let key = key();
        let text = crate::fixtures::publish().sign(&key).expect("signed");
        let error = verify(&text, &root(&key)).expect_err("refused");
        assert!(error.to_string().contains("urn:plimsoll:publish:v1"), "{error}");
    }
}
