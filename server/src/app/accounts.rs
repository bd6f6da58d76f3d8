//! Accounts and their tokens.

use std::collections::BTreeSet;

use plimsoll_core::access::{self, Action, Actor, Role, TokenScope};
use plimsoll_core::page::{Cursor, PageSize};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{
    self, Account, AccountPage, CreatedToken, Me, Membership, NewAccount, NewToken, SetDisabled, TokenPage,
};
use plimsoll_core::{AccountName, Timestamp};
use plimsoll_store::token::Token;
use plimsoll_store::{Conflict, Conn, StoreError, account, member, token as tokens};
use serde_json::json;

use super::record::{self, About};
use super::{Caller, Error, Result, check_text, people};
use crate::{App, token};

const DAY_SECONDS: i64 = 24 * 60 * 60;
/// How long a token lasts where nothing else is said.
const DEFAULT_TOKEN_DAYS: i64 = 90;
/// The longest that a token may last.
const MAX_TOKEN_DAYS: i64 = 366;

/// Finds out who asks by a token. One that is not valid is an error, never nobody.
pub fn authenticate(app: &App, bearer: &str, request_id: String) -> Result<Caller> {
    // Found by the digest of the secret, so that how long the look-up takes tells nothing of the secret.
    let secret_sha256 = token::digest(bearer).ok_or(Error::CredentialsInvalid)?;
    let now = app.clock.now();
    app.store.read("authenticate", |conn| {
        let token = tokens::find_by_secret(conn, &secret_sha256)?.ok_or(Error::CredentialsInvalid)?;
        if token.revoked_at.is_some() || token.expires_at <= now {
            return Err(Error::CredentialsInvalid);
        }
        let actor = actor(conn, &token.account, token.scopes)?;
        Ok(Caller { actor, request_id, session: token.session.then_some(token.id) })
    })
}

/// An account as it acts with these scopes. One that is disabled does not act.
pub(super) fn actor(conn: &mut Conn, name: &AccountName, scopes: BTreeSet<TokenScope>) -> Result<Actor> {
    let account = account::find(conn, name)?.filter(|account| account.disabled_at.is_none());
    let account = account.ok_or(Error::CredentialsInvalid)?;
    let memberships = member::of_account(conn, &account.name)?;
    Ok(Actor::Account(access::Account { name: account.name, roles: account.roles, scopes, memberships }))
}

/// Tells the one who asks who it is.
pub fn me(_app: &App, caller: &Caller) -> Result<Me> {
    let account = caller.allow(&Action::ReadSelf)?;
    let publishers = account.memberships.iter();
    Ok(Me {
        account: account.name.clone(),
        roles: account.roles.clone(),
        scopes: account.scopes.clone(),
        publishers: publishers
            .map(|(publisher, role)| Membership { publisher: publisher.clone(), role: *role })
            .collect(),
    })
}

/// Makes an account.
pub fn create_account(app: &App, caller: &Caller, new: NewAccount) -> Result<Account> {
    caller.allow(&Action::CreateAccount)?;
    let NewAccount { name, roles, email } = new;
    let created = Account { name, roles, email, created_at: app.clock.now(), disabled_at: None };
    app.store.write("create_account", |conn| {
        if let Some(email) = &created.email {
            people::check_free(conn, email)?;
        }
        account::insert(conn, &created).map_err(|error| match error {
            StoreError::Conflict(Conflict::Account) => {
                let message = format!("there is an account {} already: choose another name", created.name);
                Error::conflict(ProblemCode::AccountExists, message)
            }
            error => error.into(),
        })?;
        let detail = json!({ "account": created.name, "roles": created.roles, "email": created.email });
        record::change(app, conn, caller, "account.created", About::default(), detail)
    })?;
    Ok(created)
}

/// A page of accounts, by name.
pub fn list_accounts(app: &App, caller: &Caller, size: PageSize, cursor: Option<&str>) -> Result<AccountPage> {
    caller.allow(&Action::ListAccounts)?;
    let after = cursor.map(|cursor| super::name_after("accounts", cursor)).transpose()?;
    let page = app.store.read("accounts", |conn| account::page(conn, after.as_ref(), size))?;
    let next = page.next("accounts", |last| [last.name.to_string()]);
    Ok(AccountPage { items: page.items, next })
}

