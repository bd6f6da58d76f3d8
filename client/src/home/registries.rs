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
        // A second address of a registry (a mirror) is fine, if it is the same registry: then the keys are good for as long
        // as they were.
        let namesake = file.registries.iter().find(|pinned| pinned.root.registry() == root.registry());
        let root = match namesake.map(|other| (other, other.root.compare(discovery))) {
            None => root,
            Some((_, Ok(same))) => same,
            Some((other, Err(_))) => {
                return Err(PinError::NameTaken { registry: quote(root.registry()), at: other.address.clone() });
            }
        };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{World, now};

    #[test]
    fn a_registry_is_pinned_by_a_confirmed_fingerprint_alone() {
        let world = World::new();
        let discovery = world.discovery();
        let pin = |confirmed: &[Digest]| world.home.pin(&world.fake.address, &discovery, confirmed, now());
        assert!(pin(&[]).is_err());
        let other = Digest::of("another key");
        assert!(pin(&[other]).expect_err("other").to_string().contains(&other.to_string()));
        assert!(matches!(world.home.pinned(&world.fake.address), Err(PinError::NotPinned(_))));
        let pinned = pin(&[discovery.keys[0].key_id]).expect("pinned");
        assert_eq!(pinned.root.registry(), "plugins.example");
        assert_eq!(world.home.pinned(&world.fake.address).expect("kept").pinned_at, now());
    }

    #[test]
    fn a_mirror_never_lengthens_the_life_of_a_pinned_key() {
        let (world, mirror) = (World::new(), World::new());
        let ended = now().plus_seconds(-60);
        let mut discovery = world.discovery();
        discovery.keys[0].not_after = Some(ended);
        let confirmed = [discovery.keys[0].key_id];
        world.home.pin(&world.fake.address, &discovery, &confirmed, now()).expect("pinned");
        discovery.keys[0].not_after = None;
        let pinned = world.home.pin(&mirror.fake.address, &discovery, &confirmed, now()).expect("the same registry");
        let kept = serde_json::to_value(&pinned.root).expect("root");
        assert_eq!(kept["keys"][0]["notAfter"], serde_json::json!(ended));
    }

    #[test]
    fn what_is_pinned_changes_neither_its_name_nor_its_keys() {
        let (world, other) = (World::new(), World::new());
        world.client();
        let pin = |discovery: &Discovery| {
            let confirmed: Vec<Digest> = discovery.keys.iter().map(|key| key.key_id).collect();
            world.home.pin(&world.fake.address, discovery, &confirmed, now())
        };
        pin(&world.discovery()).expect("the same again");
        assert!(matches!(pin(&other.discovery()), Err(PinError::Root { .. })), "other keys");
        let renamed = Discovery { registry: "other.example".to_owned(), ..world.discovery() };
        assert!(matches!(pin(&renamed), Err(PinError::Root { .. })), "another name");
        let confirmed = [other.discovery().keys[0].key_id];
        let taken = world.home.pin(&other.fake.address, &other.discovery(), &confirmed, now());
        assert!(matches!(taken, Err(PinError::NameTaken { .. })), "the name elsewhere, with other keys");
    }
}
