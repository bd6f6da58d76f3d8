//! Who may do what and see what, through the interface itself: every documented operation, every row of the read table.

use std::collections::BTreeMap;

use plimsoll_core::access::{Role, TokenScope};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{NewToken, Version};
use plimsoll_core::{State, Visibility};
use plimsoll_tests::{Actor, Backend, Plugin, Publisher, Registry, listing};
use serde_json::{Value, json};

plimsoll_tests::behaviours!(
    no_operation_does_anything_for_strangers_and_narrow_tokens,
    the_read_table_holds_through_the_interface,
    a_digest_is_readable_only_through_a_readable_version,
    tokens_end_when_they_expire_or_are_revoked,
    a_token_never_makes_a_wider_one,
    nobody_reviews_for_a_publisher_of_their_own,
    only_members_act_for_a_publisher,
);

/// One documented operation, with its examples filled in.
struct Operation {
    name: String,
    method: String,
    path: String,
    body: Option<Value>,
    needs_token: bool,
}

/// Every operation of the committed document.
fn operations() -> Vec<Operation> {
    let text = include_str!("../../openapi/openapi.json");
    let document: Value = serde_json::from_str(text).expect("JSON");
    let example = |parameter: &Value| {
        let schema = match parameter["schema"]["$ref"].as_str() {
            Some(reference) => &document["components"]["schemas"][reference.rsplit('/').next().expect("a name")],
            None => &parameter["schema"],
        };
        schema["example"].as_str().or_else(|| schema["enum"][0].as_str()).expect("an example").to_owned()
    };
    let mut all = Vec::new();
    for (template, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let mut path = template.clone();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                if parameter["in"] == "path" {
                    let name = parameter["name"].as_str().expect("a name");
                    path = path.replace(&format!("{{{name}}}"), &example(parameter));
                }
            }
            let content = &operation["requestBody"]["content"]["application/json"];
            let body =
                content.get("example").or_else(|| content["examples"].as_object()?.values().next()?.get("value"));
            let needs_token = operation["security"] == json!([{ "token": [] }]);
            let method = method.to_ascii_uppercase();
            all.push(Operation {
                name: format!("{method} {template}"),
                method,
                path,
                body: body.cloned(),
                needs_token,
            });
        }
    }
    all
}

fn no_operation_does_anything_for_strangers_and_narrow_tokens(on: Backend) {
    let registry = Registry::start(on);
    // An administrator, a reviewer and an operator at once; the token is for something else.
    let account = registry.account("everything", Role::ALL);
    let narrow = |scope| account.with_token(&registry.token(&account, &[scope]));
    let (reads, publishes) = (narrow(TokenScope::Read), narrow(TokenScope::Publish));
    // What the examples of the document name, so that there is something to see.
    let acme = registry.publisher("acme");
    acme.release(Plugin::new("com.acme.crm-enrich", "1.4.0"));
    let before = registry.admin().get("/v1/audit").json()["items"].clone();
    let mut table = String::new();
    for operation in operations() {
        let send = |actor: &Actor| {
            let call = actor.call(&operation.method, &operation.path);
            let answer = match &operation.body {
                Some(body) => call.json(body).send(),
                None if operation.method == "PUT" => call.body("x").send(),
                None => call.send(),
            };
            match answer.status {
                status @ 400.. if operation.method != "HEAD" => format!("{status} {}", answer.code()),
                status => status.to_string(),
            }
        };
        let anonymous = send(&registry.anonymous());
        assert!(!anonymous.starts_with("400"), "{}: its examples are good requests: {anonymous}", operation.name);
        assert!(!operation.needs_token || anonymous.starts_with("401"), "{}: {anonymous}", operation.name);
        let line = format!("{:<66} | {:<23} | {:<23} | {}", operation.name, anonymous, send(&reads), send(&publishes));
        table += &format!("{line}\n");
    }
    assert_eq!(registry.admin().get("/v1/audit").json()["items"], before, "nothing happened");
    let title = "What each operation answers without a token | with a token to read | with a token to publish";
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("operations", format!("{title}, of an account in every role\n\n{table}"));
    });
}