/// Disables an account: what a person opened by signing in ends, and tokens that were made on purpose work no more. They work
/// again where it is enabled, what has ended does not.
pub fn set_disabled(app: &App, caller: &Caller, name: &AccountName, set: SetDisabled) -> Result<Account> {
    let own = &caller.allow(&Action::DisableAccount)?.name;
    check_text("/reason", &set.reason, 1000)?;
    if set.disabled && own == name {
        let message = "nobody disables their own account: ask another administrator";
        return Err(Error::conflict(ProblemCode::StateConflict, message));
    }
    app.store.write("set_disabled", |conn| {
        let found = found(conn, name)?;
        if found.disabled_at.is_some() == set.disabled {
            return Ok(found);
        }
        let disabled_at = set.disabled.then(|| app.clock.now());
        account::set_disabled(conn, name, disabled_at)?;
        if set.disabled {
            people::end_sign_ins(app, conn, name)?;
        }
        let action = if set.disabled { "account.disabled" } else { "account.enabled" };
        let detail = json!({ "account": name, "reason": set.reason });
        record::change(app, conn, caller, action, About::default(), detail)?;
        Ok(Account { disabled_at, ..found })
    })
}

pub(super) fn found(conn: &mut Conn, name: &AccountName) -> Result<Account> {
    account::find(conn, name)?.ok_or_else(|| Error::NotFound(format!("account {name}")))
}

/// A page of tokens of an account. Where none is named, of every account for an administrator, else of the one who asks.
pub fn list_tokens(
    app: &App,
    caller: &Caller,
    of: Option<AccountName>,
    size: PageSize,
    cursor: Option<&str>,
) -> Result<TokenPage> {
    let everybody = caller.allow(&Action::ListTokens(None)).is_ok();
    let of = match of {
        None if !everybody => Some(caller.account()?.clone()),
        of => of,
    };
    caller.allow(&Action::ListTokens(of.as_ref()))?;
    let after = cursor.map(|cursor| Cursor::parse("tokens", cursor)).transpose()?.map(|[id]| id);
    let page = app.store.read("tokens", |conn| tokens::page(conn, of.as_ref(), after.as_deref(), size))?;
    let next = page.next("tokens", |last| [last.id.clone()]);
    let shown = |token: Token| wire::Token {
        id: token.id,
        account: token.account,
        scopes: token.scopes,
        created_at: token.created_at,
        expires_at: token.expires_at,
        revoked_at: token.revoked_at,
        session: token.session,
    };
    Ok(TokenPage { items: page.items.into_iter().map(shown).collect(), next })
}

/// Makes a token for an account.
pub fn create_token(app: &App, caller: &Caller, new: NewToken) -> Result<CreatedToken> {
    let own = match &caller.actor {
        Actor::Account(account) => Some(account.name.clone()),
        Actor::Anonymous => None,
    };
    let name = new.account.or(own).ok_or(access::Denied::NotAuthenticated)?;
    caller.allow(&Action::CreateToken { account: &name, scopes: &new.scopes })?;
    if new.scopes.is_empty() {
        return Err(Error::invalid_at("/scopes", "name at least one scope"));
    }
    let now = app.clock.now();
    let expires_at = new.expires_at.unwrap_or(now.plus_seconds(DEFAULT_TOKEN_DAYS * DAY_SECONDS));
    if expires_at <= now || expires_at > now.plus_seconds(MAX_TOKEN_DAYS * DAY_SECONDS) {
        return Err(Error::invalid_at("/expiresAt", format!("choose a time within the next {MAX_TOKEN_DAYS} days")));
    }
    app.store.write("create_token", |conn| {
        if found(conn, &name)?.disabled_at.is_some() {
            let message = format!("the account {name} is disabled: its tokens do not work until it is enabled");
            return Err(Error::conflict(ProblemCode::StateConflict, message));
        }
        let created = insert_token(app, conn, &name, &new.scopes, expires_at, false)?;
        let detail = json!({ "account": name, "token": created.id, "scopes": created.scopes, "expiresAt": expires_at });
        record::change(app, conn, caller, "token.created", About::default(), detail)?;
        Ok(created)
    })
}

