//! Versions: a row of facts for each, and beside it a row of documents as their exact text. Rejected versions keep both. What
//! waits beside an approval in force has a row of its own: [`submission`].

mod documents;
pub mod kept;
mod row;
pub mod submission;

use std::collections::BTreeMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use plimsoll_core::manifest::Engines;
use plimsoll_core::page::PageSize;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{EvidenceKind, Pin};
use plimsoll_core::{
    AccountName, Availability, Digest, KeyId, PackageId, PackageType, Permissions, PublisherName, State, Tier,
    Timestamp, Version, Visibility,
};

pub use self::documents::{Documents, documents, listing, set_documents};
use self::row::VersionRow;
use crate::error::Result;
use crate::schema::{catalog_entry, version};
use crate::{Conn, Page};

/// The facts of a version.
#[derive(Clone, Debug, PartialEq)]
pub struct VersionRecord {
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// The publisher: that of the package.
    pub publisher: PublisherName,
    /// The type: that of the package.
    pub package_type: PackageType,
    /// The artifact.
    pub sha256: Digest,
    /// The artifact's size in bytes.
    pub size: u64,
    /// The tier that the registry assigned.
    pub tier: Tier,
    /// Where it stands.
    pub state: State,
    /// Whether it may still be used, as its publisher or a reviewer said. What is shown is [`VersionRecord::on_show`].
    pub availability: Availability,
    /// Who it is for.
    pub visibility: Visibility,
    /// The audience of the approval in force.
    pub approved_for: Option<Visibility>,
    /// Whether its artifact has code.
    pub has_code: bool,
    /// Whether the host installs npm packages for it from its lockfile.
    pub manifest_deps: bool,
    /// What it asks for.
    pub permissions: Permissions,
    /// What it depends on: package id to version range, verbatim.
    pub dependencies: BTreeMap<PackageId, String>,
    /// What it is compatible with, verbatim.
    pub engines: Engines,
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
    /// The approval, by the digest of its exact text.
    pub approval_sha256: Option<Digest>,
    /// When it was published.
    pub published_at: Timestamp,
    /// Who published it.
    pub published_by: AccountName,
    /// When it was approved or rejected.
    pub decided_at: Option<Timestamp>,
    /// Who approved or rejected it; none where the gate alone did.
    pub decided_by: Option<AccountName>,
    /// Why the approval in force is held, where it is.
    pub held_reason: Option<String>,
}

impl VersionRecord {
    /// The availability that everybody is told.
    pub fn on_show(&self) -> Availability {
        self.availability.on_show(self.held_reason.as_deref())
    }

    /// Whether new resolutions may choose it: whether what everybody is told lets them.
    pub fn may_be_resolved(&self) -> bool {
        self.on_show().status.may_be_resolved()
    }

    /// Whether its approval can be taken back until a reviewer has decided anew: whether it is approved, and not held already.
    pub fn may_be_held(&self) -> bool {
        self.state == State::Approved && self.held_reason.is_none()
    }
}

/// Which versions of a package a list has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// All, in whatever state.
    All,
    /// What everyone may see who may see the package: those with an approval in force for the marketplace.
    Listed,
}

/// Where the review queue goes on: the sort keys of the last version seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    /// When it was published.
    pub published_at: Timestamp,
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
}

/// Adds a version with its documents. [`Conflict::Version`](crate::Conflict::Version) if the package has it already. The
/// package and the artifact are there before.
pub fn insert(conn: &mut Conn, new: &VersionRecord, with: &Documents) -> Result<()> {
    diesel::insert_into(version::table).values(VersionRow::from(new)).execute(conn)?;
    documents::insert(conn, &new.package, &new.version, with)
}

/// A version of a package.
pub fn find(conn: &mut Conn, package: &PackageId, number: &Version) -> Result<Option<VersionRecord>> {
    let row = version::table.find((package.as_str(), number.to_string()));
    row.select(VersionRow::as_select()).first(conn).optional()?.map(VersionRecord::try_from).transpose()
}

/// Replaces all facts of a version but its package, number, publisher and type. `false`, and nothing is changed, if by now
/// the state, the report or the availability is another than `was` says, or the version is gone.
pub fn update(conn: &mut Conn, was: &VersionRecord, now: &VersionRecord) -> Result<bool> {
    let row = version::table
        .find((was.package.as_str(), was.version.to_string()))
        .filter(version::state.eq(was.state.as_str()))
        .filter(version::report_sha256.eq(was.report_sha256.to_string()))
        .filter(version::availability.eq(was.availability.status.as_str()));
    Ok(diesel::update(row).set(VersionRow::from(now)).execute(conn)? == 1)
}

/// A page of a package's versions, highest first, after the given one.
pub fn page(
    conn: &mut Conn,
    package: &PackageId,
    shown: Shown,
    after: Option<&Version>,
    size: PageSize,
) -> Result<Page<VersionRecord>> {
    let mut query = version::table
        .filter(version::package.eq(package.as_str()))
        .order(version::sort_key.desc())
        .limit(Page::<VersionRecord>::rows(size))
        .select(VersionRow::as_select())
        .into_boxed();
    if shown == Shown::Listed {
        query = query.filter(version::approved_for.eq(Visibility::Marketplace.as_str()));
    }
    if let Some(after) = after {
        query = query.filter(version::sort_key.lt(after.sort_key()));
    }
    Page::of(query.load(conn)?, size)
}

