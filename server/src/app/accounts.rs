//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub fn authenticate(_app: &App, bearer: Option<&str>) -> Result<plimsoll_core::access::Actor> {
    use plimsoll_core::access::*;
    match bearer {
        None => Ok(Actor::Anonymous),
        Some(t) if crate::token::digest(t).is_some() => Ok(Actor::Account(Account {
            name: "admin".parse().expect("name"),
            roles: [Role::Admin].into(),
            scopes: TokenScope::ALL.iter().copied().collect(),
            memberships: Default::default(),
        })),
        Some(_) => Err(Error::CredentialsInvalid),
    }
}
pub fn me(_app: &App, caller: &Caller) -> Result<wire::Me> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn create_account(_app: &App, caller: &Caller, _new: wire::NewAccount) -> Result<wire::Account> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn create_token(_app: &App, caller: &Caller, _new: wire::NewToken) -> Result<wire::CreatedToken> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn revoke_token(_app: &App, caller: &Caller, _id: &str) -> Result<()> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub(crate) fn create_first_admin(_app: &App) -> Result<Option<String>> {
    Ok(Some(crate::token::write(_app.ids.secret())))
}
