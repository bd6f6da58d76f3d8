//! The use cases: *gather facts → decide → apply the plan*. They know nothing of HTTP. Permission is the first line of each.
//!
//! What changes state does so in one named write transaction of the store, which also holds the audit event and the outbox
//! row of the change (`record`) and the index documents and catalog entries that follow from it (`shelf`).

pub mod accounts;
pub mod announce;
mod approve;
pub mod artifacts;
pub mod audit;
pub mod availability;
pub mod catalog;
pub mod collect;
pub mod devices;
pub mod discovery;
mod error;
mod evaluate;
mod facts;
pub mod icon;
pub mod index;
pub mod keys;
mod level;
mod listing;
pub mod marketplace;
pub mod packages;
pub mod people;
pub mod publish;
pub mod publishers;
mod record;
pub mod review;
mod room;
pub mod sessions;
mod shelf;
pub mod submit;
mod submitted;
mod taken_back;
#[cfg(test)]
pub(crate) mod tests;

pub use error::Error;

use std::str::FromStr;

use plimsoll_core::access::{self, Account, Action, Actor, Denied};
use plimsoll_core::page::Cursor;
use plimsoll_core::{AccountName, InvalidText, find_hidden};

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Who asks, and by which request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// The id of the request, for the audit events.
    pub request_id: String,
    /// The id of the token by which is asked, if signing in made it.
    pub session: Option<String>,
}

impl Caller {
    /// Somebody, by no session.
    pub fn new(actor: Actor, request_id: String) -> Self {
        Self { actor, request_id, session: None }
    }

    /// The same request, by whom it turned out to be.
    pub(crate) fn turned_into(&self, actor: Actor) -> Self {
        Self::new(actor, self.request_id.clone())
    }

    /// The account, if the actor may do this.
    fn allow(&self, action: &Action<'_>) -> Result<&Account> {
        access::allow(&self.actor, action)?;
        match &self.actor {
            Actor::Account(account) => Ok(account),
            Actor::Anonymous => Err(Denied::NotAuthenticated.into()),
        }
    }

    /// The name of the account.
    pub(crate) fn account(&self) -> Result<&AccountName> {
        match &self.actor {
            Actor::Account(account) => Ok(&account.name),
            Actor::Anonymous => Err(Denied::NotAuthenticated.into()),
        }
    }
}

/// The name after which a page of a list begins that is sorted by names.
fn name_after<T: FromStr<Err = InvalidText>>(list: &str, cursor: &str) -> std::result::Result<T, InvalidText> {
    let [name] = Cursor::parse(list, cursor)?;
    name.parse().map_err(|_| InvalidText::new("cursor", cursor, "use the `next` of an earlier page, unchanged"))
}

/// Refuses a text of a body that is empty, longer than `max` bytes, or not what people see of it.
fn check_text(pointer: &str, text: &str, max: usize) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::invalid_at(pointer, "write something here: it is empty"));
    }
    if text.len() > max {
        return Err(Error::invalid_at(pointer, format!("use at most {max} bytes: it has {}", text.len())));
    }
    if let Some(hidden) = find_hidden(text, &['\n', '\r', '\t']) {
        let message = format!("leave out the character {}, which people do not see", hidden.escape_unicode());
        return Err(Error::invalid_at(pointer, message));
    }
    Ok(())
}
