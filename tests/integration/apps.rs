//! Apps bundle what they need, pinned when they are published.

use plimsoll_core::gate::CheckCode;
use plimsoll_core::problem::ProblemCode;
use plimsoll_tests::{Backend, Plugin, Registry};
use serde_json::json;

plimsoll_tests::behaviours!(
    an_app_takes_what_it_was_published_with,
    what_an_app_bundles_must_be_approved_for_its_audience,
    anyone_reads_an_app_and_only_its_data,
);

fn an_app_takes_what_it_was_published_with(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::data("com.acme.words", "1.0.0"));
    acme.release(
        Plugin::new("com.acme.linter", "1.0.0")
            .permission("network", "api.example.com")
            .depends_on("com.acme.words", "^1"),
    );
    acme.release(Plugin::app("com.acme.crm", "1.0.0").depends_on("com.acme.linter", "^1"));
    acme.release(Plugin::data("com.acme.words", "1.5.0"));
    acme.release(Plugin::new("com.acme.linter", "1.5.0").permission("network", "more.example.com"));

    let host = registry.host(&registry.operator());
    let plan = host.plan(&["com.acme.crm"]).expect("a plan");
    let words = plan.consent.sentences().join("\n");
    assert!(words.contains("api.example.com") && !words.contains("more.example.com"), "{words}");
    let installed = host.install(&["com.acme.crm"]);
    assert_eq!(installed, ["com.acme.words@1.0.0", "com.acme.linter@1.0.0", "com.acme.crm@1.0.0"]);
    assert!(host.problems().is_empty());
    assert!(host.environment().remove(&"com.acme.linter".parse().expect("an id")).is_err(), "the App needs it");
    assert_eq!(host.load("com.acme.linter").expect("loaded").tier.as_str(), "sandbox");
}

fn what_an_app_bundles_must_be_approved_for_its_audience(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.publish(Plugin::new("com.acme.linter", "1.0.0"));
    let app = || Plugin::app("com.acme.crm", "1.0.0").depends_on("com.acme.linter", "^1");
    let refused = acme.refused(app().for_marketplace()).report.expect("a report");
    let codes: Vec<_> =
        refused.findings().filter(|check| check.outcome.as_str() == "refuse").map(|check| check.code).collect();
    assert_eq!(codes, [CheckCode::AppBundlesUnapproved]);
    acme.publish(app());
    let manifest = json!({ "id": "com.acme.suite", "version": "1.0.0", "type": "app", "name": "Suite" });
    let two = json!({ "manifest": manifest, "apps": [{}, {}] }).to_string();
    let refused = acme.refused(Plugin::app("com.acme.suite", "1.0.0").file("dist/objectstack.json", two));
    assert!(plimsoll_tests::open_problem(&refused).contains("app-multiple"));
}

fn anyone_reads_an_app_and_only_its_data(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let data = acme.release(Plugin::app("com.acme.notes", "1.0.0"));
    let code = acme
        .release(Plugin::app("com.acme.crm", "1.0.0").with("runtime", json!("sandbox")).file("dist/index.mjs", "1"));
    let anonymous = registry.anonymous();
    for version in [&data, &code] {
        for path in ["", "/versions", "/versions/1.0.0", "/versions/1.0.0/approval", "/versions/1.0.0/manifest"] {
            let path = format!("/v1/packages/{}{path}", version.package);
            assert_eq!(anonymous.get(&path).status, 200, "{path}");
        }
        assert_eq!(anonymous.get(&format!("/v1/index/{}", version.package)).status, 200);
    }
    assert_eq!(anonymous.get(&format!("/v1/artifacts/{}", data.sha256)).status, 200);
    assert_eq!(anonymous.get(&format!("/v1/artifacts/{}", code.sha256)).code(), ProblemCode::NotFound);
    let host = registry.host(&anonymous);
    assert_eq!(host.install(&["com.acme.notes"]), ["com.acme.notes@1.0.0"]);
    host.refused(&["com.acme.crm"]);
}
