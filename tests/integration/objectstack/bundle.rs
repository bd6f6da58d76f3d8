//! `os package publish`: the registry builds the artifact of a compiled stack.

use plimsoll_core::artifact::{STACK_MEMBER, read_members};
use plimsoll_core::wire::EvidenceKind;
use plimsoll_core::{Limits, State, Visibility};
use plimsoll_tests::{Answer, Backend, Publisher, Registry};
use serde_json::{Value, json};

use super::{Recorded, approval, failed, failure, version};

plimsoll_tests::behaviours!(
    a_recorded_app_is_published_reviewed_and_installed,
    the_same_stack_is_the_same_version,
    the_version_of_the_request_is_the_one_that_counts,
    what_a_stack_runs_needs_the_signature_of_its_publisher,
    flows_that_calculate_are_data_and_seeds_of_other_objects_are_looked_at,
    a_stack_cannot_pose_as_another_package,
    an_app_without_a_whole_listing_is_not_for_the_marketplace,
    what_cannot_be_done_is_refused_before_anything_is_stored,
);

const CRM: &str = "com.acme.crm";

/// A publisher that said and showed all that a catalog asks for.
fn announced(registry: &Registry) -> Publisher {
    let acme = registry.publisher("acme");
    Recorded::read("register-app").send(acme.owner()).json();
    Recorded::read("upload-icon").send(acme.owner()).json();
    acme
}

/// The recorded stack with something else in it.
fn stack(change: impl FnOnce(&mut Value)) -> Value {
    let mut stack = Recorded::read("publish-bundle").0["body"]["bundle"].clone();
    change(&mut stack);
    stack
}

fn publish(acme: &Publisher, key: &str, value: Value) -> Answer {
    Recorded::read("publish-bundle").with(key, value).send(acme.owner())
}

fn a_recorded_app_is_published_reviewed_and_installed(on: Backend) {
    let registry = Registry::start(on);
    let acme = announced(&registry);
    let published = Recorded::read("publish-bundle").send(acme.owner());
    assert_eq!(published.status, 201, "{}", published.text());
    let data = published.json()["data"].clone();
    let held = version(&acme, CRM, "1.0.0");
    assert_eq!(
        (&data["id"], &data["version"], &data["listing_status"], &data["checksum"]),
        (&json!("1.0.0"), &json!("1.0.0"), &json!("pending_review"), &json!(held.sha256))
    );
    assert!(data["warnings"][0].as_str().is_some_and(|text| text.starts_with("review-required: ")), "{data}");
    assert_eq!((held.tier.as_str(), held.has_code), ("declarative", false));
    assert_eq!((held.visibility, held.notes.as_deref()), (Visibility::Marketplace, Some("First")));

    // It is approved as what it is: built here, signed by nobody but the registry.
    let approved = registry.reviewer().approve(&held);
    assert_eq!(approved.state, State::Approved);
    assert_eq!(approval(&acme, &approved)["evidenceKind"], EvidenceKind::Hosted.as_str());
    let listing = acme.owner().get(&format!("/v1/packages/{CRM}")).json()["listing"].clone();
    assert_eq!((&listing["license"], &listing["homepageUrl"]), (&json!("MIT"), &json!("https://acme.example")));
    let bytes = registry.anonymous().get(&format!("/v1/artifacts/{}", approved.sha256)).body;
    let members = read_members(&bytes[..], &Limits::default()).expect("an artifact");
    let inside = members.into_iter().find(|(path, _)| path == STACK_MEMBER).expect("the stack").1;
    assert_eq!(serde_json::from_slice::<Value>(&inside).expect("JSON"), stack(|_| {}));
    let market = |path: &str| registry.anonymous().get(&format!("/api/v1/marketplace/packages/{CRM}{path}"));
    assert_eq!(market("/versions/latest/manifest").json()["data"]["manifest"], stack(|_| {}));
    let shown = &market("").json()["data"]["versions"][0];
    assert_eq!(
        (&shown["artifact_kind"], &shown["signed"], &shown["platform_verified"]),
        (&json!(null), &json!(false), &json!(false))
    );
    let icon = market("").json()["data"]["package"]["icon_url"].as_str().expect("an icon").to_owned();
    assert!(icon.starts_with("data:image/svg+xml;base64,"), "{icon}");
    let host = registry.host(&registry.anonymous());
    assert_eq!(host.install(&[CRM]), ["com.acme.crm@1.0.0"]);

    // A runtime shows it, and installs the stack.
    let recorded = |name| Recorded::read(name).send(&registry.anonymous()).json()["data"].clone();
    assert_eq!(recorded("browse")["items"][0]["manifest_id"], CRM);
    assert_eq!(recorded("browse-detail")["versions"][0]["version"], "1.0.0");
    assert_eq!(recorded("install-manifest")["manifest"], stack(|_| {}));
}

