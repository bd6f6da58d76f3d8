//! The packages that the real ObjectStack command line built and signed go the whole way.

use plimsoll_core::gate::CheckCode;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{NewKey, Version};
use plimsoll_core::{Level, State, Tier, Visibility};
use plimsoll_tests::{Backend, Plugin, Publisher, Registry, Signed, fixture, listing};
use serde_json::Value;

plimsoll_tests::behaviours!(
    vat_check_goes_from_private_to_a_verified_installation,
    legacy_driver_needs_a_verified_publisher_and_a_review,
    theme_dusk_needs_a_signature_and_its_code_is_found,
);

/// The key that the samples were signed with; only its public half is known, so an administrator asserts it.
fn acme(registry: &Registry) -> Publisher {
    let acme = registry.publisher("acme");
    let public_key = std::fs::read_to_string(fixture("acme-2026.pub.pem")).expect("the key");
    let key = NewKey { key_id: "acme-2026".parse().expect("a key id"), public_key, proof: None };
    registry.admin().client().add_key(acme.name(), &key).expect("asserted");
    acme
}

fn sample(id: &str, version: &str) -> Plugin {
    let name = format!("{id}-{version}.osplugin");
    let plugin = Plugin::of_bytes(id, std::fs::read(fixture(&name)).expect("a sample"));
    match std::fs::read_to_string(fixture(&format!("{name}.sig"))) {
        Ok(line) => plugin.signed(Signed::By(line)),
        Err(_) => plugin.signed(Signed::Not),
    }
}

fn findings(version: &Version) -> Vec<CheckCode> {
    version.report.iter().flat_map(|report| report.findings()).map(|check| check.code).collect()
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().expect("items").iter().map(|item| item["package"].as_str().expect("an id")).collect()
}

fn vat_check_goes_from_private_to_a_verified_installation(on: Backend) {
    let mut registry = Registry::start(on);
    let acme = acme(&registry);
    let vat = || sample("com.acme.vat-check", "1.0.0").listed_as(listing());

    let private = acme.publish(vat());
    assert_eq!(
        (private.state, private.tier, private.visibility),
        (State::Approved, Tier::Sandbox, Visibility::Private)
    );
    let held = acme.publish(vat().for_marketplace());
    assert_eq!((held.state, findings(&held)), (State::PendingReview, vec![CheckCode::ReviewRequired]));
    let listed = |path: &str| names(&registry.visitor().get(path).json()).contains(&"com.acme.vat-check");
    assert!(!listed("/v1/catalogs/contributions"));

    let approved = registry.reviewer().approve(&held);
    assert_eq!((approved.state, approved.visibility), (State::Approved, Visibility::Marketplace));
    assert!(listed("/v1/catalogs/contributions?q=vat") && !listed("/v1/catalogs/apps"));

    // To those without credentials, it is not there: through every door.
    let version = "/v1/packages/com.acme.vat-check/versions/1.0.0";
    let doors = [
        "/v1/packages/com.acme.vat-check".to_owned(),
        "/v1/packages/com.acme.vat-check/versions".to_owned(),
        "/v1/index/com.acme.vat-check".to_owned(),
        format!("/v1/artifacts/{}", approved.sha256),
        version.to_owned(),
    ];
    let parts = ["report", "approval", "evidence", "manifest"].map(|part| format!("{version}/{part}"));
    for door in doors.iter().chain(&parts) {
        let absent = door.replace("vat-check", "no-such").replace(&approved.sha256.to_string(), &"0".repeat(64));
        let (hidden, absent) = (registry.anonymous().get(door), registry.anonymous().get(&absent));
        assert_eq!(hidden.code(), absent.code(), "{door}: hidden and absent are the same");
        assert!([ProblemCode::NotFound, ProblemCode::CredentialsMissing].contains(&hidden.code()), "{door}");
    }
    for catalog in ["/v1/catalogs/apps", "/v1/catalogs/apps?q=vat", "/v1/catalogs/apps?type=plugin"] {
        assert!(registry.anonymous().get(catalog).json()["items"].as_array().expect("items").is_empty(), "{catalog}");
    }

    let cli = registry.cli(&registry.operator());
    let host = ["--host", "protocol=17.0.0"];
    let resolved = cli.done(&[&["resolve", "com.acme.vat-check"], &host[..]].concat());
    assert_eq!(resolved["packages"][0]["version"], "1.0.0");
    cli.fails(13, &["resolve", "com.acme.vat-check", "--host", "protocol=18.0.0"]);
    let install = [&["install", "com.acme.vat-check"], &host[..]].concat();
    let missing = cli.fails(12, &install);
    assert_eq!(missing["missing"]["acceptTier"], "sandbox");
    assert!(cli.done(&["list"])["items"].as_array().expect("items").is_empty(), "nothing without consent");
    let accepted = ["--accept-tier", "sandbox", "--accept", "services:object", "--accept", "hooks:record.beforeInsert"];
    cli.done(&[&install[..], &accepted, &["--accept", "hooks:record.beforeUpdate"]].concat());
    assert_eq!(cli.done(&["verify"])["problems"], serde_json::json!([]));
    registry.stop();
    assert_eq!(cli.done(&["list"])["items"][0]["package"], "com.acme.vat-check");
    assert_eq!(cli.done(&["verify"])["problems"], serde_json::json!([]), "also with the registry down");
}

fn legacy_driver_needs_a_verified_publisher_and_a_review(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    let driver = || sample("com.acme.legacy-driver", "1.4.0").listed_as(listing());

    let refused = acme.refused(driver()).report.expect("a report");
    let codes: Vec<_> = refused.findings().map(|check| check.code).collect();
    assert!(
        codes.contains(&CheckCode::TierNotPermitted) && codes.contains(&CheckCode::PackagingNotPermitted),
        "{codes:?}"
    );
    assert_eq!(refused.tier, Some(Tier::InProcess));

    registry.set_level(&acme, Level::Verified);
    let held = acme.publish(driver());
    assert_eq!((held.state, held.tier), (State::PendingReview, Tier::InProcess));
    assert_eq!(findings(&held), [CheckCode::TierReview, CheckCode::PermissionSensitive]);
    let approved = registry.reviewer().approve(&held);
    assert_eq!((approved.state, approved.tier), (State::Approved, Tier::InProcess));
}

fn theme_dusk_needs_a_signature_and_its_code_is_found(on: Backend) {
    let registry = Registry::start(on);
    let example = registry.publisher("example");
    let dusk = || sample("org.example.theme-dusk", "0.1.0");

    let problem = example.refused(dusk());
    let report = problem.report.expect("a report");
    let refusals: Vec<_> = report.findings().filter(|check| check.outcome.as_str() == "refuse").collect();
    assert_eq!(refusals.iter().map(|check| check.code).collect::<Vec<_>>(), [CheckCode::SignatureMissing]);
    assert_eq!(report.tier, Some(Tier::Sandbox));
    for signed in [Signed::Line, Signed::Statement] {
        let held = example.publish(dusk().signed(signed));
        assert_eq!((held.state, held.tier), (State::PendingReview, Tier::Sandbox));
        assert_eq!(findings(&held), [CheckCode::CodeUndeclared]);
    }
}
