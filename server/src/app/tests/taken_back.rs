//! What an App bundles is blocked.

use plimsoll_core::State;
use serde_json::json;

use super::*;
use crate::app::marketplace::Pick;

const TAX: &str = "com.acme.tax";

/// The manifest of a contribution.
fn tax(version: &str) -> serde_json::Value {
    json!({ "id": TAX, "version": version, "type": "theme", "name": "Tax", "description": "Taxes." })
}

impl World {
    /// It, approved.
    pub(super) fn list_tax(&self, version: &str) -> wire::Version {
        self.approve(&self.publish_as(&of(TAX), &self.of_manifest(&tax(version), Visibility::Marketplace)))
    }

    /// An App that bundles it, published.
    pub(super) fn publish_books(&self, version: &str) -> wire::Version {
        let manifest = json!({
            "id": THEME, "version": version, "type": "app", "name": "Books", "description": "Bookkeeping.",
            "dependencies": { TAX: "^1" },
        });
        self.publish(&self.of_manifest(&manifest, Visibility::Marketplace))
    }

    fn set_tax(&self, version: &str, to: AvailabilityWord) -> wire::Version {
        let set = SetAvailability { to, reason: "malware".to_owned(), replacement: None };
        availability::set(&self.app, &self.caller("rita"), &of(TAX), &of(version), set).expect("set")
    }

    /// What anyone may install of the App.
    pub(super) fn offered(&self) -> Vec<String> {
        let numbers = |detail: marketplace::Detail| detail.versions.iter().map(|v| v.version.to_string()).collect();
        marketplace::detail(&self.app, &theme()).map(numbers).unwrap_or_default()
    }
}

#[test]
fn an_app_is_not_offered_while_what_it_bundles_is_blocked() {
    let world = World::new();
    world.list_tax("1.0.0");
    world.approve(&world.publish_books("1.0.0"));
    world.list_tax("1.1.0");
    world.approve(&world.publish_books("2.0.0"));
    assert_eq!(world.offered(), ["2.0.0", "1.0.0"]);

    world.set_tax("1.1.0", AvailabilityWord::Blocked);
    assert_eq!(world.offered(), ["1.0.0"]);
    assert_eq!(world.index("gil"), [("1.0.0", "live"), ("2.0.0", "yanked")].map(|(a, b)| (a.into(), b.into())).into());
    let anyone = world.caller("");
    let install = |pick| marketplace::installable(&world.app, &anyone, &theme(), &pick);
    assert!(is_missing(&install(Pick::Exact(of("2.0.0")))));
    assert_eq!(install(Pick::Latest).expect("the other one").version, of("1.0.0"));
    let held = packages::version(&world.app, &world.caller("dana"), &theme(), &of("2.0.0")).expect("a version");
    assert_eq!(held.availability.reason, "held for review: it bundles com.acme.tax 1.1.0, which is blocked");

    world.set_tax("1.0.0", AvailabilityWord::Blocked);
    assert_eq!(world.offered(), Vec::<String>::new());
    let found = catalog::page(&world.app, &anyone, plimsoll_core::catalog::Catalog::Apps, catalog::Query::default());
    assert!(found.expect("a page").items.is_empty());
}

#[test]
fn an_app_comes_back_with_another_version_of_what_was_blocked() {
    let world = World::new();
    world.list_tax("1.0.0");
    world.list_tax("1.1.0");
    let app = world.approve(&world.publish_books("1.0.0"));
    world.set_tax("1.1.0", AvailabilityWord::Blocked);
    let waiting =
        || packages::version(&world.app, &world.caller("rita"), &app.package, &app.version).expect("a version");
    assert_eq!(conflict(world.try_review("rita", &app, Decision::Approve)), ProblemCode::ReviewStale);
    assert_eq!(world.approve(&waiting()).state, State::Approved);
    assert_eq!(world.offered(), ["1.0.0"]);
    let bundled = world.document("gil").versions.remove(0).bundled;
    assert_eq!(bundled[0].version, of("1.0.0"));
}

#[test]
fn what_is_yanked_stays_in_the_apps_that_bundle_it() {
    let world = World::new();
    world.list_tax("1.0.0");
    world.approve(&world.publish_books("1.0.0"));
    let set = SetAvailability { to: AvailabilityWord::Yanked, reason: "old".to_owned(), replacement: None };
    availability::set(&world.app, &world.caller("dana"), &of(TAX), &of("1.0.0"), set).expect("yanked");
    assert_eq!(world.offered(), ["1.0.0"]);
}

#[test]
fn a_compromised_key_takes_the_apps_with_it_that_bundle_what_it_signed() {
    let world = World::new();
    let key = SigningKey::generate(Algorithm::Ed25519).expect("a key");
    world.add_key("acme-tax", &key).expect("another key");
    let mut tax = world.of_manifest(&tax("1.0.0"), Visibility::Marketplace);
    let mut artifact = Vec::new();
    world.app.blobs.reader(&tax.sha256).expect("the artifact").read_to_end(&mut artifact).expect("read");
    tax.signature = Some(LegacySignature::sign(&key, of("acme-tax"), &artifact).expect("signed").to_string());
    world.approve(&world.publish_as(&of(TAX), &tax));
    world.approve(&world.publish_books("1.0.0"));
    assert_eq!(world.offered(), ["1.0.0"]);
    let revoke = wire::RevokeKey { reason: wire::RevocationReason::Compromised, from: None };
    keys::revoke(&world.app, &world.caller("dana"), &of("acme"), &of("acme-tax"), revoke).expect("revoked");
    assert_eq!(world.offered(), Vec::<String>::new());
}
