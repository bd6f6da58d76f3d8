//! Index documents: signed bytes, served as they are.

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use plimsoll_core::{Digest, PackageId, PackageType, Timestamp, Visibility};

use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::{index_document, package};
use crate::{Conn, StoreError};

/// The index document of a package for an audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexRecord {
    /// The package.
    pub package: PackageId,
    /// Who it is for.
    pub audience: Visibility,
    /// Its serial.
    pub serial: u64,
    /// What it says apart from when, by its digest; `None` where a program signed it that did not keep that.
    pub shows_sha256: Option<Digest>,
    /// The signed document, as it is sent.
    pub body: String,
    /// Its entity tag, with quotes.
    pub etag: String,
    /// When it was signed.
    pub issued_at: Timestamp,
    /// When it stops being good.
    pub expires_at: Timestamp,
}

/// The index document of a package for an audience.
pub fn find(conn: &mut Conn, package: &PackageId, audience: Visibility) -> Result<Option<IndexRecord>> {
    let row = index_document::table.find((package.as_str(), audience.as_str()));
    row.select(IndexRow::as_select()).first(conn).optional()?.map(IndexRecord::try_from).transpose()
}

/// When the index document of a package for an audience was signed: not before the last change that it shows.
pub fn issued_at(conn: &mut Conn, package: &PackageId, audience: Visibility) -> Result<Option<Timestamp>> {
    let row = index_document::table.find((package.as_str(), audience.as_str()));
    let issued_at = row.select(index_document::issued_at).first(conn).optional()?;
    Row::new("index_document", &[package.as_str(), audience.as_str()]).time_or_null("issued_at", issued_at)
}

/// When the last of the index documents of a type's packages for an audience was signed.
pub fn last_issued(conn: &mut Conn, of: PackageType, audience: Visibility) -> Result<Option<Timestamp>> {
    let rows = index_document::table
        .inner_join(package::table.on(package::id.eq(index_document::package)))
        .filter(package::package_type.eq(of.as_str()))
        .filter(index_document::audience.eq(audience.as_str()));
    let last = rows.select(max(index_document::issued_at)).first(conn)?;
    Row::new("index_document", &[audience.as_str()]).time_or_null("issued_at", last)
}

/// Puts a document in the place of the one before it. `false`, and nothing is changed, unless its serial is higher.
pub fn put(conn: &mut Conn, now: &IndexRecord) -> Result<bool> {
    let changed = diesel::sql_query(
        "INSERT INTO index_document (package, audience, serial, body, etag, issued_at, expires_at, shows_sha256) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
         ON CONFLICT (package, audience) DO UPDATE SET serial = excluded.serial, body = excluded.body, \
         etag = excluded.etag, issued_at = excluded.issued_at, expires_at = excluded.expires_at, shows_sha256 = excluded.shows_sha256 \
         WHERE index_document.serial < excluded.serial",
    )
    .bind::<Text, _>(now.package.as_str())
    .bind::<Text, _>(now.audience.as_str())
    .bind::<BigInt, _>(column::count(now.serial))
    .bind::<Text, _>(&now.body)
    .bind::<Text, _>(&now.etag)
    .bind::<BigInt, _>(now.issued_at.as_micros())
    .bind::<BigInt, _>(now.expires_at.as_micros())
    .bind::<Nullable<Text>, _>(now.shows_sha256.as_ref().map(ToString::to_string))
    .execute(conn)?;
    Ok(changed == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = index_document)]
struct IndexRow {
    package: String,
    audience: String,
    serial: i64,
    body: String,
    etag: String,
    issued_at: i64,
    expires_at: i64,
    shows_sha256: Option<String>,
}

impl TryFrom<IndexRow> for IndexRecord {
    type Error = StoreError;

    fn try_from(row: IndexRow) -> Result<Self> {
        let key = [row.package.as_str(), row.audience.as_str()];
        let read = Row::new("index_document", &key);
        Ok(Self {
            package: read.text("package", &row.package)?,
            audience: read.text("audience", &row.audience)?,
            serial: read.count("serial", row.serial)?,
            issued_at: read.time("issued_at", row.issued_at)?,
            expires_at: read.time("expires_at", row.expires_at)?,
            shows_sha256: read.text_or_null("shows_sha256", row.shows_sha256.as_deref())?,
            body: row.body,
            etag: row.etag,
        })
    }
}
