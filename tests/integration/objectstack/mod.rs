//! What the real ObjectStack command line 17.4.0 sends, as it was recorded, is understood; and what it prints is there.

mod bundle;
mod device;
mod icon;
mod marketplace;
mod page;
mod plugin;
mod several;
mod sign_in;
mod submit;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use plimsoll_core::wire::{NewKey, Version};
use plimsoll_tests::{Actor, Answer, Publisher, Registry, fixture};
use serde_json::Value;

/// One recorded request.
struct Recorded(Value);

impl Recorded {
    fn read(name: &str) -> Self {
        let text = std::fs::read_to_string(fixture(&format!("wire/{name}.json"))).expect("a recording");
        Self(serde_json::from_str(&text).expect("a recording"))
    }

    /// With another member in its body.
    fn with(mut self, key: &str, value: Value) -> Self {
        self.0["body"][key] = value;
        self
    }

    fn without(mut self, key: &str) -> Self {
        self.0["body"].as_object_mut().expect("a JSON body").remove(key);
        self
    }

    /// Sends it, with everything that was recorded but the token.
    fn send(&self, actor: &Actor) -> Answer {
        let text = |key: &str| self.0[key].as_str().expect("a text").to_owned();
        let mut call = actor.call(&text("method"), &text("path"));
        for (name, value) in self.0["headers"].as_object().expect("headers") {
            call = call.header(name, value.as_str().expect("a header"));
        }
        match &self.0["body"] {
            Value::Null => call.send(),
            // Bytes are recorded in base64.
            Value::String(bytes) => call.body(BASE64_STANDARD.decode(bytes).expect("base64")).send(),
            json => call.body(json.to_string()).send(),
        }
    }
}

/// The publisher of the recordings. The private half of its key is not known, so an administrator asserts the other.
fn acme(registry: &Registry) -> Publisher {
    let acme = registry.publisher("acme");
    let public_key = std::fs::read_to_string(fixture("acme-2026.pub.pem")).expect("the key");
    let key = NewKey { key_id: "acme-2026".parse().expect("a key id"), public_key, proof: None };
    registry.admin().client().add_key(acme.name(), &key).expect("asserted");
    acme
}

/// A version, with its report.
fn version(acme: &Publisher, id: &str, number: &str) -> Version {
    let version = acme.owner().get(&format!("/v1/packages/{id}/versions/{number}")).json();
    serde_json::from_value(version).expect("a version")
}

/// What the registry signed of a version.
fn approval(acme: &Publisher, version: &Version) -> Value {
    let path = format!("/v1/packages/{}/versions/{}/approval", version.package, version.version);
    let envelope = acme.owner().get(&path).json();
    let payload = BASE64_STANDARD.decode(envelope["payload"].as_str().expect("a payload")).expect("base64");
    serde_json::from_slice::<Value>(&payload).expect("a statement")["predicate"].clone()
}

/// What a failed answer says: status, code, and the codes that its violations begin with.
fn failure(answer: &Answer) -> (u16, String, Vec<String>) {
    let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(body["success"], false, "{body}");
    let error = &body["error"];
    assert!(error["message"].as_str().is_some_and(|message| message.len() > 8), "{body}");
    assert_eq!(error["httpStatus"], answer.status, "{body}");
    let violations = body.get("violations").map(|list| list.as_array().expect("a list").clone()).unwrap_or_default();
    let texts = violations.iter().map(|violation| violation.as_str().expect("texts"));
    // What alone would not refuse a version says so first.
    let said = texts.map(|text| text.strip_prefix("(held for a reviewer) ").unwrap_or(text));
    let codes = said.map(|text| text.split(':').next().unwrap_or_default().to_owned()).collect();
    (answer.status, error["code"].as_str().expect("a code").to_owned(), codes)
}

fn failed(status: u16, code: &str, violations: &[&str]) -> (u16, String, Vec<String>) {
    (status, code.to_owned(), violations.iter().map(|code| (*code).to_owned()).collect())
}
