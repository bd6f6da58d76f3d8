//! The marketplace: Apps, with what a consumer is shown before installing one. Everyone sees the same, whoever asks: what
//! [`Actor::Anonymous`] may read, and of that what may still be chosen. All else is absent. Only who may have the code of one
//! depends on who asks.

mod icon;

use std::str::FromStr;

use plimsoll_core::access::{self, Actor, Denied, Part};
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::{Offset, PageSize};
use plimsoll_core::wire::{Category, Listing};
use plimsoll_core::{
    Digest, InvalidText, PackageId, PackageType, PublisherName, Timestamp, Version, Visibility, artifact,
};
use plimsoll_store::catalog::{self, Entry};
use plimsoll_store::version::{self, VersionRecord};
use plimsoll_store::{Conn, index, package};

pub use self::icon::{Icon, Image};
use super::{Caller, Error, Result, packages};
use crate::App;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Parts of the id, the display name or the description; all must be found, whatever is between them.
    pub q: Option<String>,
    /// The category.
    pub category: Option<Category>,
    /// How many.
    pub limit: PageSize,
    /// After how many.
    pub offset: Offset,
}

/// An App on offer.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The package, and what its catalog shows of it.
    pub entry: Entry,
    /// The rest of its listing. Its icon is beside it; in lists it has no readmes.
    pub listing: Listing,
    /// Its icon.
    pub icon: Option<Icon>,
    /// Its publisher.
    pub publisher: PublisherName,
    /// When its first version was accepted.
    pub created_at: Timestamp,
    /// The version that stands for it.
    pub latest: VersionRecord,
}

/// A part of the list of Apps.
#[derive(Clone, Debug, Default)]
pub struct Offers {
    /// The Apps, by id.
    pub items: Vec<Offer>,
    /// How many there are in all.
    pub total: u64,
    /// When the marketplace last changed; `None` where there was never an App.
    pub changed_at: Option<Timestamp>,
}

/// An App with its versions.
#[derive(Clone, Debug)]
pub struct Detail {
    /// The App.
    pub offer: Offer,
    /// What may be chosen, highest first: the highest 100.
    pub versions: Vec<VersionRecord>,
    /// When that last changed.
    pub changed_at: Option<Timestamp>,
}

/// A version that is asked for by its number, or as the one that stands for its package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// `latest`
    Latest,
    /// A number.
    Exact(Version),
}

impl FromStr for Pick {
    type Err = InvalidText;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        if text == "latest" { Ok(Self::Latest) } else { text.parse().map(Self::Exact) }
    }
}

/// What a runtime installs a version from.
#[derive(Clone, Debug)]
pub struct Installable {
    /// Which version it is.
    pub version: Version,
    /// What it is installed from.
    pub from: From,
    /// Whether anyone may have it.
    pub public: bool,
    /// When that last changed.
    pub changed_at: Option<Timestamp>,
}

/// Where a runtime finds what it installs.
#[derive(Clone, Debug)]
pub enum From {
    /// In the manifest, which this is, byte for byte.
    Manifest(String),
    /// In the compiled stack inside of this artifact.
    StackOf(Digest),
}

/// A part of the list of Apps.
pub fn list(app: &App, query: Query) -> Result<Offers> {
    let Query { q, category, limit, offset } = query;
    let query = catalog::Query { q, category, offset, size: limit, ..apps() };
    app.store.read("marketplace", |conn| {
        let items = page(conn, &query)?.0;
        offers(conn, &query, items)
    })
}

/// All Apps.
pub fn all(app: &App) -> Result<Offers> {
    app.store.read("marketplace_export", |conn| {
        let (mut query, mut items) = (apps(), Vec::new());
        loop {
            let (found, next) = page(conn, &query)?;
            items.extend(found);
            if next.is_none() {
                return offers(conn, &apps(), items);
            }
            query.after = next;
        }
    })
}

/// An App.
pub fn detail(app: &App, id: &PackageId) -> Result<Detail> {
    app.store.read("marketplace_package", |conn| {
        let entry = catalog::find(conn, id)?.ok_or_else(|| missing(id))?;
        let offer = offer(conn, entry)?.ok_or_else(|| missing(id))?;
        let versions = version::offered(conn, id, PageSize::MAX)?;
        Ok(Detail { offer, versions, changed_at: changed_at(conn, id)? })
    })
}

/// What a runtime installs a version of an App from. A version that may not be chosen any more is absent.
///
/// Like the artifact that it is in, a compiled stack that has code is not for everyone.
pub fn installable(app: &App, caller: &Caller, id: &PackageId, pick: &Pick) -> Result<Installable> {
    app.store.read("marketplace_version", |conn| {
        let record = match pick {
            Pick::Latest => latest(conn, id)?,
            Pick::Exact(number) => offered(conn, id, number)?.ok_or_else(|| packages::missing_version(id, number))?,
        };
        let documents = version::documents(conn, id, &record.version)?;
        let text = documents.ok_or_else(|| packages::missing_version(id, &record.version))?.manifest;
        let manifest = packages::stored_manifest(id, &record.version, &text)?;
        let reads = |actor: &Actor| access::reads(actor, packages::subject(&record), Part::Artifact);
        let has_stack = artifact::has_stack(&manifest);
        if has_stack && !reads(&caller.actor) {
            return Err(not_for(&caller.actor).into());
        }
        Ok(Installable {
            public: !has_stack || reads(&Actor::Anonymous),
            from: if has_stack { From::StackOf(record.sha256) } else { From::Manifest(text) },
            changed_at: changed_at(conn, id)?,
            version: record.version,
        })
    })
}

