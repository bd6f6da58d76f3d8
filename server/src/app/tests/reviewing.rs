//! Who does not review.

use plimsoll_core::State;
use plimsoll_core::access::Denied;

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
