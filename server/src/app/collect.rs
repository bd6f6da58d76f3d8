//! Collecting artifacts that nobody refers to: uploads whose publish never came, or was refused.

use super::{Error, Result};
use crate::App;
use plimsoll_core::{Digest, Timestamp};
use plimsoll_store::artifact;

/// How many artifacts are looked for at once.
const BATCH: u32 = 100;

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
