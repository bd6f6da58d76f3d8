//! The compiled stack of an App: how many apps it declares, and what exactly it bundles (contract §A2).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::{PackageId, Version};

/// Where a compiled stack lies: at the root, or where the real client's build puts it.
pub(super) const STACK_MEMBERS: [&str; 2] = ["objectstack.json", "dist/objectstack.json"];

/// The part of a compiled stack that the gate looks at.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Stack {
    #[serde(default)]
    apps: Vec<IgnoredAny>,
    plugins: Option<Vec<Plugin>>,
}

/// A bundled package, flat or as a stack with a manifest of its own.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Plugin {
    Flat(Pinned),
    Stack { manifest: Pinned },
}

#[derive(Debug, Deserialize)]
struct Pinned {
    id: PackageId,
    version: Version,
}

impl Stack {
    /// Reads a compiled stack.
    ///
    /// # Errors
    /// A sentence, if the apps or the plugins cannot be read, or one package is bundled in two versions.
    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        let stack: Self = serde_json::from_slice(json).map_err(|error| {
            format!("apps must be a list, plugins a list of objects with an id and an exact version: {error}")
        })?;
        let plugins = stack.plugins.as_ref().map_or(0, Vec::len);
        if stack.bundle().is_some_and(|bundle| bundle.len() < plugins) {
            return Err("plugins names one package more than once".to_owned());
        }
        Ok(stack)
    }

    /// How many apps it declares.
    pub(super) fn apps(&self) -> usize {
        self.apps.len()
    }

    /// What it bundles, where it says so.
    pub(super) fn bundle(&self) -> Option<BTreeMap<PackageId, Version>> {
        let pinned = |plugin: &Plugin| {
            let (Plugin::Flat(pinned) | Plugin::Stack { manifest: pinned }) = plugin;
            (pinned.id.clone(), pinned.version.clone())
        };
        Some(self.plugins.as_ref()?.iter().map(pinned).collect())
    }
}
