//! `os plugin publish`.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use plimsoll_core::wire::{RevocationReason, RevokeKey, Version};
use plimsoll_core::{State, Visibility};
use plimsoll_tests::{Actor, Backend, Plugin, Publisher, Registry, fixture};
use serde_json::{Value, json};

use super::{Recorded, acme, approval, failed, failure, version};

plimsoll_tests::behaviours!(
    a_recorded_plugin_is_published_and_reviewed,
    both_doors_make_the_same_version,
    what_waits_is_signed_anew_through_this_door_too,
    a_request_that_contradicts_the_artifact_is_refused,
    a_refusal_is_told_in_the_clients_own_form,
    an_announced_package_belongs_to_whoever_publishes_first,
    who_publishes_for_several_says_for_whom,
);

/// The recorded version, with its report.
fn vat_check(acme: &Publisher) -> Version {
    version(acme, "com.acme.vat-check", "1.0.0")
}

fn a_recorded_plugin_is_published_and_reviewed(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);

    let registered = Recorded::read("register-plugin").send(acme.owner());
    let body = registered.json();
    assert_eq!(registered.status, 201);
    assert_eq!(body["success"], true);
    assert_eq!((&body["data"]["id"], &body["data"]["created"]), (&json!("com.acme.vat-check"), &json!(true)));
    let again = Recorded::read("register-plugin").send(acme.owner());
    assert_eq!((again.status, &again.json()["data"]["created"]), (200, &json!(false)));
    let unseen = acme.owner().get("/v1/packages/com.acme.vat-check");
    assert_eq!(unseen.status, 404, "an announcement is no package");

    let published = Recorded::read("publish-plugin").send(acme.owner());
    assert_eq!(published.status, 201, "{}", published.text());
    let data = &published.json()["data"];
    assert_eq!((&data["version"], &data["listing_status"]), (&json!("1.0.0"), &json!("pending_review")));
    assert_eq!(data["checksum"], "a3b346c93e33470d34af36ad69e41749ba7dfa1816a90dade643c222501bb259");
    let warnings: Vec<&str> = data["warnings"].as_array().expect("warnings").iter().filter_map(Value::as_str).collect();
    assert!(warnings.iter().any(|warning| warning.starts_with("review-required: ")), "{warnings:?}");
    assert_eq!(Recorded::read("publish-plugin").send(acme.owner()).status, 200, "the same again");

    // From here on it is a version as every other.
    let version = vat_check(&acme);
    assert_eq!((version.visibility, version.notes.as_deref()), (Visibility::Marketplace, Some("First release")));
    assert_eq!(registry.reviewer().approve(&version).state, State::Approved);
    let package = acme.owner().get("/v1/packages/com.acme.vat-check").json();
    assert_eq!(
        (&package["defaultVisibility"], &package["listing"]["displayName"]),
        (&json!("marketplace"), &json!("VAT Check"))
    );
    assert_eq!(Recorded::read("register-plugin").send(acme.owner()).json()["data"]["created"], false);
}

fn what_waits_is_signed_anew_through_this_door_too(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    assert_eq!(Recorded::read("register-plugin").send(acme.owner()).status, 201);
    assert_eq!(Recorded::read("publish-plugin").send(acme.owner()).status, 201);
    let waiting = vat_check(&acme);
    let revocation = RevokeKey { reason: RevocationReason::Compromised, from: Some(waiting.published_at) };
    let old = "acme-2026".parse().expect("a key id");
    acme.owner().client().revoke_key(acme.name(), &old, &revocation).expect("revoked");
    let published = Recorded::read("publish-plugin");
    let artifact = BASE64_STANDARD.decode(published.0["body"]["osplugin"].as_str().expect("base64")).expect("base64");
    let anew = published.with("signature", json!(acme.line(&artifact)));
    assert_eq!(anew.send(acme.owner()).status, 200, "not new, and a new submission");
    assert_eq!(registry.reviewer().approve(&vat_check(&acme)).state, State::Approved);
    assert_eq!(anew.send(acme.owner()).status, 200, "the same again");
    assert_eq!(Recorded::read("publish-plugin").send(acme.owner()).status, 422, "its key is revoked");
}

