//! A package whose index documents are almost full.

use plimsoll_store::version;
use plimsoll_trust::statement::MAX_INDEX_BYTES;

use super::*;

/// How much of a document is left for versions, where as much as may be said later of two and by keys is set aside.
const FILLED_BYTES: usize = MAX_INDEX_BYTES / 4 * 3 - 118_000;

/// Lists one more version, with so much in its index entry that hardly anything has room beside it.
fn fill(world: &World, like: &wire::Version) {
    let filled = world.app.store.write("test", |conn| {
        let mut record = version::find(conn, &like.package, &like.version)?.expect("the version");
        let documents = version::documents(conn, &like.package, &like.version)?.expect("its documents");
        record.version = of("0.9.0");
        record.engines.protocol = Some("x".repeat(FILLED_BYTES));
        Ok::<_, Error>(version::insert(conn, &record, &documents)?)
    });
    filled.expect("filled");
}

#[test]
fn a_version_that_has_no_room_in_the_index_is_refused_and_everything_else_goes_on() {
    let world = World::new();
    let held = world.publish(&world.theme("2.0.0", "Dusk", Visibility::Marketplace));
    let first = world.publish(&world.theme("1.0.0", "Dusk", Visibility::Private));
    fill(&world, &first);
    let new = world.theme("1.1.0", "Dusk", Visibility::Private);
    for validate_only in [true, false] {
        let origin = publish::Origin::default();
        let refused =
            publish::publish(&world.app, &world.caller("dana"), &theme(), new.clone(), &origin, validate_only);
        assert_eq!(conflict(refused), ProblemCode::IndexFull);
    }
    let review = NewReview {
        decision: Decision::Approve,
        reason: "looked at".to_owned(),
        sha256: held.sha256,
        report_sha256: held.report_sha256.expect("a report"),
    };
    let refused = review::decide(&world.app, &world.caller("rita"), &theme(), &of("2.0.0"), review);
    assert_eq!(conflict(refused), ProblemCode::IndexFull);

    let reason = "\n".repeat(plimsoll_core::Availability::REASON_BYTES_MAX - 1) + "x";
    for (who, to) in [("dana", AvailabilityWord::Yanked), ("rita", AvailabilityWord::Blocked)] {
        let set = SetAvailability { to, reason: reason.clone(), replacement: None };
        for number in ["0.9.0", "1.0.0"] {
            let set = availability::set(&world.app, &world.caller(who), &theme(), &of(number), set.clone());
            set.expect("what is taken back always has room");
        }
    }
    world.add_key("acme-next", &SigningKey::generate(Algorithm::P256).expect("a key")).expect("so has a key");
    assert_eq!(world.index("dana")["0.9.0"], "blocked");
}
