//! What is on show of a package: its signed index documents and its catalog entry. Made anew, in the same transaction, by
//! every change that they show.

use std::collections::BTreeMap;

use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{IndexDocument, IndexVersion};
use plimsoll_core::{Digest, PackageId, PublisherName, Tier, Timestamp, Visibility};
use plimsoll_store::catalog::{self, Entry};
use plimsoll_store::index::{self, IndexRecord};
use plimsoll_store::package::Package;
use plimsoll_store::version::VersionRecord;
use plimsoll_store::{Conn, key, package, version};
use plimsoll_trust::statement::sign_index;

use super::{Error, Result, marketplace};
use crate::App;

const HOUR_SECONDS: i64 = 60 * 60;
/// How long an index document is good: so long could a mirror hide a yank.
const INDEX_LIFE_SECONDS: i64 = 24 * HOUR_SECONDS;
/// A document that has less than this left is signed anew when it is asked for.
pub(super) const INDEX_RENEW_SECONDS: i64 = 12 * HOUR_SECONDS;

/// Makes anew whatever shows the versions of a package.
pub(super) fn refresh(app: &App, conn: &mut Conn, id: &PackageId) -> Result<()> {
    let package = lock(conn, id)?;
    let approved = version::approved(conn, id)?;
    refresh_catalog(conn, id, &approved)?;
    sign_indexes(app, conn, &package, &approved, None)
}

/// Signs an index document anew, unless that was done since `before`.
pub(super) fn renew_index(app: &App, conn: &mut Conn, before: &IndexRecord) -> Result<IndexRecord> {
    let (id, audience) = (&before.package, before.audience);
    let package = lock(conn, id)?;
    let find = |conn: &mut Conn| -> Result<IndexRecord> {
        let gone = || Error::Internal(format!("no index of {id} any more"));
        index::find(conn, id, audience)?.ok_or_else(gone)
    };
    let now = find(conn)?;
    if now.serial > before.serial {
        return Ok(now);
    }
    let approved = version::approved(conn, id)?;
    sign_indexes(app, conn, &package, &approved, Some(audience))?;
    find(conn)
}

/// Takes the package's row. Until this transaction ends, nobody else puts documents of it: so that is done before anything is
/// read that they show, or a document made of older rows could get the higher serial.
fn lock(conn: &mut Conn, id: &PackageId) -> Result<Package> {
    package::lock(conn, id)?.ok_or_else(|| Error::Internal(format!("no package {id} to index")))
}

/// Signs the index documents of the publisher's packages anew, since they carry its keys.
pub(super) fn renew_indexes(app: &App, conn: &mut Conn, name: &PublisherName) -> Result<()> {
    for id in package::of_publisher(conn, name)? {
        let package = lock(conn, &id)?;
        let approved = version::approved(conn, &id)?;
        sign_indexes(app, conn, &package, &approved, None)?;
    }
    Ok(())
}

/// The version that stands for a package in its catalog: the highest that is listed and may be resolved; releases before
/// pre-releases, deprecated ones last.
fn headline(approved: &[VersionRecord]) -> Option<&VersionRecord> {
    let is_deprecated = |record: &VersionRecord| record.on_show().status == AvailabilityWord::Deprecated;
    approved
        .iter()
        .filter(|record| record.approved_for == Some(Visibility::Marketplace))
        .filter(|record| record.may_be_resolved())
        .max_by_key(|record| (!is_deprecated(record), !record.version.is_pre_release(), &record.version))
}

/// When a version was last listed. What happens to versions that are not listed does not show here.
fn last_listed(approved: &[VersionRecord]) -> Option<Timestamp> {
    let listed = approved.iter().filter(|record| record.approved_for == Some(Visibility::Marketplace));
    listed.filter_map(|record| record.decided_at).max()
}

