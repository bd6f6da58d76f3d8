//! Accounts and their roles.

use diesel::prelude::*;
use plimsoll_core::AccountName;
use plimsoll_core::wire::Account;

use crate::Conn;
use crate::column::Row;
use crate::error::Result;
use crate::schema::{account, account_role};

/// Adds an account. [`Conflict::Account`](crate::Conflict::Account) if the name is taken.
pub fn insert(conn: &mut Conn, new: &Account) -> Result<()> {
    let name = new.name.as_str();
    diesel::insert_into(account::table)
        .values((account::name.eq(name), account::created_at.eq(new.created_at.as_micros())))
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
    let created_at = account::table.find(key).select(account::created_at).first::<i64>(conn).optional()?;
    let Some(created_at) = created_at else { return Ok(None) };
    let roles =
        account_role::table.filter(account_role::account.eq(key)).select(account_role::role).load::<String>(conn)?;
    Ok(Some(Account {
        name: name.clone(),
        roles: roles.iter().map(|role| Row::new("account_role", &[key]).text("role", role)).collect::<Result<_>>()?,
        created_at: Row::new("account", &[key]).time("created_at", created_at)?,
    }))
}
