//! What the registry says of itself.

use plimsoll_core::wire::Discovery;

use super::{Error, Result};
use crate::App;

/// The path below which the interface lies.
pub const API: &str = "/v1";

/// Who the registry is: its origin, keys and limits.
pub fn discovery(app: &App) -> Result<Discovery> {
    Ok(Discovery {
        registry: app.registry.clone(),
        api: API.to_owned(),
        keys: app.keys.clone(),
        limits: app.limits,
        demo: app.demo,
    })
}

/// Whether the database and the artifact store answer.
pub fn ready(app: &App) -> Result<()> {
    app.store.ping()?;
    app.blobs.ping().map_err(Error::Blobs)
}
