//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub struct Query {
    pub q: Option<String>,
    pub package_type: Option<PackageType>,
    pub category: Option<wire::Category>,
    pub limit: PageSize,
    pub cursor: Option<String>,
}
pub fn page(_app: &App, caller: &Caller, _c: Catalog, _q: Query) -> Result<wire::CatalogPage> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Err(Error::Internal("stub".to_owned()))
}
