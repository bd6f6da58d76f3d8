use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use diesel::RunQueryDsl as _;
use plimsoll_core::{AccountName, Level, Visibility};

use super::packages::a_document;
use super::parity::lines;
use super::{Result, Sqlite, account, behaviours, linter, of, open, publisher};
use crate::{Config, Conn, Database, MigrateError, Store, StoreError, index, package};

behaviours! {
    what_fails_leaves_nothing_behind
    a_panic_leaves_nothing_behind
    a_reader_cannot_write
    a_reader_sees_one_snapshot
    a_locked_publisher_does_not_change
    concurrent_serials_are_all_different
    migrating_again_changes_nothing
    a_newer_database_is_refused
}

fn there(store: &Store, name: &str) -> Result<bool> {
    Ok(store.read("test", |conn| crate::account::find(conn, &of::<AccountName>(name)))?.is_some())
}

fn what_fails_leaves_nothing_behind(store: &Store) -> Result {
    let failed = store.write("test", |conn| {
        account(conn, "dana")?;
        account(conn, "erin")?;
        account(conn, "erin")
    });
    failed.expect_err("erin is taken");
    assert!(!there(store, "dana")?);
    store.write("test", |conn| account(conn, "dana"))?;
    assert!(there(store, "dana")?);
    Ok(())
}

fn a_panic_leaves_nothing_behind(store: &Store) -> Result {
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        store.write("test", |conn| -> Result {
            account(conn, "dana")?;
            panic!("a use case went wrong, as this test wants");
        })
    }));
    panicked.expect_err("the panic");
    assert!(!there(store, "dana")?);
    store.write("test", |conn| account(conn, "dana"))?;
    assert!(there(store, "dana")?);
    Ok(())
}

fn a_reader_cannot_write(store: &Store) -> Result {
    store.read("test", |conn| account(conn, "dana")).expect_err("only reading");
    assert!(!there(store, "dana")?);
    Ok(())
}

fn a_reader_sees_one_snapshot(store: &Store) -> Result {
    let find = |conn: &mut Conn| crate::account::find(conn, &of::<AccountName>("dana"));
    store.read("test", |conn| {
        assert!(find(conn)?.is_none());
        store.write("test", |conn| account(conn, "dana"))?;
        assert!(find(conn)?.is_none());
        Ok(())
    })
}

fn a_locked_publisher_does_not_change(store: &Store) -> Result {
    let acme = store.write("test", |conn| publisher(conn, "acme"))?;
    let lock = |conn: &mut Conn| Ok::<_, StoreError>(crate::publisher::lock(conn, &acme)?.expect("acme").level);
    let locked = Barrier::new(2);
    std::thread::scope(|scope| {
        let admin = scope.spawn(|| {
            store.write("test", |conn| {
                lock(conn)?;
                locked.wait();
                // Long enough for the other one to have decided, if nothing held it.
                std::thread::sleep(Duration::from_millis(200));
                crate::publisher::set_level(conn, &acme, Level::Trusted)
            })
        });
        locked.wait();
        assert_eq!(store.write("test", lock)?, Level::Trusted);
        assert!(admin.join().expect("no panic")?);
        Ok(())
    })
}

fn concurrent_serials_are_all_different(store: &Store) -> Result {
    let linter = store.write("test", linter)?;
    let mut serials: Vec<Option<u64>> = std::thread::scope(|scope| {
        let next = || {
            store.write("test", |conn| {
                package::lock(conn, &linter.id)?.expect("the linter");
                let before = index::find(conn, &linter.id, Visibility::Org)?;
                let now = a_document(Visibility::Org, before.map_or(0, |before| before.serial) + 1, 60);
                Ok::<_, StoreError>(index::put(conn, &now)?.then_some(now.serial))
            })
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(next)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect::<Result<_>>()
    })?;
    serials.sort_unstable();
    assert_eq!(serials, (1..=16).map(Some).collect::<Vec<_>>());
    Ok(())
}

fn migrating_again_changes_nothing(store: &Store) -> Result {
    store.write("test", |conn| account(conn, "dana"))?;
    store.migrate().expect("nothing to do");
    assert!(there(store, "dana")?);
    Ok(())
}

fn a_newer_database_is_refused(store: &Store) -> Result {
    store.write("test", |conn| {
        let newer = diesel::sql_query("INSERT INTO __diesel_schema_migrations (version) VALUES ('9999')");
        newer.execute(conn).map_err(StoreError::from)
    })?;
    let refused = store.migrate().expect_err("newer");
    assert!(matches!(&refused, MigrateError::Newer(version) if version == "9999"), "{refused:?}");
    Ok(())
}

#[test]
fn two_hundred_writers_of_sqlite_wait_for_each_other() {
    let database = Sqlite::new();
    // A second process on the same file: `plimsoll-server migrate`, say.
    let other = open(Database::Sqlite(database.directory.path().join("plimsoll.db")));
    let start = Barrier::new(200);
    std::thread::scope(|scope| {
        for number in 0..200 {
            let (start, store) = (&start, if number % 20 == 0 { &other } else { &database.store });
            scope.spawn(move || {
                start.wait();
                // Reads before it writes, as every use case does: that is what a transaction that begins as a reader fails at.
                let written = store.write("test", |conn| {
                    let name = format!("account-{number}");
                    assert!(crate::account::find(conn, &of(&name))?.is_none());
                    account(conn, &name)
                });
                written.expect("no writer is turned away");
                store.read("test", |conn| crate::account::find(conn, &of("account-0"))).expect("nor is a reader");
            });
        }
    });
    for number in 0..200 {
        assert!(there(&database.store, &format!("account-{number}")).expect("a read"), "{number}");
    }
}

#[test]
fn processes_that_start_at_once_migrate_once() {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let sqlite = Database::Sqlite(directory.path().join("plimsoll.db"));
    let postgres = super::postgres().map(|postgres| Database::Postgres(postgres.empty_database()));
    for database in std::iter::once(sqlite).chain(postgres) {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| open(database.clone()).migrate().expect("migrations"));
            }
        });
        open(database).write("test", |conn| account(conn, "dana")).expect("the tables are there");
    }
}

