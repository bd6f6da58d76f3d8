//! Publishing a version.

mod repeat;

use plimsoll_core::access::Action;
use plimsoll_core::gate::{Report, Verdict};
use plimsoll_core::version_state::first_state;
use plimsoll_core::wire::{self, Listing, NewVersion};
use plimsoll_core::{
    AccountName, Availability, Digest, Manifest, PackageId, PublisherName, State, Version, Visibility,
};
use plimsoll_store::announcement::{self, Announcement};
use plimsoll_store::package::Package;
use plimsoll_store::version::{Documents, VersionRecord};
use plimsoll_store::{Conn, announcer, package, version};
use serde_json::json;

use self::repeat::keep_in_force;
use super::facts::{self, Claims, Decided, Examined, Outdated, Submission, Vouchers};
use super::listing::{self, overlay};
use super::record::{self, About};
use super::submitted::{self, Submitted};
use super::{Caller, Error, Result, approve, artifacts, check_text, packages, room, shelf};
use crate::App;

const NOTES_BYTES: usize = 64 * 1024;

/// What publishing came to.
#[derive(Debug)]
pub struct Published {
    /// The version, with its report.
    pub version: wire::Version,
    /// Whether it is new, as opposed to there already with the same bytes.
    pub created: bool,
}

/// How the artifact came, where the request says more of it than [`NewVersion`] can.
#[derive(Debug, Default)]
pub struct Origin {
    /// The version that the request names. The gate refuses another one in the manifest.
    pub version: Option<Version>,
    /// The manifest that the request carries beside the artifact. The gate refuses another one in the artifact.
    pub manifest: Option<serde_json::Value>,
    /// Whether the registry built the artifact itself, of what the request carries: nobody signed it.
    pub hosted: bool,
}

impl Origin {
    fn claims(&self, examined: &Examined) -> Claims {
        let differs =
            |claimed| examined.manifest().map(|manifest| manifest.differing_keys(claimed)).unwrap_or_default();
        let manifest_differs = self.manifest.as_ref().map(differs).unwrap_or_default();
        Claims { version: self.version.clone(), manifest_differs }
    }
}

/// What the transaction came to.
enum Outcome {
    Accepted(Box<Published>),
    Refused(Report),
    Outdated,
}

impl From<Outdated> for Outcome {
    fn from(_: Outdated) -> Self {
        Self::Outdated
    }
}

/// Publishes a version of an uploaded artifact. With `validate_only` the answer is the same, and nothing is changed.
pub fn publish(
    app: &App,
    caller: &Caller,
    id: &PackageId,
    new: NewVersion,
    origin: &Origin,
    validate_only: bool,
) -> Result<Published> {
    let account = caller.allow(&Action::Publish(&new.publisher))?;
    check(&new)?;
    let stored = facts::uploaded(app, account, new.sha256)?;
    for _ in 0..facts::ATTEMPTS {
        let vouchers = vouchers(app, id, &new, origin)?;
        let examined = facts::examine(app, &new.publisher, stored.clone(), vouchers.clone(), app.clock.now())?;
        let claims = origin.claims(&examined);
        let (vouchers, examined) = (&vouchers, &examined);
        let publishing = Publishing { app, caller, account: &account.name, id, new: &new, vouchers, examined, claims };
        let outcome = if validate_only {
            app.store.read("validate", |conn| publishing.decide(conn, false))?
        } else {
            app.store.write("publish", |conn| publishing.decide(conn, true))?
        };
        match outcome {
            Outcome::Accepted(published) => return Ok(*published),
            Outcome::Refused(report) => return Err(Error::Refused(Box::new(report))),
            Outcome::Outdated => {}
        }
    }
    Err(Outdated.into())
}

/// What the request vouches with; where it brings nothing, what the publisher had brought with the same bytes before.
fn vouchers(app: &App, id: &PackageId, new: &NewVersion, origin: &Origin) -> Result<Vouchers> {
    if new.statement.is_some() || new.signature.is_some() || origin.hosted {
        let signature = new.signature.as_ref().map(|text| text.trim_end().to_owned());
        return Ok(Vouchers { statement: new.statement.clone(), signature, hosted: origin.hosted });
    }
    app.store.read("vouchers", |conn| {
        let same = |row: &VersionRecord| row.package == *id && row.publisher == new.publisher;
        let before = version::with_artifact(conn, &new.sha256)?.into_iter().find(same);
        let before = before.map(|row| submitted::of(conn, row)).transpose()?;
        Ok(before.as_ref().map(Vouchers::kept).unwrap_or_default())
    })
}

