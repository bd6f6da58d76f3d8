//! Stub.
#![allow(missing_docs, unused_imports, unused_qualifications, reason = "stub")]
use super::{Caller, Error, Result};
use crate::App;
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
pub fn may_upload(_app: &App, caller: &Caller) -> Result<()> {
    if caller.actor == plimsoll_core::access::Actor::Anonymous {
        return Err(plimsoll_core::access::Denied::NotAuthenticated.into());
    }
    Ok(())
}
pub fn record(_app: &App, _caller: &Caller, _a: &wire::StoredArtifact) -> Result<bool> {
    Ok(true)
}
pub fn find(app: &App, _caller: &Caller, d: Digest) -> Result<wire::StoredArtifact> {
    let size = app.blobs.size(&d).map_err(Error::Blobs)?.ok_or(Error::NotFound("artifact".to_owned()))?;
    Ok(wire::StoredArtifact { sha256: d, size })
}
