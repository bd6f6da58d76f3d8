use std::collections::BTreeMap;

use plimsoll_core::access::MemberRole;
use plimsoll_core::wire::{Algorithm, Member, PublisherKey, Revocation, RevocationReason};
use plimsoll_core::{Digest, Level, Prefix};

use super::{Result, account, at, behaviours, of, publisher};
use crate::key::Key;
use crate::{Conflict, Conn, Store, key, member, prefix};

behaviours! {
    a_publisher_has_a_level_and_prefixes
    a_publisher_name_is_taken_once
    a_prefix_belongs_to_one_publisher
    every_prefix_that_covers_an_id_is_found
    a_member_has_one_role
    keys_read_back_oldest_first
    a_key_id_is_unique_within_its_publisher
    a_proven_key_belongs_to_one_publisher
    a_superseded_key_may_turn_out_to_be_compromised
}

fn a_publisher_has_a_level_and_prefixes(store: &Store) -> Result {
    let acme = store.write("test", |conn| publisher(conn, "acme"))?;
    let changed = store.write("test", |conn| {
        prefix::insert(conn, &of("com.acme"), &acme, at(1))?;
        crate::publisher::set_level(conn, &acme, Level::FirstParty)
    })?;
    assert!(changed);
    let found = store.read("test", |conn| crate::publisher::find(conn, &acme))?.expect("the publisher");
    assert_eq!((found.level, found.prefixes), (Level::FirstParty, vec![of("com.acme")]));
    assert!(!store.write("test", |conn| crate::publisher::set_level(conn, &of("nobody"), Level::Trusted))?);
    Ok(())
}

fn a_publisher_name_is_taken_once(store: &Store) -> Result {
    store.write("test", |conn| publisher(conn, "acme"))?;
    let again = store.write("test", |conn| publisher(conn, "acme")).expect_err("taken");
    assert!(again.is_conflict(Conflict::Publisher), "{again:?}");
    Ok(())
}

fn a_prefix_belongs_to_one_publisher(store: &Store) -> Result {
    let grant = |name: &str| {
        store.write("test", |conn| {
            let publisher = publisher(conn, name)?;
            prefix::insert(conn, &of("com.acme"), &publisher, at(0))
        })
    };
    grant("acme")?;
    let again = grant("bolt").expect_err("taken");
    assert!(again.is_conflict(Conflict::Prefix), "{again:?}");
    assert_eq!(store.read("test", |conn| prefix::holder(conn, &of("com.acme")))?, Some(of("acme")));
    Ok(())
}

fn every_prefix_that_covers_an_id_is_found(store: &Store) -> Result {
    store.write("test", |conn| {
        let (acme, bolt) = (publisher(conn, "acme")?, publisher(conn, "bolt")?);
        prefix::insert(conn, &of("com"), &bolt, at(0))?;
        prefix::insert(conn, &of("com.acme"), &acme, at(0))?;
        prefix::insert(conn, &of("com.acme.linter"), &acme, at(0))?;
        prefix::insert(conn, &of("com.acmex"), &bolt, at(0))
    })?;
    let covering = |id: &str| store.read("test", |conn| prefix::covering(conn, &of(id)));
    let expected: Vec<(Prefix, _)> = vec![(of("com"), of("bolt")), (of("com.acme"), of("acme"))];
    assert_eq!(covering("com.acme.linter")?, expected);
    assert_eq!(covering("org.acme.linter")?, []);
    Ok(())
}

fn a_member_has_one_role(store: &Store) -> Result {
    let acme = store.write("test", |conn| publisher(conn, "acme"))?;
    let dana = store.write("test", |conn| account(conn, "dana"))?;
    for role in MemberRole::ALL {
        let member = Member { account: dana.clone(), role: *role };
        store.write("test", |conn| member::set(conn, &acme, &member))?;
        assert_eq!(store.read("test", |conn| member::list(conn, &acme))?, [member]);
        let memberships = store.read("test", |conn| member::of_account(conn, &dana))?;
        assert_eq!(memberships, BTreeMap::from([(acme.clone(), *role)]));
    }
    Ok(())
}

/// A key that dana adds to a publisher.
fn a_key(publisher: &str, key_id: &str, fingerprint: &str, proven: bool) -> Key {
    Key {
        publisher: of(publisher),
        fingerprint: Digest::of(fingerprint),
        is_first: false,
        added_by: of("dana"),
        vouched_by: proven.then(|| "acme-2025".to_owned()),
        key: PublisherKey {
            key_id: of(key_id),
            algorithm: Algorithm::P256,
            public_key: "-----BEGIN PUBLIC KEY-----".to_owned(),
            proven,
            added_at: at(5),
            revoked: None,
        },
    }
}

fn acme_and_bolt(conn: &mut Conn) -> Result {
    account(conn, "dana")?;
    publisher(conn, "acme")?;
    publisher(conn, "bolt")?;
    Ok(())
}

fn keys_read_back_oldest_first(store: &Store) -> Result {
    let new = a_key("acme", "acme-2026", "k2", true);
    let mut old = a_key("acme", "acme-2027", "k1", false);
    old.key.added_at = at(1);
    store.write("test", |conn| {
        acme_and_bolt(conn)?;
        key::insert(conn, &new)?;
        key::insert(conn, &old)
    })?;
    assert_eq!(store.read("test", |conn| key::list(conn, &of("acme")))?, [old, new.clone()]);
    assert_eq!(store.read("test", |conn| key::find(conn, &of("acme"), &of("acme-2026")))?, Some(new));
    assert_eq!(store.read("test", |conn| key::find(conn, &of("bolt"), &of("acme-2026")))?, None);
    Ok(())
}

fn a_key_id_is_unique_within_its_publisher(store: &Store) -> Result {
    store.write("test", |conn| {
        acme_and_bolt(conn)?;
        key::insert(conn, &a_key("acme", "main", "k1", true))?;
        key::insert(conn, &a_key("bolt", "main", "k2", true))
    })?;
    let again = store.write("test", |conn| key::insert(conn, &a_key("acme", "main", "k3", true))).expect_err("taken");
    assert!(again.is_conflict(Conflict::KeyId), "{again:?}");
    Ok(())
}

fn a_proven_key_belongs_to_one_publisher(store: &Store) -> Result {
    store.write("test", |conn| {
        acme_and_bolt(conn)?;
        key::insert(conn, &a_key("bolt", "asserted", "k1", false))?;
        key::insert(conn, &a_key("acme", "main", "k1", true))
    })?;
    let stolen = store.write("test", |conn| key::insert(conn, &a_key("bolt", "main", "k1", true))).expect_err("taken");
    assert!(stolen.is_conflict(Conflict::ProvenKey), "{stolen:?}");
    Ok(())
}

fn a_superseded_key_may_turn_out_to_be_compromised(store: &Store) -> Result {
    store.write("test", |conn| {
        acme_and_bolt(conn)?;
        key::insert(conn, &a_key("acme", "main", "k1", true))
    })?;
    let revocation = |reason, seconds| Revocation { reason, from: at(seconds) };
    let compromised = revocation(RevocationReason::Compromised, 3);
    let revoke =
        |with: &Revocation| store.write("test", |conn| key::revoke(conn, &of("acme"), &of("main"), with, at(100)));
    assert!(revoke(&revocation(RevocationReason::Superseded, 50))?);
    assert!(revoke(&compromised)?);
    assert!(!revoke(&revocation(RevocationReason::Superseded, 50))?);
    let found = store.read("test", |conn| key::find(conn, &of("acme"), &of("main")))?.expect("the key");
    assert_eq!(found.key.revoked, Some(compromised));
    Ok(())
}
