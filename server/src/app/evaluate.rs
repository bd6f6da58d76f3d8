//! What the gate says now of a version that waits for a reviewer: levels, keys and what else a registry knows may have changed
//! since it was submitted. This is what a reviewer is shown, what a review names, and what an approval covers.

use plimsoll_core::gate::Report;
use plimsoll_core::wire::StoredArtifact;
use plimsoll_core::{Digest, PackageId, State, Version};
use plimsoll_store::Conn;

use super::facts::{self, Claims, Examined, Outdated, Submission, Vouchers};
use super::submitted::{self, Submitted};
use super::{Error, Result};
use crate::App;

/// A version as it was submitted last; where it waits for a reviewer, as the gate sees it now. Nothing is written.
pub(super) fn present(app: &App, id: &PackageId, number: &Version) -> Result<Submitted> {
    let mut found = app.store.read("submitted", |conn| submitted::find(conn, id, number))?;
    for _ in 0..facts::ATTEMPTS {
        if found.record.state != State::PendingReview {
            return Ok(found);
        }
        let examined = examine(app, &found)?;
        let (now, evaluated) = app.store.read("evaluate", |conn| {
            let mut now = submitted::find(conn, id, number)?;
            let evaluated = evaluate(app, conn, &mut now, &examined)?;
            Ok::<_, Error>((now, evaluated))
        })?;
        found = now;
        if evaluated.is_ok() {
            return Ok(found);
        }
    }
    Err(Outdated.into())
}

/// Reads the bytes and the evidence of a version again. Outside of any transaction, since it reads the whole artifact.
pub(super) fn examine(app: &App, found: &Submitted) -> Result<Examined> {
    let record = &found.record;
    let stored = StoredArtifact { sha256: record.sha256, size: record.size };
    facts::examine(app, &record.publisher, stored, Vouchers::kept(found), record.published_at)
}

/// Has the gate decide over a version that waits, and puts its report, and what follows from that, into it.
pub(super) fn evaluate(
    app: &App,
    conn: &mut Conn,
    waiting: &mut Submitted,
    examined: &Examined,
) -> Result<std::result::Result<Report, Outdated>> {
    if waiting.record.state != State::PendingReview || !examined.is_of(waiting) {
        return Ok(Err(Outdated));
    }
    let (record, documents) = (&mut waiting.record, &mut waiting.documents);
    let submission = Submission {
        package: &record.package,
        publisher: &record.publisher,
        visibility: record.visibility,
        listing: &documents.listing,
        claims: Claims::default(),
    };
    let decided = match facts::decide(app, conn, examined, &submission)? {
        Ok(decided) => decided,
        Err(outdated) => return Ok(Err(outdated)),
    };
    record.tier = decided.report.tier.unwrap_or(record.tier);
    record.bundled = decided.bundled;
    record.policy_version = decided.report.policy_version;
    documents.report = decided.report.to_text();
    record.report_sha256 = Digest::of(&documents.report);
    Ok(Ok(decided.report))
}
