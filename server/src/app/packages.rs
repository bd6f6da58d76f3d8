//! Packages and their versions, as far as the one who asks may see them.

use plimsoll_core::access::{self, Actor, Part, Subject};
use plimsoll_core::gate::Report;
use plimsoll_core::page::{Cursor, PageSize};
use plimsoll_core::wire::{self, CounterSignature, Evidence, Listing, VersionEvidence, Versions};
use plimsoll_core::{Digest, InvalidText, Manifest, PackageId, State, Timestamp, Version, Visibility, manifest};
use plimsoll_store::package::{self, Package};
use plimsoll_store::review::{self, Review};
use plimsoll_store::version::{self, Documents, Shown, VersionRecord, submission};
use plimsoll_store::{Conn, catalog, publisher};
use plimsoll_trust::signature::blob_key;

use super::submitted::Submitted;
use super::{Caller, Error, Result, evaluate, submitted};
use crate::App;

const LIST: &str = "versions";

/// A document as its exact text.
#[derive(Debug)]
pub struct Document {
    /// The text.
    pub text: String,
    /// Its digest.
    pub sha256: Digest,
}

impl Document {
    fn new(text: String) -> Self {
        Self { sha256: Digest::of(&text), text }
    }
}

/// A version, as far as reading goes: what was approved for some stays theirs while a wider audience is being decided.
pub(super) fn subject(record: &VersionRecord) -> Subject<'_> {
    let (state, visibility) = match record.approved_for {
        Some(audience) => (State::Approved, audience),
        None => (record.state, record.visibility),
    };
    Subject {
        publisher: &record.publisher,
        package_type: record.package_type,
        visibility,
        state,
        has_code: record.has_code,
    }
}

pub(super) fn missing_version(id: &PackageId, number: &Version) -> Error {
    Error::NotFound(format!("version {number} of {id}"))
}

/// A version on the wire, with its report for those who may read it.
pub(super) fn to_wire(record: VersionRecord, report: Option<Report>) -> wire::Version {
    let availability = record.on_show();
    wire::Version {
        availability,
        report_sha256: report.as_ref().map(|_| record.report_sha256),
        report,
        review: None,
        listing: None,
        package: record.package,
        version: record.version,
        sha256: record.sha256,
        size: record.size,
        r#type: record.package_type,
        tier: record.tier,
        state: record.state,
        visibility: record.visibility,
        publisher: record.publisher,
        permissions: record.permissions,
        has_code: record.has_code,
        bundled: record.bundled,
        notes: record.notes,
        published_at: record.published_at,
        decided_at: record.decided_at,
    }
}

/// A version on the wire as it was submitted last, with its report, the review that decided it, and its listing.
pub(super) fn with_report(conn: &mut Conn, row: VersionRecord) -> Result<wire::Version> {
    let Submitted { record, documents, .. } = submitted::of(conn, row)?;
    as_submitted(conn, record, &documents)
}

/// A version on the wire, with the report and the listing of its submission and the review that decided it.
pub(super) fn as_submitted(conn: &mut Conn, record: VersionRecord, documents: &Documents) -> Result<wire::Version> {
    let report = serde_json::from_str(&documents.report)
        .map_err(|error| Error::Internal(format!("the report of {} {}: {error}", record.package, record.version)))?;
    let review = match record.decided_by {
        Some(_) => review::list(conn, &record.package, &record.version)?.pop(),
        None => None,
    };
    let shown =
        |Review { decision, reason, account: by, created_at: at, .. }| wire::Review { decision, reason, by, at };
    let listing = Some(documents.listing.clone());
    Ok(wire::Version { review: review.map(shown), listing, ..to_wire(record, Some(report)) })
}

/// A version that the one who asks may see.
fn visible(conn: &mut Conn, actor: &Actor, id: &PackageId, number: &Version, part: Part) -> Result<VersionRecord> {
    version::find(conn, id, number)?
        .filter(|record| access::reads(actor, subject(record), part))
        .ok_or_else(|| missing_version(id, number))
}

