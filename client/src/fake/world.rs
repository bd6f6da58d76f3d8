//! A registry that signs, with a publisher that publishes: what a real one would answer for a few packages.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io::Cursor;

use plimsoll_core::artifact::{self, Source};
use plimsoll_core::range::HostProfile;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{
    Algorithm, Discovery, Evidence, EvidenceKind, IndexDocument, IndexVersion, Pin, PublisherKey, RegistryKey,
    Revocation,
};
use plimsoll_core::{
    Availability, Digest, Limits, PackageId, PackageType, Permissions, Tier, Timestamp, Version, Visibility, manifest,
};
use plimsoll_trust::statement::{Approval, ApprovalDecision, Publish, PublishedArtifact, sign_index};
use plimsoll_trust::{LegacySignature, Signer, SigningKey};

use super::{Answer, FakeRegistry};
use crate::home::Home;
use crate::transport::Token;
use crate::{Client, Environment, Options};

/// When everything in these tests happens.
pub(crate) fn now() -> Timestamp {
    "2026-11-20T12:00:00Z".parse().expect("time")
}

/// What is published.
#[derive(Clone)]
pub(crate) struct Plugin {
    package: PackageId,
    version: Version,
    permissions: Permissions,
    dependencies: BTreeMap<PackageId, String>,
    tier: Tier,
    audience: Visibility,
    evidence: EvidenceKind,
    decision: ApprovalDecision,
    bundled: Option<Vec<Pin>>,
}

impl Plugin {
    pub(crate) fn new(package: &str, version: &str) -> Self {
        Self {
            package: package.parse().expect("package"),
            version: version.parse().expect("version"),
            permissions: Permissions::default(),
            dependencies: BTreeMap::new(),
            tier: Tier::Sandbox,
            audience: Visibility::Marketplace,
            evidence: EvidenceKind::Statement,
            decision: ApprovalDecision::Reviewed,
            bundled: None,
        }
    }

    /// Makes it an App that bundles these.
    pub(crate) fn bundles(self, plugins: &[(&Plugin, &Published)]) -> Self {
        let pin = |(plugin, published): &(&Plugin, &Published)| Pin {
            id: plugin.package.clone(),
            version: plugin.version.clone(),
            sha256: published.listed.sha256,
            tier: plugin.tier,
            permissions: plugin.permissions.clone(),
        };
        Self { bundled: Some(plugins.iter().map(pin).collect()), ..self }
    }

    fn package_type(&self) -> PackageType {
        if self.bundled.is_some() { PackageType::App } else { PackageType::Plugin }
    }

    pub(crate) fn permission(mut self, permission: &str) -> Self {
        self.permissions.0.insert(permission.parse().expect("permission"));
        self
    }

    pub(crate) fn needs(mut self, package: &str, range: &str) -> Self {
        self.dependencies.insert(package.parse().expect("package"), range.to_owned());
        self
    }

    pub(crate) fn tier(self, tier: Tier) -> Self {
        Self { tier, ..self }
    }

    pub(crate) fn audience(self, audience: Visibility) -> Self {
        Self { audience, ..self }
    }

    pub(crate) fn evidence(self, evidence: EvidenceKind) -> Self {
        Self { evidence, ..self }
    }

    pub(crate) fn not_reviewed(self) -> Self {
        Self { decision: ApprovalDecision::Auto, ..self }
    }

