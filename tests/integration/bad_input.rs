//! What is wrong gets a problem document with a closed code and a sentence, and leaves no row.

use plimsoll_core::gate::CheckCode;
use plimsoll_core::problem::ProblemCode;
use plimsoll_server::config::Config;
use plimsoll_tests::archive::{Tar, gzip};
use plimsoll_tests::{Backend, Plugin, Publisher, Registry};
use serde_json::{Value, json};

plimsoll_tests::behaviours!(
    malformed_archives_are_refused,
    bombs_are_refused,
    manifests_are_refused_with_every_problem_at_once,
    what_is_asked_must_be_what_is_in_the_bytes,
    a_version_never_changes,
    bodies_are_bounded_in_size_and_time,
    requests_are_read_strictly,
);

const ID: &str = "com.acme.bad";
const MANIFEST: &str = r#"{"id":"com.acme.bad","version":"1.0.0","type":"plugin","name":"Bad","integrity":{}}"#;
const MANIFEST_PATH: &str = "objectstack.plugin.json";

fn good() -> Tar {
    Tar::default().file(MANIFEST_PATH, MANIFEST.as_bytes())
}

/// The report says exactly this, in words, and nothing of the package is there for anybody.
#[track_caller]
fn refused_with(acme: &Publisher, what: &str, artifact: Vec<u8>, code: CheckCode) {
    let problem = acme.refused(Plugin::of_bytes(ID, artifact));
    assert_eq!(problem.code, ProblemCode::GateRefused, "{what}");
    let report = problem.report.as_ref().expect("a report");
    let check = report.findings().find(|check| check.code == code);
    let check = check.unwrap_or_else(|| panic!("{what}: {}", plimsoll_tests::open_problem(&problem)));
    assert_eq!(check.outcome.as_str(), "refuse", "{what}");
    assert!(check.message.len() > 20, "{what}: {}", check.message);
    nothing_is_there(acme, what);
}

#[track_caller]
fn nothing_is_there(acme: &Publisher, what: &str) {
    for path in ["/v1/packages/com.acme.bad", "/v1/packages/com.acme.bad/versions", "/v1/index/com.acme.bad"] {
        assert_eq!(acme.owner().get(path).code(), ProblemCode::NotFound, "{what}: {path}");
    }
}

fn malformed_archives_are_refused(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let typed = |letter: u8| good().bent("link", b"", move |header| header[156] = letter).packed();
    let path = |path: &str| good().file(path, b"x").packed();
    let bytes =
        |path: &'static [u8]| good().bent("x", b"x", move |header| header[..path.len()].copy_from_slice(path)).packed();
    let truncated = {
        let whole = good().file("assets/x", &[7; 4096]).packed();
        whole[..whole.len() - 9].to_vec()
    };
    let two_members = [good().packed(), gzip(b"more")].concat();
    let many = (0..10_001).fold(good(), |tar, number| tar.file(&format!("a/{number}"), b"")).packed();
    let table: Vec<(&str, Vec<u8>)> = vec![
        ("not gzip", b"plain text, and no archive at all".to_vec()),
        ("gzip of no tar", gzip(b"plain text, and no archive at all")),
        ("a truncated stream", truncated),
        ("two gzip members", two_members),
        ("bytes after the gzip member", [good().packed(), vec![0; 9]].concat()),
        ("bytes after the end blocks", gzip(&[good().ended(), b"more".to_vec(), vec![0; 508]].concat())),
        ("no end blocks", gzip(&good().raw(&[]).ended()[..1024])),
        ("a symbolic link", typed(b'2')),
        ("a hard link", typed(b'1')),
        ("a directory", typed(b'5')),
        ("a device", typed(b'3')),
        ("a pax header", typed(b'x')),
        ("a GNU long name", typed(b'L')),
        ("an absolute path", path("/etc/passwd")),
        ("a path that leaves", path("assets/../../x")),
        ("a backslash", path("assets\\x")),
        ("no UTF-8", bytes(b"\xff\xfe")),
        ("a NUL inside", bytes(b"a\0b")),
        ("a control character", path("assets/\u{7}")),
        ("one path twice", good().file("assets/x", b"1").file("assets/x", b"2").packed()),
        ("paths that collide by case", good().file("assets/x", b"1").file("assets/X", b"2").packed()),
        ("paths that collide by form", good().file("a/\u{e9}", b"1").file("a/e\u{301}", b"2").packed()),
        ("a prefix", good().bent("x", b"x", |header| header[345] = b'p').packed()),
        ("too many members", many),
    ];
    for (what, artifact) in table {
        refused_with(&acme, what, artifact, CheckCode::ArtifactMalformed);
    }
    let claim = Tar::default().bent(MANIFEST_PATH, MANIFEST.as_bytes(), |header| {
        header[124..136].copy_from_slice(format!("{:011o}\0", 1_u64 << 30).as_bytes());
    });
    refused_with(&acme, "a manifest that claims 1 GiB", claim.packed(), CheckCode::ArtifactMalformed);
}

