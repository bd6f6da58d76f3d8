//! The client of one registry: what it says, verified, and what of it is brought into an environment.

mod apply;
mod plan;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::SystemTime;

use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{PackageId, Timestamp, Visibility};
use plimsoll_trust::TrustRoot;
use plimsoll_trust::statement::VerifiedIndex;

pub use apply::Applied;
pub use plan::{LeftAside, Plan, Request, Step};

use crate::Error;
use crate::home::{Home, PinError, PinnedRegistry};
use crate::index_cache::IndexCache;
use crate::transport::{Address, Index, Registry, Token};

/// How a client works.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Never ask the registry: cached index documents and the content store alone.
    pub offline: bool,
    /// How long an expired index document is still good where the registry cannot be asked, in seconds.
    pub offline_grace_seconds: u32,
    /// What time it is.
    pub clock: fn() -> Timestamp,
}

impl Default for Options {
    fn default() -> Self {
        Self { offline: false, offline_grace_seconds: 0, clock: || SystemTime::now().into() }
    }
}

/// A registry whose keys are pinned, and the home that keeps what comes from it.
#[derive(Clone, Debug)]
pub struct Client {
    home: Home,
    registry: Registry,
    pinned: PinnedRegistry,
    options: Options,
}

/// Index documents, as they were fetched and verified for one plan.
struct Indexes {
    /// What they are verified by.
    root: TrustRoot,
    by_package: BTreeMap<PackageId, VerifiedIndex>,
    /// What a person should know of how they came.
    warnings: Vec<String>,
}

impl Client {
    /// A client of a pinned registry.
    pub fn open(home: Home, address: &Address, token: Option<Token>, options: Options) -> Result<Self, Error> {
        let pinned = home.pinned(address)?;
        Ok(Self { home, registry: Registry::new(address.clone(), token), pinned, options })
    }

    /// The registry, for calls that need no verification.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Compares what the registry says of itself with what is pinned. The answer is the root to verify by: the registry may
    /// end the validity of a pinned key early. Where it is down, what is pinned holds.
    pub fn check_registry(&self) -> Result<TrustRoot, Error> {
        let pinned = &self.pinned.root;
        if self.options.offline {
            return Ok(pinned.clone());
        }
        match self.registry.discovery() {
            Ok(discovery) => Ok(pinned
                .compare(&discovery)
                .map_err(|error| PinError::Root { address: self.pinned.address.clone(), error: Box::new(error) })?),
            Err(error) if error.is_outage() => Ok(pinned.clone()),
            Err(error) => Err(error.into()),
        }
    }

    fn indexes(&self) -> Result<Indexes, Error> {
        Ok(Indexes { root: self.check_registry()?, by_package: BTreeMap::new(), warnings: Vec::new() })
    }

    /// The verified index document of a package: from the registry, or from the cache where the registry is down. `None` if
    /// the registry has no such package for the one who asks.
    pub fn index(&self, package: &PackageId) -> Result<Option<VerifiedIndex>, Error> {
        self.index_with(package, &mut self.indexes()?)
    }

    fn index_with(&self, package: &PackageId, indexes: &mut Indexes) -> Result<Option<VerifiedIndex>, Error> {
        let now = (self.options.clock)();
        let root = indexes.root.clone();
        let cache = IndexCache { home: &self.home, root: &root };
        if self.options.offline {
            return self.cached_index(package, cache, now);
        }
        let fresh = cache.fresh(package, now)?;
        let etag = fresh.as_ref().and_then(|(_, etag)| etag.as_deref());
        let index = match (self.registry.index(package, etag), fresh) {
            (Ok(Index::Document { envelope, etag }), _) => {
                cache.accept(package, envelope, etag, now, |index| self.accept_audience(index))?
            }
            (Ok(Index::NotModified), Some((index, _))) => {
                self.accept_audience(&index)?;
                index
            }
            // The transport takes a 304 only as an answer to an ETag.
            (Ok(Index::NotModified), None) => return Ok(None),
            (Err(error), _) if error.code() == Some(ProblemCode::NotFound) => return Ok(None),
            (Err(error), _) if error.is_outage() => match self.cached_index(package, cache, now)? {
                Some(index) => {
                    tracing::warn!(%package, %error, "the registry is down; using the index seen last");
                    indexes.warnings.push(format!("{error}; the index of {package} is the one seen last."));
                    index
                }
                None => return Err(error.into()),
            },
            (Err(error), _) => return Err(error.into()),
        };
        Ok(Some(index))
    }

    fn cached_index(
        &self,
        package: &PackageId,
        cache: IndexCache<'_>,
        now: Timestamp,
    ) -> Result<Option<VerifiedIndex>, Error> {
        let cached = cache.offline(package, now, self.options.offline_grace_seconds)?;
        Ok(cached.into_iter().find(|index| self.accept_audience(index).is_ok()))
    }

    /// A document for less than everybody is good only where a token asked for it: else a mirror could pass on what was
    /// approved for its publisher alone as if it had been reviewed for the marketplace.
    fn accept_audience(&self, index: &VerifiedIndex) -> Result<(), Error> {
        let document = index.document();
        if document.audience != Visibility::Marketplace && !self.registry.has_token() {
            return Err(Error::Audience { package: document.package.clone(), audience: document.audience });
        }
        Ok(())
    }
}
