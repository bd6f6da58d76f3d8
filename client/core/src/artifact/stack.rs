//! The compiled stack of an App: how many apps it declares, which objects, and what exactly it bundles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::{self, Read};

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny};
use serde_json::value::RawValue;

use super::ArtifactError;
use super::inspect::MAX_JSON_BYTES;
use super::path;
use super::reach::{self, Reach};
use crate::manifest::{self, Engines};
use crate::{Limits, Manifest, PackageId, Version, quote};

/// Where a compiled stack lies: at the root, or where the real client's build puts it.
pub(super) const STACK_MEMBERS: [&str; 2] = ["objectstack.json", "dist/objectstack.json"];

/// The member that a file system without regard for case would take this one for.
pub(super) fn meant_by(path: &str) -> Option<&'static str> {
    let folded = path::fold(path);
    STACK_MEMBERS.into_iter().find(|member| *member == folded && *member != path)
}

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

/// The members of a compiled stack: those of `ObjectStackDefinitionSchema` in ObjectStack 17.4.0, which takes no others.
///
/// A host lays them over the manifest that is inside (`{...manifest, ...members}`), so any other one could change what the
/// package is: an `id`, a `namespace`, a `main`.
const MEMBERS: [&str; 44] = [
    "actions",
    "agents",
    "analyticsCubes",
    "api",
    "apis",
    "apps",
    "books",
    "capabilities",
    "connectors",
    "dashboards",
    "data",
    "datasets",
    "datasourceMapping",
    "datasources",
    "devPlugins",
    "docs",
    "emailTemplates",
    "flows",
    "functions",
    "hooks",
    "i18n",
    "jobs",
    "manifest",
    "mappings",
    "objectExtensions",
    "objects",
    "onEnable",
    "packages",
    "pages",
    "permissions",
    "plugins",
    "positions",
    "reports",
    "requires",
    "runtimeModule",
    "server",
    "sharingRules",
    "skills",
    "tiers",
    "tools",
    "translations",
    "viewItems",
    "views",
    "webhooks",
];

/// The part of a compiled stack that the gate looks at.
#[derive(Debug)]
pub(super) struct Stack {
    /// How many apps it declares.
    pub(super) apps: usize,
    /// What it bundles, where it says so.
    pub(super) bundle: Option<BTreeMap<PackageId, Version>>,
    /// The names of the objects that it defines.
    pub(super) objects: Vec<String>,
    /// The objects that it acts on.
    pub(super) reaches: BTreeSet<Reach>,
    /// Whether it names a module of code that the host loads with it.
    pub(super) names_module: bool,
    /// The manifest inside.
    manifest: Manifest,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawStack<'a> {
    #[serde(default)]
    apps: Vec<IgnoredAny>,
    plugins: Option<Vec<Plugin>>,
    #[serde(default)]
    packages: Vec<IgnoredAny>,
    runtime_module: Option<IgnoredAny>,
    #[serde(default)]
    objects: Vec<Object>,
    #[serde(borrow)]
    manifest: Option<&'a RawValue>,
    // In a manifest these two are something else: what it asks for, and what it requires.
    #[serde(default, rename = "permissions")]
    _permissions: Vec<Named>,
    #[serde(default, rename = "capabilities")]
    _capabilities: Vec<Named>,
}

/// An object with any members.
#[derive(Deserialize)]
struct Named {}

#[derive(Deserialize)]
struct Object {
    name: String,
}

/// A bundled package: flat, or with a manifest of its own. It has nothing else: a host would load that as the App's own. Not
/// an untagged enum, which would hold the whole text as a tree, at many times its size.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plugin {
    id: Option<PackageId>,
    version: Option<Version>,
    manifest: Option<Pinned>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pinned {
    id: PackageId,
    version: Version,
}

impl Plugin {
    fn pinned(self) -> Option<(PackageId, Version)> {
        match self {
            Self { id: Some(id), version: Some(version), manifest: None } => Some((id, version)),
            Self { id: None, version: None, manifest: Some(manifest) } => Some((manifest.id, manifest.version)),
            _ => None,
        }
    }
}

