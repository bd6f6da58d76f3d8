//! Publishing a version that is there: what is taken of the request, and what stays.

use plimsoll_core::State;
use plimsoll_core::wire::{EvidenceKind, RevocationReason, RevokeKey, SetLevel};

use super::*;

fn send(world: &World, new: &NewVersion) -> Result<wire::Version> {
    let origin = publish::Origin::default();
    publish::publish(&world.app, &world.caller("dana"), &theme(), new.clone(), &origin, false)
        .map(|published| published.version)
}

fn described(new: &NewVersion, notes: &str, readme: &str) -> NewVersion {
    let listing = Listing { readme: Some(readme.to_owned()), ..Listing::default() };
    NewVersion { notes: Some(notes.to_owned()), listing: Some(listing), ..new.clone() }
}

fn package(world: &World, who: &str) -> wire::Package {
    packages::get(&world.app, &world.caller(who), &theme()).expect("the package")
}

#[test]
fn notes_and_listing_are_taken_until_a_reviewer_looks() {
    let world = World::new();
    let private = world.theme("1.0.0", "Dusk", Visibility::Private);
    world.publish(&private);
    let said = send(&world, &described(&private, "First.", "Dawn")).expect("said");
    assert_eq!(said.notes.as_deref(), Some("First."));
    assert_eq!(package(&world, "dana").listing.readme.as_deref(), Some("Dawn"));

    let draft = NewVersion { submit: false, ..world.theme("2.0.0", "Dusk", Visibility::Marketplace) };
    assert_eq!(world.publish(&draft).state, State::Draft);
    let said = send(&world, &described(&draft, "Second.", "Noon")).expect("said");
    assert_eq!((said.state, said.notes.as_deref()), (State::Draft, Some("Second.")));

    let submitted = NewVersion { submit: true, listing: None, ..draft };
    let waiting = send(&world, &submitted).expect("submitted");
    assert_eq!((waiting.state, waiting.notes.as_deref()), (State::PendingReview, Some("Second.")));
    assert_eq!(conflict(send(&world, &described(&submitted, "Third.", "Noon"))), ProblemCode::StateConflict);
    world.approve(&waiting);
    assert_eq!(conflict(send(&world, &described(&submitted, "Third.", "Noon"))), ProblemCode::StateConflict);
}

#[test]
fn a_catalog_shows_what_was_reviewed_and_the_package_what_is_said_of_it_since() {
    let world = World::new();
    let new = world.theme("1.0.0", "Dusk", Visibility::Marketplace);
    world.approve(&world.publish(&new));
    let listing = Listing { readme: Some("Not looked at".to_owned()), ..Listing::default() };
    send(&world, &NewVersion { listing: Some(listing), ..new }).expect("said");
    assert_eq!(package(&world, "dana").listing.readme.as_deref(), Some("Not looked at"));
    assert_eq!(package(&world, "gil").listing.readme.as_deref(), Some("Dusk"));
}

#[test]
fn a_visibility_that_is_named_is_the_default_of_later_versions() {
    let world = World::new();
    let first = world.theme("1.0.0", "Dusk", Visibility::Private);
    world.publish(&first);
    assert_eq!(package(&world, "dana").default_visibility, Visibility::Private);
    world.publish(&world.theme("1.1.0", "Dusk", Visibility::Org));
    assert_eq!(package(&world, "dana").default_visibility, Visibility::Org);
    let next = NewVersion { visibility: None, ..world.theme("1.2.0", "Dusk", Visibility::Org) };
    assert_eq!(world.publish(&next).visibility, Visibility::Org);
    // Naming it again for a version that is there counts as well, and narrows nothing.
    assert_eq!(
        conflict(send(&world, &NewVersion { visibility: Some(Visibility::Private), ..next })),
        ProblemCode::StateConflict
    );
    send(&world, &first).expect("the same again");
    assert_eq!(package(&world, "dana").default_visibility, Visibility::Private);
}

