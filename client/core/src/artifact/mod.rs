//! The artifact: one `.osplugin` file, a gzip member over plain ustar.
//!
//! One strict reader for everybody: the gate inspects with it, the client unpacks with it. It refuses whatever two readers
//! could read differently.

mod content;
mod gunzip;
mod header;
mod hosted;
mod inspect;
mod integrity;
mod lockfile;
mod markers;
mod npm;
mod path;
mod reach;
mod read;
mod scan;
mod script;
mod secrets;
mod stack;
#[cfg(test)]
mod tests;
mod token;
mod write;

pub use hosted::{STACK_MEMBER, pack_stack};
pub use inspect::{declared, inspect};
pub use reach::Reach;
pub use read::{read, read_members};
pub use stack::{has_stack, read_stack};
pub use write::{Source, pack};

use std::collections::{BTreeMap, BTreeSet};

use crate::{Digest, Manifest, Permissions, manifest};

/// The member that the real client always writes and never signs.
pub const SIGNATURE_MEMBER: &str = "SIGNATURE";

/// Why some bytes are not an artifact.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// The bytes could not be read at all.
    #[error("the artifact could not be read: {0}")]
    Io(#[from] std::io::Error),
    /// The bytes are not what an artifact is.
    #[error("{0}")]
    Malformed(Malformed),
}

/// What exactly is malformed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{message}", path.as_ref().map(|path| format!("member {path}: ")).unwrap_or_default())]
pub struct Malformed {
    /// The member, quoted for print, where it is one.
    pub path: Option<String>,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// One member of an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path: relative, `/`-separated, NFC, without `.` or `..` segments.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Digest,
}

/// A place in an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The member.
    pub path: String,
    /// The line, from 1, where it is about one.
    pub line: Option<u64>,
    /// What was found there. Never the secret, where it is about one.
    pub what: String,
}

/// A secret in an artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretFinding {
    /// Where, and the name of the rule.
    pub finding: Finding,
    /// Whether only the entropy of the text suggests it.
    pub by_entropy_alone: bool,
}

/// What the lockfile of a `manifest-deps` artifact is like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lockfile {
    /// There is none.
    Missing,
    /// It cannot be read, or is older than version 9.
    Unreadable(String),
    /// It was read; these entries are not pinned by registry and integrity.
    Read {
        /// The entries from git, a URL or a file, or without integrity.
        unpinned: Vec<Finding>,
    },
}

/// Why there is no manifest to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoManifest {
    /// No member is a manifest at the root.
    Missing,
    /// More than one member is.
    Duplicate(Vec<String>),
    /// It does not follow its schema.
    Invalid(Vec<manifest::Problem>),
}

/// How the integrity map of the manifest compares with the members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Integrity {
    /// There is no map, or no manifest.
    Missing,
    /// It covers exactly the members and every digest is right.
    Match,
    /// What is wrong, member by member.
    Mismatch(Vec<Finding>),
}

/// Everything the gate wants to know of an artifact's bytes, found in one pass.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The members, in the order of the archive.
    pub members: Vec<Member>,
    /// All members together, unpacked.
    pub unpacked_bytes: u64,
    /// The manifest, or why there is none.
    pub manifest: Result<Manifest, NoManifest>,
    /// The integrity map.
    pub integrity: Integrity,
    /// Members that are code, and why.
    pub code: Vec<Finding>,
    /// Whether every finding in `code` is a script body inside JSON, so that nothing but a host's script engine would run.
    pub only_script_bodies: bool,
    /// Those of them that a host runs in its own page or process, whatever the manifest asks for: pages in React, and tokens
    /// of flows that are more than data.
    pub in_host: Vec<Finding>,
    /// What script bodies ask for.
    pub capabilities: Permissions,
    /// Machine code: ELF, Mach-O, PE, or a `.node` file.
    pub native: Vec<Finding>,
    /// Install hooks in a `package.json`.
    pub install_scripts: Vec<Finding>,
    /// The host's own packages, bundled.
    pub host_packages: Vec<Finding>,
    /// The lockfile.
    pub lockfile: Lockfile,
    /// Secrets.
    pub secrets: Vec<SecretFinding>,
    /// How many apps the package declares.
    pub apps: usize,
    /// The names of the objects that a compiled stack defines.
    pub objects: Vec<String>,
    /// The objects that a compiled stack acts on, and those that the manifest has seed records for.
    pub reaches: BTreeSet<Reach>,
    /// Exact bundle of a compiled stack (`plugins[]`), where there is one.
    pub bundle: Option<BTreeMap<crate::PackageId, crate::Version>>,
}

/// What an artifact is and asks for, without what only the gate judges.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The members, in the order of the archive.
    pub members: Vec<Member>,
    /// The manifest, or why there is none.
    pub manifest: Result<Manifest, NoManifest>,
    /// Whether the integrity map fits the members.
    pub integrity: Integrity,
    /// As [`Inspection::permissions`].
    pub permissions: Permissions,
    /// As [`Inspection::has_code`].
    pub has_code: bool,
}

impl Inspection {
    /// Whether anything in the artifact is code, declared (`main`) or found.
    pub fn has_code(&self) -> bool {
        !self.code.is_empty() || self.manifest.as_ref().is_ok_and(|manifest| manifest.main.is_some())
    }

    /// What the version asks for: the manifest's permissions and those of script bodies.
    pub fn permissions(&self) -> Permissions {
        let declared = self.manifest.iter().flat_map(|manifest| manifest.permissions.iter());
        declared.chain(self.capabilities.iter()).cloned().collect()
    }
}
