//! Collecting artifacts that nobody refers to: uploads whose publish never came, or was refused.

use super::{Error, Result};
use crate::App;
use plimsoll_store::artifact;

/// How many artifacts one round looks at.
const ROUND: u32 = 100;

/// Removes artifacts that no version has and whose lease is over; returns how many.
pub fn collect(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let unreferenced = app.store.read("unreferenced", |conn| artifact::unreferenced(conn, now, ROUND))?;
    let mut removed = 0;
    for sha256 in unreferenced {
        // The bytes go inside the transaction that forgets them: whoever uploads them again waits for its end.
        let gone = app.store.write("collect", |conn| {
            let forgotten = artifact::remove(conn, &sha256, now)?;
            if forgotten {
                app.blobs.delete(&sha256).map_err(Error::Blobs)?;
            }
            Ok::<_, Error>(forgotten)
        })?;
        removed += usize::from(gone);
    }
    Ok(removed)
}
