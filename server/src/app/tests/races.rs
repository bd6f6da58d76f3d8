//! Two at once, on PostgreSQL: SQLite has one writer.

use std::sync::Barrier;
use std::time::Duration;

use plimsoll_core::Availability;
use plimsoll_store::{index as indexes, package, version};

use super::*;

/// Blocks a version while another transaction makes the index anew, which began to before the block was there.
fn block_during(world: &World, anew: impl Fn(&mut plimsoll_store::Conn) -> Result<()> + Sync) {
    let app = &world.app;
    let blocking = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let blocked = app.store.write("block", |conn| {
                let was = version::find(conn, &theme(), &of("1.0.0"))?.expect("the version");
                let reason = "malware".to_owned();
                let availability = Availability { status: AvailabilityWord::Blocked, reason, replacement: None };
                assert!(version::update(conn, &was, &version::VersionRecord { availability, ..was.clone() })?);
                assert!(package::lock(conn, &theme())?.is_some());
                blocking.wait();
                // Long enough for the other one to have read what there was before.
                std::thread::sleep(Duration::from_millis(300));
                shelf::refresh(app, conn, &theme())
            });
            blocked.expect("blocked");
        });
        blocking.wait();
        app.store.write("anew", |conn| anew(conn)).expect("made anew");
    });
}

#[test]
fn a_block_is_not_lost_to_another_change_of_the_package() {
    let Some(world) = World::on_postgres() else { return };
    world.list("1.0.0");
    block_during(&world, |conn| shelf::refresh(&world.app, conn, &theme()));
    assert_eq!(world.index("gil")["1.0.0"], "blocked");
}

#[test]
fn a_block_is_not_lost_to_the_renewal_of_an_index() {
    let Some(world) = World::on_postgres() else { return };
    world.list("1.0.0");
    let before = world.app.store.read("test", |conn| indexes::find(conn, &theme(), Visibility::Marketplace));
    let before = before.map_err(Error::from).expect("a read").expect("an index");
    block_during(&world, |conn| shelf::renew_index(&world.app, conn, &before).map(drop));
    assert_eq!(world.index("gil")["1.0.0"], "blocked");
}

#[test]
fn an_app_is_not_approved_over_a_block_of_what_it_bundles() {
    let Some(world) = World::on_postgres() else { return };
    let tax = world.list_tax("1.0.0");
    let waiting = world.publish_books("1.0.0");
    let (app, blocking) = (&world.app, Barrier::new(2));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let blocked = app.store.write("block", |conn| {
                let was = version::find(conn, &tax.package, &tax.version)?.expect("the version");
                let now = version::VersionRecord { availability: Availability::blocked("malware"), ..was.clone() };
                assert!(version::update(conn, &was, &now)?);
                blocking.wait();
                // Long enough for the gate to have found what there was before.
                std::thread::sleep(Duration::from_millis(300));
                super::super::taken_back::hold_bundling(app, conn, &world.caller("rita"), &now)
            });
            blocked.expect("blocked");
        });
        blocking.wait();
        assert_eq!(conflict(world.try_review("rita", &waiting, Decision::Approve)), ProblemCode::ReviewStale);
    });
    assert_eq!(world.offered(), Vec::<String>::new());
}

#[test]
fn processes_that_start_a_registry_at_once_make_one_administrator() {
    let Some(postgres) = postgres() else { return };
    let directory = tempfile::tempdir().expect("a temporary directory");
    let key_file = directory.path().join("key.pem");
    let key = SigningKey::generate(Algorithm::Ed25519).expect("a key").to_pem().expect("pem");
    std::fs::write(&key_file, key.as_bytes()).expect("written");
    // The moment between looking and making is short: so they meet more than once.
    for _ in 0..4 {
        let url = postgres.database();
        let start = Barrier::new(8);
        let open = |process: usize| {
            let (data_dir, key_file) = (directory.path().join(process.to_string()), Some(key_file.clone()));
            let config = Config { data_dir, key_file, database: database(&url), ..Config::default() };
            start.wait();
            App::open(config).expect("a registry").admin_token
        };
        let tokens = std::thread::scope(|scope| {
            let processes: Vec<_> = (0..8)
                .map(|process| {
                    scope.spawn({
                        let open = &open;
                        move || open(process)
                    })
                })
                .collect();
            processes.into_iter().filter_map(|process| process.join().expect("no panic")).count()
        });
        assert_eq!(tokens, 1);
    }
}
