//! What an administrator looks through: accounts, tokens, publishers and their members.

use plimsoll_client::transport::TransportError;
use plimsoll_core::wire::{self, SetDisabled};
use plimsoll_core::{AccountName, PublisherName, Timestamp};
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{Answer, bold, dim, good, plain, table, warn};
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
    Ok(found.answer(["ACCOUNT", "E-MAIL", "ROLES", "MADE", "STATE"], "No account.", account_row))
}

fn account_row(account: &wire::Account) -> [String; 5] {
    let state = match account.disabled_at {
        Some(since) => warn(&format!("disabled {since}")),
        None => good("enabled"),
    };
    let (email, roles) = (render::words(&account.email, "none"), render::words(&account.roles, "none"));
    [account.name.to_string(), email, roles, account.created_at.to_string(), state]
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
    let heading = ["ID", "ACCOUNT", "KIND", "SCOPES", "EXPIRES", "STATE"];
    Ok(found.answer(heading, "No token.", |token: &wire::Token| token_row(token, now)))
}

fn token_row(token: &wire::Token, now: Timestamp) -> [String; 6] {
    let state = match token.revoked_at {
        Some(_) => warn("revoked"),
        None if token.expires_at <= now => warn("expired"),
        None => good("valid"),
    };
    let kind = if token.session { "session" } else { "token" };
    let (id, scopes) = (plain(&token.id), render::words(&token.scopes, "none"));
    [id, token.account.to_string(), kind.to_owned(), scopes, token.expires_at.to_string(), state]
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

#[cfg(test)]
mod tests {
    use plimsoll_core::access::TokenScope;

    use super::*;

    #[test]
    fn people_are_told_from_machines_and_sessions_from_tokens() {
        let now: Timestamp = "2026-11-20T09:30:00Z".parse().expect("a time");
        let account = |email: Option<&str>| wire::Account {
            name: "dana".parse().expect("a name"),
            roles: [].into(),
            email: email.map(|email| email.parse().expect("an address")),
            created_at: now,
            disabled_at: None,
        };
        assert_eq!(account_row(&account(Some("dana@example.org")))[1], "dana@example.org");
        assert_eq!(account_row(&account(None))[1], "none");
        let token = |session| wire::Token {
            id: "t1".to_owned(),
            account: "dana".parse().expect("a name"),
            scopes: [TokenScope::Read].into(),
            created_at: now,
            expires_at: now.plus_seconds(60),
            revoked_at: None,
            session,
        };
        assert_eq!(token_row(&token(true), now)[2], "session");
        assert_eq!(token_row(&token(false), now)[2], "token");
    }
}
