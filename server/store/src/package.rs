//! Packages: their owner, type, defaults and listing.

use diesel::prelude::*;
use plimsoll_core::wire::Listing;
use plimsoll_core::{PackageId, PackageType, PublisherName, Timestamp, Visibility};

use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::package;
use crate::{Conn, StoreError};

/// A package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its identity.
    pub id: PackageId,
    /// Its owner.
    pub publisher: PublisherName,
    /// Its type, the same for all its versions.
    pub package_type: PackageType,
    /// The visibility of later versions that name none.
    pub default_visibility: Visibility,
    /// What a catalog shows of it.
    pub listing: Listing,
    /// When its first version was accepted.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Adds a package. [`Conflict::Package`](crate::Conflict::Package) if the id is taken.
pub fn insert(conn: &mut Conn, new: &Package) -> Result<()> {
    diesel::insert_into(package::table).values(PackageRow::from(new)).execute(conn)?;
    Ok(())
}

/// The package of an id.
pub fn find(conn: &mut Conn, id: &PackageId) -> Result<Option<Package>> {
    let row = package::table.find(id.as_str()).select(PackageRow::as_select()).first(conn).optional()?;
    row.map(Package::try_from).transpose()
}

/// The packages of a publisher, by id.
pub fn of_publisher(conn: &mut Conn, publisher: &PublisherName) -> Result<Vec<PackageId>> {
    let ids = package::table
        .filter(package::publisher.eq(publisher.as_str()))
        .order(package::id)
        .select(package::id)
        .load::<String>(conn)?;
    ids.iter().map(|id| Row::new("package", &[id.as_str()]).text("id", id)).collect()
}

/// Replaces the default visibility, the listing and the time of the last change. `false` if there is no such package.
pub fn update(conn: &mut Conn, now: &Package) -> Result<bool> {
    let row = PackageRow::from(now);
    let changed = diesel::update(package::table.find(now.id.as_str()))
        .set((
            package::default_visibility.eq(row.default_visibility),
            package::listing.eq(row.listing),
            package::updated_at.eq(row.updated_at),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

/// As [`find`], and no other transaction that begins with this goes on for this package until this one ends: what is read of
/// it from now on is what there is when this one commits. SQLite has one writer anyway.
pub fn lock(conn: &mut Conn, id: &PackageId) -> Result<Option<Package>> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query("SELECT 1 FROM package WHERE id = $1 FOR NO KEY UPDATE")
            .bind::<diesel::sql_types::Text, _>(id.as_str())
            .execute(conn)?;
    }
    find(conn, id)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = package)]
struct PackageRow {
    id: String,
    publisher: String,
    package_type: String,
    default_visibility: String,
    listing: String,
    created_at: i64,
    updated_at: i64,
}

impl From<&Package> for PackageRow {
    fn from(package: &Package) -> Self {
        Self {
            id: package.id.to_string(),
            publisher: package.publisher.to_string(),
            package_type: package.package_type.to_string(),
            default_visibility: package.default_visibility.to_string(),
            listing: column::json(&package.listing),
            created_at: package.created_at.as_micros(),
            updated_at: package.updated_at.as_micros(),
        }
    }
}

impl TryFrom<PackageRow> for Package {
    type Error = StoreError;

    fn try_from(row: PackageRow) -> Result<Self> {
        let key = [row.id.as_str()];
        let read = Row::new("package", &key);
        Ok(Self {
            id: read.text("id", &row.id)?,
            publisher: read.text("publisher", &row.publisher)?,
            package_type: read.text("type", &row.package_type)?,
            default_visibility: read.text("default_visibility", &row.default_visibility)?,
            created_at: read.time("created_at", row.created_at)?,
            updated_at: read.time("updated_at", row.updated_at)?,
            listing: read.json("listing", &row.listing)?,
        })
    }
}
