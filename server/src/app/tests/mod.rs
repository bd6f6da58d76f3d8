//! The use cases as rules: what they refuse, hide and keep, also when two run at once.

mod hidden;
mod keys_and_tokens;
mod on_show;
mod publishing;
mod races;
mod repeated;
mod reviewing;
mod room;
mod signing_in;
mod taken_back;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use plimsoll_core::access::{Account, Actor, MemberRole, Role, TokenScope};
use plimsoll_core::artifact::{self as packing, Source};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{self, Algorithm, Decision, Listing, NewReview, NewVersion, SetAvailability, StoredArtifact};
use plimsoll_core::{Digest, Level, PackageId, Timestamp, Visibility};
use plimsoll_store::testing::Postgres;
use plimsoll_store::{account, member, publisher};
use plimsoll_trust::{LegacySignature, Signer as _, SigningKey};

use super::*;
use crate::App;
use crate::clock::{Clock, RandomIds};
use crate::config::{Config, DatabaseConfig};

/// Parses what a test writes down.
fn of<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect(text)
}

/// A clock that a test moves.
struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        of::<Timestamp>("2026-11-20T09:30:00Z").plus_seconds(self.0.load(Ordering::SeqCst))
    }
}

/// The PostgreSQL server of this test run, where it is installed.
fn postgres() -> Option<&'static Postgres> {
    static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
    SERVER.get_or_init(Postgres::start).as_ref()
}

