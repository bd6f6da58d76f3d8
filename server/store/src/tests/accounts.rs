use std::collections::BTreeSet;

use plimsoll_core::Digest;
use plimsoll_core::access::{Role, TokenScope};
use plimsoll_core::wire::Account;

use super::{Result, at, behaviours, of};
use crate::device::{Decision, Device};
use crate::token::Token;
use crate::web_session::WebSession;
use crate::{Conflict, Store, account, device, token, web_session};

behaviours! {
    an_account_keeps_its_roles
    an_account_name_is_taken_once
    a_token_is_found_by_its_secret_alone
    a_token_is_revoked_once
    an_email_address_is_of_one_account
    a_password_is_of_one_address
    only_a_person_has_a_password
    another_password_ends_the_sessions_and_no_other_token
    expired_sessions_are_forgotten_and_no_other_token
    a_web_session_is_found_by_its_secret_and_ends
    a_device_is_decided_once_and_goes_once
    devices_wait_until_they_are_decided_or_expire
}

fn an_account_keeps_its_roles(store: &Store) -> Result {
    let roles = Role::ALL.iter().copied().collect();
    let email = Some(of("dana@example.org"));
    let dana = Account { name: of("dana"), roles, email, created_at: at(1), disabled_at: None };
    store.write("test", |conn| account::insert(conn, &dana))?;
    assert_eq!(store.read("test", |conn| account::find(conn, &dana.name))?, Some(dana));
    assert_eq!(store.read("test", |conn| account::find(conn, &of("erin")))?, None);
    Ok(())
}

fn an_account_name_is_taken_once(store: &Store) -> Result {
    store.write("test", |conn| super::account(conn, "dana"))?;
    let again = store.write("test", |conn| super::account(conn, "dana")).expect_err("taken");
    assert!(again.is_conflict(Conflict::Account), "{again:?}");
    Ok(())
}

fn a_token() -> Token {
    Token {
        id: "t1".to_owned(),
        account: of("dana"),
        secret_sha256: Digest::of("secret"),
        scopes: BTreeSet::from([TokenScope::Read, TokenScope::Publish]),
        created_at: at(0),
        expires_at: at(60),
        revoked_at: None,
        session: false,
    }
}

fn a_token_is_found_by_its_secret_alone(store: &Store) -> Result {
    store.write("test", |conn| {
        super::account(conn, "dana")?;
        token::insert(conn, &a_token())
    })?;
    let find = |secret| store.read("test", |conn| token::find_by_secret(conn, &Digest::of(secret)));
    assert_eq!(find("secret")?, Some(a_token()));
    assert_eq!(find("t1")?, None);
    Ok(())
}

fn a_token_is_revoked_once(store: &Store) -> Result {
    store.write("test", |conn| {
        super::account(conn, "dana")?;
        token::insert(conn, &a_token())
    })?;
    let revoke = |seconds| store.write("test", |conn| token::revoke(conn, "t1", at(seconds)));
    assert!(revoke(10)?);
    assert!(!revoke(20)?);
    let revoked = store.read("test", |conn| token::find(conn, "t1"))?.expect("the token");
    assert_eq!(revoked.revoked_at, Some(at(10)));
    Ok(())
}

fn person(name: &str, email: &str) -> Account {
    Account { name: of(name), roles: BTreeSet::new(), email: Some(of(email)), created_at: at(0), disabled_at: None }
}

