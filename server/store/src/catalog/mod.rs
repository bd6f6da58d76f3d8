//! The catalogs: one entry for each package that has a listed version.
//!
//! Which version an entry shows is a rule, so the use case decides it and calls [`set`] or [`remove`]; the publisher, its
//! level and the type are joined when a page is read.

mod words;

use diesel::dsl::{InnerJoin, IntoBoxed, exists};
use diesel::prelude::*;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::{Offset, PageSize};
use plimsoll_core::wire::{CatalogItem, Category, Listing};
use plimsoll_core::{PackageId, PackageType, PublisherName, Tier, Timestamp, Version};

use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::{catalog_entry, catalog_word, package, publisher};
use crate::version::VersionRecord;
use crate::{Conn, Page, StoreError, version};

/// What a catalog shows of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The package.
    pub package: PackageId,
    /// The version to show.
    pub version: Version,
    /// The highest tier of that version and of what it bundles.
    pub tier: Tier,
    /// The name to show.
    pub display_name: String,
    /// One paragraph.
    pub description: Option<String>,
    /// The category.
    pub category: Option<Category>,
    /// When a version was last listed.
    pub updated_at: Timestamp,
}

/// What is looked for in a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Which catalog.
    pub catalog: Catalog,
    /// Words of the id, the display name or the description; each may be cut short at its end, and all must be found. What
    /// is no letter and no digit only parts words, and upper and lower case are the same. Only the first 16 words count.
    pub q: Option<String>,
    /// The type.
    pub package_type: Option<PackageType>,
    /// The category.
    pub category: Option<Category>,
    /// The last package of the page before.
    pub after: Option<PackageId>,
    /// How many to pass over, for those who page by number.
    pub offset: Offset,
    /// How many.
    pub size: PageSize,
}

/// An entry, with what else lists of Apps show.
#[derive(Clone, Debug, PartialEq)]
pub struct Offered {
    /// The entry.
    pub entry: Entry,
    /// The rest of the listing, as it was [`set`].
    pub listing: Listing,
    /// The publisher.
    pub publisher: PublisherName,
    /// When the package's first version was accepted.
    pub created_at: Timestamp,
    /// The version that the entry shows.
    pub version: VersionRecord,
}

/// Shows a package so, from now on. `listing` is what lists show of it beside the entry.
pub fn set(conn: &mut Conn, entry: &Entry, listing: &Listing) -> Result<()> {
    remove(conn, &entry.package)?;
    diesel::insert_into(catalog_entry::table)
        .values((
            catalog_entry::package.eq(entry.package.as_str()),
            catalog_entry::version.eq(entry.version.to_string()),
            catalog_entry::tier.eq(entry.tier.as_str()),
            catalog_entry::display_name.eq(&entry.display_name),
            catalog_entry::description.eq(&entry.description),
            catalog_entry::category.eq(entry.category.as_ref().map(Category::as_str)),
            catalog_entry::updated_at.eq(entry.updated_at.as_micros()),
            catalog_entry::listing.eq(column::json(listing)),
        ))
        .execute(conn)?;
    let text = [entry.package.as_str(), &entry.display_name, entry.description.as_deref().unwrap_or_default()];
    words::insert(conn, &entry.package, &words::of(&text.join(" ")))
}

/// Shows a package no longer. Nothing happens if it was not shown.
pub fn remove(conn: &mut Conn, package: &PackageId) -> Result<()> {
    // Its words go with it.
    diesel::delete(catalog_entry::table.find(package.as_str())).execute(conn)?;
    Ok(())
}

/// What is shown of a package, if anything is.
pub fn find(conn: &mut Conn, package: &PackageId) -> Result<Option<Entry>> {
    let row = catalog_entry::table.find(package.as_str()).select(EntryRow::as_select());
    row.first(conn).optional()?.map(Entry::try_from).transpose()
}

/// A page of a catalog, by package id.
pub fn page(conn: &mut Conn, query: &Query) -> Result<Page<CatalogItem>> {
    let Some(rows) = page_of(query) else { return Ok(Page { items: Vec::new(), more: false }) };
    let rows = rows.select((EntryRow::as_select(), package::package_type, publisher::name, publisher::level));
    Page::of(rows.load::<ItemRow>(conn)?, query.size)
}

/// As [`page`], with all that lists of Apps show. Two queries, however long the page is.
pub fn offers(conn: &mut Conn, query: &Query) -> Result<Page<Offered>> {
    let Some(rows) = page_of(query) else { return Ok(Page { items: Vec::new(), more: false }) };
    let rows = rows.select((EntryRow::as_select(), catalog_entry::listing, publisher::name, package::created_at));
    let Page { items, more } = Page::<Shown>::of(rows.load::<ShownRow>(conn)?, query.size)?;
    let mut versions = version::of_entries(conn, items.iter().map(|shown| &shown.entry.package))?;
    let offered = |shown: Shown| -> Result<Offered> {
        let Shown { entry, listing, publisher, created_at } = shown;
        let gone = || Row::new("catalog_entry", &[entry.package.as_str()]).corrupt("version");
        let version = versions.remove(&entry.package).ok_or_else(gone)?;
        Ok(Offered { entry, listing, publisher, created_at, version })
    };
    Ok(Page { items: items.into_iter().map(offered).collect::<Result<_>>()?, more })
}

