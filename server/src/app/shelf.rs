//! What is on show of a package: its signed index documents and its catalog entry. Made anew, in the same transaction, by
//! every change that they show.

use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{IndexDocument, IndexVersion};
use plimsoll_core::{Availability, Digest, KeyId, Level, PackageId, PublisherName, Tier, Timestamp, Visibility};
use plimsoll_store::catalog::{self, Entry};
use plimsoll_store::index::{self, IndexRecord};
use plimsoll_store::version::VersionRecord;
use plimsoll_store::version::submission;
use plimsoll_store::{Conn, key, package, version};
use plimsoll_trust::statement::sign_index;
use serde_json::json;

use super::record::{self, About};
use super::submitted::{self, Submitted};
use super::{Caller, Error, Result, approve, level};
use crate::App;

const HOUR_SECONDS: i64 = 60 * 60;
/// How long an index document is good: so long could a mirror hide a yank.
const INDEX_LIFE_SECONDS: i64 = 24 * HOUR_SECONDS;
/// A document that has less than this left is signed anew when it is asked for.
pub(super) const INDEX_RENEW_SECONDS: i64 = 12 * HOUR_SECONDS;

/// Makes anew whatever shows the versions of a package.
pub(super) fn refresh(app: &App, conn: &mut Conn, id: &PackageId) -> Result<()> {
    let serial = next_serial(conn, id)?;
    let approved = version::approved(conn, id)?;
    refresh_catalog(conn, id, &approved)?;
    sign_indexes(app, conn, id, serial, &approved)
}

/// Signs the index documents of a package anew, unless that was done since `before`.
pub(super) fn renew_index(app: &App, conn: &mut Conn, before: &IndexRecord) -> Result<IndexRecord> {
    let id = &before.package;
    let serial = next_serial(conn, id)?;
    let find = |conn: &mut Conn| -> Result<IndexRecord> {
        let gone = || Error::Internal(format!("no index of {id} any more"));
        index::find(conn, id, before.audience)?.ok_or_else(gone)
    };
    let now = find(conn)?;
    if now.serial > before.serial {
        return Ok(now);
    }
    let approved = version::approved(conn, id)?;
    sign_indexes(app, conn, id, serial, &approved)?;
    find(conn)
}

/// The serial of the next index documents. Until this transaction ends, nobody else gets one for this package: so it is
/// taken before anything is read that they show, or a document made of older rows could get the higher serial.
fn next_serial(conn: &mut Conn, id: &PackageId) -> Result<u64> {
    package::next_index_serial(conn, id)?.ok_or_else(|| Error::Internal(format!("no package {id} to index")))
}

/// Signs the index documents of the publisher's packages anew, since they carry its keys.
pub(super) fn renew_indexes(app: &App, conn: &mut Conn, name: &PublisherName) -> Result<()> {
    for id in package::of_publisher(conn, name)? {
        let serial = next_serial(conn, &id)?;
        let approved = version::approved(conn, &id)?;
        sign_indexes(app, conn, &id, serial, &approved)?;
    }
    Ok(())
}

/// Holds the publisher's approved versions that its level, which fell, does not reach: a reviewer decides anew.
pub(super) fn hold_beyond(
    app: &App,
    conn: &mut Conn,
    caller: &Caller,
    name: &PublisherName,
    level: Level,
) -> Result<()> {
    for id in package::of_publisher(conn, name)? {
        let beyond = level::beyond(conn, &id, level)?;
        for (was, what) in &beyond {
            let tier = was.tier;
            let reason = format!("held for review: the level of its publisher fell to {level}, too low for {what}");
            hold(conn, was, reason)?;
            let about = About::version(name, &id, &was.version);
            let detail = json!({ "tier": tier, "level": level });
            record::change(app, conn, caller, "version.held", about, detail)?;
        }
        if !beyond.is_empty() {
            refresh(app, conn, &id)?;
        }
    }
    Ok(())
}