fn both_doors_make_the_same_version(on: Backend) {
    let made = |publish: &dyn Fn(&Registry, &Publisher)| {
        let registry = Registry::start(on);
        let acme = acme(&registry);
        publish(&registry, &acme);
        let approved = registry.reviewer().approve(&vat_check(&acme));
        let of = |path: &str| acme.owner().get(&format!("/v1/packages/com.acme.vat-check{path}")).json();
        let mut made = json!({
            "version": approved, // with its report
            "approval": approval(&acme, &approved),
            "evidence": of("/versions/1.0.0/evidence"),
            "listing": of("")["listing"],
        });
        let times = ["/version/publishedAt", "/version/decidedAt", "/version/review/at"];
        let signed_times = ["/approval/publishedAt", "/approval/decidedAt"];
        // Each registry has a key, and so a name, of its own.
        let own = ["/approval/registry", "/evidence/counterSignature/platformSignature"];
        for pointer in times.iter().chain(&signed_times).chain(&own) {
            *made.pointer_mut(pointer).expect(pointer) = Value::Null;
        }
        made
    };
    let theirs = made(&|_, acme| {
        Recorded::read("register-plugin").send(acme.owner()).json();
        Recorded::read("publish-plugin").send(acme.owner()).json();
    });
    let ours = made(&|registry, acme| {
        let artifact = fixture("com.acme.vat-check-1.0.0.osplugin").display().to_string();
        let signature = fixture("com.acme.vat-check-1.0.0.osplugin.sig").display().to_string();
        let said = Recorded::read("register-plugin").0["body"].clone();
        let text = |key: &str| said[key].as_str().expect("a text").to_owned();
        registry.cli(acme.owner()).done(&[
            "publish",
            &artifact,
            "--signature",
            &signature,
            "--publisher",
            "acme",
            "--visibility",
            "marketplace",
            "--submit",
            "--notes",
            "First release",
            "--display-name",
            &text("display_name"),
            "--description",
            &text("description"),
        ]);
    });
    assert_eq!(theirs, ours);
}

fn a_request_that_contradicts_the_artifact_is_refused(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    let recorded = || Recorded::read("publish-plugin");
    let manifest = |key: &str, value: Value| {
        let mut manifest = recorded().0["body"]["plugin_manifest"].clone();
        manifest[key] = value;
        recorded().with("plugin_manifest", manifest)
    };
    let mismatch = failed(422, "MANIFEST_CONFLICT", &["identity-mismatch", "listing-incomplete", "review-required"]);
    let refused = |request: Recorded| failure(&request.send(acme.owner()));
    let other_path = || {
        let mut request = recorded();
        request.0["path"] = json!("/api/v1/cloud/packages/com.acme.other/versions");
        request
    };
    Recorded::read("register-plugin").send(acme.owner()).json();
    for _ in 0..2 {
        assert_eq!(refused(recorded().with("version", json!("1.0.1"))), mismatch);
        assert_eq!(refused(manifest("runtime", json!("node"))), mismatch);
        assert_eq!(refused(other_path()).2[0], "identity-mismatch", "the override of the id");
        assert_eq!(
            refused(recorded().with("artifact_checksum", json!("0".repeat(64)))),
            failed(422, "VALIDATION_FAILED", &[])
        );
        assert_eq!(refused(recorded().with("osplugin", json!("AAAA"))).0, 422);
        assert_eq!(refused(recorded().with("is_pre_release", json!(true))), failed(422, "VALIDATION_FAILED", &[]));
        assert_eq!(refused(recorded().with("auto_approve", json!(true))), failed(403, "FORBIDDEN", &[]));
        // The same holds once the version is there.
        recorded().send(acme.owner()).json();
    }
}