fn page_of(query: &Query) -> Option<Entries<'_>> {
    let mut rows = found(query)?;
    if let Some(after) = &query.after {
        rows = rows.filter(catalog_entry::package.gt(after.as_str()));
    }
    let limit = Page::<CatalogItem>::rows(query.size);
    Some(rows.order(catalog_entry::package).limit(limit).offset(query.offset.get().into()))
}

/// How many entries a query finds in all, wherever its page begins.
pub fn count(conn: &mut Conn, query: &Query) -> Result<u64> {
    let Some(rows) = found(query) else { return Ok(0) };
    let count = rows.count().get_result::<i64>(conn)?;
    Row::new("catalog_entry", &[query.catalog.as_str()]).count("count", count)
}

type Entries<'a> = IntoBoxed<
    'a,
    InnerJoin<catalog_entry::table, InnerJoin<package::table, publisher::table>>,
    <Conn as Connection>::Backend,
>;

/// The entries that a query finds; `None` where it looks for something that no entry can have.
fn found(query: &Query) -> Option<Entries<'_>> {
    let mut rows = catalog_entry::table.inner_join(package::table.inner_join(publisher::table)).into_boxed();
    rows = match query.catalog {
        Catalog::Apps => rows.filter(package::package_type.eq(PackageType::App.as_str())),
        Catalog::Contributions => rows.filter(package::package_type.ne(PackageType::App.as_str())),
    };
    if let Some(package_type) = query.package_type {
        rows = rows.filter(package::package_type.eq(package_type.as_str()));
    }
    if let Some(category) = &query.category {
        rows = rows.filter(catalog_entry::category.eq(category.as_str()));
    }
    if let Some(q) = query.q.as_deref().filter(|q| !q.trim().is_empty()) {
        let wanted = words::of(q);
        if wanted.is_empty() {
            return None;
        }
        for word in wanted.into_iter().take(words::MAX_WANTED) {
            let end = format!("{word}{}", char::MAX);
            let found = catalog_word::table
                .filter(catalog_word::package.eq(catalog_entry::package))
                .filter(catalog_word::word.ge(word))
                .filter(catalog_word::word.lt(end));
            rows = rows.filter(exists(found));
        }
    }
    Some(rows)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = catalog_entry)]
struct EntryRow {
    package: String,
    version: String,
    tier: String,
    display_name: String,
    description: Option<String>,
    category: Option<String>,
    updated_at: i64,
}

impl TryFrom<EntryRow> for Entry {
    type Error = StoreError;

    fn try_from(row: EntryRow) -> Result<Self> {
        let key = [row.package.as_str()];
        let read = Row::new("catalog_entry", &key);
        Ok(Self {
            package: read.text("package", &row.package)?,
            version: read.text("version", &row.version)?,
            tier: read.text("tier", &row.tier)?,
            category: read.text_or_null("category", row.category.as_deref())?,
            updated_at: read.time("updated_at", row.updated_at)?,
            display_name: row.display_name,
            description: row.description,
        })
    }
}

/// An entry with the rest of its listing, and what is joined to it.
#[derive(Queryable)]
struct ShownRow {
    entry: EntryRow,
    listing: String,
    publisher: String,
    created_at: i64,
}

/// The same, read.
struct Shown {
    entry: Entry,
    listing: Listing,
    publisher: PublisherName,
    created_at: Timestamp,
}

impl TryFrom<ShownRow> for Shown {
    type Error = StoreError;

    fn try_from(ShownRow { entry, listing, publisher, created_at }: ShownRow) -> Result<Self> {
        let entry = Entry::try_from(entry)?;
        let key = [entry.package.as_str()];
        Ok(Self {
            listing: Row::new("catalog_entry", &key).json("listing", &listing)?,
            publisher: Row::new("package", &key).text("publisher", &publisher)?,
            created_at: Row::new("package", &key).time("created_at", created_at)?,
            entry,
        })
    }
}

/// An entry, with what is joined to it.
#[derive(Queryable)]
struct ItemRow {
    entry: EntryRow,
    package_type: String,
    publisher: String,
    level: String,
}

impl TryFrom<ItemRow> for CatalogItem {
    type Error = StoreError;

    fn try_from(ItemRow { entry, package_type, publisher, level }: ItemRow) -> Result<Self> {
        let entry = Entry::try_from(entry)?;
        let key = [entry.package.as_str()];
        Ok(Self {
            publisher: Row::new("package", &key).text("publisher", &publisher)?,
            publisher_level: Row::new("publisher", &[&publisher]).text("level", &level)?,
            r#type: Row::new("package", &key).text("type", &package_type)?,
            package: entry.package,
            latest_version: entry.version,
            tier: entry.tier,
            display_name: entry.display_name,
            description: entry.description,
            category: entry.category,
            updated_at: entry.updated_at,
        })
    }
}