/// A package. It is there for those who may see at least one of its versions.
pub fn get(app: &App, caller: &Caller, id: &PackageId) -> Result<wire::Package> {
    app.store.read("package", |conn| {
        let missing = || Error::NotFound(format!("package {id}"));
        let package = package::find(conn, id)?.ok_or_else(missing)?;
        let level = publisher::find(conn, &package.publisher)?.ok_or_else(missing)?.level;
        let shown = shown(&caller.actor, &package).ok_or_else(missing)?;
        let newest = version::page(conn, id, shown, None, PageSize::default())?.items.into_iter().next();
        let newest = newest.ok_or_else(missing)?;
        // What happens to hidden versions shows in nothing: not the listing, not the time, not the last choice of a visibility.
        let (listing, updated_at, default_visibility) = match shown {
            Shown::All => (package.listing, package.updated_at, package.default_visibility),
            Shown::Listed => {
                let (listing, updated_at) = listed(conn, &newest)?;
                (listing, updated_at, Visibility::Marketplace)
            }
        };
        Ok(wire::Package {
            package: package.id,
            publisher: package.publisher,
            publisher_level: level,
            r#type: package.package_type,
            default_visibility,
            listing,
            latest: Some(newest.version),
            created_at: package.created_at,
            updated_at,
        })
    })
}

/// Which versions of a package the one who asks sees; `None` where it sees none, whatever there is.
fn shown(actor: &Actor, package: &Package) -> Option<Shown> {
    let subject = |visibility, state| Subject {
        publisher: &package.publisher,
        package_type: package.package_type,
        visibility,
        state,
        has_code: true,
    };
    let reads = |visibility, state| access::reads(actor, subject(visibility, state), Part::Document);
    if reads(Visibility::Private, State::Draft) {
        Some(Shown::All)
    } else {
        reads(Visibility::Marketplace, State::Approved).then_some(Shown::Listed)
    }
}

/// What the catalog shows of a package that has a listed version, and when that last changed.
fn listed(conn: &mut Conn, newest: &VersionRecord) -> Result<(Listing, Timestamp)> {
    match catalog::find(conn, &newest.package)? {
        Some(entry) => {
            let listing = version::documents(conn, &entry.package, &entry.version)?.map(|documents| documents.listing);
            Ok((listing.unwrap_or_default(), entry.updated_at))
        }
        // No listed version may be resolved any more.
        None => Ok((Listing::default(), newest.decided_at.unwrap_or(newest.published_at))),
    }
}

/// A page of a package's versions, highest first, without their reports.
pub fn versions(app: &App, caller: &Caller, id: &PackageId, size: PageSize, cursor: Option<&str>) -> Result<Versions> {
    let after = cursor.map(parse_cursor).transpose()?;
    let missing = || Error::NotFound(format!("package {id}"));
    app.store.read("versions", |conn| {
        let package = package::find(conn, id)?.ok_or_else(missing)?;
        let shown = shown(&caller.actor, &package).ok_or_else(missing)?;
        let page = version::page(conn, id, shown, after.as_ref(), size)?;
        // A package whose versions are all hidden is not there, wherever one begins to read.
        if page.items.is_empty() && version::page(conn, id, shown, None, size)?.items.is_empty() {
            return Err(missing());
        }
        let next = page.next(LIST, |last| [last.version.to_string()]);
        let item = |row| match shown {
            Shown::All => Ok(to_wire(submitted::facts(conn, row)?, None)),
            Shown::Listed => Ok(to_wire(row, None)),
        };
        Ok(Versions { items: page.items.into_iter().map(item).collect::<Result<_>>()?, next })
    })
}

fn parse_cursor(text: &str) -> std::result::Result<Version, InvalidText> {
    let [version] = Cursor::parse(LIST, text)?;
    version.parse().map_err(|_| InvalidText::new("cursor", text, "use the `next` of an earlier page, unchanged"))
}

/// A version, with its report for those who may read it: of one that waits for a reviewer, the report of now.
pub fn version(app: &App, caller: &Caller, id: &PackageId, number: &Version) -> Result<wire::Version> {
    let record = app.store.read("version", |conn| visible(conn, &caller.actor, id, number, Part::Document))?;
    if !access::reads(&caller.actor, subject(&record), Part::Report) {
        return Ok(to_wire(record, None));
    }
    let Submitted { record, documents, .. } = evaluate::present(app, id, number)?;
    app.store.read("reviewed", |conn| as_submitted(conn, record, &documents))
}

