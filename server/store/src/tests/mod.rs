//! The behaviour of the store, the same on every database. Each behaviour runs on SQLite, and on PostgreSQL where it is
//! installed.

mod accounts;
mod artifacts;
mod catalogs;
mod events;
mod migrations;
mod packages;
mod parity;
mod publishers;
mod transactions;
mod versions;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use plimsoll_core::manifest::Engines;
use plimsoll_core::page::PageSize;
use plimsoll_core::wire::{Account, EvidenceKind, Listing, StoredArtifact};
use plimsoll_core::{
    AccountName, Availability, Digest, Level, PackageId, PackageType, Permissions, PublisherName, State, Tier,
    Timestamp, Visibility,
};

use crate::package::Package;
use crate::testing::Postgres;
use crate::version::{Documents, VersionRecord};
use crate::{Config, Conn, Database, Store, StoreError};

type Result<T = ()> = std::result::Result<T, StoreError>;

/// Makes two tests of each behaviour, which is a function of a store whose tables are there and empty.
macro_rules! behaviours {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                let database = crate::tests::Sqlite::new();
                super::$name(&database.store).expect("no error of the store");
            })+
        }

        mod postgres {
            $(#[test]
            fn $name() {
                if let Some(postgres) = crate::tests::postgres() {
                    let store = crate::tests::open(crate::Database::Postgres(postgres.database()));
                    super::$name(&store).expect("no error of the store");
                }
            })+
        }
    };
}
use behaviours;

/// A store on a file of its own.
struct Sqlite {
    store: Store,
    /// Removes the file at the end.
    directory: tempfile::TempDir,
}

impl Sqlite {
    fn new() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let store = open(Database::Sqlite(directory.path().join("plimsoll.db")));
        store.migrate().expect("migrations");
        Self { store, directory }
    }
}

fn open(database: Database) -> Store {
    Store::open(&Config { connections: 4, ..Config::new(database) }).expect("a store")
}

/// The server of this test run.
fn postgres() -> Option<&'static Postgres> {
    static SERVER: OnceLock<Option<Postgres>> = OnceLock::new();
    SERVER.get_or_init(Postgres::start).as_ref()
}

/// Parses what a test writes down.
fn of<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect(text)
}

/// So many seconds after the beginning of the test.
fn at(seconds: i64) -> Timestamp {
    of::<Timestamp>("2026-11-20T09:30:00Z").plus_seconds(seconds)
}

fn page_size(size: u16) -> PageSize {
    of(&size.to_string())
}

fn account(conn: &mut Conn, name: &str) -> Result<AccountName> {
    let name: AccountName = of(name);
    crate::account::insert(
        conn,
        &Account { name: name.clone(), roles: BTreeSet::new(), email: None, created_at: at(0), disabled_at: None },
    )?;
    Ok(name)
}

fn publisher(conn: &mut Conn, name: &str) -> Result<PublisherName> {
    let name: PublisherName = of(name);
    crate::publisher::insert(conn, &name, Level::Unverified, None, at(0))?;
    Ok(name)
}

/// A package of a publisher that is there.
fn package(conn: &mut Conn, id: &str, publisher: &str, package_type: PackageType) -> Result<Package> {
    let package = Package {
        id: of(id),
        publisher: of(publisher),
        package_type,
        default_visibility: Visibility::Private,
        listing: Listing::default(),
        created_at: at(0),
        updated_at: at(0),
    };
    crate::package::insert(conn, &package)?;
    Ok(package)
}

/// The plugin `com.acme.linter` of acme, to which dana belongs.
fn linter(conn: &mut Conn) -> Result<Package> {
    account(conn, "dana")?;
    publisher(conn, "acme")?;
    package(conn, "com.acme.linter", "acme", PackageType::Plugin)
}

/// Records bytes that dana uploaded.
fn upload(conn: &mut Conn, bytes: &str) -> Result<StoredArtifact> {
    let stored = StoredArtifact { sha256: Digest::of(bytes), size: bytes.len() as u64 };
    crate::artifact::record(conn, &stored, &of("dana"), at(0), at(3600))?;
    Ok(stored)
}

/// A version of the package that dana has uploaded and published privately, not yet inserted.
fn draft(conn: &mut Conn, package: &Package, version: &str) -> Result<VersionRecord> {
    let stored = upload(conn, &format!("{}@{version}", package.id))?;
    Ok(VersionRecord {
        package: package.id.clone(),
        version: of(version),
        publisher: package.publisher.clone(),
        package_type: package.package_type,
        sha256: stored.sha256,
        size: stored.size,
        tier: Tier::Sandbox,
        state: State::Draft,
        availability: Availability::live(),
        visibility: Visibility::Marketplace,
        approved_for: None,
        has_code: true,
        manifest_deps: false,
        permissions: Permissions::from_iter([of("network:api.example.com")]),
        dependencies: BTreeMap::from([(of::<PackageId>("com.acme.base-kit"), "^1.0.0".to_owned())]),
        engines: Engines { protocol: Some("^17".to_owned()), ..Engines::default() },
        bundled: Vec::new(),
        evidence_kind: EvidenceKind::None,
        evidence_key_id: None,
        notes: None,
        policy_version: 1,
        report_sha256: Digest::of("report"),
        approval_sha256: None,
        published_at: at(0),
        published_by: of("dana"),
        decided_at: None,
        decided_by: None,
        held_reason: None,
    })
}

fn documents() -> Documents {
    Documents {
        manifest: "{ \"id\": \"com.acme.linter\" }\n".to_owned(),
        report: "{}".to_owned(),
        listing: Listing::default(),
        evidence: None,
        signature: None,
        approval: None,
        platform_signature: None,
    }
}

/// The version as approved by the gate alone.
fn approved(mut record: VersionRecord) -> VersionRecord {
    record.state = State::Approved;
    record.approved_for = Some(record.visibility);
    record.approval_sha256 = Some(Digest::of("approval"));
    record.decided_at = Some(at(60));
    record
}

/// Publishes an approved marketplace version.
fn publish(conn: &mut Conn, package: &Package, version: &str) -> Result<VersionRecord> {
    let record = approved(draft(conn, package, version)?);
    crate::version::insert(conn, &record, &documents())?;
    Ok(record)
}
