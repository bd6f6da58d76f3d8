//! Publishers and their levels.

use diesel::prelude::*;
use plimsoll_core::page::PageSize;
use plimsoll_core::wire::Publisher;
use plimsoll_core::{AccountName, Level, PublisherName, Timestamp};

use crate::column::Row;
use crate::error::Result;
use crate::prefix;
use crate::schema::publisher;
use crate::{Conn, Page};

/// Adds a publisher, without prefixes and members; by whom, as far as that is known.
/// [`Conflict::Publisher`](crate::Conflict::Publisher) if the name is taken.
pub fn insert(
    conn: &mut Conn,
    name: &PublisherName,
    level: Level,
    founded_by: Option<&AccountName>,
    at: Timestamp,
) -> Result<()> {
    diesel::insert_into(publisher::table)
        .values((
            publisher::name.eq(name.as_str()),
            publisher::level.eq(level.as_str()),
            publisher::created_at.eq(at.as_micros()),
            publisher::founded_by.eq(founded_by.map(AccountName::as_str)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The publisher of a name, with its prefixes.
pub fn find(conn: &mut Conn, name: &PublisherName) -> Result<Option<Publisher>> {
    let row = publisher::table.find(name.as_str()).select((publisher::level, publisher::created_at));
    let Some((level, created_at)) = row.first::<(String, i64)>(conn).optional()? else { return Ok(None) };
    let key = [name.as_str()];
    let read = Row::new("publisher", &key);
    Ok(Some(Publisher {
        publisher: name.clone(),
        level: read.text("level", &level)?,
        prefixes: prefix::of_publisher(conn, name)?,
        created_at: read.time("created_at", created_at)?,
    }))
}

/// The publishers that an account founded, by name.
pub fn founded_by(conn: &mut Conn, account: &AccountName) -> Result<Vec<PublisherName>> {
    let rows = publisher::table.filter(publisher::founded_by.eq(account.as_str()));
    let names = rows.order(publisher::name).select(publisher::name).load::<String>(conn)?;
    names.iter().map(|name| Row::new("publisher", &[name.as_str()]).text("name", name)).collect()
}

/// A page of publishers by name, after the given one.
pub fn page(conn: &mut Conn, after: Option<&PublisherName>, size: PageSize) -> Result<Page<Publisher>> {
    let mut query = publisher::table
        .order(publisher::name)
        .limit(Page::<Publisher>::rows(size))
        .select(publisher::name)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(publisher::name.gt(after.as_str()));
    }
    let names = query.load::<String>(conn)?;
    Page::of_names(names, size, "publisher", |name| find(conn, name))
}

/// As [`find`], and no other transaction decides about this publisher until this one ends.
///
/// A write that decides by the facts of a publisher (its level, keys, members, prefixes) or that changes them begins with
/// this, so that what it decided by still holds when it commits. SQLite has one writer anyway.
pub fn lock(conn: &mut Conn, name: &PublisherName) -> Result<Option<Publisher>> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query("SELECT 1 FROM publisher WHERE name = $1 FOR NO KEY UPDATE")
            .bind::<diesel::sql_types::Text, _>(name.as_str())
            .execute(conn)?;
    }
    find(conn, name)
}

/// Sets the level. `false` if there is no such publisher.
pub fn set_level(conn: &mut Conn, name: &PublisherName, level: Level) -> Result<bool> {
    let row = publisher::table.find(name.as_str());
    Ok(diesel::update(row).set(publisher::level.eq(level.as_str())).execute(conn)? == 1)
}