#[test]
fn a_visibility_is_raised_by_submitting() {
    let world = World::new();
    let new = world.theme("1.0.0", "Dusk", Visibility::Private);
    world.publish(&new);
    let raised = NewVersion { visibility: Some(Visibility::Marketplace), submit: false, ..new };
    assert_eq!(conflict(send(&world, &raised)), ProblemCode::StateConflict);
    let raised = NewVersion { submit: true, signature: None, ..raised };
    assert_eq!(send(&world, &raised).expect("by the evidence that is there").state, State::PendingReview);
}

#[test]
fn a_draft_is_submitted_with_the_evidence_that_it_has() {
    let world = World::new();
    let new = NewVersion { submit: false, ..world.theme("1.0.0", "Dusk", Visibility::Marketplace) };
    world.publish(&new);
    let waiting = send(&world, &NewVersion { submit: true, signature: None, ..new }).expect("submitted");
    assert_eq!(waiting.state, State::PendingReview);
    world.approve(&waiting);
    let evidence =
        packages::evidence(&world.app, &world.caller("gil"), &theme(), &of("1.0.0")).expect("evidence").evidence;
    assert_eq!(evidence.kind, EvidenceKind::Ed25519);
}

#[test]
fn what_is_in_force_keeps_its_evidence_until_a_wider_submission_is_decided() {
    let world = World::new();
    let new = world.theme("1.0.0", "Dusk", Visibility::Private);
    world.publish(&new);
    world.clock.0.store(60, Ordering::SeqCst);
    let in_force = || {
        let (dana, number) = (world.caller("dana"), of("1.0.0"));
        let evidence = packages::evidence(&world.app, &dana, &theme(), &number).expect("evidence").evidence;
        (packages::approval(&world.app, &dana, &theme(), &number).expect("an approval").text, evidence)
    };
    let before = in_force();
    let anew = NewVersion { visibility: Some(Visibility::Marketplace), ..signed_anew(&world, &new) };
    let waiting = world.publish(&anew);
    assert_eq!(waiting.state, State::PendingReview);
    assert_eq!(in_force(), before);
    let queue = review::queue(&world.app, &world.caller("rita"), Default::default(), None).expect("the queue").items;
    let listed = wire::Version { listing: None, ..waiting.clone() };
    assert_eq!(queue, [listed], "the reviewer sees what is to be");
    world.approve(&waiting);
    let (approval, evidence) = in_force();
    assert_ne!(approval, before.0);
    assert_eq!((evidence.key_id, evidence.text), (Some(of("acme-next")), anew.signature));
}

/// What `dana` sends to publish the same bytes, signed with another key, which she adds.
fn signed_anew(world: &World, new: &NewVersion) -> NewVersion {
    let key = SigningKey::generate(Algorithm::Ed25519).expect("a key");
    world.add_key("acme-next", &key).expect("added");
    let mut bytes = Vec::new();
    world.app.blobs.reader(&new.sha256).expect("stored").read_to_end(&mut bytes).expect("read");
    let signature = LegacySignature::sign(&key, of("acme-next"), &bytes[..]).expect("signed").to_string();
    NewVersion { signature: Some(signature), ..new.clone() }
}

fn key_of(world: &World) -> Option<plimsoll_core::KeyId> {
    let evidence = packages::evidence(&world.app, &world.caller("dana"), &theme(), &of("1.0.0")).expect("evidence");
    evidence.submitted.unwrap_or(evidence.evidence).key_id
}

