//! Who takes part: accounts, and publishers with their keys. Whatever is there already is left as it is.

use std::path::PathBuf;

use plimsoll_core::access::{Account, Actor, Role, TokenScope};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{Algorithm, NewAccount, NewKey, NewPublisher, NewToken, SetLevel};
use plimsoll_core::{AccountName, Level, PublisherName};
use plimsoll_store::{account, member};
use plimsoll_trust::possession::prove_possession;
use plimsoll_trust::{Signer as _, SigningKey};

use super::{DemoError, word};
use crate::App;
use crate::app::{self, Caller, accounts, keys, publishers};
use crate::start::{make_directory, write_new};

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// How long a token of the demonstration lasts.
pub(super) const TOKEN_DAYS: i64 = 7;

/// The administrator that the first start makes.
pub(super) const ADMIN: &str = "admin";
/// Reviews; a member of no publisher.
pub(super) const REVIEWER: &str = "reviewer";
/// Installs.
pub(super) const OPERATOR: &str = "operator";

/// A publisher, with the one account that owns it.
pub(super) struct Publisher {
    pub(super) name: &'static str,
    pub(super) account: &'static str,
    pub(super) level: Level,
    pub(super) prefix: &'static str,
    pub(super) key_id: &'static str,
    pub(super) algorithm: Algorithm,
}

pub(super) const ACME: Publisher = Publisher {
    name: "acme",
    account: "acme-owner",
    level: Level::Trusted,
    prefix: "com.acme",
    key_id: "acme-demo",
    algorithm: Algorithm::Ed25519,
};

pub(super) const NORTHWIND: Publisher = Publisher {
    name: "northwind",
    account: "northwind-owner",
    level: Level::Verified,
    prefix: "io.northwind",
    key_id: "northwind-demo",
    algorithm: Algorithm::P256,
};

pub(super) const EXAMPLE: Publisher = Publisher {
    name: "example",
    account: "example-owner",
    level: Level::Unverified,
    prefix: "org.example",
    key_id: "example-demo",
    algorithm: Algorithm::Ed25519,
};

pub(super) const PUBLISHERS: [&Publisher; 3] = [&ACME, &NORTHWIND, &EXAMPLE];

/// Makes everybody.
pub(super) fn gather(app: &App) -> Result<(), DemoError> {
    let admin = caller(app, ADMIN)?;
    let owners = PUBLISHERS.iter().map(|publisher| (publisher.account, None));
    for (name, role) in owners.chain([(REVIEWER, Some(Role::Reviewer)), (OPERATOR, Some(Role::Operator))]) {
        let new = NewAccount { name: word(name), roles: role.into_iter().collect(), email: None };
        there(accounts::create_account(app, &admin, new), ProblemCode::AccountExists)?;
    }
    for publisher in PUBLISHERS {
        found(app, &admin, publisher)?;
    }
    Ok(())
}

fn found(app: &App, admin: &Caller, publisher: &Publisher) -> Result<(), DemoError> {
    let name: PublisherName = word(publisher.name);
    let owner = caller(app, publisher.account)?;
    there(publishers::create(app, &owner, NewPublisher { publisher: name.clone() }), ProblemCode::PublisherExists)?;
    let set = SetLevel { level: publisher.level, reason: "a publisher of the demonstration".to_owned() };
    publishers::set_level(app, admin, &name, set)?;
    publishers::grant_prefix(app, admin, &name, word(publisher.prefix))?;
    // Only now is the owner a member.
    let (owner, key, key_id) = (caller(app, publisher.account)?, key(app, publisher)?, word(publisher.key_id));
    let proof = prove_possession(&key, app.registry(), &name, &key_id)?;
    let new = NewKey { key_id, public_key: key.public_key().to_pem(), proof: Some(proof) };
    there(keys::add(app, &owner, &name, new), ProblemCode::KeyExists)
}

/// The file of a publisher's private key. A real publisher keeps it far from the registry.
pub(super) fn key_path(app: &App, publisher: &Publisher) -> PathBuf {
    app.config.data_dir.join("publisher-keys").join(format!("{}.pem", publisher.name))
}

/// The private key of a publisher, made the first time.
pub(super) fn key(app: &App, publisher: &Publisher) -> Result<SigningKey, DemoError> {
    let path = key_path(app, publisher);
    if let Some(directory) = path.parent() {
        make_directory(directory)?;
    }
    if !path.is_file() {
        // The file is there before the registry knows the key, so a start that was interrupted goes on with the same key.
        write_new(&path, SigningKey::generate(publisher.algorithm)?.to_pem()?.as_bytes(), 0o600)?;
    }
    let text = std::fs::read_to_string(&path).map_err(|source| DemoError::File { path, source })?;
    Ok(text.parse()?)
}

/// An account as the caller of a use case, with the memberships that it has now.
pub(super) fn caller(app: &App, name: &str) -> Result<Caller, DemoError> {
    let name: AccountName = word(name);
    let (roles, memberships) = app.store.read("demo_caller", |conn| {
        let found = account::find(conn, &name)?;
        let found = found.ok_or_else(|| app::Error::NotFound(format!("account {name}")))?;
        Ok::<_, app::Error>((found.roles, member::of_account(conn, &name)?))
    })?;
    let scopes = TokenScope::ALL.iter().copied().collect();
    let actor = Actor::Account(Account { name, roles, scopes, memberships });
    Ok(Caller::new(actor, app.ids.id()))
}

/// A new token for an account, good for [`TOKEN_DAYS`].
pub(super) fn token(app: &App, name: &str, scopes: &[TokenScope]) -> Result<String, DemoError> {
    let expires_at = app.clock.now().plus_seconds(TOKEN_DAYS * DAY_SECONDS);
    let new = NewToken { account: None, scopes: scopes.iter().copied().collect(), expires_at: Some(expires_at) };
    Ok(accounts::create_token(app, &caller(app, name)?, new)?.token)
}

/// What was made, or is there already.
fn there<T>(made: app::Result<T>, exists: ProblemCode) -> Result<(), DemoError> {
    match made {
        Err(app::Error::Conflict { code, .. }) if code == exists => Ok(()),
        made => Ok(made.map(drop)?),
    }
}
