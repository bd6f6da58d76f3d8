//! Publishing, and taking back.

use std::io::Write as _;
use std::time::{Duration, SystemTime};

use plimsoll_core::State;

use super::*;

#[test]
fn validate_only_answers_what_publishing_then_does() {
    let world = World::new();
    let answers = |new: &NewVersion| {
        let send = |validate_only| {
            let answer = publish::publish(
                &world.app,
                &world.caller("dana"),
                &theme(),
                new.clone(),
                &publish::Origin::default(),
                validate_only,
            );
            let publish::Published { version, created, .. } = answer.expect("accepted");
            (version, created)
        };
        let foretold = send(true);
        assert_eq!(send(true), foretold, "asking changes nothing");
        assert_eq!(send(false), foretold);
    };
    let private = NewVersion { notes: Some("First.".to_owned()), ..world.theme("1.0.0", "Dusk", Visibility::Private) };
    answers(&private);
    world.set("dana", "1.0.0", AvailabilityWord::Yanked).expect("yanked");
    // Raised for all, without saying the notes again.
    answers(&world.theme("1.0.0", "Dusk", Visibility::Marketplace));
    let shown = packages::version(&world.app, &world.caller("dana"), &theme(), &of("1.0.0")).expect("the version");
    assert_eq!((shown.state, shown.availability.status), (State::PendingReview, AvailabilityWord::Yanked));
    assert_eq!(shown.notes.as_deref(), Some("First."));
}

#[test]
fn an_approval_in_force_can_be_blocked_while_a_wider_one_waits() {
    let world = World::new();
    world.publish(&world.theme("1.0.0", "Dusk", Visibility::Private));
    let waiting = world.publish(&world.theme("1.0.0", "Dusk", Visibility::Marketplace));
    assert_eq!(waiting.state, State::PendingReview);
    assert_eq!(
        conflict(world.set("dana", "1.0.0", AvailabilityWord::Live).and_then(|_| {
            world.set("rita", "1.0.0", AvailabilityWord::Blocked)?;
            world.set("dana", "1.0.0", AvailabilityWord::Live)
        })),
        ProblemCode::StateConflict,
        "a block is not its publisher's to lift"
    );
    assert_eq!(world.index("dana")["1.0.0"], "blocked");
    let waiting = world.publish(&world.theme("2.0.0", "Dusk", Visibility::Marketplace));
    assert_eq!(waiting.state, State::PendingReview);
    assert_eq!(conflict(world.set("rita", "2.0.0", AvailabilityWord::Blocked)), ProblemCode::StateConflict);
}

#[test]
fn a_rejection_reaches_those_who_have_the_version_by_an_earlier_approval() {
    let world = World::new();
    world.publish(&world.theme("1.0.0", "Dusk", Visibility::Private));
    let waiting = world.publish(&world.theme("1.0.0", "Dusk", Visibility::Marketplace));
    assert_eq!(world.review(&waiting, Decision::Reject).state, State::Rejected);
    assert_eq!(world.index("dana")["1.0.0"], "blocked");
    assert_eq!(conflict(world.set("rita", "1.0.0", AvailabilityWord::Live)), ProblemCode::StateConflict);
}

#[test]
fn who_decided_and_why_is_told_to_the_publisher_and_to_nobody_else() {
    let world = World::new();
    let decided =
        world.review(&world.publish(&world.theme("1.0.0", "Dusk", Visibility::Marketplace)), Decision::Reject);
    let shown = |who: &str| packages::version(&world.app, &world.caller(who), &theme(), &of("1.0.0"));
    let review = shown("dana").expect("its publisher").review.expect("a review");
    assert_eq!((review.decision, review.reason.as_str(), review.by), (Decision::Reject, "looked at", of("rita")));
    assert_eq!((Some(review.at), decided.state), (decided.decided_at, State::Rejected));
    assert!(shown("rita").expect("a reviewer").review.is_some());
    shown("gil").expect_err("rejected");

    world.list("2.0.0");
    let version =
        |who: &str| packages::version(&world.app, &world.caller(who), &theme(), &of("2.0.0")).expect("listed");
    assert!(version("dana").review.is_some());
    assert_eq!(version("gil").review, None, "who may install it need not know");
}