    pub(crate) fn artifact(&self) -> Vec<u8> {
        let values = |kind: &str| -> Vec<&str> {
            self.permissions.iter().filter(|p| p.kind().as_str() == kind).map(|p| p.value()).collect()
        };
        let manifest = serde_json::json!({
            "id": self.package, "version": self.version, "type": self.package_type(), "name": "A plugin", "runtime": "sandbox",
            "permissions": {
                "services": values("services"), "hooks": values("hooks"), "network": values("network"), "fs": values("fs"),
            },
            "dependencies": self.dependencies,
            "main": "dist/index.mjs",
        });
        let code = format!("export const version = {:?};\n", self.version.to_string());
        let size = code.len() as u64;
        let open = move || -> std::io::Result<Box<dyn std::io::Read>> { Ok(Box::new(Cursor::new(code.clone()))) };
        let source = Source { path: "dist/index.mjs".to_owned(), size, open: Box::new(open) };
        let mut packed = Vec::new();
        artifact::pack(manifest.to_string().as_bytes(), vec![source], &Limits::default(), &mut packed).expect("packed");
        packed
    }
}

/// What the registry answers for a version: its texts and bytes.
#[derive(Clone)]
pub(crate) struct Published {
    pub(crate) artifact: Vec<u8>,
    pub(crate) approval: String,
    pub(crate) evidence: Evidence,
    pub(crate) listed: IndexVersion,
}

