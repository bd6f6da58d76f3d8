//! Keys of publishers, and tokens.

use plimsoll_core::access::Denied;
use plimsoll_core::wire::{Revocation, RevocationReason, RevokeKey};

use super::*;

#[test]
fn a_superseded_key_may_turn_out_to_be_compromised_and_nothing_else() {
    let world = World::new();
    let revoke = |reason, from| {
        let revoke = RevokeKey { reason, from };
        keys::revoke(&world.app, &world.caller("dana"), &of("acme"), &of("acme-main"), revoke)
    };
    let start = world.clock.now();
    let at = |seconds| world.clock.0.store(seconds, Ordering::SeqCst);
    at(100);
    assert!(revoke(RevocationReason::Superseded, None).is_ok());
    at(200);
    assert_eq!(conflict(revoke(RevocationReason::Superseded, None)), ProblemCode::StateConflict);
    // Said without a moment, it does not become good again for the time in between.
    let revoked = revoke(RevocationReason::Compromised, None).expect("revoked").revoked;
    assert_eq!(revoked, Some(Revocation { reason: RevocationReason::Compromised, from: start.plus_seconds(100) }));
    assert_eq!(conflict(revoke(RevocationReason::Compromised, Some(start))), ProblemCode::StateConflict);
}

#[test]
fn a_publisher_has_a_bounded_number_of_keys() {
    let world = World::new();
    let add = |number: usize| {
        world.add_key(&format!("key-{number}"), &SigningKey::generate(Algorithm::Ed25519).expect("a key"))
    };
    for number in 1..100 {
        add(number).expect("added");
    }
    assert_eq!(conflict(add(100)), ProblemCode::StateConflict);
}

#[test]
fn who_may_not_revoke_a_token_does_not_learn_whether_it_is_there() {
    let world = World::new();
    let new = wire::NewToken { account: None, scopes: [TokenScope::Read].into(), expires_at: None };
    let id = accounts::create_token(&world.app, &world.caller("dana"), new).expect("a token").id;
    for id in [id.as_str(), "absent"] {
        let revoke = |caller: &Caller| accounts::revoke_token(&world.app, caller, id);
        assert!(is_missing(&revoke(&world.caller("gil"))), "{id}");
        let reads_only = revoke(&world.caller_with("gil", &[TokenScope::Read]));
        assert!(matches!(reads_only, Err(Error::Denied(Denied::ScopeMissing(TokenScope::Manage)))), "{id}");
    }
    accounts::revoke_token(&world.app, &world.caller("dana"), &id).expect("her own");
}

#[test]
fn an_owner_who_sends_no_proof_is_told_of_it() {
    let world = World::new();
    let key = SigningKey::generate(Algorithm::Ed25519).expect("a key");
    let add = |who: &str| {
        let new = wire::NewKey { key_id: of("acme-2"), public_key: key.public_key().to_pem(), proof: None };
        keys::add(&world.app, &world.caller(who), &of("acme"), new).map(drop)
    };
    let Err(Error::Denied(Denied::NotAllowed(message))) = add("dana") else { panic!("no proof") };
    assert!(message.contains("send one as `proof`"), "{message}");
    assert!(matches!(add("gil"), Err(Error::Denied(Denied::NotAllowed(_)))), "no owner of this publisher");
    add("admin").expect("as asserted");
}

#[test]
fn who_runs_the_registry_gets_in_also_where_the_administrator_was_disabled() {
    let world = World::new();
    let now = world.clock.now();
    let disabled = world.app.store.write("test", |conn| account::set_disabled(conn, &of("admin"), Some(now)));
    assert!(disabled.map_err(Error::from).expect("a write"));
    let token = accounts::recover_admin(&world.app).expect("a token");
    let caller = accounts::authenticate(&world.app, &token, "test".to_owned()).expect("a caller");
    assert!(matches!(caller.actor, Actor::Account(_)));
}
