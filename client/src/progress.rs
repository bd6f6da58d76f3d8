//! Progress: what a long step tells the one who waits for it.

use plimsoll_core::{PackageId, Version};

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the registry.
    Upload,
    /// From the registry.
    Download,
}

/// Watches a transfer or an installation. Every method does nothing unless it is written.
///
/// Called from the thread that does the work, so it must be quick.
pub trait Progress {
    /// A transfer starts (again: a retry starts from zero).
    fn transfer_started(&self, _direction: Direction, _what: &str, _total_bytes: u64) {}
    /// The transfer stands at `done_bytes` of its total.
    fn transfer_moved(&self, _done_bytes: u64) {}
    /// The transfer is over, well or not.
    fn transfer_ended(&self) {}
    /// A package has come this far on its way into an environment.
    fn reached(&self, _stage: Stage, _package: &PackageId, _version: &Version) {}
}

/// How far a package has come on its way into an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its bytes are here.
    Fetched,
    /// It passed every check.
    Verified,
    /// The artifact is in the content store.
    Stored,
    /// The artifact is there unpacked, too.
    Unpacked,
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {}
