//! Yanked, deprecated, blocked, or above what its publisher may have by now.

use plimsoll_client::Update;
use plimsoll_core::gate::Verdict;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{SetAvailability, Version};
use plimsoll_core::{Level, State};
use plimsoll_tests::{Actor, Backend, Host, Plugin, Publisher, Registry};
use serde_json::json;

plimsoll_tests::behaviours!(
    a_yanked_version_is_not_resolved_and_goes_on_where_it_is,
    a_deprecated_version_is_taken_last_with_a_warning,
    a_blocked_version_is_refused_everywhere,
    who_may_change_the_availability,
    when_a_level_falls_what_is_above_it_is_held_for_review,
    what_is_held_is_live_again_when_a_reviewer_approves_it,
    what_is_held_can_be_blocked_and_rejected,
);

const LINTER: &str = "com.acme.linter";

fn world(on: Backend) -> (Registry, Publisher) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::new(LINTER, "1.0.0"));
    acme.release(Plugin::new(LINTER, "1.1.0"));
    (registry, acme)
}

fn set(actor: &Actor, version: &str, to: AvailabilityWord) -> Result<(), ProblemCode> {
    let (package, version) = (LINTER.parse().expect("an id"), version.parse().expect("a version"));
    let set = SetAvailability { to, reason: "it loses data".to_owned(), replacement: None };
    let changed = actor.client().set_availability(&package, &version, &set);
    changed.map(drop).map_err(|error| error.code().expect("a problem"))
}

fn a_yanked_version_is_not_resolved_and_goes_on_where_it_is(on: Backend) {
    let (registry, acme) = world(on);
    let (old, new) = (registry.host(&registry.operator()), registry.host(&registry.operator()));
    assert_eq!(old.install(&[LINTER]), ["com.acme.linter@1.1.0"]);
    set(acme.owner(), "1.1.0", AvailabilityWord::Yanked).expect("yanked");
    assert_eq!(new.install(&[LINTER]), ["com.acme.linter@1.0.0"]);
    assert!(old.update().installed.is_empty());
    assert_eq!(old.installed(), ["com.acme.linter@1.1.0"], "what is locked stays");
    assert!(old.problems().is_empty() && old.load(LINTER).is_ok());
    let exact = registry.host(&registry.operator());
    assert_eq!(exact.install(&["com.acme.linter@1.1.0"]), ["com.acme.linter@1.1.0"], "an exact pin still works");
    set(acme.owner(), "1.1.0", AvailabilityWord::Live).expect("live again");
    let events = registry.admin().get(&format!("/v1/audit?package={LINTER}")).json();
    let lifted = events["items"].as_array().expect("events").iter().find(|event| event["action"] == "version.live");
    assert_eq!(lifted.expect("an event")["detail"]["reason"], "it loses data");
    assert_eq!(registry.host(&registry.operator()).install(&[LINTER]), ["com.acme.linter@1.1.0"]);
}

fn a_deprecated_version_is_taken_last_with_a_warning(on: Backend) {
    let (registry, acme) = world(on);
    set(acme.owner(), "1.1.0", AvailabilityWord::Deprecated).expect("deprecated");
    let host = registry.host(&registry.operator());
    assert_eq!(host.install(&[LINTER]), ["com.acme.linter@1.0.0"], "last");
    let plan = registry.host(&registry.operator()).plan(&["com.acme.linter@1.1.0"]).expect("a plan");
    assert!(plan.warnings.iter().any(|warning| warning.contains("it loses data")), "{:?}", plan.warnings);
    let item = &registry.visitor().get("/v1/catalogs/contributions").json()["items"][0];
    assert_eq!(item["latestVersion"], "1.0.0");
}

fn a_blocked_version_is_refused_everywhere(on: Backend) {
    let (registry, _acme) = world(on);
    let host = registry.host(&registry.operator());
    host.install(&[LINTER]);
    set(registry.reviewer(), "1.1.0", AvailabilityWord::Blocked).expect("blocked");
    assert!(host.load(LINTER).is_ok(), "it has not heard of it yet");
    let error = registry.host(&registry.operator()).refused(&["com.acme.linter@1.1.0"]);
    assert!(error.contains("blocked") && error.contains("it loses data"), "{error}");

    // Once the index was seen, it is refused at load and by verify, also with the registry down.
    let _ = host.plan(&[LINTER]);
    let mut registry = registry;
    registry.stop();
    let error = host.load(LINTER).expect_err("blocked").to_string();
    assert!(error.contains("blocked") && error.contains("it loses data"), "{error}");
    assert!(host.problems()[0].message.contains("blocked"), "{:?}", host.problems());
}

fn who_may_change_the_availability(on: Backend) {
    let (registry, acme) = world(on);
    let ci = registry.account("ci", &[]);
    let member = format!("/v1/publishers/acme/members/{}", ci.name());
    assert_eq!(acme.owner().call("PUT", &member).json(&json!({ "role": "ci" })).send().status, 200);
    for (actor, to, code) in [
        (&registry.anonymous(), AvailabilityWord::Yanked, ProblemCode::CredentialsMissing),
        (&registry.visitor(), AvailabilityWord::Yanked, ProblemCode::NotAllowed),
        (&ci, AvailabilityWord::Yanked, ProblemCode::NotAllowed),
        (registry.reviewer(), AvailabilityWord::Yanked, ProblemCode::NotAllowed),
        (acme.owner(), AvailabilityWord::Blocked, ProblemCode::NotAllowed),
    ] {
        assert_eq!(set(actor, "1.0.0", to), Err(code), "{} {to}", actor.name());
    }
    set(registry.reviewer(), "1.0.0", AvailabilityWord::Blocked).expect("blocked");
    assert_eq!(set(acme.owner(), "1.0.0", AvailabilityWord::Live), Err(ProblemCode::StateConflict), "no way around");
    set(registry.admin(), "1.1.0", AvailabilityWord::Blocked).expect("blocked");
}

