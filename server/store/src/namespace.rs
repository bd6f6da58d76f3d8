//! Namespaces and who holds them.

use diesel::prelude::*;
use plimsoll_core::{Namespace, PackageId, PublisherName, Timestamp};

use crate::Conn;
use crate::column::Row;
use crate::error::Result;
use crate::schema::namespace;

/// Who holds a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The publisher.
    pub publisher: PublisherName,
    /// The package by which it was taken.
    pub package: PackageId,
    /// When it was taken.
    pub since: Timestamp,
}

/// Takes a namespace. [`Conflict::Namespace`](crate::Conflict::Namespace) if it is held, also by the same publisher.
pub fn insert(conn: &mut Conn, name: &Namespace, holder: &Holder) -> Result<()> {
    diesel::insert_into(namespace::table)
        .values((
            namespace::name.eq(name.as_str()),
            namespace::publisher.eq(holder.publisher.as_str()),
            namespace::package.eq(holder.package.as_str()),
            namespace::since.eq(holder.since.as_micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Who holds a namespace, if anyone does.
pub fn find(conn: &mut Conn, name: &Namespace) -> Result<Option<Holder>> {
    let row = namespace::table.find(name.as_str());
    let row = row.select((namespace::publisher, namespace::package, namespace::since));
    let Some((publisher, package, since)) = row.first::<(String, String, i64)>(conn).optional()? else {
        return Ok(None);
    };
    let key = [name.as_str()];
    let read = Row::new("namespace", &key);
    Ok(Some(Holder {
        publisher: read.text("publisher", &publisher)?,
        package: read.text("package", &package)?,
        since: read.time("since", since)?,
    }))
}
