//! What does not verify, by name.

use std::fmt;

use plimsoll_core::artifact::ArtifactError;
use plimsoll_core::{Digest, PackageId, Tier, Version};
use plimsoll_trust::TrustError;

use crate::content::ContentError;

/// What does not verify. Every message says of which version.
#[derive(Debug)]
pub struct VerifyError {
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// What is wrong.
    pub fault: Box<Fault>,
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.fault {
            // It says itself what it is about.
            Fault::Trust(error) => fmt::Display::fmt(error, f),
            fault => write!(f, "{}@{}: {fault}", self.package, self.version),
        }
    }
}

impl std::error::Error for VerifyError {}

/// What can be wrong with a version.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A signature, or what is signed.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The registry does not list it for this client.
    #[error("the index does not list it: it was never approved, or not for you")]
    NotListed,
    /// Taken out of use.
    #[error("it is blocked: {0}. It must not be used any more: update or remove it")]
    Blocked(String),
    /// What was listed before is not any more.
    #[error(
        "its index lists it no longer: the registry took it back. It must not be used any more: update or remove it"
    )]
    Withdrawn,
    /// The approval names another bundle than the index.
    #[error("the approval pins other bundled packages than the index lists")]
    Bundled,
    /// The artifact is longer than what was signed, or of another size.
    #[error("the artifact has not the approved size of {0} bytes")]
    Size(u64),
    /// The artifact is another one.
    #[error("the artifact has the digest {found}, approved is {approved}: its bytes were changed")]
    Digest {
        /// What came.
        found: Digest,
        /// What is approved.
        approved: Digest,
    },
    /// The archive cannot be opened.
    #[error("the artifact is malformed: {0}")]
    Archive(#[from] ArtifactError),
    /// The manifest is missing or wrong.
    #[error("the artifact has no good manifest: {0}")]
    Manifest(String),
    /// The manifest is of something else.
    #[error("the manifest in the artifact is of {found}")]
    Identity {
        /// Of what it is.
        found: String,
    },
    /// The manifest is not the one that the publisher signed.
    #[error("the manifest in the artifact has the digest {found}; its publisher signed {signed}")]
    ManifestDigest {
        /// What is in the artifact.
        found: Digest,
        /// What the publisher's statement says.
        signed: Digest,
    },
    /// The integrity map does not fit.
    #[error("the integrity map of the manifest does not fit the members: {0}")]
    Integrity(String),
    /// The artifact asks for other things than were approved.
    #[error("the artifact asks for other permissions than the approved ones")]
    Permissions,
    /// The artifact has code and the approval says that it has none.
    #[error("the artifact has code, but its approved tier is {0}")]
    Code(Tier),
    /// The state says that more was granted than was approved.
    #[error("what is noted as granted is not what was approved: install it again")]
    Granted,
    /// Nothing is known of the package when it matters.
    #[error("there is no cached index document of it: connect to its registry once, with `plimsoll update`")]
    IndexMissing,
    /// What is stored.
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl Fault {
    /// The fault, with the version it is about.
    pub(crate) fn of(self, package: &PackageId, version: &Version) -> VerifyError {
        VerifyError { package: package.clone(), version: version.clone(), fault: Box::new(self) }
    }
}
