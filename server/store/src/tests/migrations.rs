//! What becomes of a registry that was there before the newest migrations.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection as _;
use diesel_migrations::MigrationHarness as _;
use plimsoll_core::access::{Role, TokenScope};
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::Offset;
use plimsoll_core::wire::{EvidenceKind, Listing, Translation};
use plimsoll_core::{AccountName, Digest, State, Tier, Version, Visibility};

use super::{Result, at, of, open, page_size, postgres};
use crate::migrate::{POSTGRES, SQLITE};
use crate::version::submission;
use crate::{Conn, Store, StoreError, account, catalog, index, namespace, package, publisher, token, version};

/// The migrations that the old registry has: 0001 and 0002.
const OLD: usize = 2;

/// Makes two tests of each behaviour, which is a function of an old registry that was brought to the newest shape.
macro_rules! upgrades {
    ($($name:ident)+) => {
        mod sqlite {
            $(#[test]
            fn $name() {
                let directory = tempfile::tempdir().expect("a temporary directory");
                let store = super::open(crate::Database::Sqlite(directory.path().join("plimsoll.db")));
                super::$name(&super::upgraded(store)).expect("no error of the store");
            })+
        }

        mod postgres {
            $(#[test]
            fn $name() {
                if let Some(postgres) = super::postgres() {
                    let store = super::open(crate::Database::Postgres(postgres.empty_database()));
                    super::$name(&super::upgraded(store)).expect("no error of the store");
                }
            })+
        }
    };
}

upgrades! {
    what_waits_beside_an_approval_gets_a_row_of_its_own
    what_waits_without_an_approval_stays_as_it_is
    a_package_keeps_the_namespace_that_was_approved_first
    another_package_of_the_publisher_keeps_its_namespace
    only_what_is_in_the_marketplace_has_a_namespace
    words_of_the_platform_are_freed
    a_listing_keeps_every_part
    a_publisher_is_founded_by_whom_the_audit_names
    accounts_and_tokens_stay_good
    lists_go_on_with_what_they_show
    index_documents_go_on_from_their_serials
}

/// The old registry, brought to the newest shape.
fn upgraded(store: Store) -> Store {
    store
        .write("test", |conn| {
            for _ in 0..OLD {
                match conn {
                    Conn::Sqlite(conn) => drop(conn.run_next_migration(SQLITE).expect("a migration")),
                    Conn::Postgres(conn) => drop(conn.run_next_migration(POSTGRES).expect("a migration")),
                }
            }
            fill(conn);
            Ok::<_, StoreError>(())
        })
        .expect("the old registry");
    store.migrate().expect("the newer migrations");
    store
}

fn execute(conn: &mut Conn, sql: &str) {
    match conn {
        Conn::Sqlite(conn) => conn.batch_execute(sql),
        Conn::Postgres(conn) => conn.batch_execute(sql),
    }
    .expect(sql);
}

/// So many seconds after the beginning of the test, as a column has it.
fn micros(seconds: i64) -> i64 {
    at(seconds).as_micros()
}

