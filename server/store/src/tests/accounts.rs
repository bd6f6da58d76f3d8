use std::collections::BTreeSet;

use plimsoll_core::Digest;
use plimsoll_core::access::{Role, TokenScope};
use plimsoll_core::wire::Account;

use super::{Result, at, behaviours, of};
use crate::token::Token;
use crate::{Conflict, Store, account, token};

behaviours! {
    an_account_keeps_its_roles
    an_account_name_is_taken_once
    a_token_is_found_by_its_secret_alone
    a_token_is_revoked_once
}

fn an_account_keeps_its_roles(store: &Store) -> Result {
    let dana =
        Account { name: of("dana"), roles: Role::ALL.iter().copied().collect(), created_at: at(1), disabled_at: None };
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
