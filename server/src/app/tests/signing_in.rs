//! What a password opens, and what ends when there is another one.

use std::sync::Barrier;
use std::time::Duration;

use plimsoll_core::access::Denied;
use plimsoll_core::{AccountName, Email};
use plimsoll_store::{Conn, StoreError, token};

use super::people::Verified;
use super::*;
use crate::app::devices::{Answer, Begun};
use crate::clock::Ids as _;

const FROM: &str = "192.0.2.7";
const CLIENT: &str = "objectstack-cli";

/// A person, `pia`, with a password.
struct Pia<'w> {
    world: &'w World,
    password: String,
}

impl<'w> Pia<'w> {
    fn join(world: &'w World) -> Self {
        let new = wire::NewAccount { name: Self::name(), roles: [].into(), email: Some(Self::email()) };
        accounts::create_account(&world.app, &world.caller("admin"), new).expect("an account");
        let pia = Self { world, password: RandomIds.id() };
        pia.set(&pia.password);
        pia
    }

    fn name() -> AccountName {
        of("pia")
    }

    fn email() -> Email {
        of("pia@example.org")
    }

    /// The administrator sets a password.
    fn set(&self, password: &str) {
        let set = wire::SetPassword { password: of(password), present_password: None };
        people::set_password(&self.world.app, &self.world.caller("admin"), &Self::name(), &set, FROM).expect("set");
    }

    fn verified(&self) -> Verified {
        people::check(&self.world.app, &Self::email(), &of(&self.password), FROM).expect("the password")
    }

    /// The secret of a session at the web page.
    fn at_the_page(&self) -> String {
        let cookie = sessions::begin_web(&self.world.app, &self.world.caller(""), None, &self.verified());
        cookie.expect("a session at the page").secret
    }
}

fn begin(world: &World) -> Begun {
    devices::begin(&world.app, CLIENT, FROM).expect("begun")
}

fn ask(world: &World, device: &Begun) -> Answer {
    devices::ask(&world.app, &world.caller(""), &device.device_code, CLIENT).expect("an answer")
}

fn refused<T>(outcome: &Result<T>) -> bool {
    matches!(outcome, Err(Error::SignInRefused))
}

#[test]
fn another_password_ends_an_approval_that_no_device_has_collected() {
    let world = World::new();
    let pia = Pia::join(&world);
    let (collected, late, pending) = (begin(&world), begin(&world), begin(&world));
    let secret = pia.at_the_page();
    let approve =
        |device: &Begun| devices::decide(&world.app, &world.caller("pia"), &secret, &device.user_code, true).map(drop);
    approve(&collected).expect("approved");
    approve(&late).expect("approved");
    assert!(matches!(ask(&world, &collected), Answer::Granted(_)));
    pia.set(&RandomIds.id());
    assert!(matches!(ask(&world, &late), Answer::Unknown));
    // Nor does the page approve any more for whom it still had signed in when the request came.
    assert!(matches!(approve(&pending), Err(Error::CredentialsInvalid)));
    assert!(matches!(ask(&world, &pending), Answer::Pending));
}

#[test]
fn nothing_begins_by_a_password_that_was_right_a_moment_ago() {
    let world = World::new();
    let pia = Pia::join(&world);
    let verified = pia.verified();
    pia.set(&RandomIds.id());
    let caller = world.caller("");
    assert!(refused(&sessions::begin_verified(&world.app, &caller, &verified)));
    assert!(refused(&sessions::begin_web(&world.app, &caller, None, &verified)));
}

#[test]
fn a_session_that_begins_while_something_ends_all_of_them_is_refused() {
    type Reason = fn(&mut Conn) -> std::result::Result<bool, StoreError>;
    let reasons: [Reason; 3] = [
        |conn| account::set_password(conn, &Pia::name(), "another hash"),
        |conn| account::set_email(conn, &Pia::name(), &of("pia@example.com")),
        |conn| account::set_disabled(conn, &Pia::name(), Some(of("2026-11-20T09:30:00Z"))),
    ];
    for reason in reasons {
        let Some(world) = World::on_postgres() else { return };
        let (app, pia) = (&world.app, Pia::join(&world));
        let verified = pia.verified();
        let ending = Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let ended = app.store.write("end", |conn| {
                    assert!(reason(conn)?);
                    people::end_sign_ins(app, conn, &Pia::name())?;
                    ending.wait();
                    // Long enough for the other one to come between.
                    std::thread::sleep(Duration::from_millis(300));
                    Ok::<_, Error>(())
                });
                ended.expect("ended");
            });
            ending.wait();
            assert!(refused(&sessions::begin_verified(app, &world.caller(""), &verified)));
        });
    }
}

#[test]
fn a_person_says_the_password_until_now_to_change_it() {
    let world = World::new();
    let pia = Pia::join(&world);
    let change = |present: &str| {
        let set = wire::SetPassword { password: of(&RandomIds.id()), present_password: Some(of(present)) };
        people::set_password(&world.app, &world.caller("pia"), &Pia::name(), &set, FROM)
    };
    assert!(change(&pia.password).is_ok());
    assert!(matches!(change(&pia.password), Err(Error::Denied(Denied::NotAllowed(_)))));
}

#[test]
fn signing_in_forgets_the_sessions_that_have_expired() {
    let world = World::new();
    let pia = Pia::join(&world);
    let sign_in = || sessions::begin_verified(&world.app, &world.caller(""), &pia.verified()).expect("a session");
    let sessions = || {
        let page = world.app.store.read("test", |conn| token::page(conn, Some(&Pia::name()), None, of("100")));
        page.map_err(Error::from).expect("tokens").items.len()
    };
    sign_in();
    sign_in();
    assert_eq!(sessions(), 2);
    world.clock.0.store(sessions::SESSION_SECONDS, Ordering::SeqCst);
    sign_in();
    assert_eq!(sessions(), 1);
}

#[test]
fn devices_that_have_expired_keep_no_others_from_waiting() {
    let world = World::new();
    // Each from an address of its own, as each address begins few.
    let begin = |number: u32| devices::begin(&world.app, CLIENT, &format!("device {number}"));
    assert!((0..1000).all(|number| begin(number).is_ok()));
    assert!(matches!(begin(1000), Err(Error::TooMany { .. })));
    world.clock.0.store(devices::EXPIRES_SECONDS, Ordering::SeqCst);
    assert!(begin(1001).is_ok());
}

#[test]
fn a_code_that_nothing_waits_for_is_answered_while_somebody_else_writes() {
    let world = World::new();
    let expired = begin(&world);
    world.clock.0.store(devices::EXPIRES_SECONDS, Ordering::SeqCst);
    let unknown = Begun { device_code: RandomIds.id(), user_code: of("BCDF-GHJK") };
    // SQLite has one writer, and this is it.
    let writing = world.app.store.write("test", |_| {
        assert!(matches!(ask(&world, &unknown), Answer::Unknown));
        assert!(matches!(ask(&world, &expired), Answer::Expired));
        Ok::<_, Error>(())
    });
    writing.expect("written");
}
