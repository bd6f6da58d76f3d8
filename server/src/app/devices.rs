//! Signing in a device that has no browser, by a person who has one: the device authorization grant (RFC 8628).
//!
//! The device gets two codes: one by which it asks for its token, kept here as a digest alone, and a short one that a person,
//! signed in at the web page, types or compares before saying yes.

use std::fmt;
use std::str::FromStr;

use plimsoll_core::access::{Action, TokenScope};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{AccountName, Digest, InvalidText, Timestamp};
use plimsoll_store::device::{self, Decision, Device};
use plimsoll_store::{Conn, account, web_session};
use serde_json::json;

use super::record::{self, About};
use super::sessions::{self, Session};
use super::{Caller, Error, Result};
use crate::App;
use crate::clock::Ids;
use crate::throttle::Attempt;

/// How long a device may wait to be signed in.
pub const EXPIRES_SECONDS: i64 = 10 * 60;
/// How long a device waits between two questions.
pub const INTERVAL_SECONDS: u64 = 5;
/// By how much it waits longer once it asked too early (RFC 8628, 3.5).
const SLOW_DOWN_SECONDS: u64 = 5;
/// How much earlier than it should a question may come: networks are not even.
const SLACK_SECONDS: u64 = 1;
/// How long an expired device is told so; later it is unknown.
const REMEMBERED_SECONDS: i64 = 10 * 60;
/// The most devices that wait at a time.
const DEVICES: u64 = 1000;
/// The longest name of a device, in characters.
const CLIENT_CHARS: usize = 64;

/// The short code: eight letters, shown as `BCDF-GHJK`.
///
/// Without vowels, so that it spells nothing, and without letters that look like others (RFC 8628, 6.1). There are 20^8 of
/// them: with a thousand devices waiting and 20 attempts in 15 minutes, an account finds one in some 36 years, and would only
/// sign it in as itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCode(String);

const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const CODE_LETTERS: usize = 8;

impl UserCode {
    fn random(ids: &dyn Ids) -> Self {
        let mut code = String::new();
        while code.len() < CODE_LETTERS {
            // Bytes from 240 on would make the first letters likelier than the others.
            let bytes = ids.secret().into_iter().filter(|byte| *byte < 240);
            let letters = bytes.map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
            code.extend(letters.take(CODE_LETTERS - code.len()));
        }
        Self(code)
    }
}

impl FromStr for UserCode {
    type Err = InvalidText;

    /// As people type it: in any case, with or without the hyphen.
    fn from_str(text: &str) -> std::result::Result<Self, InvalidText> {
        let code: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).map(|c| c.to_ascii_uppercase()).collect();
        let sane = code.len() == CODE_LETTERS && code.bytes().all(|byte| LETTERS.contains(&byte));
        if sane {
            Ok(Self(code))
        } else {
            Err(InvalidText::new("code", text, "use the eight letters that the device shows, such as BCDF-GHJK"))
        }
    }
}

impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(CODE_LETTERS / 2);
        write!(f, "{first}-{second}")
    }
}

/// What a device gets when it begins.
pub struct Begun {
    /// By which it asks for its token.
    pub device_code: String,
    /// What it shows.
    pub user_code: UserCode,
}

/// Lets a device begin. `client` is what it calls itself, `from` its network address.
pub fn begin(app: &App, client: &str, from: &str) -> Result<Begun> {
    let now = app.clock.now();
    check_client(client)?;
    app.throttle.attempt(Attempt::Device, from, now)?;
    let begun = Begun { device_code: hex::encode(app.ids.secret()), user_code: UserCode::random(app.ids.as_ref()) };
    let waiting = Device {
        device_code_sha256: Digest::of(&begun.device_code),
        user_code: begun.user_code.0.clone(),
        client: client.to_owned(),
        decision: Decision::Pending,
        interval_seconds: INTERVAL_SECONDS,
        created_at: now,
        expires_at: now.plus_seconds(EXPIRES_SECONDS),
        polled_at: None,
    };
    app.store.write("begin_device", |conn| {
        device::remove_expired(conn, now.plus_seconds(-REMEMBERED_SECONDS))?;
        if device::count_waiting(conn, now)? >= DEVICES {
            let message = "too many devices wait to be signed in: try again in a minute".to_owned();
            return Err(Error::TooMany { code: ProblemCode::TooManyRequests, message, retry_after_seconds: 60 });
        }
        Ok(device::insert(conn, &waiting)?)
    })?;
    Ok(begun)
}

fn check_client(client: &str) -> Result<()> {
    let sane = (1..=CLIENT_CHARS).contains(&client.len()) && client.bytes().all(|byte| byte.is_ascii_graphic());
    if sane {
        return Ok(());
    }
    Err(Error::invalid_at("/client_id", format!("use 1 to {CLIENT_CHARS} letters, digits and signs, without spaces")))
}

/// What a device is told that asks for its token (RFC 8628, 3.5).
#[derive(Debug)]
pub enum Answer {
    /// Nobody has decided.
    Pending,
    /// It asks too often.
    SlowDown,
    /// It waited too long.
    Expired,
    /// Somebody said no.
    Denied,
    /// No device has this code and this name; or it got its token already.
    Unknown,
    /// Its token, this one time.
    Granted(Box<Session>),
}

