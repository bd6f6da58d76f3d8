//! Publishing a version that is there already: submitting it anew, or saying something else of it.

use std::cmp::Ordering;

use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::Listing;
use plimsoll_core::{State, Visibility};
use plimsoll_store::package::Package;
use plimsoll_store::version::{Documents, VersionRecord};
use plimsoll_store::{Conn, package};

use super::{Of, Outcome, Published, Publishing};
use crate::app::facts::Vouchers;
use crate::app::listing::overlay;
use crate::app::record::{self, About};
use crate::app::submitted::Submitted;
use crate::app::{Error, Result, packages};

impl Publishing<'_> {
    /// The same version again: only with the same bytes, and never after a rejection.
    pub(super) fn check_repeat(&self, before: &VersionRecord) -> Result<()> {
        let (id, number) = (&before.package, &before.version);
        if before.state == State::Rejected {
            let message = format!("{id} {number} was rejected, which is final: publish a new version");
            return Err(Error::conflict(ProblemCode::VersionRejected, message));
        }
        if before.sha256 != self.new.sha256 {
            let message = format!(
                "{id} {number} exists with the digest {}: its bytes never change, publish a new version",
                before.sha256
            );
            return Err(Error::conflict(ProblemCode::VersionExists, message));
        }
        Ok(())
    }

    /// The visibility for which the request is a new submission of a version that is there; `None` where it is none, but the
    /// same again.
    pub(super) fn submits_again(&self, before: &Submitted, visibility: Visibility) -> Result<Option<Visibility>> {
        let record = &before.record;
        let vouches_anew = self.vouchers.add_to(&Vouchers::kept(before));
        if record.state == State::Draft {
            let is_new =
                self.new.submit || vouches_anew || visibility != record.visibility || self.described(before).is_some();
            return Ok(is_new.then_some(visibility));
        }
        let conflict = |what: &str| {
            let (id, number, is) = (&record.package, &record.version, record.visibility);
            Err(Error::conflict(
                ProblemCode::StateConflict,
                format!("{id} {number} is for the visibility {is}: {what}"),
            ))
        };
        match visibility.cmp(&record.visibility) {
            Ordering::Greater if self.new.submit || visibility == Visibility::Org => return Ok(Some(visibility)),
            // A default is for later versions.
            Ordering::Greater if self.new.visibility.is_none() => {}
            Ordering::Greater => return conflict("submit it (`submit`) to have it approved for more"),
            Ordering::Equal => {}
            Ordering::Less => return conflict("that is never narrowed: yank it, and publish a new version"),
        }
        match record.state {
            _ if !vouches_anew => Ok(None),
            State::PendingReview => {
                self.check_notes(before)?;
                Ok(Some(record.visibility))
            }
            State::Approved | State::Draft | State::Rejected => {
                let (id, number) = (&record.package, &record.version);
                let message = format!(
                    "{id} {number} is approved with the evidence that it has, and its approval names that: leave the signature \
                     and the statement out, or publish a new version with these"
                );
                Err(Error::conflict(ProblemCode::StateConflict, message))
            }
        }
    }

    /// Refuses other notes than those that a reviewer looks at or looked at.
    fn check_notes(&self, before: &Submitted) -> Result<()> {
        let record = &before.record;
        if self.new.notes.is_none() || self.new.notes == record.notes {
            return Ok(());
        }
        let message = format!(
            "the notes of {} {} are what reviewers look at, and stay: publish a new version, or leave the notes out",
            record.package, record.version
        );
        Err(Error::conflict(ProblemCode::StateConflict, message))
    }

    /// The notes and the listing of a version that is there, where the request says something new of them.
    fn described(&self, before: &Submitted) -> Option<(Option<String>, Listing)> {
        let (notes, listing) = (&before.record.notes, &before.documents.listing);
        let now = (
            self.new.notes.clone().or_else(|| notes.clone()),
            overlay(listing.clone(), self.new.listing.clone().unwrap_or_default()),
        );
        (now.0 != *notes || now.1 != *listing).then_some(now)
    }

    /// The package, with what the request says of it.
    pub(super) fn said_of(&self, package: &Package) -> Package {
        Package {
            default_visibility: self.new.visibility.unwrap_or(package.default_visibility),
            listing: overlay(package.listing.clone(), self.new.listing.clone().unwrap_or_default()),
            ..package.clone()
        }
    }

    /// The same submission again. What it says of the package is for later versions; what it says of the version is taken as
    /// long as no reviewer looks at it or did: what was looked at stays as it was.
    pub(super) fn say_again(&self, conn: &mut Conn, of: Of, before: &Submitted, apply: bool) -> Result<Outcome> {
        let (mut record, mut documents) = (before.record.clone(), before.documents.clone());
        let is_reviewed = record.state == State::PendingReview || record.decided_by.is_some();
        if is_reviewed {
            self.check_notes(before)?;
        }
        let described = self.described(before);
        if let (true, Of::Package(package)) = (apply, &of) {
            let now = self.said_of(package);
            if now != *package {
                package::update(conn, &Package { updated_at: self.app.clock.now(), ..now.clone() })?;
                self.note_announcer(conn)?;
                record::package_updated(self.app, conn, self.caller, &now)?;
            }
        }
        if let Some(described) = described.filter(|_| !is_reviewed) {
            (record.notes, documents.listing) = described;
            if apply {
                before.write(conn, &record, &documents)?;
                let about = About::version(&record.publisher, &record.package, &record.version);
                record::change(self.app, conn, self.caller, "version.updated", about, record::of_version(&record))?;
            }
        }
        let version = packages::as_submitted(conn, record, &documents)?;
        Ok(Outcome::Accepted(Box::new(Published { version, created: false })))
    }

    /// Whether the request says the same of the version as its manifest, which is that of the version before.
    pub(super) fn claims_hold(&self, before: &VersionRecord) -> bool {
        let same = self.claims.version.as_ref().is_none_or(|version| *version == before.version);
        same && self.claims.manifest_differs.is_empty()
    }
}

/// Beside an approval in force, a submission changes nothing of it; and what was said of the version stays where nothing is
/// said now. A version that is held is never approved by the gate alone.
pub(super) fn keep_in_force(before: &Submitted, record: &mut VersionRecord, documents: &mut Documents) {
    let row = &before.row;
    record.approved_for = row.approved_for;
    record.approval_sha256 = row.approval_sha256;
    record.availability = row.availability.clone();
    record.held_reason = row.held_reason.clone();
    record.notes = record.notes.take().or_else(|| before.record.notes.clone());
    documents.approval = before.documents.approval.clone();
    documents.platform_signature = before.documents.platform_signature.clone();
    if row.held_reason.is_some() && record.state == State::Approved {
        record.state = State::PendingReview;
        record.decided_at = None;
    }
}
