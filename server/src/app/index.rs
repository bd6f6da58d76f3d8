//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub struct IndexFile {
    pub body: bytes::Bytes,
    pub etag: String,
    pub max_age_seconds: u32,
    pub public: bool,
}
pub fn index(_app: &App, caller: &Caller, _id: &PackageId) -> Result<IndexFile> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
