//! The registry as a server.
//!
//! In scope: the use cases, their HTTP interface and its OpenAPI document, the artifact store, configuration, start and stop.
//! Out of scope: rules (`plimsoll-core`), signatures (`plimsoll-trust`), queries (`plimsoll-store`).
//!
//! Where to look: `app` holds the use cases, `http` translates between them and the wire (`http/mod.rs` is the route table),
//! `start` opens the registry, `demo` fills one with samples, `export` writes the marketplace as files, `main` reads the
//! command line.

mod address_shares;
pub mod app;
pub mod blobs;
pub mod clock;
pub mod config;
pub mod demo;
pub mod export;
pub mod http;
pub mod jobs;
mod open_files;
mod password;
mod shares;
mod start;
pub mod telemetry;
mod throttle;
mod token;

use std::path::PathBuf;
use std::sync::Arc;

use plimsoll_core::wire::RegistryKey;
use plimsoll_core::{Digest, Limits};
use plimsoll_store::Store;
use plimsoll_trust::Signer;

use crate::address_shares::AddressShares;
use crate::blobs::Blobs;
use crate::clock::{Clock, Ids};
use crate::config::{Config, Timeouts};
use crate::shares::{Places, Shares};
use crate::throttle::Throttle;

pub use start::{StartError, Started, open_store};

/// A registry that is open: everything a use case needs.
pub struct App {
    /// The fixed origin string that every statement names.
    pub(crate) registry: String,
    /// Whether this is a demonstration.
    pub(crate) demo: bool,
    /// The limits.
    pub(crate) limits: Limits,
    /// How long requests may take.
    pub(crate) timeouts: Timeouts,
    /// The database.
    pub(crate) store: Store,
    /// The artifacts.
    pub(crate) blobs: Blobs,
    /// The registry's key.
    pub(crate) signer: Arc<dyn Signer>,
    /// The registry's public keys, as they are published.
    pub(crate) keys: Vec<RegistryKey>,
    /// The clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub(crate) ids: Arc<dyn Ids>,
    /// Where uploads wait until their digest is known.
    pub(crate) spool: PathBuf,
    /// Places for uploads.
    pub(crate) uploads: Shares,
    /// Places for artifacts that are examined.
    pub(crate) examining: Shares,
    /// Places for artifacts that are in memory as a whole.
    pub(crate) buffered: Shares,
    /// Places for artifacts that are unpacked for a reader.
    pub(crate) unpacking: Places,
    /// Bytes of large answers that are on their way.
    pub(crate) answers: Arc<AddressShares>,
    /// Places for passwords that are being hashed, which takes 19 MiB each.
    pub(crate) hashing: Places,
    /// Who guesses is slowed down.
    pub(crate) throttle: Throttle,
    /// The configuration it was opened with.
    pub(crate) config: Config,
}

impl App {
    /// The fixed origin string that every statement names.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The fingerprint of the key that signs, which a client pins.
    pub fn fingerprint(&self) -> Digest {
        self.signer.key_id()
    }
}
