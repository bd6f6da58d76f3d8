//! The two catalogs.

use plimsoll_core::access::Action;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::{Cursor, Offset, PageSize};
use plimsoll_core::wire::{CatalogPage, Category};
use plimsoll_core::{InvalidText, PackageId, PackageType};
use plimsoll_store::catalog;

use super::{Caller, Result};
use crate::App;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Words of the id, the display name or the description.
    pub q: Option<String>,
    /// The type.
    pub package_type: Option<PackageType>,
    /// The category.
    pub category: Option<Category>,
    /// How many.
    pub limit: PageSize,
    /// After which.
    pub cursor: Option<String>,
}

/// A page of a catalog, by package id. Apps are for everyone, contributions for accounts.
pub fn page(app: &App, caller: &Caller, which: Catalog, query: Query) -> Result<CatalogPage> {
    if which == Catalog::Contributions {
        caller.allow(&Action::ReadContributions)?;
    }
    let after = query.cursor.as_deref().map(|cursor| parse_cursor(which, cursor)).transpose()?;
    let query = catalog::Query {
        catalog: which,
        q: query.q,
        inside: false,
        package_type: query.package_type,
        category: query.category,
        after,
        offset: Offset::default(),
        size: query.limit,
    };
    let page = app.store.read("catalog", |conn| catalog::page(conn, &query))?;
    let next = page.next(which.as_str(), |last| [last.package.to_string()]);
    Ok(CatalogPage { items: page.items, next })
}

fn parse_cursor(which: Catalog, text: &str) -> std::result::Result<PackageId, InvalidText> {
    let [package] = Cursor::parse(which.as_str(), text)?;
    package.parse().map_err(|_| InvalidText::new("cursor", text, "use the `next` of an earlier page, unchanged"))
}
