//! The trust root: the registry's name and keys that a client pinned when it was provisioned.

use plimsoll_core::wire::{Discovery, RegistryKey};
use plimsoll_core::{Digest, Timestamp};

use crate::dsse::Envelope;
use crate::{Fault, KeyError, PublicKey};

/// Why a registry is not the one that was pinned, or cannot be pinned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// Another registry answers.
    #[error("this registry calls itself {found}, but {pinned} was trusted here: it was changed or swapped")]
    OtherRegistry {
        /// What the registry calls itself, quoted.
        found: String,
        /// The pinned name, quoted.
        pinned: String,
    },
    /// Keys that nobody confirmed.
    #[error("the registry shows keys that nobody confirmed: {}. Compare their fingerprints with its operator's", list(.0))]
    UnknownKeys(Vec<Digest>),
    /// A confirmed key that the registry does not show.
    #[error("the registry shows no key with the fingerprint {0}")]
    KeyMissing(Digest),
    /// There is no key at all.
    #[error("the registry shows no keys")]
    NoKeys,
    /// A key cannot be read, or is not the one it is listed as.
    #[error("the registry's key {key_id} is refused: {error}")]
    Key {
        /// As which key it is listed.
        key_id: Digest,
        /// What is wrong.
        error: KeyError,
    },
}

fn list(digests: &[Digest]) -> String {
    digests.iter().map(Digest::to_string).collect::<Vec<_>>().join(", ")
}

/// A registry's name and the keys that vouch for it. What is pinned is kept as JSON `{registry, keys}`.
///
/// Invariants: at least one key; every key can be read, and is the one its fingerprint says.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(into = "PinnedRoot", try_from = "PinnedRoot")]
pub struct TrustRoot {
    registry: String,
    keys: Vec<(RegistryKey, PublicKey)>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct PinnedRoot {
    registry: String,
    keys: Vec<RegistryKey>,
}

impl From<TrustRoot> for PinnedRoot {
    fn from(root: TrustRoot) -> Self {
        Self { registry: root.registry, keys: root.keys.into_iter().map(|(listed, _)| listed).collect() }
    }
}

impl TryFrom<PinnedRoot> for TrustRoot {
    type Error = RootError;

    fn try_from(pinned: PinnedRoot) -> Result<Self, RootError> {
        Self::new(pinned.registry, pinned.keys)
    }
}

impl TrustRoot {
    /// A root of keys that the caller trusts already: a registry's own, or what a client pinned.
    pub fn new(registry: String, keys: Vec<RegistryKey>) -> Result<Self, RootError> {
        if keys.is_empty() {
            return Err(RootError::NoKeys);
        }
        let read = |listed: RegistryKey| match read_key(&listed) {
            Ok(key) => Ok((listed, key)),
            Err(error) => Err(RootError::Key { key_id: listed.key_id, error }),
        };
        Ok(Self { registry, keys: keys.into_iter().map(read).collect::<Result<_, _>>()? })
    }

    /// Pins what a registry shows, if a person, or a flag, confirmed the fingerprint of every key of it.
    pub fn pin(discovery: &Discovery, confirmed: &[Digest]) -> Result<Self, RootError> {
        if let Some(missing) = confirmed.iter().find(|digest| !discovery.keys.iter().any(|key| key.key_id == **digest))
        {
            return Err(RootError::KeyMissing(*missing));
        }
        refuse_unknown(&discovery.keys, |key_id| confirmed.contains(&key_id))?;
        Self::new(discovery.registry.clone(), discovery.keys.clone())
    }

    /// Compares what a registry shows now with what was pinned. Refuses another name, and any key that is not pinned:
    /// no pinned key can vouch for another one yet. The answer is the root to go on with: what comes over the
    /// network may end a pinned key's validity earlier, never later.
    pub fn compare(&self, discovery: &Discovery) -> Result<Self, RootError> {
        if discovery.registry != self.registry {
            return Err(RootError::OtherRegistry {
                found: plimsoll_core::quote(&discovery.registry),
                pinned: plimsoll_core::quote(&self.registry),
            });
        }
        if discovery.keys.is_empty() {
            return Err(RootError::NoKeys);
        }
        refuse_unknown(&discovery.keys, |key_id| self.keys.iter().any(|(pinned, _)| pinned.key_id == key_id))?;
        let mut narrowed = self.clone();
        for (pinned, _) in &mut narrowed.keys {
            for shown in discovery.keys.iter().filter(|shown| shown.key_id == pinned.key_id) {
                pinned.not_before = pinned.not_before.max(shown.not_before);
                pinned.not_after = match (pinned.not_after, shown.not_after) {
                    (Some(pinned), Some(shown)) => Some(pinned.min(shown)),
                    (pinned, shown) => pinned.or(shown),
                };
            }
        }
        Ok(narrowed)
    }

    /// The fixed origin string that every statement of the registry names.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The fingerprints of its keys.
    pub fn fingerprints(&self) -> impl Iterator<Item = Digest> {
        self.keys.iter().map(|(listed, _)| listed.key_id)
    }

    /// The payload of an envelope, if one of the keys vouches for it; with the check of the key's validity that needs the
    /// time that the payload tells.
    pub(crate) fn open<'a>(&'a self, envelope: &'a Envelope) -> Result<(&'a [u8], &'a RegistryKey), Fault> {
        let (listed, key) = self
            .keys
            .iter()
            .find(|(listed, _)| listed.key_id == envelope.key_id())
            .ok_or(Fault::UnknownRegistryKey(envelope.key_id()))?;
        Ok((envelope.open(key)?, listed))
    }
}

/// Refuses a key that was not in use at the time a statement tells.
pub(crate) fn valid_at(key: &RegistryKey, at: Timestamp) -> Result<(), Fault> {
    if at < key.not_before || key.not_after.is_some_and(|end| at > end) {
        return Err(Fault::RegistryKeyNotValid { key: key.key_id, at });
    }
    Ok(())
}

fn refuse_unknown(shown: &[RegistryKey], known: impl Fn(Digest) -> bool) -> Result<(), RootError> {
    let unknown: Vec<Digest> = shown.iter().map(|key| key.key_id).filter(|key_id| !known(*key_id)).collect();
    if unknown.is_empty() { Ok(()) } else { Err(RootError::UnknownKeys(unknown)) }
}

fn read_key(listed: &RegistryKey) -> Result<PublicKey, KeyError> {
    let key: PublicKey = listed.public_key.parse()?;
    let mislabelled = |member, found: String, listed: String| Err(KeyError::Mislabelled { member, found, listed });
    if key.fingerprint() != listed.key_id {
        return mislabelled("the fingerprint", key.fingerprint().to_string(), listed.key_id.to_string());
    }
    if key.algorithm() != listed.algorithm {
        return mislabelled("the algorithm", key.algorithm().to_string(), listed.algorithm.to_string());
    }
    Ok(key)
}
