use std::collections::BTreeSet;
use std::path::Path;

use super::*;

/// Compares a generated file with what is committed; `UPDATE=1` writes it.
fn is_committed(path: &str, text: &str, same: impl Fn(&str) -> bool) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, text).expect("the file is written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        same(&committed),
        "{} is not what the code says: run `UPDATE=1 cargo test -p plimsoll-server`",
        path.display()
    );
}

#[test]
fn the_committed_document_is_the_generated_one() {
    // As values: the order of members depends on the features that other crates of a build ask for.
    let same =
        |committed: &str| serde_json::from_str::<Value>(committed).is_ok_and(|committed| committed == document());
    is_committed("openapi/openapi.json", &text(), same);
}

#[test]
fn the_committed_list_of_problems_is_the_generated_one() {
    let mut page = String::from(
        "# Problems\n\nEvery error under `/v1` is a problem document (RFC 9457), of media type \
         `application/problem+json`:\n`{type, title, status, detail, code, requestId, errors?, report?}`. `type` is \
         `urn:plimsoll:problem:<code>`. This page is generated\nfrom `ProblemCode` in `client/core/src/problem.rs`.\n\n\
         | status | code | what it means | for example |\n|---|---|---|---|\n",
    );
    for code in ProblemCode::ALL {
        let detail = examples::detail(*code).replace('|', "\\|");
        page.push_str(&format!("| {} | `{code}` | {} | {detail} |\n", code.status(), code.title()));
    }
    is_committed("docs/problems.md", &page, |committed| committed == page);
}

#[test]
fn every_operation_is_documented_in_full() {
    let document = document();
    let mut ids = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let name = format!("{method} {path}");
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
            for member in ["summary", "tags", "security", "parameters", "responses"] {
                assert!(operation.get(member).is_some(), "{name} has no {member}");
            }
            for parameter in operation["parameters"].as_array().expect("parameters") {
                assert!(parameter["description"].is_string() && parameter["schema"].is_object(), "{name}: {parameter}");
            }
            for (status, response) in operation["responses"].as_object().expect("responses") {
                assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}: {status}");
                for (media, content) in response["content"].as_object().into_iter().flatten() {
                    let has_example = content.get("example").is_some() || content.get("examples").is_some();
                    assert!(has_example || media == "application/octet-stream", "{name}: {status} has no example");
                    assert_eq!(media == "application/problem+json", status.as_str() >= "400", "{name}: {status}");
                }
            }
            for status in ["400", "500", "503"] {
                assert!(operation["responses"].get(status).is_some(), "{name} does not document {status}");
            }
            assert!(
                operation["responses"].as_object().expect("responses").keys().any(|status| status.starts_with('2'))
            );
        }
    }
}

#[test]
fn no_example_lies() {
    let wrong: Vec<String> = routes().iter().flat_map(|route| route.operation.wrong_examples()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut values = vec![&document];
    while let Some(value) = values.pop() {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let target = document.pointer(reference.trim_start_matches('#'));
            assert!(target.is_some(), "{reference}");
        }
        match value {
            Value::Object(members) => values.extend(members.values()),
            Value::Array(items) => values.extend(items),
            _ => {}
        }
    }
}

#[test]
fn the_words_of_the_document_are_those_of_the_wire() {
    let document = document();
    for (name, schema) in document["components"]["schemas"].as_object().expect("schemas") {
        for word in schema["enum"].as_array().into_iter().flatten() {
            let word = word.as_str().expect("a word");
            let is_wire = word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_');
            assert!(is_wire, "{name}: {word}");
        }
    }
    let words: Vec<&str> = plimsoll_core::Tier::ALL.iter().map(|tier| tier.as_str()).collect();
    assert_eq!(document["components"]["schemas"]["Tier"]["enum"], json!(words));
}
