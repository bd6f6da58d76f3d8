//! Namespaces: who holds them, and with which of them a package is in the marketplace.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use plimsoll_core::gate::NamespaceHolder;
use plimsoll_core::{Namespace, PackageId};

use crate::Conn;
use crate::column::Row;
use crate::error::{Result, StoreError};
use crate::schema::{namespace, package_namespace};

/// Takes a namespace, unless it is held. Tells who holds it from here on.
///
/// Of two transactions at once, one waits for the other here, and finds what that one took.
pub fn take(conn: &mut Conn, name: &Namespace, holder: &NamespaceHolder) -> Result<NamespaceHolder> {
    diesel::sql_query(
        "INSERT INTO namespace (namespace, publisher, package, since) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (namespace) DO NOTHING",
    )
    .bind::<Text, _>(name.as_str())
    .bind::<Text, _>(holder.publisher.as_str())
    .bind::<Text, _>(holder.package.as_str())
    .bind::<BigInt, _>(holder.since.as_micros())
    .execute(conn)?;
    find(conn, name)?.ok_or(StoreError::Database(diesel::result::Error::NotFound))
}

/// Who holds a namespace, if anyone does.
pub fn find(conn: &mut Conn, name: &Namespace) -> Result<Option<NamespaceHolder>> {
    let row = namespace::table.find(name.as_str());
    let row = row.select((namespace::publisher, namespace::package, namespace::since));
    let Some((publisher, package, since)) = row.first::<(String, String, i64)>(conn).optional()? else {
        return Ok(None);
    };
    let key = [name.as_str()];
    let read = Row::new("namespace", &key);
    Ok(Some(NamespaceHolder {
        publisher: read.text("publisher", &publisher)?,
        package: read.text("package", &package)?,
        since: read.time("since", since)?,
    }))
}

/// Notes with which namespace a package is in the marketplace. What was noted first stays.
pub fn note_package(conn: &mut Conn, package: &PackageId, name: &Namespace) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO package_namespace (package, namespace) VALUES ($1, $2) ON CONFLICT (package) DO NOTHING",
    )
    .bind::<Text, _>(package.as_str())
    .bind::<Text, _>(name.as_str())
    .execute(conn)?;
    Ok(())
}

/// With which namespace a package is in the marketplace.
pub fn of_package(conn: &mut Conn, package: &PackageId) -> Result<Option<Namespace>> {
    let row = package_namespace::table.find(package.as_str()).select(package_namespace::namespace);
    let Some(name) = row.first::<String>(conn).optional()? else { return Ok(None) };
    let key = [package.as_str()];
    Ok(Some(Row::new("package_namespace", &key).text("namespace", &name)?))
}