fn the_same_stack_is_the_same_version(on: Backend) {
    let registry = Registry::start(on);
    let acme = announced(&registry);
    let first = Recorded::read("publish-bundle").send(acme.owner());
    let again = Recorded::read("publish-bundle").send(acme.owner());
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json()["data"]["checksum"], again.json()["data"]["checksum"]);
    let other = publish(&acme, "bundle", stack(|stack| stack["objects"][0]["label"] = json!("Client")));
    assert_eq!(failure(&other), failed(409, "RESOURCE_CONFLICT", &[]));
    assert!(other.text().contains("publish a new version"), "{}", other.text());
}

fn the_version_of_the_request_is_the_one_that_counts(on: Backend) {
    let registry = Registry::start(on);
    let acme = announced(&registry);
    let unversioned = stack(|stack| drop(stack["manifest"].as_object_mut().expect("an object").remove("version")));
    let request = Recorded::read("publish-bundle").with("bundle", unversioned).with("is_pre_release", json!(true));
    let dev = request.with("version", json!("0.0.0-dev.20261120131500")).send(acme.owner()).json();
    assert_eq!(dev["data"]["version"], "0.0.0-dev.20261120131500");
    let path = format!("/v1/packages/{CRM}/versions/0.0.0-dev.20261120131500/manifest");
    assert_eq!(acme.owner().get(&path).json()["version"], "0.0.0-dev.20261120131500");
    assert_eq!(publish(&acme, "version", json!("2.0.0")).json()["data"]["version"], "2.0.0");
    let other_id = publish(&acme, "bundle", stack(|stack| stack["manifest"]["id"] = json!("com.acme.other")));
    let mismatch = failure(&other_id);
    assert_eq!(
        (mismatch.0, mismatch.1.as_str(), mismatch.2[0].as_str()),
        (422, "MANIFEST_CONFLICT", "identity-mismatch")
    );
}

fn what_a_stack_runs_needs_the_signature_of_its_publisher(on: Backend) {
    let registry = Registry::start(on);
    let acme = announced(&registry);
    let script =
        json!([{ "name": "h", "body": { "language": "js", "source": "ctx.log('x')", "capabilities": ["log"] } }]);
    let page = json!([{ "name": "p", "kind": "react", "source": "export default () => null" }]);
    let module = json!("./objectstack-runtime.ab12.mjs");
    let flow = json!([{ "name": "f", "nodes": [{ "id": "n", "config": { "title": "Dear {'name'}" } }] }]);
    for (key, value) in [("hooks", script), ("runtimeModule", module), ("pages", page), ("flows", flow)] {
        let refused = publish(&acme, "bundle", stack(|stack| stack[key] = value));
        let (status, code, violations) = failure(&refused);
        assert_eq!(
            (status, code.as_str(), violations[0].as_str()),
            (422, "INVALID_SIGNATURE", "signature-missing"),
            "{key}"
        );
        assert!(refused.text().contains("plimsoll sign"), "{}", refused.text());
    }
}

fn flows_that_calculate_are_data_and_seeds_of_other_objects_are_looked_at(on: Backend) {
    let registry = Registry::start(on);
    let acme = announced(&registry);
    let calculating = stack(|stack| {
        let fields = json!({ "name": "{customer.name}", "price": "{round(price * (1 - discount / 100) * 100) / 100}" });
        stack["flows"] = json!([{ "name": "f", "nodes": [{ "id": "n", "config": { "fields": fields } }] }]);
        stack["data"] = json!([{ "object": "crm_customer", "records": [{ "name": "Acme" }] }]);
    });
    let warned = |version: &str, bundle: Value| -> Vec<String> {
        let request = Recorded::read("publish-bundle").with("version", json!(version)).with("bundle", bundle);
        let warnings = request.send(acme.owner()).json()["data"]["warnings"].clone();
        serde_json::from_value(warnings).expect("texts")
    };
    let of_others = stack(|stack| stack["data"] = json!([{ "object": "sys_user", "records": [{ "name": "Eve" }] }]));
    let told = |warnings: &[String]| warnings.iter().any(|text| text.starts_with("namespace-prefix: "));
    assert!(!told(&warned("1.0.0", calculating)));
    let warnings = warned("1.1.0", of_others);
    assert!(told(&warnings) && warnings.concat().contains("\"sys_user\" (data)"), "{warnings:?}");
}