fn a_refusal_is_told_in_the_clients_own_form(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    let publish = |actor: &Actor| failure(&Recorded::read("publish-plugin").send(actor));
    assert_eq!(publish(&registry.anonymous()), failed(401, "UNAUTHENTICATED", &[]));
    assert_eq!(publish(&registry.visitor()), failed(403, "FORBIDDEN", &[]));
    let unsigned = Recorded::read("publish-plugin").without("signature").send(acme.owner());
    assert_eq!(failure(&unsigned), failed(422, "INVALID_SIGNATURE", &["signature-missing"]));
    let get = |path: &str| failure(&acme.owner().get(path));
    assert_eq!(get("/api/v1/cloud/packages"), failed(405, "METHOD_NOT_ALLOWED", &[]));
    assert_eq!(get("/api/v1/no/such/thing"), failed(404, "RESOURCE_NOT_FOUND", &[]));
    for (path, instead) in [
        ("cloud/environments/env_1/packages", "os package install"),
        ("actions/sys_package/install_package", "os package install"),
        ("cloud-connection/bind", "OS_CLOUD_URL"),
        ("cloud/org-packages?environment_id=env_1", "OS_CLOUD_URL"),
        ("auth/sign-up/email", "plimsoll account create"),
        ("data/crm_customer/query", "--url"),
    ] {
        let absent = acme.owner().call("POST", &format!("/api/v1/{path}")).json(&json!({})).send();
        assert_eq!(failure(&absent), failed(404, "RESOURCE_NOT_FOUND", &[]), "{path}");
        assert!(absent.text().contains(instead), "{}", absent.text());
    }
    let nameless = Recorded::read("register-plugin").without("manifest_id").send(acme.owner());
    assert_eq!(failure(&nameless), failed(422, "VALIDATION_FAILED", &[]));
    let icon =
        Recorded::read("register-plugin").with("icon_url", json!("http://acme.example/icon.png")).send(acme.owner());
    assert_eq!(failure(&icon), failed(422, "VALIDATION_FAILED", &[]));
    assert!(icon.text().contains("/icon_url: "), "by the name that it has in this body: {}", icon.text());

    Recorded::read("register-plugin").send(acme.owner()).json();
    Recorded::read("publish-plugin").send(acme.owner()).json();
    registry.reviewer().reject(&vat_check(&acme));
    assert_eq!(publish(acme.owner()), failed(409, "RESOURCE_CONFLICT", &[]), "rejected is final");
}

fn an_announced_package_belongs_to_whoever_publishes_first(on: Backend) {
    let registry = Registry::start(on);
    let (acme, bolt) = (acme(&registry), registry.publisher("bolt"));
    let for_bolt = Recorded::read("register-plugin").with("owner_org_id", json!("bolt"));
    assert_eq!(failure(&for_bolt.send(acme.owner())), failed(403, "FORBIDDEN", &[]));
    assert_eq!(for_bolt.send(bolt.owner()).status, 201);
    assert_eq!(Recorded::read("register-plugin").send(acme.owner()).status, 201, "it is not taken");
    assert_eq!(Recorded::read("publish-plugin").send(acme.owner()).status, 201);
    let late = bolt.refused(Plugin::new("com.acme.vat-check", "2.0.0"));
    assert!(late.report.expect("a report").findings().any(|check| check.code.as_str() == "publisher-not-owner"));
}

fn who_publishes_for_several_says_for_whom(on: Backend) {
    let registry = Registry::start(on);
    let acme = acme(&registry);
    let other = plimsoll_core::wire::NewPublisher { publisher: "acme-labs".parse().expect("a name") };
    acme.owner().client().create_publisher(&other).expect("a second publisher");
    let unsaid = || Recorded::read("register-plugin").without("owner_org_id");
    let refused = unsaid().send(acme.owner());
    assert_eq!(failure(&refused), failed(409, "CONFLICT", &[]));
    assert!(refused.text().contains("acme, acme-labs") && refused.text().contains("--org"), "{}", refused.text());
    assert_eq!(unsaid().with("owner_org_id", json!("acme")).send(acme.owner()).status, 201);
    assert_eq!(Recorded::read("publish-plugin").send(acme.owner()).status, 201, "as it was announced");
    let owner = &unsaid().send(acme.owner()).json()["data"]["owner_org_id"];
    assert_eq!(*owner, "acme", "the owner of the package");
    let moved = unsaid().with("owner_org_id", json!("acme-labs")).send(acme.owner());
    assert_eq!(failure(&moved), failed(409, "CONFLICT", &[]));
}
