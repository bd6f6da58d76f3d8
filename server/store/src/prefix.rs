//! The id prefixes that publishers were granted.

use diesel::prelude::*;
use plimsoll_core::{PackageId, Prefix, PublisherName, Timestamp};

use crate::Conn;
use crate::column::Row;
use crate::error::Result;
use crate::schema::publisher_prefix;

/// Grants a prefix. [`Conflict::Prefix`](crate::Conflict::Prefix) if a publisher has it, also if it is the same one.
pub fn insert(conn: &mut Conn, prefix: &Prefix, publisher: &PublisherName, at: Timestamp) -> Result<()> {
    diesel::insert_into(publisher_prefix::table)
        .values((
            publisher_prefix::prefix.eq(prefix.as_str()),
            publisher_prefix::publisher.eq(publisher.as_str()),
            publisher_prefix::created_at.eq(at.as_micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Withdraws a prefix from a publisher. `false` if it does not have it.
pub fn remove(conn: &mut Conn, prefix: &Prefix, publisher: &PublisherName) -> Result<bool> {
    let granted =
        publisher_prefix::table.find(prefix.as_str()).filter(publisher_prefix::publisher.eq(publisher.as_str()));
    Ok(diesel::delete(granted).execute(conn)? == 1)
}

/// Who was granted exactly this prefix.
pub fn holder(conn: &mut Conn, prefix: &Prefix) -> Result<Option<PublisherName>> {
    let row = publisher_prefix::table.find(prefix.as_str()).select(publisher_prefix::publisher);
    let publisher = row.first::<String>(conn).optional()?;
    Row::new("publisher_prefix", &[prefix.as_str()]).text_or_null("publisher", publisher.as_deref())
}

/// The granted prefixes under which an id lies, with their publishers, shortest first.
pub fn covering(conn: &mut Conn, id: &PackageId) -> Result<Vec<(Prefix, PublisherName)>> {
    // `com.acme.x` lies under `com` and `com.acme`.
    let candidates = id.as_str().match_indices('.').map(|(end, _)| &id.as_str()[..end]);
    let mut found = Vec::new();
    for candidate in candidates {
        // What is no prefix could not have been granted either.
        let Ok(prefix) = candidate.parse() else { continue };
        if let Some(publisher) = holder(conn, &prefix)? {
            found.push((prefix, publisher));
        }
    }
    Ok(found)
}

/// The prefixes of a publisher, sorted.
pub(crate) fn of_publisher(conn: &mut Conn, publisher: &PublisherName) -> Result<Vec<Prefix>> {
    let prefixes = publisher_prefix::table
        .filter(publisher_prefix::publisher.eq(publisher.as_str()))
        .order(publisher_prefix::prefix)
        .select(publisher_prefix::prefix)
        .load::<String>(conn)?;
    prefixes.iter().map(|prefix| Row::new("publisher_prefix", &[prefix.as_str()]).text("prefix", prefix)).collect()
}
