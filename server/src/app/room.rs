//! Room in the index documents: a version that would take what blocks, yanks and keys may need later is refused before it is
//! approved, so that those never fail for size. And room for artifacts, of which a publisher keeps so many bytes.

use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::IndexVersion;
use plimsoll_core::{Availability, Visibility};
use plimsoll_store::version::{VersionRecord, kept};
use plimsoll_store::{Conn, version};
use plimsoll_trust::statement::MAX_INDEX_BYTES;

use super::keys::MAX_KEYS;
use super::{Error, Result, shelf};
use crate::App;

/// The document's own members and the envelope around it, with the signature.
const FRAME_BYTES: usize = 8 * 1024;
/// A key with its revocation, as JSON.
const KEY_BYTES: usize = 1024;
/// The longest availability as JSON. Texts without control characters but line ends and tabs at most double.
const AVAILABILITY_BYTES: usize = 2 * (Availability::REASON_BYTES_MAX + Availability::REPLACEMENT_BYTES_MAX) + 128;
/// What clients read, less the growth by base64.
const PAYLOAD_BYTES_MAX: usize = MAX_INDEX_BYTES / 4 * 3;

/// Refuses a version that the package's index documents might have no room for, once it is approved.
pub(super) fn check(conn: &mut Conn, record: &VersionRecord) -> Result<()> {
    // The document for its publisher lists every version, so it is the largest.
    let others = version::approved(conn, &record.package)?;
    let others = others.iter().filter(|other| other.version != record.version);
    let listed = others.filter_map(|other| shelf::listed(other, Visibility::Private));
    let new = shelf::entry(record, record.visibility, record.report_sha256);
    if payload_bytes(listed.chain([new])) <= PAYLOAD_BYTES_MAX {
        return Ok(());
    }
    let message = format!(
        "the index of {} has no room left for {}: publish it with fewer permissions, dependencies and bundled packages, or go on \
         under another package id",
        record.package, record.version
    );
    Err(Error::conflict(ProblemCode::IndexFull, message))
}

/// Refuses a version with whose artifact its publisher would keep more bytes than its quota. Versions are never removed, so
/// waiting does not help. Bytes that the publisher keeps already take no more room.
pub(super) fn check_kept(app: &App, conn: &mut Conn, record: &VersionRecord) -> Result<()> {
    let (publisher, quota) = (&record.publisher, app.config.quotas.publisher_bytes);
    let before = kept::bytes(conn, publisher)?;
    if before.saturating_add(record.size) <= quota || kept::has(conn, publisher, &record.sha256)? {
        return Ok(());
    }
    let message = format!(
        "the publisher {publisher} keeps {before} bytes of the {quota} that it may, and the artifact of {} {} has {}: publish a \
         smaller one, or ask the operator for a larger quota (quotas.publisher_bytes)",
        record.package, record.version, record.size
    );
    Err(Error::conflict(ProblemCode::PublisherFull, message))
}

/// The most bytes that a document of these versions may ever have, before it is signed.
fn payload_bytes(versions: impl Iterator<Item = IndexVersion>) -> usize {
    let each = versions.map(|listed| {
        let bytes = serde_json::to_vec(&listed).expect("an index is plain data").len();
        bytes + AVAILABILITY_BYTES
    });
    each.fold(FRAME_BYTES + MAX_KEYS * KEY_BYTES, usize::saturating_add)
}

#[cfg(test)]
mod tests {
    use plimsoll_core::version_state::AvailabilityWord;
    use plimsoll_core::wire::{Algorithm, PublisherKey, Revocation, RevocationReason};
    use plimsoll_trust::{Signer as _, SigningKey};

    use super::*;

    fn bytes(value: &impl serde::Serialize) -> usize {
        serde_json::to_vec(value).expect("JSON").len()
    }

    #[test]
    fn what_may_be_said_later_has_room() {
        // Line ends and quotes are what grows most in JSON.
        let longest = Availability {
            status: AvailabilityWord::Deprecated,
            reason: "\n".repeat(Availability::REASON_BYTES_MAX),
            replacement: Some("\"".repeat(Availability::REPLACEMENT_BYTES_MAX)),
        };
        assert!(bytes(&longest) <= AVAILABILITY_BYTES);
        let at = "2026-11-20T09:30:00.123456Z".parse().expect("a time");
        for algorithm in [Algorithm::Ed25519, Algorithm::P256] {
            let longest = PublisherKey {
                key_id: "k".repeat(64).parse().expect("a key id"),
                algorithm,
                public_key: SigningKey::generate(algorithm).expect("a key").public_key().to_pem(),
                proven: false,
                added_at: at,
                revoked: Some(Revocation { reason: RevocationReason::Compromised, from: at }),
            };
            assert!(bytes(&longest) < KEY_BYTES);
        }
    }
}
