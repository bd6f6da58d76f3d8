//! The registries that are trusted, each by the keys that were pinned when a person (or a script, by fingerprint) said so.

use plimsoll_core::wire::{Discovery, RegistryKey};
use plimsoll_core::{Digest, Timestamp, quote};

use super::{Home, HomeError, read_json};
use crate::transport::{Address, Registry, TransportError};

const FILE: &str = "registries.json";

/// What a registry says of itself, before anybody believes it.
#[derive(Clone, Debug)]
pub struct TrustOffer {
    /// Where it was asked.
    pub address: Address,
    /// The origin string that its statements name.
    pub registry: String,
    /// Its keys.
    pub keys: Vec<RegistryKey>,
    /// Whether it is a demonstration.
    pub demo: bool,
}

impl TrustOffer {
    /// Asks a registry.
    pub fn ask(registry: &Registry) -> Result<Self, TransportError> {
        let Discovery { registry: name, keys, demo, .. } = registry.discovery()?;
        Ok(Self { address: registry.address().clone(), registry: name, keys, demo })
    }

    /// The fingerprints of its keys.
    pub fn fingerprints(&self) -> Vec<Digest> {
        self.keys.iter().map(|key| key.key_id).collect()
    }
}

/// A registry whose keys are pinned.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PinnedRegistry {
    /// Where it is.
    pub address: Address,
    /// The origin string that its statements name.
    pub registry: String,
    /// Its pinned keys. No other key is believed.
    pub keys: Vec<RegistryKey>,
    /// When it was pinned.
    pub pinned_at: Timestamp,
}

/// Why a registry is not trusted.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// Nobody said that it may be.
    #[error("{0} is not trusted yet: run `plimsoll trust add {0}` and compare the fingerprint")]
    NotPinned(Address),
    /// The fingerprint is of none of its keys.
    #[error(
        "{address} has no key with the fingerprint {fingerprint}: it is not the registry you mean, or it changed its key"
    )]
    FingerprintUnknown {
        /// Where it was asked.
        address: Address,
        /// The fingerprint that was expected.
        fingerprint: Digest,
    },
    /// No fingerprint was confirmed.
    #[error("no fingerprint was confirmed, so no key is pinned")]
    NothingConfirmed,
    /// The origin is another.
    #[error("{address} now calls itself {now}; it was trusted as {pinned}. Nothing was changed")]
    NameChanged {
        /// Where it was asked.
        address: Address,
        /// The origin that is pinned, quoted.
        pinned: String,
        /// The origin it says now, quoted.
        now: String,
    },
    /// The keys are others, and no pinned key vouches for them.
    #[error("{address} now shows other keys than those that were pinned (new: {}). Nothing was changed", list(new))]
    KeysChanged {
        /// Where it was asked.
        address: Address,
        /// The fingerprints that are not pinned.
        new: Vec<Digest>,
    },
    /// Another address is pinned for the same origin with other keys.
    #[error("the name {registry} is already trusted at {at} with other keys. Nothing was changed")]
    NameTaken {
        /// The origin, quoted.
        registry: String,
        /// Where it is pinned.
        at: Address,
    },
    /// The client's own files.
    #[error(transparent)]
    Home(#[from] HomeError),
}

fn list(digests: &[Digest]) -> String {
    digests.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
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
    pub fn pinned(&self, address: &Address) -> Result<PinnedRegistry, TrustError> {
        let found = self.registries()?.into_iter().find(|pinned| pinned.address == *address);
        found.ok_or_else(|| TrustError::NotPinned(address.clone()))
    }

    /// Pins the keys of an offer whose fingerprints were confirmed, and no other key. Pinning again what is pinned changes
    /// nothing; a changed name or key is refused, since no pinned key vouches for it.
    pub fn pin(&self, offer: &TrustOffer, confirmed: &[Digest], now: Timestamp) -> Result<PinnedRegistry, TrustError> {
        let address = &offer.address;
        if confirmed.is_empty() {
            return Err(TrustError::NothingConfirmed);
        }
        if let Some(fingerprint) = confirmed.iter().find(|digest| !offer.fingerprints().contains(digest)) {
            return Err(TrustError::FingerprintUnknown { address: address.clone(), fingerprint: *fingerprint });
        }
        let locked = self.lock()?;
        let mut file = Registries { registries: self.registries()? };
        if let Some(pinned) = file.registries.iter().find(|pinned| pinned.address == *address) {
            if pinned.registry != offer.registry {
                return Err(TrustError::NameChanged {
                    address: address.clone(),
                    pinned: quote(&pinned.registry),
                    now: quote(&offer.registry),
                });
            }
            let new: Vec<Digest> = confirmed.iter().filter(|digest| !has_key(&pinned.keys, digest)).copied().collect();
            if !new.is_empty() {
                return Err(TrustError::KeysChanged { address: address.clone(), new });
            }
            return Ok(pinned.clone());
        }
        let keys: Vec<RegistryKey> = offer.keys.iter().filter(|key| confirmed.contains(&key.key_id)).cloned().collect();
        // A second address of the same registry (a mirror) is fine, if it is the same registry.
        let namesake = file.registries.iter().find(|pinned| pinned.registry == offer.registry);
        if let Some(other) = namesake.filter(|other| !keys.iter().all(|key| has_key(&other.keys, &key.key_id))) {
            return Err(TrustError::NameTaken { registry: quote(&offer.registry), at: other.address.clone() });
        }
        let pinned =
            PinnedRegistry { address: address.clone(), registry: offer.registry.clone(), keys, pinned_at: now };
        file.registries.push(pinned.clone());
        locked.write_json(FILE, &file)?;
        Ok(pinned)
    }

    /// Forgets a registry. What was installed from it cannot be loaded any more.
    pub fn unpin(&self, address: &Address) -> Result<bool, HomeError> {
        let locked = self.lock()?;
        let mut file = Registries { registries: self.registries()? };
        let before = file.registries.len();
        file.registries.retain(|pinned| pinned.address != *address);
        locked.write_json(FILE, &file)?;
        Ok(file.registries.len() < before)
    }
}

fn has_key(keys: &[RegistryKey], fingerprint: &Digest) -> bool {
    keys.iter().any(|key| key.key_id == *fingerprint)
}
