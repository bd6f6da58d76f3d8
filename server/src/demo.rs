//! The demonstration (`--demo`): a registry with accounts, publishers and sample packages, and a tour to try.
//!
//! Nothing in it is put into the database by another way than that of every user: `cast` makes the accounts, publishers and
//! keys, `publish` takes each of the `samples` through gate and review, `tour` writes what to try next. The rules of where a
//! demonstration may run are in `config`.

mod cast;
mod publish;
mod samples;
mod tour;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use plimsoll_core::InvalidText;
use plimsoll_core::artifact::ArtifactError;
use plimsoll_trust::KeyError;

use crate::App;
use crate::app;
use crate::start::{StartError, write_new};

/// The file that says that every sample is where it belongs. From then on, whoever takes the tour decides what becomes of them.
const FILLED_MARK: &str = "demo-filled";

/// Why a demonstration cannot be prepared.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A use case refused, or failed.
    #[error("the demonstration cannot be prepared: {0}")]
    UseCase(#[from] app::Error),
    /// A sample cannot be packed.
    #[error("a sample of the demonstration cannot be packed: {0}")]
    Pack(#[from] ArtifactError),
    /// A key cannot be made or used.
    #[error("a publisher's key of the demonstration: {0}")]
    Key(#[from] KeyError),
    /// An artifact cannot be stored.
    #[error("a sample of the demonstration cannot be stored: {0}")]
    Blobs(#[from] object_store::Error),
    /// A file cannot be used.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the data directory cannot be made.
    #[error(transparent)]
    DataDir(#[from] StartError),
}

/// Fills a demonstration that listens at an address, if no earlier start did, and writes the tour of it. Blocks.
///
/// A start that was interrupted is taken up where it ended.
pub fn prepare(app: &App, address: SocketAddr) -> Result<String, DemoError> {
    let filled = app.config.data_dir.join(FILLED_MARK);
    if !filled.is_file() {
        cast::gather(app)?;
        for sample in &samples::SAMPLES {
            publish::play(app, sample)?;
        }
        write_new(&filled, b"Every sample is published. Remove the data directory to begin anew.\n", 0o644)?;
    }
    tour::write(app, address)
}

/// A name of the demonstration's own.
fn word<T: FromStr<Err = InvalidText>>(text: &str) -> T {
    text.parse().expect("the names of the demonstration are valid")
}

#[cfg(test)]
mod tests;
