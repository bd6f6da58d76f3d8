//! What is on show changes only with what it shows.

use plimsoll_store::catalog as catalogs;

use super::*;
use crate::app::marketplace::Query;

impl World {
    fn hours_pass(&self, hours: i64) {
        self.clock.0.fetch_add(hours * 3600, Ordering::SeqCst);
    }

    /// All that nobody in particular sees of the theme, which is an App.
    fn public_traces(&self) -> (String, String, String) {
        let listed = marketplace::list(&self.app, Query::default()).expect("a list");
        let detail = marketplace::detail(&self.app, &theme()).expect("on offer");
        let entry =
            self.app.store.read("test", |conn| Ok::<_, Error>(catalogs::find(conn, &theme())?)).expect("a read");
        let index = index::index(&self.app, &self.caller(""), &theme()).expect("an index");
        (index.etag, format!("{listed:?} {detail:?}"), format!("{entry:?}"))
    }
}

#[test]
fn a_private_version_leaves_no_trace_where_everybody_looks() {
    let world = World::new();
    world.list_app("1.0.0");
    let before = world.public_traces();
    for version in ["1.1.0", "1.2.0"] {
        world.hours_pass(1);
        world.publish(&world.package("app", version, "Dusk", Visibility::Private));
        assert_eq!(world.public_traces(), before);
    }
    world.set("dana", "1.1.0", AvailabilityWord::Yanked).expect("yanked");
    assert_eq!(world.public_traces(), before);
    assert_eq!(world.index("dana").keys().collect::<Vec<_>>(), ["1.0.0", "1.1.0", "1.2.0"]);

    world.set("dana", "1.0.0", AvailabilityWord::Deprecated).expect("deprecated");
    let after = world.public_traces();
    assert!(after.0 != before.0 && after.1 != before.1);
}

#[test]
fn each_audience_has_its_serials_and_narrower_ones_are_told_of_those_of_wider_ones() {
    let world = World::new();
    world.list("1.0.0");
    let serials = |who: &str| world.document(who).serials().into_values().collect::<Vec<_>>();
    assert_eq!((serials("gil"), serials("dana")), (vec![1], vec![1, 1, 1]), "private, org, marketplace");
    world.publish(&world.theme("1.1.0", "Dusk", Visibility::Private));
    assert_eq!((serials("gil"), serials("dana")), (vec![1], vec![2, 1, 1]));
    world.set("dana", "1.0.0", AvailabilityWord::Yanked).expect("yanked");
    assert_eq!((serials("gil"), serials("dana")), (vec![2], vec![3, 2, 2]));
}

#[test]
fn a_document_that_is_renewed_takes_those_for_narrower_audiences_with_it() {
    let world = World::new();
    world.list("1.0.0");
    world.hours_pass(13);
    world.publish(&world.theme("1.1.0", "Dusk", Visibility::Private));
    let serials = |who: &str| world.document(who).serials().into_values().collect::<Vec<_>>();
    assert_eq!(serials("dana"), [2, 1, 1]);
    assert_eq!((serials("gil"), serials("dana")), (vec![2], vec![3, 2, 2]));
    assert_eq!((serials("gil"), serials("dana")), (vec![2], vec![3, 2, 2]), "once");
    assert_eq!(world.document("gil").issued_at, world.clock.now());
}
