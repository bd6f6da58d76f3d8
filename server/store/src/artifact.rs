//! Artifacts whose bytes are stored, and the leases that keep them until a version refers to them.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use plimsoll_core::wire::StoredArtifact;
use plimsoll_core::{AccountName, Digest, Timestamp};

use crate::Conn;
use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::{artifact, artifact_upload, version};

/// Records that an account brought the bytes of an artifact, which are stored, and keeps them at least until the lease
/// expires. `false` if the same account brought them before: whether others did is theirs to know.
pub fn record(
    conn: &mut Conn,
    stored: &StoredArtifact,
    account: &AccountName,
    at: Timestamp,
    lease_expires_at: Timestamp,
) -> Result<bool> {
    let sha256 = stored.sha256.to_string();
    adopt(conn, stored, at, lease_expires_at)?;
    let shorter = artifact::table.find(&sha256).filter(artifact::lease_expires_at.lt(lease_expires_at.as_micros()));
    diesel::update(shorter).set(artifact::lease_expires_at.eq(lease_expires_at.as_micros())).execute(conn)?;
    let brought = diesel::sql_query(
        "INSERT INTO artifact_upload (sha256, account, uploaded_at) VALUES ($1, $2, $3) \
         ON CONFLICT (sha256, account) DO NOTHING",
    )
    .bind::<Text, _>(&sha256)
    .bind::<Text, _>(account.as_str())
    .bind::<BigInt, _>(at.as_micros())
    .execute(conn)?;
    Ok(brought == 1)
}

/// Records an artifact whose bytes are stored, as nobody's, and keeps it until the lease expires. `false` if it is recorded
/// already.
pub fn adopt(conn: &mut Conn, stored: &StoredArtifact, at: Timestamp, lease_expires_at: Timestamp) -> Result<bool> {
    // Two uploads of the same bytes at once are no conflict.
    let adopted = diesel::sql_query(
        "INSERT INTO artifact (sha256, size, created_at, lease_expires_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (sha256) DO NOTHING",
    )
    .bind::<Text, _>(stored.sha256.to_string())
    .bind::<BigInt, _>(column::count(stored.size))
    .bind::<BigInt, _>(at.as_micros())
    .bind::<BigInt, _>(lease_expires_at.as_micros())
    .execute(conn)?;
    Ok(adopted == 1)
}

/// The artifact of a digest, if the account brought its bytes.
pub fn find_uploaded(conn: &mut Conn, sha256: &Digest, account: &AccountName) -> Result<Option<StoredArtifact>> {
    let key = sha256.to_string();
    let size = artifact::table
        .inner_join(artifact_upload::table.on(artifact_upload::sha256.eq(artifact::sha256)))
        .filter(artifact::sha256.eq(&key))
        .filter(artifact_upload::account.eq(account.as_str()))
        .select(artifact::size)
        .first::<i64>(conn)
        .optional()?;
    let Some(size) = size else { return Ok(None) };
    Ok(Some(StoredArtifact { sha256: *sha256, size: Row::new("artifact", &[&key]).count("size", size)? }))
}

/// Keeps an artifact at least until then, and the row from now to the end of the transaction: whoever collects waits for it.
/// `false` if it is gone.
pub fn keep(conn: &mut Conn, sha256: &Digest, lease_expires_at: Timestamp) -> Result<bool> {
    let row = artifact::table.find(sha256.to_string());
    Ok(diesel::update(row).set(artifact::lease_expires_at.eq(lease_expires_at.as_micros())).execute(conn)? == 1)
}

/// Artifacts that an account brought and that no version has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unused {
    /// How many.
    pub count: u64,
    /// How large they are together.
    pub bytes: u64,
}

/// What an account brought that no version has, and that was not collected yet.
pub fn unused(conn: &mut Conn, account: &AccountName) -> Result<Unused> {
    let referenced = version::table.filter(version::sha256.eq(artifact::sha256));
    let sizes = artifact::table
        .inner_join(artifact_upload::table.on(artifact_upload::sha256.eq(artifact::sha256)))
        .filter(artifact_upload::account.eq(account.as_str()))
        .filter(not(exists(referenced)))
        .select(artifact::size)
        .load::<i64>(conn)?;
    let read = Row::new("artifact", &[]);
    let bytes = sizes.iter().map(|size| read.count::<u64>("size", *size)).sum::<Result<u64>>()?;
    Ok(Unused { count: sizes.len() as u64, bytes })
}

/// Artifacts that no version has and whose lease expired before `now`; at most `limit`.
pub fn unreferenced(conn: &mut Conn, now: Timestamp, limit: u32) -> Result<Vec<Digest>> {
    let referenced = version::table.filter(version::sha256.eq(artifact::sha256));
    let found = artifact::table
        .filter(artifact::lease_expires_at.lt(now.as_micros()))
        .filter(not(exists(referenced)))
        .order(artifact::lease_expires_at)
        .limit(limit.into())
        .select(artifact::sha256)
        .load::<String>(conn)?;
    found.iter().map(|sha256| Row::new("artifact", &[sha256.as_str()]).text("sha256", sha256)).collect()
}

/// Forgets an artifact, if still no version has it and its lease expired before `now`; `false` otherwise.
///
/// The bytes are deleted after this and before the transaction ends, so that a new upload of the same bytes, which records
/// them again only after that, can see that they are gone.
pub fn remove(conn: &mut Conn, sha256: &Digest, now: Timestamp) -> Result<bool> {
    let sha256 = sha256.to_string();
    let referenced = version::table.filter(version::sha256.eq(artifact::sha256));
    let expired = artifact::table
        .filter(artifact::sha256.eq(&sha256))
        .filter(artifact::lease_expires_at.lt(now.as_micros()))
        .filter(not(exists(referenced)));
    Ok(diesel::delete(expired).execute(conn)? == 1)
}