fn an_email_address_is_of_one_account(store: &Store) -> Result {
    store.write("test", |conn| account::insert(conn, &person("dana", "dana@example.org")))?;
    store.write("test", |conn| super::account(conn, "robot"))?;
    store.write("test", |conn| super::account(conn, "another-robot"))?;
    let again = store.write("test", |conn| account::insert(conn, &person("erin", "Dana@example.org")));
    assert!(again.expect_err("taken").is_conflict(Conflict::Email));
    let find = |email| store.read("test", |conn| account::find_by_email(conn, &of(email)));
    assert_eq!(find("dana@example.org")?, Some((of("dana"), None)));
    assert_eq!(find("erin@example.org")?, None);
    let set = |name, email| store.write("test", |conn| account::set_email(conn, &of(name), &of(email)));
    assert!(set("robot", "dana@example.org").expect_err("taken").is_conflict(Conflict::Email));
    assert!(set("robot", "robot@example.org")?);
    assert!(!set("nobody", "nobody@example.org")?);
    assert_eq!(find("robot@example.org")?, Some((of("robot"), None)));
    Ok(())
}

fn a_password_is_of_one_address(store: &Store) -> Result {
    let set = |email| store.write("test", |conn| account::set_email(conn, &of("dana"), &of(email)));
    let find = |email| store.read("test", |conn| account::find_by_email(conn, &of(email)));
    store.write("test", |conn| {
        account::insert(conn, &person("dana", "dana@example.org"))?;
        account::set_password(conn, &of("dana"), "hash")
    })?;
    assert!(set("dana@example.com")?);
    assert_eq!(find("dana@example.com")?, Some((of("dana"), None)));
    assert_eq!(find("dana@example.org")?, None);
    Ok(())
}

fn only_a_person_has_a_password(store: &Store) -> Result {
    store.write("test", |conn| {
        account::insert(conn, &person("dana", "dana@example.org"))?;
        super::account(conn, "robot")
    })?;
    let set = |name| store.write("test", |conn| account::set_password(conn, &of(name), "hash"));
    assert!(set("dana")?);
    assert!(!set("robot")?);
    assert!(!set("nobody")?);
    let found = store.read("test", |conn| account::find_by_email(conn, &of("dana@example.org")))?;
    assert_eq!(found, Some((of("dana"), Some("hash".to_owned()))));
    Ok(())
}

fn another_password_ends_the_sessions_and_no_other_token(store: &Store) -> Result {
    let session = Token { id: "t2".to_owned(), secret_sha256: Digest::of("other"), session: true, ..a_token() };
    store.write("test", |conn| {
        super::account(conn, "dana")?;
        token::insert(conn, &a_token())?;
        token::insert(conn, &session)?;
        token::revoke_sessions(conn, &of("dana"), at(9))
    })?;
    let find = |id| store.read("test", |conn| token::find(conn, id));
    assert_eq!(find("t1")?, Some(a_token()));
    assert_eq!(find("t2")?, Some(Token { revoked_at: Some(at(9)), ..session }));
    Ok(())
}

fn expired_sessions_are_forgotten_and_no_other_token(store: &Store) -> Result {
    let session = |id: &str, until: i64| Token {
        id: id.to_owned(),
        secret_sha256: Digest::of(id),
        session: true,
        expires_at: at(until),
        ..a_token()
    };
    store.write("test", |conn| {
        super::account(conn, "dana")?;
        super::account(conn, "erin")?;
        token::insert(conn, &a_token())?;
        token::insert(conn, &session("expired", 60))?;
        token::insert(conn, &session("live", 61))?;
        token::insert(conn, &Token { account: of("erin"), ..session("of another", 60) })?;
        token::remove_expired_sessions(conn, &of("dana"), at(60))
    })?;
    let is_there = |id| store.read("test", |conn| token::find(conn, id)).map(|found| found.is_some());
    assert!(is_there("t1")? && is_there("live")? && is_there("of another")?);
    assert!(!is_there("expired")?);
    Ok(())
}

