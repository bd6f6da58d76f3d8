//! The outbox: every change of state, written in the transaction that makes it.
//!
//! Nothing reads it yet. It is what a transparency log is to be fed from, by a reader that takes the rows it has not taken,
//! in the order of their ids.

use diesel::prelude::*;
use plimsoll_core::Timestamp;

use crate::Conn;
use crate::error::Result;
use crate::schema::outbox;

/// Adds a change: its id, which grows with time; its kind, such as `version.approved`; and its facts as JSON.
pub fn insert(conn: &mut Conn, id: &str, at: Timestamp, kind: &str, payload: &serde_json::Value) -> Result<()> {
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id),
            outbox::at.eq(at.as_micros()),
            outbox::kind.eq(kind),
            outbox::payload.eq(payload.to_string()),
        ))
        .execute(conn)?;
    Ok(())
}