/// A registry, its publisher `acme`, and the home of one who installs.
pub(crate) struct World {
    pub(crate) fake: FakeRegistry,
    pub(crate) home: Home,
    registry: String,
    key: SigningKey,
    publisher_key: SigningKey,
    revoked: RefCell<Option<Revocation>>,
    packages: RefCell<BTreeMap<PackageId, (PackageType, Vec<IndexVersion>)>>,
    audience: Cell<Visibility>,
    pub(crate) serial: Cell<u64>,
    _dir: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::named("plugins.example")
    }

    pub(crate) fn named(registry: &str) -> Self {
        let dir = tempfile::tempdir().expect("directory");
        let world = Self {
            fake: FakeRegistry::start(),
            home: Home::at(dir.path()).expect("home"),
            registry: registry.to_owned(),
            key: SigningKey::generate(Algorithm::Ed25519).expect("key"),
            publisher_key: SigningKey::generate(Algorithm::Ed25519).expect("key"),
            revoked: RefCell::default(),
            packages: RefCell::default(),
            audience: Cell::new(Visibility::Marketplace),
            serial: Cell::new(1),
            _dir: dir,
        };
        world.answer_discovery(&world.discovery());
        world
    }

    pub(crate) fn discovery(&self) -> Discovery {
        Discovery {
            registry: self.registry.clone(),
            api: "/v1".to_owned(),
            keys: vec![RegistryKey {
                key_id: self.key.key_id(),
                algorithm: Algorithm::Ed25519,
                public_key: self.key.public_key().to_pem(),
                not_before: now().plus_seconds(-86_400),
                not_after: None,
            }],
            limits: Limits::default(),
            demo: false,
        }
    }

    pub(crate) fn answer_discovery(&self, discovery: &Discovery) {
        let body = serde_json::to_vec(discovery).expect("discovery");
        self.fake.answer("GET /.well-known/plimsoll.json", Answer::ok(body));
    }

    pub(crate) fn environment(&self) -> Environment {
        self.environment_of("default")
    }

    pub(crate) fn environment_of(&self, name: &str) -> Environment {
        Environment::of(&self.home, name).expect("environment")
    }

    /// A client with a token, after pinning the registry.
    pub(crate) fn client(&self) -> Client {
        self.client_in(&self.home)
    }

    /// The same, for another home.
    pub(crate) fn client_in(&self, home: &Home) -> Client {
        home.pin(&self.fake.address, &self.discovery(), &[self.key.key_id()], now()).expect("pinned");
        let options = Options { clock: now, ..Options::default() };
        let token = "plim_1".parse().expect("token");
        Client::open(home.clone(), &self.fake.address, Some(token), options).expect("client")
    }

    pub(crate) fn client_with(&self, options: Options, token: Option<Token>) -> Client {
        let discovery = self.discovery();
        self.home.pin(&self.fake.address, &discovery, &[self.key.key_id()], now()).expect("pinned");
        Client::open(self.home.clone(), &self.fake.address, token, options).expect("client")
    }

    /// Publishes, approves, and puts a new index document in place.
    pub(crate) fn publish(&self, plugin: &Plugin) -> Published {
        self.publish_as(plugin, plugin.artifact())
    }

    /// Publishes these bytes as that plugin, whatever they are: what a registry without a gate would do.
    pub(crate) fn publish_as(&self, plugin: &Plugin, artifact: Vec<u8>) -> Published {
        let (sha256, size) = (Digest::of(&artifact), artifact.len() as u64);
        let Plugin { package, version, permissions, .. } = plugin.clone();
        let evidence = self.evidence(plugin, &artifact);
        let approval = Approval {
            registry: self.registry.clone(),
            package: package.clone(),
            version: version.clone(),
            sha256,
            size,
            audience: plugin.audience,
            tier: plugin.tier,
            permissions_sha256: permissions.digest(),
            bundled: plugin.bundled.clone().unwrap_or_default(),
            publisher: "acme".parse().expect("publisher"),
            evidence_kind: plugin.evidence,
            evidence_sha256: evidence.text.as_ref().map(Digest::of),
            gate_report_sha256: Digest::of("report"),
            policy_version: 1,
            decision: plugin.decision,
            reviewer: (plugin.decision == ApprovalDecision::Reviewed).then(|| "rita".parse().expect("account")),
            published_at: now().plus_seconds(-60),
            decided_at: now().plus_seconds(-30),
        };
        let approval = approval.sign(&self.key).expect("signed");
        let listed = IndexVersion {
            version: version.clone(),
            sha256,
            size,
            tier: plugin.tier,
            audience: plugin.audience,
            availability: Availability::live(),
            permissions,
            dependencies: plugin.dependencies.clone(),
            bundled: plugin.bundled.clone().unwrap_or_default(),
            manifest_deps: false,
            engines: manifest::Engines { protocol: Some("^17".to_owned()), ..manifest::Engines::default() },
            approval_sha256: Digest::of(&approval),
        };
        let published = Published { artifact, approval, evidence, listed: listed.clone() };
        self.answer_version(&package, &published);
        let mut packages = self.packages.borrow_mut();
        let (_, versions) = packages.entry(package.clone()).or_insert_with(|| (plugin.package_type(), Vec::new()));
        versions.retain(|before| before.version != version);
        versions.push(listed);
        versions.sort_by(|a, b| a.version.cmp(&b.version));
        drop(packages);
        self.audience.set(self.audience.get().min(plugin.audience));
        self.answer_index(&package);
        published
    }

    fn evidence(&self, plugin: &Plugin, bytes: &[u8]) -> Evidence {
        let key_id: plimsoll_core::KeyId = "acme-2026".parse().expect("key id");
        let text = match plugin.evidence {
            EvidenceKind::Ed25519 => {
                Some(LegacySignature::sign(&self.publisher_key, key_id.clone(), bytes).expect("signed").to_string())
            }
            EvidenceKind::Statement => Some(self.statement(plugin, bytes)),
            EvidenceKind::Hosted | EvidenceKind::None => None,
        };
        Evidence { kind: plugin.evidence, key_id: text.as_ref().map(|_| key_id), text }
    }

    fn statement(&self, plugin: &Plugin, bytes: &[u8]) -> String {
        let members = artifact::read_members(bytes, &Limits::default()).expect("members");
        let manifest = members.into_iter().find(|(path, _)| path == manifest::FILE_NAME).map(|(_, bytes)| bytes);
        let publish = Publish {
            registry: self.registry.clone(),
            package: plugin.package.clone(),
            version: plugin.version.clone(),
            artifact: PublishedArtifact {
                filename: "plugin.osplugin".to_owned(),
                size: bytes.len() as u64,
                sha256: Digest::of(bytes),
            },
            manifest_sha256: Digest::of(manifest.unwrap_or_default()),
            publisher: "acme".parse().expect("publisher"),
        };
        publish.sign(&self.publisher_key).expect("signed")
    }

    /// Answers for a version with these texts and bytes, whatever they are.
    pub(crate) fn answer_version(&self, package: &PackageId, published: &Published) {
        let version = &published.listed.version;
        let below = format!("GET /v1/packages/{package}/versions/{version}");
        self.fake.answer(&format!("{below}/approval"), Answer::ok(published.approval.clone()));
        let evidence = serde_json::to_vec(&published.evidence).expect("evidence");
        self.fake.answer(&format!("{below}/evidence"), Answer::ok(evidence));
        let artifact = format!("GET /v1/artifacts/{}", published.listed.sha256);
        self.fake.answer(&artifact, Answer::ok(published.artifact.clone()));
    }

    /// The index document of a package, signed now.
    pub(crate) fn index(&self, package: &PackageId) -> String {
        self.index_for(package, self.audience.get())
    }

    /// The same for an audience.
    pub(crate) fn index_for(&self, package: &PackageId, audience: Visibility) -> String {
        let (package_type, mut versions) = self.packages.borrow()[package].clone();
        versions.retain(|listed| listed.audience >= audience);
        let document = IndexDocument {
            registry: self.registry.clone(),
            package: package.clone(),
            r#type: package_type,
            publisher: "acme".parse().expect("publisher"),
            audience,
            serial: self.serial.get(),
            wider_serials: Visibility::ALL
                .iter()
                .filter(|wider| **wider > audience)
                .map(|wider| (*wider, self.serial.get()))
                .collect(),
            issued_at: now().plus_seconds(-10),
            expires_at: now().plus_seconds(3600),
            keys: vec![PublisherKey {
                key_id: "acme-2026".parse().expect("key id"),
                algorithm: Algorithm::Ed25519,
                public_key: self.publisher_key.public_key().to_pem(),
                proven: true,
                added_at: now().plus_seconds(-3600),
                revoked: self.revoked.borrow().clone(),
            }],
            versions,
        };
        sign_index(&document, &self.key).expect("signed")
    }

    /// Puts a new index document in place, with a higher serial.
    pub(crate) fn answer_index(&self, package: &PackageId) {
        self.serial.set(self.serial.get() + 1);
        let etag = format!("\"{}\"", self.serial.get());
        self.fake.answer(&format!("GET /v1/index/{package}"), Answer::ok(self.index(package)).header("etag", etag));
    }

    /// From now on the index documents are for this audience.
    pub(crate) fn answer_index_for(&self, package: &PackageId, audience: Visibility) {
        self.audience.set(audience);
        self.answer_index(package);
    }

    /// Lists a version no longer.
    pub(crate) fn withdraw(&self, package: &str, version: &str) {
        let package: PackageId = package.parse().expect("package");
        let mut packages = self.packages.borrow_mut();
        packages.get_mut(&package).expect("published").1.retain(|listed| listed.version.to_string() != version);
        drop(packages);
        self.answer_index(&package);
    }

    pub(crate) fn set_availability(&self, package: &str, version: &str, status: AvailabilityWord) {
        let package: PackageId = package.parse().expect("package");
        for listed in &mut self.packages.borrow_mut().get_mut(&package).expect("published").1 {
            if listed.version.to_string() == version {
                listed.availability = Availability { status, reason: "it leaks".to_owned(), replacement: None };
            }
        }
        self.answer_index(&package);
    }

    pub(crate) fn revoke_key(&self, package: &str, revocation: Revocation) {
        *self.revoked.borrow_mut() = Some(revocation);
        self.answer_index(&package.parse().expect("package"));
    }

    /// From now on nobody answers.
    pub(crate) fn goes_down(&self) {
        self.fake.goes_down();
    }
}

/// The host of these tests.
pub(crate) fn host() -> HostProfile {
    HostProfile { protocol: Some(Version::new(17, 0, 0)), platform: None }
}