/// The versions of a package that are listed and may be resolved ([`VersionRecord::may_be_resolved`]), highest first; at
/// most so many.
pub fn offered(conn: &mut Conn, package: &PackageId, most: u16) -> Result<Vec<VersionRecord>> {
    let resolvable = AvailabilityWord::ALL.iter().filter(|word| word.may_be_resolved()).map(|word| word.as_str());
    let rows = version::table
        .filter(version::package.eq(package.as_str()))
        .filter(version::approved_for.eq(Visibility::Marketplace.as_str()))
        .filter(version::availability.eq_any(resolvable))
        .filter(version::held_reason.is_null())
        .order(version::sort_key.desc())
        .limit(most.into())
        .select(VersionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(VersionRecord::try_from).collect()
}

/// Whether everyone may see the package who may see its type: whether a version of it is approved for the marketplace.
pub fn any_listed(conn: &mut Conn, package: &PackageId) -> Result<bool> {
    let listed = version::table
        .filter(version::package.eq(package.as_str()))
        .filter(version::approved_for.eq(Visibility::Marketplace.as_str()));
    Ok(diesel::select(exists(listed)).get_result(conn)?)
}

/// The versions that the catalogs show of packages.
pub(crate) fn of_entries<'a>(
    conn: &mut Conn,
    packages: impl Iterator<Item = &'a PackageId>,
) -> Result<BTreeMap<PackageId, VersionRecord>> {
    let shown = catalog_entry::package.eq(version::package).and(catalog_entry::version.eq(version::number));
    let rows = version::table
        .inner_join(catalog_entry::table.on(shown))
        .filter(catalog_entry::package.eq_any(packages.map(PackageId::as_str)))
        .select(VersionRow::as_select())
        .load::<VersionRow>(conn)?;
    let records = rows.into_iter().map(VersionRecord::try_from);
    records.map(|record| record.map(|record| (record.package.clone(), record))).collect()
}

/// As [`find`], and nobody changes the version until this transaction ends; others may do the same. SQLite has one writer
/// anyway.
pub fn keep(conn: &mut Conn, package: &PackageId, number: &Version) -> Result<Option<VersionRecord>> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query("SELECT 1 FROM version WHERE package = $1 AND version = $2 FOR SHARE")
            .bind::<diesel::sql_types::Text, _>(package.as_str())
            .bind::<diesel::sql_types::Text, _>(number.to_string())
            .execute(conn)?;
    }
    find(conn, package, number)
}

/// The versions with an approval in force that bundle a version, by package. Looks at every row: for what is rare.
pub fn bundling(conn: &mut Conn, package: &PackageId, number: &Version) -> Result<Vec<VersionRecord>> {
    // An id has no character that `LIKE` or JSON would read otherwise.
    let rows = version::table
        .filter(version::approved_for.is_not_null())
        .filter(version::bundled.like(format!("%\"{package}\"%")))
        .order((version::package, version::sort_key))
        .select(VersionRow::as_select())
        .load(conn)?;
    let mut records = rows.into_iter().map(VersionRecord::try_from).collect::<Result<Vec<_>>>()?;
    records.retain(|record| record.bundled.iter().any(|pin| pin.id == *package && pin.version == *number));
    Ok(records)
}

/// All versions of a package with an approval in force, lowest first.
pub fn approved(conn: &mut Conn, package: &PackageId) -> Result<Vec<VersionRecord>> {
    approved_at_most(conn, package, usize::MAX)
}

/// As [`approved`], no more than `max` of them.
pub fn approved_at_most(conn: &mut Conn, package: &PackageId, max: usize) -> Result<Vec<VersionRecord>> {
    let rows = version::table
        .filter(version::package.eq(package.as_str()))
        .filter(version::approved_for.is_not_null())
        .order(version::sort_key)
        .limit(i64::try_from(max).unwrap_or(i64::MAX))
        .select(VersionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(VersionRecord::try_from).collect()
}

/// The versions that have an artifact: it is readable through those of them that are.
pub fn with_artifact(conn: &mut Conn, sha256: &Digest) -> Result<Vec<VersionRecord>> {
    let rows = version::table
        .filter(version::sha256.eq(sha256.to_string()))
        .order((version::package, version::sort_key))
        .select(VersionRow::as_select())
        .load(conn)?;
    rows.into_iter().map(VersionRecord::try_from).collect()
}

/// A page of the versions that wait for a review, each as it was submitted, oldest first, after the given place.
pub fn queue(conn: &mut Conn, after: Option<&QueuePlace>, size: PageSize) -> Result<Page<VersionRecord>> {
    let mut new = version::table
        .filter(version::state.eq(State::PendingReview.as_str()))
        .order((version::published_at, version::package, version::number))
        .limit(Page::<VersionRecord>::rows(size))
        .select(VersionRow::as_select())
        .into_boxed();
    if let Some(place) = after {
        let (at, package, number) = place.keys();
        let later_here = version::package.eq(package.clone()).and(version::number.gt(number));
        let same_time = version::published_at.eq(at).and(version::package.gt(package).or(later_here));
        new = new.filter(version::published_at.gt(at).or(same_time));
    }
    let new = new.load(conn)?.into_iter().map(VersionRecord::try_from);
    let beside = submission::waiting(conn, after, size)?.into_iter().map(Ok);
    let mut waiting = new.chain(beside).collect::<Result<Vec<_>>>()?;
    waiting.sort_by_cached_key(|record| (record.published_at, record.package.to_string(), record.version.to_string()));
    let more = waiting.len() > size.get();
    waiting.truncate(size.get());
    Ok(Page { items: waiting, more })
}

impl QueuePlace {
    fn keys(&self) -> (i64, String, String) {
        (self.published_at.as_micros(), self.package.to_string(), self.version.to_string())
    }
}
