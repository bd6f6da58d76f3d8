//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub fn create(_app: &App, caller: &Caller, _new: wire::NewPublisher) -> Result<wire::Publisher> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn get(_app: &App, caller: &Caller, _p: &PublisherName) -> Result<wire::Publisher> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn set_level(_app: &App, caller: &Caller, _p: &PublisherName, _new: wire::SetLevel) -> Result<wire::Publisher> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn grant_prefix(_app: &App, caller: &Caller, _p: &PublisherName, _prefix: Prefix) -> Result<wire::Publisher> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn set_member(
    _app: &App,
    caller: &Caller,
    _p: &PublisherName,
    _a: &AccountName,
    _new: wire::SetMember,
) -> Result<wire::Member> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
