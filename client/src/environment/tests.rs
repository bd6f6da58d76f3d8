use std::path::Path;

use plimsoll_core::consent::Acceptance;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{EvidenceKind, Revocation, RevocationReason};
use plimsoll_core::{PackageId, Visibility};

use crate::content::{packed_path, unpacked_path};
use crate::fake::{Plugin, Published, World, host, now};
use crate::progress::Silent;
use crate::{Client, Request, Update};

fn vat() -> PackageId {
    "com.acme.vat".parse().expect("package")
}

fn install(world: &World, client: &Client) {
    let request =
        Request { wanted: vec![(vat(), "*".parse().expect("range"))], host: Some(host()), ..Request::default() };
    let plan = client.plan_install(&world.environment(), &request).expect("plan");
    client.apply(&world.environment(), &plan, &Acceptance::All, &Silent).expect("installed");
}

/// A world with `com.acme.vat` installed.
fn world_with(evidence: EvidenceKind) -> (World, Client, Published) {
    let world = World::new();
    let published = world.publish(&Plugin::new("com.acme.vat", "1.0.0").evidence(evidence));
    let client = world.client();
    install(&world, &client);
    (world, client, published)
}

/// What `verify` says, and `load` too.
fn complaint(world: &World) -> String {
    let problems = world.environment().verify(now()).expect("verify").problems;
    let load = world.environment().load(&vat(), now()).expect_err("refused").to_string();
    assert_eq!(problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>(), [load.as_str()]);
    load
}

