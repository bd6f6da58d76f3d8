//! A version as its row.

use diesel::prelude::*;
use plimsoll_core::{Availability, Timestamp};

use super::VersionRecord;
use crate::StoreError;
use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::version;

/// What `primary_key` names is written once; an update leaves it alone.
#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = version, primary_key(package, number, sort_key, publisher, package_type), treat_none_as_null = true)]
pub(super) struct VersionRow {
    package: String,
    number: String,
    sort_key: Vec<u8>,
    publisher: String,
    package_type: String,
    sha256: String,
    size: i64,
    tier: String,
    state: String,
    availability: String,
    availability_reason: String,
    availability_replacement: Option<String>,
    visibility: String,
    approved_for: Option<String>,
    has_code: bool,
    manifest_deps: bool,
    permissions: String,
    dependencies: String,
    engines: String,
    bundled: String,
    evidence_kind: String,
    evidence_key_id: Option<String>,
    notes: Option<String>,
    policy_version: i64,
    report_sha256: String,
    approval_sha256: Option<String>,
    published_at: i64,
    published_by: String,
    decided_at: Option<i64>,
    decided_by: Option<String>,
    held_reason: Option<String>,
}

impl From<&VersionRecord> for VersionRow {
    fn from(record: &VersionRecord) -> Self {
        Self {
            package: record.package.to_string(),
            number: record.version.to_string(),
            sort_key: record.version.sort_key(),
            publisher: record.publisher.to_string(),
            package_type: record.package_type.to_string(),
            sha256: record.sha256.to_string(),
            size: column::count(record.size),
            tier: record.tier.to_string(),
            state: record.state.to_string(),
            availability: record.availability.status.to_string(),
            availability_reason: record.availability.reason.clone(),
            availability_replacement: record.availability.replacement.clone(),
            visibility: record.visibility.to_string(),
            approved_for: record.approved_for.as_ref().map(ToString::to_string),
            has_code: record.has_code,
            manifest_deps: record.manifest_deps,
            permissions: column::json(&record.permissions),
            dependencies: column::json(&record.dependencies),
            engines: column::json(&record.engines),
            bundled: column::json(&record.bundled),
            evidence_kind: record.evidence_kind.to_string(),
            evidence_key_id: record.evidence_key_id.as_ref().map(ToString::to_string),
            notes: record.notes.clone(),
            policy_version: record.policy_version.into(),
            report_sha256: record.report_sha256.to_string(),
            approval_sha256: record.approval_sha256.as_ref().map(ToString::to_string),
            published_at: record.published_at.as_micros(),
            published_by: record.published_by.to_string(),
            decided_at: record.decided_at.map(Timestamp::as_micros),
            decided_by: record.decided_by.as_ref().map(ToString::to_string),
            held_reason: record.held_reason.clone(),
        }
    }
}

impl TryFrom<VersionRow> for VersionRecord {
    type Error = StoreError;

    fn try_from(row: VersionRow) -> Result<Self> {
        let key = [row.package.as_str(), row.number.as_str()];
        let read = Row::new("version", &key);
        Ok(Self {
            package: read.text("package", &row.package)?,
            version: read.text("version", &row.number)?,
            publisher: read.text("publisher", &row.publisher)?,
            package_type: read.text("type", &row.package_type)?,
            sha256: read.text("sha256", &row.sha256)?,
            size: read.count("size", row.size)?,
            tier: read.text("tier", &row.tier)?,
            state: read.text("state", &row.state)?,
            visibility: read.text("visibility", &row.visibility)?,
            approved_for: read.text_or_null("approved_for", row.approved_for.as_deref())?,
            has_code: row.has_code,
            manifest_deps: row.manifest_deps,
            permissions: read.json("permissions", &row.permissions)?,
            dependencies: read.json("dependencies", &row.dependencies)?,
            engines: read.json("engines", &row.engines)?,
            bundled: read.json("bundled", &row.bundled)?,
            evidence_kind: read.text("evidence_kind", &row.evidence_kind)?,
            evidence_key_id: read.text_or_null("evidence_key_id", row.evidence_key_id.as_deref())?,
            policy_version: read.count("policy_version", row.policy_version)?,
            report_sha256: read.text("report_sha256", &row.report_sha256)?,
            approval_sha256: read.text_or_null("approval_sha256", row.approval_sha256.as_deref())?,
            published_at: read.time("published_at", row.published_at)?,
            published_by: read.text("published_by", &row.published_by)?,
            decided_at: read.time_or_null("decided_at", row.decided_at)?,
            decided_by: read.text_or_null("decided_by", row.decided_by.as_deref())?,
            availability: Availability {
                status: read.text("availability", &row.availability)?,
                reason: row.availability_reason,
                replacement: row.availability_replacement,
            },
            notes: row.notes,
            held_reason: row.held_reason,
        })
    }
}
