//! Files that are whole or not there: written beside, synced, renamed.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The largest file of our own that is read or written.
const JSON_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Something with the client's own files is wrong.
#[derive(Debug, thiserror::Error)]
pub enum HomeError {
    /// The system refused.
    #[error("cannot {doing} {}: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file does not hold what it should.
    #[error("{} cannot be read: {reason}. Restore it, or move it away to begin again", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file that a person writes does not hold what it should.
    #[error("{} is not right: {reason}. Correct it, or remove it for the defaults", path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it, and in which line.
        reason: String,
    },
    /// There is no place to keep anything.
    #[error("there is no home directory: set PLIMSOLL_HOME to a directory for packages and settings")]
    NoHome,
    /// The name of an environment.
    #[error("{0} is not a name of an environment: use 1 to 64 lower-case letters, digits and hyphens")]
    EnvironmentName(String),
}

/// Adds to an I/O error what was tried.
pub(crate) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> HomeError {
    let path = path.to_owned();
    move |source| HomeError::Io { doing, path, source }
}

/// Makes a directory that is only for this user, with those above it.
pub(crate) fn make_dir(path: &Path) -> Result<(), HomeError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(failed("create the directory", path))
}

/// Makes renames and new files in a directory last.
pub(crate) fn sync_dir(path: &Path) -> Result<(), HomeError> {
    // A directory can be opened and synced on Unix; elsewhere the file system looks after this itself.
    if cfg!(unix) {
        File::open(path).and_then(|dir| dir.sync_all()).map_err(failed("sync the directory", path))?;
    }
    Ok(())
}

/// Makes a new file that only this user may read; it goes away unless it is moved into place.
pub(crate) fn new_file(dir: &Path) -> Result<tempfile::NamedTempFile, HomeError> {
    make_dir(dir)?;
    // `tempfile` makes files with mode 0600.
    tempfile::NamedTempFile::new_in(dir).map_err(failed("make a file in", dir))
}

/// Moves a finished and synced file to its place, over what is there, so that it lasts.
pub(crate) fn move_into_place(file: tempfile::NamedTempFile, path: &Path) -> Result<(), HomeError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    make_dir(parent)?;
    file.persist(path).map_err(|error| failed("write", path)(error.error))?;
    sync_dir(parent)
}

/// Replaces a JSON file as a whole; readers see the old or the new one. `tmp` is on the same file system. Refuses what
/// [`read_json`] would.
pub(crate) fn write_json(tmp: &Path, path: &Path, value: &impl Serialize) -> Result<(), HomeError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|error| failed("write", path)(error.into()))?;
    bytes.push(b'\n');
    if bytes.len() as u64 > JSON_FILE_BYTES {
        let what = format!("it would be larger than {JSON_FILE_BYTES} bytes");
        return Err(failed("write", path)(io::Error::new(io::ErrorKind::FileTooLarge, what)));
    }
    let mut file = new_file(tmp)?;
    file.write_all(&bytes).and_then(|()| file.as_file().sync_all()).map_err(failed("write", path))?;
    move_into_place(file, path)
}

/// Reads a JSON file. `None` if there is none.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, HomeError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("open", path)(error)),
    };
    let corrupt = |reason: String| HomeError::Corrupt { path: path.to_owned(), reason };
    let mut bytes = Vec::new();
    file.take(JSON_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed("read", path))?;
    if bytes.len() as u64 > JSON_FILE_BYTES {
        return Err(corrupt(format!("it is larger than {JSON_FILE_BYTES} bytes")));
    }
    serde_json::from_slice(&bytes).map(Some).map_err(|error| corrupt(error.to_string()))
}

/// The paths in a directory; none if there is no such directory.
pub(crate) fn entries(directory: &Path) -> Result<Vec<PathBuf>, HomeError> {
    let listed = match fs::read_dir(directory) {
        Ok(listed) => listed,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(error) => return Err(failed("read", directory)(error)),
    };
    listed.map(|entry| Ok(entry.map_err(failed("read", directory))?.path())).collect()
}

/// Removes what a killed process left in a directory for temporary files. The caller holds the lock of its users.
pub(crate) fn sweep(tmp: &Path) -> Result<(), HomeError> {
    match fs::remove_dir_all(tmp) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", tmp)(error)),
        _ => make_dir(tmp),
    }
}

/// Waits for a lock, which the system lets go when the process ends, however it ends.
pub(crate) fn lock(path: &Path) -> Result<File, HomeError> {
    let file = open_lock(path)?;
    file.lock().map_err(failed("lock", path))?;
    Ok(file)
}

/// Opens a file to be locked, made where it is missing.
pub(crate) fn open_lock(path: &Path) -> Result<File, HomeError> {
    if let Some(parent) = path.parent() {
        make_dir(parent)?;
    }
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(failed("open", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_that_could_not_be_read_back() {
        let dir = tempfile::tempdir().expect("directory");
        let path = dir.path().join("state.json");
        write_json(dir.path(), &path, &"good").expect("written");
        let long = " ".repeat(JSON_FILE_BYTES as usize);
        write_json(dir.path(), &path, &long).expect_err("too long");
        assert_eq!(read_json::<String>(&path).expect("readable").as_deref(), Some("good"));
    }
}
