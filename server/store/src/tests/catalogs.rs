use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::Offset;
use plimsoll_core::wire::Listing;
use plimsoll_core::{Level, PackageType, Tier};

use super::{Result, account, at, behaviours, of, page_size, publish, publisher};
use crate::catalog::{self, Entry, Query};
use crate::{Conn, Store};

behaviours! {
    apps_and_contributions_are_apart
    an_entry_shows_the_publishers_present_level
    every_word_must_begin_a_word_of_the_entry
    case_and_punctuation_do_not_matter
    signs_are_no_pattern
    words_of_an_earlier_entry_are_forgotten
    filters_narrow_a_catalog
    pages_go_by_package_id
    a_list_can_be_paged_by_number
    an_offer_is_an_entry_with_its_version_and_listing
}

/// Lists a package of acme, with the words of its id for a name.
fn list(conn: &mut Conn, id: &str, package_type: PackageType, description: &str) -> Result<Entry> {
    let package = super::package(conn, id, "acme", package_type)?;
    publish(conn, &package, "1.0.0")?;
    let entry = Entry {
        package: package.id,
        version: of("1.0.0"),
        tier: Tier::Sandbox,
        display_name: id.rsplit('.').next().unwrap_or_default().replace('-', " "),
        description: Some(description.to_owned()),
        category: Some(of("crm")),
        updated_at: at(7),
    };
    catalog::set(conn, &entry, &Listing { tagline: Some(description.to_owned()), ..Listing::default() })?;
    Ok(entry)
}

fn shelf(conn: &mut Conn) -> Result {
    account(conn, "dana")?;
    publisher(conn, "acme")?;
    list(conn, "com.acme.crm-enrich", PackageType::Plugin, "Fills in what is known of a customer. 100%")?;
    list(conn, "com.acme.vat-check", PackageType::Plugin, "Prüft Umsatzsteuer-Nummern")?;
    list(conn, "com.acme.dusk", PackageType::Theme, "A dark theme, for customers who work late")?;
    list(conn, "com.acme.crm", PackageType::App, "Customers, deals and mail")?;
    Ok(())
}

fn query(catalog: Catalog, q: &str) -> Query {
    let q = Some(q.to_owned()).filter(|q| !q.is_empty());
    Query {
        catalog,
        q,
        package_type: None,
        category: None,
        after: None,
        offset: Offset::default(),
        size: page_size(50),
    }
}

/// The last words of the ids that are found, in order.
fn found(store: &Store, query: &Query) -> Result<Vec<String>> {
    let page = store.read("test", |conn| catalog::page(conn, query))?;
    Ok(page.items.iter().map(|item| item.package.as_str().trim_start_matches("com.acme.").to_owned()).collect())
}

fn apps_and_contributions_are_apart(store: &Store) -> Result {
    store.write("test", shelf)?;
    assert_eq!(found(store, &query(Catalog::Apps, ""))?, ["crm"]);
    assert_eq!(found(store, &query(Catalog::Contributions, ""))?, ["crm-enrich", "dusk", "vat-check"]);
    let no_app = Query { package_type: Some(PackageType::App), ..query(Catalog::Contributions, "") };
    assert!(found(store, &no_app)?.is_empty());
    Ok(())
}