fn overwrite(path: &Path, bytes: &[u8]) {
    // As one would who may do anything: files in the store are read-only.
    std::fs::remove_file(path).expect("removed");
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn what_is_blocked_is_not_loaded_also_when_the_registry_is_down_later() {
    let (world, client, _) = world_with(EvidenceKind::Statement);
    world.set_availability("com.acme.vat", "1.0.0", AvailabilityWord::Blocked);
    client.index(&vat()).expect("index");
    world.goes_down();
    assert_eq!(
        complaint(&world),
        "com.acme.vat@1.0.0: it is blocked: \"it leaks\". It must not be used any more: update or remove it"
    );
}

#[test]
fn what_is_yanked_stays_where_it_is_installed() {
    let (world, client, _) = world_with(EvidenceKind::Statement);
    world.set_availability("com.acme.vat", "1.0.0", AvailabilityWord::Yanked);
    install(&world, &client);
    world.environment().load(&vat(), now()).expect("loaded");
    let checked = world.environment().verify(now()).expect("verify");
    assert_eq!(checked.problems, []);
    assert!(checked.warnings[0].message.contains("it was yanked (\"it leaks\")"), "{:?}", checked.warnings);
}

#[test]
fn what_the_index_of_its_audience_lists_no_longer_is_not_loaded() {
    let (world, client, _) = world_with(EvidenceKind::Statement);
    world.withdraw("com.acme.vat", "1.0.0");
    world.environment().load(&vat(), now()).expect("it has not heard of it yet");
    client.index(&vat()).expect("index");
    world.goes_down();
    assert!(complaint(&world).contains("its index lists it no longer"));
}

#[test]
fn a_document_for_more_people_need_not_list_what_is_for_fewer() {
    let world = World::new();
    world.publish(&Plugin::new("com.acme.vat", "1.0.0").audience(Visibility::Private));
    let client = world.client();
    install(&world, &client);
    world.answer_index_for(&vat(), Visibility::Marketplace);
    let index = client.index(&vat()).expect("index").expect("a document");
    assert!(index.document().versions.is_empty());
    world.environment().load(&vat(), now()).expect("what was said of it before holds");
}

#[test]
fn a_compromised_key_takes_with_it_what_it_signed() {
    for evidence in [EvidenceKind::Ed25519, EvidenceKind::Statement] {
        let (world, client, _) = world_with(evidence);
        let from = now().plus_seconds(-600);
        world.revoke_key("com.acme.vat", Revocation { reason: RevocationReason::Compromised, from });
        client.index(&vat()).expect("index");
        let complaint = complaint(&world);
        assert!(complaint.contains("the key acme-2026 is revoked (compromised)"), "{complaint}");
    }
}

#[test]
fn a_superseded_key_leaves_older_signatures_good() {
    let (world, client, _) = world_with(EvidenceKind::Statement);
    world.revoke_key("com.acme.vat", Revocation { reason: RevocationReason::Superseded, from: now() });
    client.index(&vat()).expect("index");
    world.environment().load(&vat(), now()).expect("loaded");
}

#[test]
fn damage_in_the_store_is_named_and_mended_by_installing_again() {
    let (world, client, published) = world_with(EvidenceKind::Statement);
    let sha256 = published.listed.sha256;
    let unpacked = unpacked_path(&world.home, &sha256);
    let damages: [(&str, &dyn Fn()); 6] = [
        ("dist/index.mjs\" was changed", &|| overwrite(&unpacked.join("dist/index.mjs"), b"evil()")),
        ("dist/extra.mjs\" is not in the artifact", &|| {
            std::fs::write(unpacked.join("dist/extra.mjs"), "evil()").expect("written");
        }),
        ("dist/empty\" is not in the artifact", &|| {
            std::fs::create_dir(unpacked.join("dist/empty")).expect("directory");
        }),
        ("SIGNATURE\" is missing", &|| std::fs::remove_file(unpacked.join("SIGNATURE")).expect("removed")),
        ("missing from the content store", &|| std::fs::remove_dir_all(&unpacked).expect("removed")),
        ("the stored artifact has the digest", &|| {
            let mut bytes = published.artifact.clone();
            bytes[50] ^= 1;
            overwrite(&packed_path(&world.home, &sha256), &bytes);
        }),
    ];
    for (expected, damage) in damages {
        damage();
        let complaint = complaint(&world);
        assert!(complaint.contains(expected), "{expected}: {complaint}");
        install(&world, &client);
        world.environment().load(&vat(), now()).expect("mended");
    }
}

#[test]
fn a_state_that_claims_more_than_was_approved_or_granted_is_refused() {
    let (world, _, _) = world_with(EvidenceKind::Statement);
    let path = world.home.join("envs/default/state.json");
    let good = std::fs::read_to_string(&path).expect("state");
    for (from, to, expected) in [
        ("\"tier\": \"sandbox\"", "\"tier\": \"in-process\"", "its tier is sandbox, expected in-process"),
        ("\"publisher\": \"acme\"", "\"publisher\": \"mallory\"", "its publisher is acme, expected mallory"),
        ("\"permissions\": []", "\"permissions\": [{\"kind\": \"fs\", \"value\": \"/\"}]", "its permissionsSha256 is"),
        ("\"grants\": {", "\"grants\": {}, \"before\": {", "what is noted as granted"),
    ] {
        std::fs::write(&path, good.replace(from, to)).expect("state");
        let complaint = complaint(&world);
        assert!(complaint.contains(expected), "{expected}: {complaint}");
    }
}

#[test]
fn whether_a_version_was_reviewed_is_what_its_approval_says() {
    let (world, _, _) = world_with(EvidenceKind::Statement);
    let path = world.home.join("envs/default/state.json");
    let state = std::fs::read_to_string(&path).expect("state");
    std::fs::write(&path, state.replace("\"reviewed\": true", "\"reviewed\": false")).expect("state");
    assert!(world.environment().load(&vat(), now()).expect("loaded").reviewed);
}

#[test]
fn a_package_of_a_registry_that_is_no_longer_trusted_is_not_loaded() {
    let (world, _, _) = world_with(EvidenceKind::Statement);
    assert!(world.home.unpin(&world.fake.address).expect("unpinned"));
    assert!(complaint(&world).contains("is not trusted yet"));
}

#[cfg(unix)]
#[test]
fn files_are_for_this_user_and_unpacked_ones_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let (world, _, published) = world_with(EvidenceKind::Statement);
    let mode = |path: &Path| std::fs::metadata(path).expect("file").permissions().mode() & 0o777;
    assert_eq!(mode(&world.home.join("envs/default/state.json")), 0o600);
    assert_eq!(mode(&world.home.join("registries.json")), 0o600);
    assert_eq!(mode(&world.home.join("envs")), 0o700);
    let member = unpacked_path(&world.home, &published.listed.sha256).join("dist/index.mjs");
    assert_eq!(mode(&member) & 0o222, 0);
}

/// The digests in the content store, packed and unpacked.
fn stored(world: &World) -> usize {
    let count = |directory: std::path::PathBuf| std::fs::read_dir(directory).map_or(0, Iterator::count);
    let shards = std::fs::read_dir(world.home.join("artifacts/sha256")).expect("directory");
    shards.map(|shard| count(shard.expect("entry").path())).sum::<usize>() + count(world.home.join("unpacked"))
}