const DRIVER: &str = "com.acme.driver";

/// An installed driver, whose publisher falls to a level that may have none.
fn held(on: Backend) -> (Registry, Publisher, Host) {
    let registry = Registry::start(on);
    let acme = registry.publisher_of("acme", Level::Trusted);
    acme.release(driver("1.0.0"));
    acme.release(Plugin::new(LINTER, "1.0.0"));
    let host = registry.host(&registry.operator());
    host.install(&[DRIVER]);
    registry.set_level(&acme, Level::Pending);
    (registry, acme, host)
}

fn driver(version: &str) -> Plugin {
    Plugin::new(DRIVER, version).with("runtime", json!("node"))
}

fn of_driver(actor: &Actor) -> Version {
    let (package, version) = (DRIVER.parse().expect("an id"), "1.0.0".parse().expect("a version"));
    actor.client().version(&package, &version).expect("the driver")
}

fn when_a_level_falls_what_is_above_it_is_held_for_review(on: Backend) {
    let (registry, acme, host) = held(on);
    let version = of_driver(acme.owner());
    assert_eq!((version.state, version.availability.status), (State::PendingReview, AvailabilityWord::Yanked));
    let operator = registry.operator();
    let new = registry.host(&operator);
    let error = new.refused(&[DRIVER]);
    assert!(error.contains("yanked") && error.contains("fell to pending"), "{error}");
    assert_eq!(new.install(&[LINTER]), ["com.acme.linter@1.0.0"], "what is not above it stays");
    let listed = operator.get("/v1/catalogs/contributions").json();
    assert!(!listed.to_string().contains(DRIVER), "{listed}");

    // Who has it goes on, and is told.
    let plan = host.client().plan_update(&host.environment(), &Update::default()).expect("a plan");
    assert!(plan.warnings.iter().any(|warning| warning.contains("held for review")), "{:?}", plan.warnings);
    assert!(host.load(DRIVER).is_ok() && host.problems().is_empty());
    assert!(host.warnings()[0].contains("held for review"), "{:?}", host.warnings());
}

fn what_is_held_is_live_again_when_a_reviewer_approves_it(on: Backend) {
    let (registry, acme, host) = held(on);
    let reviewer = registry.reviewer();
    let seen = of_driver(reviewer);
    assert_eq!(seen.report.as_ref().map(|report| report.verdict), Some(Verdict::Refused), "as it would be decided now");
    registry.set_level(&acme, Level::Verified);
    registry.host(&registry.operator()).refused(&[DRIVER]);
    // The level that the report speaks of is another one by now: there is another report to look at.
    let path = format!("/v1/packages/{DRIVER}/versions/1.0.0/review");
    let review = json!({
        "decision": "approve", "reason": "known", "sha256": seen.sha256, "reportSha256": seen.report_sha256,
    });
    assert_eq!(reviewer.call("POST", &path).json(&review).send().code(), ProblemCode::ReviewStale);
    let approved = reviewer.approve(&of_driver(reviewer));
    assert_eq!((approved.state, approved.availability.status), (State::Approved, AvailabilityWord::Live));
    assert_eq!(registry.host(&registry.operator()).install(&[DRIVER]), ["com.acme.driver@1.0.0"]);
    assert!(host.update().installed.is_empty() && host.warnings().is_empty() && host.load(DRIVER).is_ok());

    // What its publisher had said of it is not undone.
    let yanked = json!({ "to": "yanked", "reason": "it loses data" });
    let availability = format!("/v1/packages/{DRIVER}/versions/1.0.0/availability");
    assert_eq!(acme.owner().call("POST", &availability).json(&yanked).send().status, 200);
    registry.set_level(&acme, Level::Pending);
    registry.set_level(&acme, Level::Verified);
    let approved = reviewer.approve(&of_driver(reviewer));
    assert_eq!((approved.state, approved.availability.reason.as_str()), (State::Approved, "it loses data"));
}

fn what_is_held_can_be_blocked_and_rejected(on: Backend) {
    let (registry, acme, host) = held(on);
    let blocked = json!({ "to": "blocked", "reason": "it loses data" });
    let availability = format!("/v1/packages/{DRIVER}/versions/1.0.0/availability");
    let answer = registry.reviewer().call("POST", &availability).json(&blocked).send();
    assert_eq!((answer.status, answer.json()["availability"]["status"].clone()), (200, json!("blocked")));
    let _ = host.plan(&[DRIVER]);
    assert!(host.load(DRIVER).expect_err("blocked").to_string().contains("it loses data"));
    let rejected = registry.reviewer().reject(&of_driver(acme.owner()));
    assert_eq!((rejected.state, rejected.availability.status), (State::Rejected, AvailabilityWord::Blocked));
    let live = json!({ "to": "live", "reason": "" });
    assert_eq!(registry.reviewer().call("POST", &availability).json(&live).send().code(), ProblemCode::StateConflict);
    assert!(registry.reviewer().get("/v1/reviews").json()["items"].as_array().expect("items").is_empty());
}
