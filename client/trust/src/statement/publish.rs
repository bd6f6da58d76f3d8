//! publish/v1: what a publisher signs of a version.

use plimsoll_core::gate::StatementFacts;
use plimsoll_core::{Digest, PackageId, PublisherName, Version};

use super::MAX_PUBLISH_BYTES;
use super::in_toto::{self, Predicate};
use crate::dsse::{self, Envelope};
use crate::error::expect_equal;
use crate::{Fault, KeyError, PublicKey, Signer};

/// The predicate of publish/v1.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Publish {
    /// The registry it is made for, so that it means nothing to another.
    pub registry: String,
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// The artifact.
    pub artifact: PublishedArtifact,
    /// The digest of the manifest's exact bytes.
    pub manifest_sha256: Digest,
    /// In whose name.
    pub publisher: PublisherName,
}

/// The artifact that a publish statement names.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PublishedArtifact {
    /// The file's name where it was signed. Nothing depends on it.
    pub filename: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its digest.
    pub sha256: Digest,
}

impl Predicate for Publish {
    const TYPE: &'static str = "urn:plimsoll:publish:v1";

    fn subject(&self) -> (&PackageId, &Version, Digest) {
        (&self.package, &self.version, self.artifact.sha256)
    }
}

impl Publish {
    /// Signs the statement: the text of `F.dsse.json`.
    pub fn sign(&self, signer: &dyn Signer) -> Result<String, KeyError> {
        in_toto::sign(self, signer)
    }

    /// What a statement says, without a look at who signed it: for its author, who has no list of keys at hand. Nothing is to
    /// be believed of it.
    pub fn claimed(text: &str) -> Result<Self, Fault> {
        in_toto::read(envelope(text)?.unverified())
    }

    /// The statement as the gate looks at it.
    pub fn facts(&self, this_registry: &str) -> StatementFacts {
        StatementFacts {
            registry: self.registry.clone(),
            this_registry: this_registry.to_owned(),
            package: self.package.clone(),
            version: self.version.clone(),
            publisher: self.publisher.clone(),
            sha256: self.artifact.sha256,
            size: self.artifact.size,
            manifest_sha256: self.manifest_sha256,
        }
    }
}

/// What a publish statement has to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ExpectedPublish<'a> {
    /// The registry.
    pub(crate) registry: &'a str,
    /// The package.
    pub(crate) package: &'a PackageId,
    /// The version.
    pub(crate) version: &'a Version,
    /// The publisher.
    pub(crate) publisher: &'a PublisherName,
    /// The artifact's digest.
    pub(crate) sha256: Digest,
    /// The artifact's size in bytes.
    pub(crate) size: u64,
}

/// A publish statement whose signature verifies, and which says what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedPublish {
    publish: Publish,
}

impl VerifiedPublish {
    /// What it says. The digest of the manifest is the one member left to compare, once the archive is open.
    pub fn publish(&self) -> &Publish {
        &self.publish
    }

    /// Compares what a signed statement says with what was expected.
    pub(crate) fn bind(publish: Publish, expected: &ExpectedPublish<'_>) -> Result<Self, Fault> {
        expect_equal("registry", &plimsoll_core::quote(&publish.registry), &plimsoll_core::quote(expected.registry))?;
        expect_equal("package", &publish.package, expected.package)?;
        expect_equal("version", &publish.version, expected.version)?;
        expect_equal("publisher", &publish.publisher, expected.publisher)?;
        expect_equal("sha256", &publish.artifact.sha256, &expected.sha256)?;
        expect_equal("size", &publish.artifact.size, &expected.size)?;
        Ok(Self { publish })
    }
}

/// Reads the envelope of a publish statement.
pub(crate) fn envelope(text: &str) -> Result<Envelope, Fault> {
    Ok(Envelope::parse(text, dsse::IN_TOTO, MAX_PUBLISH_BYTES)?)
}

/// The statement in an envelope, if the key vouches for it.
pub(crate) fn open(envelope: &Envelope, key: &PublicKey) -> Result<Publish, Fault> {
    in_toto::read(envelope.open(key)?)
}
