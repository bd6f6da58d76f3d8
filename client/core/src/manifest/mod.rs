//! The manifest: what the publisher declares, in `objectstack.plugin.json`.
//!
//! One parser for one family: the keys of ObjectStack 17.4.0 plus those that it retired in 17.3.0. Any other key is a
//! problem, and all problems are found at once.

mod compare;
pub(crate) mod json;
mod parse;
pub(crate) mod pointer;
mod print;
mod problems;
mod schema;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use parse::parse;
pub(crate) use print::with_integrity;

use crate::range::VersionRange;
use crate::{Namespace, PackageId, PackageType, Permissions, Version};

/// The file name of the manifest, at the root of the artifact.
pub const FILE_NAME: &str = "objectstack.plugin.json";

closed_words! {
    /// The runtime that a manifest asks for.
    Runtime, "runtime" {
        /// Inside the host process.
        Node = "node",
        /// In a sandbox.
        Sandbox = "sandbox",
        /// In a process of its own.
        Worker = "worker",
        /// In the user's browser; only for `type: ui`.
        Ui = "ui",
    }
}

closed_words! {
    /// Where a `runtime: ui` package runs in the page.
    Isolation, "isolation" {
        /// In a sandboxed frame; the default.
        Iframe = "iframe",
        /// In the page itself.
        InApp = "in-app",
    }
}

closed_words! {
    /// How the package brings its npm dependencies.
    Packaging, "packaging" {
        /// All code is in the artifact; the default.
        Bundled = "bundled",
        /// The host installs from the lockfile in the artifact.
        ManifestDeps = "manifest-deps",
    }
}

closed_words! {
    /// The part of the platform that a package belongs to.
    Scope, "scope" {
        /// The cloud platform itself.
        Cloud = "cloud",
        /// The system of an installation.
        System = "system",
        /// A project; the default.
        Project = "project",
    }
}

/// A dependency on another package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Which versions will do.
    pub range: VersionRange,
    /// The JSON pointer at which the manifest declares it.
    pub pointer: String,
}

/// The compatibility ranges that a manifest declares, verbatim: they are read by `range::EngineRange`, since a range that
/// cannot be read is held for review, not refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Engines {
    /// `engines.protocol`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
    /// `engines.platform`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// `engine.objectstack`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub objectstack: Option<String>,
}

/// A parsed manifest. Only [`parse`] builds one.
///
/// Invariants: every field was checked by the grammar of its type; `bytes` are exactly those that were parsed.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    bytes: Vec<u8>,
    json: serde_json::Value,
    /// `id`
    pub id: PackageId,
    /// `version`
    pub version: Version,
    /// `type`
    pub package_type: PackageType,
    /// `name`: the display name.
    pub name: String,
    /// `description`
    pub description: Option<String>,
    /// `namespace`
    pub namespace: Option<Namespace>,
    /// `scope`
    pub scope: Scope,
    /// `runtime`; absent is pure metadata.
    pub runtime: Option<Runtime>,
    /// `isolation`; absent is `iframe`.
    pub isolation: Option<Isolation>,
    /// `packaging`
    pub packaging: Packaging,
    /// `main`: the member that the host would load.
    pub main: Option<String>,
    /// `permissions`, in one form: flat strings are of kind `legacy`.
    pub permissions: Permissions,
    /// `dependencies`, and the non-optional `capabilities.requires`.
    pub dependencies: BTreeMap<PackageId, Dependency>,
    /// `engines` and `engine`
    pub engines: Engines,
    /// `integrity`: member path to digest text. Absent and null are `None`.
    pub integrity: Option<BTreeMap<String, String>>,
}

impl Manifest {
    /// The exact bytes that were parsed.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The manifest as JSON, for those who read keys that are not ours.
    pub fn json(&self) -> &serde_json::Value {
        &self.json
    }

    /// The root keys, sorted, under which another manifest says something else: by value, not by how it is written. All
    /// keys of this one if the other is no object.
    pub fn differing_keys(&self, other: &serde_json::Value) -> Vec<String> {
        compare::differing_keys(&self.json, other)
    }
}

/// One thing wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{pointer}: {message}", pointer = if .pointer.is_empty() { "(root)" } else { .pointer })]
pub struct Problem {
    /// RFC 6901 pointer into the manifest; empty is the root.
    pub pointer: String,
    /// What is wrong, and what would be right.
    pub message: String,
}