/// The rows of the read table that can be reached, as versions: each without and with code.
fn versions(registry: &Registry, acme: &Publisher) -> BTreeMap<(String, bool), Version> {
    let mut all = BTreeMap::new();
    for (kind, plugin) in [("app", Plugin::app as fn(&str, &str) -> Plugin), ("plugin", Plugin::data)] {
        for visibility in Visibility::ALL.iter().copied() {
            for state in State::ALL.iter().copied() {
                if state == State::Draft && visibility != Visibility::Marketplace {
                    continue;
                }
                for code in [false, true] {
                    let name = format!("{kind}-{visibility}-{state}-{code}").replace('_', "-");
                    // What a reviewer has to look at stays with the publisher until then, whatever its visibility.
                    let mut plugin =
                        plugin(&format!("com.acme.{name}"), "1.0.0").listed_as(listing()).visible_to(visibility);
                    if matches!(state, State::PendingReview | State::Rejected) {
                        plugin = plugin.permission("services", "secrets");
                    }
                    if code {
                        plugin = plugin.with("runtime", json!("sandbox")).file("dist/index.mjs", name.clone());
                    }
                    if visibility == Visibility::Marketplace && state != State::Draft {
                        plugin = plugin.for_marketplace();
                    }
                    let mut version = acme.publish(plugin);
                    if state == State::Approved && version.state == State::PendingReview {
                        version = registry.reviewer().approve(&version);
                    } else if state == State::Rejected {
                        version = registry.reviewer().reject(&version);
                    }
                    assert_eq!((version.state, version.has_code), (state, code), "{name}");
                    all.insert((format!("{kind} {visibility} {state}"), code), version);
                }
            }
        }
    }
    all
}

fn the_read_table_holds_through_the_interface(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let other = registry.publisher("other");
    let member = |role: &str, roles: &[Role]| {
        let account = registry.account(role, roles);
        let path = format!("/v1/publishers/acme/members/{}", account.name());
        let role = if role == "member" { "ci" } else { role };
        assert_eq!(acme.owner().call("PUT", &path).json(&json!({ "role": role })).send().status, 200);
        account
    };
    // The columns of the table, by its letters.
    let actors = [
        ('A', registry.anonymous()),
        ('B', registry.visitor()),
        ('D', other.owner().clone()),
        ('E', member("ci", &[])),
        ('F', member("maintainer", &[])),
        ('G', acme.owner().clone()),
        ('H', registry.operator()),
        ('I', registry.reviewer().clone()),
        ('J', member("member", &[Role::Reviewer])),
        ('K', registry.admin().clone()),
    ];
    let table = include_str!("../snapshots/read_table.txt");
    let row = |name: &str| {
        let row = table.lines().find(|line| line.split_whitespace().take(3).collect::<Vec<_>>().join(" ") == name);
        row.unwrap_or_else(|| panic!("no row {name}")).split_whitespace().skip(3).collect::<Vec<_>>()
    };
    for ((name, code), version) in versions(&registry, &acme) {
        let document = format!("/v1/packages/{}/versions/1.0.0", version.package);
        for (letter, actor) in &actors {
            let there = |path: &str| match actor.get(path).status {
                200 => true,
                404 => false,
                401 if *letter == 'A' => false,
                status => panic!("{letter} {path}: {status}"),
            };
            let expected = row(&name)[usize::from(*letter as u8 - b'A')];
            let is = |part: char| expected.contains(part);
            let artifact = format!("/v1/artifacts/{}", version.sha256);
            assert_eq!(there(&document), is('d'), "{letter} the document of {name}");
            assert_eq!(
                there(&artifact),
                is(if code { 'c' } else { 'a' }),
                "{letter} the artifact of {name}, code: {code}"
            );
            assert_eq!(there(&format!("{document}/report")), is('r'), "{letter} the report of {name}");
            assert_eq!(there(&format!("{document}/manifest")), is('d'), "{letter} the manifest of {name}");
            assert_eq!(there(&format!("{document}/evidence")), is('d'), "{letter} the evidence of {name}");
            assert_eq!(actor.get(&document).text().contains("\"report\""), is('r'), "{letter} {name}");
        }
    }
}

fn a_digest_is_readable_only_through_a_readable_version(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let bytes = Plugin::data("com.acme.words", "1.0.0").artifact();
    let digest = acme.upload(&bytes).expect("uploaded");
    let path = format!("/v1/artifacts/{digest}");
    assert_eq!(acme.owner().get(&path).code(), ProblemCode::NotFound, "uploaded, and of no version");
    acme.publish(Plugin::data("com.acme.words", "1.0.0"));
    assert_eq!(acme.owner().get(&path).body, bytes);
    for actor in [registry.anonymous(), registry.visitor(), registry.operator()] {
        assert_eq!(actor.get(&path).code(), ProblemCode::NotFound, "{}", actor.name());
    }
}

