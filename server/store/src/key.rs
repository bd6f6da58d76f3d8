//! The keys of publishers. They are looked up by publisher and key id, never by key id alone.

use diesel::prelude::*;
use plimsoll_core::wire::{PublisherKey, Revocation, RevocationReason};
use plimsoll_core::{AccountName, Digest, KeyId, PublisherName, Timestamp};

use crate::column::Row;
use crate::error::Result;
use crate::schema::publisher_key;
use crate::{Conn, StoreError};

/// A key of a publisher, with what only the registry needs to know of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Whose it is.
    pub publisher: PublisherName,
    /// SHA-256 of the DER SubjectPublicKeyInfo.
    pub fingerprint: Digest,
    /// Whether it was the publisher's first key.
    pub is_first: bool,
    /// Who added it.
    pub added_by: AccountName,
    /// What vouches for it, if anything does: an older key of the publisher, or an administrator.
    pub vouched_by: Option<String>,
    /// The key as everyone may see it.
    pub key: PublisherKey,
}

/// Adds a key, which is not revoked. [`Conflict::KeyId`](crate::Conflict::KeyId) if the publisher has a key of this id,
/// [`Conflict::ProvenKey`](crate::Conflict::ProvenKey) if the key is proven and somebody has proven it before.
pub fn insert(conn: &mut Conn, new: &Key) -> Result<()> {
    diesel::insert_into(publisher_key::table).values(KeyRow::from(new)).execute(conn)?;
    Ok(())
}

/// Every key that a publisher ever had, oldest first.
pub fn list(conn: &mut Conn, publisher: &PublisherName) -> Result<Vec<Key>> {
    let rows = publisher_key::table
        .filter(publisher_key::publisher.eq(publisher.as_str()))
        .order((publisher_key::added_at, publisher_key::key_id))
        .select(KeyRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Key::try_from).collect()
}

/// The key of a publisher by its id.
pub fn find(conn: &mut Conn, publisher: &PublisherName, key_id: &KeyId) -> Result<Option<Key>> {
    let row = publisher_key::table.find((publisher.as_str(), key_id.as_str()));
    row.select(KeyRow::as_select()).first(conn).optional()?.map(Key::try_from).transpose()
}

/// Revokes a key, also one that was only superseded before. `false` if there is none, or it is revoked as compromised.
pub fn revoke(
    conn: &mut Conn,
    publisher: &PublisherName,
    key_id: &KeyId,
    revocation: &Revocation,
    at: Timestamp,
) -> Result<bool> {
    let compromised = RevocationReason::Compromised.as_str();
    let not_yet = publisher_key::table
        .find((publisher.as_str(), key_id.as_str()))
        .filter(publisher_key::revoked_reason.is_null().or(publisher_key::revoked_reason.ne(compromised)));
    let changed = diesel::update(not_yet)
        .set((
            publisher_key::revoked_reason.eq(revocation.reason.as_str()),
            publisher_key::revoked_from.eq(revocation.from.as_micros()),
            publisher_key::revoked_at.eq(at.as_micros()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = publisher_key)]
struct KeyRow {
    publisher: String,
    key_id: String,
    algorithm: String,
    public_key: String,
    fingerprint: String,
    proven: bool,
    is_first: bool,
    added_at: i64,
    added_by: String,
    vouched_by: Option<String>,
    revoked_reason: Option<String>,
    revoked_from: Option<i64>,
}

impl From<&Key> for KeyRow {
    fn from(key: &Key) -> Self {
        Self {
            publisher: key.publisher.to_string(),
            key_id: key.key.key_id.to_string(),
            algorithm: key.key.algorithm.to_string(),
            public_key: key.key.public_key.clone(),
            fingerprint: key.fingerprint.to_string(),
            proven: key.key.proven,
            is_first: key.is_first,
            added_at: key.key.added_at.as_micros(),
            added_by: key.added_by.to_string(),
            vouched_by: key.vouched_by.clone(),
            revoked_reason: None,
            revoked_from: None,
        }
    }
}

impl TryFrom<KeyRow> for Key {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self> {
        let key = [row.publisher.as_str(), row.key_id.as_str()];
        let read = Row::new("publisher_key", &key);
        let reason = read.text_or_null("revoked_reason", row.revoked_reason.as_deref())?;
        let from = read.time_or_null("revoked_from", row.revoked_from)?;
        Ok(Self {
            publisher: read.text("publisher", &row.publisher)?,
            fingerprint: read.text("fingerprint", &row.fingerprint)?,
            is_first: row.is_first,
            added_by: read.text("added_by", &row.added_by)?,
            key: PublisherKey {
                key_id: read.text("key_id", &row.key_id)?,
                algorithm: read.text("algorithm", &row.algorithm)?,
                proven: row.proven,
                added_at: read.time("added_at", row.added_at)?,
                revoked: reason.zip(from).map(|(reason, from)| Revocation { reason, from }),
                public_key: row.public_key,
            },
            vouched_by: row.vouched_by,
        })
    }
}
