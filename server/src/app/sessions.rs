//! Sessions: tokens that signing in makes, and the cookie of the web page, which is none.

use std::collections::BTreeSet;

use plimsoll_core::access::{Action, Actor, TokenScope};
use plimsoll_core::wire::Account;
use plimsoll_core::{AccountName, Digest, Email, Password};
use plimsoll_store::web_session::WebSession;
use plimsoll_store::{Conn, account, token as tokens, web_session};
use serde_json::json;

use super::people::{self, Verified};
use super::record::{self, About};
use super::{Caller, Error, Result, accounts};
use crate::App;

/// How long somebody stays signed in at the web page.
const WEB_SESSION_SECONDS: i64 = 60 * 60;

/// What a session may be used for, whoever signs in: to read and to publish. Whoever administers or reviews makes a token with
/// the scope for it, on purpose.
pub const SCOPES: [TokenScope; 2] = [TokenScope::Read, TokenScope::Publish];

/// A session, and whose it is.
#[derive(Debug)]
pub struct Session {
    /// Its token; shown once, where it is made.
    pub token: Option<String>,
    /// Whose.
    pub account: Account,
    /// What it may be used for.
    pub scopes: BTreeSet<TokenScope>,
}

/// How long a new session lasts, in seconds.
pub const SESSION_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Signs a person in by e-mail address and password.
pub fn sign_in(app: &App, caller: &Caller, email: &str, password: &str, from: &str) -> Result<Session> {
    begin_verified(app, caller, &check(app, email, password, from)?)
}

/// Begins the session of a person whose password was right.
pub(super) fn begin_verified(app: &App, caller: &Caller, person: &Verified) -> Result<Session> {
    app.store.write("sign_in", |conn| {
        person.check_still(conn)?;
        begin(app, conn, caller, &person.name, "e-mail")
    })
}

/// The session of the one who asks, who may use any token; `None` for a stranger.
pub fn current(app: &App, caller: &Caller) -> Result<Option<Session>> {
    let Actor::Account(_) = &caller.actor else { return Ok(None) };
    let asking = caller.allow(&Action::ReadSelf)?;
    let account = app.store.read("session", |conn| account::find(conn, &asking.name))?;
    let account = account.ok_or(Error::CredentialsInvalid)?;
    Ok(Some(Session { token: None, account, scopes: asking.scopes.clone() }))
}

/// Ends the session by which is asked. A token that was not made by signing in stays: it is revoked on purpose.
pub fn sign_out(app: &App, caller: &Caller) -> Result<()> {
    let account = &caller.allow(&Action::ReadSelf)?.name;
    let Some(session) = &caller.session else { return Ok(()) };
    app.store.write("sign_out", |conn| {
        if tokens::revoke(conn, session, app.clock.now())? {
            let detail = json!({ "account": account, "token": session });
            record::change(app, conn, caller, "session.ended", About::default(), detail)?;
        }
        Ok(())
    })
}

/// Makes the token of a new session, and forgets those of the account that have expired: each sign-in makes one.
pub(super) fn begin(app: &App, conn: &mut Conn, caller: &Caller, name: &AccountName, by: &str) -> Result<Session> {
    let scopes: BTreeSet<TokenScope> = SCOPES.into_iter().collect();
    let caller = person(conn, caller, name)?;
    let account = account::find(conn, name)?.ok_or(Error::SignInRefused)?;
    let now = app.clock.now();
    tokens::remove_expired_sessions(conn, name, now)?;
    let expires_at = now.plus_seconds(SESSION_SECONDS);
    let made = accounts::insert_token(app, conn, name, &scopes, expires_at, true)?;
    let detail = json!({ "account": name, "token": made.id, "scopes": made.scopes, "expiresAt": expires_at, "by": by });
    record::change(app, conn, &caller, "session.begun", About::default(), detail)?;
    Ok(Session { token: Some(made.token), account, scopes })
}

/// The cookie of somebody who signed in at the web page.
pub struct WebCookie {
    /// The secret: never a token, so it opens nothing but the page.
    pub secret: String,
    /// Seconds that it lasts.
    pub seconds: i64,
}

/// Signs a person in at the web page. The secret is new each time; what the browser had `before` ends.
pub fn sign_in_web(
    app: &App,
    caller: &Caller,
    before: Option<&str>,
    email: &str,
    password: &str,
    from: &str,
) -> Result<WebCookie> {
    begin_web(app, caller, before, &check(app, email, password, from)?)
}

/// Begins the session at the web page of a person whose password was right.
pub(super) fn begin_web(app: &App, caller: &Caller, before: Option<&str>, verified: &Verified) -> Result<WebCookie> {
    let secret = hex::encode(app.ids.secret());
    let now = app.clock.now();
    let session = WebSession {
        secret_sha256: Digest::of(&secret),
        account: verified.name.clone(),
        created_at: now,
        expires_at: now.plus_seconds(WEB_SESSION_SECONDS),
    };
    app.store.write("sign_in_web", |conn| {
        verified.check_still(conn)?;
        if let Some(before) = before {
            web_session::remove(conn, &Digest::of(before))?;
        }
        web_session::insert(conn, &session)?;
        let detail = json!({ "account": session.account, "expiresAt": session.expires_at });
        let caller = person(conn, caller, &session.account)?;
        record::change(app, conn, &caller, "web-session.begun", About::default(), detail)
    })?;
    Ok(WebCookie { secret, seconds: WEB_SESSION_SECONDS })
}

/// Who is signed in at the web page with this secret. It acts with the scopes of a session.
pub fn web_actor(app: &App, secret: &str) -> Result<Actor> {
    let now = app.clock.now();
    app.store.read("web_actor", |conn| {
        let session = web_session::find(conn, &Digest::of(secret))?.filter(|session| session.expires_at > now);
        match session {
            Some(session) => accounts::actor(conn, &session.account, SCOPES.into_iter().collect()),
            None => Err(Error::CredentialsInvalid),
        }
    })
}

/// Signs out at the web page.
pub fn sign_out_web(app: &App, secret: &str) -> Result<()> {
    app.store.write("sign_out_web", |conn| Ok(web_session::remove(conn, &Digest::of(secret))?))
}

/// The request, by a person who has just signed in. One who is disabled does not.
fn person(conn: &mut Conn, caller: &Caller, name: &AccountName) -> Result<Caller> {
    match accounts::actor(conn, name, SCOPES.into_iter().collect()) {
        Ok(actor) => Ok(caller.turned_into(actor)),
        Err(Error::CredentialsInvalid) => Err(Error::SignInRefused),
        Err(error) => Err(error),
    }
}

/// What cannot be an e-mail address or a password is nobody's.
fn check(app: &App, email: &str, password: &str, from: &str) -> Result<Verified> {
    let (Ok(email), Ok(password)) = (email.trim().parse::<Email>(), password.parse::<Password>()) else {
        return Err(Error::SignInRefused);
    };
    people::check(app, &email, &password, from)
}
