//! Manifests in `fixtures/`, each with what the parser makes of it in `snapshots/`; and laws over any bytes.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{Manifest, parse, with_integrity};

fn summary(manifest: &Manifest) -> String {
    let mut text = format!(
        "{}@{} {} {:?} {:?}\n",
        manifest.id, manifest.version, manifest.package_type, manifest.name, manifest.description
    );
    let (namespace, scope, packaging) = (&manifest.namespace, manifest.scope, manifest.packaging);
    writeln!(text, "namespace {namespace:?}, scope {scope}, packaging {packaging}").expect("text");
    let (runtime, isolation, main) = (manifest.runtime, manifest.isolation, &manifest.main);
    writeln!(text, "runtime {runtime:?}, isolation {isolation:?}, main {main:?}").expect("text");
    for permission in manifest.permissions.iter() {
        writeln!(text, "permission {permission}").expect("text");
    }
    for (id, dependency) in &manifest.dependencies {
        writeln!(text, "dependency {id} {} at {}", dependency.range, dependency.pointer).expect("text");
    }
    writeln!(text, "{:?}\nintegrity {:?}", manifest.engines, manifest.integrity).expect("text");
    text
}

#[test]
fn fixtures_parse_as_recorded() {
    for (name, json) in [
        ("every-key", include_str!("fixtures/every-key.json")),
        ("retired-keys", include_str!("fixtures/retired-keys.json")),
        ("many-problems", include_str!("fixtures/many-problems.json")),
        ("ui-keys-elsewhere", include_str!("fixtures/ui-keys-elsewhere.json")),
    ] {
        let text = match parse(json.as_bytes()) {
            Ok(manifest) => {
                assert_eq!(manifest.bytes(), json.as_bytes());
                summary(&manifest)
            }
            Err(problems) => problems.iter().map(|problem| format!("{problem}\n")).collect(),
        };
        insta::assert_snapshot!(name, text);
    }
}

#[test]
fn texts_for_people_hide_nothing() {
    let pointers = |member: &str| {
        let json = format!(r#"{{"id":"a.b","version":"1.0.0","type":"theme","name":"X",{member}}}"#);
        parse(json.as_bytes()).map(drop).map_err(|found| found.into_iter().map(|it| it.pointer).collect::<Vec<_>>())
    };
    let hidden = r"a\u202eb";
    assert_eq!(pointers(&format!(r#""description":"{hidden}""#)), Err(vec!["/description".to_owned()]));
    let permissions = format!(r#""permissions":{{"network":["{hidden}"]}}"#);
    assert_eq!(pointers(&permissions), Err(vec!["/permissions/network/0".to_owned()]));
    assert_eq!(pointers(r#""description":"One line.\nAnother 👩\u200d💻.""#), Ok(()));
    let name = format!(r#"{{"id":"a.b","version":"1.0.0","type":"theme","name":"{hidden}"}}"#);
    assert_eq!(parse(name.as_bytes()).expect_err("hidden")[0].pointer, "/name");
}

#[test]
fn flat_permissions_are_legacy() {
    let json = r#"{"id":"a.b","version":"1.0.0","type":"theme","name":"X","permissions":["system.user.read"]}"#;
    let manifest = parse(json.as_bytes()).expect("manifest");
    assert_eq!(manifest.permissions.iter().map(ToString::to_string).collect::<Vec<_>>(), ["legacy:system.user.read"]);
}

#[test]
fn nobody_is_asked_to_consent_to_more_than_can_be_read() {
    let manifest = |permissions: usize, dependencies: usize| {
        let permissions: Vec<String> = (0..permissions).map(|at| format!("\"service{at}\"")).collect();
        let dependencies: Vec<String> = (0..dependencies).map(|at| format!("\"com.acme.x{at}\":\"1\"")).collect();
        let (permissions, dependencies) = (permissions.join(","), dependencies.join(","));
        let json = format!(
            r#"{{"id":"a.b","version":"1.0.0","type":"theme","name":"X",
                "permissions":{{"services":[{permissions}]}},"dependencies":{{{dependencies}}}}}"#
        );
        parse(json.as_bytes())
            .map(|_| ())
            .map_err(|problems| problems.into_iter().map(|it| it.pointer).collect::<Vec<_>>())
    };
    assert_eq!(manifest(256, 256), Ok(()));
    assert_eq!(manifest(257, 0), Err(vec!["/permissions/services".to_owned()]));
    assert_eq!(manifest(0, 257), Err(vec!["/dependencies".to_owned()]));
}

#[test]
fn at_most_a_hundred_problems_are_listed_and_none_is_huge() {
    let keys: Vec<String> = (0..500).map(|at| format!("\"k{at}\":0")).collect();
    assert_eq!(parse(format!("{{{}}}", keys.join(",")).as_bytes()).expect_err("unknown keys").len(), 100);
    let long = format!("{{\"{}\":0}}", "k".repeat(500_000));
    for problem in parse(long.as_bytes()).expect_err("unknown key") {
        assert!(problem.to_string().len() < 4096);
    }
}

#[test]
fn the_packed_manifest_has_the_order_of_the_schema() {
    let json = r#"{"main":"m.js","x":0}"#.replace(
        "\"x\":0",
        r#""integrity":{},"name":"X","data":[{"records":[],"object":"o"}],"type":"plugin","id":"a.b","version":"1.0.0""#,
    );
    let manifest = parse(json.as_bytes()).expect("manifest");
    let text = with_integrity(&manifest, vec![("m.js".to_owned(), "sha256-x".to_owned())]);
    insta::assert_snapshot!("packed", text);
    assert!(parse(text.as_bytes()).is_ok());
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn mutated_manifests_never_panic_and_keep_their_bytes(at in any::<prop::sample::Index>(), with in "[\\[\\]{}\",:0nt\u{0}é ]{0,3}") {
        let mut json = include_str!("fixtures/every-key.json").to_owned();
        let at = (0..=at.index(json.len())).rev().find(|at| json.is_char_boundary(*at)).unwrap_or_default();
        json.insert_str(at, &with);
        if let Ok(manifest) = parse(json.as_bytes()) {
            prop_assert_eq!(manifest.bytes(), json.as_bytes());
            let packed = with_integrity(&manifest, Vec::new());
            let again = parse(packed.as_bytes()).expect("a packed manifest parses");
            prop_assert_eq!(summary(&Manifest { integrity: None, ..manifest }), summary(&Manifest { integrity: None, ..again }));
        }
    }
}