/// Answers a device that asks for its token.
pub fn ask(app: &App, caller: &Caller, device_code: &str, client: &str) -> Result<Answer> {
    let now = app.clock.now();
    let code = Digest::of(device_code);
    let live = |found: Option<Device>| match found.filter(|device| device.client == client) {
        None => Err(Answer::Unknown),
        Some(device) if device.expires_at <= now => Err(Answer::Expired),
        Some(device) => Ok(device),
    };
    // Anybody may ask: so only a device that began here takes the one writer of SQLite.
    let found = app.store.read("asking_device", |conn| device::find(conn, &code))?;
    if let Err(answer) = live(found) {
        return Ok(answer);
    }
    app.store.write("ask_device", |conn| {
        let waiting = match live(device::find(conn, &code)?) {
            Ok(waiting) => waiting,
            Err(answer) => return Ok(answer),
        };
        if asks_early(&waiting, now) {
            device::polled(conn, &code, now, waiting.interval_seconds.saturating_add(SLOW_DOWN_SECONDS))?;
            return Ok(Answer::SlowDown);
        }
        match &waiting.decision {
            Decision::Pending => {
                device::polled(conn, &code, now, waiting.interval_seconds)?;
                Ok(Answer::Pending)
            }
            Decision::Denied(_) => Ok(Answer::Denied),
            Decision::Approved(account) => grant(app, conn, caller, &code, account),
        }
    })
}

/// The device goes with its token, in one transaction: so there is one token, however often it asks; and none where setting
/// another password has just removed the device.
fn grant(app: &App, conn: &mut Conn, caller: &Caller, code: &Digest, account: &AccountName) -> Result<Answer> {
    account::lock_password(conn, account)?;
    if !device::remove(conn, code)? {
        return Ok(Answer::Unknown);
    }
    match sessions::begin(app, conn, caller, account, "device") {
        Ok(session) => Ok(Answer::Granted(Box::new(session))),
        Err(Error::SignInRefused) => Ok(Answer::Denied),
        Err(error) => Err(error),
    }
}

fn asks_early(device: &Device, now: Timestamp) -> bool {
    let wait = i64::try_from(device.interval_seconds.saturating_sub(SLACK_SECONDS)).unwrap_or(i64::MAX);
    device.polled_at.is_some_and(|last| now < last.plus_seconds(wait))
}

/// A device that waits, as it is shown to whoever is to decide.
#[derive(Debug)]
pub struct Waiting {
    /// What it calls itself.
    pub client: String,
    /// The code that it shows.
    pub user_code: UserCode,
    /// Since when it waits.
    pub since: Timestamp,
    /// What its token will be used for.
    pub scopes: [TokenScope; 2],
}

/// The device of a code. Whoever asks for too many codes that there are not is stopped.
pub fn waiting(app: &App, caller: &Caller, code: &UserCode) -> Result<Waiting> {
    let account = &caller.allow(&Action::ReadSelf)?.name;
    let now = app.clock.now();
    app.throttle.attempt(Attempt::UserCode, account.as_str(), now)?;
    let found = app.store.read("waiting_device", |conn| device::find_by_user_code(conn, &code.0))?;
    let waits = |device: &Device| device.decision == Decision::Pending && device.expires_at > now;
    let found = found.filter(waits).ok_or_else(|| not_waiting(code))?;
    app.throttle.was_right(Attempt::UserCode, account.as_str());
    let (client, since) = (found.client, found.created_at);
    Ok(Waiting { client, user_code: code.clone(), since, scopes: sessions::SCOPES })
}

/// Decides: the device gets a session of the one who asks, or none. `secret` is that of the session at the web page, which has
/// to last until this is written: what another password or signing out has just ended approves nothing.
pub fn decide(app: &App, caller: &Caller, secret: &str, code: &UserCode, approved: bool) -> Result<Waiting> {
    let account = caller.allow(&Action::ReadSelf)?.name.clone();
    let waiting = waiting(app, caller, code)?;
    let (decision, action) = match approved {
        true => (Decision::Approved(account.clone()), "device.approved"),
        false => (Decision::Denied(account.clone()), "device.denied"),
    };
    app.store.write("decide_device", |conn| {
        account::lock_password(conn, &account)?;
        web_session::find(conn, &Digest::of(secret))?.ok_or(Error::CredentialsInvalid)?;
        let found = device::find_by_user_code(conn, &code.0)?.ok_or_else(|| not_waiting(code))?;
        if !device::decide(conn, &found.device_code_sha256, &decision)? {
            return Err(not_waiting(code));
        }
        let detail = json!({ "account": account, "client": found.client });
        record::change(app, conn, caller, action, About::default(), detail)
    })?;
    Ok(waiting)
}

fn not_waiting(code: &UserCode) -> Error {
    Error::NotFound(format!("device with the code {code} that still waits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::RandomIds;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code: UserCode = "BCDF-GHJK".parse().expect("a code");
        for typed in ["bcdfghjk", "BCDF GHJK", " bcdf-ghjk ", "b-c-d-f-g-h-j-k"] {
            assert_eq!(typed.parse::<UserCode>().expect(typed), code);
        }
        assert_eq!(code.to_string(), "BCDF-GHJK");
        for wrong in ["", "BCDF-GHJ", "BCDF-GHJKL", "ACDF-GHJK", "BCDF_GHJK", "BCDFGHJ\u{212a}", "1CDF-GHJK"] {
            assert!(wrong.parse::<UserCode>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_letter_is_as_likely() {
        let mut seen = std::collections::BTreeMap::<char, u32>::new();
        for _ in 0..5000 {
            let code = UserCode::random(&RandomIds);
            assert_eq!(code.to_string().parse::<UserCode>().expect("a code"), code);
            code.0.chars().for_each(|letter| *seen.entry(letter).or_default() += 1);
        }
        // 2,000 each; six standard deviations are 262.
        assert!(seen.len() == 20 && seen.values().all(|count| (1738..2262).contains(count)), "{seen:?}");
    }
}
