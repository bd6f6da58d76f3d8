//! The compiled stack of an App: how many apps it declares, which objects, and what exactly it bundles.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::ArtifactError;
use super::inspect::MAX_JSON_BYTES;
use crate::{Limits, Manifest, PackageId, Version, quote};

/// Where a compiled stack lies: at the root, or where the real client's build puts it.
pub(super) const STACK_MEMBERS: [&str; 2] = ["objectstack.json", "dist/objectstack.json"];

/// Whether the artifact of a manifest carries a compiled stack, going by its integrity map, which names every member.
pub fn has_stack(manifest: &Manifest) -> bool {
    let members = manifest.integrity.as_ref();
    members.is_some_and(|members| STACK_MEMBERS.iter().any(|path| members.contains_key(*path)))
}

/// Reads the compiled stack of an artifact that was inspected before; `None` if it carries none. What comes after it is not
/// looked at.
///
/// # Errors
/// As [`super::read`]; `Io` also if the stack is larger than what an inspection takes.
pub fn read_stack(input: impl Read, limits: &Limits) -> Result<Option<Vec<u8>>, ArtifactError> {
    let mut stack = None;
    let read = super::read(input, limits, |path, size, content| {
        if !STACK_MEMBERS.contains(&path) {
            return Ok(());
        }
        if size > MAX_JSON_BYTES {
            return Err(io::Error::other("the compiled stack is too large"));
        }
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes)?;
        stack = Some(bytes);
        // The reader has no other way to stop.
        Err(io::Error::other("this is all"))
    });
    match (stack, read) {
        (Some(stack), _) => Ok(Some(stack)),
        (None, read) => read.map(|_| None),
    }
}

/// The part of a compiled stack that the gate looks at.
#[derive(Debug, Default)]
pub(super) struct Stack {
    /// How many apps it declares.
    pub(super) apps: usize,
    /// What it bundles, where it says so.
    pub(super) bundle: Option<BTreeMap<PackageId, Version>>,
    /// The names of the objects that it defines.
    pub(super) objects: Vec<String>,
    /// Whether it names a module of code that the host loads with it.
    pub(super) names_module: bool,
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
    packages: Vec<IgnoredAny>,
    #[serde(rename = "runtimeModule")]
    runtime_module: Option<IgnoredAny>,
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
    /// A sentence, if the apps, the plugins or the objects cannot be read, one package is bundled in two versions, or whole
    /// packages are inside: a host would load these instead, under ids that nobody looked at.
    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        const EXPECTED: &str = "apps must be a list, plugins a list of objects with an id and an exact version, objects a \
                                list of objects with a name";
        let raw: RawStack = serde_json::from_slice(json).map_err(|error| format!("{EXPECTED}: {error}"))?;
        if !raw.packages.is_empty() {
            let message = "it carries whole packages (packages): publish each under its own id, and name them in plugins or in \
                           dependencies";
            return Err(message.to_owned());
        }
        let mut bundle = raw.plugins.as_ref().map(|_| BTreeMap::new());
        for (at, plugin) in raw.plugins.into_iter().flatten().enumerate() {
            let (id, version) = plugin.pinned().ok_or_else(|| format!("{EXPECTED}: that is not so for number {at}"))?;
            if bundle.get_or_insert_default().insert(id, version).is_some() {
                return Err("plugins names one package more than once".to_owned());
            }
        }
        let objects = raw.objects.into_iter().map(|object| object.name).collect();
        let names_module = raw.runtime_module.is_some();
        Ok(Self { apps: raw.apps.len(), bundle, objects, names_module, identity: raw.manifest })
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