fn not_for(actor: &Actor) -> Denied {
    match actor {
        Actor::Anonymous => Denied::NotAuthenticated,
        Actor::Account(_) => Denied::NotAllowed("only an operator may install an App with code".to_owned()),
    }
}

/// The compiled stack inside of an artifact, byte for byte. At most 8 MiB, but it takes to unpack what lies before it.
pub fn stack(app: &App, artifact: &Digest) -> Result<String> {
    let failed = |cause: &dyn std::fmt::Display| Error::Internal(format!("the stack inside of {artifact}: {cause}"));
    let reader = app.blobs.reader(artifact).map_err(Error::Blobs)?;
    let stack = artifact::read_stack(reader, &app.limits).map_err(|error| failed(&error))?;
    String::from_utf8(stack.ok_or_else(|| failed(&"it is not there"))?).map_err(|error| failed(&error))
}

/// The icon of an App, where it is kept here, and when that last changed.
pub fn icon(app: &App, id: &PackageId) -> Result<(Image, Option<Timestamp>)> {
    app.store.read("marketplace_icon", |conn| {
        let record = latest(conn, id)?;
        let listing = version::listing(conn, id, &record.version)?.unwrap_or_default();
        let image = listing.icon.as_deref().and_then(Image::read);
        let image = image.ok_or_else(|| Error::NotFound(format!("icon of {id}")))?;
        Ok((image, changed_at(conn, id)?))
    })
}

fn missing(id: &PackageId) -> Error {
    Error::NotFound(format!("package {id}"))
}

fn apps() -> catalog::Query {
    catalog::Query {
        catalog: Catalog::Apps,
        q: None,
        inside: true,
        package_type: None,
        category: None,
        after: None,
        offset: Offset::default(),
        size: PageSize::default(),
    }
}

/// The offers of a page of the catalog, and after which the next one begins.
fn page(conn: &mut Conn, query: &catalog::Query) -> Result<(Vec<Offer>, Option<PackageId>)> {
    let page = catalog::offers(conn, query)?;
    let next = page.items.last().filter(|_| page.more).map(|last| last.entry.package.clone());
    let items = page.items.into_iter().filter(|offered| is_offered(&offered.version));
    let offer = |offered| {
        let catalog::Offered { entry, mut listing, publisher, created_at, version: latest } = offered;
        let icon = listing.icon.take().and_then(|icon| Icon::read(&icon));
        Offer { listing, icon, publisher, created_at, latest, entry }
    };
    Ok((items.map(offer).collect(), next))
}

/// What of a listing is shown in lists beside what a catalog entry has: no readmes, which are large, and of an icon that is
/// asked for by itself only how its `data:` URI begins.
pub(super) fn brief(listing: Listing) -> Listing {
    let Listing { tagline, icon, homepage_url, license, mut translations, .. } = listing;
    for translation in translations.iter_mut().flat_map(|all| all.values_mut()) {
        translation.readme = None;
    }
    let icon = icon.as_deref().and_then(icon::brief);
    Listing { tagline, icon, homepage_url, license, translations, ..Listing::default() }
}

fn offers(conn: &mut Conn, query: &catalog::Query, items: Vec<Offer>) -> Result<Offers> {
    let total = catalog::count(conn, query)?;
    let changed_at = index::last_issued(conn, PackageType::App, Visibility::Marketplace)?;
    Ok(Offers { items, total, changed_at })
}

/// The offer that a catalog entry stands for, with its whole listing, if it is one of an App.
fn offer(conn: &mut Conn, entry: Entry) -> Result<Option<Offer>> {
    let id = &entry.package;
    let Some(latest) = offered(conn, id, &entry.version)? else { return Ok(None) };
    let package = package::find(conn, id)?.ok_or_else(|| missing(id))?;
    let mut listing = version::listing(conn, id, &entry.version)?.unwrap_or_default();
    let icon = listing.icon.take().and_then(|icon| Icon::read(&icon));
    Ok(Some(Offer { listing, icon, publisher: package.publisher, created_at: package.created_at, latest, entry }))
}

/// The version that stands for an App.
fn latest(conn: &mut Conn, id: &PackageId) -> Result<VersionRecord> {
    let entry = catalog::find(conn, id)?.ok_or_else(|| missing(id))?;
    offered(conn, id, &entry.version)?.ok_or_else(|| missing(id))
}

/// A version that anyone may see and choose.
fn offered(conn: &mut Conn, id: &PackageId, number: &Version) -> Result<Option<VersionRecord>> {
    Ok(version::find(conn, id, number)?.filter(is_offered))
}

fn is_offered(record: &VersionRecord) -> bool {
    record.may_be_resolved() && access::reads(&Actor::Anonymous, packages::subject(record), Part::Document)
}

/// Every change of what is shown of a package to everyone signs its index for everyone anew, and nothing else does but its age.
fn changed_at(conn: &mut Conn, id: &PackageId) -> Result<Option<Timestamp>> {
    Ok(index::issued_at(conn, id, Visibility::Marketplace)?)
}
