//! Publishing again, publishing for more people, and asking what would happen.

use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{Algorithm, Listing};
use plimsoll_core::{State, Visibility};
use plimsoll_tests::{Backend, Plugin, Registry, Signed, listing};
use plimsoll_trust::SigningKey;
use serde_json::json;

plimsoll_tests::behaviours!(
    publishing_again_changes_nothing,
    asking_what_would_happen_changes_nothing,
    a_marketplace_version_is_a_draft_until_it_is_submitted,
    raising_the_visibility_is_a_new_submission,
    a_raise_leaves_what_is_in_force_to_be_installed,
    the_marketplace_needs_a_signature_and_a_listing,
    a_reviewer_sees_the_evidence_that_it_approves,
    a_reviewer_sees_the_listing_that_it_approves,
);

fn publishing_again_changes_nothing(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let linter = || Plugin::new("com.acme.linter", "1.0.0");
    let first = acme.publish(linter());
    let events = || registry.admin().get("/v1/audit?package=com.acme.linter").json();
    let before = events();
    let body = serde_json::to_value(acme.new_version(&linter())).expect("JSON");
    let again = acme.owner().call("POST", "/v1/packages/com.acme.linter/versions").json(&body).send();
    assert_eq!(again.status, 200);
    assert_eq!(again.json()["publishedAt"], json!(first.published_at));
    assert_eq!(events(), before);
}

fn asking_what_would_happen_changes_nothing(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let package = "com.acme.linter".parse().expect("an id");
    let client = acme.owner().client();
    for (plugin, state) in [
        (Plugin::new("com.acme.linter", "1.0.0"), Some(State::Approved)),
        (Plugin::new("com.acme.linter", "1.0.0").for_marketplace(), Some(State::PendingReview)),
        (Plugin::new("com.acme.linter", "1.0.0").signed(Signed::Not), None),
    ] {
        acme.upload(&plugin.artifact()).expect("uploaded");
        let before = registry.admin().get("/v1/audit").text();
        let version = acme.new_version(&plugin);
        let would = client.publish(&package, &version, true);
        assert_eq!(would.as_ref().ok().map(|version| version.state), state);
        assert_eq!(acme.owner().get("/v1/packages/com.acme.linter").code(), ProblemCode::NotFound);
        assert_eq!(registry.admin().get("/v1/audit").text(), before);
        if let Ok(would) = would {
            assert_eq!(would.report.expect("a report").checks.len(), plimsoll_core::gate::CheckCode::ALL.len());
        }
    }
}

fn a_marketplace_version_is_a_draft_until_it_is_submitted(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let linter = || Plugin::new("com.acme.linter", "1.0.0").listed_as(listing()).visible_to(Visibility::Marketplace);
    assert_eq!(acme.publish(linter()).state, State::Draft);
    let queue = || registry.reviewer().get("/v1/reviews").json()["items"].as_array().expect("items").len();
    assert_eq!(queue(), 0);
    let submitted = acme.publish(linter().for_marketplace());
    assert_eq!((submitted.state, queue()), (State::PendingReview, 1));
    assert_eq!(registry.reviewer().approve(&submitted).state, State::Approved);
    assert_eq!(queue(), 0);
}

fn raising_the_visibility_is_a_new_submission(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let linter = || Plugin::new("com.acme.linter", "1.0.0");
    acme.publish(linter());
    let own = registry.host(acme.owner());
    assert_eq!(own.install(&["com.acme.linter"]), ["com.acme.linter@1.0.0"]);
    assert!(!own.load("com.acme.linter").expect("loaded").reviewed, "approved by the gate alone: not reviewed");
    let held = acme.publish(linter().for_marketplace());
    assert_eq!(held.state, State::PendingReview);
    // What was approved for its publisher stays so while the rest is decided.
    assert_eq!(registry.host(acme.owner()).install(&["com.acme.linter"]), ["com.acme.linter@1.0.0"]);
    registry.host(&registry.operator()).refused(&["com.acme.linter"]);
    registry.reviewer().approve(&held);
    let host = registry.host(&registry.operator());
    assert_eq!(host.install(&["com.acme.linter"]), ["com.acme.linter@1.0.0"]);
    assert!(host.load("com.acme.linter").expect("loaded").reviewed);
}