#[test]
fn who_loses_against_another_transaction_tries_again() {
    let Some(postgres) = super::postgres() else { return };
    let store = open(Database::Postgres(postgres.database()));
    let publishers = ["acme", "bolt"];
    for name in publishers {
        store.write("test", |conn| publisher(conn, name)).expect("a publisher");
    }
    let met = Arc::new(Barrier::new(2));
    std::thread::scope(|scope| {
        for (first, second) in [(0, 1), (1, 0)] {
            let (store, met) = (&store, &met);
            scope.spawn(move || {
                let mut attempts = 0;
                let done = store.write("test", |conn| -> Result {
                    attempts += 1;
                    crate::publisher::lock(conn, &of(publishers[first]))?;
                    if attempts == 1 {
                        // Now each holds what the other wants.
                        met.wait();
                    }
                    crate::publisher::lock(conn, &of(publishers[second]))?;
                    account(conn, &format!("account-{first}")).map(drop)
                });
                done.expect("tried again");
            });
        }
    });
    for number in 0..2 {
        assert!(there(&store, &format!("account-{number}")).expect("a read"));
    }
}

#[test]
fn who_waits_too_long_for_a_lock_is_told() {
    let Some(postgres) = super::postgres() else { return };
    let store = open(Database::Postgres(postgres.database()));
    let acme = store.write("test", |conn| publisher(conn, "acme")).expect("a publisher");
    let outcome = store.write("holds", |conn| {
        crate::publisher::lock(conn, &acme)?;
        let waits = store.write("waits", |conn| {
            diesel::sql_query("SET LOCAL lock_timeout = 50").execute(conn)?;
            crate::publisher::lock(conn, &acme)
        });
        Ok::<_, StoreError>(waits)
    });
    let waited = outcome.expect("who holds it goes on");
    assert!(matches!(waited, Err(StoreError::Unavailable(_))), "{waited:?}");
}

#[test]
fn a_database_that_is_not_there_is_unavailable() {
    let directory = tempfile::tempdir().expect("a directory");
    let missing = directory.path().join("missing");
    for database in [
        Database::Sqlite(missing.join("plimsoll.db")),
        Database::Postgres(format!("postgres:///plimsoll?host={}", missing.display())),
    ] {
        let config = Config { wait: Duration::from_millis(50), ..Config::new(database) };
        let error = Store::open(&config).err().expect("nothing is there");
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    }
}

#[test]
fn who_waits_too_long_for_a_connection_is_told() {
    let database = Sqlite::new();
    let path = database.directory.path().join("plimsoll.db");
    let config = Config { wait: Duration::from_millis(50), ..Config::new(Database::Sqlite(path)) };
    let store = Store::open(&config).expect("a store");
    let outcome = store.write("outer", |_| store.write("inner", |conn| account(conn, "dana")));
    assert!(matches!(outcome, Err(StoreError::Unavailable(_))), "{outcome:?}");
}

#[test]
fn sqlite_keeps_what_it_acknowledged() {
    let database = Sqlite::new();
    let settings = database.store.write("test", |conn| {
        Ok::<_, StoreError>(lines(
            conn,
            "SELECT j.journal_mode || ' ' || s.synchronous || ' ' || f.foreign_keys AS line \
             FROM pragma_journal_mode j, pragma_synchronous s, pragma_foreign_keys f",
        ))
    });
    // WAL, FULL, ON.
    assert_eq!(settings.expect("the settings"), ["wal 2 1"]);
}

#[test]
fn postgres_speaks_english_where_the_role_may_choose() {
    let Some(postgres) = super::postgres() else { return };
    let url = postgres.empty_database();
    let execute = |sql: &str| {
        let store = open(Database::Postgres(url.clone()));
        let done = store.write("test", |conn| match conn {
            Conn::Postgres(conn) => Ok::<_, StoreError>(diesel::sql_query(sql).execute(conn).map(drop)?),
            Conn::Sqlite(_) => unreachable!("opened above"),
        });
        done.expect(sql);
    };
    // The same language by another name, so that it shows who chose it.
    execute("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET lc_messages = ''POSIX''', current_database()); END $$");
    execute("DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    let spoken = |url: &str| {
        let store = open(Database::Postgres(url.to_owned()));
        let sql = "SELECT current_setting('lc_messages') AS line";
        store.read("test", |conn| Ok::<_, StoreError>(lines(conn, sql))).expect("an answer")
    };
    assert_eq!(spoken(&url), ["C"]);
    assert_eq!(spoken(&url.replace("user=postgres", "user=plain")), ["POSIX"], "and no error");
}
