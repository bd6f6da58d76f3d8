use plimsoll_core::Digest;
use plimsoll_core::wire::StoredArtifact;

use super::{Result, account, at, behaviours, linter, of, publish};
use crate::artifact::Unused;
use crate::{Conn, Store, StoreError, artifact};

behaviours! {
    the_same_bytes_are_recorded_once
    only_who_brought_the_bytes_has_them
    uploads_of_the_same_bytes_at_once_are_no_conflict
    a_lease_is_never_shortened
    what_a_version_has_is_kept
    what_an_account_keeps_unused_is_counted
}

fn stored(bytes: &str) -> StoredArtifact {
    StoredArtifact { sha256: Digest::of(bytes), size: bytes.len() as u64 }
}

fn record(store: &Store, bytes: &str, lease_expires_at: i64) -> Result<bool> {
    store.write("test", |conn| artifact::record(conn, &stored(bytes), &of("dana"), at(0), at(lease_expires_at)))
}

fn the_same_bytes_are_recorded_once(store: &Store) -> Result {
    store.write("test", |conn| account(conn, "dana"))?;
    assert!(record(store, "bytes", 60)?);
    assert!(!record(store, "bytes", 60)?);
    assert_eq!(
        store.read("test", |conn| artifact::find_uploaded(conn, &Digest::of("bytes"), &of("dana")))?,
        Some(stored("bytes"))
    );
    assert_eq!(store.read("test", |conn| artifact::find_uploaded(conn, &Digest::of("other"), &of("dana")))?, None);
    Ok(())
}

fn only_who_brought_the_bytes_has_them(store: &Store) -> Result {
    store.write("test", |conn| {
        account(conn, "dana")?;
        account(conn, "erin")
    })?;
    let has = |name: &str| {
        store
            .read("test", |conn| artifact::find_uploaded(conn, &Digest::of("bytes"), &of(name)))
            .map(|found| found.is_some())
    };
    assert!(record(store, "bytes", 60)?);
    assert_eq!((has("dana")?, has("erin")?), (true, false));
    let again = |conn: &mut Conn| artifact::record(conn, &stored("bytes"), &of("erin"), at(5), at(60));
    assert!(store.write("test", again)?, "that the registry has the bytes already is not for erin to know");
    assert_eq!((has("dana")?, has("erin")?), (true, true));
    Ok(())
}

fn uploads_of_the_same_bytes_at_once_are_no_conflict(store: &Store) -> Result {
    store.write("test", |conn| account(conn, "dana"))?;
    let new: Vec<bool> = std::thread::scope(|scope| {
        let uploads: Vec<_> = (0..8).map(|_| scope.spawn(|| record(store, "bytes", 60))).collect();
        uploads.into_iter().map(|upload| upload.join().expect("no panic")).collect::<Result<_>>()
    })?;
    assert_eq!(new.iter().filter(|new| **new).count(), 1);
    Ok(())
}

fn a_lease_is_never_shortened(store: &Store) -> Result {
    store.write("test", |conn| account(conn, "dana"))?;
    for lease_expires_at in [60, 120, 30] {
        record(store, "bytes", lease_expires_at)?;
    }
    let unreferenced = |now| store.read("test", |conn| artifact::unreferenced(conn, at(now), 10));
    assert_eq!(unreferenced(120)?, []);
    assert_eq!(unreferenced(121)?, [Digest::of("bytes")]);
    assert!(!store.write("test", |conn| artifact::remove(conn, &Digest::of("bytes"), at(120)))?);
    assert!(store.write("test", |conn| artifact::remove(conn, &Digest::of("bytes"), at(121)))?);
    assert_eq!(store.read("test", |conn| artifact::find_uploaded(conn, &Digest::of("bytes"), &of("dana")))?, None);
    Ok(())
}

fn what_a_version_has_is_kept(store: &Store) -> Result {
    let record = store.write("test", |conn| {
        let linter = linter(conn)?;
        publish(conn, &linter, "1.0.0")
    })?;
    let long_after = at(1_000_000);
    assert_eq!(store.read("test", |conn| artifact::unreferenced(conn, long_after, 10))?, []);
    assert!(!store.write("test", |conn| artifact::remove(conn, &record.sha256, long_after))?);
    let missing = store.write("test", |conn| {
        let linter = crate::package::find(conn, &record.package)?.expect("the package");
        let mut other = super::draft(conn, &linter, "2.0.0")?;
        other.sha256 = Digest::of("never uploaded");
        crate::version::insert(conn, &other, &super::documents())
    });
    assert!(matches!(missing, Err(StoreError::Database(_))), "{missing:?}");
    Ok(())
}

fn what_an_account_keeps_unused_is_counted(store: &Store) -> Result {
    store.write("test", |conn| {
        let package = linter(conn)?;
        account(conn, "erin")?;
        publish(conn, &package, "1.0.0").map(drop)
    })?;
    let unused = |name: &str| store.read("test", |conn| artifact::unused(conn, &of(name)));
    assert_eq!(unused("dana")?, Unused { count: 0, bytes: 0 }, "a version has it");
    record(store, "four", 60)?;
    record(store, "seventeen", 0)?;
    assert_eq!(unused("dana")?, Unused { count: 2, bytes: 13 }, "also when its lease is over, until it is collected");
    assert_eq!(unused("erin")?, Unused { count: 0, bytes: 0 });
    Ok(())
}