fn a_web_session_is_found_by_its_secret_and_ends(store: &Store) -> Result {
    let session = |secret: &str, from: i64| WebSession {
        secret_sha256: Digest::of(secret),
        account: of("dana"),
        created_at: at(from),
        expires_at: at(from + 60),
    };
    let begin = |session: WebSession| store.write("test", |conn| web_session::insert(conn, &session));
    let find = |secret: &str| store.read("test", |conn| web_session::find(conn, &Digest::of(secret)));
    store.write("test", |conn| super::account(conn, "dana"))?;
    begin(session("one", 0))?;
    begin(session("two", 30))?;
    assert_eq!(find("one")?, Some(session("one", 0)));
    begin(session("three", 60))?;
    assert_eq!(find("one")?, None, "expired");
    store.write("test", |conn| web_session::remove(conn, &Digest::of("two")))?;
    assert_eq!((find("two")?, find("three")?), (None, Some(session("three", 60))));
    store.write("test", |conn| web_session::remove_of(conn, &of("dana")))?;
    assert_eq!(find("three")?, None);
    Ok(())
}

fn a_device_is_decided_once_and_goes_once(store: &Store) -> Result {
    let waiting = Device {
        device_code_sha256: Digest::of("code"),
        user_code: "BCDFGHJK".to_owned(),
        client: "objectstack-cli".to_owned(),
        decision: Decision::Pending,
        interval_seconds: 5,
        created_at: at(0),
        expires_at: at(600),
        polled_at: None,
    };
    let code = waiting.device_code_sha256;
    let find = || store.read("test", |conn| device::find(conn, &code));
    let decide = |decision: Decision| store.write("test", |conn| device::decide(conn, &code, &decision));
    store.write("test", |conn| {
        super::account(conn, "dana")?;
        device::insert(conn, &waiting)?;
        device::polled(conn, &code, at(3), 10)
    })?;
    let polled = Device { polled_at: Some(at(3)), interval_seconds: 10, ..waiting.clone() };
    assert_eq!(find()?, Some(polled.clone()));
    assert!(decide(Decision::Approved(of("dana")))?);
    assert!(!decide(Decision::Denied(of("dana")))?, "it was approved");
    let approved = Device { decision: Decision::Approved(of("dana")), ..polled };
    assert_eq!(store.read("test", |conn| device::find_by_user_code(conn, "BCDFGHJK"))?, Some(approved));
    assert!(store.write("test", |conn| device::remove(conn, &code))?);
    assert!(!store.write("test", |conn| device::remove(conn, &code))?);

    let old = Device { device_code_sha256: Digest::of("old"), ..waiting };
    store.write("test", |conn| device::insert(conn, &old))?;
    let is_there =
        || store.read("test", |conn| device::find(conn, &old.device_code_sha256)).map(|found| found.is_some());
    store.write("test", |conn| device::remove_expired(conn, at(600)))?;
    assert!(is_there()?);
    store.write("test", |conn| device::remove_expired(conn, at(601)))?;
    assert!(!is_there()?);
    Ok(())
}

fn devices_wait_until_they_are_decided_or_expire(store: &Store) -> Result {
    let begin = |code: &str, decision: Decision, until: i64| Device {
        device_code_sha256: Digest::of(code),
        user_code: code.to_owned(),
        client: "objectstack-cli".to_owned(),
        decision,
        interval_seconds: 5,
        created_at: at(0),
        expires_at: at(until),
        polled_at: None,
    };
    store.write("test", |conn| {
        super::account(conn, "dana")?;
        super::account(conn, "erin")?;
        device::insert(conn, &begin("pending", Decision::Pending, 61))?;
        device::insert(conn, &begin("expired", Decision::Pending, 60))?;
        device::insert(conn, &begin("approved", Decision::Approved(of("dana")), 61))?;
        device::insert(conn, &begin("denied", Decision::Denied(of("erin")), 61))
    })?;
    assert_eq!(store.read("test", |conn| device::count_waiting(conn, at(60)))?, 1);
    store.write("test", |conn| device::remove_of(conn, &of("dana")))?;
    let is_there = |code| store.read("test", |conn| device::find(conn, &Digest::of(code))).map(|found| found.is_some());
    assert!(!is_there("approved")?);
    assert!(is_there("pending")? && is_there("expired")? && is_there("denied")?);
    Ok(())
}
