//! Why something that was asked of the client was not done.

use plimsoll_core::{PackageId, Permissions, Tier, Version};

use crate::home::{HomeError, PinError};
use crate::transport::TransportError;
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
    Verify(Box<VerifyError>),
    /// No set of versions will do. The sentences say why.
    #[error("{0}")]
    NoSolution(String),
    /// There is no such package, or none that may be seen.
    #[error("there is no package {0} at {1}, or none that you may see")]
    PackageNotFound(PackageId, crate::transport::Address),
    /// The consent does not cover what would be installed.
    #[error("{}", missing_consent(.0))]
    ConsentMissing(Vec<MissingConsent>),
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

/// What of a package nobody consented to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MissingConsent {
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// Its tier, where that is not consented to.
    pub tier: Option<Tier>,
    /// The permissions not consented to.
    pub permissions: Permissions,
    /// Other news, in words, such as a new dependency.
    pub news: Vec<String>,
}

impl From<plimsoll_trust::TrustError> for Error {
    fn from(error: plimsoll_trust::TrustError) -> Self {
        Self::Trust(Box::new(error))
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        Self::Verify(Box::new(error))
    }
}

fn list(packages: &[PackageId]) -> String {
    packages.iter().map(PackageId::as_str).collect::<Vec<_>>().join(", ")
}

fn missing_consent(missing: &[MissingConsent]) -> String {
    let mut text = "consent is missing:".to_owned();
    for missing in missing {
        text.push_str(&format!("\n  {}@{}", missing.package, missing.version));
        if let Some(tier) = missing.tier {
            text.push_str(&format!("\n    tier {tier}: {} (--accept-tier {tier})", tier.in_words()));
        }
        for permission in missing.permissions.iter() {
            text.push_str(&format!("\n    {} (--accept {permission})", permission.in_words()));
        }
        for news in &missing.news {
            text.push_str(&format!("\n    {news} (--accept-all)"));
        }
    }
    text
}
