//! Rights that end, that are shared by two, and that are used up.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use plimsoll_core::Digest;
use plimsoll_core::access::{Role, TokenScope};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{SetAvailability, Version};
use plimsoll_tests::{Actor, Answer, Backend, Plugin, Publisher, Registry};
use serde_json::{Value, json};

plimsoll_tests::behaviours!(
    a_token_that_ends_while_its_request_is_under_way_changes_nothing,
    whoever_becomes_a_member_meanwhile_does_not_review,
    a_block_is_lifted_by_somebody_who_had_no_part_in_the_version,
    whoever_said_what_a_catalog_is_to_show_does_not_review_it,
    the_owner_of_a_package_is_named_where_the_package_is_public,
    a_publisher_keeps_so_many_bytes,
    an_account_founds_so_many_publishers_and_belongs_to_so_many,
    a_publisher_has_so_many_members,
);

const LINTER: &str = "com.example.linter";

fn put(actor: &Actor, path: &str, body: &Value) -> Answer {
    actor.call("PUT", path).json(body).send()
}

fn set_member(by: &Actor, publisher: &str, who: &str, role: &str) -> Answer {
    put(by, &format!("/v1/publishers/{publisher}/members/{who}"), &json!({ "role": role }))
}

fn leave(who: &Actor, publisher: &str) {
    let path = format!("/v1/publishers/{publisher}/members/{}", who.name());
    assert_eq!(who.call("DELETE", &path).send().status, 204);
}

/// The status of a request of which something happens after its head and its first bytes, before its end.
fn interrupted(
    registry: &Registry,
    actor: &Actor,
    (method, path): (&str, &str),
    body: &[u8],
    event: impl FnOnce(),
) -> u16 {
    let address = registry.url().trim_start_matches("http://").to_owned();
    let (first, rest) = body.split_at(body.len() / 2);
    let token = actor.token().expect("a token");
    let mut stream = TcpStream::connect(&address).expect("a connection");
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), first].concat()).expect("sent");
    // Long enough for the server to have read the head; if it has not, it reads it after the event.
    std::thread::sleep(Duration::from_millis(300));
    event();
    stream.write_all(rest).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer);
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_else(|| panic!("no answer: {answer}"))
}

fn a_token_that_ends_while_its_request_is_under_way_changes_nothing(on: Backend) {
    let registry = Registry::start(on);
    let dana = registry.publisher("acme").owner().clone();
    let revoked_during = |method: &str, path: &str, body: &[u8]| {
        let scopes = [TokenScope::Read, TokenScope::Publish, TokenScope::Manage];
        let holder = dana.with_token(&registry.token(&dana, &scopes));
        let newest = dana.get("/v1/tokens?limit=100").json()["items"].as_array().expect("tokens").clone();
        let newest = newest.iter().max_by_key(|token| token["createdAt"].as_str().map(str::to_owned)).expect("a token");
        let path_of_token = format!("/v1/tokens/{}", newest["id"].as_str().expect("an id"));
        interrupted(&registry, &holder, (method, path), body, || {
            assert_eq!(registry.admin().call("DELETE", &path_of_token).send().status, 204);
            assert_eq!(holder.get("/v1/me").status, 401, "it was the right one");
        })
    };
    let tokens = || dana.get("/v1/tokens?limit=100").json()["items"].as_array().expect("tokens").len();
    let before = tokens();
    assert_eq!(
        revoked_during("POST", "/v1/tokens", json!({ "scopes": ["read", "manage"] }).to_string().as_bytes()),
        401
    );
    assert_eq!(tokens(), before + 1, "the one that was revoked, and none that it made");
    assert_eq!(revoked_during("POST", "/v1/publishers", json!({ "publisher": "late" }).to_string().as_bytes()), 401);
    assert_eq!(dana.get("/v1/publishers/late").status, 404);
    let bytes = b"the bytes of an artifact";
    assert_eq!(revoked_during("PUT", &format!("/v1/artifacts/{}", Digest::of(bytes)), bytes), 401);
    let announcement = json!({ "manifest_id": LINTER, "owner_org_id": "acme" }).to_string();
    assert_eq!(revoked_during("POST", "/api/v1/cloud/packages", announcement.as_bytes()), 401);
    let version = json!({ "version": "1.0.0", "bundle": {} }).to_string();
    assert_eq!(revoked_during("POST", &format!("/api/v1/cloud/packages/{LINTER}/versions"), version.as_bytes()), 401);
}

