//! What an administrator looks through: accounts, tokens, publishers and their members.

use plimsoll_client::transport::TransportError;
use plimsoll_core::wire::{self, SetDisabled};
use plimsoll_core::{AccountName, PublisherName};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Answer, bold, dim, good, table, warn};
use crate::render;
use crate::shell::Shell;

/// The most items that are fetched of a list.
const LISTED: usize = 10_000;

/// A list, as far as it was fetched.
#[derive(Serialize)]
struct Listed<T> {
    items: Vec<T>,
    /// Whether there is more.
    more: bool,
}

impl<T> Listed<T> {
    /// Walks through pages, each told by what its items and its cursor are.
    fn fetch(
        mut page: impl FnMut(Option<&str>) -> Result<(Vec<T>, Option<String>), TransportError>,
    ) -> Result<Self, Failure> {
        let (mut items, mut cursor) = (Vec::new(), None);
        while items.len() < LISTED {
            let (found, next) = page(cursor.as_deref())?;
            let empty = found.is_empty();
            items.extend(found);
            cursor = next;
            if cursor.is_none() || empty {
                break;
            }
        }
        Ok(Self { items, more: cursor.is_some() })
    }

    /// The list as a table, or what to say where there is nothing.
    fn answer<const N: usize>(self, heading: [&str; N], none: &str, row: impl Fn(&T) -> [String; N]) -> Answer
    where
        T: Serialize,
    {
        let rows: Vec<_> = self.items.iter().map(row).collect();
        let mut text = if rows.is_empty() { format!("{none}\n") } else { table(heading, &rows) };
        if self.more {
            text += &format!("{}\n", dim("There are more."));
        }
        Answer::new(self, text)
    }
}

/// `account list`
pub(super) fn accounts(shell: &Shell) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    let found = Listed::fetch(|cursor| registry.accounts(cursor).map(|page| (page.items, page.next)))?;
    Ok(found.answer(["ACCOUNT", "E-MAIL", "ROLES", "MADE", "STATE"], "No account.", |account: &wire::Account| {
        let state = match account.disabled_at {
            Some(since) => warn(&format!("disabled {since}")),
            None => good("enabled"),
        };
        let (email, roles) = (render::words(&account.email, "none"), render::words(&account.roles, "none"));
        [account.name.to_string(), email, roles, account.created_at.to_string(), state]
    }))
}

/// `account disable`, `account enable`
pub(super) fn set_disabled(
    shell: &Shell,
    account: &AccountName,
    disabled: bool,
    reason: &str,
) -> Result<Answer, Failure> {
    let now = shell.registry()?.set_disabled(account, &SetDisabled { disabled, reason: reason.to_owned() })?;
    let text = match now.disabled_at {
        Some(_) => format!("{} {account}: its sessions have ended, none of its tokens works\n", bold("Disabled")),
        None => format!("{} {account}: its tokens work again, people sign in anew\n", bold("Enabled")),
    };
    Ok(Answer::new(&now, text))
}

/// `token list`
pub(super) fn tokens(shell: &Shell, account: Option<&AccountName>) -> Result<Answer, Failure> {
    let (registry, now) = (shell.registry()?, shell.now());
    let found = Listed::fetch(|cursor| registry.tokens(account, cursor).map(|page| (page.items, page.next)))?;
    Ok(found.answer(["ID", "ACCOUNT", "KIND", "SCOPES", "EXPIRES", "STATE"], "No token.", |token: &wire::Token| {
        let state = match token.revoked_at {
            Some(_) => warn("revoked"),
            None if token.expires_at <= now => warn("expired"),
            None => good("valid"),
        };
        let (id, scopes) = (crate::output::plain(&token.id), render::words(&token.scopes, "none"));
        let kind = if token.session { "session" } else { "token" };
        [id, token.account.to_string(), kind.to_owned(), scopes, token.expires_at.to_string(), state]
    }))
}

/// `publisher list`
pub(super) fn publishers(shell: &Shell) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    let found = Listed::fetch(|cursor| registry.publishers(cursor).map(|page| (page.items, page.next)))?;
    Ok(found.answer(["PUBLISHER", "LEVEL", "PREFIXES"], "No publisher.", |publisher: &wire::Publisher| {
        let prefixes = render::words(&publisher.prefixes, "none");
        [publisher.publisher.to_string(), publisher.level.to_string(), prefixes]
    }))
}

/// `publisher members`
pub(super) fn members(shell: &Shell, publisher: &PublisherName) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    let found = Listed::fetch(|cursor| registry.members(publisher, cursor).map(|page| (page.items, page.next)))?;
    Ok(found.answer(["ACCOUNT", "ROLE"], "No member.", |member: &wire::Member| {
        [member.account.to_string(), member.role.to_string()]
    }))
}
