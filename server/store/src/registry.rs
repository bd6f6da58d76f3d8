//! The identity of the registry: its origin and its keys. Every server process of a registry finds the same here.

use diesel::prelude::*;
use plimsoll_core::Timestamp;
use plimsoll_core::wire::RegistryKey;

use crate::Conn;
use crate::column::Row;
use crate::error::Result;
use crate::schema::{registry, registry_key};

/// Sets the origin, once and for all. [`Conflict::Registry`](crate::Conflict::Registry) if there is one.
pub fn insert(conn: &mut Conn, origin: &str, at: Timestamp) -> Result<()> {
    diesel::insert_into(registry::table)
        .values((
            registry::only_one.eq("registry"),
            registry::origin.eq(origin),
            registry::created_at.eq(at.as_micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The fixed origin string that every statement of this registry names, if the registry was started before.
pub fn find(conn: &mut Conn) -> Result<Option<String>> {
    Ok(registry::table.select(registry::origin).first::<String>(conn).optional()?)
}

/// Adds a key of the registry.
pub fn insert_key(conn: &mut Conn, key: &RegistryKey) -> Result<()> {
    diesel::insert_into(registry_key::table)
        .values((
            registry_key::key_id.eq(key.key_id.to_string()),
            registry_key::algorithm.eq(key.algorithm.as_str()),
            registry_key::public_key.eq(&key.public_key),
            registry_key::not_before.eq(key.not_before.as_micros()),
            registry_key::not_after.eq(key.not_after.map(Timestamp::as_micros)),
        ))
        .execute(conn)?;
    Ok(())
}

/// The keys of the registry, oldest first.
pub fn keys(conn: &mut Conn) -> Result<Vec<RegistryKey>> {
    type Columns = (String, String, String, i64, Option<i64>);
    let rows = registry_key::table.order((registry_key::not_before, registry_key::key_id)).load::<Columns>(conn)?;
    let read = |(key_id, algorithm, public_key, not_before, not_after): Columns| {
        let key = [key_id.as_str()];
        let row = Row::new("registry_key", &key);
        Ok(RegistryKey {
            key_id: row.text("key_id", &key_id)?,
            algorithm: row.text("algorithm", &algorithm)?,
            public_key,
            not_before: row.time("not_before", not_before)?,
            not_after: row.time_or_null("not_after", not_after)?,
        })
    };
    rows.into_iter().map(read).collect()
}
