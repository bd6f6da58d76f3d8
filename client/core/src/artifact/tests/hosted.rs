//! The artifact of a compiled stack.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::artifact::{Inspection, Integrity, STACK_MEMBER, inspect, pack_stack, read_members};
use crate::{Limits, manifest};

fn crm() -> Value {
    json!({
        "manifest": { "id": "com.acme.crm", "version": "1.0.0", "type": "app", "name": "CRM", "namespace": "crm" },
        "objects": [{ "name": "crm_customer", "fields": { "name": { "type": "text" } } }],
        "apps": [{ "name": "crm" }],
    })
}

fn built(stack: &str, version: &str) -> Result<Vec<u8>, String> {
    let id = "com.acme.crm".parse().expect("an id");
    let problems = match pack_stack(stack.as_bytes(), &id, &version.parse().expect("a version"), &Limits::default()) {
        Ok(artifact) => return Ok(artifact),
        Err(problems) => problems,
    };
    Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

fn inspected(stack: &Value) -> Inspection {
    inspect(&built(&stack.to_string(), "1.0.0").expect("an artifact")[..], &Limits::default()).expect("well formed")
}

#[test]
fn a_stack_becomes_an_artifact_of_its_manifest_and_itself() {
    let artifact = built(&crm().to_string(), "0.0.0-dev.20261120131500").expect("an artifact");
    let members = read_members(&artifact[..], &Limits::default()).expect("well formed");
    let paths: Vec<&str> = members.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["SIGNATURE", STACK_MEMBER, manifest::FILE_NAME]);
    insta::assert_snapshot!(String::from_utf8_lossy(&members[1].1), @r#"{"apps":[{"name":"crm"}],"manifest":{"id":"com.acme.crm","name":"CRM","namespace":"crm","type":"app","version":"0.0.0-dev.20261120131500"},"objects":[{"fields":{"name":{"type":"text"}},"name":"crm_customer"}]}"#);
    let inspection = inspect(&artifact[..], &Limits::default()).expect("well formed");
    assert_eq!((&inspection.integrity, inspection.apps, inspection.has_code()), (&Integrity::Match, 1, false));
    let manifest = inspection.manifest.expect("a manifest");
    assert_eq!(
        (manifest.id.as_str(), manifest.version.to_string().as_str()),
        ("com.acme.crm", "0.0.0-dev.20261120131500")
    );
}

#[test]
fn an_id_is_filled_in_and_never_replaced() {
    let mut stack = crm();
    stack["manifest"]["id"] = json!("com.acme.other");
    stack["manifest"]["integrity"] = json!({ "objectstack.json": "sha256-AA==" });
    let manifest = |stack: &Value| inspected(stack).manifest.expect("a manifest");
    assert_eq!(manifest(&stack).id.as_str(), "com.acme.other");
    stack["manifest"].as_object_mut().expect("an object").remove("id");
    assert_eq!(manifest(&stack).id.as_str(), "com.acme.crm");
}

#[test]
fn what_says_the_same_gives_the_same_bytes() {
    let one = r#"{"manifest":{"id":"com.acme.crm","type":"app","name":"C"},"a":[1,1e0,-0.0,10000000000000000000,-2.50],"b":"\u00e9"}"#;
    let other = r#" {"b": "é", "a": [1.0, 1, 0, 1e19, -2.5], "manifest": {"name":"C","version":"9.9.9","type":"app","id":"com.acme.crm"} } "#;
    assert_eq!(built(one, "1.0.0").expect("an artifact"), built(other, "1.0.0").expect("an artifact"));
    assert_ne!(built(one, "1.0.0").expect("an artifact"), built(one, "1.0.1").expect("an artifact"));
}

#[test]
fn what_is_no_stack_is_refused_with_its_places() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let large = format!("{{\"a\":\"{}\"}}", "x".repeat(8 * 1024 * 1024));
    for (stack, why) in [
        ("[]", "(root): a compiled stack is an object"),
        ("{}", "/manifest: a compiled stack has its manifest here"),
        (r#"{"manifest":[]}"#, "/manifest: a compiled stack has its manifest here"),
        (r#"{"manifest":{"id":"com.acme.crm","type":"app"}}"#, "/manifest: the key `name` is missing"),
        (r#"{"manifest":{"id":"Not An Id","type":"app","name":"C"}}"#, "/manifest/id: "),
        (r#"{"manifest":{"id":"com.acme.crm","type":"app","name":"C","main":"dist/x.mjs"}}"#, "not among the files"),
        (r#"{"manifest":{},"a":{"b":1,"b":2}}"#, "/a/b: the key is there more than once"),
        (r#"{"manifest":{},"a":[{"__proto__":{}}]}"#, "/a/0/__proto__: the key is not data"),
        (&deep, "recursion limit"),
        (&large, "look"),
    ] {
        let refused = built(stack, "1.0.0").expect_err(why);
        assert!(refused.contains(why), "{refused}");
    }
}

#[test]
fn what_runs_is_found_in_a_stack() {
    let with = |key: &str, value: Value| {
        let mut stack = crm();
        stack[key] = value;
        inspected(&stack)
    };
    let script = with("hooks", json!([{ "body": { "language": "js", "source": "1", "capabilities": ["api.read"] } }]));
    assert!(script.has_code() && script.only_script_bodies);
    let module = with("runtimeModule", json!("./objectstack-runtime.ab12.mjs"));
    assert!(module.has_code() && !module.only_script_bodies);
    let page = with("pages", json!([{ "name": "p", "kind": "react", "source": "export default () => null" }]));
    assert!(page.in_host.len() == 1 && !page.only_script_bodies);
    let flow = |title: &str| with("flows", json!([{ "nodes": [{ "config": { "title": title, "fields": [] } }] }]));
    let token = flow("Dear {'name'}");
    assert!(token.in_host == token.code && token.in_host.len() == 1 && !token.only_script_bodies);
    assert!(!flow("Dear {name}, {round(amount * 1.2)} by {TODAY() + 7}").has_code());
    let packages = with("packages", json!([{ "manifest": { "id": "com.acme.other" } }]));
    assert!(packages.manifest.is_err(), "a host would load these instead");
}

#[test]
fn what_a_stack_acts_on_is_found_in_it_and_in_its_manifest() {
    let seeds = |object: &str| json!([{ "object": object, "records": [] }]);
    let mut stack = crm();
    stack["data"] = seeds("crm_customer");
    stack["manifest"]["data"] = seeds("sys_user");
    let inspection = inspected(&stack);
    let reaches: Vec<_> = inspection.reaches.iter().map(|reach| (reach.member, reach.object.as_str())).collect();
    assert_eq!(reaches, [("data", "crm_customer"), ("data", "sys_user")]);
    stack["sharingRules"] = json!({ "object": "sys_user" });
    assert!(inspected(&stack).manifest.is_err(), "it cannot be read");
}

proptest! {
    #[test]
    fn building_again_from_the_stack_inside_changes_nothing(values in proptest::collection::vec(any::<f64>(), 0..8)) {
        let mut stack = crm();
        stack["numbers"] = json!(values);
        let artifact = built(&stack.to_string(), "1.0.0").expect("an artifact");
        let members = read_members(&artifact[..], &Limits::default()).expect("well formed");
        let inside = members.into_iter().find(|(path, _)| path == STACK_MEMBER).expect("the stack").1;
        prop_assert_eq!(built(&String::from_utf8_lossy(&inside), "1.0.0").expect("an artifact"), artifact);
    }
}
