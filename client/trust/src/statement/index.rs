//! index/v1: what the registry signs of a package, for an audience, for a time.
//!
//! Members that are not known here are ignored, as in every answer of the registry; one that a client must understand
//! comes with a new payload type.

use plimsoll_core::wire::IndexDocument;
use plimsoll_core::{PackageId, Timestamp, quote};

use super::{MAX_INDEX_BYTES, in_toto};
use crate::dsse::{self, Envelope};
use crate::error::expect_equal;
use crate::{Fault, Signer, StatementKind, TrustError, TrustRoot, root};

/// How far the registry's clock may be ahead of the client's.
const CLOCK_SKEW_SECONDS: i64 = 300;

/// Signs an index document.
pub fn sign_index(document: &IndexDocument, signer: &dyn Signer) -> Result<String, TrustError> {
    let about = |fault: Fault| fault.of(StatementKind::Index, &document.package);
    check(document).map_err(about)?;
    let payload = serde_json::to_vec(document).expect("an index is plain data");
    let text = dsse::sign(dsse::INDEX, &payload, signer).map_err(|error| about(error.into()))?;
    // An index that nobody can read back is worse than none.
    if text.len() > MAX_INDEX_BYTES {
        return Err(about(dsse::EnvelopeError::TooLarge { bytes: text.len(), max: MAX_INDEX_BYTES }.into()));
    }
    Ok(text)
}

/// What has to hold inside every index.
fn check(document: &IndexDocument) -> Result<(), Fault> {
    if document.expires_at <= document.issued_at {
        return Err(Fault::Malformed("it expires before it is issued".into()));
    }
    if !document.versions.is_sorted_by(|a, b| a.version < b.version) {
        return Err(Fault::Malformed("its versions are not sorted, or one is there twice".into()));
    }
    Ok(())
}

/// What an index is held against.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedIndex<'a> {
    /// The package that was asked for.
    pub package: &'a PackageId,
    /// The client's clock.
    pub now: Timestamp,
    /// The highest serial that this client has seen of the package and audience; `None` the first time.
    pub last_seen_serial: Option<u64>,
    /// How long after its expiry an index is still taken, in seconds; 0 unless the person allows it.
    pub offline_grace_seconds: u32,
}

/// An index whose signature verifies under the trust root, about the package that was asked for, and neither expired nor older
/// than one seen before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedIndex {
    document: IndexDocument,
}

impl VerifiedIndex {
    /// Verifies the envelope of an index.
    pub fn verify(text: &str, root: &TrustRoot, expected: &ExpectedIndex<'_>) -> Result<Self, TrustError> {
        Self::try_verify(text, root, expected).map_err(|fault| fault.of(StatementKind::Index, expected.package))
    }

    fn try_verify(text: &str, root: &TrustRoot, expected: &ExpectedIndex<'_>) -> Result<Self, Fault> {
        let envelope = Envelope::parse(text, dsse::INDEX, MAX_INDEX_BYTES)?;
        let (payload, key) = root.open(&envelope)?;
        let document: IndexDocument = in_toto::parse(payload)?;
        check(&document)?;
        root::valid_at(key, document.issued_at)?;
        expect_equal("registry", &quote(&document.registry), &quote(root.registry()))?;
        expect_equal("package", &document.package, expected.package)?;
        if let Some(seen) = expected.last_seen_serial.filter(|seen| document.serial < *seen) {
            return Err(Fault::SerialWentBack { found: document.serial, seen });
        }
        if document.issued_at > expected.now.plus_seconds(CLOCK_SKEW_SECONDS) {
            return Err(Fault::FromTheFuture(document.issued_at));
        }
        if expected.now > document.expires_at.plus_seconds(expected.offline_grace_seconds.into()) {
            return Err(Fault::Expired(document.expires_at));
        }
        Ok(Self { document })
    }

    /// What it says.
    pub fn document(&self) -> &IndexDocument {
        &self.document
    }
}
