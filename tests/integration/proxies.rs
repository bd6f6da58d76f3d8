//! Whose requests are counted, where proxies stand between clients and the registry.

use plimsoll_tests::{Backend, Registry};
use serde_json::json;

plimsoll_tests::behaviours!(
    behind_a_trusted_proxy_each_client_has_its_own_share,
    a_header_that_nobody_vouches_for_changes_nothing,
);

/// How many devices a network address begins in a quarter of an hour.
const DEVICES: usize = 60;

/// Begins a device, with what came in `X-Forwarded-For`, and tells whether it was let.
fn begins(registry: &Registry, forwarded: &str) -> bool {
    let call = registry.call("POST", "/api/v1/auth/device/code").header("x-forwarded-for", forwarded);
    let answer = call.json(&json!({ "client_id": "objectstack-cli" })).send();
    assert!([200, 429].contains(&answer.status), "{}", answer.text());
    answer.status == 200
}

fn behind_a_trusted_proxy_each_client_has_its_own_share(on: Backend) {
    let trusted_proxies = ["127.0.0.1", "10.0.0.0/8"].map(|network| network.parse().expect(network)).to_vec();
    let registry = Registry::with(on, |config| config.trusted_proxies = trusted_proxies);
    // What the client itself wrote is to the left of what its proxies saw, and is another thing each time.
    let of_one = |number: usize| begins(&registry, &format!("192.0.2.{number}, 203.0.113.9, 10.0.0.2"));
    assert!((0..DEVICES).all(of_one));
    assert!(!of_one(DEVICES) && !begins(&registry, "203.0.113.9"));
    assert!(begins(&registry, "203.0.113.10"), "another client");
    // A network of IPv6 is one client.
    let of_network = |number: usize| begins(&registry, &format!("2001:db8:0:1::{number:x}"));
    assert!((0..DEVICES).all(of_network));
    assert!(!of_network(DEVICES));
    assert!(begins(&registry, "2001:db8:0:2::1"), "another network");
}

fn a_header_that_nobody_vouches_for_changes_nothing(on: Backend) {
    let registry = Registry::start(on);
    let pretends = |number: usize| begins(&registry, &format!("192.0.2.{number}"));
    assert!((0..DEVICES).all(pretends));
    assert!(!pretends(DEVICES));
}
