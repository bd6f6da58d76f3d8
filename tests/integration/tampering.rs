//! A client trusts signatures, not whoever delivers them: what was changed on the way, or swapped, is refused by name.

use plimsoll_client::Options;
use plimsoll_core::Timestamp;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::SetAvailability;
use plimsoll_tests::{Backend, Host, Plugin, Proxy, Registry};

plimsoll_tests::behaviours!(
    any_changed_byte_of_an_artifact_is_refused,
    a_changed_statement_is_refused,
    another_registry_at_the_same_address_is_refused,
    an_index_that_goes_back_is_refused,
    an_expired_index_is_refused,
    changed_files_of_an_installed_package_are_found,
    another_environment_installs_what_is_kept_while_the_registry_is_down,
);

const LINTER: &str = "com.acme.linter";

/// A registry with one released plugin, somebody in between, and a host that only knows that one.
fn through_a_proxy(on: Backend) -> (Registry, Proxy, Host) {
    let registry = Registry::start(on);
    registry.publisher("acme").release(Plugin::new(LINTER, "1.0.0"));
    let proxy = Proxy::before(&registry);
    let host = Host::new(proxy.url(), registry.fingerprint(), &registry.operator());
    (registry, proxy, host)
}

/// Changes one bit of the answers whose path ends so, at a place in thousandths of their length.
fn flips(proxy: &Proxy, end: &'static str, thousandths: usize) {
    proxy.changes(move |path, body| {
        if path.contains(end) && !body.is_empty() {
            let at = (body.len() - 1) * thousandths / 1000;
            body[at] ^= 1;
        }
    });
}

fn any_changed_byte_of_an_artifact_is_refused(on: Backend) {
    let (_registry, proxy, host) = through_a_proxy(on);
    for place in [0, 1, 3, 8, 20, 100, 333, 500, 750, 980, 995, 1000] {
        flips(&proxy, "/v1/artifacts/", place);
        let error = host.refused(&[LINTER]);
        assert!(error.contains("com.acme.linter@1.0.0: the artifact has the digest"), "{place}: {error}");
    }
    proxy.changes(|path, body| body.truncate(if path.contains("/artifacts/") { body.len() - 1 } else { body.len() }));
    assert!(host.refused(&[LINTER]).contains("com.acme.linter@1.0.0"));
    proxy.changes(|path, body| body.extend(path.contains("/artifacts/").then_some(0)));
    assert!(host.refused(&[LINTER]).contains("has not the approved size"));
    proxy.changes(|_, _| {});
    assert_eq!(host.install(&[LINTER]), ["com.acme.linter@1.0.0"]);
}

fn a_changed_statement_is_refused(on: Backend) {
    let (_registry, proxy, host) = through_a_proxy(on);
    for (end, name) in [("/approval", "approval"), ("/evidence", "evidence"), ("/v1/index/", "index")] {
        for member in ["\"payload\":\"", "\\\"payload\\\":\\\"", "\"sig\":\"", "\\\"sig\\\":\\\""] {
            for offset in [0, 9, 40] {
                proxy.changes(move |path, body| {
                    let text = String::from_utf8_lossy(body).into_owned();
                    if let (true, Some(at)) = (path.contains(end), text.find(member)) {
                        let at = at + member.len() + offset;
                        body[at] = if body[at] == b'A' { b'B' } else { b'A' };
                    }
                });
                // The evidence is JSON inside of JSON, all else is not: only one of the two spellings is there.
                if (end == "/evidence") == member.contains('\\') {
                    let error = host.refused(&[LINTER]);
                    assert!(error.contains(name) || error.contains("statement"), "{end} {member}: {error}");
                    assert!(error.contains(LINTER), "{end} {member}: {error}");
                }
            }
        }
    }
    proxy.changes(|_, _| {});
    assert_eq!(host.install(&[LINTER]), ["com.acme.linter@1.0.0"]);
}