/// Blocks the publisher's versions that a compromised key vouches for since a moment. Clients that look at keys refuse them in
/// any case; the catalogs, and whoever looks at nothing, must not be offered them either. The index documents are the caller's
/// to sign anew.
pub(super) fn block_signed(
    app: &App,
    conn: &mut Conn,
    caller: &Caller,
    name: &PublisherName,
    keys: &[KeyId],
    from: Timestamp,
) -> Result<()> {
    let is_signed = |record: &VersionRecord| {
        record.evidence_key_id.as_ref().is_some_and(|key| keys.contains(key))
            && record.published_at >= from
            && record.availability.status != AvailabilityWord::Blocked
    };
    for id in package::of_publisher(conn, name)? {
        let signed: Vec<_> = version::approved(conn, &id)?.into_iter().filter(is_signed).collect();
        for was in &signed {
            let key = was.evidence_key_id.as_ref().map(KeyId::as_str).unwrap_or_default();
            let reason = format!("signed with the key {key}, which is compromised since {from}");
            let now = VersionRecord { availability: Availability::blocked(&reason), ..was.clone() };
            approve::check_replaced(version::update(conn, was, &now)?, &now)?;
            let about = About::version(name, &id, &was.version);
            let detail = json!({ "from": was.availability, "to": now.availability });
            record::change(app, conn, caller, "version.blocked", about, detail)?;
        }
        if !signed.is_empty() {
            let approved = version::approved(conn, &id)?;
            refresh_catalog(conn, &id, &approved)?;
        }
    }
    Ok(())
}

/// Keeps the approval in force, held, and has the version wait as it was submitted last.
fn hold(conn: &mut Conn, was: &VersionRecord, reason: String) -> Result<()> {
    let Submitted { record, documents, .. } = submitted::of(conn, was.clone())?;
    submission::set(conn, &record, &documents)?;
    let now = VersionRecord { held_reason: Some(reason), ..was.clone() };
    approve::check_replaced(version::update(conn, was, &now)?, &now)
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

fn refresh_catalog(conn: &mut Conn, id: &PackageId, approved: &[VersionRecord]) -> Result<()> {
    let Some(headline) = headline(approved) else { return Ok(catalog::remove(conn, id)?) };
    let missing = || Error::Internal(format!("no documents of {id} {}", headline.version));
    let listing = version::documents(conn, id, &headline.version)?.ok_or_else(missing)?.listing;
    let entry = Entry {
        package: id.clone(),
        version: headline.version.clone(),
        tier: headline.bundled.iter().map(|pin| pin.tier).fold(headline.tier, Tier::max),
        display_name: listing.display_name.unwrap_or_else(|| id.to_string()),
        description: listing.description,
        category: listing.category,
        updated_at: last_listed(approved).unwrap_or(headline.published_at),
    };
    Ok(catalog::set(conn, &entry)?)
}

fn sign_indexes(app: &App, conn: &mut Conn, id: &PackageId, serial: u64, approved: &[VersionRecord]) -> Result<()> {
    let gone = || Error::Internal(format!("no package {id} to index"));
    let package = package::find(conn, id)?.ok_or_else(gone)?;
    let keys: Vec<_> = key::list(conn, &package.publisher)?.into_iter().map(|key| key.key).collect();
    let issued_at = app.clock.now();
    for audience in Visibility::ALL.iter().copied() {
        let versions: Vec<_> = approved.iter().filter_map(|record| listed(record, audience)).collect();
        // Once there was a document, its successor says that nothing is left.
        if versions.is_empty() && index::find(conn, id, audience)?.is_none() {
            continue;
        }
        let document = IndexDocument {
            registry: app.registry.clone(),
            package: id.clone(),
            r#type: package.package_type,
            publisher: package.publisher.clone(),
            audience,
            serial,
            issued_at,
            expires_at: issued_at.plus_seconds(INDEX_LIFE_SECONDS),
            keys: keys.clone(),
            versions,
        };
        put(app, conn, &document)?;
    }
    Ok(())
}

fn put(app: &App, conn: &mut Conn, document: &IndexDocument) -> Result<()> {
    let body = sign_index(document, &*app.signer).map_err(|error| Error::Internal(error.to_string()))?;
    let record = IndexRecord {
        package: document.package.clone(),
        audience: document.audience,
        serial: document.serial,
        etag: format!("\"{}\"", Digest::of(&body)),
        body,
        issued_at: document.issued_at,
        expires_at: document.expires_at,
    };
    index::put(conn, &record)?;
    Ok(())
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
