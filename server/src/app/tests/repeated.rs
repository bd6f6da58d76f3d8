//! Publishing a version that is there: what is taken of the request, and what stays.

use plimsoll_core::State;
use plimsoll_core::wire::EvidenceKind;

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
    let key = SigningKey::generate(Algorithm::Ed25519).expect("a key");
    world.add_key("acme-next", &key).expect("added");
    world.clock.0.store(60, Ordering::SeqCst);
    let in_force = || {
        let (dana, number) = (world.caller("dana"), of("1.0.0"));
        let evidence = packages::evidence(&world.app, &dana, &theme(), &number).expect("evidence").evidence;
        (packages::approval(&world.app, &dana, &theme(), &number).expect("an approval").text, evidence)
    };
    let before = in_force();
    let mut bytes = Vec::new();
    world.app.blobs.reader(&new.sha256).expect("stored").read_to_end(&mut bytes).expect("read");
    let signature = LegacySignature::sign(&key, of("acme-next"), &bytes[..]).expect("signed").to_string();
    let waiting = world.publish(&NewVersion {
        signature: Some(signature.clone()),
        visibility: Some(Visibility::Marketplace),
        ..new
    });
    assert_eq!(waiting.state, State::PendingReview);
    assert_eq!(in_force(), before);
    let queue = review::queue(&world.app, &world.caller("rita"), Default::default(), None).expect("the queue").items;
    let listed = wire::Version { listing: None, ..waiting.clone() };
    assert_eq!(queue, [listed], "the reviewer sees what is to be");
    world.approve(&waiting);
    let (approval, evidence) = in_force();
    assert_ne!(approval, before.0);
    assert_eq!((evidence.key_id, evidence.text), (Some(of("acme-next")), Some(signature)));
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
