//! Stub.
#![allow(missing_docs, unused_imports, reason = "stub")]
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
use super::{Caller, Error, Result};
use crate::App;
pub fn may_upload(_app: &App, caller: &Caller) -> Result<()> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous { return Err(plimsoll_core::access::Denied::NotAuthenticated.into()); }
    Err(Error::Internal("stub".to_owned()))
}
pub fn record(_app: &App, caller: &Caller, _a: &wire::StoredArtifact) -> Result<bool> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous { return Err(plimsoll_core::access::Denied::NotAuthenticated.into()); }
    Err(Error::Internal("stub".to_owned()))
}
pub fn find(_app: &App, caller: &Caller, _d: Digest) -> Result<wire::StoredArtifact> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous { return Err(plimsoll_core::access::Denied::NotAuthenticated.into()); }
    Err(Error::Internal("stub".to_owned()))
}