fn bombs_are_refused(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let bomb = good().file("assets/zeros", &vec![0; 48 << 20]).packed();
    assert!(bomb.len() < 100_000);
    refused_with(&acme, "a bomb", bomb, CheckCode::ArtifactMalformed);
}

fn manifests_are_refused_with_every_problem_at_once(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let many = json!({
        "id": "Com.Acme.Bad", "version": "1.0", "type": "gadget", "name": 7, "colour": "red",
        "permissions": { "network": ["a"], "devices": [] }, "engines": { "browser": "1" }, "runtime": "jvm",
    });
    let artifact = Tar::default().file(MANIFEST_PATH, many.to_string().as_bytes()).packed();
    let problem = acme.refused(Plugin::of_bytes(ID, artifact));
    let report = problem.report.as_ref().expect("a report");
    let check = report.findings().find(|check| check.code == CheckCode::ManifestInvalid).expect("manifest-invalid");
    for pointer in
        ["#/id", "#/version", "#/type", "#/name", "#/colour", "#/permissions/devices", "#/engines/browser", "#/runtime"]
    {
        assert!(check.pointers.iter().any(|found| found == pointer), "{pointer}: {:?}", check.pointers);
    }
    nothing_is_there(&acme, "a manifest with many problems");

    let with = |key: &str, value: &str| {
        let mut manifest: Value = serde_json::from_str(MANIFEST).expect("JSON");
        manifest[key] = json!(value);
        Tar::default().file(MANIFEST_PATH, manifest.to_string().as_bytes()).packed()
    };
    for id in
        ["com.acme.bad\n", "com.acme.b\u{430}d", "com.Acme.bad", "com.acme.bad:x", "acme", "com..bad", ".com.bad", ""]
    {
        refused_with(&acme, id, with("id", id), CheckCode::ManifestInvalid);
    }
    for version in ["1.0.0\n", "1.0", "v1.0.0", "1.0.0+build", "01.0.0", "\u{661}.0.0", "1.0.0-\u{e9}", ""] {
        refused_with(&acme, version, with("version", version), CheckCode::ManifestInvalid);
    }
    let none = Tar::default().file("assets/x", b"x").packed();
    refused_with(&acme, "no manifest", none, CheckCode::ManifestMissing);
    let stack = good().file("dist/objectstack.json", b"{").packed();
    refused_with(&acme, "a stack that cannot be read", stack, CheckCode::ManifestInvalid);
    let broken = Tar::default().file(MANIFEST_PATH, b"{\"id\": ").packed();
    refused_with(&acme, "broken JSON", broken, CheckCode::ManifestInvalid);
    let deep = Tar::default().file(MANIFEST_PATH, "[".repeat(100_000).as_bytes()).packed();
    refused_with(&acme, "JSON without end", deep, CheckCode::ManifestInvalid);
    let unlisted = good().file("assets/x", b"x").packed();
    refused_with(&acme, "a member without integrity", unlisted, CheckCode::IntegrityMismatch);
    let without = MANIFEST.replace(",\"integrity\":{}", "");
    let missing = Tar::default().file(MANIFEST_PATH, without.as_bytes()).packed();
    refused_with(&acme, "no integrity map", missing, CheckCode::IntegrityMissing);
}

fn what_is_asked_must_be_what_is_in_the_bytes(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let plugin = Plugin::new("com.acme.other", "1.0.0");
    refused_with(&acme, "another id", plugin.artifact(), CheckCode::IdentityMismatch);

    let other = registry.publisher("other");
    acme.publish(Plugin::new("com.acme.linter", "1.0.0"));
    let problem = other.refused(Plugin::new("com.acme.linter", "1.0.1"));
    assert!(plimsoll_tests::open_problem(&problem).contains("publisher-not-owner"));
    let prefix = "/v1/publishers/acme/prefixes/com.acme";
    assert_eq!(registry.admin().call("PUT", prefix).send().status, 200);
    let problem = other.refused(Plugin::new("com.acme.new", "1.0.0"));
    assert!(plimsoll_tests::open_problem(&problem).contains("id-reserved"));
    let problem = acme.refused(Plugin::new("sys.tools", "1.0.0"));
    assert!(plimsoll_tests::open_problem(&problem).contains("id-reserved"));

    // Knowing the digest of somebody's private artifact is no way to its bytes.
    let private = acme.new_version(&Plugin::new("com.acme.linter", "1.0.0"));
    let mut stolen = other.new_version(&Plugin::new("com.other.linter", "1.0.0"));
    stolen.sha256 = private.sha256;
    let package = "com.other.linter".parse().expect("an id");
    let error = other.owner().client().publish(&package, &stolen, false).expect_err("not uploaded by them");
    assert_eq!(error.code(), Some(ProblemCode::ArtifactUnknown));
}

