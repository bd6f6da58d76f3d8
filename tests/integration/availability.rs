//! Yanked, deprecated, blocked, or above what its publisher may have by now.

use plimsoll_core::problem::ProblemCode;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::SetAvailability;
use plimsoll_core::{Level, State};
use plimsoll_tests::{Actor, Backend, Plugin, Publisher, Registry};
use serde_json::json;

plimsoll_tests::behaviours!(
    a_yanked_version_is_not_resolved_and_goes_on_where_it_is,
    a_deprecated_version_is_taken_last_with_a_warning,
    a_blocked_version_is_refused_everywhere,
    who_may_change_the_availability,
    when_a_level_falls_what_is_above_it_goes_back_to_review,
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

fn when_a_level_falls_what_is_above_it_goes_back_to_review(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher_of("acme", Level::Trusted);
    let driver = acme.release(Plugin::new("com.acme.driver", "1.0.0").with("runtime", json!("node")));
    acme.release(Plugin::new(LINTER, "1.0.0"));
    registry.set_level(&acme, Level::Pending);
    let version = acme.owner().client().version(&driver.package, &driver.version).expect("still the publisher's");
    assert_eq!(version.state, State::PendingReview);
    let operator = registry.operator();
    let host = registry.host(&operator);
    host.refused(&["com.acme.driver"]);
    assert_eq!(host.install(&[LINTER]), ["com.acme.linter@1.0.0"], "what is not above it stays");
    let listed = operator.get("/v1/catalogs/contributions").json();
    assert!(!listed.to_string().contains("com.acme.driver"), "{listed}");
    assert_eq!(operator.get("/v1/packages/com.acme.driver").code(), ProblemCode::NotFound);
}
