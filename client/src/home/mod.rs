//! The client's own directory: which registries it trusts, tokens, cached index documents, artifacts, environments.
//!
//! ```text
//! registries.json                 pinned registries
//! credentials.json                tokens, mode 0600
//! index/<registry>/<package>.json cached index documents, one per audience; <registry> is a digest of its name
//! artifacts/sha256/ab/<hex>       artifacts as they came
//! unpacked/<hex>/                 artifacts unpacked, files read-only
//! leases/ab                       locks on content that is being installed or in use
//! envs/<name>/                    environments: state.json, settings.json
//! ```

mod credentials;
mod files;
mod registries;

use std::fs::File;
use std::path::{Path, PathBuf};

pub use files::HomeError;
pub(crate) use files::{
    entries, failed, lock, make_dir, move_into_place, new_file, open_lock, read_json, sweep, sync_dir, write_json,
};
pub use registries::{PinError, PinnedRegistry};

/// The client's own directory.
#[derive(Clone, Debug)]
pub struct Home {
    path: PathBuf,
}

impl Home {
    /// The directory of this user: `PLIMSOLL_HOME`, else `.plimsoll` in the home directory.
    pub fn of_user() -> Result<Self, HomeError> {
        match std::env::var_os("PLIMSOLL_HOME").filter(|value| !value.is_empty()) {
            Some(path) => Self::at(path),
            None => Self::at(std::env::home_dir().ok_or(HomeError::NoHome)?.join(".plimsoll")),
        }
    }

    /// A directory, made where it is missing.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self, HomeError> {
        let path = path.into();
        make_dir(&path)?;
        Ok(Self { path: path.canonicalize().map_err(failed("open", &path))? })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn join(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.path.join(relative)
    }

    /// Begins to change settings: one process at a time, and what a killed one left is removed.
    pub(crate) fn lock(&self) -> Result<Locked<'_>, HomeError> {
        let lock = lock(&self.join("lock"))?;
        let tmp = self.join("tmp");
        sweep(&tmp)?;
        Ok(Locked { home: self, tmp, _lock: lock })
    }
}

/// A home that no other process changes meanwhile.
pub(crate) struct Locked<'h> {
    home: &'h Home,
    tmp: PathBuf,
    _lock: File,
}

impl Locked<'_> {
    /// Replaces a file of the home.
    pub(crate) fn write_json(
        &self,
        relative: impl AsRef<Path>,
        value: &impl serde::Serialize,
    ) -> Result<(), HomeError> {
        write_json(&self.tmp, &self.home.join(relative), value)
    }
}