fn a_version_never_changes(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let linter = || Plugin::new("com.acme.linter", "1.0.0");
    acme.publish(linter());
    let other = || linter().with("description", json!("other bytes"));
    assert_eq!(acme.refused(other()).code, ProblemCode::VersionExists);
    assert_eq!(acme.publish(linter()).state.as_str(), "approved", "the same bytes are the same version");

    let held = acme.publish(Plugin::new("com.acme.held", "1.0.0").permission("services", "secrets"));
    registry.reviewer().reject(&held);
    let again = || Plugin::new("com.acme.held", "1.0.0").permission("services", "secrets");
    assert_eq!(acme.refused(again()).code, ProblemCode::VersionRejected);
    assert_eq!(acme.refused(Plugin::new("com.acme.held", "1.0.0")).code, ProblemCode::VersionRejected, "final");
    let moved = acme.refused(again().with("type", json!("theme")));
    assert_eq!(moved.code, ProblemCode::VersionRejected);
}

fn bodies_are_bounded_in_size_and_time(on: Backend) {
    let registry = Registry::with(on, |config: &mut Config| {
        config.limits.artifact_bytes = 100_000;
        config.limits.json_bytes = 10_000;
        config.timeouts.body_chunk_seconds = 1;
    });
    let acme = registry.publisher("acme");
    let large = vec![7; 100_001];
    assert_eq!(acme.upload(&large).expect_err("too large").code, ProblemCode::BodyTooLarge);
    let digest = plimsoll_core::Digest::of("other");
    let mismatch = acme.owner().call("PUT", &format!("/v1/artifacts/{digest}")).body("bytes").send();
    assert_eq!(mismatch.code(), ProblemCode::DigestMismatch);
    let json = json!({ "publisher": "x".repeat(10_000) });
    let large = acme.owner().call("POST", "/v1/publishers").json(&json).send();
    assert_eq!(large.code(), ProblemCode::BodyTooLarge);

    for (method, path) in [("PUT", format!("/v1/artifacts/{digest}")), ("POST", "/v1/publishers".to_owned())] {
        let answer = stalled(&registry, acme.owner().token().expect("a token"), method, &path);
        assert!(answer.starts_with("HTTP/1.1 408 ") && answer.contains("request-timeout"), "{method}: {answer}");
    }
    assert_eq!(acme.owner().get(&format!("/v1/artifacts/{digest}")).code(), ProblemCode::NotFound);
}

/// The answer to a request whose body begins and never goes on.
fn stalled(registry: &Registry, token: &str, method: &str, path: &str) -> String {
    use std::io::{Read as _, Write as _};
    let address = registry.url().trim_start_matches("http://");
    let mut stream = std::net::TcpStream::connect(address).expect("a connection");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n\
         connection: close\r\ncontent-length: 100\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

fn requests_are_read_strictly(on: Backend) {
    let registry = Registry::start(on);
    let admin = registry.admin();
    let code = |path: &str| admin.get(path).code();
    for list in ["/v1/catalogs/apps", "/v1/catalogs/contributions", "/v1/reviews", "/v1/audit"] {
        for cursor in ["x", "%00", "AAAA", "eyJhIjoxfQ", &"A".repeat(4000)] {
            let garbage = code(&format!("{list}?cursor={cursor}"));
            assert!(
                [ProblemCode::CursorInvalid, ProblemCode::RequestInvalid].contains(&garbage),
                "{list} {cursor}: {garbage}"
            );
        }
        assert_eq!(code(&format!("{list}?colour=red")), ProblemCode::RequestInvalid);
        assert_eq!(code(&format!("{list}?limit=101")), ProblemCode::RequestInvalid);
    }
    for path in ["/v1/packages/Acme", "/v1/packages/com.acme.x/versions/1", "/v1/artifacts/XYZ", "/v1/index/a%0Ab.c"] {
        assert_eq!(code(path), ProblemCode::RequestInvalid, "{path}");
    }
    assert_eq!(code("/v1/nothing"), ProblemCode::NotFound);
    assert_eq!(admin.call("PATCH", "/v1/me").send().code(), ProblemCode::MethodNotAllowed);

    let post = || admin.call("POST", "/v1/accounts");
    assert_eq!(post().body("{}").send().code(), ProblemCode::MediaTypeUnsupported);
    assert_eq!(post().header("content-type", "text/plain").body("{}").send().code(), ProblemCode::MediaTypeUnsupported);
    assert_eq!(post().header("content-type", "application/json").body("{").send().code(), ProblemCode::RequestInvalid);
    for body in [json!({ "name": "ada", "admin": true }), json!({ "name": "A" }), json!({ "roles": [] }), json!([])] {
        let problem = post().json(&body).send().problem();
        assert_eq!(problem.code, ProblemCode::BodyInvalid, "{body}");
    }
    assert_eq!(post().json(&json!({ "name": "admin" })).send().code(), ProblemCode::AccountExists);
}
