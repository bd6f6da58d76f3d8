//! Which content is in use, and taking away what is not.
//!
//! Whoever puts content into place, or hands it over, holds a lease on it meanwhile. What no environment's state names is
//! taken away by the one who alone can have its lease: so neither an installation that is under way nor a host that runs what
//! it loaded loses its files. A kill leaves at most something unused, which the next collection finds.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use plimsoll_core::Digest;

use super::{packed_path, unpacked_path};
use crate::environment::Environment;
use crate::home::{Home, HomeError, entries, failed, open_lock};

/// Keeps content from being collected, until it is dropped or the process ends.
#[derive(Debug)]
pub(crate) struct Lease {
    /// Absent in a home that this process cannot write to and that has no leases yet.
    _file: Option<File>,
}

/// The file that is locked for content. 256 of them are shared by all content, and never removed: a lock on a file that is
/// gone would lock nothing. Who shares one is at worst collected later.
fn lease_path(home: &Home, sha256: &Digest) -> PathBuf {
    home.join("leases").join(&sha256.to_string()[..2])
}

/// Takes a lease; waits where the content is being collected.
pub(crate) fn lease(home: &Home, sha256: &Digest) -> Result<Lease, HomeError> {
    let path = lease_path(home, sha256);
    // Read first: a host may load from a home that it cannot write to.
    let file = match File::open(&path).or_else(|_| open_lock(&path)) {
        Ok(file) => file,
        Err(HomeError::Io { source, .. })
            if matches!(source.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied) =>
        {
            return Ok(Lease { _file: None });
        }
        Err(error) => return Err(error),
    };
    file.lock_shared().map_err(failed("lock", &path))?;
    Ok(Lease { _file: Some(file) })
}

/// Takes away what no environment has installed. That it cannot be done is no failure of what was done before.
pub(crate) fn collect(home: &Home, tmp: &Path) {
    if let Err(error) = try_collect(home, tmp) {
        tracing::warn!(%error, "content that nothing uses stays");
    }
}

fn try_collect(home: &Home, tmp: &Path) -> Result<(), HomeError> {
    let in_use = used(home)?;
    for sha256 in stored(home)?.difference(&in_use) {
        let path = lease_path(home, sha256);
        let file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => continue,
            Err(TryLockError::Error(error)) => return Err(failed("lock", &path)(error)),
        }
        // Asked again, now that nobody can begin to use it.
        if !used(home)?.contains(sha256) {
            tracing::debug!(%sha256, "nothing uses this content any more");
            remove(home, tmp, sha256)?;
        }
    }
    Ok(())
}

/// What is installed in any environment. An environment that cannot be read is an error: it may need anything.
fn used(home: &Home) -> Result<BTreeSet<Digest>, HomeError> {
    let states = Environment::states(home)?;
    Ok(states.iter().flat_map(|state| state.packages.values()).map(|installed| installed.sha256).collect())
}

/// What is in the content store, packed or unpacked.
fn stored(home: &Home) -> Result<BTreeSet<Digest>, HomeError> {
    let mut paths = entries(&home.join("unpacked"))?;
    for directory in entries(&home.join("artifacts").join("sha256"))? {
        paths.extend(entries(&directory)?);
    }
    let digest = |path: PathBuf| path.file_name()?.to_str()?.parse().ok();
    Ok(paths.into_iter().filter_map(digest).collect())
}

/// Takes content away: the directory as a whole first.
fn remove(home: &Home, tmp: &Path, sha256: &Digest) -> Result<(), HomeError> {
    let (packed, unpacked) = (packed_path(home, sha256), unpacked_path(home, sha256));
    let aside = tempfile::tempdir_in(tmp).map_err(failed("make a directory in", tmp))?;
    is_gone(fs::rename(&unpacked, aside.path().join("members"))).map_err(failed("move away", &unpacked))?;
    is_gone(fs::remove_file(&packed)).map_err(failed("remove", &packed))?;
    aside.close().map_err(failed("remove what was moved to", tmp))
}

fn is_gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