/// The bounds of the texts of a request.
fn check(new: &NewVersion) -> Result<()> {
    new.notes.as_deref().map_or(Ok(()), |notes| check_text("/notes", notes, NOTES_BYTES))?;
    new.listing.as_ref().map_or(Ok(()), listing::check)
}

/// One publish, with everything that was found outside of its transaction.
struct Publishing<'a> {
    app: &'a App,
    caller: &'a Caller,
    account: &'a AccountName,
    id: &'a PackageId,
    new: &'a NewVersion,
    vouchers: &'a Vouchers,
    examined: &'a Examined,
    claims: Claims,
}

/// The package that a version is published of.
enum Of {
    /// It is there.
    Package(Package),
    /// This version makes it.
    New {
        /// What its publisher said of it before.
        announced: Option<Announcement>,
    },
}

impl Of {
    fn find(conn: &mut Conn, id: &PackageId, publisher: &PublisherName) -> Result<Self> {
        Ok(match package::find(conn, id)? {
            Some(package) => Self::Package(package),
            None => Self::New { announced: announcement::find(conn, id, publisher)? },
        })
    }

    /// The visibility of versions that name none, and what a catalog is to show, as far as it was said to this publisher.
    fn said_to(&self, publisher: &PublisherName) -> Option<(Visibility, &Listing)> {
        match self {
            Self::Package(package) if package.publisher == *publisher => {
                Some((package.default_visibility, &package.listing))
            }
            Self::New { announced: Some(announced) } => Some((announced.default_visibility, &announced.listing)),
            Self::Package(_) | Self::New { announced: None } => None,
        }
    }
}

