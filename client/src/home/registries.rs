//! The registries that are trusted, each by the keys that were pinned when a person (or a script, by fingerprint) said so.

use plimsoll_core::{Digest, Timestamp, quote, wire::Discovery};
use plimsoll_trust::TrustRoot;
use plimsoll_trust::root::RootError;

use super::{Home, HomeError, read_json};
use crate::transport::Address;

const FILE: &str = "registries.json";

/// A registry whose keys are pinned.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PinnedRegistry {
    /// Where it is.
    pub address: Address,
    /// Its name and its keys. No other key is believed.
    pub root: TrustRoot,
    /// When it was pinned.
    pub pinned_at: Timestamp,
}

/// Why a registry is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum PinError {
    /// Nobody said that it may be.
    #[error("{0} is not trusted yet: run `plimsoll trust add {0}` and compare the fingerprint with its operator's")]
    NotPinned(Address),
    /// It is not the registry that was pinned, or cannot be pinned.
    #[error("{address}: {error}. Nothing was changed")]
    Root {
        /// Where it was asked.
        address: Address,
        /// What is wrong.
        error: Box<RootError>,
    },
    /// The same name is pinned elsewhere, with other keys.
    #[error("the name {registry} is already trusted at {at}, with other keys. Nothing was changed")]
    NameTaken {
        /// The origin string, quoted.
        registry: String,
        /// Where it is pinned.
        at: Address,
    },
    /// The client's own files.
    #[error(transparent)]
    Home(#[from] HomeError),
}

#[derive(Default, serde::Serialize, serde::Deserialize)]
struct Registries {
    registries: Vec<PinnedRegistry>,
}

impl Home {
    /// Every pinned registry; the first is the default.
    pub fn registries(&self) -> Result<Vec<PinnedRegistry>, HomeError> {
        Ok(read_json::<Registries>(&self.join(FILE))?.unwrap_or_default().registries)
    }

    /// The pinned registry at an address.
    pub fn pinned(&self, address: &Address) -> Result<PinnedRegistry, PinError> {
        let found = self.registries()?.into_iter().find(|pinned| pinned.address == *address);
        found.ok_or_else(|| PinError::NotPinned(address.clone()))
    }

    /// Pins what a registry says of itself, if the fingerprint of every key it shows was confirmed. Pinning again what is
    /// pinned changes nothing; a changed name or key is refused, since no pinned key can vouch for it.
    pub fn pin(
        &self,
        address: &Address,
        discovery: &Discovery,
        confirmed: &[Digest],
        now: Timestamp,
    ) -> Result<PinnedRegistry, PinError> {
        let refuse = |error| PinError::Root { address: address.clone(), error: Box::new(error) };
        let locked = self.lock()?;
        let mut file = Registries { registries: self.registries()? };
        if let Some(pinned) = file.registries.iter().find(|pinned| pinned.address == *address) {
            pinned.root.compare(discovery).map_err(refuse)?;
            if let Some(missing) =
                confirmed.iter().find(|digest| !pinned.root.fingerprints().any(|key| key == **digest))
            {
                return Err(refuse(RootError::KeyMissing(*missing)));
            }
            return Ok(pinned.clone());
        }
        let root = TrustRoot::pin(discovery, confirmed).map_err(refuse)?;
        // A second address of a registry (a mirror) is fine, if it is the same registry.
        let namesake = file.registries.iter().find(|pinned| pinned.root.registry() == root.registry());
        if let Some(other) = namesake.filter(|other| other.root.compare(discovery).is_err()) {
            return Err(PinError::NameTaken { registry: quote(root.registry()), at: other.address.clone() });
        }
        let pinned = PinnedRegistry { address: address.clone(), root, pinned_at: now };
        file.registries.push(pinned.clone());
        locked.write_json(FILE, &file)?;
        Ok(pinned)
    }

    /// Forgets a registry. What was installed from it cannot be loaded any more. `false` if it was not pinned.
    pub fn unpin(&self, address: &Address) -> Result<bool, HomeError> {
        let locked = self.lock()?;
        let mut file = Registries { registries: self.registries()? };
        let before = file.registries.len();
        file.registries.retain(|pinned| pinned.address != *address);
        locked.write_json(FILE, &file)?;
        Ok(file.registries.len() < before)
    }
}
