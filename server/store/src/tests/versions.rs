use diesel::RunQueryDsl as _;
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{Decision, EvidenceKind, Pin};
use plimsoll_core::{Availability, Digest, PackageType, Permissions, State, Tier, Visibility};

use super::{Result, approved, at, behaviours, documents, draft, linter, of, page_size, publish};
use crate::review::Review;
use crate::version::submission;
use crate::version::{QueuePlace, Shown, VersionRecord};
use crate::{Conflict, Conn, Page, Store, StoreError, review, version};

behaviours! {
    a_version_reads_back_whole
    documents_are_kept_to_the_byte
    a_version_is_published_once
    a_version_has_the_type_of_its_package
    an_approved_version_has_an_approval
    a_version_that_changed_meanwhile_is_not_overwritten
    pages_go_from_the_highest_version_down
    a_listed_page_has_approved_marketplace_versions_only
    approved_versions_come_lowest_first
    an_approval_stays_in_force_while_a_wider_one_waits
    the_queue_has_the_oldest_version_first
    a_version_is_found_by_its_artifact
    reviews_read_back
    a_damaged_row_is_named
}

fn numbers(versions: &[VersionRecord]) -> Vec<String> {
    versions.iter().map(|record| record.version.to_string()).collect()
}

fn a_version_reads_back_whole(store: &Store) -> Result {
    let record = store.write("test", |conn| {
        let linter = linter(conn)?;
        let mut record = approved(draft(conn, &linter, "1.0.0-beta.2")?);
        record.availability = Availability {
            status: AvailabilityWord::Deprecated,
            reason: "there is a better one".to_owned(),
            replacement: Some("com.acme.linter2".to_owned()),
        };
        record.bundled = vec![Pin {
            id: of("com.acme.base-kit"),
            version: of("1.2.3"),
            sha256: Digest::of("base-kit"),
            tier: Tier::Declarative,
            permissions: Permissions::default(),
        }];
        record.evidence_kind = EvidenceKind::Statement;
        record.evidence_key_id = Some(of("acme-2026"));
        record.notes = Some("Faster.\n".to_owned());
        record.manifest_deps = true;
        record.decided_by = Some(of("dana"));
        version::insert(conn, &record, &documents())?;
        Ok::<_, StoreError>(record)
    })?;
    assert_eq!(store.read("test", |conn| version::find(conn, &record.package, &record.version))?, Some(record.clone()));
    assert_eq!(store.read("test", |conn| version::find(conn, &record.package, &of("1.0.0")))?, None);
    Ok(())
}

fn documents_are_kept_to_the_byte(store: &Store) -> Result {
    let record = store.write("test", |conn| {
        let linter = linter(conn)?;
        publish(conn, &linter, "1.0.0")
    })?;
    let read = || store.read("test", |conn| version::documents(conn, &record.package, &record.version));
    assert_eq!(read()?, Some(documents()));
    let mut changed = documents();
    changed.manifest = "{\r\n\t\"é\" : 1.0 }\u{feff}".to_owned();
    changed.listing.category = Some(of("quality"));
    changed.evidence = Some("ed25519:acme-2026:AAAA".to_owned());
    changed.signature = Some("ed25519:acme-2026:BBBB".to_owned());
    changed.approval = Some("{\"payload\":\"\"}".to_owned());
    changed.platform_signature = Some("ed25519:registry:AAAA".to_owned());
    for now in [changed, documents()] {
        let set = |conn: &mut Conn| version::set_documents(conn, &record.package, &record.version, &now);
        assert!(store.write("test", set)?);
        assert_eq!(read()?, Some(now));
    }
    Ok(())
}

