//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub fn add(_app: &App, caller: &Caller, _p: &PublisherName, _new: wire::NewKey) -> Result<wire::PublisherKey> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn list(_app: &App, caller: &Caller, _p: &PublisherName) -> Result<wire::PublisherKeys> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn revoke(
    _app: &App,
    caller: &Caller,
    _p: &PublisherName,
    _k: &KeyId,
    _new: wire::RevokeKey,
) -> Result<wire::PublisherKey> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