/// Whether the one who asks is shown the gate report of now, for which the artifact is examined: that of a version that waits for
/// a reviewer.
pub fn reading_examines(app: &App, caller: &Caller, id: &PackageId, number: &Version) -> Result<bool> {
    app.store.read("reading_examines", |conn| {
        let record = visible(conn, &caller.actor, id, number, Part::Document)?;
        let reads_report = access::reads(&caller.actor, subject(&record), Part::Report);
        Ok(reads_report && submitted::facts(conn, record)?.state == State::PendingReview)
    })
}

/// The manifest of a version, of its stored bytes.
pub(super) fn stored_manifest(id: &PackageId, number: &Version, text: &str) -> Result<Manifest> {
    manifest::parse(text.as_bytes()).map_err(|_| Error::Internal(format!("the stored manifest of {id} {number}")))
}

/// A version with its documents: of what is in force, where there is something.
fn documents(app: &App, caller: &Caller, id: &PackageId, number: &Version) -> Result<(VersionRecord, Documents)> {
    app.store.read("documents", |conn| in_force(conn, &caller.actor, id, number))
}

fn in_force(conn: &mut Conn, actor: &Actor, id: &PackageId, number: &Version) -> Result<(VersionRecord, Documents)> {
    let record = visible(conn, actor, id, number, Part::Document)?;
    let documents = version::documents(conn, id, number)?.ok_or_else(|| missing_version(id, number))?;
    Ok((record, documents))
}

/// The gate report of a version as it was submitted last; where it waits for a reviewer, that of now.
pub fn report(app: &App, caller: &Caller, id: &PackageId, number: &Version) -> Result<Document> {
    app.store.read("report", |conn| visible(conn, &caller.actor, id, number, Part::Report))?;
    Ok(Document::new(evaluate::present(app, id, number)?.documents.report))
}

/// The approval of a version, as the envelope that the registry signed.
pub fn approval(app: &App, caller: &Caller, id: &PackageId, number: &Version) -> Result<Document> {
    let (_, documents) = documents(app, caller, id, number)?;
    documents.approval.map(Document::new).ok_or_else(|| Error::NotFound(format!("approval of {id} {number}")))
}

/// The manifest of a version, byte for byte.
pub fn manifest(app: &App, caller: &Caller, id: &PackageId, number: &Version) -> Result<Document> {
    Ok(Document::new(documents(app, caller, id, number)?.1.manifest))
}

/// The publisher's evidence for a version, and ObjectStack's counter-signature where there is one. Who may read the report also
/// gets the evidence that the report is about, where that is not what is in force.
pub fn evidence(app: &App, caller: &Caller, id: &PackageId, number: &Version) -> Result<VersionEvidence> {
    let (record, documents, submitted) = app.store.read("evidence", |conn| {
        let (record, documents) = in_force(conn, &caller.actor, id, number)?;
        let submitted = match access::reads(&caller.actor, subject(&record), Part::Report) {
            true => evidence_beside(conn, &record)?,
            false => None,
        };
        Ok::<_, Error>((record, documents, submitted))
    })?;
    let signature = super::approve::signature_string(&record, &documents).cloned();
    let counter_signature = documents.platform_signature.zip(signature);
    let counter_signature = counter_signature.map(|(platform_signature, signature)| CounterSignature {
        signature,
        blob_key: blob_key(&record.sha256),
        platform_signature,
    });
    Ok(VersionEvidence { evidence: evidence_of(record, documents.evidence), counter_signature, submitted })
}

fn evidence_of(record: VersionRecord, text: Option<String>) -> Evidence {
    Evidence { kind: record.evidence_kind, key_id: record.evidence_key_id, text }
}

/// The evidence as submitted last, where that lies beside an approval in force.
fn evidence_beside(conn: &mut Conn, in_force: &VersionRecord) -> Result<Option<Evidence>> {
    if submission::find(conn, &in_force.package, &in_force.version)?.is_none() {
        return Ok(None);
    }
    let Submitted { record, documents, .. } = submitted::of(conn, in_force.clone())?;
    Ok(Some(evidence_of(record, documents.evidence)))
}
