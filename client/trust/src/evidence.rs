//! The publisher's evidence: a signature string or a publish statement, against the keys of that publisher.
//!
//! A key is good from when it was added until when it is revoked, compared with when the version was published, by the
//! registry's clock. Both reasons of a revocation follow that one rule: `superseded` starts when it is recorded, `compromised`
//! at a moment that may lie before.

use std::io::{self, Read};

use plimsoll_core::digest::Hasher;
use plimsoll_core::wire::{self, EvidenceKind, PublisherKey};
use plimsoll_core::{Digest, KeyId, Timestamp, gate};

use crate::error::expect_equal;
use crate::statement::{ExpectedPublish, Publish, VerifiedApproval, VerifiedPublish, publish};
use crate::{Fault, KeyError, LegacySignature, PublicKey, StatementKind, TrustError};

/// What became of a publisher's evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There is none.
    Missing,
    /// The registry built the artifact itself.
    Hosted,
    /// It cannot be read, or does not verify.
    Invalid(Fault),
    /// It names a key that the publisher does not have: a key id, or for statements a fingerprint.
    KeyUnknown(KeyId),
    /// It names a key that is revoked for a version published then.
    KeyRevoked(KeyId, Fault),
    /// A key of the publisher signed it.
    Signed(Signed),
}

/// Evidence that a key of the publisher signed. A string covers the artifact's bytes; a statement says which package it is
/// about, which is still to be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    kind: EvidenceKind,
    key_id: KeyId,
    publish: Option<Publish>,
}

/// The artifact that evidence is held against.
pub struct Artifact<'a> {
    /// Its bytes, from the first one. Read to the end for a signature string; not touched for a statement.
    pub bytes: &'a mut dyn Read,
    /// Its digest: other bytes are an error of `bytes`, not of the evidence.
    pub sha256: Digest,
}

/// Looks at a publisher's evidence. `published_at` is now when publishing, and the approval's afterwards.
///
/// Errors: reading the artifact failed, or it is not the artifact with the given digest.
pub fn check(
    evidence: &wire::Evidence,
    keys: &[PublisherKey],
    artifact: Artifact<'_>,
    published_at: Timestamp,
) -> io::Result<Outcome> {
    let text = match (evidence.kind, evidence.text.as_deref()) {
        (EvidenceKind::Hosted, None) => return Ok(Outcome::Hosted),
        (EvidenceKind::None, None) => return Ok(Outcome::Missing),
        (EvidenceKind::Hosted | EvidenceKind::None, Some(_)) => {
            return Ok(Outcome::Invalid(Fault::Malformed("it has a text, which its kind has not".into())));
        }
        (_, None) => return Ok(Outcome::Missing),
        (EvidenceKind::Ed25519, Some(text)) => return check_string(text, keys, artifact, published_at),
        (EvidenceKind::Statement, Some(text)) => text,
    };
    Ok(check_statement(text, keys, published_at).unwrap_or_else(|outcome| outcome))
}

fn check_string(
    text: &str,
    keys: &[PublisherKey],
    artifact: Artifact<'_>,
    published_at: Timestamp,
) -> io::Result<Outcome> {
    let start = || {
        let signature: LegacySignature = text.parse().map_err(invalid)?;
        let listed = keys
            .iter()
            .find(|listed| listed.key_id == *signature.key_id())
            .ok_or_else(|| Outcome::KeyUnknown(signature.key_id().clone()))?;
        let key = usable(listed, published_at)?;
        Ok((listed, signature.verifier(&key).map_err(invalid)?))
    };
    let (listed, mut verifier) = match start() {
        Ok(started) => started,
        Err(outcome) => return Ok(outcome),
    };
    let mut hasher = Hasher::new();
    let mut chunk = vec![0; 64 * 1024];
    loop {
        match artifact.bytes.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => {
                hasher.update(&chunk[..count]);
                verifier.update(&chunk[..count]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let read = hasher.finish();
    if read != artifact.sha256 {
        let what = format!("the bytes have the digest {read}, not {}", artifact.sha256);
        return Err(io::Error::new(io::ErrorKind::InvalidData, what));
    }
    Ok(match verifier.finish() {
        Ok(()) => Outcome::Signed(Signed { kind: EvidenceKind::Ed25519, key_id: listed.key_id.clone(), publish: None }),
        Err(error) => invalid(error),
    })
}

fn check_statement(text: &str, keys: &[PublisherKey], published_at: Timestamp) -> Result<Outcome, Outcome> {
    let envelope = publish::envelope(text).map_err(Outcome::Invalid)?;
    // The key id of an envelope is a fingerprint; the publisher's own name for the key is beside it in the list.
    let has_fingerprint = |listed: &&PublisherKey| {
        listed.public_key.parse().is_ok_and(|key: PublicKey| key.fingerprint() == envelope.key_id())
    };
    let Some(listed) = keys.iter().find(has_fingerprint) else {
        let fingerprint = envelope.key_id().to_string();
        return Err(Outcome::KeyUnknown(fingerprint.parse().expect("64 hexadecimal digits are a key id")));
    };
    let key = usable(listed, published_at)?;
    let publish = publish::open(&envelope, &key).map_err(Outcome::Invalid)?;
    Ok(Outcome::Signed(Signed { kind: EvidenceKind::Statement, key_id: listed.key_id.clone(), publish: Some(publish) }))
}

fn invalid(fault: impl Into<Fault>) -> Outcome {
    Outcome::Invalid(fault.into())
}

/// The key, if it was good when the version was published.
fn usable(listed: &PublisherKey, published_at: Timestamp) -> Result<PublicKey, Outcome> {
    if let Some(revoked) = listed.revoked.as_ref().filter(|revoked| published_at >= revoked.from) {
        let fault = Fault::KeyRevoked { key: listed.key_id.to_string(), reason: revoked.reason, from: revoked.from };
        return Err(Outcome::KeyRevoked(listed.key_id.clone(), fault));
    }
    if published_at < listed.added_at {
        return Err(Outcome::Invalid(Fault::KeyTooYoung(listed.key_id.to_string())));
    }
    listed.public_key.parse().map_err(|error: KeyError| invalid(error))
}

/// The outcome as the gate looks at it. The facts about the key's age are the registry's to fill in.
pub fn gate_evidence(outcome: Outcome, this_registry: &str) -> gate::Evidence {
    match outcome {
        Outcome::Missing => gate::Evidence::Missing,
        Outcome::Hosted => gate::Evidence::Hosted,
        Outcome::Invalid(fault) => gate::Evidence::Invalid(fault.to_string()),
        Outcome::KeyUnknown(key_id) => gate::Evidence::KeyUnknown(key_id),
        Outcome::KeyRevoked(key_id, _) => gate::Evidence::KeyRevoked(key_id),
        Outcome::Signed(signed) => gate::Evidence::Verified {
            kind: signed.kind,
            key_id: signed.key_id,
            key: None,
            statement: signed.publish.map(|publish| publish.facts(this_registry)),
        },
    }
}

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
        let publish = signed.publish.map(|publish| VerifiedPublish::bind(publish, &expected)).transpose()?;
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

    /// The digest that the manifest must have, where a statement tells it.
    pub fn manifest_sha256(&self) -> Option<Digest> {
        self.publish.as_ref().map(|publish| publish.publish().manifest_sha256)
    }
}