/// A registry with the publishers `acme`, owned by `dana`, and `globex`, owned by `gil`; and with a reviewer, `rita`.
pub(crate) struct World {
    pub(crate) app: App,
    clock: Arc<TestClock>,
    key: SigningKey,
    _directory: tempfile::TempDir,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::on(DatabaseConfig::default())
    }

    /// On PostgreSQL, where transactions run beside each other.
    fn on_postgres() -> Option<Self> {
        Some(Self::on(database(&postgres()?.database())))
    }

    fn on(database: DatabaseConfig) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let config = Config { data_dir: directory.path().to_owned(), database, ..Config::default() };
        let clock = Arc::new(TestClock(AtomicI64::new(0)));
        let app = App::open_with(config, Arc::clone(&clock) as Arc<dyn Clock>, Arc::new(RandomIds));
        let app = app.expect("a registry").app;
        let key = SigningKey::generate(Algorithm::Ed25519).expect("a key");
        let world = Self { app, clock, key, _directory: directory };
        world.populate();
        world
    }

    fn populate(&self) {
        let now = self.clock.now();
        let people: [(&str, &[Role]); 3] = [("dana", &[]), ("gil", &[]), ("rita", &[Role::Reviewer])];
        let populated = self.app.store.write("test", |conn| {
            for (name, roles) in people {
                let roles = roles.iter().copied().collect();
                let disabled_at = None;
                let account = wire::Account { name: of(name), roles, email: None, created_at: now, disabled_at };
                account::insert(conn, &account)?;
            }
            for (name, owner) in [("acme", "dana"), ("globex", "gil")] {
                publisher::insert(conn, &of(name), Level::Verified, Some(&of(owner)), now)?;
                member::set(conn, &of(name), &wire::Member { account: of(owner), role: MemberRole::Owner })?;
            }
            Ok::<_, Error>(())
        });
        populated.expect("people");
        self.add_key("acme-main", &self.key).expect("the first key of acme");
    }

    /// Adds a key to `acme`, as asserted by the administrator.
    fn add_key(&self, key_id: &str, key: &SigningKey) -> Result<wire::PublisherKey> {
        let new = wire::NewKey { key_id: of(key_id), public_key: key.public_key().to_pem(), proof: None };
        keys::add(&self.app, &self.caller("admin"), &of("acme"), new)
    }

    /// An account with a token of every scope; the empty name is nobody.
    fn caller(&self, name: &str) -> Caller {
        self.caller_with(name, TokenScope::ALL)
    }

    fn caller_with(&self, name: &str, scopes: &[TokenScope]) -> Caller {
        let request_id = "test".to_owned();
        if name.is_empty() {
            return Caller::new(Actor::Anonymous, request_id);
        }
        let found = self.app.store.read("test", |conn| {
            let found = account::find(conn, &of(name))?.expect(name);
            Ok::<_, Error>((found, member::of_account(conn, &of(name))?))
        });
        let (found, memberships) = found.expect(name);
        let scopes = scopes.iter().copied().collect();
        let account = Account { name: found.name, roles: found.roles, scopes, memberships };
        Caller::new(Actor::Account(account), request_id)
    }

    /// What `dana` sends to publish a theme of `acme`, whose artifact she uploads.
    fn theme(&self, version: &str, name: &str, visibility: Visibility) -> NewVersion {
        self.package("theme", version, name, visibility)
    }

    fn package(&self, package_type: &str, version: &str, name: &str, visibility: Visibility) -> NewVersion {
        let manifest = serde_json::json!({
            "id": THEME, "version": version, "type": package_type, "name": name, "description": "Dark, with warm accents.",
            "engines": { "protocol": "^17" },
        });
        self.of_manifest(&manifest, visibility)
    }

    /// The same, where a host runs it in its own process.
    fn driver(&self, version: &str, visibility: Visibility) -> NewVersion {
        let manifest =
            serde_json::json!({ "id": THEME, "version": version, "type": "driver", "name": "Dusk", "runtime": "node" });
        self.of_manifest(&manifest, visibility)
    }

    /// What `dana` sends to publish what a manifest says.
    fn of_manifest(&self, manifest: &serde_json::Value, visibility: Visibility) -> NewVersion {
        let member = b"body { color: #eee }";
        let source = Source {
            path: "assets/dusk.css".to_owned(),
            size: member.len() as u64,
            open: Box::new(|| Ok(Box::new(&member[..]) as Box<dyn Read>)),
        };
        let mut bytes = Vec::new();
        packing::pack(manifest.to_string().as_bytes(), vec![source], &self.app.limits, &mut bytes).expect("packed");
        let stored = artifacts::store(&self.app, &self.caller("dana"), &bytes).expect("stored");
        let signature = LegacySignature::sign(&self.key, of("acme-main"), &bytes[..]).expect("signed");
        NewVersion {
            publisher: of("acme"),
            sha256: stored.sha256,
            signature: Some(signature.to_string()),
            statement: None,
            visibility: Some(visibility),
            submit: true,
            notes: None,
            listing: Some(Listing {
                category: Some(of("themes")),
                readme: Some("Dusk".to_owned()),
                icon: Some("https://example.org/icon.png".to_owned()),
                ..Listing::default()
            }),
        }
    }

    fn publish(&self, new: &NewVersion) -> wire::Version {
        self.publish_as(&theme(), new)
    }

    fn publish_as(&self, id: &PackageId, new: &NewVersion) -> wire::Version {
        publish::publish(&self.app, &self.caller("dana"), id, new.clone(), &publish::Origin::default(), false)
            .expect("published")
            .version
    }

    fn approve(&self, version: &wire::Version) -> wire::Version {
        self.review(version, Decision::Approve)
    }

    fn review(&self, version: &wire::Version, decision: Decision) -> wire::Version {
        self.try_review("rita", version, decision).expect("decided")
    }

    fn try_review(&self, who: &str, version: &wire::Version, decision: Decision) -> Result<wire::Version> {
        let review = NewReview {
            decision,
            reason: "looked at".to_owned(),
            sha256: version.sha256,
            report_sha256: version.report_sha256.expect("a report"),
        };
        review::decide(&self.app, &self.caller(who), &version.package, &version.version, review)
    }

    /// Publishes a version for the marketplace, and has it approved.
    fn list(&self, version: &str) -> wire::Version {
        self.approve(&self.publish(&self.theme(version, "Dusk", Visibility::Marketplace)))
    }

    /// The same, where the package is an App.
    pub(crate) fn list_app(&self, version: &str) -> wire::Version {
        self.approve(&self.publish(&self.package("app", version, "Dusk", Visibility::Marketplace)))
    }

    pub(crate) fn set(&self, who: &str, version: &str, to: AvailabilityWord) -> Result<wire::Version> {
        let set = SetAvailability { to, reason: "it is broken".to_owned(), replacement: None };
        availability::set(&self.app, &self.caller(who), &theme(), &of(version), set)
    }

    /// The index that an account gets of the theme.
    fn document(&self, who: &str) -> wire::IndexDocument {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        let file = index::index(&self.app, &self.caller(who), &theme()).expect("an index");
        let envelope: serde_json::Value = serde_json::from_slice(&file.body).expect("an envelope");
        let payload = BASE64_STANDARD.decode(envelope["payload"].as_str().expect("a payload")).expect("base64");
        serde_json::from_slice(&payload).expect("an index document")
    }

    /// The availability of each version in it.
    fn index(&self, who: &str) -> BTreeMap<String, String> {
        let entry = |entry: wire::IndexVersion| (entry.version.to_string(), entry.availability.status.to_string());
        self.document(who).versions.into_iter().map(entry).collect()
    }
}

const THEME: &str = "com.acme.theme-dusk";

fn theme() -> PackageId {
    of(THEME)
}

fn database(url: &str) -> DatabaseConfig {
    serde_json::from_value(serde_json::json!({ "url": url })).expect("a database")
}

/// The code of a conflict.
fn conflict<T: std::fmt::Debug>(outcome: Result<T>) -> ProblemCode {
    match outcome {
        Err(Error::Conflict { code, .. }) => code,
        other => panic!("no conflict: {other:?}"),
    }
}

/// Whether it is not there, or hidden.
fn is_missing<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::NotFound(_)))
}
