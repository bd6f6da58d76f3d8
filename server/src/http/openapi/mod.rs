//! The OpenAPI document, made from the route table: an operation cannot be served without being documented.

pub(super) mod examples;
mod header;
mod operation;
mod schema;
#[cfg(test)]
mod tests;

pub(super) use operation::{Credentials, Operation, Parameter, Tag};
pub(super) use schema::{AnyObject, Envelope, Health};

use plimsoll_core::problem::{Problem, ProblemCode};
use serde_json::{Map, Value, json};

use self::header::Header;
use self::schema::{Schema, Schemas};
use super::routes;

/// The document as text.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).expect("the document is plain data");
    text.push('\n');
    text
}

/// The document.
pub fn document() -> Value {
    let mut schemas = Schemas::default();
    let problem = schemas.reference(&Schema::of::<Problem>());
    let mut paths = Map::new();
    for route in routes() {
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        let operation = route.operation.write(route.path, &problem, &mut schemas);
        path[route.method.as_str().to_ascii_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Plimsoll",
            "description": DESCRIPTION,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "This registry" }],
        "tags": Tag::ALL.iter().map(|tag| json!({ "name": tag.name(), "description": tag.description() })).collect::<Vec<_>>(),
        "paths": paths,
        "components": {
            "schemas": schemas.into_map(),
            "headers": Header::components(),
            "examples": problem_examples(),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "A token of the registry: `plim_…`." },
            },
        },
    })
}

const DESCRIPTION: &str = "A registry for plugins that assigns each version a tier (how it may be loaded), signs that \
    decision, and lets clients check it. Errors are problem documents (RFC 9457) with a closed list of codes. Unknown \
    members of a body and unknown query parameters are refused. `HEAD` works wherever `GET` does.";

/// One example of each problem, by its code.
fn problem_examples() -> Map<String, Value> {
    let example = |code: &ProblemCode| {
        let mut problem = Problem::new(*code, examples::detail(*code), "0199a1de-0000-7000-8000-000000000000");
        if *code == ProblemCode::GateRefused {
            problem.report = Some(examples::refused());
        }
        (code.to_string(), json!({ "summary": code.title(), "value": problem }))
    };
    ProblemCode::ALL.iter().map(example).collect()
}