fn another_registry_at_the_same_address_is_refused(on: Backend) {
    let (_registry, proxy, host) = through_a_proxy(on);
    let other = Registry::start(on);
    other.publisher("acme").release(Plugin::new(LINTER, "1.0.0"));
    proxy.turns_to(&other);
    let error = host.refused(&[LINTER]);
    assert!(error.contains("Nothing was changed"), "{error}");
    assert!(error.contains(&other.fingerprint().to_string()) || error.contains(other.origin()), "{error}");
    let cli = other.cli(&other.visitor());
    let other_key = "0".repeat(64);
    cli.fails(11, &["trust", "add", other.url(), "--fingerprint", &other_key]);
}

fn an_index_that_goes_back_is_refused(on: Backend) {
    let (registry, proxy, host) = through_a_proxy(on);
    let before = registry.operator().get("/v1/index/com.acme.linter").body;
    let version = "1.0.0".parse().expect("a version");
    let yank = SetAvailability { to: AvailabilityWord::Blocked, reason: "harmful".to_owned(), replacement: None };
    registry.reviewer().client().set_availability(&LINTER.parse().expect("an id"), &version, &yank).expect("blocked");
    let now = host.refused(&[LINTER]);
    assert!(now.contains("com.acme.linter"), "{now}");
    proxy.changes(move |path, body| {
        if path.contains("/v1/index/") {
            body.clone_from(&before);
        }
    });
    let error = host.refused(&[LINTER]);
    assert!(error.contains("serial") && error.contains(LINTER), "{error}");
}

fn an_expired_index_is_refused(on: Backend) {
    let (_registry, _proxy, mut host) = through_a_proxy(on);
    host.options = Options { clock: in_two_days, ..Options::default() };
    let error = host.refused(&[LINTER]);
    assert!(error.contains("expired") && error.contains(LINTER), "{error}");
    host.options = Options { offline_grace_seconds: 3 * 24 * 3600, ..host.options };
    assert!(host.refused(&[LINTER]).contains("expired"), "the grace is for when the registry cannot be asked");
}

fn in_two_days() -> Timestamp {
    Timestamp::from(std::time::SystemTime::now()).plus_seconds(2 * 24 * 3600)
}

fn changed_files_of_an_installed_package_are_found(on: Backend) {
    let (_registry, _proxy, host) = through_a_proxy(on);
    host.install(&[LINTER]);
    assert!(host.problems().is_empty());
    let file = host.load(LINTER).expect("loaded").path.join("dist/index.mjs");
    let whole = std::fs::read(&file).expect("unpacked");
    overwrite(&file, b"export default () => 'something else';\n");
    assert!(host.problems()[0].message.contains("dist/index.mjs"), "{:?}", host.problems());
    assert!(host.load(LINTER).is_err());
    overwrite(&file, &whole);
    assert!(host.problems().is_empty());
}

fn overwrite(file: &std::path::Path, content: &[u8]) {
    std::fs::remove_file(file).expect("removed");
    std::fs::write(file, content).expect("written");
}

fn another_environment_installs_what_is_kept_while_the_registry_is_down(on: Backend) {
    let mut registry = Registry::start(on);
    registry.publisher("acme").release(Plugin::new(LINTER, "1.0.0"));
    let mut host = registry.host(&registry.operator());
    host.install(&[LINTER]);
    registry.stop();
    let kept = host.home().path().join("envs/default/state.json");
    let whole = std::fs::read(&kept).expect("a state");

    host.turns_to("staging");
    for (member, named) in [("evidence", "evidence"), ("approval", "cannot be reached")] {
        let mut state: serde_json::Value = serde_json::from_slice(&whole).expect("a state");
        let text = match &mut state["packages"][LINTER][member] {
            object @ serde_json::Value::Object(_) => &mut object["text"],
            text => text,
        };
        *text = format!("{} ", text.as_str().expect("a text")).into();
        std::fs::write(&kept, state.to_string()).expect("changed");
        let error = host.refused(&[LINTER]);
        assert!(error.contains(named), "{member}: {error}");
    }
    std::fs::write(&kept, &whole).expect("as it was");

    let now = host.options;
    host.options = Options { clock: in_two_days, ..now };
    let error = host.refused(&[LINTER]);
    assert!(error.contains("expired") && error.contains("once the registry can be reached"), "{error}");
    host.options = now;
    assert_eq!(host.install(&[LINTER]), ["com.acme.linter@1.0.0"]);
    assert!(host.problems().is_empty());
    host.load(LINTER).expect("loaded");
}
