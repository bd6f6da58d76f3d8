//! An account that belongs to several publishers, into some of which somebody else put it.

use plimsoll_tests::{Actor, Backend, Plugin, Registry};
use serde_json::json;

use super::{Recorded, acme, failed, failure, version};

plimsoll_tests::behaviours!(
    nobody_publishes_for_a_publisher_into_which_a_stranger_put_them,
    a_package_that_a_stranger_published_first_takes_no_versions_of_others,
    a_machine_with_one_publisher_publishes_for_it,
);

const VAT_CHECK: &str = "com.acme.vat-check";

fn unsaid() -> Recorded {
    Recorded::read("register-plugin").without("owner_org_id")
}

fn add(by: &Actor, publisher: &str, who: &Actor) {
    let path = format!("/v1/publishers/{publisher}/members/{}", who.name());
    assert_eq!(by.call("PUT", &path).json(&json!({ "role": "maintainer" })).send().status, 200);
}

fn nobody_publishes_for_a_publisher_into_which_a_stranger_put_them(on: Backend) {
    let registry = Registry::start(on);
    let (acme, evil) = (acme(&registry), registry.publisher("evil"));
    add(evil.owner(), "evil", acme.owner());
    let trap = Recorded::read("register-plugin").with("owner_org_id", json!("evil"));
    assert_eq!(trap.send(evil.owner()).status, 201);
    assert_eq!(unsaid().send(acme.owner()).json()["data"]["owner_org_id"], "acme");
    assert_eq!(trap.send(evil.owner()).status, 200, "and once more, after the owner");
    assert_eq!(Recorded::read("publish-plugin").send(acme.owner()).status, 201);
    assert_eq!(version(&acme, VAT_CHECK, "1.0.0").publisher, *acme.name());
}

fn a_package_that_a_stranger_published_first_takes_no_versions_of_others(on: Backend) {
    let registry = Registry::start(on);
    let (acme, evil) = (acme(&registry), registry.publisher("evil"));
    add(evil.owner(), "evil", acme.owner());
    evil.publish(Plugin::new(VAT_CHECK, "0.0.1"));
    for sent in [unsaid(), Recorded::read("publish-plugin")] {
        let refused = sent.send(acme.owner());
        assert_eq!(failure(&refused), failed(409, "CONFLICT", &[]));
        let leaves = format!("plimsoll publisher member PUBLISHER {} --remove", acme.owner().name());
        assert!(refused.text().contains("--org") && refused.text().contains(&leaves), "{}", refused.text());
    }
    // What the refusal says works; who is in one publisher alone publishes for that one, and the id is not its own.
    let cli = registry.cli(acme.owner());
    cli.done(&["publisher", "member", "evil", acme.owner().name(), "--remove"]);
    let refused = Recorded::read("publish-plugin").send(acme.owner());
    assert!(refused.status == 422 && refused.text().contains("publisher-not-owner"), "{}", refused.text());
    assert_eq!(evil.owner().get(&format!("/v1/packages/{VAT_CHECK}/versions/1.0.0")).status, 404);
}

fn a_machine_with_one_publisher_publishes_for_it(on: Backend) {
    let registry = Registry::start(on);
    let (acme, machine) = (acme(&registry), registry.account("machine", &[]));
    add(acme.owner(), "acme", &machine);
    assert_eq!(unsaid().send(&machine).json()["data"]["owner_org_id"], "acme");
    assert_eq!(Recorded::read("publish-plugin").send(&machine).status, 201);

    // With a second publisher, it goes on with what it published for, and says for whom where that tells nothing.
    add(registry.publisher("globex").owner(), "globex", &machine);
    assert_eq!(unsaid().send(&machine).json()["data"]["owner_org_id"], "acme");
    let other = unsaid().with("manifest_id", json!("com.other.plugin"));
    assert_eq!(failure(&other.send(&machine)), failed(409, "CONFLICT", &[]));
}