/// Writes what the program of that time could have written.
fn fill(conn: &mut Conn) {
    let (start, later, secret) = (micros(0), micros(3600), Digest::of("secret"));
    execute(
        conn,
        &format!(
            "INSERT INTO account (name, created_at) VALUES ('dana', {start});
             INSERT INTO account_role (account, role) VALUES ('dana', 'reviewer');
             INSERT INTO token (id, account, secret_sha256, scopes, created_at, expires_at)
             VALUES ('t1', 'dana', '{secret}', 'publish read', {start}, {later});
             INSERT INTO audit_event (id, at, actor, action, publisher, request_id, detail)
             VALUES ('e1', {start}, 'dana', 'publisher.created', 'acme', 'r1', '{{}}'),
                    ('e2', {start}, 'registry', 'publisher.created', 'rival', 'r2', '{{}}'),
                    ('e3', {later}, 'dana', 'publisher.member', 'rival', 'r3', '{{}}');
             INSERT INTO publisher (name, level, created_at)
             VALUES ('acme', 'verified', {start}), ('rival', 'verified', {start});"
        ),
    );
    for (id, publisher) in [
        ("com.acme.crm", "acme"),
        ("com.acme.crm-tools", "acme"),
        ("com.acme.report", "acme"),
        ("com.acme.inside", "acme"),
        ("com.rival.words", "rival"),
    ] {
        execute(
            conn,
            &format!(
                "INSERT INTO package (id, publisher, type, default_visibility, index_serial, created_at, updated_at)
                 VALUES ('{id}', '{publisher}', 'plugin', 'private', 1, {start}, {start});"
            ),
        );
    }
    execute(
        conn,
        "UPDATE package SET display_name = 'Acme''s \"CRM\"', description = 'Customers.', category = 'crm',
         readme = '# CRM', icon = 'https://acme.example/crm.svg' WHERE id = 'com.acme.crm';
         UPDATE package SET display_name = 'Tools' WHERE id = 'com.acme.crm-tools';",
    );
    for old in [
        // The number of a version says nothing of when it was approved, and a narrower approval takes no namespace.
        Old { decided: Some(10), approved_for: Some("org"), ..Old::new("com.acme.crm", "0.9.0", "sales") },
        Old { decided: Some(20), ..Old::new("com.acme.crm", "2.0.0", "crm") },
        Old { decided: Some(30), ..Old::new("com.acme.crm", "1.1.0", "sales") },
        Old { decided: Some(40), ..Old::new("com.acme.crm-tools", "1.0.0", "crm") },
        // Raised from its organisation to the marketplace, which waits for a reviewer.
        Old {
            state: "pending_review",
            approved_for: Some("org"),
            decided: None,
            ..Old::new("com.acme.report", "1.0.0", "crm")
        },
        Old {
            state: "pending_review",
            approved_for: None,
            decided: None,
            ..Old::new("com.acme.report", "2.0.0", "crm")
        },
        Old { decided: Some(50), approved_for: Some("private"), ..Old::new("com.acme.inside", "1.0.0", "crm") },
        Old { publisher: "rival", decided: Some(60), ..Old::new("com.rival.words", "1.0.0", "sys") },
    ] {
        old.insert(conn);
    }
    execute(
        conn,
        &format!(
            r##"UPDATE version_document SET listing = '{{"tagline":"Who buys","readme":"# CRM","license":"MIT",
                "homepageUrl":"https://acme.example/it''s","icon":"data:image/png;base64,AAAA",
                "translations":{{"de":{{"readme":"# CRM","tagline":"Wer kauft"}}}}}}'
             WHERE package = 'com.acme.crm' AND version = '2.0.0';
             INSERT INTO catalog_entry (package, version, tier, display_name, updated_at) VALUES
             ('com.acme.crm', '2.0.0', 'sandbox', 'CRM', {start}), ('com.acme.crm-tools', '1.0.0', 'sandbox', 'T', {start});
             INSERT INTO index_document (package, audience, serial, body, etag, issued_at, expires_at) VALUES
             ('com.acme.crm', 'private', 7, 'body', 'etag', {start}, {later}),
             ('com.acme.crm', 'marketplace', 7, 'body', 'etag', {start}, {later});"##
        ),
    );
    execute(
        conn,
        &format!(
            "INSERT INTO namespace (namespace, publisher, package, since) VALUES
             ('crm', 'acme', 'com.acme.crm', {}), ('sales', 'acme', 'com.acme.crm', {}),
             ('sys', 'rival', 'com.rival.words', {});",
            micros(20),
            micros(30),
            micros(60)
        ),
    );
}

/// A version in the shape of the old tables.
#[derive(Clone, Copy)]
struct Old {
    package: &'static str,
    version: &'static str,
    namespace: &'static str,
    publisher: &'static str,
    state: &'static str,
    approved_for: Option<&'static str>,
    /// In seconds after the beginning.
    decided: Option<i64>,
}

impl Old {
    /// A version of acme, approved for the marketplace.
    fn new(package: &'static str, version: &'static str, namespace: &'static str) -> Self {
        let (state, approved_for) = ("approved", Some("marketplace"));
        Self { package, version, namespace, publisher: "acme", state, approved_for, decided: Some(0) }
    }

