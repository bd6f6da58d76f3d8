//! Several server processes on one database and one artifact store are one registry.

use plimsoll_core::State;
use plimsoll_tests::{Actor, Backend, Beside, Plugin, Registry};
use serde_json::{Value, json};

#[test]
fn what_one_process_takes_the_other_gives() {
    if !Backend::ScaledOut.is_there() {
        return;
    }
    let registry = Registry::start(Backend::ScaledOut);
    let beside = registry.beside();
    let acme = registry.publisher("acme");
    let there = acme.through(acme.owner().at(&beside.url));
    let discovery = |actor: &Actor| actor.get("/.well-known/plimsoll.json").json();
    assert_eq!(discovery(acme.owner()), discovery(there.owner()));

    let version = acme.publish(Plugin::new("com.acme.linter", "1.0.0"));
    let path = format!("/v1/artifacts/{}", version.sha256);
    assert!(there.owner().get(&path).body == Plugin::new("com.acme.linter", "1.0.0").artifact());
    let held = there.publish(Plugin::new("com.acme.linter", "1.1.0").for_marketplace());
    assert_eq!(registry.reviewer().approve(&held).state, State::Approved);
    let host = plimsoll_tests::Host::new(&beside.url, registry.fingerprint(), &registry.operator());
    assert_eq!(
        host.install(&["com.acme.linter"]),
        ["com.acme.linter@1.1.0"],
        "approved at one, installed from the other"
    );
    // A token that one revokes is none at the other, at once.
    let token = acme.owner().call("POST", "/v1/tokens").json(&json!({ "scopes": ["read"] })).send().json();
    let narrow = there.owner().with_token(token["token"].as_str().expect("a token")).at(&beside.url);
    assert_eq!(narrow.get("/v1/me").status, 200);
    let revoke = format!("/v1/tokens/{}", token["id"].as_str().expect("an id"));
    assert!(acme.owner().call("DELETE", &revoke).send().status < 300);
    assert_eq!(narrow.get("/v1/me").status, 401);
}

#[test]
fn of_two_who_publish_the_same_version_one_wins() {
    if !Backend::ScaledOut.is_there() {
        return;
    }
    let registry = Registry::start(Backend::ScaledOut);
    let beside = registry.beside();
    let acme = registry.publisher("acme");
    let owners = [acme.owner().clone(), acme.owner().at(&beside.url)];
    for round in 0..4 {
        let different_bytes = round % 2 == 0;
        let id = format!("com.acme.race-{round}");
        let contenders: Vec<_> = (0..8)
            .map(|number| {
                let description = if different_bytes { format!("take {number}") } else { "the same".to_owned() };
                Plugin::new(&id, "1.0.0").with("description", json!(description))
            })
            .collect();
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let publish = |(number, plugin): (usize, &Plugin)| {
                let owner = owners[number % 2].clone();
                let (version, bytes) = (acme.new_version(plugin), plugin.artifact());
                let path = format!("/v1/packages/{id}/versions");
                scope.spawn(move || {
                    owner.call("PUT", &format!("/v1/artifacts/{}", version.sha256)).body(bytes).send().json();
                    owner.call("POST", &path).json(&serde_json::to_value(&version).expect("JSON")).send().status
                })
            };
            let running: Vec<_> = contenders.iter().enumerate().map(publish).collect();
            running.into_iter().map(|thread| thread.join().expect("an answer")).collect()
        });
        statuses.sort_unstable();
        let expected = if different_bytes {
            [201, 409, 409, 409, 409, 409, 409, 409]
        } else {
            [200, 200, 200, 200, 200, 200, 200, 201]
        };
        assert_eq!(statuses, expected, "different bytes: {different_bytes}");
        assert_eq!(
            acme.owner().get(&format!("/v1/packages/{id}/versions")).json()["items"].as_array().map(Vec::len),
            Some(1)
        );
    }
}

#[test]
fn processes_that_start_a_registry_at_once_are_one_registry_with_one_administrator() {
    if !Backend::ScaledOut.is_there() {
        return;
    }
    let (processes, admin) = Beside::first_start(Backend::ScaledOut, 3);
    let everywhere = |path: &str| processes.iter().map(|process| admin.at(&process.url).get(path).json()).collect();
    let discoveries: Vec<Value> = everywhere("/.well-known/plimsoll.json");
    assert!(discoveries.iter().all(|discovery| *discovery == discoveries[0]), "{discoveries:#?}");
    assert_eq!(discoveries[0]["keys"].as_array().map(Vec::len), Some(1));
    let accounts: Vec<Value> = everywhere("/v1/accounts");
    assert!(accounts.iter().all(|accounts| accounts["items"].as_array().map(Vec::len) == Some(1)), "{accounts:#?}");
    let ready: Vec<Value> = everywhere("/readyz");
    assert!(ready.iter().all(|ready| ready["status"] == "ok"));
}