fn review(version: &Version) -> Value {
    let report = version.report_sha256.expect("seen");
    json!({ "decision": "approve", "reason": "looked at", "sha256": version.sha256, "reportSha256": report })
}

fn whoever_becomes_a_member_meanwhile_does_not_review(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let held = acme.publish(Plugin::new(LINTER, "1.0.0").for_marketplace());
    let (rita, body) = (registry.account("rita", &[Role::Reviewer]), review(&held).to_string());
    let path = format!("/v1/packages/{LINTER}/versions/1.0.0/review");
    let status = interrupted(&registry, &rita, ("POST", &path), body.as_bytes(), || {
        assert_eq!(set_member(acme.owner(), "acme", rita.name(), "maintainer").status, 200);
    });
    assert_eq!(status, 403);
}

fn a_block_is_lifted_by_somebody_who_had_no_part_in_the_version(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let [member, uploader] = ["member", "uploader"].map(|name| registry.account(name, &[Role::Reviewer]));
    for who in [&member, &uploader] {
        assert_eq!(set_member(acme.owner(), "acme", who.name(), "maintainer").status, 200);
    }
    acme.through(uploader.clone()).release(Plugin::new(LINTER, "1.0.0"));
    leave(&uploader, "acme");
    let set = |by: &Actor, to| {
        let set = SetAvailability { to, reason: "looked at".to_owned(), replacement: None };
        let changed =
            by.client().set_availability(&LINTER.parse().expect("an id"), &"1.0.0".parse().expect("a version"), &set);
        changed.map(drop).map_err(|error| error.code().expect("a problem"))
    };
    set(&member, AvailabilityWord::Blocked).expect("a member may block what everybody would refuse");
    for to in [AvailabilityWord::Live, AvailabilityWord::Deprecated, AvailabilityWord::Yanked] {
        assert_eq!(set(&member, to), Err(ProblemCode::NotAllowed), "a member, {to}");
        assert_eq!(set(&uploader, to), Err(ProblemCode::NotAllowed), "who uploaded it, {to}");
    }
    set(registry.reviewer(), AvailabilityWord::Live).expect("somebody else");
}

fn whoever_said_what_a_catalog_is_to_show_does_not_review_it(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let rita = registry.account("rita", &[Role::Reviewer]);
    assert_eq!(set_member(acme.owner(), "acme", rita.name(), "ci").status, 200);
    let before = acme.publish(Plugin::new(LINTER, "1.0.0").for_marketplace());
    let said = json!({ "manifest_id": LINTER, "owner_org_id": "acme", "description": "The best of all." });
    assert_eq!(rita.call("POST", "/api/v1/cloud/packages").json(&said).send().status, 200);
    leave(&rita, "acme");
    let after = acme.publish(Plugin::new(LINTER, "1.1.0").for_marketplace());
    let decide = |version: &Version| {
        let path = format!("/v1/packages/{LINTER}/versions/{}/review", version.version);
        rita.call("POST", &path).json(&review(version)).send()
    };
    assert_eq!(decide(&after).code(), ProblemCode::NotAllowed);
    assert_eq!(decide(&before).status, 200, "which was submitted before she said anything");
}

