//! What a script sees of the process: exit codes, and what is on standard output.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use plimsoll_core::wire::{Evidence, EvidenceKind, PublisherKey};
use plimsoll_core::{Digest, Timestamp};
use plimsoll_trust::PublicKey;
use plimsoll_trust::evidence::{self, Artifact, Outcome};
use serde_json::Value;

/// Runs the command line with a home of its own and nobody to ask.
fn plimsoll(home: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    for name in ["PLIMSOLL_TOKEN", "PLIMSOLL_REGISTRY"] {
        command.env_remove(name);
    }
    command.env("PLIMSOLL_HOME", home).args(args).stdin(Stdio::null()).output().expect("the process runs")
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().expect("directory")
}

fn fixture(name: &str) -> String {
    format!("{}/../../tests/fixtures/objectstack/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Exactly one JSON document.
fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).expect("one JSON document on standard output")
}

#[test]
fn a_wrong_command_line_is_2_and_json_if_asked() {
    let home = home();
    let output = plimsoll(home.path(), &["install", "--json"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(document(&output)["error"]["exitCode"], 2);
    let output = plimsoll(home.path(), &["install"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    assert_eq!(plimsoll(home.path(), &["--help"]).status.code(), Some(0));
}

#[test]
fn a_registry_that_does_not_answer_is_16() {
    let home = home();
    // A port that was free a moment ago.
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("port").port();
    let url = format!("http://127.0.0.1:{port}");
    let output = plimsoll(home.path(), &["--json", "--registry", &url, "info", "com.acme.crm"]);
    assert_eq!(output.status.code(), Some(16));
    assert_eq!(document(&output)["error"]["code"], "unreachable");
}

#[test]
fn what_is_installed_is_listed_without_any_registry() {
    let home = home();
    let output = plimsoll(home.path(), &["list", "--json"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(document(&output)["items"], serde_json::json!([]));
    assert_eq!(plimsoll(home.path(), &["remove", "com.acme.crm", "--json", "--yes"]).status.code(), Some(14));
}

#[test]
fn what_takes_away_needs_yes_where_nobody_can_be_asked() {
    let home = home();
    for line in [["remove", "com.acme.crm"].as_slice(), &["trust", "remove", "https://registry.example"]] {
        let output = plimsoll(home.path(), line);
        assert_eq!(output.status.code(), Some(2), "{line:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("--yes"), "{line:?}");
        assert_eq!(plimsoll(home.path(), &[line, &["--yes"]].concat()).status.code(), Some(14), "{line:?}");
    }
}

#[test]
fn a_typo_in_the_settings_is_named() {
    let home = home();
    let settings = home.path().join("envs/default/settings.json");
    std::fs::create_dir_all(settings.parent().expect("parent")).expect("directory");
    std::fs::write(&settings, "{\n  \"thirdPartyCod\": \"deny\"\n}\n").expect("settings");
    let output = plimsoll(home.path(), &["verify"]);
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    for part in ["settings.json", "thirdPartyCod`", "line 2"] {
        assert!(message.contains(part), "{message}");
    }
}

#[test]
fn a_registry_that_is_not_trusted_is_asked_with_a_given_token_and_nothing_is_installed_from_it() {
    let home = home();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("address"));
    let line =
        |line: &[&str]| plimsoll(home.path(), &[&["--registry", &url, "--token", "plim_1", "--json"], line].concat());
    let output = line(&["install", "com.acme.crm"]);
    assert_eq!(output.status.code(), Some(11));
    assert_eq!(document(&output)["error"]["code"], "trust-missing");
    listener.set_nonblocking(true).expect("non-blocking");
    assert!(listener.accept().is_err(), "nobody was asked");
    drop(listener);
    assert_eq!(line(&["review", "list"]).status.code(), Some(16), "this one asks, and nobody is there");
}

#[test]
fn plain_http_is_for_loopback_only() {
    let home = home();
    let output = plimsoll(home.path(), &["trust", "add", "http://registry.example"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_gate_answers_offline_with_its_report() {
    let home = home();
    let artifact = fixture("com.acme.vat-check-1.0.0.osplugin");
    let output = plimsoll(home.path(), &["check", &artifact, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(document(&output)["report"]["tier"], "sandbox");

    let artifact = fixture("com.acme.legacy-driver-1.4.0.osplugin");
    let output = plimsoll(home.path(), &["check", &artifact, "--level", "unverified", "--json"]);
    assert_eq!(output.status.code(), Some(10));
    let document = document(&output);
    assert_eq!(document["error"]["code"], "gate-refused");
    assert_eq!(document["report"]["verdict"], "refused");
    assert_eq!(document["tier"], "in-process");
}

/// Whether the evidence in a file verifies over the artifact, with the key.
fn verifies(kind: EvidenceKind, evidence: &str, artifact: &str, key: &str) -> bool {
    let read = |file: &str| std::fs::read(file).expect("file");
    let public_key = String::from_utf8(read(key)).expect("PEM");
    let bytes = read(artifact);
    let key = PublisherKey {
        key_id: "acme-2026".parse().expect("key id"),
        algorithm: public_key.parse::<PublicKey>().expect("key").algorithm(),
        public_key,
        proven: true,
        added_at: Timestamp::from_micros(0).expect("time"),
        revoked: None,
    };
    let text = String::from_utf8(read(evidence)).expect("text").trim().to_owned();
    let evidence = Evidence { kind, key_id: Some(key.key_id.clone()), text: Some(text) };
    let artifact = Artifact { bytes: &mut bytes.as_slice(), sha256: Digest::of(&bytes) };
    let now = "2026-11-20T09:30:00Z".parse().expect("time");
    matches!(evidence::check(&evidence, &[key], artifact, now), Ok(Outcome::Signed(_)))
}

#[test]
fn from_sources_to_a_signature_without_a_registry() {
    let home = home();
    let file = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    let run = |args: &[&str]| plimsoll(home.path(), args);
    assert!(run(&["key", "generate", "--out", &file("acme.key")]).status.success());
    assert!(run(&["pack", &fixture("sandbox-vat"), "-o", &file("vat.osplugin")]).status.success());

    let sign = ["sign", &file("vat.osplugin"), "--key", &file("acme.key"), "--key-id", "acme-2026", "--json"];
    let output = run(&sign);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(document(&output)["statementFile"], Value::Null);
    let line = std::fs::read_to_string(file("vat.osplugin.sig")).expect("signature");
    assert!(line.starts_with("ed25519:acme-2026:") && line.ends_with('\n'), "{line}");

    let (artifact, key) = (file("vat.osplugin"), file("acme.key.pub"));
    assert!(verifies(EvidenceKind::Ed25519, &file("vat.osplugin.sig"), &artifact, &key));

    let named = [&sign[..], &["--publisher", "acme", "--registry-name", "registry.example"]].concat();
    assert_eq!(document(&run(&named))["statementFile"], file("vat.osplugin.dsse.json"));
    assert!(verifies(EvidenceKind::Statement, &file("vat.osplugin.dsse.json"), &artifact, &key));
    assert_eq!(run(&["check", &file("vat.osplugin")]).status.code(), Some(0));

    // A statement about other bytes, and one that is none.
    let statement = std::fs::read_to_string(file("vat.osplugin.dsse.json")).expect("statement");
    std::fs::copy(fixture("com.acme.legacy-driver-1.4.0.osplugin"), file("other.osplugin")).expect("copied");
    for (wrong, why) in [(&*statement, "names the package com.acme.vat-check"), ("{}", "other.osplugin.dsse.json")] {
        std::fs::write(file("other.osplugin.dsse.json"), wrong).expect("file");
        let output = run(&["check", &file("other.osplugin"), "--json"]);
        assert_eq!(output.status.code(), Some(10));
        let checks = document(&output)["report"]["checks"].to_string();
        assert!(checks.contains(why), "{checks}");
    }

    std::fs::write(file("vat.osplugin.sig"), "rsa:acme:AAAA\n").expect("file");
    assert_eq!(run(&["check", &file("vat.osplugin")]).status.code(), Some(10));
}

#[test]
fn a_p256_key_signs_statements_alone() {
    let home = home();
    let file = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    let run = |args: &[&str]| plimsoll(home.path(), args).status.code();
    assert_eq!(run(&["key", "generate", "--out", &file("k"), "--algorithm", "p256"]), Some(0));
    let artifact = file("a.osplugin");
    std::fs::copy(fixture("com.acme.vat-check-1.0.0.osplugin"), &artifact).expect("copied");
    let sign = ["sign", &artifact, "--key", &file("k"), "--key-id", "k1"];
    assert_eq!(run(&sign), Some(2));
    assert_eq!(run(&[&sign[..], &["--publisher", "acme", "--registry-name", "registry.example"]].concat()), Some(0));
    assert!(Path::new(&file("a.osplugin.dsse.json")).exists());
    assert!(!Path::new(&file("a.osplugin.sig")).exists());
}

#[test]
fn sources_pass_the_same_gate_as_the_artifact_of_the_real_tool() {
    let home = home();
    for (source, artifact) in [
        ("sandbox-vat", "com.acme.vat-check-1.0.0.osplugin"),
        ("theme-unset", "org.example.theme-dusk-0.1.0.osplugin"),
        ("legacy-node-clickhouse", "com.acme.legacy-driver-1.4.0.osplugin"),
    ] {
        let ours = home.path().join(artifact).to_string_lossy().into_owned();
        assert!(plimsoll(home.path(), &["pack", &fixture(source), "-o", &ours]).status.success(), "{source}");
        for asked in ["--level=unverified --visibility=private", "--level=verified --visibility=marketplace"] {
            let outcomes = |artifact: &str| {
                let args: Vec<&str> = ["check", artifact, "--json"].into_iter().chain(asked.split(' ')).collect();
                let report = document(&plimsoll(home.path(), &args))["report"].take();
                let checks = report["checks"].as_array().expect("checks").clone();
                let outcome = |check: &Value| format!("{} {}", check["code"], check["outcome"]);
                (report["verdict"].clone(), report["tier"].clone(), checks.iter().map(outcome).collect::<Vec<_>>())
            };
            assert_eq!(outcomes(&ours), outcomes(&fixture(artifact)), "{source} {asked}");
        }
    }
}