/// Succeeds on an object with known members, each there once.
struct KnownMembers;

impl<'de> Deserialize<'de> for KnownMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Self)
    }
}

impl<'de> de::Visitor<'de> for KnownMembers {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(name) = members.next_key::<String>()? {
            let Some(known) = MEMBERS.iter().find(|known| **known == name) else {
                let message =
                    format!("it has the member {}, which is none of a compiled stack: remove it", quote(&name));
                return Err(de::Error::custom(message));
            };
            if !seen.insert(known) {
                return Err(de::Error::custom(format!("it has the member {known} more than once")));
            }
            members.next_value::<IgnoredAny>()?;
        }
        Ok(self)
    }
}

impl Stack {
    /// Reads a compiled stack.
    ///
    /// # Errors
    /// A sentence, if a member is none of a stack, the manifest inside is missing or not valid, the apps, the plugins or the
    /// objects cannot be read, one package is bundled in two versions, or whole packages are inside: a host would load these
    /// instead, under ids that nobody looked at.
    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        const EXPECTED: &str = "apps must be a list, plugins a list of objects with an id and an exact version and nothing \
                                else, objects a list of objects with a name";
        serde_json::from_slice::<KnownMembers>(json).map_err(|error| error.to_string())?;
        let raw: RawStack<'_> = serde_json::from_slice(json).map_err(|error| format!("{EXPECTED}: {error}"))?;
        let manifest = raw.manifest.ok_or("it has no manifest inside (manifest): build it again")?;
        let manifest = manifest::parse(manifest.get().as_bytes()).map_err(|problems| {
            let first = problems.first().map(|it| format!("{}: {}", it.pointer, it.message)).unwrap_or_default();
            format!("the manifest inside is not valid: /manifest{first}")
        })?;
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
        let mut reaches = reach::of_stack(json).map_err(|error| error.to_string())?;
        reaches.extend(reach::of_manifest(&manifest));
        let names_module = raw.runtime_module.is_some();
        Ok(Self { apps: raw.apps.len(), bundle, objects, reaches, names_module, manifest })
    }

    /// Where the manifest inside says something else than that of the artifact: a host that reads the stack must not get
    /// another package than the one that was checked. What it leaves out contradicts nothing, but for the id and the version.
    pub(super) fn contradicts(&self, outside: &Manifest) -> Option<String> {
        fn other<T: PartialEq>(inside: Option<&T>, outside: Option<&T>) -> bool {
            inside.is_some() && inside != outside
        }
        let inside = &self.manifest;
        let says = |key: &str| inside.json().get(key).is_some();
        let members = [
            ("id", inside.id != outside.id),
            ("version", inside.version != outside.version),
            ("type", inside.package_type != outside.package_type),
            ("namespace", other(inside.namespace.as_ref(), outside.namespace.as_ref())),
            // The compiler writes the default, so this is compared as what it means.
            ("scope", says("scope") && inside.scope != outside.scope),
            ("runtime", other(inside.runtime.as_ref(), outside.runtime.as_ref())),
            ("isolation", other(inside.isolation.as_ref(), outside.isolation.as_ref())),
            ("packaging", says("packaging") && inside.packaging != outside.packaging),
            ("main", other(inside.main.as_ref(), outside.main.as_ref())),
            ("permissions", says("permissions") && inside.permissions != outside.permissions),
            ("dependencies", !inside.dependencies.is_empty() && inside.dependencies != outside.dependencies),
            ("engines", inside.engines != Engines::default() && inside.engines != outside.engines),
        ];
        let (member, _) = members.into_iter().find(|(_, differs)| *differs)?;
        let said = inside.json().get(member).and_then(|value| value.as_str());
        Some(match said {
            Some(said) => format!("its {member} is {}, that of the manifest is another", quote(said)),
            None => format!("its {member} are others than those of the manifest"),
        })
    }
}