    fn insert(self, conn: &mut Conn) {
        let Self { package, version, namespace, publisher, state, .. } = self;
        let bytes = if matches!(conn, Conn::Sqlite(_)) { "BLOB" } else { "BYTEA" };
        let quoted = |word: Option<String>| word.map_or("NULL".to_owned(), |word| format!("'{word}'"));
        let approved_for = quoted(self.approved_for.map(str::to_owned));
        let approval = quoted(self.approved_for.map(|_| Digest::of("approval").to_string()));
        let decided = self.decided.map_or("NULL".to_owned(), |seconds| micros(seconds).to_string());
        let visibility = match self.state {
            "approved" => self.approved_for.expect("an approval is for somebody"),
            _ => "marketplace",
        };
        let (sha256, report, start) = (Digest::of(format!("{package}@{version}")), Digest::of("report"), micros(0));
        // A manifest may have the escape of a character that no text of PostgreSQL has.
        let manifest = format!(r#"{{"id":"{package}","description":"\u0000 \\u0000","namespace":"{namespace}"}}"#);
        execute(
            conn,
            &format!(
                "INSERT INTO artifact (sha256, size, created_at, lease_expires_at) VALUES ('{sha256}', 1, {start}, {start});
                 INSERT INTO version (package, version, sort_key, publisher, type, sha256, size, tier, state, availability,
                     availability_reason, visibility, approved_for, has_code, manifest_deps, permissions, dependencies,
                     engines, bundled, evidence_kind, notes, policy_version, report_sha256, approval_sha256, published_at,
                     published_by, decided_at)
                 VALUES ('{package}', '{version}', CAST('{version}' AS {bytes}), '{publisher}', 'plugin', '{sha256}', 1,
                     'sandbox', '{state}', 'live', '', '{visibility}', {approved_for}, FALSE, FALSE, '[]', '{{}}', '{{}}',
                     '[]', 'hosted', 'Notes.', 1, '{report}', {approval}, {start}, 'dana', {decided});
                 INSERT INTO version_document (package, version, manifest, report, listing, evidence, approval)
                 VALUES ('{package}', '{version}', '{manifest}', 'report', '{{\"tagline\":\"New\"}}', 'evidence',
                     'approval');"
            ),
        );
    }
}

fn what_waits_beside_an_approval_gets_a_row_of_its_own(store: &Store) -> Result {
    store.read("test", |conn| {
        let (id, number) = (of("com.acme.report"), of("1.0.0"));
        let in_force = version::find(conn, &id, &number)?.expect("the version");
        let beside = submission::find(conn, &id, &number)?.expect("what waits");
        let waits = beside.upon(in_force.clone())?;
        let documents = beside.documents_upon(version::documents(conn, &id, &number)?.expect("documents"))?;
        assert_eq!((waits.visibility, waits.tier), (Visibility::Marketplace, Tier::Sandbox));
        assert_eq!((waits.evidence_kind, waits.notes.as_deref()), (EvidenceKind::Hosted, Some("Notes.")));
        assert_eq!((waits.report_sha256, waits.published_at), (Digest::of("report"), at(0)));
        assert_eq!((documents.report.as_str(), documents.evidence.as_deref()), ("report", Some("evidence")));
        assert_eq!(documents.listing.tagline.as_deref(), Some("New"));
        assert_eq!((in_force.state, in_force.visibility), (State::Approved, Visibility::Org));
        assert_eq!((in_force.approved_for, in_force.decided_at), (Some(Visibility::Org), Some(at(0))));
        assert_eq!((in_force.approval_sha256, in_force.held_reason), (Some(Digest::of("approval")), None));
        Ok(())
    })
}

fn what_waits_without_an_approval_stays_as_it_is(store: &Store) -> Result {
    store.read("test", |conn| {
        let (id, number): (_, Version) = (of("com.acme.report"), of("2.0.0"));
        assert!(submission::find(conn, &id, &number)?.is_none());
        let waits = version::find(conn, &id, &number)?.expect("the version");
        assert_eq!((waits.state, waits.visibility), (State::PendingReview, Visibility::Marketplace));
        assert_eq!((waits.approved_for, waits.decided_at), (None, None));
        Ok(())
    })
}

/// The namespace that a package is noted with.
fn noted(store: &Store, id: &str) -> Result<Option<String>> {
    store.read("test", |conn| Ok(namespace::of_package(conn, &of(id))?.map(|name| name.to_string())))
}

/// Who holds a namespace.
fn holder(store: &Store, name: &str) -> Result<Option<String>> {
    store.read("test", |conn| Ok(namespace::find(conn, &of(name))?.map(|holder| holder.publisher.to_string())))
}

fn a_package_keeps_the_namespace_that_was_approved_first(store: &Store) -> Result {
    assert_eq!(noted(store, "com.acme.crm")?.as_deref(), Some("crm"));
    assert_eq!(holder(store, "crm")?.as_deref(), Some("acme"));
    assert_eq!(holder(store, "sales")?.as_deref(), Some("acme"), "the publisher keeps the other one");
    Ok(())
}

fn another_package_of_the_publisher_keeps_its_namespace(store: &Store) -> Result {
    assert_eq!(noted(store, "com.acme.crm-tools")?.as_deref(), Some("crm"));
    Ok(())
}

fn only_what_is_in_the_marketplace_has_a_namespace(store: &Store) -> Result {
    assert_eq!(noted(store, "com.acme.inside")?, None);
    assert_eq!(noted(store, "com.acme.report")?, None);
    Ok(())
}

fn words_of_the_platform_are_freed(store: &Store) -> Result {
    assert_eq!(holder(store, "sys")?, None);
    assert_eq!(noted(store, "com.rival.words")?, None);
    Ok(())
}

fn a_listing_keeps_every_part(store: &Store) -> Result {
    let listing =
        |id: &str| store.read("test", |conn| Ok::<_, StoreError>(package::find(conn, &of(id))?.expect(id).listing));
    let full = Listing {
        display_name: Some("Acme's \"CRM\"".to_owned()),
        description: Some("Customers.".to_owned()),
        category: Some(of("crm")),
        readme: Some("# CRM".to_owned()),
        icon: Some("https://acme.example/crm.svg".to_owned()),
        ..Listing::default()
    };
    assert_eq!(listing("com.acme.crm")?, full);
    assert_eq!(
        listing("com.acme.crm-tools")?,
        Listing { display_name: Some("Tools".to_owned()), ..Listing::default() }
    );
    assert_eq!(listing("com.acme.report")?, Listing::default());
    Ok(())
}

fn accounts_and_tokens_stay_good(store: &Store) -> Result {
    store.read("test", |conn| {
        let dana = account::find(conn, &of::<AccountName>("dana"))?.expect("dana");
        assert_eq!((dana.roles, dana.email, dana.disabled_at), (BTreeSet::from([Role::Reviewer]), None, None));
        let token = token::find_by_secret(conn, &Digest::of("secret"))?.expect("the token");
        assert_eq!((token.id.as_str(), token.expires_at), ("t1", at(3600)));
        assert_eq!(token.scopes, BTreeSet::from([TokenScope::Publish, TokenScope::Read]));
        assert_eq!((token.revoked_at, token.session), (None, false));
        Ok(())
    })
}

fn a_publisher_is_founded_by_whom_the_audit_names(store: &Store) -> Result {
    let founded = store.read("test", |conn| publisher::founded_by(conn, &of("dana")))?;
    assert_eq!(founded, [of("acme")]);
    Ok(())
}

fn lists_go_on_with_what_they_show(store: &Store) -> Result {
    let query = catalog::Query {
        catalog: Catalog::Contributions,
        q: None,
        package_type: None,
        category: None,
        after: None,
        offset: Offset::default(),
        size: page_size(50),
    };
    let offers = store.read("test", |conn| catalog::offers(conn, &query))?.items;
    let de = Translation { tagline: Some("Wer kauft".to_owned()), ..Translation::default() };
    assert_eq!(
        offers[0].listing,
        Listing {
            tagline: Some("Who buys".to_owned()),
            homepage_url: Some("https://acme.example/it's".to_owned()),
            license: Some("MIT".to_owned()),
            icon: Some("data:image/png;base64,".to_owned()),
            translations: Some([(of("de"), de)].into()),
            ..Listing::default()
        }
    );
    assert_eq!(offers[1].listing, Listing { tagline: Some("New".to_owned()), ..Listing::default() });
    Ok(())
}

fn index_documents_go_on_from_their_serials(store: &Store) -> Result {
    let find = |audience| store.read("test", |conn| index::find(conn, &of("com.acme.crm"), audience));
    let (public, inside) =
        (find(Visibility::Marketplace)?.expect("public"), find(Visibility::Private)?.expect("inside"));
    assert_eq!((public.serial, public.shows_sha256, public.expires_at), (7, None, at(3600)));
    assert_eq!((inside.serial, inside.expires_at), (7, at(0)), "it is renewed when it is asked for");
    Ok(())
}
