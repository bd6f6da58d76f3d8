//! The members of publishers.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Text;
use plimsoll_core::access::MemberRole;
use plimsoll_core::wire::Member;
use plimsoll_core::{AccountName, PublisherName};

use crate::Conn;
use crate::column::Row;
use crate::error::Result;
use crate::schema::publisher_member;

/// Adds a member, or changes its role.
pub fn set(conn: &mut Conn, publisher: &PublisherName, member: &Member) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO publisher_member (publisher, account, role) VALUES ($1, $2, $3) \
         ON CONFLICT (publisher, account) DO UPDATE SET role = excluded.role",
    )
    .bind::<Text, _>(publisher.as_str())
    .bind::<Text, _>(member.account.as_str())
    .bind::<Text, _>(member.role.as_str())
    .execute(conn)?;
    Ok(())
}

/// The members of a publisher, by name.
pub fn list(conn: &mut Conn, publisher: &PublisherName) -> Result<Vec<Member>> {
    let rows = publisher_member::table
        .filter(publisher_member::publisher.eq(publisher.as_str()))
        .order(publisher_member::account)
        .select((publisher_member::account, publisher_member::role))
        .load::<(String, String)>(conn)?;
    let read = |(account, role): &(String, String)| {
        let key = [publisher.as_str(), account.as_str()];
        let row = Row::new("publisher_member", &key);
        Ok(Member { account: row.text("account", account)?, role: row.text("role", role)? })
    };
    rows.iter().map(read).collect()
}

/// The publishers that an account is a member of.
pub fn of_account(conn: &mut Conn, account: &AccountName) -> Result<BTreeMap<PublisherName, MemberRole>> {
    let rows = publisher_member::table
        .filter(publisher_member::account.eq(account.as_str()))
        .select((publisher_member::publisher, publisher_member::role))
        .load::<(String, String)>(conn)?;
    let read = |(publisher, role): &(String, String)| {
        let key = [publisher.as_str(), account.as_str()];
        let row = Row::new("publisher_member", &key);
        Ok((row.text("publisher", publisher)?, row.text("role", role)?))
    };
    rows.iter().map(read).collect()
}
