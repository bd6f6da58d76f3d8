//! What is hidden cannot be told from what is not there.

use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::{Cursor, PageSize};

use super::*;

#[test]
fn a_cursor_that_nobody_gave_out_reveals_no_versions() {
    let world = World::new();
    world.list("1.0.0");
    world.list("1.1.0");
    let cursor = Cursor::after("versions", ["9.0.0".to_owned()]).to_string();
    let versions =
        |who: &str, id: &str| packages::versions(&world.app, &world.caller(who), &of(id), of("1"), Some(&cursor));
    assert_eq!(versions("gil", THEME).expect("listed for accounts").items.len(), 1);
    // Contributions are never for strangers, and so they look as what is not there.
    assert!(is_missing(&versions("", THEME)));
    assert!(is_missing(&versions("", "com.acme.absent")));
}

#[test]
fn a_package_of_private_versions_is_not_there_for_others() {
    let world = World::new();
    world.publish(&world.theme("1.0.0", "Dusk", Visibility::Private));
    let cursor = Cursor::after("versions", ["9.0.0".to_owned()]).to_string();
    for (who, id) in [("gil", THEME), ("gil", "com.acme.absent"), ("", THEME)] {
        let caller = world.caller(who);
        assert!(is_missing(&packages::versions(&world.app, &caller, &of(id), PageSize::default(), Some(&cursor))));
        assert!(is_missing(&packages::get(&world.app, &caller, &of(id))));
        assert!(is_missing(&index::index(&world.app, &caller, &of(id)).map(drop)));
    }
    assert!(packages::get(&world.app, &world.caller("dana"), &theme()).is_ok());
}

#[test]
fn what_happens_to_private_versions_does_not_show_to_others() {
    let world = World::new();
    world.list("1.0.0");
    let seen = || {
        let caller = world.caller("gil");
        let query = catalog::Query::default();
        let page = catalog::page(&world.app, &caller, Catalog::Contributions, query).expect("the catalog");
        (packages::get(&world.app, &caller, &theme()).expect("the package"), page.items)
    };
    let before = seen();
    world.clock.0.store(60, Ordering::SeqCst);
    world.publish(&world.theme("2.0.0", "Dawn", Visibility::Private));
    assert_eq!(seen(), before);
}

#[test]
fn an_upload_does_not_tell_what_others_uploaded() {
    let world = World::new();
    let sha256 = world.theme("1.0.0", "Dusk", Visibility::Private).sha256;
    let size = world.app.blobs.size(&sha256).expect("a store").expect("the artifact");
    let upload = || artifacts::record(&world.app, &world.caller("gil"), &StoredArtifact { sha256, size });
    assert!(upload().expect("recorded"), "as if it were the first");
    assert!(!upload().expect("recorded"), "his own, again");
}

#[test]
fn an_artifact_is_not_recorded_without_its_bytes() {
    let world = World::new();
    let sha256 = world.theme("1.0.0", "Dusk", Visibility::Private).sha256;
    world.app.blobs.delete(&sha256).expect("deleted");
    let recorded = artifacts::record(&world.app, &world.caller("dana"), &StoredArtifact { sha256, size: 1 });
    assert_eq!(conflict(recorded), ProblemCode::StateConflict);
}
