//! The resolver: which version of each package, so that everything that was asked for fits together and fits the host.
//!
//! [`resolve`] asks for one index document after the other and answers with a [`Solution`] in the order of installing, or
//! with a [`Failure`] that says why there is none. It knows no consent except [`Request::within`]: without it, it finds the
//! best solution, of which [`crate::consent::diff`] then says what is new; with it, a version that widens what was granted
//! is not a candidate, so an update stays inside.

mod candidate;
mod explain;
mod order;
mod pins;
mod solution;
mod solve;

pub use explain::Conflict;
pub use order::Cycle;
pub use solution::{Resolved, Solution};

use std::collections::BTreeMap;

use crate::consent::Grants;
use crate::range::{HostProfile, VersionRange};
use crate::wire::IndexDocument;
use crate::{Digest, PackageId, PublisherName, Version};

/// The most packages that one resolution looks at.
pub const MAX_PACKAGES: usize = 1_000;
/// The most versions that a package may have.
pub const MAX_VERSIONS: usize = 10_000;
/// The most steps that the solver may take.
pub const MAX_STEPS: usize = 20_000;

/// A package as it is installed: what the lock says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Installed {
    /// The version.
    pub version: Version,
    /// Its publisher; another one is excluded.
    pub publisher: PublisherName,
    /// Its artifact; the same version with other bytes is excluded.
    pub sha256: Digest,
}

/// What may be chosen beyond the rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Pre-releases are asked for.
    pub pre_releases: bool,
    /// Versions whose compatibility range cannot be read will do.
    pub allow_unknown_compat: bool,
    /// Versions below the installed one will do.
    pub allow_downgrade: bool,
    /// The highest version is preferred also for what is installed. Otherwise what is installed stays where it can.
    pub upgrade: bool,
}

/// What is asked of the resolver.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The packages wanted: those newly asked for, and those asked for before that are to stay. A range that is one exact
    /// version is a pin. The order means nothing; two ranges for one package must both hold.
    pub wanted: Vec<(PackageId, VersionRange)>,
    /// The host.
    pub host: HostProfile,
    /// What is installed. It is not wanted by being here.
    pub installed: BTreeMap<PackageId, Installed>,
    /// Where given, only versions that ask for nothing beyond these grants are candidates.
    pub within: Option<Grants>,
    /// What may be chosen beyond the rule.
    pub options: Options,
}

/// Why there is no solution.
#[derive(Debug, thiserror::Error)]
pub enum Failure<E> {
    /// A package that was asked for is not there, or not for the one who asks.
    #[error("{0} is not in this registry, or you may not see it; check the id, or log in")]
    NotFound(PackageId),
    /// What was asked for does not fit together, or not on this host.
    #[error(transparent)]
    Conflict(#[from] Conflict),
    /// Packages depend on each other in a circle.
    #[error(transparent)]
    Cycle(#[from] Cycle),
    /// It would take too much work.
    #[error("this is too large to resolve: {0}")]
    TooLarge(String),
    /// An index document could not be had.
    #[error("the index of {package} could not be read: {source}")]
    Index {
        /// The package.
        package: PackageId,
        /// Why.
        source: E,
    },
}

/// Finds the best versions.
///
/// `index` gives the verified index document of a package, or `None` where there is none for the one who asks. It is
/// called at most once per package.
///
/// Best is: what is installed, unless `upgrade`; then live before deprecated; then the highest version.
pub fn resolve<E: std::error::Error + 'static>(
    request: &Request,
    index: impl FnMut(&PackageId) -> Result<Option<IndexDocument>, E>,
) -> Result<Solution, Failure<E>> {
    solve::run(request, index)
}

#[cfg(test)]
mod tests;
