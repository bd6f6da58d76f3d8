//! Reviews: the queue of held versions, and the decision over one.

use plimsoll_core::access::{Account, Action, Denied};
use plimsoll_core::gate::Verdict;
use plimsoll_core::page::{Cursor, PageSize};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{self, Decision, NewReview, ReviewQueue};
use plimsoll_core::{Availability, InvalidText, PackageId, State, Version};
use plimsoll_store::review::{self, Review};
use plimsoll_store::version::{self, QueuePlace, VersionRecord};
use plimsoll_store::{Conn, announcer, artifact, member};
use serde_json::json;

use super::facts::{self, Examined};
use super::record::{self, About};
use super::submitted::{self, Submitted};
use super::{Caller, Error, Result, approve, check_text, evaluate, packages, room, shelf, taken_back};
use crate::App;

const LIST: &str = "reviews";

/// A page of the versions that wait for a reviewer, oldest first; without their listings, which are too large for a list, and
/// with the reports that they were submitted with: [`packages::version`] shows the one that a review names.
pub fn queue(app: &App, caller: &Caller, size: PageSize, cursor: Option<&str>) -> Result<ReviewQueue> {
    caller.allow(&Action::ListReviews)?;
    let after = cursor.map(parse_cursor).transpose()?;
    app.store.read("reviews", |conn| {
        let page = version::queue(conn, after.as_ref(), size)?;
        let next =
            page.next(LIST, |last| [last.published_at.to_string(), last.package.to_string(), last.version.to_string()]);
        let item = |record| Ok(wire::Version { listing: None, ..packages::with_report(conn, record)? });
        let items = page.items.into_iter().map(item).collect::<Result<_>>()?;
        Ok(ReviewQueue { items, next })
    })
}

fn parse_cursor(text: &str) -> std::result::Result<QueuePlace, InvalidText> {
    let [published_at, package, version] = Cursor::parse(LIST, text)?;
    let place = || -> std::result::Result<QueuePlace, InvalidText> {
        Ok(QueuePlace { published_at: published_at.parse()?, package: package.parse()?, version: version.parse()? })
    };
    place().map_err(|_| InvalidText::new("cursor", text, "use the `next` of an earlier page, unchanged"))
}

/// Decides a held version. The reviewer names the bytes and the report that were looked at; if the gate sees it otherwise by
/// now, there is another report to look at, and no decision.
pub fn decide(app: &App, caller: &Caller, id: &PackageId, number: &Version, new: NewReview) -> Result<wire::Version> {
    // Who may not even see the queue learns nothing of what is in it.
    caller.allow(&Action::ListReviews)?;
    check_text("/reason", &new.reason, 4000)?;
    let found = app.store.read("reviewed", |conn| submitted::find(conn, id, number))?;
    caller.allow(&reviewing(&found.record))?;
    check_waits(&found.record, &new)?;
    let examined = evaluate::examine(app, &found)?;
    app.store.write("review", |conn| {
        facts::lock_publisher(conn, &found.record.publisher)?;
        let waiting = submitted::find(conn, id, number)?;
        check_waits(&waiting.record, &new)?;
        Reviewing { app, caller, new: &new }.decide(conn, waiting, &examined)
    })
}

/// What a review of a version is, for whoever may do it.
fn reviewing(record: &VersionRecord) -> Action<'_> {
    Action::Review { publisher: &record.publisher, published_by: &record.published_by }
}

