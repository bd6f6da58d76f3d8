//! The publisher's evidence: a signature string or a publish statement, against the keys of that publisher.
//!
//! A key is good from when it was added until when it is revoked, compared with when the version was published, by the
//! registry's clock. Both reasons of a revocation follow that one rule: `superseded` starts when it is recorded, `compromised`
//! at a moment that may lie before.

mod verified;

pub use verified::VerifiedEvidence;

use std::io::{self, Read};

use plimsoll_core::digest::Hasher;
use plimsoll_core::wire::{self, EvidenceKind, PublisherKey, Revocation, RevocationReason};
use plimsoll_core::{Digest, KeyId, Timestamp, gate};

use crate::statement::{Publish, publish};
use crate::{Fault, KeyError, LegacySignature, PublicKey};

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
    publish: Option<Box<Publish>>,
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
        let key = usable(listed, keys, published_at)?;
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
    let key = usable(listed, keys, published_at)?;
    let publish = Box::new(publish::open(&envelope, &key).map_err(Outcome::Invalid)?);
    Ok(Outcome::Signed(Signed { kind: EvidenceKind::Statement, key_id: listed.key_id.clone(), publish: Some(publish) }))
}

fn invalid(fault: impl Into<Fault>) -> Outcome {
    Outcome::Invalid(fault.into())
}