fn an_entry_shows_the_publishers_present_level(store: &Store) -> Result {
    store.write("test", shelf)?;
    store.write("test", |conn| crate::publisher::set_level(conn, &of("acme"), Level::Trusted))?;
    let page = store.read("test", |conn| catalog::page(conn, &query(Catalog::Apps, "")))?;
    let [item] = page.items.as_slice() else { panic!("{page:?}") };
    assert_eq!((&item.publisher, item.publisher_level, item.r#type), (&of("acme"), Level::Trusted, PackageType::App));
    assert_eq!((&item.latest_version, item.tier, item.updated_at), (&of("1.0.0"), Tier::Sandbox, at(7)));
    assert_eq!(item.display_name, "crm");
    Ok(())
}

fn every_word_must_begin_a_word_of_the_entry(store: &Store) -> Result {
    store.write("test", shelf)?;
    let search = |q| found(store, &query(Catalog::Contributions, q));
    assert_eq!(search("customer")?, ["crm-enrich", "dusk"]);
    assert_eq!(search("cust theme")?, ["dusk"]);
    assert_eq!(search("enrich crm")?, ["crm-enrich"]);
    assert!(search("ustomer")?.is_empty());
    assert!(search("customer vat")?.is_empty());
    Ok(())
}

fn case_and_punctuation_do_not_matter(store: &Store) -> Result {
    store.write("test", shelf)?;
    let search = |q| found(store, &query(Catalog::Contributions, q));
    assert_eq!(search("PRÜFT")?, ["vat-check"]);
    assert_eq!(search("pru\u{308}ft")?, ["vat-check"]);
    assert_eq!(search("com.acme.vat-check")?, ["vat-check"]);
    assert_eq!(search("  vat,   check! ")?, ["vat-check"]);
    Ok(())
}

fn signs_are_no_pattern(store: &Store) -> Result {
    store.write("test", shelf)?;
    let search = |q| found(store, &query(Catalog::Contributions, q));
    for nothing in ["%", "_", "***", "' OR 1=1 --", "\"", "c_m", "\u{10ffff}", "\u{0}"] {
        assert!(search(nothing)?.is_empty(), "{nothing:?}");
    }
    assert_eq!(search("100%")?, ["crm-enrich"]);
    assert_eq!(search("   ")?.len(), 3);
    assert!(search(&"word ".repeat(10_000))?.is_empty());
    Ok(())
}

fn words_of_an_earlier_entry_are_forgotten(store: &Store) -> Result {
    store.write("test", |conn| {
        account(conn, "dana")?;
        publisher(conn, "acme")?;
        let entry = list(conn, "com.acme.dusk", PackageType::Theme, "dark")?;
        catalog::set(conn, &Entry { description: Some("light".to_owned()), ..entry }, &Listing::default())
    })?;
    let search = |q| found(store, &query(Catalog::Contributions, q));
    assert!(search("dark")?.is_empty());
    assert_eq!(search("light")?, ["dusk"]);
    for _ in 0..2 {
        store.write("test", |conn| catalog::remove(conn, &of("com.acme.dusk")))?;
        assert!(search("")?.is_empty());
        assert!(search("light")?.is_empty());
    }
    Ok(())
}

fn filters_narrow_a_catalog(store: &Store) -> Result {
    store.write("test", shelf)?;
    let plugins = Query { package_type: Some(PackageType::Plugin), ..query(Catalog::Contributions, "") };
    assert_eq!(found(store, &plugins)?, ["crm-enrich", "vat-check"]);
    assert_eq!(found(store, &Query { category: Some(of("crm")), ..plugins.clone() })?, ["crm-enrich", "vat-check"]);
    assert!(found(store, &Query { category: Some(of("finance")), ..plugins })?.is_empty());
    Ok(())
}

fn pages_go_by_package_id(store: &Store) -> Result {
    store.write("test", shelf)?;
    let mut query = Query { size: page_size(2), ..query(Catalog::Contributions, "") };
    assert_eq!(found(store, &query)?, ["crm-enrich", "dusk"]);
    assert!(store.read("test", |conn| catalog::page(conn, &query))?.more);
    query.after = Some(of("com.acme.dusk"));
    assert_eq!(found(store, &query)?, ["vat-check"]);
    assert!(!store.read("test", |conn| catalog::page(conn, &query))?.more);
    Ok(())
}

fn a_list_can_be_paged_by_number(store: &Store) -> Result {
    store.write("test", shelf)?;
    let at = |offset: &str| Query { offset: of(offset), size: page_size(2), ..query(Catalog::Contributions, "") };
    assert_eq!(found(store, &at("0"))?, ["crm-enrich", "dusk"]);
    assert_eq!(found(store, &at("2"))?, ["vat-check"]);
    assert!(found(store, &at("3"))?.is_empty());
    let count = |query: &Query| store.read("test", |conn| catalog::count(conn, query));
    assert_eq!((count(&at("0"))?, count(&at("2"))?, count(&query(Catalog::Apps, ""))?), (3, 3, 1));
    assert_eq!((count(&query(Catalog::Contributions, "dark"))?, count(&query(Catalog::Apps, "%"))?), (1, 0));
    Ok(())
}

fn an_offer_is_an_entry_with_its_version_and_listing(store: &Store) -> Result {
    store.write("test", shelf)?;
    store.read("test", |conn| {
        let page = catalog::offers(conn, &Query { size: page_size(2), ..query(Catalog::Contributions, "") })?;
        let named =
            |offered: &catalog::Offered| (offered.entry.package.to_string(), offered.version.package.to_string());
        let names = page.items.iter().map(named).collect::<Vec<_>>();
        assert_eq!(names, ["com.acme.crm-enrich", "com.acme.dusk"].map(|id| (id.to_owned(), id.to_owned())));
        assert!(page.more);
        let dusk = &page.items[1];
        assert_eq!(dusk.listing.tagline.as_deref(), Some("A dark theme, for customers who work late"));
        assert_eq!((&dusk.version.version, dusk.publisher.as_str()), (&dusk.entry.version, "acme"));
        assert_eq!(Some(&dusk.entry), catalog::find(conn, &dusk.entry.package)?.as_ref());
        Ok(())
    })
}
