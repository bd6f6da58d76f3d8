//! Namespaces: taken by the first approval for the marketplace, held by its publisher for good.

use std::sync::Barrier;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use plimsoll_core::gate::{Check, CheckCode, Outcome};
use plimsoll_core::problem::{Problem, ProblemCode};
use plimsoll_core::wire::{Decision, NewReview, Version};
use plimsoll_core::{Level, State, Visibility};
use plimsoll_tests::{Actor, Answer, Backend, Plugin, Publisher, Registry, Signed, listing};
use serde_json::{Value, json};

plimsoll_tests::behaviours!(
    a_namespace_is_held_by_who_got_into_the_marketplace_first,
    only_an_approval_for_the_marketplace_takes_a_namespace,
    a_publisher_has_several_packages_in_its_namespace,
    a_package_keeps_its_namespace,
    words_of_the_platform_are_held_by_nobody,
    of_two_approvals_at_once_one_takes_the_namespace,
    objectstacks_clients_are_told_in_their_own_codes,
);

fn vat(id: &str, version: &str) -> Plugin {
    Plugin::data(id, version).with("namespace", json!("vat"))
}

/// What the gate says of the namespace of a refused version.
fn refusal(problem: &Problem) -> &Check {
    let report = problem.report.as_ref().expect("a report");
    let refused = report.checks.iter().find(|check| check.outcome == Outcome::Refuse);
    refused.expect("a refusal")
}

/// Whether the namespace `vat` is free for a publisher. It asks without taking it.
fn is_free(asker: &Publisher) -> bool {
    let plugin = vat("com.asker.vat", "1.0.0").for_marketplace();
    asker.upload(&plugin.artifact()).expect("uploaded");
    let package = plugin.id.parse().expect("an id");
    asker.owner().client().publish(&package, &asker.new_version(&plugin), true).is_ok()
}

fn a_namespace_is_held_by_who_got_into_the_marketplace_first(on: Backend) {
    let registry = Registry::start(on);
    let (acme, other) = (registry.publisher("acme"), registry.publisher("other"));
    let first = acme.release(vat("com.acme.vat", "1.0.0"));
    let theirs = || vat("com.other.vat", "1.0.0");
    for _ in 0..2 {
        let refused = other.refused(theirs().for_marketplace());
        let check = refusal(&refused);
        assert_eq!((check.code, check.pointers.join(" ").as_str()), (CheckCode::NamespaceHeld, "#/namespace"));
        let since = first.decided_at.expect("approved").to_string();
        for part in ["`vat`", "publisher acme", &since, "Choose another"] {
            assert!(check.message.contains(part), "{part}: {}", check.message);
        }
        assert!(!check.message.contains("com.acme"), "what else acme has is not told: {}", check.message);
    }
    assert_eq!(other.publish(theirs()).state, State::Approved, "what stays private cannot collide");
    let org = vat("com.other.vat", "1.1.0").visible_to(Visibility::Org);
    assert_eq!(other.publish(org).state, State::Approved, "nor what stays in an organisation");
    assert_eq!(acme.release(vat("com.acme.vat", "1.1.0")).state, State::Approved);
    // Nothing of what happens to the version afterwards frees its namespace.
    for version in ["1.0.0", "1.1.0"] {
        let path = format!("/v1/packages/com.acme.vat/versions/{version}/availability");
        let block = json!({ "to": "blocked", "reason": "malware" });
        assert_eq!(registry.admin().call("POST", &path).json(&block).send().status, 200);
    }
    assert!(!is_free(&other));
}

fn only_an_approval_for_the_marketplace_takes_a_namespace(on: Backend) {
    let registry = Registry::start(on);
    let (acme, asker) = (registry.publisher("acme"), registry.publisher("asker"));
    acme.publish(vat("com.acme.private", "1.0.0"));
    acme.publish(vat("com.acme.org", "1.0.0").visible_to(Visibility::Org));
    let draft = vat("com.acme.draft", "1.0.0").visible_to(Visibility::Marketplace).listed_as(listing());
    assert_eq!(acme.publish(draft).state, State::Draft);
    let held = acme.publish(vat("com.acme.held", "1.0.0").for_marketplace());
    assert_eq!(held.state, State::PendingReview);
    let rejected = acme.publish(vat("com.acme.rejected", "1.0.0").for_marketplace());
    assert_eq!(registry.reviewer().reject(&rejected).state, State::Rejected);
    acme.refused(vat("com.acme.refused", "1.0.0").permission("network", "*").for_marketplace());
    assert!(is_free(&asker), "nothing of that takes it, and asking does not either");
    assert!(is_free(&asker));
    registry.reviewer().approve(&held);
    assert!(!is_free(&asker));
}

