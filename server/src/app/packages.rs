//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub struct Document {
    pub text: String,
    pub sha256: Digest,
}
pub fn get(_app: &App, caller: &Caller, _id: &PackageId) -> Result<wire::Package> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn versions(
    _app: &App,
    caller: &Caller,
    _id: &PackageId,
    _limit: PageSize,
    _cursor: Option<&str>,
) -> Result<wire::Versions> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn version(_app: &App, caller: &Caller, _id: &PackageId, _v: &Version) -> Result<wire::Version> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn report(_app: &App, caller: &Caller, _id: &PackageId, _v: &Version) -> Result<Document> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn approval(_app: &App, caller: &Caller, _id: &PackageId, _v: &Version) -> Result<Document> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn manifest(_app: &App, caller: &Caller, _id: &PackageId, _v: &Version) -> Result<Document> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
pub fn evidence(_app: &App, caller: &Caller, _id: &PackageId, _v: &Version) -> Result<wire::Evidence> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
