//! A publisher: an owner, and a key.

use std::io::{Seek as _, Write as _};

use plimsoll_client::progress::Silent;
use plimsoll_client::transport::TransportError;
use plimsoll_core::artifact::inspect;
use plimsoll_core::problem::Problem;
use plimsoll_core::wire::{Algorithm, NewKey, NewVersion, Version};
use plimsoll_core::{Digest, KeyId, Limits, PublisherName, State};
use plimsoll_trust::possession::prove_possession;
use plimsoll_trust::statement::{Publish, PublishedArtifact};
use plimsoll_trust::{LegacySignature, Signer as _, SigningKey};

use crate::{Actor, Plugin, Signed};

/// A publisher, with its owner and the key it signs with.
pub struct Publisher {
    name: PublisherName,
    origin: String,
    owner: Actor,
    reviewer: Actor,
    key: SigningKey,
    key_id: KeyId,
}

impl Publisher {
    /// Makes it, with a proven key named `<name>-1`.
    pub(crate) fn create(name: &str, origin: &str, owner: Actor, reviewer: Actor) -> Self {
        let name: PublisherName = name.parse().expect("a publisher name");
        let new = plimsoll_core::wire::NewPublisher { publisher: name.clone() };
        owner.client().create_publisher(&new).expect("a new publisher");
        let key = SigningKey::generate(Algorithm::Ed25519).expect("a key");
        let key_id: KeyId = format!("{name}-1").parse().expect("a key id");
        let publisher = Self { name, origin: origin.to_owned(), owner, reviewer, key, key_id };
        publisher.add_key(&publisher.key, publisher.key_id.as_str());
        publisher
    }

    /// Its name.
    pub fn name(&self) -> &PublisherName {
        &self.name
    }

    /// Its owner.
    pub fn owner(&self) -> &Actor {
        &self.owner
    }

    /// The name of the key it signs with.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The private key in PEM, for the command line.
    pub fn key_pem(&self) -> String {
        self.key.to_pem().expect("PEM").to_string()
    }

    /// Adds a key, proving its possession.
    pub fn add_key(&self, key: &SigningKey, key_id: &str) {
        self.try_add_key(&self.new_key(key, key_id)).expect("the key is taken");
    }

    /// Adds a key as this says.
    pub fn try_add_key(&self, new: &NewKey) -> Result<(), Box<Problem>> {
        self.owner.client().add_key(&self.name, new).map(drop).map_err(problem)
    }

    /// A key with its proof.
    pub fn new_key(&self, key: &SigningKey, key_id: &str) -> NewKey {
        let key_id: KeyId = key_id.parse().expect("a key id");
        let proof = prove_possession(key, &self.origin, &self.name, &key_id).expect("a proof");
        NewKey { key_id, public_key: key.public_key().to_pem(), proof: Some(proof) }
    }

    /// Signs with another key from now on, which was added before.
    pub fn sign_with(&mut self, key: SigningKey, key_id: &str) {
        self.key = key;
        self.key_id = key_id.parse().expect("a key id");
    }

    /// The same publisher, for another of its members.
    pub fn through(&self, member: Actor) -> Self {
        let key = self.key_pem().parse().expect("its own key");
        let (name, origin, reviewer) = (self.name.clone(), self.origin.clone(), self.reviewer.clone());
        Self { name, origin, owner: member, reviewer, key, key_id: self.key_id.clone() }
    }

    /// The `ed25519:` line over bytes.
    pub fn line(&self, bytes: &[u8]) -> String {
        LegacySignature::sign(&self.key, self.key_id.clone(), bytes).expect("a signature").to_string()
    }

    /// The statement over an artifact that can be read; `None` for any other bytes.
    pub fn statement(&self, artifact: &[u8]) -> Option<String> {
        let inspection = inspect(artifact, &Limits::default()).ok()?;
        let manifest = inspection.manifest.ok()?;
        let publish = Publish {
            registry: self.origin.clone(),
            package: manifest.id.clone(),
            version: manifest.version.clone(),
            artifact: PublishedArtifact {
                filename: "package.osplugin".to_owned(),
                size: artifact.len() as u64,
                sha256: Digest::of(artifact),
            },
            manifest_sha256: Digest::of(manifest.bytes()),
            publisher: self.name.clone(),
        };
        Some(publish.sign(&self.key).expect("a statement"))
    }

    /// Uploads bytes.
    pub fn upload(&self, bytes: &[u8]) -> Result<Digest, Box<Problem>> {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).and_then(|()| file.rewind()).expect("a file");
        let sha256 = Digest::of(bytes);
        self.owner.client().upload(&file, &sha256, &Silent).map_err(problem)?;
        Ok(sha256)
    }

    /// What publishing asks for, its artifact not yet uploaded.
    pub fn new_version(&self, plugin: &Plugin) -> NewVersion {
        let artifact = plugin.artifact();
        let (signature, statement) = match &plugin.signed {
            Signed::Statement => (None, self.statement(&artifact)),
            Signed::Line => (Some(self.line(&artifact)), None),
            Signed::By(line) => (Some(line.clone()), None),
            Signed::Not => (None, None),
        };
        NewVersion {
            publisher: self.name.clone(),
            sha256: Digest::of(&artifact),
            signature,
            statement,
            visibility: plugin.visibility,
            submit: plugin.submit,
            notes: None,
            listing: plugin.listing.clone(),
        }
    }

    /// Uploads and publishes.
    pub fn try_publish(&self, plugin: &Plugin) -> Result<Version, Box<Problem>> {
        self.upload(&plugin.artifact())?;
        let package = plugin.id.parse().expect("a package id");
        self.owner.client().publish(&package, &self.new_version(plugin), false).map_err(problem)
    }

    /// Uploads and publishes what is accepted.
    #[track_caller]
    pub fn publish(&self, plugin: Plugin) -> Version {
        match self.try_publish(&plugin) {
            Ok(version) => version,
            Err(problem) => panic!("{} was not accepted: {}", plugin.id, open_problem(&problem)),
        }
    }

    /// Uploads and publishes what is refused.
    #[track_caller]
    pub fn refused(&self, plugin: Plugin) -> Problem {
        match self.try_publish(&plugin) {
            Ok(version) => panic!("{} was accepted as {}", plugin.id, version.state),
            Err(problem) => *problem,
        }
    }

    /// Publishes for the marketplace, where a reviewer approves it.
    #[track_caller]
    pub fn release(&self, plugin: Plugin) -> Version {
        let version = self.publish(plugin.for_marketplace());
        assert_eq!(version.state, State::PendingReview, "the marketplace is always reviewed");
        self.reviewer.approve(&version)
    }
}

fn problem(error: TransportError) -> Box<Problem> {
    match error {
        TransportError::Problem(problem) => problem,
        error => panic!("no answer of the registry: {error}"),
    }
}

/// A problem with the findings of its report, for messages.
pub fn open_problem(problem: &Problem) -> String {
    let findings = problem.report.iter().flat_map(|report| report.findings());
    let findings: Vec<_> = findings.map(|check| format!("{}: {}", check.code, check.message)).collect();
    format!("{} {}\n{}", problem.code, problem.detail, findings.join("\n"))
}