fn a_publisher_has_several_packages_in_its_namespace(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(vat("com.acme.vat", "1.0.0"));
    let more = acme.publish(vat("com.acme.vat-more", "1.0.0").for_marketplace());
    let report = more.report.as_ref().expect("a report");
    let warnings: Vec<_> =
        report.warnings().map(|check| (check.code, check.message.contains("com.acme.vat."))).collect();
    assert_eq!(warnings, [(CheckCode::NamespaceHeld, true)]);
    assert_eq!(registry.reviewer().approve(&more).state, State::Approved);
}

fn a_package_keeps_its_namespace(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::data("com.acme.vat", "1.0.0"));
    acme.release(vat("com.acme.vat", "1.1.0"));
    let renamed = |version: &str| Plugin::data("com.acme.vat", version).with("namespace", json!("tax"));
    let refused = acme.refused(renamed("2.0.0").for_marketplace());
    assert_eq!(refusal(&refused).code, CheckCode::IdentityMismatch);
    assert!(refusal(&refused).message.contains("\"vat\""), "{}", refusal(&refused).message);
    let private = renamed("2.0.0").visible_to(Visibility::Private);
    assert_eq!(acme.publish(private).state, State::Approved, "outside of the marketplace it may");
    acme.release(Plugin::data("com.acme.vat", "3.0.0"));
    acme.release(vat("com.acme.vat", "3.1.0"));
}

fn words_of_the_platform_are_held_by_nobody(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher_of("acme", Level::Partner);
    let of_platform = |id: &str, word: &str| Plugin::data(id, "1.0.0").with("namespace", json!(word)).for_marketplace();
    for word in ["base", "system", "sys"] {
        let refused = acme.refused(of_platform("com.acme.vat", word));
        assert_eq!(refusal(&refused).code, CheckCode::IdReserved);
        assert!(refusal(&refused).message.contains("reserved for the platform"), "{}", refusal(&refused).message);
    }
    for name in ["one", "two"] {
        let platform = registry.publisher_of(name, Level::FirstParty);
        assert_eq!(platform.release(of_platform(&format!("com.{name}.users"), "sys")).state, State::Approved);
    }
}

fn of_two_approvals_at_once_one_takes_the_namespace(on: Backend) {
    let registry = Registry::start(on);
    let publishers = [registry.publisher("acme"), registry.publisher("other")];
    let reviewer = registry.reviewer();
    for round in 0..4 {
        let version = |publisher: &Publisher| {
            let plugin = Plugin::data(&format!("com.{}.race-{round}", publisher.name()), "1.0.0");
            publisher.publish(plugin.with("namespace", json!(format!("race_{round}"))).for_marketplace())
        };
        let versions = publishers.each_ref().map(version);
        let together = Barrier::new(2);
        let together = &together;
        let mut answers = std::thread::scope(|scope| {
            let review = |version| {
                together.wait();
                approve(reviewer, version)
            };
            let [ours, theirs] = &versions;
            let beside = scope.spawn(move || review(ours));
            [review(theirs), beside.join().expect("an answer")]
        });
        answers.sort_by_key(|(status, ..)| *status);
        let [(200, ..), (status, code, loser)] = &answers else { panic!("{answers:?}") };
        assert_eq!((*status, code.as_deref()), (ProblemCode::ReviewStale.status(), Some("review-stale")));
        // Who looks again finds the reason: at the latest after another try, which stores the new report.
        let look = || {
            let version = reviewer.get(&format!("/v1/packages/{loser}/versions/1.0.0")).json();
            serde_json::from_value::<Version>(version).expect("a version")
        };
        approve(reviewer, &look());
        let (_, code, _) = approve(reviewer, &look());
        assert_eq!(code.as_deref(), Some("gate-refused"));
        let report = look().report.expect("a report");
        assert!(report.findings().any(|check| check.code == CheckCode::NamespaceHeld));
    }
}

