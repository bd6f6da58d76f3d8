//! `search`, `info`: what there is.

use plimsoll_client::transport::{CatalogQuery, Registry};
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::wire::{self, CatalogItem};
use serde::Serialize;
use serde_json::json;

use crate::args::{Info, Search};
use crate::failure::Failure;
use crate::output::{Answer, bold, dim, plain, table};
use crate::render::{self, line};
use crate::shell::Shell;

/// The most versions that `info` fetches.
const VERSIONS_SHOWN: usize = 500;

/// A hit, with the catalog that it is in.
#[derive(Serialize)]
struct Hit {
    catalog: Catalog,
    #[serde(flatten)]
    item: CatalogItem,
}

/// Searches one catalog, or those that may be read.
pub(crate) fn search(shell: &Shell, args: &Search) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    let catalogs: &[Catalog] = match args.catalog {
        Some(Catalog::Apps) => &[Catalog::Apps],
        Some(Catalog::Contributions) => &[Catalog::Contributions],
        None if registry.has_token() => &[Catalog::Apps, Catalog::Contributions],
        None => &[Catalog::Apps],
    };
    let (mut hits, mut more) = (Vec::new(), false);
    for catalog in catalogs {
        more |= search_one(&registry, args, *catalog, &mut hits)?;
    }
    let rows: Vec<_> = hits
        .iter()
        .map(|Hit { catalog, item }| {
            [
                item.package.to_string(),
                item.latest_version.to_string(),
                item.r#type.to_string(),
                render::tier(item.tier),
                format!("{} ({})", item.publisher, item.publisher_level),
                catalog.to_string(),
                plain(&item.display_name).replace('\n', " "),
            ]
        })
        .collect();
    let mut text = if rows.is_empty() {
        "Nothing found.\n".to_owned()
    } else {
        table(["PACKAGE", "VERSION", "TYPE", "TIER", "PUBLISHER", "CATALOG", "NAME"], &rows)
    };
    if more {
        text.push_str(&dim("There is more; narrow the search, or raise --limit."));
        text.push('\n');
    }
    Ok(Answer::new(json!({ "items": hits, "more": more }), text))
}

/// Adds the hits of one catalog. Returns whether there are more than the limit.
fn search_one(registry: &Registry, args: &Search, catalog: Catalog, hits: &mut Vec<Hit>) -> Result<bool, Failure> {
    let mut query = CatalogQuery {
        q: args.query.clone(),
        package_type: args.package_type,
        category: args.category.clone(),
        ..CatalogQuery::default()
    };
    let mut left = args.limit;
    loop {
        query.limit = Some(left.min(PageSize::MAX));
        let page = registry.catalog(catalog, &query)?;
        let before = hits.len();
        hits.extend(page.items.into_iter().take(left.into()).map(|item| Hit { catalog, item }));
        // At most `left`, which is a u16.
        left -= (hits.len() - before) as u16;
        match page.next {
            None => return Ok(false),
            Some(_) if left == 0 || hits.len() == before => return Ok(true),
            next => query.cursor = next,
        }
    }
}

/// A package, with its versions.
#[derive(Serialize)]
struct PackageWithVersions {
    #[serde(flatten)]
    package: wire::Package,
    versions: Vec<wire::Version>,
}

/// Shows a package or a version.
pub(crate) fn info(shell: &Shell, args: &Info) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    if let Some(version) = &args.what.version {
        let version = registry.version(&args.what.package, version)?;
        return Ok(Answer::new(&version, render::version(&version)));
    }
    let package = registry.package(&args.what.package)?;
    let (mut versions, mut cursor) = (Vec::new(), None);
    while versions.len() < VERSIONS_SHOWN {
        let page = registry.versions(&args.what.package, cursor.as_deref())?;
        let empty = page.items.is_empty();
        versions.extend(page.items);
        cursor = page.next;
        if cursor.is_none() || empty {
            break;
        }
    }
    let text = package_text(&package, &versions);
    Ok(Answer::new(PackageWithVersions { package, versions }, text))
}

fn package_text(package: &wire::Package, versions: &[wire::Version]) -> String {
    let mut text = format!("{}\n", bold(package.package.as_str()));
    for (name, value) in [("Name", &package.listing.display_name), ("Description", &package.listing.description)] {
        if let Some(value) = value {
            text.push_str(&line(name, &plain(value)));
        }
    }
    text.push_str(&line("Type", package.r#type.as_str()));
    text.push_str(&line("Publisher", &format!("{} ({})", package.publisher, package.publisher_level)));
    let rows: Vec<_> = versions
        .iter()
        .map(|version| {
            [
                version.version.to_string(),
                render::tier(version.tier),
                version.state.to_string(),
                version.availability.status.to_string(),
                version.visibility.to_string(),
                version.published_at.to_string(),
            ]
        })
        .collect();
    text.push_str(&table(["VERSION", "TIER", "STATE", "AVAILABILITY", "VISIBILITY", "PUBLISHED"], &rows));
    text
}
