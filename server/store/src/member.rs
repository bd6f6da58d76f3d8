//! The members of publishers.

use std::collections::BTreeMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Text;
use plimsoll_core::access::MemberRole;
use plimsoll_core::page::PageSize;
use plimsoll_core::wire::Member;
use plimsoll_core::{AccountName, PublisherName, Timestamp};

use crate::column::Row;
use crate::error::Result;
use crate::schema::{publisher_departure, publisher_member};
use crate::{Conn, Page, StoreError};

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

/// Removes a member. `false` if the account is none.
pub fn remove(conn: &mut Conn, publisher: &PublisherName, account: &AccountName) -> Result<bool> {
    let member = publisher_member::table.find((publisher.as_str(), account.as_str()));
    Ok(diesel::delete(member).execute(conn)? == 1)
}

/// Remembers that an account left a publisher by itself.
pub fn leave(conn: &mut Conn, publisher: &PublisherName, account: &AccountName, at: Timestamp) -> Result<()> {
    forget_leaving(conn, publisher, account)?;
    diesel::insert_into(publisher_departure::table)
        .values((
            publisher_departure::publisher.eq(publisher.as_str()),
            publisher_departure::account.eq(account.as_str()),
            publisher_departure::left_at.eq(at.as_micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Whether an account left a publisher by itself.
pub fn has_left(conn: &mut Conn, publisher: &PublisherName, account: &AccountName) -> Result<bool> {
    let departure = publisher_departure::table.find((publisher.as_str(), account.as_str()));
    Ok(diesel::select(exists(departure)).get_result(conn)?)
}

/// Forgets that an account left a publisher by itself.
pub fn forget_leaving(conn: &mut Conn, publisher: &PublisherName, account: &AccountName) -> Result<()> {
    let departure = publisher_departure::table.find((publisher.as_str(), account.as_str()));
    diesel::delete(departure).execute(conn)?;
    Ok(())
}

/// The role of an account for a publisher, if it is a member.
pub fn find(conn: &mut Conn, publisher: &PublisherName, account: &AccountName) -> Result<Option<MemberRole>> {
    let row = publisher_member::table.find((publisher.as_str(), account.as_str())).select(publisher_member::role);
    let Some(role) = row.first::<String>(conn).optional()? else { return Ok(None) };
    Ok(Some(Row::new("publisher_member", &[publisher.as_str(), account.as_str()]).text("role", &role)?))
}

/// The members of a publisher, by name.
pub fn list(conn: &mut Conn, publisher: &PublisherName) -> Result<Vec<Member>> {
    let rows = publisher_member::table
        .filter(publisher_member::publisher.eq(publisher.as_str()))
        .order(publisher_member::account)
        .select(MemberRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Member::try_from).collect()
}

/// A page of the members of a publisher by name, after the given one.
pub fn page(
    conn: &mut Conn,
    publisher: &PublisherName,
    after: Option<&AccountName>,
    size: PageSize,
) -> Result<Page<Member>> {
    let mut query = publisher_member::table
        .filter(publisher_member::publisher.eq(publisher.as_str()))
        .order(publisher_member::account)
        .limit(Page::<Member>::rows(size))
        .select(MemberRow::as_select())
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(publisher_member::account.gt(after.as_str()));
    }
    Page::of(query.load(conn)?, size)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = publisher_member)]
struct MemberRow {
    publisher: String,
    account: String,
    role: String,
}

impl TryFrom<MemberRow> for Member {
    type Error = StoreError;

    fn try_from(row: MemberRow) -> Result<Self> {
        let key = [row.publisher.as_str(), row.account.as_str()];
        let read = Row::new("publisher_member", &key);
        Ok(Self { account: read.text("account", &row.account)?, role: read.text("role", &row.role)? })
    }
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
