//! Why something that was asked of the client was not done.

use plimsoll_core::consent::Missing;
use plimsoll_core::{PackageId, Tier, Version, Visibility};

use crate::home::{HomeError, PinError};
use crate::transport::{Address, TransportError};
use crate::verify::VerifyError;

/// Why something that was asked of the client was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The registry did not answer, or said no.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The client's own files.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// The registry is not trusted, or is not the one that was.
    #[error(transparent)]
    Pin(#[from] PinError),
    /// An index document does not verify.
    #[error(transparent)]
    Trust(Box<plimsoll_trust::TrustError>),
    /// Something that was signed does not verify, or says another thing than was asked.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// No set of versions will do. The sentences say why.
    #[error("{0}")]
    NoSolution(String),
    /// There is no such package, or none that may be seen.
    #[error("there is no package {0} at {1}, or none that you may see")]
    PackageNotFound(PackageId, Address),
    /// The consent does not cover what would be installed.
    #[error("{0}")]
    ConsentMissing(#[from] Box<Missing>),
    /// The environment does not accept code of this tier.
    #[error(
        "{package}@{version} is of tier {tier}; this environment accepts up to {accepted} (thirdPartyCode in its settings.json)"
    )]
    TierNotAccepted {
        /// The package.
        package: PackageId,
        /// The version.
        version: Version,
        /// Its tier.
        tier: Tier,
        /// The highest tier that the environment accepts.
        accepted: Tier,
    },
    /// The environment does not accept versions for so few.
    #[error(
        "{package}@{version} is for the audience {audience}; this environment accepts {accepted} or a wider one \
         (narrowestAudience in its settings.json)"
    )]
    AudienceNotAccepted {
        /// The package.
        package: PackageId,
        /// The version.
        version: Version,
        /// Who it is for.
        audience: Visibility,
        /// The narrowest audience that the environment accepts.
        accepted: Visibility,
    },
    /// The registry gave an index document that is not for this client.
    #[error(
        "the index document of {package} is for the audience {audience}, which only a token for its registry gives"
    )]
    Audience {
        /// The package.
        package: PackageId,
        /// For whom the document is.
        audience: Visibility,
    },
    /// No version of the package is for an audience that the environment accepts.
    #[error(
        "no version of {package} is approved for the audience {accepted} or a wider one, and the settings of the environment \
         accept no other: change narrowestAudience in its settings.json, or take another package"
    )]
    AudienceTooNarrow {
        /// The package.
        package: PackageId,
        /// The narrowest audience that the environment accepts.
        accepted: Visibility,
    },
    /// The package came from another registry.
    #[error("{package} is installed from {from}; one package belongs to one registry. Remove it first")]
    OtherRegistry {
        /// The package.
        package: PackageId,
        /// Where it came from.
        from: Address,
    },
    /// The package is not installed.
    #[error("{package} is not installed in the environment {environment}")]
    NotInstalled {
        /// The package.
        package: PackageId,
        /// The environment.
        environment: String,
    },
    /// Another package needs it.
    #[error("{package} is still needed by {}: remove that first", list(needed_by))]
    StillNeeded {
        /// The package.
        package: PackageId,
        /// Those that need it.
        needed_by: Vec<PackageId>,
    },
    /// Another process changed the environment between plan and application.
    #[error("the environment {0} was changed meanwhile: plan again")]
    PlanStale(String),
}

impl From<plimsoll_trust::TrustError> for Error {
    fn from(error: plimsoll_trust::TrustError) -> Self {
        Self::Trust(Box::new(error))
    }
}

fn list(packages: &[PackageId]) -> String {
    packages.iter().map(PackageId::as_str).collect::<Vec<_>>().join(", ")
}
