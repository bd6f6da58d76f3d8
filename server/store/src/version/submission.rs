//! What waits for a reviewer beside an approval in force. The version's row, with its documents, is what that approval
//! vouches for; this takes its place only when a reviewer approves it, and stays as what was rejected when one does not.

use diesel::prelude::*;
use plimsoll_core::page::PageSize;
use plimsoll_core::{PackageId, State, Version};

use super::row::VersionRow;
use super::{Documents, QueuePlace, VersionRecord};
use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::{submission, version};
use crate::{Conn, Page};

/// What was submitted of a version beside its approval in force: all that does not come from the bytes alone.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = submission)]
pub struct Submission {
    package: String,
    version: String,
    visibility: String,
    tier: String,
    bundled: String,
    evidence_kind: String,
    evidence_key_id: Option<String>,
    notes: Option<String>,
    policy_version: i64,
    report_sha256: String,
    published_at: i64,
    published_by: String,
    report: String,
    listing: String,
    evidence: Option<String>,
    signature: Option<String>,
}

impl Submission {
    fn of(record: &VersionRecord, documents: &Documents) -> Self {
        let documents = documents.clone();
        Self {
            package: record.package.to_string(),
            version: record.version.to_string(),
            visibility: record.visibility.to_string(),
            tier: record.tier.to_string(),
            bundled: column::json(&record.bundled),
            evidence_kind: record.evidence_kind.to_string(),
            evidence_key_id: record.evidence_key_id.as_ref().map(ToString::to_string),
            notes: record.notes.clone(),
            policy_version: record.policy_version.into(),
            report_sha256: record.report_sha256.to_string(),
            published_at: record.published_at.as_micros(),
            published_by: record.published_by.to_string(),
            report: documents.report,
            listing: column::json(&documents.listing),
            evidence: documents.evidence,
            signature: documents.signature,
        }
    }

    /// The version as submitted, of the row that has the approval in force.
    pub fn upon(&self, in_force: VersionRecord) -> Result<VersionRecord> {
        let key = [self.package.as_str(), self.version.as_str()];
        let read = Row::new("submission", &key);
        let is_rejected = in_force.state == State::Rejected;
        Ok(VersionRecord {
            visibility: read.text("visibility", &self.visibility)?,
            tier: read.text("tier", &self.tier)?,
            bundled: read.json("bundled", &self.bundled)?,
            evidence_kind: read.text("evidence_kind", &self.evidence_kind)?,
            evidence_key_id: read.text_or_null("evidence_key_id", self.evidence_key_id.as_deref())?,
            notes: self.notes.clone(),
            policy_version: read.count("policy_version", self.policy_version)?,
            report_sha256: read.text("report_sha256", &self.report_sha256)?,
            published_at: read.time("published_at", self.published_at)?,
            published_by: read.text("published_by", &self.published_by)?,
            state: if is_rejected { State::Rejected } else { State::PendingReview },
            decided_at: in_force.decided_at.filter(|_| is_rejected),
            decided_by: in_force.decided_by.filter(|_| is_rejected),
            ..in_force
        })
    }

    /// The documents of the version as submitted, of those that the approval in force vouches for.
    pub fn documents_upon(self, in_force: Documents) -> Result<Documents> {
        let key = [self.package.as_str(), self.version.as_str()];
        let listing = Row::new("submission", &key).json("listing", &self.listing)?;
        let Self { report, evidence, signature, .. } = self;
        Ok(Documents { report, listing, evidence, signature, ..in_force })
    }
}

/// What was submitted of a version beside its approval in force.
pub fn find(conn: &mut Conn, package: &PackageId, number: &Version) -> Result<Option<Submission>> {
    let row = submission::table.find((package.as_str(), number.to_string()));
    Ok(row.select(Submission::as_select()).first(conn).optional()?)
}

/// Puts what is submitted of a version beside its approval in force, in the place of what was there before.
pub fn set(conn: &mut Conn, record: &VersionRecord, documents: &Documents) -> Result<()> {
    remove(conn, &record.package, &record.version)?;
    diesel::insert_into(submission::table).values(Submission::of(record, documents)).execute(conn)?;
    Ok(())
}

/// Removes what was submitted beside. Nothing happens if there is nothing.
pub fn remove(conn: &mut Conn, package: &PackageId, number: &Version) -> Result<()> {
    diesel::delete(submission::table.find((package.as_str(), number.to_string()))).execute(conn)?;
    Ok(())
}

/// The submissions that wait, as versions, for a page of the queue.
pub(super) fn waiting(conn: &mut Conn, after: Option<&QueuePlace>, size: PageSize) -> Result<Vec<VersionRecord>> {
    let same = submission::package.eq(version::package).and(submission::version.eq(version::number));
    let mut query = submission::table
        .inner_join(version::table.on(same))
        .filter(version::state.eq(State::Approved.as_str()))
        .order((submission::published_at, submission::package, submission::version))
        .limit(Page::<VersionRecord>::rows(size))
        .select((Submission::as_select(), VersionRow::as_select()))
        .into_boxed();
    if let Some(place) = after {
        let (at, package, number) = place.keys();
        let later_here = submission::package.eq(package.clone()).and(submission::version.gt(number));
        let same_time = submission::published_at.eq(at).and(submission::package.gt(package).or(later_here));
        query = query.filter(submission::published_at.gt(at).or(same_time));
    }
    let rows: Vec<(Submission, VersionRow)> = query.load(conn)?;
    rows.into_iter().map(|(row, in_force)| row.upon(in_force.try_into()?)).collect()
}