/// The key, if it was good when the version was published. A key that is compromised is so under every id it has.
fn usable(listed: &PublisherKey, keys: &[PublisherKey], published_at: Timestamp) -> Result<PublicKey, Outcome> {
    let key: PublicKey = listed.public_key.parse().map_err(|error: KeyError| invalid(error))?;
    let counts = |other: &PublisherKey, revoked: &Revocation| {
        let is_same = || other.public_key.parse().is_ok_and(|other: PublicKey| other == key);
        other.key_id == listed.key_id || revoked.reason == RevocationReason::Compromised && is_same()
    };
    let mut revoked = keys.iter().filter_map(|other| other.revoked.as_ref().filter(|revoked| counts(other, revoked)));
    if let Some(Revocation { reason, from }) = revoked.find(|revoked| published_at >= revoked.from).cloned() {
        let fault = Fault::KeyRevoked { key: listed.key_id.to_string(), reason, from };
        return Err(Outcome::KeyRevoked(listed.key_id.clone(), fault));
    }
    if published_at < listed.added_at {
        return Err(Outcome::Invalid(Fault::KeyTooYoung(listed.key_id.to_string())));
    }
    Ok(key)
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

#[cfg(test)]
mod tests {
    use plimsoll_core::wire::RevocationReason::{Compromised, Superseded};

    use super::*;
    use crate::fixtures::{ARTIFACT, REGISTRY, day, key, of, publish, publisher_key, revoked};
    use crate::{Signer as _, SigningKey};

    pub(super) fn evidence(kind: EvidenceKind, text: &str) -> wire::Evidence {
        wire::Evidence { kind, key_id: None, text: Some(text.to_owned()) }
    }

    pub(super) fn string_by(key: &SigningKey) -> wire::Evidence {
        let signature = LegacySignature::sign(key, of("acme-2026"), ARTIFACT).expect("signature");
        evidence(EvidenceKind::Ed25519, &signature.to_string())
    }

    pub(super) fn statement_by(key: &SigningKey, publish: &Publish) -> wire::Evidence {
        evidence(EvidenceKind::Statement, &publish.sign(key).expect("statement"))
    }

    /// What becomes of evidence for a version published on a day.
    fn check_on(published: u32, evidence: &wire::Evidence, keys: &[PublisherKey]) -> Outcome {
        let artifact = Artifact { bytes: &mut &*ARTIFACT, sha256: Digest::of(ARTIFACT) };
        check(evidence, keys, artifact, day(published)).expect("readable")
    }

    #[test]
    fn the_gate_gets_the_facts_of_a_statement_for_another_package() {
        let key = key();
        let other = Publish { package: of("com.acme.other"), ..publish() };
        let outcome = check_on(10, &statement_by(&key, &other), &[publisher_key(&key)]);
        assert_eq!(
            gate_evidence(outcome, REGISTRY),
            gate::Evidence::Verified {
                kind: EvidenceKind::Statement,
                key_id: of("acme-2026"),
                key: None,
                statement: Some(other.facts(REGISTRY)),
            }
        );
    }

    #[test]
    fn only_keys_of_the_publisher_count() {
        let (key, foreign) = (key(), key());
        let keys = [publisher_key(&key)];
        let outcome = check_on(10, &statement_by(&foreign, &publish()), &keys);
        assert_eq!(outcome, Outcome::KeyUnknown(of(&foreign.key_id().to_string())));
        assert_eq!(
            check_on(10, &string_by(&foreign), &keys),
            Outcome::Invalid(Fault::Signature(crate::SignatureError::Mismatch)),
            "the same key id, another key"
        );
        assert_eq!(check_on(10, &string_by(&key), &[]), Outcome::KeyUnknown(of("acme-2026")));
    }

    #[test]
    fn a_key_counts_from_its_adding_until_its_revocation() {
        let key = key();
        for evidence in [string_by(&key), statement_by(&key, &publish())] {
            for (listed, published, good) in [
                (publisher_key(&key), 1, true),
                (publisher_key(&key), 30, true),
                (revoked(&key, Superseded, day(15)), 14, true),
                (revoked(&key, Superseded, day(15)), 15, false),
                (revoked(&key, Superseded, day(15)), 16, false),
                (revoked(&key, Compromised, day(5)), 4, true),
                (revoked(&key, Compromised, day(5)), 5, false),
                (revoked(&key, Compromised, day(5)), 30, false),
            ] {
                let outcome = check_on(published, &evidence, std::slice::from_ref(&listed));
                let expected = matches!(outcome, Outcome::Signed(_));
                assert_eq!(expected, good, "{listed:?}, published on day {published}: {outcome:?}");
                assert!(good || matches!(outcome, Outcome::KeyRevoked(..)));
            }
            let young = PublisherKey { added_at: day(20), ..publisher_key(&key) };
            let outcome = check_on(10, &evidence, &[young]);
            assert_eq!(outcome, Outcome::Invalid(Fault::KeyTooYoung("acme-2026".to_owned())));
        }
    }

    #[test]
    fn a_compromised_key_is_so_under_every_id() {
        let key = key();
        for evidence in [string_by(&key), statement_by(&key, &publish())] {
            let under_another_id = |reason| PublisherKey { key_id: of("acme-2025"), ..revoked(&key, reason, day(5)) };
            // Whichever is listed first.
            for keys in [
                [under_another_id(Compromised), publisher_key(&key)],
                [publisher_key(&key), under_another_id(Compromised)],
            ] {
                let outcome = check_on(10, &evidence, &keys);
                assert!(matches!(outcome, Outcome::KeyRevoked(..)), "{outcome:?}");
            }
            let outcome = check_on(10, &evidence, &[publisher_key(&key), under_another_id(Superseded)]);
            assert!(matches!(outcome, Outcome::Signed(_)), "{outcome:?}");
        }
    }

    #[test]
    fn data_that_the_registry_built_needs_no_signature() {
        let hosted = wire::Evidence { kind: EvidenceKind::Hosted, key_id: None, text: None };
        assert_eq!(check_on(10, &hosted, &[]), Outcome::Hosted);
        let with_text = evidence(EvidenceKind::Hosted, "text");
        assert!(matches!(check_on(10, &with_text, &[]), Outcome::Invalid(Fault::Malformed(_))));
        assert_eq!(gate_evidence(Outcome::Hosted, REGISTRY), gate::Evidence::Hosted);
        assert_eq!(gate_evidence(Outcome::Missing, REGISTRY), gate::Evidence::Missing);
    }

    #[test]
    fn garbage_is_invalid_with_a_reason() {
        for bad in [evidence(EvidenceKind::Ed25519, "rsa:x:y"), evidence(EvidenceKind::Statement, "{}")] {
            assert!(matches!(check_on(10, &bad, &[]), Outcome::Invalid(_)));
        }
    }
}