/// Revokes a token.
pub fn revoke_token(app: &App, caller: &Caller, id: &str) -> Result<()> {
    // Who may not even revoke its own learns nothing of which tokens there are.
    caller.allow(&Action::RevokeToken(&caller.allow(&Action::ReadSelf)?.name))?;
    app.store.write("revoke_token", |conn| {
        let token = tokens::find(conn, id)?.filter(|token| caller.allow(&Action::RevokeToken(&token.account)).is_ok());
        let token = token.ok_or_else(|| Error::NotFound("token of this id".to_owned()))?;
        if tokens::revoke(conn, id, app.clock.now())? {
            let detail = json!({ "account": token.account, "token": id });
            record::change(app, conn, caller, "token.revoked", About::default(), detail)?;
        }
        Ok(())
    })
}

/// The account that the first start makes.
const ADMIN: &str = "admin";

/// Makes the first account, an administrator, and its token with every scope. `None` if there is that account already.
pub(crate) fn create_first_admin(app: &App) -> Result<Option<String>> {
    let made = app.store.write("create_first_admin", |conn| {
        let name: AccountName = ADMIN.parse()?;
        if account::find(conn, &name)?.is_some() {
            return Ok(None);
        }
        let roles = [Role::Admin].into();
        let admin = Account { name, roles, email: None, created_at: app.clock.now(), disabled_at: None };
        account::insert(conn, &admin)?;
        let detail = json!({ "account": admin.name, "roles": admin.roles });
        record::change(app, conn, &operator(), "account.created", About::default(), detail)?;
        insert_admin_token(app, conn, &admin.name).map(Some)
    });
    match made {
        // Another process started the same registry at the same moment, and prints the token.
        Err(Error::Conflict { .. }) => Ok(None),
        made => made,
    }
}

/// Makes another token for the first administrator: for whoever runs the registry and has lost the one that the first start
/// printed. Tokens that are out there stay valid; the account is enabled if it was disabled.
pub fn recover_admin(app: &App) -> Result<String> {
    app.store.write("recover_admin", |conn| {
        let name: AccountName = ADMIN.parse()?;
        if found(conn, &name)?.disabled_at.is_some() {
            account::set_disabled(conn, &name, None)?;
            let detail = json!({ "account": name, "reason": "whoever runs the registry asked for another token" });
            record::change(app, conn, &operator(), "account.enabled", About::default(), detail)?;
        }
        insert_admin_token(app, conn, &name)
    })
}

fn insert_admin_token(app: &App, conn: &mut Conn, name: &AccountName) -> Result<String> {
    let scopes = TokenScope::ALL.iter().copied().collect();
    let expires_at = app.clock.now().plus_seconds(MAX_TOKEN_DAYS * DAY_SECONDS);
    let created = insert_token(app, conn, name, &scopes, expires_at, false)?;
    let detail = json!({ "account": name, "token": created.id, "scopes": created.scopes, "expiresAt": expires_at });
    record::change(app, conn, &operator(), "token.created", About::default(), detail)?;
    Ok(created.token)
}

/// Whoever runs the server, who needs no token.
fn operator() -> Caller {
    Caller::new(Actor::Anonymous, "command-line".to_owned())
}

pub(super) fn insert_token(
    app: &App,
    conn: &mut Conn,
    name: &AccountName,
    scopes: &BTreeSet<TokenScope>,
    expires_at: Timestamp,
    session: bool,
) -> Result<CreatedToken> {
    let text = token::write(app.ids.secret());
    let row = Token {
        id: app.ids.id(),
        account: name.clone(),
        secret_sha256: token::digest(&text).expect("a token just written is one"),
        scopes: scopes.clone(),
        created_at: app.clock.now(),
        expires_at,
        revoked_at: None,
        session,
    };
    tokens::insert(conn, &row)?;
    Ok(CreatedToken { id: row.id, token: text, account: row.account, scopes: row.scopes, expires_at })
}