#[test]
fn what_no_environment_has_installed_is_collected() {
    let (world, client, first) = world_with(EvidenceKind::Statement);
    let second = world.publish(&Plugin::new("com.acme.vat", "1.0.1"));
    let request =
        Request { wanted: vec![(vat(), "1.0.0".parse().expect("range"))], host: Some(host()), ..Request::default() };
    let other = world.environment_of("other");
    let plan = client.plan_install(&other, &request).expect("plan");
    client.apply(&other, &plan, &Acceptance::All, &Silent).expect("installed");

    let update = || {
        let plan = client.plan_update(&world.environment(), &Update::default()).expect("plan");
        client.apply(&world.environment(), &plan, &Acceptance::nothing(), &Silent).expect("updated");
    };
    update();
    other.load(&vat(), now()).expect("the other environment still has it");
    other.remove(&vat()).expect("removed");
    assert!(!packed_path(&world.home, &first.listed.sha256).exists());
    assert!(!unpacked_path(&world.home, &first.listed.sha256).exists());
    assert_eq!(stored(&world), 2, "packed and unpacked, of the one that is installed");
    assert!(packed_path(&world.home, &second.listed.sha256).exists());
    assert_eq!(world.environment().verify(now()).expect("verify").problems, []);
}

#[test]
fn what_a_host_has_loaded_stays_until_it_is_done() {
    let (world, _, _) = world_with(EvidenceKind::Statement);
    let environment = world.environment();
    let loaded = environment.load(&vat(), now()).expect("loaded");
    environment.remove(&vat()).expect("removed");
    std::fs::read(loaded.path.join("dist/index.mjs")).expect("still there");
    drop(loaded);

    world.publish(&Plugin::new("com.acme.crm", "1.0.0"));
    let client = world.client();
    let crm: PackageId = "com.acme.crm".parse().expect("package");
    let wanted = vec![(crm.clone(), "*".parse().expect("range"))];
    let plan = client.plan_install(&environment, &Request { wanted, host: Some(host()), ..Request::default() });
    client.apply(&environment, &plan.expect("plan"), &Acceptance::All, &Silent).expect("installed");
    environment.remove(&crm).expect("removed");
    assert_eq!(stored(&world), 0);
}

#[test]
fn a_collection_that_was_killed_is_finished_by_the_next_and_an_unreadable_environment_stops_it() {
    let (world, client, published) = world_with(EvidenceKind::Statement);
    let broken = world.home.join("envs/broken");
    std::fs::create_dir_all(&broken).expect("directory");
    std::fs::write(broken.join("state.json"), "{").expect("state");
    world.environment().remove(&vat()).expect("removed");
    assert_eq!(stored(&world), 2, "the broken one may need it");

    std::fs::remove_dir_all(&broken).expect("removed");
    // The directory is moved away first.
    std::fs::remove_dir_all(unpacked_path(&world.home, &published.listed.sha256)).expect("removed");
    install(&world, &client);
    std::fs::remove_dir_all(unpacked_path(&world.home, &published.listed.sha256)).expect("removed");
    world.environment().remove(&vat()).expect("removed");
    assert_eq!(stored(&world), 0);
}

#[test]
fn a_cached_index_that_cannot_be_read_is_a_problem_of_its_package() {
    let (world, _, _) = world_with(EvidenceKind::Statement);
    let registry = std::fs::read_dir(world.home.join("index")).expect("index").next().expect("one").expect("entry");
    std::fs::write(registry.path().join("com.acme.vat.json"), "{").expect("written");
    assert!(complaint(&world).contains("com.acme.vat.json cannot be read"));
}

#[test]
fn what_the_settings_do_not_accept_any_more_is_a_problem() {
    let (world, _, _) = world_with(EvidenceKind::Statement);
    let settings = world.home.join("envs/default/settings.json");
    std::fs::write(&settings, r#"{"thirdPartyCode": "deny"}"#).expect("settings");
    assert!(complaint(&world).contains("accepts up to declarative"));
    std::fs::write(&settings, r#"{"thirdPartyCod": "deny"}"#).expect("settings");
    let refused = world.environment().verify(now()).expect_err("a typo").to_string();
    assert!(refused.contains("settings.json is not right: unknown field `thirdPartyCod`"), "{refused}");
}
