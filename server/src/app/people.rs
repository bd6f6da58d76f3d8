//! People: accounts with an e-mail address and a password.

use plimsoll_core::access::{Action, Denied};
use plimsoll_core::wire::SetPassword;
use plimsoll_core::{AccountName, Email, Password};
use plimsoll_store::{account, token as tokens, web_session};
use serde_json::json;

use super::record::{self, About};
use super::{Caller, Error, Result};
use crate::throttle::Attempt;
use crate::{App, password};

/// Sets the password of a person, and ends its sessions. An administrator may for anybody; a person itself says the password
/// until now as well, so that a token that got away does not become the account.
pub fn set_password(app: &App, caller: &Caller, name: &AccountName, new: &SetPassword, from: &str) -> Result<()> {
    let administers = caller.allow(&Action::ResetPassword).is_ok();
    if !administers {
        caller.allow(&Action::ChangePassword(name))?;
    }
    let not_a_person = || Error::NotFound(format!("account {name} with an e-mail address"));
    let found = app.store.read("password", |conn| account::find(conn, name))?.and_then(|account| account.email);
    let email = found.ok_or_else(not_a_person)?;
    if !administers {
        let present = new.present_password.as_ref();
        let present = present.ok_or_else(|| Error::invalid_at("/presentPassword", "say the password until now"))?;
        match check(app, &email, present, from) {
            Ok(_) => {}
            Err(Error::SignInRefused) => {
                return Err(Denied::NotAllowed("the password until now is another one".to_owned()).into());
            }
            Err(error) => return Err(error),
        }
    }
    let hash = password::hash(new.password.password(), &app.ids.secret())
        .map_err(|error| Error::Internal(error.to_string()))?;
    app.store.write("set_password", |conn| {
        if !account::set_password(conn, name, &hash)? {
            return Err(not_a_person());
        }
        tokens::revoke_sessions(conn, name, app.clock.now())?;
        web_session::remove_of(conn, name)?;
        record::change(app, conn, caller, "account.password-set", About::default(), json!({ "account": name }))
    })
}

/// Finds out whose e-mail address and password these are. Who is unknown, who has no password and whose password is another
/// one get the same answer, after the same time.
///
/// `from` is the network address of the one who asks.
pub(super) fn check(app: &App, email: &Email, password: &Password, from: &str) -> Result<AccountName> {
    let now = app.clock.now();
    let attempts = [(Attempt::PasswordFrom, from), (Attempt::PasswordOf, email.as_str())];
    for (what, of) in attempts {
        app.throttle.attempt(what, of, now).map_err(|retry_after_seconds| Error::Throttled { retry_after_seconds })?;
    }
    let found = app.store.read("sign_in", |conn| account::find_by_email(conn, email))?;
    let (name, hash) = found.unzip();
    let right = password::verify(password, hash.flatten().as_deref());
    let name = name.filter(|_| right).ok_or(Error::SignInRefused)?;
    for (what, of) in attempts {
        app.throttle.was_right(what, of);
    }
    Ok(name)
}
