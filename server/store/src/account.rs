//! Accounts and their roles.

use diesel::prelude::*;
use plimsoll_core::page::PageSize;
use plimsoll_core::wire::Account;
use plimsoll_core::{AccountName, Email, Timestamp};

use crate::column::Row;
use crate::error::Result;
use crate::schema::{account, account_role};
use crate::{Conn, Page};

/// Adds an account. [`Conflict::Account`](crate::Conflict::Account) if the name is taken,
/// [`Conflict::Email`](crate::Conflict::Email) if the e-mail address is.
pub fn insert(conn: &mut Conn, new: &Account) -> Result<()> {
    let name = new.name.as_str();
    diesel::insert_into(account::table)
        .values((
            account::name.eq(name),
            account::created_at.eq(new.created_at.as_micros()),
            account::email.eq(new.email.as_ref().map(Email::as_str)),
            account::disabled_at.eq(new.disabled_at.map(Timestamp::as_micros)),
        ))
        .execute(conn)?;
    for role in &new.roles {
        diesel::insert_into(account_role::table)
            .values((account_role::account.eq(name), account_role::role.eq(role.as_str())))
            .execute(conn)?;
    }
    Ok(())
}

/// The account of a name.
pub fn find(conn: &mut Conn, name: &AccountName) -> Result<Option<Account>> {
    let key = name.as_str();
    let row = account::table.find(key).select((account::created_at, account::email, account::disabled_at));
    let row = row.first::<(i64, Option<String>, Option<i64>)>(conn).optional()?;
    let Some((created_at, email, disabled_at)) = row else { return Ok(None) };
    let roles =
        account_role::table.filter(account_role::account.eq(key)).select(account_role::role).load::<String>(conn)?;
    let key = [key];
    let read = |table| Row::new(table, &key);
    Ok(Some(Account {
        name: name.clone(),
        roles: roles.iter().map(|role| read("account_role").text("role", role)).collect::<Result<_>>()?,
        email: read("account").text_or_null("email", email.as_deref())?,
        created_at: read("account").time("created_at", created_at)?,
        disabled_at: read("account").time_or_null("disabled_at", disabled_at)?,
    }))
}

/// The account of an e-mail address, with the hash of its password if it has one.
pub fn find_by_email(conn: &mut Conn, email: &Email) -> Result<Option<(AccountName, Option<String>)>> {
    let row = account::table.filter(account::email.eq(email.as_str())).select((account::name, account::password));
    let Some((name, password)) = row.first::<(String, Option<String>)>(conn).optional()? else { return Ok(None) };
    Ok(Some((Row::new("account", &[&name]).text("name", &name)?, password)))
}

/// No other transaction locks this account until this one ends. SQLite has one writer anyway.
pub fn lock(conn: &mut Conn, name: &AccountName) -> Result<()> {
    if let Conn::Postgres(conn) = conn {
        diesel::sql_query("SELECT 1 FROM account WHERE name = $1 FOR NO KEY UPDATE")
            .bind::<diesel::sql_types::Text, _>(name.as_str())
            .execute(conn)?;
    }
    Ok(())
}

/// The hash of the password of an account, if it has one. No other transaction sets another one until this one ends.
///
/// A write that opens something to whoever knows the password, or that closes it, begins with this, so that of two at once the
/// later one finds what the earlier one did. SQLite has one writer anyway.
pub fn lock_password(conn: &mut Conn, name: &AccountName) -> Result<Option<String>> {
    lock(conn, name)?;
    let password = account::table.find(name.as_str()).select(account::password);
    Ok(password.first::<Option<String>>(conn).optional()?.flatten())
}

/// Sets the hash of the password of a person. `false` if the account is none, or is not there.
pub fn set_password(conn: &mut Conn, name: &AccountName, hash: &str) -> Result<bool> {
    let person = account::table.find(name.as_str()).filter(account::email.is_not_null());
    Ok(diesel::update(person).set(account::password.eq(hash)).execute(conn)? == 1)
}

/// Sets the e-mail address of an account, and takes its password away. [`Conflict::Email`](crate::Conflict::Email) if another
/// account has the address; `false` if there is no such account.
pub fn set_email(conn: &mut Conn, name: &AccountName, email: &Email) -> Result<bool> {
    let set = (account::email.eq(email.as_str()), account::password.eq(None::<&str>));
    Ok(diesel::update(account::table.find(name.as_str())).set(set).execute(conn)? == 1)
}

/// A page of accounts by name, after the given one.
pub fn page(conn: &mut Conn, after: Option<&AccountName>, size: PageSize) -> Result<Page<Account>> {
    let mut query =
        account::table.order(account::name).limit(Page::<Account>::rows(size)).select(account::name).into_boxed();
    if let Some(after) = after {
        query = query.filter(account::name.gt(after.as_str()));
    }
    let names = query.load::<String>(conn)?;
    Page::of_names(names, size, "account", |name| find(conn, name))
}

/// Disables an account from a time on, or enables it. `false` if there is no such account.
pub fn set_disabled(conn: &mut Conn, name: &AccountName, since: Option<Timestamp>) -> Result<bool> {
    let row = account::table.find(name.as_str());
    let set = account::disabled_at.eq(since.map(Timestamp::as_micros));
    Ok(diesel::update(row).set(set).execute(conn)? == 1)
}