#[test]
fn what_waits_is_signed_anew_once_its_key_is_revoked() {
    let world = World::new();
    let new = world.theme("1.0.0", "Dusk", Visibility::Marketplace);
    let held = world.publish(&new);
    world.clock.0.store(60, Ordering::SeqCst);
    let anew = signed_anew(&world, &new);
    let revoke = RevokeKey { reason: RevocationReason::Compromised, from: Some(held.published_at) };
    keys::revoke(&world.app, &world.caller("dana"), &of("acme"), &of("acme-main"), revoke).expect("revoked");
    let shown = packages::version(&world.app, &world.caller("rita"), &theme(), &of("1.0.0")).expect("shown");
    assert!(matches!(world.try_review("rita", &shown, Decision::Approve), Err(Error::Refused(_))));

    let signature = anew.signature.as_ref().map(|it| it.replace("acme-next", "acme-unknown"));
    let wrong = NewVersion { signature, ..anew.clone() };
    assert!(matches!(send(&world, &wrong), Err(Error::Refused(_))), "what does not verify takes nothing's place");
    assert_eq!(key_of(&world), Some(of("acme-main")));

    let anew = NewVersion { submit: false, ..anew };
    let waiting = send(&world, &anew).expect("a new submission");
    assert_eq!((waiting.state, key_of(&world)), (State::PendingReview, Some(of("acme-next"))));
    assert_ne!(waiting.report_sha256, held.report_sha256);
    assert!(matches!(world.try_review("rita", &held, Decision::Approve), Err(Error::Conflict { .. })));
    assert_eq!(send(&world, &anew).expect("the same again"), waiting);
    assert_eq!(world.approve(&waiting).state, State::Approved);
}

#[test]
fn the_notes_of_what_waits_stay_with_other_evidence_too() {
    let world = World::new();
    let new = world.theme("1.0.0", "Dusk", Visibility::Marketplace);
    world.publish(&new);
    let anew = NewVersion { notes: Some("Others.".to_owned()), ..signed_anew(&world, &new) };
    assert_eq!(conflict(send(&world, &anew)), ProblemCode::StateConflict);
}

#[test]
fn a_draft_takes_other_evidence_and_stays_one() {
    let world = World::new();
    let new = NewVersion { submit: false, ..world.theme("1.0.0", "Dusk", Visibility::Marketplace) };
    world.publish(&new);
    assert_eq!(send(&world, &signed_anew(&world, &new)).expect("taken").state, State::Draft);
    assert_eq!(key_of(&world), Some(of("acme-next")));
}

#[test]
fn the_evidence_of_an_approved_version_stays_but_to_raise_it_or_end_a_hold() {
    let world = World::new();
    let set_level = |level| {
        let set = SetLevel { level, reason: "looked at".to_owned() };
        publishers::set_level(&world.app, &world.caller("admin"), &of("acme"), set).expect("set");
    };
    set_level(Level::Trusted);
    let new = world.driver("1.0.0", Visibility::Private);
    assert_eq!(world.publish(&new).state, State::Approved);
    let anew = signed_anew(&world, &new);
    assert_eq!(conflict(send(&world, &anew)), ProblemCode::StateConflict);
    assert_eq!(send(&world, &new).expect("the same again").state, State::Approved);

    set_level(Level::Verified);
    let waiting = send(&world, &anew).expect("a new submission");
    assert_eq!((waiting.state, key_of(&world)), (State::PendingReview, Some(of("acme-next"))));
    set_level(Level::Trusted);
    let waiting = send(&world, &anew).expect("the same again");
    assert_eq!(waiting.state, State::PendingReview, "the gate alone never ends a hold");
    let shown = packages::version(&world.app, &world.caller("rita"), &theme(), &of("1.0.0")).expect("shown");
    assert_eq!(world.approve(&shown).state, State::Approved);
    assert_eq!(key_of(&world), Some(of("acme-next")));
}

#[test]
fn an_upload_whose_lease_is_over_is_to_be_uploaded_again() {
    let world = World::new();
    let new = world.theme("1.0.0", "Dusk", Visibility::Private);
    world.clock.0.store(7 * 24 * 60 * 60, Ordering::SeqCst);
    assert_eq!(collect::collect(&world.app).expect("collected"), 1);
    match send(&world, &new) {
        Err(Error::Invalid { code, message, .. }) => {
            assert_eq!(code, ProblemCode::ArtifactUnknown);
            assert!(message.contains("upload the artifact first"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}
