//! An environment: a named set of installed packages, changed by one process at a time.

mod check;
mod settings;
mod state;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};

use plimsoll_core::consent::{Acceptance, consent};
use plimsoll_core::{PackageId, quote};

pub use check::{Checked, Loaded, Problem};
pub use settings::{Settings, ThirdPartyCode};
pub use state::{Installed, Pending, State};

use crate::Error;
use crate::content::collect;
use crate::home::{Home, HomeError, entries, lock, read_json, sweep, write_json};

const STATE_FILE: &str = "state.json";

/// An environment of a home.
#[derive(Clone, Debug)]
pub struct Environment {
    home: Home,
    name: String,
    path: PathBuf,
}

impl Environment {
    /// The environment of a name, such as `default`. It needs not exist yet.
    pub fn of(home: &Home, name: &str) -> Result<Self, HomeError> {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if name.is_empty() || name.len() > 64 || !name.chars().all(good) {
            return Err(HomeError::EnvironmentName(quote(name)));
        }
        Ok(Self { home: home.clone(), name: name.to_owned(), path: home.join("envs").join(name) })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The home it belongs to.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// What it accepts.
    pub fn settings(&self) -> Result<Settings, HomeError> {
        match read_json(&self.path.join("settings.json")) {
            Err(HomeError::Corrupt { path, reason }) => Err(HomeError::Settings { path, reason }),
            read => Ok(read?.unwrap_or_default()),
        }
    }

    /// What is installed. Reads without waiting: the state is replaced as a whole.
    pub fn state(&self) -> Result<State, HomeError> {
        Ok(read_json(&self.state_path())?.unwrap_or_default())
    }

    /// What is installed in each environment of a home. One that cannot be read is an error.
    pub(crate) fn states(home: &Home) -> Result<Vec<State>, HomeError> {
        let read = |path: PathBuf| Ok(read_json(&path.join(STATE_FILE))?.unwrap_or_default());
        entries(&home.join("envs"))?.into_iter().map(read).collect()
    }

    /// Removes a package and what was granted to it; refused while others need it. Its content goes too, unless another
    /// environment or a running host uses it.
    pub fn remove(&self, package: &PackageId) -> Result<Installed, Error> {
        let locked = self.lock()?;
        let mut state = locked.state()?;
        let needed_by = state.needed_by(package);
        if !needed_by.is_empty() {
            return Err(Error::StillNeeded { package: package.clone(), needed_by });
        }
        let removed = state.packages.remove(package).ok_or_else(|| self.not_installed(package))?;
        // Nothing is granted here: what stays was granted before.
        state.grants = consent(&state.grants, &state.closure(), &Acceptance::nothing()).map_err(Box::new)?;
        locked.write(&state)?;
        collect(&self.home, locked.tmp());
        Ok(removed)
    }

    pub(crate) fn not_installed(&self, package: &PackageId) -> Error {
        Error::NotInstalled { package: package.clone(), environment: self.name.clone() }
    }

    /// Begins to change it: waits for other processes, and removes what a killed one left.
    pub(crate) fn lock(&self) -> Result<LockedEnvironment<'_>, HomeError> {
        let lock = lock(&self.path.join("lock"))?;
        let tmp = self.path.join("tmp");
        sweep(&tmp)?;
        Ok(LockedEnvironment { environment: self, tmp, _lock: lock })
    }

    fn state_path(&self) -> PathBuf {
        self.path.join(STATE_FILE)
    }
}

/// An environment that no other process changes meanwhile.
pub(crate) struct LockedEnvironment<'e> {
    environment: &'e Environment,
    tmp: PathBuf,
    _lock: File,
}

impl LockedEnvironment<'_> {
    /// A directory for temporary files, on the file system of the home.
    pub(crate) fn tmp(&self) -> &Path {
        &self.tmp
    }

    pub(crate) fn state(&self) -> Result<State, HomeError> {
        self.environment.state()
    }

    /// Replaces the state as a whole.
    pub(crate) fn write(&self, state: &State) -> Result<(), HomeError> {
        write_json(&self.tmp, &self.environment.state_path(), state)
    }
}
