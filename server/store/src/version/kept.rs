//! What a publisher keeps: the artifacts of its versions, in whatever state those are.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use plimsoll_core::{AccountName, Digest, PublisherName};

use crate::Conn;
use crate::column::Row;
use crate::error::Result;
use crate::schema::version;

#[derive(diesel::QueryableByName)]
struct Sum {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

/// How large the artifacts of a publisher's versions are together, each counted once.
pub fn bytes(conn: &mut Conn, publisher: &PublisherName) -> Result<u64> {
    let sum: Sum = diesel::sql_query(
        "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS bytes \
         FROM (SELECT DISTINCT sha256, size FROM version WHERE publisher = $1) AS kept",
    )
    .bind::<Text, _>(publisher.as_str())
    .get_result(conn)?;
    Row::new("version", &[publisher.as_str()]).count("size", sum.bytes)
}

/// Whether one of a publisher's versions has an artifact.
pub fn has(conn: &mut Conn, publisher: &PublisherName, sha256: &Digest) -> Result<bool> {
    let kept =
        version::table.filter(version::sha256.eq(sha256.to_string())).filter(version::publisher.eq(publisher.as_str()));
    Ok(diesel::select(exists(kept)).get_result(conn)?)
}

/// Whether one of a publisher's versions was published by an account.
pub fn any_by(conn: &mut Conn, publisher: &PublisherName, account: &AccountName) -> Result<bool> {
    let published = version::table
        .filter(version::publisher.eq(publisher.as_str()))
        .filter(version::published_by.eq(account.as_str()));
    Ok(diesel::select(exists(published)).get_result(conn)?)
}
