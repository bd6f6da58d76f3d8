//! The files beside an artifact: `F.sig` and `F.dsse.json`.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use plimsoll_core::Limits;

use super::key::with_suffix;
use crate::failure::Failure;

/// The `ed25519:` line.
pub(super) fn signature(artifact: &Path) -> PathBuf {
    with_suffix(artifact, ".sig")
}

/// The signed statement.
pub(super) fn statement(artifact: &Path) -> PathBuf {
    with_suffix(artifact, ".dsse.json")
}

/// Whether there is any evidence beside the artifact.
pub(super) fn is_signed(artifact: &Path) -> bool {
    signature(artifact).exists() || statement(artifact).exists()
}

/// Reads a sidecar; `None` if there is none.
pub(super) fn read_if_there(path: &Path) -> Result<Option<String>, Failure> {
    match File::open(path) {
        Ok(file) => bounded(path, file).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("cannot read", path, &error)),
    }
}

/// Reads a sidecar that was named.
pub(super) fn read(path: &Path) -> Result<String, Failure> {
    bounded(path, File::open(path).map_err(|error| Failure::file("cannot read", path, &error))?)
}

fn bounded(path: &Path, file: File) -> Result<String, Failure> {
    let most = Limits::default().statement_bytes;
    let mut text = String::new();
    file.take(most + 1).read_to_string(&mut text).map_err(|error| Failure::file("cannot read", path, &error))?;
    if text.len() as u64 > most {
        return Err(Failure::usage(format!("{} has more than {most} bytes", path.display())));
    }
    Ok(text)
}

/// Writes a sidecar as a whole, over an earlier one.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file("cannot write", path, &error);
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(directory).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    super::make_readable(file.as_file()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