fn a_raise_leaves_what_is_in_force_to_be_installed(on: Backend) {
    let registry = Registry::start(on);
    let mut acme = registry.publisher("acme");
    let linter = || Plugin::new("com.acme.linter", "1.0.0");
    acme.publish(linter());
    let key = SigningKey::generate(Algorithm::Ed25519).expect("a key");
    acme.add_key(&key, "acme-2");
    acme.sign_with(key, "acme-2");
    let held = acme.publish(linter().for_marketplace());
    assert_eq!(held.state, State::PendingReview);
    let host = registry.host(acme.owner());
    assert_eq!(host.install(&["com.acme.linter"]), ["com.acme.linter@1.0.0"], "by the evidence that was approved");
    registry.reviewer().approve(&held);
    assert!(host.load("com.acme.linter").is_ok());
    let host = registry.host(&registry.operator());
    assert_eq!(host.install(&["com.acme.linter"]), ["com.acme.linter@1.0.0"], "by the new one");

    // Raised without saying who vouches for it again.
    acme.publish(Plugin::new("com.acme.linter", "1.1.0"));
    let raised = acme.publish(Plugin::new("com.acme.linter", "1.1.0").for_marketplace().signed(Signed::Not));
    assert_eq!(registry.reviewer().approve(&raised).state, State::Approved);
    assert_eq!(registry.host(&registry.operator()).install(&["com.acme.linter"]), ["com.acme.linter@1.1.0"]);
}

fn the_marketplace_needs_a_signature_and_a_listing(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let unsigned = acme.refused(Plugin::data("com.acme.words", "1.0.0").for_marketplace().signed(Signed::Not));
    assert!(plimsoll_tests::open_problem(&unsigned).contains("signature-missing"));
    let bare = Plugin::app("com.acme.crm", "1.0.0").for_marketplace().listed_as(Listing::default());
    assert!(
        plimsoll_tests::open_problem(&acme.refused(bare)).contains("listing-incomplete"),
        "an App is for people to browse"
    );
    let bare = Plugin::data("com.acme.words", "1.0.0").for_marketplace().listed_as(Listing::default());
    assert_eq!(acme.publish(bare).state, State::PendingReview, "a contribution is held for it");
}

fn a_reviewer_sees_the_evidence_that_it_approves(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let words = || Plugin::data("com.acme.words", "1.0.0");
    acme.publish(words().signed(Signed::Not).visible_to(Visibility::Org));
    let held = acme.publish(words().for_marketplace());
    let evidence = || "/v1/packages/com.acme.words/versions/1.0.0/evidence";
    let shown = registry.reviewer().get(evidence()).json();
    assert_eq!(shown["kind"], "none", "what is in force");
    assert_eq!(
        (&shown["submitted"]["kind"], &shown["submitted"]["keyId"]),
        (&json!("statement"), &json!(acme.key_id()))
    );
    assert!(shown["submitted"]["text"].is_string());
    assert_eq!(acme.owner().get(evidence()).json(), shown);
    assert_eq!(registry.operator().get(evidence()).code(), ProblemCode::NotFound, "nothing of it is listed yet");

    registry.reviewer().approve(&held);
    let shown = registry.reviewer().get(evidence()).json();
    assert_eq!((&shown["kind"], shown.get("submitted")), (&json!("statement"), None));
}

fn a_reviewer_sees_the_listing_that_it_approves(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let said = |readme: &str| {
        let listing = Listing { readme: Some(readme.to_owned()), ..listing() };
        Plugin::data("com.acme.words", "1.0.0").for_marketplace().listed_as(listing)
    };
    let before = acme.publish(said("nice"));
    let held = acme.publish(said("nicer"));
    assert_eq!(held.listing.as_ref().and_then(|listing| listing.readme.as_deref()), Some("nicer"));
    assert_ne!(held.report_sha256, before.report_sha256, "what was seen before cannot be approved any more");

    let shown = registry.cli(registry.reviewer()).done(&["review", "show", "com.acme.words@1.0.0"]);
    assert_eq!(shown["version"]["listing"]["readme"], "nicer");
    let seen: Listing = serde_json::from_value(shown["version"]["listing"].clone()).expect("a listing");
    assert!(shown["version"]["report"].to_string().contains(&seen.digest().to_string()), "the report is about it");
    let queue = registry.reviewer().get("/v1/reviews").json();
    assert_eq!(queue["items"][0].get("listing"), None, "too large for a list");

    let version = registry.reviewer().client().version(&held.package, &held.version).expect("the version");
    registry.reviewer().approve(&version);
    let stays = acme.publish(said("evil"));
    assert_eq!(stays.listing.expect("a listing").readme.as_deref(), Some("nicer"), "it is told that it stays");
    let (package, operator) = ("/v1/packages/com.acme.words", registry.operator());
    assert_eq!(acme.owner().get(package).json()["listing"]["readme"], "evil", "of later versions");
    assert_eq!(operator.get(package).json()["listing"]["readme"], "nicer", "what was seen is what is shown");
    let version = operator.get("/v1/packages/com.acme.words/versions/1.0.0").json();
    assert_eq!(version.get("listing"), None, "for those who may read the report");
}
