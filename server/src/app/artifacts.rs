//! Artifacts: storing and recording what was uploaded, and finding what may be downloaded.

use std::fs::File;
use std::io::Write as _;

use plimsoll_core::Digest;
use plimsoll_core::access::{self, Action, Part};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::StoredArtifact;
use plimsoll_store::version::VersionRecord;
use plimsoll_store::{Conn, artifact, version};

use super::{Caller, Error, Result, facts, packages};
use crate::App;
use crate::config::Quotas;

/// When it is worth looking again whether something of the share was collected: that happens once an hour.
const QUOTA_RETRY_SECONDS: u64 = 60 * 60;
/// How long an upload is kept for a publish that refers to it.
pub(super) const LEASE_SECONDS: i64 = 24 * 60 * 60;

/// Refuses those who may not upload, or have used up their share, before their bytes are read. What the account brought
/// before, if the digest is known by now, is counted already and may come again: whoever publishes it sends it first.
pub fn may_upload(app: &App, caller: &Caller, sha256: Option<&Digest>) -> Result<()> {
    let account = &caller.allow(&Action::Upload)?.name;
    let (unused, is_counted) = app.store.read("unused_uploads", |conn| {
        let brought = sha256.map(|sha256| artifact::find_uploaded(conn, sha256, account)).transpose()?.flatten();
        Ok::<_, Error>((artifact::unused(conn, account)?, brought.is_some()))
    })?;
    let Quotas { unused_uploads, unused_upload_bytes, .. } = app.config.quotas;
    if is_counted || unused.count < unused_uploads && unused.bytes < unused_upload_bytes {
        return Ok(());
    }
    let message = format!(
        "the account {account} has uploaded {} artifacts of {} bytes that no version refers to, its whole share: publish \
         them, or wait until they are collected, a day after their upload",
        unused.count, unused.bytes
    );
    Err(Error::TooMany { code: ProblemCode::QuotaExceeded, message, retry_after_seconds: QUOTA_RETRY_SECONDS })
}

/// Stores bytes that are in memory, brought by the account. Like an upload, whole or not at all.
pub fn store(app: &App, caller: &Caller, bytes: &[u8]) -> Result<StoredArtifact> {
    let stored = StoredArtifact { sha256: Digest::of(bytes), size: bytes.len() as u64 };
    may_upload(app, caller, Some(&stored.sha256))?;
    let spooled = tempfile::tempfile_in(&app.spool).and_then(|mut file| file.write_all(bytes).map(|()| file));
    let mut file = spooled.map_err(|error| Error::Internal(format!("spooling an artifact: {error}")))?;
    store_file(app, caller, &stored, &mut file)?;
    Ok(stored)
}

/// Stores the bytes of a file, whose digest and size the caller has found, and records that the account brought them. `true`
/// if it did not before. One step for whoever calls it, so that no bytes are stored that count for nobody.
pub fn store_file(app: &App, caller: &Caller, stored: &StoredArtifact, file: &mut File) -> Result<bool> {
    app.blobs.put_file(&stored.sha256, file).map_err(Error::Blobs)?;
    record(app, caller, stored)
}

/// Records that the account brought these bytes, which are stored by now. `true` if it did not before.
pub(super) fn record(app: &App, caller: &Caller, stored: &StoredArtifact) -> Result<bool> {
    let account = caller.allow(&Action::Upload)?;
    let now = app.clock.now();
    let lease_expires_at = now.plus_seconds(LEASE_SECONDS);
    app.store.write("record_artifact", |conn| {
        let new = artifact::record(conn, stored, &account.name, now, lease_expires_at)?;
        // From here on the lease keeps the bytes; a round of `collect` may have removed them just before.
        if app.blobs.size(&stored.sha256).map_err(Error::Blobs)?.is_none() {
            let message = format!("the artifact {} was removed meanwhile: upload it again", stored.sha256);
            return Err(Error::conflict(ProblemCode::StateConflict, message));
        }
        Ok(new)
    })
}

/// Keeps an uploaded artifact for the version that is about to refer to it.
pub(super) fn keep(app: &App, conn: &mut Conn, sha256: &Digest) -> Result<()> {
    let kept = artifact::keep(conn, sha256, app.clock.now().plus_seconds(LEASE_SECONDS))?;
    kept.then_some(()).ok_or_else(|| facts::not_uploaded(*sha256))
}

/// Finds an artifact that the one who asks may download: one that a version has, of which it may read the artifact.
pub fn find(app: &App, caller: &Caller, sha256: Digest) -> Result<StoredArtifact> {
    let versions = app.store.read("artifact", |conn| version::with_artifact(conn, &sha256))?;
    let found = versions.iter().find(|record| may_download(caller, record));
    let size = found.ok_or_else(|| Error::NotFound(format!("artifact {sha256}")))?.size;
    Ok(StoredArtifact { sha256, size })
}

fn may_download(caller: &Caller, record: &VersionRecord) -> bool {
    // A blocked version is for those alone who look into why.
    let part = if record.availability.status == AvailabilityWord::Blocked { Part::Report } else { Part::Artifact };
    access::reads(&caller.actor, packages::subject(record), part)
}
