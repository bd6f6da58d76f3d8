//! index/v1: what the registry signs of a package, for an audience, for a time.
//!
//! Members that are not known here are ignored, as in every answer of the registry; one that a client must understand
//! comes with a new payload type.

use std::collections::BTreeMap;

use plimsoll_core::wire::IndexDocument;
use plimsoll_core::{PackageId, Timestamp, Visibility, quote};

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
    if document.versions.iter().any(|version| version.audience < document.audience) {
        return Err(Fault::Malformed("it lists a version that is not for its audience".into()));
    }
    if document.wider_serials.keys().any(|audience| *audience <= document.audience) {
        return Err(Fault::Malformed("it has the serial of a document that is not for a wider audience".into()));
    }
    if !document.versions.is_sorted_by(|a, b| a.version < b.version) {
        return Err(Fault::Malformed("its versions are not sorted, or one is there twice".into()));
    }
    Ok(())
}

/// Refuses a document that is older than one seen before for the same audience, or for another one. A document is signed anew
/// whenever one for a wider audience is, so it was there before those whose serials it does not have.
fn never_back(document: &IndexDocument, seen: &BTreeMap<Visibility, u64>) -> Result<(), Fault> {
    let serials = document.serials();
    for (audience, seen) in seen.range(document.audience..) {
        let found = serials.get(audience).copied().unwrap_or_default();
        if found < *seen {
            return Err(Fault::SerialWentBack { found, seen: *seen });
        }
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
    /// The highest serials that this client has seen of the package, by audience: of documents, and said in documents for
    /// narrower audiences. Empty the first time.
    pub seen: &'a BTreeMap<Visibility, u64>,
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
        never_back(&document, expected.seen)?;
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

#[cfg(test)]
mod tests {
    use plimsoll_core::wire::EvidenceKind;

    use super::*;
    use crate::SigningKey;
    use crate::fixtures::{approval, day, index, key, of, root};

    fn document() -> IndexDocument {
        index(&approval(EvidenceKind::Hosted, None), "approval", Vec::new())
    }

    fn verify(document: &IndexDocument, signer: &SigningKey, trusted: &SigningKey) -> Result<VerifiedIndex, Fault> {
        let text = sign_index(document, signer).expect("signed");
        verify_at(&text, trusted, day(13), &[(Visibility::Marketplace, 7)], 0)
    }

    fn verify_at(
        text: &str,
        trusted: &SigningKey,
        now: Timestamp,
        seen: &[(Visibility, u64)],
        offline_grace_seconds: u32,
    ) -> Result<VerifiedIndex, Fault> {
        let package = of("com.acme.linter");
        let seen = seen.iter().copied().collect();
        let expected = ExpectedIndex { package: &package, now, seen: &seen, offline_grace_seconds };
        VerifiedIndex::verify(text, &root(trusted), &expected).map_err(|error| error.fault)
    }

    fn mismatch(member: &str, result: Result<VerifiedIndex, Fault>) {
        assert!(matches!(&result, Err(Fault::Mismatch { member: found, .. }) if *found == member), "{result:?}");
    }

    #[test]
    fn an_index_is_good_from_its_issue_until_its_expiry_and_grace() {
        let key = key();
        let text = sign_index(&document(), &key).expect("signed");
        let at = |now, grace| verify_at(&text, &key, now, &[], grace).map(|index| index.document().clone());
        assert_eq!(at(day(13), 0), Ok(document()));
        assert_eq!(at(day(14), 0), Ok(document()));
        assert_eq!(at(day(14).plus_seconds(1), 0), Err(Fault::Expired(day(14))));
        assert_eq!(at(day(15), 24 * 3600), Ok(document()));
        assert_eq!(at(day(15).plus_seconds(1), 24 * 3600), Err(Fault::Expired(day(14))));
        assert_eq!(at(day(12).plus_seconds(-300), 0), Ok(document()), "clocks differ a little");
        assert_eq!(at(day(11), 0), Err(Fault::FromTheFuture(day(12))));
    }

    #[test]
    fn an_index_never_goes_back() {
        let key = key();
        let text = sign_index(&document(), &key).expect("signed");
        let seen = |serial| verify_at(&text, &key, day(13), &[(document().audience, serial)], 0).map(drop);
        assert_eq!((seen(6), seen(7)), (Ok(()), Ok(())));
        assert_eq!(seen(8), Err(Fault::SerialWentBack { found: 7, seen: 8 }));
    }

    #[test]
    fn an_index_for_one_audience_is_no_way_back_behind_that_for_another() {
        let key = key();
        let accepts = |document: &IndexDocument, seen: &[(Visibility, u64)]| {
            let text = sign_index(document, &key).expect("signed");
            verify_at(&text, &key, day(13), seen, 0).map(drop)
        };
        let public = IndexDocument { audience: Visibility::Marketplace, serial: 4, ..document() };
        let wider_serials = BTreeMap::from([(Visibility::Marketplace, 4)]);
        let inside = IndexDocument { audience: Visibility::Private, serial: 9, wider_serials, ..document() };
        let back = |found, seen| Err(Fault::SerialWentBack { found, seen });
        // What only its publisher sees moves on without what everybody sees.
        let seen = inside.serials().into_iter().collect::<Vec<_>>();
        assert_eq!(accepts(&public, &seen), Ok(()));
        assert_eq!(accepts(&IndexDocument { serial: 3, ..public.clone() }, &seen), back(3, 4));
        assert_eq!(accepts(&inside, &[(Visibility::Marketplace, 4)]), Ok(()));
        assert_eq!(accepts(&inside, &[(Visibility::Marketplace, 5)]), back(4, 5));
        let earlier = IndexDocument { wider_serials: BTreeMap::new(), ..inside };
        assert_eq!(accepts(&earlier, &[(Visibility::Marketplace, 4)]), back(0, 4));
        assert_eq!(accepts(&earlier, &[]), Ok(()));
        let wrong = IndexDocument { wider_serials: BTreeMap::from([(Visibility::Private, 1)]), ..public };
        assert!(matches!(sign_index(&wrong, &key).map_err(|error| error.fault), Err(Fault::Malformed(_))));
    }

    #[test]
    fn an_index_of_another_registry_package_or_key_is_refused() {
        let key = key();
        mismatch("registry", verify(&IndexDocument { registry: "other.example".to_owned(), ..document() }, &key, &key));
        mismatch("package", verify(&IndexDocument { package: of("com.acme.other"), ..document() }, &key, &key));
        let stranger = crate::fixtures::key();
        let error = verify(&document(), &stranger, &key).map(drop);
        assert_eq!(error, Err(Fault::UnknownRegistryKey(stranger.key_id())));
    }

    #[test]
    fn an_index_from_before_its_key_is_refused() {
        let key = key();
        let early = IndexDocument { issued_at: day(1).plus_seconds(-1), ..document() };
        assert!(matches!(verify(&early, &key, &key), Err(Fault::RegistryKeyNotValid { .. })));
    }

    #[test]
    fn an_approval_is_no_index() {
        let key = key();
        let text = approval(EvidenceKind::Hosted, None).sign(&key).expect("signed");
        let error = verify_at(&text, &key, day(13), &[], 0).map(drop);
        assert!(matches!(error, Err(Fault::Envelope(dsse::EnvelopeError::PayloadType { .. }))));
    }

    #[test]
    fn an_index_that_contradicts_itself_is_neither_signed_nor_taken() {
        let key = key();
        let once = document();
        let twice = IndexDocument { versions: [once.versions.clone(), once.versions.clone()].concat(), ..once.clone() };
        let backwards = IndexDocument { expires_at: once.issued_at, ..once };
        for bad in [twice, backwards] {
            assert!(matches!(sign_index(&bad, &key).map_err(|error| error.fault), Err(Fault::Malformed(_))));
            let payload = serde_json::to_vec(&bad).expect("json");
            let text = dsse::sign(dsse::INDEX, &payload, &key).expect("signed");
            assert!(matches!(verify_at(&text, &key, day(12), &[], 0), Err(Fault::Malformed(_))));
        }
    }
}
