//! Who said something of a package outside of its artifacts: what a catalog is to show, and to whom later versions go.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use plimsoll_core::{AccountName, PackageId, PublisherName, Timestamp};

use crate::Conn;
use crate::column::Row;
use crate::error::Result;
use crate::schema::announcer;

/// Remembers that an account said something of a package in the name of a publisher.
pub fn note(
    conn: &mut Conn,
    package: &PackageId,
    publisher: &PublisherName,
    account: &AccountName,
    at: Timestamp,
) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO announcer (package, publisher, account, first_at, last_at) VALUES ($1, $2, $3, $4, $4) \
         ON CONFLICT (package, publisher, account) DO UPDATE SET last_at = excluded.last_at",
    )
    .bind::<Text, _>(package.as_str())
    .bind::<Text, _>(publisher.as_str())
    .bind::<Text, _>(account.as_str())
    .bind::<BigInt, _>(at.as_micros())
    .execute(conn)?;
    Ok(())
}

/// The publishers in whose names an account itself spoke of a package, the last one first.
pub fn publishers(conn: &mut Conn, package: &PackageId, account: &AccountName) -> Result<Vec<PublisherName>> {
    let names = announcer::table
        .filter(announcer::package.eq(package.as_str()))
        .filter(announcer::account.eq(account.as_str()))
        .order((announcer::last_at.desc(), announcer::publisher))
        .select(announcer::publisher)
        .load::<String>(conn)?;
    let key = [package.as_str(), account.as_str()];
    names.iter().map(|name| Row::new("announcer", &key).text("publisher", name)).collect()
}

/// Whether an account spoke of any package in the name of a publisher.
pub fn spoke_for(conn: &mut Conn, publisher: &PublisherName, account: &AccountName) -> Result<bool> {
    let said = announcer::table
        .filter(announcer::account.eq(account.as_str()))
        .filter(announcer::publisher.eq(publisher.as_str()));
    Ok(diesel::select(exists(said)).get_result(conn)?)
}

/// Whether an account spoke of a package in the name of a publisher by a given time.
pub fn spoke_by(
    conn: &mut Conn,
    package: &PackageId,
    publisher: &PublisherName,
    account: &AccountName,
    at: Timestamp,
) -> Result<bool> {
    let said = announcer::table
        .find((package.as_str(), publisher.as_str(), account.as_str()))
        .filter(announcer::first_at.le(at.as_micros()));
    Ok(diesel::select(exists(said)).get_result(conn)?)
}