/// Refuses who had a part in what is to be decided, whoever submitted it last and whoever is a member by now.
///
/// Whoever publishes a version has uploaded its bytes, and the record of an upload stays as long as a version has them; what a
/// catalog is to show of a version was said of its package before.
pub(super) fn check_not_publisher(conn: &mut Conn, account: &Account, record: &VersionRecord) -> Result<()> {
    let (id, number) = (&record.package, &record.version);
    // With the publisher's row locked, as it is here, nobody becomes a member before the decision is written.
    let did = if member::find(conn, &record.publisher, &account.name)?.is_some() {
        format!("is a member of the publisher {}", record.publisher)
    } else if artifact::find_uploaded(conn, &record.sha256, &account.name)?.is_some() {
        format!("uploaded the artifact of {id} {number}")
    } else if announcer::spoke_by(conn, id, &record.publisher, &account.name, record.published_at)? {
        format!("said what a catalog is to show of {id}")
    } else {
        return Ok(());
    };
    let message = format!("{} {did}: only a reviewer or an administrator who did not may do this", account.name);
    Err(Denied::NotAllowed(message).into())
}

/// What was reviewed must be what waits. Whether its report is the one that was seen, the gate says.
fn check_waits(record: &VersionRecord, new: &NewReview) -> Result<()> {
    let (id, number) = (&record.package, &record.version);
    if record.state != State::PendingReview {
        let message = format!("{id} {number} is {}: only a version in pending_review can be decided", record.state);
        return Err(Error::conflict(ProblemCode::StateConflict, message));
    }
    if record.sha256 != new.sha256 {
        return Err(stale(id, number, "it has another digest"));
    }
    Ok(())
}

fn stale(id: &PackageId, number: &Version, why: &str) -> Error {
    let message = format!("{id} {number} is not what was reviewed ({why}): look at its report again, then decide");
    Error::conflict(ProblemCode::ReviewStale, message)
}

struct Reviewing<'a> {
    app: &'a App,
    caller: &'a Caller,
    new: &'a NewReview,
}

impl Reviewing<'_> {
    fn decide(&self, conn: &mut Conn, mut waiting: Submitted, examined: &Examined) -> Result<wire::Version> {
        let account = self.caller.allow(&reviewing(&waiting.record))?;
        check_not_publisher(conn, account, &waiting.record)?;
        let evaluated = evaluate::evaluate(self.app, conn, &mut waiting, examined)?;
        let (mut record, mut documents) = (waiting.record.clone(), waiting.documents.clone());
        let stale = |why| Err(stale(&waiting.record.package, &waiting.record.version, why));
        let Ok(report) = evaluated else { return stale("what vouches for it has just changed") };
        if record.report_sha256 != self.new.report_sha256 {
            return stale("the gate's report of it is another one by now");
        }
        match self.new.decision {
            Decision::Approve => {
                if report.verdict == Verdict::Refused {
                    return Err(Error::Refused(Box::new(report)));
                }
                room::check(conn, &record)?;
                approve::approve(self.app, conn, &mut record, &mut documents, Some(&account.name))?;
            }
            Decision::Reject => {
                record.state = State::Rejected;
                if record.approved_for.is_some() {
                    // Who has it by the approval in force has to learn of this: that one stays on show, blocked.
                    record.availability = Availability::blocked(&self.new.reason);
                }
                record.decided_at = Some(self.app.clock.now());
                record.decided_by = Some(account.name.clone());
            }
        }
        waiting.write(conn, &record, &documents)?;
        review::insert(
            conn,
            &Review {
                id: self.app.ids.id(),
                package: record.package.clone(),
                version: record.version.clone(),
                account: account.name.clone(),
                decision: self.new.decision,
                reason: self.new.reason.clone(),
                sha256: self.new.sha256,
                report_sha256: self.new.report_sha256,
                created_at: self.app.clock.now(),
            },
        )?;
        let action = match self.new.decision {
            Decision::Approve => "version.approved",
            Decision::Reject => "version.rejected",
        };
        let mut detail = record::of_version(&record);
        detail["reason"] = json!(self.new.reason);
        let about = About::version(&record.publisher, &record.package, &record.version);
        record::change(self.app, conn, self.caller, action, about, detail)?;
        taken_back::hold_bundling(self.app, conn, self.caller, &record)?;
        shelf::refresh(self.app, conn, &record.package)?;
        let Submitted { record, documents, .. } = submitted::find(conn, &record.package, &record.version)?;
        packages::as_submitted(conn, record, &documents)
    }
}
