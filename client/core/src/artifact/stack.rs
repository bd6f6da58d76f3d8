//! The compiled stack of an App: how many apps it declares, which objects, and what exactly it bundles (contract §A2).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::{Manifest, PackageId, Version, quote};

/// Where a compiled stack lies: at the root, or where the real client's build puts it.
pub(super) const STACK_MEMBERS: [&str; 2] = ["objectstack.json", "dist/objectstack.json"];

/// The part of a compiled stack that the gate looks at.
#[derive(Debug, Default)]
pub(super) struct Stack {
    /// How many apps it declares.
    pub(super) apps: usize,
    /// What it bundles, where it says so.
    pub(super) bundle: Option<BTreeMap<PackageId, Version>>,
    /// The names of the objects that it defines.
    pub(super) objects: Vec<String>,
    /// What it says again of what the manifest says: `id`, `version` and `namespace`.
    identity: Identity,
}

#[derive(Debug, Default, Deserialize)]
struct Identity {
    id: Option<String>,
    version: Option<String>,
    namespace: Option<String>,
}

#[derive(Deserialize)]
struct RawStack {
    #[serde(default)]
    apps: Vec<IgnoredAny>,
    plugins: Option<Vec<Plugin>>,
    #[serde(default)]
    objects: Vec<Object>,
    #[serde(default)]
    manifest: Identity,
}

#[derive(Deserialize)]
struct Object {
    name: String,
}

/// A bundled package: flat, or as a stack with a manifest of its own. Not an untagged enum, which would hold the whole text
/// as a tree, at many times its size.
#[derive(Deserialize)]
struct Plugin {
    id: Option<PackageId>,
    version: Option<Version>,
    manifest: Option<Pinned>,
}

#[derive(Deserialize)]
struct Pinned {
    id: PackageId,
    version: Version,
}

impl Plugin {
    fn pinned(self) -> Option<(PackageId, Version)> {
        match self {
            Self { id: Some(id), version: Some(version), .. } => Some((id, version)),
            Self { manifest, .. } => manifest.map(|manifest| (manifest.id, manifest.version)),
        }
    }
}

impl Stack {
    /// Reads a compiled stack.
    ///
    /// # Errors
    /// A sentence, if the apps, the plugins or the objects cannot be read, or one package is bundled in two versions.
    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        const EXPECTED: &str = "apps must be a list, plugins a list of objects with an id and an exact version, objects a \
                                list of objects with a name";
        let raw: RawStack = serde_json::from_slice(json).map_err(|error| format!("{EXPECTED}: {error}"))?;
        let mut bundle = raw.plugins.as_ref().map(|_| BTreeMap::new());
        for (at, plugin) in raw.plugins.into_iter().flatten().enumerate() {
            let (id, version) = plugin.pinned().ok_or_else(|| format!("{EXPECTED}: that is not so for number {at}"))?;
            if bundle.get_or_insert_default().insert(id, version).is_some() {
                return Err("plugins names one package more than once".to_owned());
            }
        }
        let objects = raw.objects.into_iter().map(|object| object.name).collect();
        Ok(Self { apps: raw.apps.len(), bundle, objects, identity: raw.manifest })
    }

    /// Where it says something else than the manifest: a host that reads the stack must not get another package than the
    /// one that was checked.
    pub(super) fn contradicts(&self, manifest: &Manifest) -> Option<String> {
        let version = manifest.version.to_string();
        let namespace = manifest.namespace.as_ref().map(|namespace| namespace.as_str());
        let members = [
            ("id", &self.identity.id, Some(manifest.id.as_str())),
            ("version", &self.identity.version, Some(version.as_str())),
            ("namespace", &self.identity.namespace, namespace),
        ];
        let (member, said, _) = members.into_iter().find(|(_, said, is)| said.is_some() && said.as_deref() != *is)?;
        Some(format!("its {member} is {}, that of the manifest is another", quote(said.as_deref()?)))
    }
}
