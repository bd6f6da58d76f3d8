//! Approvals that a change elsewhere takes back: the level of the publisher fell, a key of it is compromised, or what an App
//! bundles is blocked. What becomes of a version then: `plimsoll_core::version_state`.

use std::collections::BTreeSet;

use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::{Availability, KeyId, Level, PublisherName, Timestamp};
use plimsoll_store::version::VersionRecord;
use plimsoll_store::version::submission;
use plimsoll_store::{Conn, package, version};
use serde_json::{Value, json};

use super::record::{self, About};
use super::submitted::{self, Submitted};
use super::{Caller, Result, approve, facts, level, shelf};
use crate::App;

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
            let reason = format!("held for review: the level of its publisher fell to {level}, too low for {what}");
            hold(app, conn, caller, was, reason, json!({ "tier": was.tier, "level": level }))?;
        }
        if !beyond.is_empty() {
            shelf::refresh(app, conn, &id)?;
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
            hold_bundling(app, conn, caller, &now)?;
        }
        if !signed.is_empty() {
            let approved = version::approved(conn, &id)?;
            shelf::refresh_catalog(conn, &id, &approved)?;
        }
    }
    Ok(())
}

/// Holds the Apps that bundle a version, if it is blocked: who installs one of them without looking at what it bundles would
/// get the blocked version with it. The review bundles anew, so that the App may come back with another version.
pub(super) fn hold_bundling(app: &App, conn: &mut Conn, caller: &Caller, bundled: &VersionRecord) -> Result<()> {
    if bundled.availability.status != AvailabilityWord::Blocked {
        return Ok(());
    }
    let (id, number) = (&bundled.package, &bundled.version);
    let publishers: BTreeSet<_> =
        version::bundling(conn, id, number)?.into_iter().map(|record| record.publisher).collect();
    for publisher in &publishers {
        facts::lock_publisher(conn, publisher)?;
    }
    let mut apps = BTreeSet::new();
    for was in version::bundling(conn, id, number)?.iter().filter(|record| record.may_be_held()) {
        let reason = format!("held for review: it bundles {id} {number}, which is blocked");
        hold(app, conn, caller, was, reason, json!({ "bundles": { "package": id, "version": number } }))?;
        apps.insert(was.package.clone());
    }
    apps.iter().try_for_each(|id| shelf::refresh(app, conn, id))
}

/// Keeps the approval in force, held, and has the version wait as it was submitted last.
fn hold(app: &App, conn: &mut Conn, caller: &Caller, was: &VersionRecord, reason: String, detail: Value) -> Result<()> {
    let Submitted { record, documents, .. } = submitted::of(conn, was.clone())?;
    submission::set(conn, &record, &documents)?;
    let now = VersionRecord { held_reason: Some(reason), ..was.clone() };
    approve::check_replaced(version::update(conn, was, &now)?, &now)?;
    let about = About::version(&was.publisher, &was.package, &was.version);
    record::change(app, conn, caller, "version.held", about, detail)
}
