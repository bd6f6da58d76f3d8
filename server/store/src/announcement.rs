//! What publishers said of packages that they have not published yet.

use diesel::prelude::*;
use plimsoll_core::wire::Listing;
use plimsoll_core::{PackageId, PublisherName, Timestamp, Visibility};

use crate::Conn;
use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::announcement;

/// A package that its publisher speaks of before its first version. It takes no id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// The package.
    pub package: PackageId,
    /// Who announced it.
    pub publisher: PublisherName,
    /// The visibility of versions that name none.
    pub default_visibility: Visibility,
    /// What a catalog is to show of it.
    pub listing: Listing,
    /// When it was last said.
    pub updated_at: Timestamp,
}

/// Announces a package, in place of what the publisher said of it before.
pub fn set(conn: &mut Conn, new: &Announcement) -> Result<()> {
    remove(conn, &new.package, &new.publisher)?;
    diesel::insert_into(announcement::table)
        .values((
            announcement::package.eq(new.package.as_str()),
            announcement::publisher.eq(new.publisher.as_str()),
            announcement::default_visibility.eq(new.default_visibility.as_str()),
            announcement::listing.eq(column::json(&new.listing)),
            announcement::updated_at.eq(new.updated_at.as_micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// What a publisher announced of a package.
pub fn find(conn: &mut Conn, package: &PackageId, publisher: &PublisherName) -> Result<Option<Announcement>> {
    let row = announcement::table.find((package.as_str(), publisher.as_str()));
    let row = row.select((announcement::default_visibility, announcement::listing, announcement::updated_at));
    let Some((default_visibility, listing, updated_at)) = row.first::<(String, String, i64)>(conn).optional()? else {
        return Ok(None);
    };
    let key = [package.as_str(), publisher.as_str()];
    let read = Row::new("announcement", &key);
    Ok(Some(Announcement {
        package: package.clone(),
        publisher: publisher.clone(),
        default_visibility: read.text("default_visibility", &default_visibility)?,
        listing: read.json("listing", &listing)?,
        updated_at: read.time("updated_at", updated_at)?,
    }))
}

/// How many packages a publisher has announced.
pub fn count(conn: &mut Conn, publisher: &PublisherName) -> Result<u64> {
    let rows = announcement::table.filter(announcement::publisher.eq(publisher.as_str()));
    let count = rows.count().get_result::<i64>(conn)?;
    Row::new("announcement", &[publisher.as_str()]).count("count", count)
}

/// Forgets an announcement. Nothing happens if there is none.
pub fn remove(conn: &mut Conn, package: &PackageId, publisher: &PublisherName) -> Result<()> {
    diesel::delete(announcement::table.find((package.as_str(), publisher.as_str()))).execute(conn)?;
    Ok(())
}