fn tokens_end_when_they_expire_or_are_revoked(on: Backend) {
    let registry = Registry::start(on);
    let account = registry.visitor();
    let expires_at = Some(plimsoll_core::Timestamp::from(std::time::SystemTime::now()).plus_seconds(3600));
    let new = NewToken { account: None, scopes: [TokenScope::Read].into(), expires_at };
    let created = account.client().create_token(&new).expect("a token");
    let narrow = account.with_token(&created.token);
    assert_eq!(narrow.get("/v1/me").json()["scopes"], json!(["read"]));
    registry.clock().forward_hours(2);
    assert_eq!(narrow.get("/v1/me").code(), ProblemCode::CredentialsInvalid, "expired");

    let second = NewToken { expires_at: None, ..new };
    let created = account.client().create_token(&second).expect("a token");
    let second = account.with_token(&created.token);
    assert_eq!(second.get("/v1/me").status, 200);
    let revoke = format!("/v1/tokens/{}", created.id);
    assert_eq!(registry.account("somebody", &[]).call("DELETE", &revoke).send().code(), ProblemCode::NotFound);
    assert!(account.call("DELETE", &revoke).send().status < 300);
    assert_eq!(second.get("/v1/me").code(), ProblemCode::CredentialsInvalid, "revoked");
    // Also where no token is needed: a token that is not valid is never the same as none.
    assert_eq!(second.get("/v1/catalogs/apps").code(), ProblemCode::CredentialsInvalid);
}

fn a_token_never_makes_a_wider_one(on: Backend) {
    let registry = Registry::start(on);
    let account = registry.visitor();
    let manager = account.with_token(&registry.token(&account, &[TokenScope::Manage]));
    let make = |scopes: Value| manager.call("POST", "/v1/tokens").json(&json!({ "scopes": scopes })).send();
    assert_eq!(make(json!(["manage"])).status, 201);
    assert_eq!(make(json!(["manage", "publish"])).code(), ProblemCode::ScopeMissing);
    assert_eq!(make(json!([])).code(), ProblemCode::BodyInvalid);
    let other = json!({ "account": "admin", "scopes": ["manage"] });
    assert_eq!(manager.call("POST", "/v1/tokens").json(&other).send().code(), ProblemCode::NotAllowed);
}

fn nobody_reviews_for_a_publisher_of_their_own(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let insider = registry.account("insider", &[Role::Reviewer, Role::Admin]);
    let path = format!("/v1/publishers/acme/members/{}", insider.name());
    assert_eq!(acme.owner().call("PUT", &path).json(&json!({ "role": "ci" })).send().status, 200);
    let held = acme.publish(Plugin::new("com.acme.linter", "1.0.0").for_marketplace());
    let review = |actor: &Actor, sha256: &str, report: &str| {
        let body = json!({ "decision": "approve", "reason": "fine", "sha256": sha256, "reportSha256": report });
        actor.call("POST", "/v1/packages/com.acme.linter/versions/1.0.0/review").json(&body).send()
    };
    let (sha256, report) = (held.sha256.to_string(), held.report_sha256.expect("seen").to_string());
    for actor in [&insider, acme.owner(), &registry.visitor(), &registry.operator()] {
        assert_eq!(review(actor, &sha256, &report).code(), ProblemCode::NotAllowed, "{}", actor.name());
    }
    let other = "0".repeat(64);
    assert_eq!(review(registry.reviewer(), &other, &report).code(), ProblemCode::ReviewStale, "other bytes");
    assert_eq!(review(registry.reviewer(), &sha256, &other).code(), ProblemCode::ReviewStale, "another report");
    assert_eq!(review(registry.reviewer(), &sha256, &report).status, 200);
    assert_eq!(review(registry.reviewer(), &sha256, &report).code(), ProblemCode::StateConflict, "decided already");
}

fn only_members_act_for_a_publisher(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let stranger = acme.through(registry.publisher("other").owner().clone());
    assert_eq!(stranger.refused(Plugin::new("com.acme.linter", "1.0.0")).code, ProblemCode::NotAllowed);
    let admin = acme.through(registry.admin().clone());
    let upload = admin.upload(b"x").expect_err("an administrator is no member");
    assert_eq!(upload.code, ProblemCode::NotAllowed);
    for (method, path, body) in [
        ("PUT", "/v1/publishers/acme/level", json!({ "level": "trusted", "reason": "me" })),
        ("PUT", "/v1/publishers/acme/prefixes/com.acme", Value::Null),
        ("POST", "/v1/accounts", json!({ "name": "ada" })),
    ] {
        assert_eq!(acme.owner().call(method, path).json(&body).send().code(), ProblemCode::NotAllowed, "{path}");
    }
    let demotion = format!("/v1/publishers/acme/members/{}", acme.owner().name());
    let alone = acme.owner().call("PUT", &demotion).json(&json!({ "role": "ci" })).send();
    assert_eq!(alone.code(), ProblemCode::StateConflict, "the last owner stays one");
}
