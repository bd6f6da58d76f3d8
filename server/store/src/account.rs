//! Accounts and their roles.

use diesel::prelude::*;
use plimsoll_core::wire::Account;
use plimsoll_core::{AccountName, Email};

use crate::Conn;
use crate::column::Row;
use crate::error::Result;
use crate::schema::{account, account_role};

/// Adds an account. [`Conflict::Account`](crate::Conflict::Account) if the name is taken,
/// [`Conflict::Email`](crate::Conflict::Email) if the e-mail address is.
pub fn insert(conn: &mut Conn, new: &Account) -> Result<()> {
    let name = new.name.as_str();
    diesel::insert_into(account::table)
        .values((
            account::name.eq(name),
            account::created_at.eq(new.created_at.as_micros()),
            account::email.eq(new.email.as_ref().map(Email::as_str)),
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
    let row = account::table.find(key).select((account::created_at, account::email));
    let Some((created_at, email)) = row.first::<(i64, Option<String>)>(conn).optional()? else { return Ok(None) };
    let roles =
        account_role::table.filter(account_role::account.eq(key)).select(account_role::role).load::<String>(conn)?;
    Ok(Some(Account {
        name: name.clone(),
        roles: roles.iter().map(|role| Row::new("account_role", &[key]).text("role", role)).collect::<Result<_>>()?,
        email: Row::new("account", &[key]).text_or_null("email", email.as_deref())?,
        created_at: Row::new("account", &[key]).time("created_at", created_at)?,
    }))
}

/// The account of an e-mail address, with the hash of its password if it has one.
pub fn find_by_email(conn: &mut Conn, email: &Email) -> Result<Option<(AccountName, Option<String>)>> {
    let row = account::table.filter(account::email.eq(email.as_str())).select((account::name, account::password));
    let Some((name, password)) = row.first::<(String, Option<String>)>(conn).optional()? else { return Ok(None) };
    Ok(Some((Row::new("account", &[&name]).text("name", &name)?, password)))
}

/// Sets the hash of the password of a person. `false` if the account is none, or is not there.
pub fn set_password(conn: &mut Conn, name: &AccountName, hash: &str) -> Result<bool> {
    let person = account::table.find(name.as_str()).filter(account::email.is_not_null());
    Ok(diesel::update(person).set(account::password.eq(hash)).execute(conn)? == 1)
}
