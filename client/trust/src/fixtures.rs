//! A registry `registry.example` with one key, a publisher `acme`, and `com.acme.linter` 1.0.0.

use std::collections::BTreeMap;

use plimsoll_core::wire::{
    Algorithm, EvidenceKind, IndexDocument, IndexVersion, PublisherKey, RegistryKey, Revocation, RevocationReason,
};
use plimsoll_core::{Availability, Digest, PackageType, Permissions, Tier, Timestamp, Visibility};

use crate::statement::{Approval, ApprovalDecision, Publish, PublishedArtifact};
use crate::{Signer as _, SigningKey, TrustRoot};

pub(crate) const REGISTRY: &str = "registry.example";
pub(crate) const ARTIFACT: &[u8] = b"the bytes of an artifact";

/// The parsed value; for names in tests.
pub(crate) fn of<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect(text)
}

/// A day of November 2026, at noon.
pub(crate) fn day(day: u32) -> Timestamp {
    of(&format!("2026-11-{day:02}T12:00:00Z"))
}

pub(crate) fn key() -> SigningKey {
    SigningKey::generate(Algorithm::Ed25519).expect("key")
}

pub(crate) fn registry_key(key: &SigningKey) -> RegistryKey {
    RegistryKey {
        key_id: key.key_id(),
        algorithm: key.public_key().algorithm(),
        public_key: key.public_key().to_pem(),
        not_before: day(1),
        not_after: None,
    }
}

pub(crate) fn root(key: &SigningKey) -> TrustRoot {
    TrustRoot::new(REGISTRY.to_owned(), vec![registry_key(key)]).expect("root")
}

pub(crate) fn publisher_key(key: &SigningKey) -> PublisherKey {
    PublisherKey {
        key_id: of("acme-2026"),
        algorithm: key.public_key().algorithm(),
        public_key: key.public_key().to_pem(),
        proven: true,
        added_at: day(1),
        revoked: None,
    }
}

pub(crate) fn revoked(key: &SigningKey, reason: RevocationReason, from: Timestamp) -> PublisherKey {
    PublisherKey { revoked: Some(Revocation { reason, from }), ..publisher_key(key) }
}

pub(crate) fn publish() -> Publish {
    Publish {
        registry: REGISTRY.to_owned(),
        package: of("com.acme.linter"),
        version: of("1.0.0"),
        artifact: PublishedArtifact {
            filename: "linter.osplugin".to_owned(),
            size: ARTIFACT.len() as u64,
            sha256: Digest::of(ARTIFACT),
        },
        manifest_sha256: Digest::of("manifest"),
        publisher: of("acme"),
    }
}

/// An approval whose evidence is the given text of a statement, published on day 10 and reviewed on day 11.
pub(crate) fn approval(kind: EvidenceKind, evidence: Option<&str>) -> Approval {
    Approval {
        registry: REGISTRY.to_owned(),
        package: of("com.acme.linter"),
        version: of("1.0.0"),
        sha256: Digest::of(ARTIFACT),
        size: ARTIFACT.len() as u64,
        audience: Visibility::Marketplace,
        tier: if evidence.is_some() { Tier::Sandbox } else { Tier::Declarative },
        permissions_sha256: Permissions::default().digest(),
        bundled: Vec::new(),
        publisher: of("acme"),
        evidence_kind: kind,
        evidence_sha256: evidence.map(Digest::of),
        gate_report_sha256: Digest::of("report"),
        policy_version: 1,
        decision: ApprovalDecision::Reviewed,
        reviewer: Some(of("rita")),
        published_at: day(10),
        decided_at: day(11),
    }
}

/// Index number 7, issued on day 12, good until day 14, with the one version that is given.
pub(crate) fn index(approval: &Approval, approval_text: &str, keys: Vec<PublisherKey>) -> IndexDocument {
    IndexDocument {
        registry: REGISTRY.to_owned(),
        package: approval.package.clone(),
        r#type: PackageType::Plugin,
        publisher: approval.publisher.clone(),
        audience: Visibility::Marketplace,
        serial: 7,
        wider_serials: BTreeMap::new(),
        issued_at: day(12),
        expires_at: day(14),
        keys,
        versions: vec![IndexVersion {
            version: approval.version.clone(),
            sha256: approval.sha256,
            size: approval.size,
            tier: approval.tier,
            audience: approval.audience,
            availability: Availability::live(),
            permissions: Permissions::default(),
            dependencies: Default::default(),
            bundled: Vec::new(),
            manifest_deps: false,
            engines: Default::default(),
            approval_sha256: Digest::of(approval_text),
        }],
    }
}