fn a_stack_cannot_pose_as_another_package(on: Backend) {
    let registry = Registry::start(on);
    let acme = announced(&registry);
    // A runtime would take each for its package's id, or lay it over the manifest that was checked.
    for (key, value) in [
        ("id", json!("com.globex.crm")),
        ("name", json!("com.globex.crm")),
        ("namespace", json!("globex")),
        ("version", json!("9.0.0")),
        ("main", json!("dist/index.mjs")),
        ("permissions", json!(["system"])),
        ("plugins", json!([{ "id": "com.acme.a", "version": "1.0.0", "objects": [{ "name": "globex_deal" }] }])),
    ] {
        let refused = failure(&publish(&acme, "bundle", stack(|stack| stack[key] = value)));
        assert_eq!((refused.0, refused.2[0].as_str()), (422, "manifest-invalid"), "{key}");
    }
    let expression = json!([{ "name": "h", "body": { "language": "expression", "source": "process.exit()" } }]);
    let refused = failure(&publish(&acme, "bundle", stack(|stack| stack["hooks"] = expression)));
    assert_eq!((refused.0, refused.2[0].as_str()), (422, "signature-missing"));
    assert_eq!(acme.owner().get(&format!("/v1/packages/{CRM}")).status, 404);
}

fn an_app_without_a_whole_listing_is_not_for_the_marketplace(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    Recorded::read("register-app").without("readme").send(acme.owner()).json();
    let refused = Recorded::read("publish-bundle").send(acme.owner());
    let (status, _, violations) = failure(&refused);
    assert_eq!((status, violations[0].as_str()), (422, "listing-incomplete"));
    assert!(refused.text().contains("lacks readme, icon"), "{}", refused.text());
    assert_eq!(acme.owner().get(&format!("/v1/packages/{CRM}")).status, 404);
    // Whoever keeps it for an organisation needs none of it.
    Recorded::read("register-app").without("readme").with("visibility", json!("org")).send(acme.owner()).json();
    let unlisted = Recorded::read("publish-bundle").send(acme.owner()).json()["data"].clone();
    assert_eq!(unlisted["listing_status"], "draft", "the client says of `approved` that it is live in the catalog");
}

fn what_cannot_be_done_is_refused_before_anything_is_stored(on: Backend) {
    let registry = Registry::start(on);
    let acme = announced(&registry);
    let refused = |key: &str, value: Value| failure(&publish(&acme, key, value));
    let invalid = failed(422, "VALIDATION_FAILED", &[]);
    let install = publish(&acme, "install_env_id", json!("env_1"));
    assert_eq!(failure(&install), invalid);
    assert!(install.text().contains("os package install"), "{}", install.text());
    assert_eq!(refused("auto_approve", json!(true)), failed(403, "FORBIDDEN", &[]));
    assert_eq!(refused("is_pre_release", json!(true)), invalid);
    assert_eq!(refused("signature", json!("ed25519:acme-1:AA")), invalid);
    assert_eq!(refused("artifact_kind", json!("plugin")), invalid);
    assert_eq!(refused("bundle", json!(null)), invalid);
    let unreadable = stack(|stack| stack["manifest"] = json!({ "id": "No Id", "type": "application", "name": "CRM" }));
    let places = ["/bundle/manifest/id", "/bundle/manifest/type"];
    let unreadable = publish(&acme, "bundle", unreadable);
    assert_eq!(failure(&unreadable), failed(422, "VALIDATION_FAILED", &places));
    for told in ["cannot be published as it is: /bundle/manifest/id: ", " (and 1 more)\""] {
        assert!(unreadable.text().contains(told), "{}", unreadable.text());
    }
    let packages = stack(|stack| stack["packages"] = json!([{ "manifest": { "id": "com.acme.other" } }]));
    assert_eq!(refused("bundle", packages).2[0], "manifest-invalid");
    assert_eq!(acme.owner().get(&format!("/v1/packages/{CRM}")).status, 404);
}
