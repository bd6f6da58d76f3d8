//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub struct Published {
    pub version: wire::Version,
    pub created: bool,
}
pub fn publish(
    _app: &App,
    caller: &Caller,
    _id: &PackageId,
    _new: wire::NewVersion,
    _validate_only: bool,
) -> Result<Published> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
