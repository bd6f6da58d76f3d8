//! The crate graph is the architecture: a new edge is seen in review, because the text of it is here.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// What only some crates may name, because it is a side of the architecture: a database, HTTP, the network, signatures.
const SIDES: [&str; 7] = ["actix-web", "diesel", "ed25519-dalek", "object_store", "sigstore", "tokio", "ureq"];

/// The crates of the workspace with the names of what they use, tests aside.
fn uses() -> BTreeMap<String, BTreeSet<String>> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path", manifest])
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = |value: &Value| value.as_array().expect("a list").clone();
    list(&metadata["packages"])
        .iter()
        .map(|package| {
            let used = list(&package["dependencies"]);
            // The kind of an ordinary dependency is null.
            let used = used.iter().filter(|used| used["kind"].is_null()).map(|used| text(&used["name"]));
            (text(&package["name"]), used.collect())
        })
        .collect()
}

#[test]
fn the_crate_graph_is_the_one_that_was_reviewed() {
    let uses = uses();
    let own = uses.iter().map(|(name, used)| {
        let used: Vec<_> = used.iter().filter(|used| uses.contains_key(*used)).map(String::as_str).collect();
        format!("{name} -> {}", used.join(" "))
    });
    let sides = SIDES.iter().map(|side| {
        let users = uses.iter().filter(|(_, used)| used.contains(*side)).map(|(name, _)| name.as_str());
        format!("{side} <- {}", users.collect::<Vec<_>>().join(" "))
    });
    let lines: Vec<String> = own.chain([String::new()]).chain(sides).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    plimsoll-cli -> plimsoll-client plimsoll-core plimsoll-trust
    plimsoll-client -> plimsoll-core plimsoll-trust
    plimsoll-core -> 
    plimsoll-server -> plimsoll-core plimsoll-store plimsoll-trust
    plimsoll-store -> plimsoll-core
    plimsoll-tests -> plimsoll-client plimsoll-core plimsoll-server plimsoll-store plimsoll-trust
    plimsoll-trust -> plimsoll-core

    actix-web <- plimsoll-server plimsoll-tests
    diesel <- plimsoll-store
    ed25519-dalek <- plimsoll-trust
    object_store <- plimsoll-server plimsoll-tests
    sigstore <- plimsoll-trust
    tokio <- plimsoll-server plimsoll-tests
    ureq <- plimsoll-client plimsoll-tests
    ");
}
