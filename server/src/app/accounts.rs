//! Stub.
#![allow(missing_docs, unused_imports, reason = "stub")]
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
use super::{Caller, Error, Result};
use crate::App;
pub fn authenticate(_app: &App, bearer: Option<&str>) -> Result<plimsoll_core::access::Actor> {
    match bearer { None => Ok(plimsoll_core::access::Actor::Anonymous), Some(_) => Err(Error::CredentialsInvalid) }
}
pub fn me(_app: &App, caller: &Caller) -> Result<wire::Me> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous { return Err(plimsoll_core::access::Denied::NotAuthenticated.into()); }
    Err(Error::Internal("stub".to_owned()))
}
pub fn create_account(_app: &App, caller: &Caller, _new: wire::NewAccount) -> Result<wire::Account> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous { return Err(plimsoll_core::access::Denied::NotAuthenticated.into()); }
    Err(Error::Internal("stub".to_owned()))
}
pub fn create_token(_app: &App, caller: &Caller, _new: wire::NewToken) -> Result<wire::CreatedToken> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous { return Err(plimsoll_core::access::Denied::NotAuthenticated.into()); }
    Err(Error::Internal("stub".to_owned()))
}
pub fn revoke_token(_app: &App, caller: &Caller, _id: &str) -> Result<()> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous { return Err(plimsoll_core::access::Denied::NotAuthenticated.into()); }
    Err(Error::Internal("stub".to_owned()))
}
