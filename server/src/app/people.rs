//! People: accounts with an e-mail address and a password.

use plimsoll_core::access::{Action, Denied};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{Account, SetEmail, SetPassword};
use plimsoll_core::{AccountName, Email, Password};
use plimsoll_store::{Conn, account, device, token as tokens, web_session};
use serde_json::json;

use super::record::{self, About};
use super::{Caller, Error, Result, accounts};
use crate::throttle::Attempt;
use crate::{App, password};

/// A person whose password was right a moment ago.
pub(super) struct Verified {
    pub(super) name: AccountName,
    hash: String,
}

impl Verified {
    /// Refuses where the person has another password by now; it keeps this one until the transaction ends. So nothing is
    /// opened by a password after setting another one has closed what it opened.
    pub(super) fn check_still(&self, conn: &mut Conn) -> Result<()> {
        let same = account::lock_password(conn, &self.name)?.is_some_and(|hash| hash == self.hash);
        if same { Ok(()) } else { Err(Error::SignInRefused) }
    }
}

/// Sets the password of a person, and ends what the one until now opened. An administrator may for anybody; a person itself
/// says the password until now as well, so that a token that got away does not become the account.
pub fn set_password(app: &App, caller: &Caller, name: &AccountName, new: &SetPassword, from: &str) -> Result<()> {
    let administers = caller.allow(&Action::ResetPassword).is_ok();
    if !administers {
        caller.allow(&Action::ChangePassword(name))?;
    }
    let not_a_person = || Error::NotFound(format!("account {name} with an e-mail address"));
    let found = app.store.read("password", |conn| account::find(conn, name))?.and_then(|account| account.email);
    let email = found.ok_or_else(not_a_person)?;
    let refused = |error| match error {
        Error::SignInRefused => Denied::NotAllowed("the password until now is another one".to_owned()).into(),
        error => error,
    };
    let verified = if administers {
        None
    } else {
        let present = new.present_password.as_ref();
        let present = present.ok_or_else(|| Error::invalid_at("/presentPassword", "say the password until now"))?;
        Some(check(app, &email, present, from).map_err(refused)?)
    };
    let hash = password::hash(new.password.password(), &app.ids.secret())
        .map_err(|error| Error::Internal(error.to_string()))?;
    app.store.write("set_password", |conn| {
        verified.as_ref().map_or(Ok(()), |verified| verified.check_still(conn)).map_err(refused)?;
        if !account::set_password(conn, name, &hash)? {
            return Err(not_a_person());
        }
        end_sign_ins(app, conn, name)?;
        record::change(app, conn, caller, "account.password-set", About::default(), json!({ "account": name }))
    })
}

/// Gives an account an e-mail address, which makes it a person, or another one. Another one may be somebody else's: so what the
/// one until now opened ends, and the password goes with it.
pub fn set_email(app: &App, caller: &Caller, name: &AccountName, set: SetEmail) -> Result<Account> {
    caller.allow(&Action::SetEmail)?;
    let SetEmail { email } = set;
    app.store.write("set_email", |conn| {
        let found = accounts::found(conn, name)?;
        if found.email.as_ref() == Some(&email) {
            return Ok(found);
        }
        check_free(conn, &email)?;
        account::set_email(conn, name, &email)?;
        end_sign_ins(app, conn, name)?;
        let detail = json!({ "account": name, "email": email });
        record::change(app, conn, caller, "account.email-set", About::default(), detail)?;
        Ok(Account { email: Some(email.clone()), ..found })
    })
}

/// Refuses an e-mail address that an account has.
pub(super) fn check_free(conn: &mut Conn, email: &Email) -> Result<()> {
    let Some((holder, _)) = account::find_by_email(conn, email)? else { return Ok(()) };
    let message = format!(
        "the account {holder} has this e-mail address, and a person has one account: use that one, or first give it another \
         address"
    );
    Err(Error::conflict(ProblemCode::AccountExists, message))
}

/// Ends what a person opened by signing in: sessions, those of the web page, and what it said of devices that have not asked
/// since. It comes after the write of the account's row that is the reason: so nothing begins beside it.
pub(super) fn end_sign_ins(app: &App, conn: &mut Conn, name: &AccountName) -> Result<()> {
    tokens::revoke_sessions(conn, name, app.clock.now())?;
    web_session::remove_of(conn, name)?;
    device::remove_of(conn, name)?;
    Ok(())
}

/// Finds out whose e-mail address and password these are. Who is unknown, who has no password and whose password is another
/// one get the same answer, after the same time.
///
/// `from` is the network address of the one who asks.
pub(super) fn check(app: &App, email: &Email, password: &Password, from: &str) -> Result<Verified> {
    let now = app.clock.now();
    let attempts = [(Attempt::PasswordFrom, from), (Attempt::PasswordOf, email.as_str())];
    for (what, of) in attempts {
        app.throttle.attempt(what, of, now)?;
    }
    let found = app.store.read("sign_in", |conn| account::find_by_email(conn, email))?;
    let (name, hash) = found.unzip();
    let hash = hash.flatten();
    let right = password::verify(password, hash.as_deref());
    let (name, hash) = name.zip(hash).filter(|_| right).ok_or(Error::SignInRefused)?;
    for (what, of) in attempts {
        app.throttle.was_right(what, of);
    }
    Ok(Verified { name, hash })
}