/// Tries to approve a version; answers with the status, the code of the problem, and the package.
fn approve(reviewer: &Actor, version: &Version) -> (u16, Option<String>, String) {
    let review = NewReview {
        decision: Decision::Approve,
        reason: "looked at in a test".to_owned(),
        sha256: version.sha256,
        report_sha256: version.report_sha256.expect("a report"),
    };
    let path = format!("/v1/packages/{}/versions/{}/review", version.package, version.version);
    let answer = reviewer.call("POST", &path).json(&json!(review)).send();
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    (answer.status, body["code"].as_str().map(str::to_owned), version.package.to_string())
}

/// Publishes for the marketplace as `os plugin publish --visibility marketplace --submit` does.
fn publish_as_os(publisher: &Publisher, plugin: Plugin) -> Answer {
    let plugin = plugin.signed(Signed::Line);
    let (artifact, package) = (plugin.artifact(), &plugin.id);
    let register = json!({ "manifest_id": package, "display_name": package, "visibility": "marketplace" });
    let call = |path: &str, body: &Value| publisher.owner().call("POST", path).json(body).send();
    call("/api/v1/cloud/packages", &register).json();
    let version = json!({
        "version": "1.0.0", "artifact_kind": "plugin", "osplugin": BASE64_STANDARD.encode(&artifact),
        "signature": publisher.line(&artifact), "submit_for_review": true,
    });
    call(&format!("/api/v1/cloud/packages/{package}/versions"), &version)
}

fn objectstacks_clients_are_told_in_their_own_codes(on: Backend) {
    let registry = Registry::start(on);
    let (acme, other) = (registry.publisher("acme"), registry.publisher("other"));
    acme.release(vat("com.acme.vat", "1.0.0"));
    let told = |publisher: &Publisher, plugin: Plugin| -> [String; 3] {
        let body: Value = serde_json::from_slice(&publish_as_os(publisher, plugin).body).expect("JSON");
        let first = &body["violations"][0];
        [&body["error"]["code"], &body["error"]["declaredCode"], first]
            .map(|text| text.as_str().expect("a text").to_owned())
    };
    let [code, declared, violation] = told(&other, vat("com.other.vat", "1.0.0"));
    assert_eq!((code.as_str(), declared.as_str()), ("NAMESPACE_CONFLICT", "NAMESPACE_ALREADY_RESERVED"));
    assert!(violation.contains("held by the publisher acme since 20") && violation.contains("Choose"), "{violation}");
    let [code, declared, violation] =
        told(&other, Plugin::data("com.other.a", "1.0.0").with("namespace", json!("sys")));
    assert_eq!((code.as_str(), declared.as_str()), ("NAMESPACE_CONFLICT", "NAMESPACE_RESERVED_PLATFORM"));
    assert!(violation.contains("`sys` is reserved for the platform"), "{violation}");
    let manifest = json!({ "id": "com.other.b", "version": "1.0.0", "type": "app", "name": "Rates" });
    let stack = json!({ "manifest": manifest, "objects": [{ "name": "tax_rate" }] }).to_string();
    let misnamed =
        Plugin::app("com.other.b", "1.0.0").with("namespace", json!("rates")).file("objectstack.json", stack);
    let [code, declared, violation] = told(&other, misnamed);
    assert_eq!((code.as_str(), declared.as_str()), ("NAMESPACE_PREFIX", "gate-refused"));
    assert!(violation.contains("Rename \"tax_rate\""), "{violation}");
    let own = publish_as_os(&acme, vat("com.acme.vat-more", "1.0.0")).json();
    let warnings = own["data"]["warnings"].as_array().expect("warnings").iter();
    let warnings: Vec<_> =
        warnings.filter_map(Value::as_str).filter(|text| text.starts_with("namespace-held")).collect();
    assert!(matches!(warnings[..], [text] if text.contains("with com.acme.vat.")), "{own}");
}
