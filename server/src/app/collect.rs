//! Collecting artifacts that nobody refers to: uploads whose publish never came, was refused, or that were never recorded.

use std::time::Duration;

use plimsoll_core::{Digest, Timestamp};
use plimsoll_store::artifact;

use super::artifacts::LEASE_SECONDS;
use super::{Error, Result};
use crate::App;

/// How many artifacts are looked for at once.
const BATCH: u32 = 100;
/// How old bytes without a record are when they count as left behind: all others may be about to be recorded.
const LEFT_BEHIND_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR_MICROS: i64 = 60 * 60 * 1_000_000;

/// Removes artifacts that no version has and whose lease is over; returns how many.
pub fn collect(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let mut removed = 0;
    loop {
        let batch = app.store.read("unreferenced", |conn| artifact::unreferenced(conn, now, BATCH))?;
        let gone = remove(app, &batch, now)?;
        removed += gone;
        // Where nothing goes any more, somebody else is at it.
        if gone == 0 || batch.len() < BATCH as usize {
            return Ok(removed);
        }
    }
}

fn remove(app: &App, batch: &[Digest], now: Timestamp) -> Result<usize> {
    let mut removed = 0;
    for sha256 in batch {
        // The bytes go inside the transaction that forgets them: whoever uploads them again waits for its end.
        let gone = app.store.write("collect", |conn| {
            let forgotten = artifact::remove(conn, sha256, now)?;
            if forgotten {
                app.blobs.delete(sha256).map_err(Error::Blobs)?;
            }
            Ok::<_, Error>(forgotten)
        })?;
        removed += usize::from(gone);
    }
    Ok(removed)
}

/// Records bytes that lie in the artifact store without a record, such as those of an upload that ended with its process;
/// returns how many. They are kept as if they had been uploaded now, and then collected like everything else.
///
/// Every hour has its 256th of the store, so that a look is short, and a registry that was started with the wrong database
/// gives its operator a day before the first bytes go.
pub fn adopt(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let part = u8::try_from((now.as_micros() / HOUR_MICROS).rem_euclid(256)).expect("a remainder of 256 is a byte");
    let stored = app.blobs.older_than(LEFT_BEHIND_AFTER, part).map_err(Error::Blobs)?;
    let lease_expires_at = now.plus_seconds(LEASE_SECONDS);
    let mut adopted = 0;
    for batch in stored.chunks(BATCH as usize) {
        adopted += app.store.write("adopt", |conn| {
            let mut new = 0;
            for stored in batch {
                new += usize::from(artifact::adopt(conn, stored, now, lease_expires_at)?);
            }
            Ok::<_, Error>(new)
        })?;
    }
    Ok(adopted)
}
