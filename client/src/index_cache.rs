//! Index documents as they were last seen, one per registry, package and audience. Only verified ones are kept, and none that
//! is older than any of its package; what is read back is verified again.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::PathBuf;

use plimsoll_core::wire::IndexDocument;
use plimsoll_core::{Digest, PackageId, Timestamp, Visibility};
use plimsoll_trust::statement::{ExpectedIndex, VerifiedIndex};
use plimsoll_trust::{TrustError, TrustRoot};

use crate::Error;
use crate::home::{Home, HomeError, read_json};

/// What is kept of a package.
#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Cached {
    /// By audience.
    documents: BTreeMap<Visibility, CachedDocument>,
    /// The audience that was fetched last.
    latest: Option<Visibility>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct CachedDocument {
    serial: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    wider_serials: BTreeMap<Visibility, u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    /// The exact text.
    envelope: String,
}

/// The cached documents of one registry.
#[derive(Clone, Copy)]
pub(crate) struct IndexCache<'a> {
    pub(crate) home: &'a Home,
    pub(crate) root: &'a TrustRoot,
}

impl Cached {
    /// The highest serials seen of the package, by audience.
    fn seen(&self) -> BTreeMap<Visibility, u64> {
        let mut seen = BTreeMap::new();
        for (audience, document) in &self.documents {
            let wider = document.wider_serials.iter().map(|(audience, serial)| (*audience, *serial));
            for (audience, serial) in wider.chain([(*audience, document.serial)]) {
                let highest: &mut u64 = seen.entry(audience).or_default();
                *highest = serial.max(*highest);
            }
        }
        seen
    }
}

impl IndexCache<'_> {
    fn path(&self, package: &PackageId) -> PathBuf {
        // The registry's name is any text, so a digest of it makes the directory.
        let registry = Digest::of(self.root.registry()).to_string();
        PathBuf::from("index").join(registry).join(format!("{package}.json"))
    }

    fn read(&self, package: &PackageId) -> Result<Cached, HomeError> {
        Ok(read_json(&self.home.join(self.path(package)))?.unwrap_or_default())
    }

    /// The document fetched last, if it is still good, with the ETag to ask for news by.
    pub(crate) fn fresh(
        &self,
        package: &PackageId,
        now: Timestamp,
    ) -> Result<Option<(VerifiedIndex, Option<String>)>, Error> {
        let mut cached = self.read(package)?;
        let seen = cached.seen();
        let Some(document) = cached.latest.and_then(|audience| cached.documents.remove(&audience)) else {
            return Ok(None);
        };
        let index = self.verify(package, &document.envelope, now, &seen, 0);
        Ok(index.ok().map(|index| (index, document.etag)))
    }

    /// Verifies a document that was just fetched, against what was seen before, and keeps it if `accept` takes it: what is
    /// not for this client must not stand beside what is.
    pub(crate) fn accept(
        &self,
        package: &PackageId,
        envelope: String,
        etag: Option<String>,
        now: Timestamp,
        accept: impl FnOnce(&VerifiedIndex) -> Result<(), Error>,
    ) -> Result<VerifiedIndex, Error> {
        // Under the lock, so that two processes cannot put the older of two documents last.
        let locked = self.home.lock()?;
        let mut cached = self.read(package)?;
        let index = self.verify(package, &envelope, now, &cached.seen(), 0)?;
        accept(&index)?;
        let IndexDocument { audience, serial, wider_serials, .. } = index.document().clone();
        cached.documents.insert(audience, CachedDocument { serial, wider_serials, etag, envelope });
        cached.latest = Some(audience);
        locked.write_json(self.path(package), &cached)?;
        Ok(index)
    }

    /// The cached documents of a package that are still good, the newest first, for when the registry is not asked. Where none is, the error says why; without any document there is none to say it of.
    pub(crate) fn offline(
        &self,
        package: &PackageId,
        now: Timestamp,
        grace_seconds: u32,
    ) -> Result<Vec<VerifiedIndex>, Error> {
        let cached = self.read(package)?;
        let (mut good, mut bad) = (Vec::new(), None);
        for document in cached.documents.into_values() {
            // What has been seen since for another audience makes it the older one, and not a wrong one.
            match self.verify(package, &document.envelope, now, &BTreeMap::new(), grace_seconds) {
                Ok(index) => good.push(index),
                Err(error) => bad = bad.or(Some(error)),
            }
        }
        // Of two that were signed together, the one fetched last.
        good.sort_by_key(|index: &VerifiedIndex| {
            (Reverse(index.document().issued_at), Some(index.document().audience) != cached.latest)
        });
        match bad {
            Some(error) if good.is_empty() => Err(error.into()),
            _ => Ok(good),
        }
    }

    fn verify(
        &self,
        package: &PackageId,
        envelope: &str,
        now: Timestamp,
        seen: &BTreeMap<Visibility, u64>,
        offline_grace_seconds: u32,
    ) -> Result<VerifiedIndex, TrustError> {
        VerifiedIndex::verify(envelope, self.root, &ExpectedIndex { package, now, seen, offline_grace_seconds })
    }
}
