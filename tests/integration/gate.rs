//! What the gate finds in a package, as its publisher gets to read it.

use plimsoll_core::gate::{CheckCode, Outcome, Report};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::Algorithm;
use plimsoll_core::{Level, State, Tier};
use plimsoll_tests::{Backend, Plugin, Registry};
use plimsoll_trust::SigningKey;
use serde_json::json;

plimsoll_tests::behaviours!(each_finding_has_its_code, the_tier_follows_what_runs, no_secret_is_ever_repeated,);

fn plugin() -> Plugin {
    Plugin::new("com.acme.found", "1.0.0")
}

fn npm(lockfile: Option<&str>) -> Plugin {
    let plugin =
        plugin().with("packaging", json!("manifest-deps")).file("package.json", r#"{"dependencies": {"a": "1"}}"#);
    match lockfile {
        Some(lockfile) => plugin.file("pnpm-lock.yaml", lockfile),
        None => plugin,
    }
}

const FROM_GIT: &str = "lockfileVersion: '9.0'
packages:
  a@https://codeload.example/a/tar.gz/0123:
    resolution: {tarball: https://codeload.example/a/tar.gz/0123}
    version: 1.0.0
";

fn secret() -> String {
    SigningKey::generate(Algorithm::Ed25519).expect("a key").to_pem().expect("PEM").to_string()
}

fn each_finding_has_its_code(on: Backend) {
    use CheckCode as Code;
    let registry = Registry::start(on);
    let acme = registry.publisher_of("acme", Level::Verified);
    let refused: [(Plugin, Code); 10] = [
        (plugin().permission("fs", "/var/../etc"), Code::PermissionInvalid),
        (plugin().permission("network", "*"), Code::PermissionInvalid),
        (plugin().permission("network", "*.com"), Code::PermissionInvalid),
        (plugin().file("package.json", r#"{"scripts": {"postinstall": "node x.js"}}"#), Code::InstallScript),
        (npm(None), Code::LockfileMissing),
        (npm(Some(FROM_GIT)), Code::LockfileUnpinned),
        (plugin().file("dist/addon.node", "x"), Code::NativeAddon),
        (plugin().file("dist/tool", b"\x7fELF\x02\x01\x01"), Code::NativeAddon),
        (plugin().file("dist/node_modules/@objectstack/core/index.js", "1"), Code::HostPackageBundled),
        (plugin().file("assets/notes.txt", secret()), Code::SecretFound),
    ];
    for (plugin, code) in refused {
        let problem = acme.refused(plugin);
        assert_eq!(problem.code, ProblemCode::GateRefused, "{code}");
        assert!(
            findings(problem.report.as_ref()).contains(&(code, Outcome::Refuse)),
            "{}",
            plimsoll_tests::open_problem(&problem)
        );
        assert_eq!(acme.owner().get("/v1/packages/com.acme.found").code(), ProblemCode::NotFound, "{code}: no row");
    }
    let held: [(Plugin, Code); 9] = [
        (plugin().permission("services", "secrets"), Code::PermissionSensitive),
        (plugin().permission("services", "*"), Code::PermissionSensitive),
        (plugin().permission("hooks", "record.*"), Code::PermissionSensitive),
        (plugin().permission("network", "*.example.com"), Code::PermissionSensitive),
        (plugin().permission("fs", "/tmp"), Code::PermissionSensitive),
        (plugin().with("scope", json!("system")), Code::ScopePrivileged),
        (plugin().with("engines", json!({ "protocol": "seventeen" })), Code::EngineRangeUnreadable),
        (plugin().with("runtime", json!("node")), Code::TierReview),
        (Plugin::data("com.acme.found", "1.0.0").file("dist/index.mjs", "1"), Code::CodeUndeclared),
    ];
    for (number, (mut plugin, code)) in held.into_iter().enumerate() {
        plugin.id = format!("com.acme.held-{number}");
        let version = acme.publish(plugin.clone().with("id", json!(plugin.id)));
        assert_eq!(version.state, State::PendingReview, "{code}");
        assert_eq!(findings(version.report.as_ref()), [(code, Outcome::Hold)]);
    }
    let needy = plugin().depends_on("com.acme.nowhere", "^1").for_marketplace();
    let version = acme.publish(needy);
    let expected = [(Code::DependencyUnresolved, Outcome::Hold), (Code::ReviewRequired, Outcome::Hold)];
    assert_eq!(findings(version.report.as_ref()), expected);
}

fn findings(report: Option<&Report>) -> Vec<(CheckCode, Outcome)> {
    report.expect("a report").findings().map(|check| (check.code, check.outcome)).collect()
}

fn the_tier_follows_what_runs(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher_of("acme", Level::Trusted);
    let script = json!({ "triggers": [{ "language": "js", "source": "return 1", "capabilities": [] }] }).to_string();
    let table = [
        (Plugin::data("com.acme.a", "1.0.0"), Tier::Declarative),
        (Plugin::data("com.acme.b", "1.0.0").file("assets/logic.json", script), Tier::Sandbox),
        (Plugin::new("com.acme.c", "1.0.0"), Tier::Sandbox),
        (Plugin::new("com.acme.d", "1.0.0").with("runtime", json!("worker")), Tier::OutOfProcess),
        (Plugin::new("com.acme.e", "1.0.0").with("runtime", json!("node")), Tier::InProcess),
        (Plugin::data("com.acme.f", "1.0.0").file("dist/index.mjs", "1"), Tier::Sandbox),
    ];
    for (plugin, tier) in table {
        let id = plugin.id.clone();
        assert_eq!(acme.publish(plugin).tier, tier, "{id}");
    }
}

fn no_secret_is_ever_repeated(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let secret = secret();
    let line = secret.lines().nth(1).expect("the body of the key");
    let problem = acme.refused(plugin().file("assets/notes.txt", secret.clone()));
    let said = serde_json::to_string(&problem).expect("JSON");
    assert!(said.contains("assets/notes.txt:1") && !said.contains(line), "{said}");
    assert!(!registry.admin().get("/v1/audit").text().contains(line));
}
