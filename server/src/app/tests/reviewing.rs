//! What a reviewer sees and decides over, and who does not review.

use plimsoll_core::State;
use plimsoll_core::access::Denied;
use plimsoll_core::wire::SetLevel;

use super::*;

#[test]
fn who_published_a_version_never_reviews_it_whoever_submitted_it_last() {
    let world = World::new();
    let publish = |who: &str, new: NewVersion| {
        let origin = publish::Origin::default();
        publish::publish(&world.app, &world.caller(who), &theme(), new, &origin, false).expect("published").version
    };
    let rita_is = wire::SetMember { role: MemberRole::Maintainer };
    publishers::set_member(&world.app, &world.caller("admin"), &of("acme"), &of("rita"), rita_is).expect("a member");
    let new = world.theme("1.0.0", "Dusk", Visibility::Marketplace);
    let (sha256, size) = (new.sha256, world.app.blobs.size(&new.sha256).expect("a store").expect("the artifact"));
    artifacts::record(&world.app, &world.caller("rita"), &StoredArtifact { sha256, size }).expect("recorded");
    let draft = publish("rita", NewVersion { submit: false, ..new.clone() });
    assert_eq!(draft.state, State::Draft);
    publishers::remove_member(&world.app, &world.caller("rita"), &of("acme"), &of("rita")).expect("left");

    // She uploaded it to publish it, which nothing takes back: not even when uploads are collected.
    world.clock.0.store(365 * 24 * 60 * 60, Ordering::SeqCst);
    collect::collect(&world.app).expect("collected");
    let held = publish("dana", new);
    assert_eq!(held.state, State::PendingReview);
    for decision in [Decision::Approve, Decision::Reject] {
        let refused = world.try_review("rita", &held, decision);
        assert!(matches!(refused, Err(Error::Denied(Denied::NotAllowed(_)))), "{refused:?}");
    }
    assert!(world.try_review("admin", &held, Decision::Approve).is_ok(), "who never had to do with it");
}

#[test]
fn what_waits_is_shown_as_the_gate_sees_it_now_and_that_is_what_a_review_names() {
    let world = World::new();
    let held = world.publish(&world.driver("1.0.0", Visibility::Private));
    assert_eq!(held.state, State::PendingReview);
    let shown = || packages::version(&world.app, &world.caller("rita"), &theme(), &of("1.0.0")).expect("shown");
    assert_eq!(shown(), held, "nothing changed yet");
    let set_level = |level| {
        let set = SetLevel { level, reason: "looked at".to_owned() };
        publishers::set_level(&world.app, &world.caller("admin"), &of("acme"), set).expect("set");
    };
    set_level(Level::Trusted);
    let now = shown();
    assert_ne!(now.report_sha256, held.report_sha256);
    let document = packages::report(&world.app, &world.caller("rita"), &theme(), &of("1.0.0")).expect("a report");
    assert_eq!(Some(document.sha256), now.report_sha256);
    assert_eq!(conflict(world.try_review("rita", &held, Decision::Approve)), ProblemCode::ReviewStale);
    set_level(Level::Verified);
    assert_eq!(shown(), held, "looking wrote nothing");
    assert_eq!(conflict(world.try_review("rita", &now, Decision::Reject)), ProblemCode::ReviewStale);
    set_level(Level::Trusted);
    assert_eq!(world.approve(&now).report_sha256, now.report_sha256);
}

#[test]
fn a_rejection_keeps_the_report_that_it_named() {
    let world = World::new();
    world.publish(&world.theme("1.0.0", "Dusk", Visibility::Private));
    world.publish(&world.theme("1.0.0", "Dusk", Visibility::Marketplace));
    let set = SetLevel { level: Level::Partner, reason: "looked at".to_owned() };
    publishers::set_level(&world.app, &world.caller("admin"), &of("acme"), set).expect("set");
    let shown = packages::version(&world.app, &world.caller("rita"), &theme(), &of("1.0.0")).expect("shown");
    let rejected = world.review(&shown, Decision::Reject);
    assert_eq!((rejected.state, rejected.report_sha256), (State::Rejected, shown.report_sha256));
    let shown = packages::version(&world.app, &world.caller("dana"), &theme(), &of("1.0.0")).expect("shown");
    assert_eq!(shown.report_sha256, rejected.report_sha256);
}
