//! The client of one registry: what it says, verified, and what of it is brought into an environment.

mod apply;
mod plan;
mod stuck;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::time::SystemTime;

use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{PackageId, Timestamp, Visibility};
use plimsoll_trust::TrustRoot;
use plimsoll_trust::statement::VerifiedIndex;

pub use apply::Applied;
pub use plan::{LeftAside, Plan, Request, Step, Update};
pub use stuck::Stuck;

use crate::Error;
use crate::home::{Home, PinError, PinnedRegistry};
use crate::index_cache::IndexCache;
use crate::transport::{Address, Index, Registry, Token, TransportError};

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
struct Indexes<'c> {
    /// What they are verified by.
    root: TrustRoot,
    /// Who is asked; absent while the registry is down, and what was seen last stands in.
    registry: Option<&'c Registry>,
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

    /// The address of the registry.
    pub fn address(&self) -> &Address {
        &self.pinned.address
    }

    /// The registry, once it has shown itself, without seeing the token, to be the pinned one; with the root to verify by,
    /// since it may end the validity of a pinned key early. The only way to it: while it is down or shows other keys, nobody
    /// gets the token.
    pub fn proven(&self) -> Result<(&Registry, TrustRoot), Error> {
        if self.options.offline {
            let (url, reason) = (self.address().to_string(), "this client is to stay offline".to_owned());
            return Err(TransportError::Unreachable { url, reason }.into());
        }
        let discovery = self.registry.discovery()?;
        let root = self.pinned.root.compare(&discovery);
        let root = root.map_err(|error| PinError::Root { address: self.address().clone(), error: Box::new(error) })?;
        Ok((&self.registry, root))
    }

    fn indexes(&self) -> Result<Indexes<'_>, Error> {
        let (root, registry, warnings) = match self.proven() {
            Ok((registry, root)) => (root, Some(registry), Vec::new()),
            Err(Error::Transport(error)) if error.is_outage() => {
                tracing::warn!(%error, "the registry is down; using what was seen last");
                (self.pinned.root.clone(), None, vec![format!("{error}; the index documents are those seen last.")])
            }
            Err(error) => return Err(error),
        };
        Ok(Indexes { root, registry, by_package: BTreeMap::new(), warnings })
    }

    /// The registry for one plan; where it was down, it is asked again, and its failure is the answer.
    fn asked<'c>(&'c self, indexes: &mut Indexes<'c>) -> Result<&'c Registry, Error> {
        if let Some(registry) = indexes.registry {
            return Ok(registry);
        }
        let (registry, root) = self.proven()?;
        (indexes.registry, indexes.root) = (Some(registry), root);
        Ok(registry)
    }

    /// The verified index document of a package: from the registry, or from the cache where the registry is down. `None` if
    /// the registry has no such package for the one who asks.
    pub fn index(&self, package: &PackageId) -> Result<Option<VerifiedIndex>, Error> {
        self.index_with(package, &mut self.indexes()?)
    }

    fn index_with<'c>(
        &'c self,
        package: &PackageId,
        indexes: &mut Indexes<'c>,
    ) -> Result<Option<VerifiedIndex>, Error> {
        let now = (self.options.clock)();
        if indexes.registry.is_none() {
            let cache = IndexCache { home: &self.home, root: &indexes.root };
            if let Some(index) = self.cached_index(package, cache, now)? {
                return Ok(Some(index));
            }
        }
        let registry = self.asked(indexes)?;
        let root = indexes.root.clone();
        let cache = IndexCache { home: &self.home, root: &root };
        let fresh = cache.fresh(package, now)?;
        let etag = fresh.as_ref().and_then(|(_, etag)| etag.as_deref());
        let index = match (registry.index(package, etag), fresh) {
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