pub(super) fn refresh_catalog(conn: &mut Conn, id: &PackageId, approved: &[VersionRecord]) -> Result<()> {
    let Some(headline) = headline(approved) else { return Ok(catalog::remove(conn, id)?) };
    let missing = || Error::Internal(format!("no documents of {id} {}", headline.version));
    let listing = version::documents(conn, id, &headline.version)?.ok_or_else(missing)?.listing;
    let entry = Entry {
        package: id.clone(),
        version: headline.version.clone(),
        tier: headline.bundled.iter().map(|pin| pin.tier).fold(headline.tier, Tier::max),
        display_name: listing.display_name.clone().unwrap_or_else(|| id.to_string()),
        description: listing.description.clone(),
        category: listing.category.clone(),
        updated_at: last_listed(approved).unwrap_or(headline.published_at),
    };
    Ok(catalog::set(conn, &entry, &marketplace::brief(listing))?)
}

/// Puts a document for each audience that is to be shown something else than by the last one, and for the one for which it is
/// to be renewed: so that nobody can tell from a document what happens to versions that it does not list.
fn sign_indexes(
    app: &App,
    conn: &mut Conn,
    package: &Package,
    approved: &[VersionRecord],
    renewed: Option<Visibility>,
) -> Result<()> {
    let keys: Vec<_> = key::list(conn, &package.publisher)?.into_iter().map(|key| key.key).collect();
    let issued_at = app.clock.now();
    let mut wider_serials = BTreeMap::new();
    for audience in Visibility::ALL.iter().copied().rev() {
        let versions: Vec<_> = approved.iter().filter_map(|record| listed(record, audience)).collect();
        let before = index::find(conn, &package.id, audience)?;
        // Once there was a document, its successor says that nothing is left.
        if versions.is_empty() && before.is_none() {
            continue;
        }
        let document = IndexDocument {
            registry: app.registry.clone(),
            package: package.id.clone(),
            r#type: package.package_type,
            publisher: package.publisher.clone(),
            audience,
            serial: before.as_ref().map_or(0, |before| before.serial) + 1,
            wider_serials: wider_serials.clone(),
            issued_at,
            expires_at: issued_at.plus_seconds(INDEX_LIFE_SECONDS),
            keys: keys.clone(),
            versions,
        };
        let shows_sha256 = shows(&document);
        let serial = match before {
            Some(same) if same.shows_sha256 == Some(shows_sha256) && renewed != Some(audience) => same.serial,
            _ => put(app, conn, &document, shows_sha256)?,
        };
        wider_serials.insert(audience, serial);
    }
    Ok(())
}

/// What a document says, apart from when, by its digest.
fn shows(document: &IndexDocument) -> Digest {
    let IndexDocument {
        registry,
        package,
        r#type,
        publisher,
        audience,
        wider_serials,
        keys,
        versions,
        serial: _,
        issued_at: _,
        expires_at: _,
    } = document;
    let shown = (registry, package, r#type, publisher, audience, wider_serials, keys, versions);
    Digest::of(serde_json::to_vec(&shown).expect("an index is plain data"))
}

fn put(app: &App, conn: &mut Conn, document: &IndexDocument, shows_sha256: Digest) -> Result<u64> {
    let body = sign_index(document, &*app.signer).map_err(|error| Error::Internal(error.to_string()))?;
    let record = IndexRecord {
        package: document.package.clone(),
        audience: document.audience,
        serial: document.serial,
        shows_sha256: Some(shows_sha256),
        etag: format!("\"{}\"", Digest::of(&body)),
        body,
        issued_at: document.issued_at,
        expires_at: document.expires_at,
    };
    index::put(conn, &record)?;
    Ok(document.serial)
}

/// A version in the index of an audience, if it is approved for it.
pub(super) fn listed(record: &VersionRecord, audience: Visibility) -> Option<IndexVersion> {
    let approved_for = record.approved_for.filter(|approved_for| *approved_for >= audience)?;
    Some(entry(record, approved_for, record.approval_sha256?))
}

/// A version as an index lists it.
pub(super) fn entry(record: &VersionRecord, audience: Visibility, approval_sha256: Digest) -> IndexVersion {
    IndexVersion {
        version: record.version.clone(),
        sha256: record.sha256,
        size: record.size,
        tier: record.tier,
        audience,
        availability: record.on_show(),
        permissions: record.permissions.clone(),
        dependencies: record.dependencies.clone(),
        bundled: record.bundled.clone(),
        manifest_deps: record.manifest_deps,
        engines: record.engines.clone(),
        approval_sha256,
    }
}