fn a_version_is_published_once(store: &Store) -> Result {
    let linter = store.write("test", linter)?;
    let outcomes: Vec<Result<VersionRecord>> = std::thread::scope(|scope| {
        let publishers: Vec<_> =
            (0..8).map(|_| scope.spawn(|| store.write("test", |conn| publish(conn, &linter, "1.0.0")))).collect();
        publishers.into_iter().map(|publisher| publisher.join().expect("no panic")).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for error in outcomes.into_iter().filter_map(std::result::Result::err) {
        assert!(error.is_conflict(Conflict::Version), "{error:?}");
    }
    Ok(())
}

fn a_version_has_the_type_of_its_package(store: &Store) -> Result {
    let error = store
        .write("test", |conn| {
            let mut linter = linter(conn)?;
            linter.package_type = PackageType::App;
            publish(conn, &linter, "1.0.0")
        })
        .expect_err("a plugin has no version that is an App");
    assert!(matches!(error, StoreError::Database(_)), "{error:?}");
    Ok(())
}

fn an_approved_version_has_an_approval(store: &Store) -> Result {
    let error = store
        .write("test", |conn| {
            let linter = linter(conn)?;
            let record =
                VersionRecord { approval_sha256: None, approved_for: None, ..approved(draft(conn, &linter, "1.0.0")?) };
            version::insert(conn, &record, &documents())
        })
        .expect_err("approved by nothing");
    assert!(matches!(error, StoreError::Database(_)), "{error:?}");
    Ok(())
}

fn a_version_that_changed_meanwhile_is_not_overwritten(store: &Store) -> Result {
    let seen = store.write("test", |conn| {
        let linter = linter(conn)?;
        let mut record = draft(conn, &linter, "1.0.0")?;
        record.state = State::PendingReview;
        version::insert(conn, &record, &documents())?;
        Ok::<_, StoreError>(record)
    })?;
    let update = |was: &VersionRecord, now: &VersionRecord| store.write("test", |conn| version::update(conn, was, now));
    let approved = approved(seen.clone());
    assert!(update(&seen, &approved)?);
    assert!(!update(&seen, &VersionRecord { state: State::Rejected, ..seen.clone() })?);
    let yanked = Availability { status: AvailabilityWord::Yanked, reason: "broken".to_owned(), replacement: None };
    let yanked = VersionRecord { availability: yanked, ..approved.clone() };
    assert!(update(&approved, &yanked)?);
    assert!(!update(&approved, &approved)?);
    assert!(!update(&VersionRecord { report_sha256: Digest::of("another"), ..yanked.clone() }, &approved)?);
    assert_eq!(store.read("test", |conn| version::find(conn, &seen.package, &seen.version))?, Some(yanked.clone()));
    Ok(())
}

fn pages_go_from_the_highest_version_down(store: &Store) -> Result {
    let linter = store.write("test", |conn| {
        let linter = linter(conn)?;
        for number in ["1.0.0", "1.10.0", "2.0.0-rc.1", "1.9.0", "2.0.0-rc.10", "2.0.0"] {
            publish(conn, &linter, number)?;
        }
        Ok::<_, StoreError>(linter)
    })?;
    let page = |after: Option<&str>| -> Result<Page<VersionRecord>> {
        let after = after.map(of);
        store.read("test", |conn| version::page(conn, &linter.id, Shown::All, after.as_ref(), page_size(4)))
    };
    let first = page(None)?;
    assert_eq!(numbers(&first.items), ["2.0.0", "2.0.0-rc.10", "2.0.0-rc.1", "1.10.0"]);
    assert!(first.more);
    let second = page(Some("1.10.0"))?;
    assert_eq!(numbers(&second.items), ["1.9.0", "1.0.0"]);
    assert!(!second.more);
    Ok(())
}

/// Publishes a version in each state, each once for every visibility: `<state>.<visibility>.0`, counted from 0.
fn every_kind(conn: &mut Conn) -> Result {
    let linter = linter(conn)?;
    for (major, state) in State::ALL.iter().enumerate() {
        for (minor, visibility) in Visibility::ALL.iter().enumerate() {
            let record = draft(conn, &linter, &format!("{major}.{minor}.0"))?;
            let record = VersionRecord { state: *state, visibility: *visibility, ..record };
            let record = if *state == State::Approved { approved(record) } else { record };
            version::insert(conn, &record, &documents())?;
        }
    }
    Ok(())
}

fn a_listed_page_has_approved_marketplace_versions_only(store: &Store) -> Result {
    store.write("test", every_kind)?;
    let page =
        |shown| store.read("test", |conn| version::page(conn, &of("com.acme.linter"), shown, None, page_size(100)));
    assert_eq!(numbers(&page(Shown::Listed)?.items), ["2.2.0"]);
    assert_eq!(page(Shown::All)?.items.len(), State::ALL.len() * Visibility::ALL.len());
    Ok(())
}

fn approved_versions_come_lowest_first(store: &Store) -> Result {
    store.write("test", every_kind)?;
    let found = store.read("test", |conn| version::approved(conn, &of("com.acme.linter")))?;
    assert_eq!(numbers(&found), ["2.0.0", "2.1.0", "2.2.0"]);
    Ok(())
}

fn an_approval_stays_in_force_while_a_wider_one_waits(store: &Store) -> Result {
    let (private, waiting) = store.write("test", |conn| {
        let linter = linter(conn)?;
        let private = approved(VersionRecord { visibility: Visibility::Private, ..draft(conn, &linter, "1.0.0")? });
        version::insert(conn, &private, &documents())?;
        let (state, visibility) = (State::PendingReview, Visibility::Marketplace);
        let waiting = VersionRecord { state, visibility, decided_at: None, ..private.clone() };
        submission::set(conn, &waiting, &documents())?;
        Ok::<_, StoreError>((private, waiting))
    })?;
    let package = &waiting.package;
    let listed = store.read("test", |conn| version::page(conn, package, Shown::Listed, None, page_size(100)))?;
    assert!(listed.items.is_empty());
    assert_eq!(
        store.read("test", |conn| version::queue(conn, None, page_size(100)))?.items,
        std::slice::from_ref(&waiting)
    );
    assert_eq!(store.read("test", |conn| version::approved(conn, package))?, std::slice::from_ref(&private));
    Ok(())
}

fn the_queue_has_the_oldest_version_first(store: &Store) -> Result {
    store.write("test", |conn| {
        let linter = linter(conn)?;
        let theme = super::package(conn, "com.acme.theme", "acme", PackageType::Theme)?;
        for (package, number, seconds) in
            [(&linter, "3.0.0", 1), (&theme, "1.0.0", 2), (&linter, "1.0.0", 2), (&linter, "2.0.0", 2)]
        {
            let record = draft(conn, package, number)?;
            let record = VersionRecord { state: State::PendingReview, published_at: at(seconds), ..record };
            version::insert(conn, &record, &documents())?;
        }
        // By when it was submitted for more, not by when what is in force was published.
        let raised = publish(conn, &linter, "9.0.0")?;
        let waiting = VersionRecord { state: State::PendingReview, published_at: at(2), ..raised.clone() };
        submission::set(conn, &waiting, &documents())?;
        assert_eq!(
            version::find(conn, &raised.package, &raised.version)?,
            Some(raised.clone()),
            "what is in force stays"
        );
        let beside = submission::find(conn, &raised.package, &raised.version)?.expect("beside");
        let waiting = VersionRecord { decided_at: None, ..waiting };
        assert_eq!(beside.upon(raised.clone())?, waiting);
        // What was rejected waits no more.
        let rejected = publish(conn, &linter, "8.0.0")?;
        submission::set(conn, &rejected, &documents())?;
        version::update(conn, &rejected, &VersionRecord { state: State::Rejected, ..rejected.clone() })
    })?;
    let mut place = None;
    let mut seen = Vec::new();
    loop {
        let page = store.read("test", |conn| version::queue(conn, place.as_ref(), page_size(1)))?;
        for record in page.items {
            seen.push(format!("{}@{}", record.package, record.version));
            let VersionRecord { published_at, package, version, .. } = record;
            place = Some(QueuePlace { published_at, package, version });
        }
        if !page.more {
            break;
        }
    }
    let linter = |number| format!("com.acme.linter@{number}");
    let of_linter = ["3.0.0", "1.0.0", "2.0.0", "9.0.0"].map(linter);
    assert_eq!(seen, [&of_linter[..], &["com.acme.theme@1.0.0".to_owned()]].concat());
    Ok(())
}

fn a_version_is_found_by_its_artifact(store: &Store) -> Result {
    let record = store.write("test", |conn| {
        let linter = linter(conn)?;
        publish(conn, &linter, "1.0.0")?;
        publish(conn, &linter, "2.0.0")
    })?;
    assert_eq!(store.read("test", |conn| version::with_artifact(conn, &record.sha256))?, [record]);
    assert_eq!(store.read("test", |conn| version::with_artifact(conn, &Digest::of("nothing")))?, []);
    Ok(())
}

fn reviews_read_back(store: &Store) -> Result {
    let record = store.write("test", |conn| {
        let linter = linter(conn)?;
        publish(conn, &linter, "1.0.0")
    })?;
    let review = |id: &str, seconds, decision| Review {
        id: id.to_owned(),
        package: record.package.clone(),
        version: record.version.clone(),
        account: of("dana"),
        decision,
        reason: "read it all".to_owned(),
        sha256: record.sha256,
        report_sha256: record.report_sha256,
        created_at: at(seconds),
    };
    let (old, new) = (review("z", 1, Decision::Reject), review("a", 2, Decision::Approve));
    store.write("test", |conn| {
        review::insert(conn, &new)?;
        review::insert(conn, &old)
    })?;
    assert_eq!(store.read("test", |conn| review::list(conn, &record.package, &record.version))?, [old, new]);
    Ok(())
}

fn a_damaged_row_is_named(store: &Store) -> Result {
    let record = store.write("test", |conn| {
        let linter = linter(conn)?;
        let record = publish(conn, &linter, "1.0.0")?;
        diesel::sql_query("UPDATE version SET permissions = '[{\"kind\":\"magic\"}]'").execute(conn)?;
        Ok::<_, StoreError>(record)
    })?;
    let error = store.read("test", |conn| version::find(conn, &record.package, &record.version)).expect_err("damaged");
    let StoreError::Corrupt { table, key, column } = error else { panic!("{error:?}") };
    assert_eq!((table, key.as_str(), column), ("version", "com.acme.linter@1.0.0", "permissions"));
    Ok(())
}
