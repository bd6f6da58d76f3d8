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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{REGISTRY, day, key, registry_key, root};
    use crate::{Signer as _, SigningKey};

    fn discovery(keys: &[&SigningKey]) -> Discovery {
        Discovery {
            registry: REGISTRY.to_owned(),
            api: "/v1".to_owned(),
            keys: keys.iter().map(|key| registry_key(key)).collect(),
            limits: plimsoll_core::Limits::default(),
            demo: false,
        }
    }

    #[test]
    fn pinning_needs_the_fingerprint_of_every_key() {
        let (first, second) = (key(), key());
        let shown = discovery(&[&first, &second]);
        let pin = |confirmed: &[Digest]| TrustRoot::pin(&shown, confirmed);
        let root = pin(&[first.key_id(), second.key_id()]).expect("root");
        assert_eq!(root.fingerprints().collect::<Vec<_>>(), [first.key_id(), second.key_id()]);
        assert_eq!(pin(&[first.key_id()]).expect_err("one"), RootError::UnknownKeys(vec![second.key_id()]));
        let other = Digest::of("other");
        assert_eq!(pin(&[other]).expect_err("other"), RootError::KeyMissing(other));
        assert_eq!(TrustRoot::pin(&discovery(&[]), &[]).expect_err("none"), RootError::NoKeys);
    }

    #[test]
    fn a_registry_swapped_behind_the_same_address_is_refused() {
        let (pinned, other) = (key(), key());
        let root = root(&pinned);
        assert!(root.compare(&discovery(&[&pinned])).is_ok());
        let swapped = root.compare(&discovery(&[&other])).expect_err("other key");
        assert_eq!(swapped, RootError::UnknownKeys(vec![other.key_id()]));
        let joined = root.compare(&discovery(&[&pinned, &other])).expect_err("nobody vouches for it");
        assert_eq!(joined, RootError::UnknownKeys(vec![other.key_id()]));
        let renamed = Discovery { registry: "other.example".to_owned(), ..discovery(&[&pinned]) };
        assert!(matches!(root.compare(&renamed), Err(RootError::OtherRegistry { .. })));
        assert_eq!(root.compare(&discovery(&[])).expect_err("none"), RootError::NoKeys);
    }

    #[test]
    fn the_network_may_end_a_key_earlier_and_never_later() {
        let key = key();
        let mut shown = discovery(&[&key]);
        shown.keys[0].not_after = Some(day(20));
        let narrowed = root(&key).compare(&shown).expect("root");
        assert_eq!(narrowed.keys[0].0.not_after, Some(day(20)));
        let again = narrowed.compare(&discovery(&[&key])).expect("root");
        assert_eq!(again.keys[0].0.not_after, Some(day(20)), "open again over the network");
    }

    #[test]
    fn a_key_is_the_one_it_is_listed_as() {
        let (one, other) = (key(), key());
        let listed = RegistryKey { public_key: other.public_key().to_pem(), ..registry_key(&one) };
        let error = TrustRoot::new(REGISTRY.to_owned(), vec![listed]).expect_err("other key");
        assert!(
            matches!(error, RootError::Key { key_id, error: KeyError::Mislabelled { .. } } if key_id == one.key_id())
        );
    }

    #[test]
    fn a_pinned_root_survives_being_stored() {
        let root = root(&key());
        let text = serde_json::to_string(&root).expect("json");
        let again: TrustRoot = serde_json::from_str(&text).expect("root");
        assert_eq!(serde_json::to_string(&again).expect("json"), text);
    }
}