fn the_owner_of_a_package_is_named_where_the_package_is_public(on: Backend) {
    let registry = Registry::start(on);
    let (acme, globex) = (registry.publisher("acme"), registry.publisher("globex"));
    let told = || {
        let report = globex.refused(Plugin::new(LINTER, "9.0.0")).report.expect("a report");
        let findings = report.findings().map(|check| check.message.clone()).collect::<Vec<_>>();
        findings.join("\n")
    };
    acme.publish(Plugin::new(LINTER, "1.0.0"));
    assert!(told().contains("belongs to another publisher") && !told().contains("acme"), "{}", told());
    acme.release(Plugin::new(LINTER, "1.1.0"));
    assert!(told().contains("belongs to the publisher acme"), "{}", told());
}

fn a_publisher_keeps_so_many_bytes(on: Backend) {
    const QUOTA: u64 = 5_000;
    let registry = Registry::with(on, |config| config.quotas.publisher_bytes = QUOTA);
    let (acme, globex) = (registry.publisher("acme"), registry.publisher("globex"));
    let plugin = |number: u64| Plugin::data(LINTER, &format!("1.0.{number}"));
    let mut kept = 0;
    let refused = (0..100).find_map(|number| match acme.try_publish(&plugin(number)) {
        Ok(version) => {
            kept += version.size;
            None
        }
        Err(problem) => Some(problem),
    });
    let refused = refused.expect("the quota is used up");
    assert_eq!(refused.code, ProblemCode::PublisherFull);
    assert!(refused.detail.contains(&format!("{kept} bytes")), "{}", refused.detail);
    assert!(kept <= QUOTA && kept > QUOTA / 2, "{kept}");
    acme.publish(plugin(0));
    globex.publish(Plugin::data("com.globex.rules", "1.0.0"));
}

fn an_account_founds_so_many_publishers_and_belongs_to_so_many(on: Backend) {
    let registry = Registry::start(on);
    let (dana, admin) = (registry.visitor(), registry.admin());
    let found = |by: &Actor, name: &str| by.call("POST", "/v1/publishers").json(&json!({ "publisher": name })).send();
    for number in 0..20 {
        assert_eq!(found(&dana, &format!("own-{number}")).status, 201, "{number}");
    }
    let refused = found(&dana, "own-20").problem();
    assert_eq!(refused.code, ProblemCode::StateConflict);
    assert!(refused.detail.contains("administrator"), "{}", refused.detail);
    for number in 0..80 {
        let name = format!("foreign-{number}");
        assert_eq!(found(admin, &name).status, 201, "an administrator founds for others: {number}");
        assert_eq!(set_member(admin, &name, dana.name(), "ci").status, 200, "{number}");
    }
    assert_eq!(found(admin, "one-more").status, 201);
    let refused = set_member(admin, "one-more", dana.name(), "ci").problem();
    assert_eq!(refused.code, ProblemCode::StateConflict);
    assert_eq!(set_member(admin, "foreign-0", dana.name(), "maintainer").status, 200, "a role is no membership more");
    leave(&dana, "foreign-0");
    assert_eq!(set_member(admin, "one-more", dana.name(), "ci").status, 200);
}

fn a_publisher_has_so_many_members(on: Backend) {
    let registry = Registry::start(on);
    let (acme, admin) = (registry.publisher("acme"), registry.admin());
    let names: Vec<String> = (0..100).map(|number| format!("member-{number}")).collect();
    for name in &names {
        assert_eq!(admin.call("POST", "/v1/accounts").json(&json!({ "name": name, "roles": [] })).send().status, 201);
    }
    let add = |acme: &Publisher, name: &str| set_member(acme.owner(), "acme", name, "ci");
    let (last, first) = names.split_last().expect("members");
    for name in first {
        assert_eq!(add(&acme, name).status, 200, "{name}");
    }
    let refused = add(&acme, last).problem();
    assert_eq!(refused.code, ProblemCode::StateConflict);
    assert!(refused.detail.contains("remove one"), "{}", refused.detail);
    assert_eq!(acme.owner().call("DELETE", "/v1/publishers/acme/members/member-0").send().status, 204);
    assert_eq!(add(&acme, last).status, 200);
}
