//! What waits for a reviewer beside an approval in force. The version's row, with its documents, is what that approval
//! vouches for; this takes its place only when a reviewer approves it, and stays as what was rejected when one does not.

use diesel::prelude::*;
use plimsoll_core::page::PageSize;
use plimsoll_core::wire::{EvidenceKind, Listing, Pin};
use plimsoll_core::{AccountName, Digest, KeyId, PackageId, State, Tier, Timestamp, Version, Visibility};

use super::row::VersionRow;
use super::{Documents, QueuePlace, VersionRecord};
use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::{submission, version};
use crate::{Conn, Page, StoreError};

/// What may be other in a submission than in the approval in force: all that does not come from the bytes alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Submission {
    /// Who it is to be for.
    pub visibility: Visibility,
    /// The tier that the registry assigned.
    pub tier: Tier,
    /// What an App bundles, transitively.
    pub bundled: Vec<Pin>,
    /// What vouches for it on its publisher's side.
    pub evidence_kind: EvidenceKind,
    /// The publisher's key that the evidence was made with.
    pub evidence_key_id: Option<KeyId>,
    /// Release notes.
    pub notes: Option<String>,
    /// The policy by which the gate decided.
    pub policy_version: u32,
    /// The gate report, by the digest of its exact text.
    pub report_sha256: Digest,
    /// When it was submitted.
    pub published_at: Timestamp,
    /// Who submitted it.
    pub published_by: AccountName,
    /// The gate report.
    pub report: String,
    /// What the catalog is to show.
    pub listing: Listing,
    /// The publisher's evidence.
    pub evidence: Option<String>,
    /// The `ed25519:` string that came beside a statement.
    pub signature: Option<String>,
}

impl Submission {
    /// What of a version is its submission.
    pub fn of(record: &VersionRecord, documents: &Documents) -> Self {
        let (record, documents) = (record.clone(), documents.clone());
        Self {
            visibility: record.visibility,
            tier: record.tier,
            bundled: record.bundled,
            evidence_kind: record.evidence_kind,
            evidence_key_id: record.evidence_key_id,
            notes: record.notes,
            policy_version: record.policy_version,
            report_sha256: record.report_sha256,
            published_at: record.published_at,
            published_by: record.published_by,
            report: documents.report,
            listing: documents.listing,
            evidence: documents.evidence,
            signature: documents.signature,
        }
    }

    /// The version as submitted, of the row that has the approval in force.
    pub fn upon(&self, in_force: VersionRecord) -> VersionRecord {
        let submitted = self.clone();
        let rejected = in_force.state == State::Rejected;
        VersionRecord {
            visibility: submitted.visibility,
            tier: submitted.tier,
            bundled: submitted.bundled,
            evidence_kind: submitted.evidence_kind,
            evidence_key_id: submitted.evidence_key_id,
            notes: submitted.notes,
            policy_version: submitted.policy_version,
            report_sha256: submitted.report_sha256,
            published_at: submitted.published_at,
            published_by: submitted.published_by,
            state: if rejected { State::Rejected } else { State::PendingReview },
            decided_at: in_force.decided_at.filter(|_| rejected),
            decided_by: in_force.decided_by.filter(|_| rejected),
            ..in_force
        }
    }

    /// The documents of the version as submitted, of those that the approval in force vouches for.
    pub fn documents_upon(self, in_force: Documents) -> Documents {
        let Self { report, listing, evidence, signature, .. } = self;
        Documents { report, listing, evidence, signature, ..in_force }
    }
}

/// What was submitted of a version beside its approval in force.
pub fn find(conn: &mut Conn, package: &PackageId, number: &Version) -> Result<Option<Submission>> {
    let row = submission::table.find((package.as_str(), number.to_string()));
    row.select(SubmissionRow::as_select()).first(conn).optional()?.map(Submission::try_from).transpose()
}

/// Puts a submission beside the approval in force of a version, in the place of the one before it.
pub fn set(conn: &mut Conn, package: &PackageId, number: &Version, new: &Submission) -> Result<()> {
    remove(conn, package, number)?;
    diesel::insert_into(submission::table).values(SubmissionRow::of(package, number, new)).execute(conn)?;
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
        .select((SubmissionRow::as_select(), VersionRow::as_select()))
        .into_boxed();
    if let Some(place) = after {
        let (at, package, number) = place.keys();
        let later_here = submission::package.eq(package.clone()).and(submission::version.gt(number));
        let same_time = submission::published_at.eq(at).and(submission::package.gt(package).or(later_here));
        query = query.filter(submission::published_at.gt(at).or(same_time));
    }
    let rows: Vec<(SubmissionRow, VersionRow)> = query.load(conn)?;
    rows.into_iter().map(|(row, in_force)| Ok(Submission::try_from(row)?.upon(in_force.try_into()?))).collect()
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = submission)]
struct SubmissionRow {
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

impl SubmissionRow {
    fn of(package: &PackageId, number: &Version, new: &Submission) -> Self {
        Self {
            package: package.to_string(),
            version: number.to_string(),
            visibility: new.visibility.to_string(),
            tier: new.tier.to_string(),
            bundled: column::json(&new.bundled),
            evidence_kind: new.evidence_kind.to_string(),
            evidence_key_id: new.evidence_key_id.as_ref().map(ToString::to_string),
            notes: new.notes.clone(),
            policy_version: new.policy_version.into(),
            report_sha256: new.report_sha256.to_string(),
            published_at: new.published_at.as_micros(),
            published_by: new.published_by.to_string(),
            report: new.report.clone(),
            listing: column::json(&new.listing),
            evidence: new.evidence.clone(),
            signature: new.signature.clone(),
        }
    }
}

impl TryFrom<SubmissionRow> for Submission {
    type Error = StoreError;

    fn try_from(row: SubmissionRow) -> Result<Self> {
        let key = [row.package.as_str(), row.version.as_str()];
        let read = Row::new("submission", &key);
        Ok(Self {
            visibility: read.text("visibility", &row.visibility)?,
            tier: read.text("tier", &row.tier)?,
            bundled: read.json("bundled", &row.bundled)?,
            evidence_kind: read.text("evidence_kind", &row.evidence_kind)?,
            evidence_key_id: read.text_or_null("evidence_key_id", row.evidence_key_id.as_deref())?,
            policy_version: read.count("policy_version", row.policy_version)?,
            report_sha256: read.text("report_sha256", &row.report_sha256)?,
            published_at: read.time("published_at", row.published_at)?,
            published_by: read.text("published_by", &row.published_by)?,
            listing: read.json("listing", &row.listing)?,
            notes: row.notes,
            report: row.report,
            evidence: row.evidence,
            signature: row.signature,
        })
    }
}
