use plimsoll_core::gate::NamespaceHolder;
use plimsoll_core::wire::{Listing, Translation};
use plimsoll_core::{Digest, PackageType, Visibility};

use super::{Result, at, behaviours, linter, of};
use crate::announcement::Announcement;
use crate::index::IndexRecord;
use crate::{Conflict, Store, announcement, index, namespace, package};

behaviours! {
    a_package_keeps_its_listing
    a_package_id_is_taken_once
    a_publishers_packages_are_found
    an_announcement_takes_no_id
    a_namespace_is_held_once
    a_package_keeps_its_first_namespace
    an_index_document_never_goes_back
}

fn a_package_keeps_its_listing(store: &Store) -> Result {
    let mut linter = store.write("test", linter)?;
    assert_eq!(store.read("test", |conn| package::find(conn, &linter.id))?, Some(linter.clone()));
    linter.default_visibility = Visibility::Marketplace;
    linter.updated_at = at(9);
    linter.listing = Listing {
        display_name: Some("Linter".to_owned()),
        description: Some("Finds what is wrong".to_owned()),
        category: Some(of("quality")),
        readme: Some("# Linter\n".to_owned()),
        icon: Some("data:image/png;base64,AA==".to_owned()),
        license: Some("MIT".to_owned()),
        translations: Some([(of("de"), Translation::default())].into()),
        ..Listing::default()
    };
    assert!(store.write("test", |conn| package::update(conn, &linter))?);
    assert_eq!(store.read("test", |conn| package::find(conn, &linter.id))?, Some(linter.clone()));
    linter.listing = Listing::default();
    assert!(store.write("test", |conn| package::update(conn, &linter))?);
    assert_eq!(store.read("test", |conn| package::find(conn, &linter.id))?, Some(linter));
    Ok(())
}

fn a_package_id_is_taken_once(store: &Store) -> Result {
    store.write("test", linter)?;
    store.write("test", |conn| super::publisher(conn, "bolt"))?;
    for (publisher, package_type) in [("acme", PackageType::Plugin), ("bolt", PackageType::App)] {
        let again = store.write("test", |conn| super::package(conn, "com.acme.linter", publisher, package_type));
        let again = again.expect_err("taken");
        assert!(again.is_conflict(Conflict::Package), "{again:?}");
    }
    Ok(())
}

fn an_announcement_takes_no_id(store: &Store) -> Result {
    store.write("test", |conn| {
        super::publisher(conn, "acme")?;
        super::publisher(conn, "bolt")
    })?;
    let announced = |publisher, name: &str| Announcement {
        package: of("com.acme.linter"),
        publisher: of(publisher),
        default_visibility: Visibility::Marketplace,
        listing: Listing { display_name: Some(name.to_owned()), ..Listing::default() },
        updated_at: at(3),
    };
    let find = |publisher| store.read("test", |conn| announcement::find(conn, &of("com.acme.linter"), &of(publisher)));
    for new in [announced("acme", "Linter"), announced("bolt", "Other"), announced("acme", "Linter 2")] {
        store.write("test", |conn| announcement::set(conn, &new))?;
    }
    assert_eq!((find("acme")?, find("bolt")?), (Some(announced("acme", "Linter 2")), Some(announced("bolt", "Other"))));
    assert_eq!(store.read("test", |conn| announcement::count(conn, &of("acme")))?, 1);
    store.write("test", |conn| announcement::remove(conn, &of("com.acme.linter"), &of("acme")))?;
    assert_eq!((find("acme")?, find("bolt")?), (None, Some(announced("bolt", "Other"))));
    Ok(())
}

fn a_publishers_packages_are_found(store: &Store) -> Result {
    store.write("test", |conn| {
        linter(conn)?;
        super::publisher(conn, "bolt")?;
        super::package(conn, "com.acme.app", "acme", PackageType::App)?;
        super::package(conn, "com.bolt.app", "bolt", PackageType::App)
    })?;
    let found = store.read("test", |conn| package::of_publisher(conn, &of("acme")))?;
    assert_eq!(found, [of("com.acme.app"), of("com.acme.linter")]);
    Ok(())
}

fn a_namespace_is_held_once(store: &Store) -> Result {
    let linter = store.write("test", linter)?;
    let first = NamespaceHolder { publisher: linter.publisher, package: linter.id.clone(), since: at(2) };
    let second = NamespaceHolder { since: at(3), ..first.clone() };
    let take = |holder| store.write("test", |conn| namespace::take(conn, &of("lint"), holder));
    assert_eq!(store.read("test", |conn| namespace::find(conn, &of("lint")))?, None);
    assert_eq!(take(&first)?, first);
    assert_eq!(take(&second)?, first);
    assert_eq!(store.read("test", |conn| namespace::find(conn, &of("lint")))?, Some(first));
    Ok(())
}

fn a_package_keeps_its_first_namespace(store: &Store) -> Result {
    let linter = store.write("test", linter)?;
    let of_package = || store.read("test", |conn| namespace::of_package(conn, &linter.id));
    assert_eq!(of_package()?, None);
    for name in ["lint", "style"] {
        let holder = NamespaceHolder { publisher: linter.publisher.clone(), package: linter.id.clone(), since: at(2) };
        store.write("test", |conn| {
            namespace::take(conn, &of(name), &holder)?;
            namespace::note_package(conn, &linter.id, &of(name))
        })?;
        assert_eq!(of_package()?, Some(of("lint")));
    }
    Ok(())
}

pub(super) fn a_document(audience: Visibility, serial: u64, expires_at: i64) -> IndexRecord {
    IndexRecord {
        package: of("com.acme.linter"),
        audience,
        serial,
        shows_sha256: Some(Digest::of("what it shows")),
        body: format!("{{\"serial\":{serial}}}"),
        etag: format!("\"{serial}\""),
        issued_at: at(0),
        expires_at: at(expires_at),
    }
}

fn an_index_document_never_goes_back(store: &Store) -> Result {
    store.write("test", linter)?;
    let put = |document: &IndexRecord| store.write("test", |conn| index::put(conn, document));
    let find = |audience| store.read("test", |conn| index::find(conn, &of("com.acme.linter"), audience));
    let (second, third) = (a_document(Visibility::Org, 2, 60), a_document(Visibility::Org, 3, 90));
    assert!(put(&second)?);
    assert!(put(&third)?);
    assert!(!put(&second)?);
    assert_eq!(find(Visibility::Org)?, Some(third));
    assert_eq!(find(Visibility::Private)?, None);
    Ok(())
}
