//! The documents of a version, which are read one version at a time.

use diesel::prelude::*;
use plimsoll_core::wire::Listing;
use plimsoll_core::{PackageId, Version};

use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::version_document;
use crate::{Conn, StoreError};

/// The documents of a version, each as its exact text, never parsed and printed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documents {
    /// The manifest.
    pub manifest: String,
    /// The gate report.
    pub report: String,
    /// What the publisher asked the catalog to show.
    pub listing: Listing,
    /// The publisher's evidence: an `ed25519:` string, or a DSSE envelope.
    pub evidence: Option<String>,
    /// The `ed25519:` string that came beside a statement.
    pub signature: Option<String>,
    /// The registry's approval: a DSSE envelope.
    pub approval: Option<String>,
    /// The counter-signature in ObjectStack's own form.
    pub platform_signature: Option<String>,
}

/// The documents of a version.
pub fn documents(conn: &mut Conn, package: &PackageId, version: &Version) -> Result<Option<Documents>> {
    let number = version.to_string();
    let row = version_document::table.find((package.as_str(), number.as_str()));
    let Some(row) = row.select(DocumentsRow::as_select()).first(conn).optional()? else { return Ok(None) };
    let key = [package.as_str(), number.as_str()];
    Ok(Some(Documents {
        listing: Row::new("version_document", &key).json("listing", &row.listing)?,
        manifest: row.manifest,
        report: row.report,
        evidence: row.evidence,
        signature: row.signature,
        approval: row.approval,
        platform_signature: row.platform_signature,
    }))
}

/// What the publisher asked the catalog to show of a version.
pub fn listing(conn: &mut Conn, package: &PackageId, version: &Version) -> Result<Option<Listing>> {
    let number = version.to_string();
    let row = version_document::table.find((package.as_str(), number.as_str()));
    let listing = row.select(version_document::listing).first::<String>(conn).optional()?;
    let key = [package.as_str(), number.as_str()];
    listing.map(|listing| Row::new("version_document", &key).json("listing", &listing)).transpose()
}

/// Replaces the documents of a version. `false` if there is no such version.
pub fn set_documents(conn: &mut Conn, package: &PackageId, version: &Version, now: &Documents) -> Result<bool> {
    let row = version_document::table.find((package.as_str(), version.to_string()));
    Ok(diesel::update(row).set(DocumentsRow::from(now)).execute(conn)? == 1)
}

pub(super) fn insert(conn: &mut Conn, package: &PackageId, version: &Version, new: &Documents) -> Result<()> {
    diesel::insert_into(version_document::table)
        .values((
            version_document::package.eq(package.as_str()),
            version_document::version.eq(version.to_string()),
            DocumentsRow::from(new),
        ))
        .execute(conn)
        .map_err(StoreError::from)?;
    Ok(())
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = version_document, treat_none_as_null = true)]
struct DocumentsRow {
    manifest: String,
    report: String,
    listing: String,
    evidence: Option<String>,
    signature: Option<String>,
    approval: Option<String>,
    platform_signature: Option<String>,
}

impl From<&Documents> for DocumentsRow {
    fn from(documents: &Documents) -> Self {
        let Documents { manifest, report, listing, evidence, signature, approval, platform_signature } =
            documents.clone();
        Self { manifest, report, listing: column::json(&listing), evidence, signature, approval, platform_signature }
    }
}
