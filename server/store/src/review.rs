//! Reviews: who decided a held version, why, and what they saw.

use diesel::prelude::*;
use plimsoll_core::wire::Decision;
use plimsoll_core::{AccountName, Digest, PackageId, Timestamp, Version};

use crate::column::Row;
use crate::error::Result;
use crate::schema::review;
use crate::{Conn, StoreError};

/// A review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// Its id.
    pub id: String,
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// Who decided.
    pub account: AccountName,
    /// What was decided.
    pub decision: Decision,
    /// Why.
    pub reason: String,
    /// The artifact that was reviewed.
    pub sha256: Digest,
    /// The report that was seen.
    pub report_sha256: Digest,
    /// When.
    pub created_at: Timestamp,
}

/// Adds a review.
pub fn insert(conn: &mut Conn, new: &Review) -> Result<()> {
    diesel::insert_into(review::table).values(ReviewRow::from(new)).execute(conn)?;
    Ok(())
}

/// The reviews of a version, oldest first.
pub fn list(conn: &mut Conn, package: &PackageId, version: &Version) -> Result<Vec<Review>> {
    let rows = review::table
        .filter(review::package.eq(package.as_str()))
        .filter(review::version.eq(version.to_string()))
        .order((review::created_at, review::id))
        .select(ReviewRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Review::try_from).collect()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = review)]
struct ReviewRow {
    id: String,
    package: String,
    version: String,
    account: String,
    decision: String,
    reason: String,
    sha256: String,
    report_sha256: String,
    created_at: i64,
}

impl From<&Review> for ReviewRow {
    fn from(review: &Review) -> Self {
        Self {
            id: review.id.clone(),
            package: review.package.to_string(),
            version: review.version.to_string(),
            account: review.account.to_string(),
            decision: review.decision.to_string(),
            reason: review.reason.clone(),
            sha256: review.sha256.to_string(),
            report_sha256: review.report_sha256.to_string(),
            created_at: review.created_at.as_micros(),
        }
    }
}

impl TryFrom<ReviewRow> for Review {
    type Error = StoreError;

    fn try_from(row: ReviewRow) -> Result<Self> {
        let key = [row.id.as_str()];
        let read = Row::new("review", &key);
        Ok(Self {
            package: read.text("package", &row.package)?,
            version: read.text("version", &row.version)?,
            account: read.text("account", &row.account)?,
            decision: read.text("decision", &row.decision)?,
            sha256: read.text("sha256", &row.sha256)?,
            report_sha256: read.text("report_sha256", &row.report_sha256)?,
            created_at: read.time("created_at", row.created_at)?,
            reason: row.reason,
            id: row.id,
        })
    }
}
