//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub fn discovery(app: &App) -> Result<wire::Discovery> {
    Ok(wire::Discovery {
        registry: app.registry.clone(),
        api: "/v1".to_owned(),
        keys: app.keys.clone(),
        limits: app.limits,
        demo: app.demo,
    })
}
pub fn ready(app: &App) -> Result<()> {
    app.store.ping()?;
    app.blobs.ping().map_err(Error::Blobs)
}