#[test]
fn the_counter_signature_is_there_with_what_it_covers() {
    let world = World::new();
    let listed = world.list("1.0.0");
    let evidence = packages::evidence(&world.app, &world.caller("gil"), &theme(), &of("1.0.0")).expect("evidence");
    let counter = evidence.counter_signature.expect("a counter-signature");
    assert_eq!(Some(&counter.signature), evidence.evidence.text.as_ref());
    assert!(counter.blob_key.contains(&listed.sha256.to_string()), "{}", counter.blob_key);
    let platform: LegacySignature = counter.platform_signature.parse().expect("a signature string");
    let mut verifier = platform.verifier(world.app.signer.public_key()).expect("a key of the registry");
    verifier.update(format!("{THEME}\n1.0.0\n{}\n{}", counter.blob_key, counter.signature).as_bytes());
    verifier.finish().expect("verified");

    world.publish(&world.theme("2.0.0", "Dusk", Visibility::Marketplace));
    let waiting = packages::evidence(&world.app, &world.caller("dana"), &theme(), &of("2.0.0")).expect("evidence");
    assert_eq!(waiting.counter_signature, None, "nothing is signed before it is approved");
}

#[test]
fn a_catalog_shows_no_more_of_a_manifest_than_of_a_listing() {
    let world = World::new();
    let new = world.theme("1.0.0", &"é".repeat(10_000), Visibility::Marketplace);
    world.approve(&world.publish(&new));
    let shown = packages::get(&world.app, &world.caller("gil"), &theme()).expect("the package").listing;
    assert_eq!(shown.display_name, Some("é".repeat(128)));
}

#[test]
fn everything_that_nobody_refers_to_is_collected() {
    let world = World::new();
    let kept = world.list("1.0.0").sha256;
    let dana = world.caller("dana");
    world
        .app
        .store
        .write("test", |conn| {
            for number in 0..250 {
                let stored = StoredArtifact { sha256: Digest::of(format!("{number}")), size: 1 };
                let now = world.clock.now();
                plimsoll_store::artifact::record(conn, &stored, &of("dana"), now, now)?;
            }
            Ok::<_, Error>(())
        })
        .expect("uploads");
    assert_eq!(collect::collect(&world.app).expect("collected"), 0, "leases are not over");
    world.clock.0.store(60, Ordering::SeqCst);
    assert_eq!(collect::collect(&world.app).expect("collected"), 250);
    world.clock.0.store(7 * 24 * 60 * 60, Ordering::SeqCst);
    assert_eq!(collect::collect(&world.app).expect("collected"), 0);
    assert!(artifacts::find(&world.app, &dana, kept).is_ok());
}

#[test]
fn bytes_without_a_record_are_collected_if_nobody_brings_them_again() {
    const HOUR: i64 = 60 * 60;
    let world = World::new();
    let blobs = world.app.config.data_dir.join("blobs/sha256");
    let stored = |bytes: &str| {
        let digest = Digest::of(bytes);
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes.as_bytes()).expect("written");
        world.app.blobs.put_file(&digest, &mut file).expect("stored");
        (digest, blobs.join(&digest.to_string()[..2]).join(digest.to_string()))
    };
    let ((old, old_path), (again, again_path), (_, young_path)) = (stored("old"), stored("again"), stored("young"));
    for path in [&old_path, &again_path] {
        let file = std::fs::File::options().write(true).open(path).expect("the bytes");
        file.set_modified(SystemTime::now() - Duration::from_secs(25 * 60 * 60)).expect("dated");
    }
    let mut adopted = 0;
    for _ in 0..256 {
        adopted += collect::adopt(&world.app).expect("looked");
        world.clock.0.fetch_add(HOUR, Ordering::SeqCst);
    }
    assert_eq!(adopted, 2, "{old} and {again}, and each once");
    artifacts::store(&world.app, &world.caller("dana"), b"again").expect("brought again");
    world.clock.0.fetch_add(23 * HOUR, Ordering::SeqCst);
    collect::collect(&world.app).expect("collected");
    assert!(again_path.exists() && young_path.exists());
    world.clock.0.fetch_add(2 * HOUR, Ordering::SeqCst);
    collect::collect(&world.app).expect("collected");
    assert_eq!([&old_path, &again_path, &young_path].map(|path| path.exists()), [false, false, true]);
}
