//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub fn set(
    _app: &App,
    caller: &Caller,
    _id: &PackageId,
    _v: &Version,
    _new: wire::SetAvailability,
) -> Result<wire::Version> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