impl Publishing<'_> {
    /// Gathers, decides and, with `apply`, applies.
    fn decide(&self, conn: &mut Conn, apply: bool) -> Result<Outcome> {
        let publisher = &self.new.publisher;
        if apply {
            facts::lock_publisher(conn, publisher)?;
            artifacts::keep(self.app, conn, &self.new.sha256)?;
        }
        let of = Of::find(conn, self.id, publisher)?;
        let before = match (&of, self.examined.manifest()) {
            (Of::Package(package), Some(manifest)) if package.publisher == *publisher => {
                let row = version::find(conn, self.id, &manifest.version)?;
                row.map(|row| submitted::of(conn, row)).transpose()?
            }
            _ => None,
        };
        let (default, said) = of.said_to(publisher).unzip();
        let mut visibility = self.new.visibility.or(default).unwrap_or(Visibility::Private);
        if let Some(before) = &before {
            self.check_repeat(&before.record)?;
            if self.new.visibility.is_none() {
                visibility = visibility.max(before.record.visibility);
            }
            match self.submits_again(before, visibility)? {
                Some(submitted_for) => visibility = submitted_for,
                None if self.claims_hold(&before.record) => return self.say_again(conn, of, before, apply),
                None => {}
            }
        }
        let listing = self.shown(said);
        let claims = self.claims.clone();
        let submission = Submission { package: self.id, publisher, visibility, listing: &listing, claims };
        let decided = match facts::decide(self.app, conn, self.examined, &submission)? {
            Ok(decided) => decided,
            Err(changed) => return Ok(changed.into()),
        };
        // What waits goes on waiting, also where only other evidence is sent.
        let waits = before.as_ref().is_some_and(|before| before.record.state == State::PendingReview);
        let state = first_state(decided.report.verdict, visibility, self.new.submit || waits);
        let (Some(state), Some(manifest)) = (state, self.examined.manifest()) else {
            if apply {
                self.record_refusal(conn, &decided.report)?;
            }
            return Ok(Outcome::Refused(decided.report));
        };
        let (mut record, mut documents) = self.plan(manifest, &decided, visibility, listing, state)?;
        if let Some(before) = &before {
            keep_in_force(before, &mut record, &mut documents);
        }
        room::check(conn, &record)?;
        room::check_kept(self.app, conn, &record)?;
        let created = before.is_none();
        let listing = Some(documents.listing.clone());
        if apply {
            self.apply(conn, of, before, &mut record, documents)?;
        }
        let version = wire::Version { listing, ..packages::to_wire(record, Some(decided.report)) };
        Ok(Outcome::Accepted(Box::new(Published { version, created })))
    }

    /// What is to be shown: what this request says, else what was said before, else what the manifest says.
    fn shown(&self, before: Option<&Listing>) -> Listing {
        let before = before.cloned().unwrap_or_default();
        let declared = self.examined.manifest().map(listing::declared);
        overlay(declared.unwrap_or_default(), overlay(before, self.new.listing.clone().unwrap_or_default()))
    }

    /// The rows that an accepted version gets.
    fn plan(
        &self,
        manifest: &Manifest,
        decided: &Decided,
        visibility: Visibility,
        listing: Listing,
        state: State,
    ) -> Result<(VersionRecord, Documents)> {
        let content = self.examined.content.as_ref().map_err(|error| Error::Internal(error.to_string()))?;
        let tier =
            decided.report.tier.ok_or_else(|| Error::Internal("an accepted version without a tier".to_owned()))?;
        let report = decided.report.to_text();
        let manifest_text = String::from_utf8(manifest.bytes().to_vec())
            .map_err(|_| Error::Internal("a parsed manifest that is not UTF-8".to_owned()))?;
        let record = VersionRecord {
            package: self.id.clone(),
            version: manifest.version.clone(),
            publisher: self.new.publisher.clone(),
            package_type: manifest.package_type,
            sha256: self.examined.stored.sha256,
            size: self.examined.stored.size,
            tier,
            state,
            availability: Availability::live(),
            visibility,
            approved_for: None,
            has_code: content.has_code(),
            manifest_deps: manifest.packaging == plimsoll_core::manifest::Packaging::ManifestDeps,
            permissions: content.permissions(),
            dependencies: manifest
                .dependencies
                .iter()
                .map(|(id, dependency)| (id.clone(), dependency.range.to_string()))
                .collect(),
            engines: manifest.engines.clone(),
            bundled: decided.bundled.clone(),
            evidence_kind: self.examined.evidence.kind,
            evidence_key_id: self.examined.key_id(),
            notes: self.new.notes.clone(),
            policy_version: decided.report.policy_version,
            report_sha256: Digest::of(&report),
            approval_sha256: None,
            published_at: self.examined.at,
            published_by: self.account.clone(),
            decided_at: (state == State::Approved).then(|| self.app.clock.now()),
            decided_by: None,
            held_reason: None,
        };
        let documents = Documents {
            manifest: manifest_text,
            report,
            listing,
            evidence: self.examined.evidence.text.clone(),
            signature: self.examined.signature.clone(),
            approval: None,
            platform_signature: None,
        };
        Ok((record, documents))
    }

    /// Writes the rows, and signs the approval where the gate alone decides.
    fn apply(
        &self,
        conn: &mut Conn,
        of: Of,
        before: Option<Submitted>,
        record: &mut VersionRecord,
        mut documents: Documents,
    ) -> Result<()> {
        match of {
            Of::Package(package) => {
                package::update(conn, &Package { updated_at: record.published_at, ..self.said_of(&package) })?;
            }
            Of::New { announced } => {
                let (default_visibility, listing) = match announced {
                    Some(announced) => (announced.default_visibility, announced.listing),
                    None => (record.visibility, Listing::default()),
                };
                let package = self.said_of(&Package {
                    id: self.id.clone(),
                    publisher: record.publisher.clone(),
                    package_type: record.package_type,
                    default_visibility,
                    listing,
                    created_at: record.published_at,
                    updated_at: record.published_at,
                });
                package::insert(conn, &package)?;
                announcement::remove(conn, self.id, &record.publisher)?;
            }
        }
        if record.state == State::Approved {
            approve::approve(self.app, conn, record, &mut documents, None)?;
        }
        match &before {
            None => version::insert(conn, record, &documents)?,
            Some(before) => before.write(conn, record, &documents)?,
        }
        self.note_announcer(conn)?;
        let about = About::version(&record.publisher, &record.package, &record.version);
        record::change(self.app, conn, self.caller, "version.published", about, record::of_version(record))?;
        if record.state == State::Approved {
            shelf::refresh(self.app, conn, self.id)?;
        }
        Ok(())
    }

    /// What a request says of the package is for later versions too, so who said it is remembered.
    fn note_announcer(&self, conn: &mut Conn) -> Result<()> {
        if self.new.listing.is_some() {
            announcer::note(conn, self.id, &self.new.publisher, self.account, self.examined.at)?;
        }
        Ok(())
    }

    /// A refused version leaves no row, but its trace.
    fn record_refusal(&self, conn: &mut Conn, report: &Report) -> Result<()> {
        debug_assert_eq!(report.verdict, Verdict::Refused);
        let about = About {
            publisher: Some(&self.new.publisher),
            package: Some(self.id),
            version: self.examined.manifest().map(|manifest| &manifest.version),
        };
        let codes: Vec<_> = report.findings().map(|check| check.code).collect();
        let detail = json!({ "sha256": self.new.sha256, "checks": codes, "reportSha256": report.digest() });
        record::event(self.app, conn, self.caller, "version.refused", about, detail)?;
        Ok(())
    }
}
