//! Tokens. Only the digest of a secret is kept.

use std::collections::BTreeSet;

use diesel::prelude::*;
use plimsoll_core::access::TokenScope;
use plimsoll_core::page::PageSize;
use plimsoll_core::{AccountName, Digest, Timestamp};

use crate::column::{self, Row};
use crate::error::Result;
use crate::schema::token;
use crate::{Conn, Page, StoreError};

/// A token of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// By which it is revoked.
    pub id: String,
    /// The account it acts for.
    pub account: AccountName,
    /// The digest of the secret.
    pub secret_sha256: Digest,
    /// What it may be used for.
    pub scopes: BTreeSet<TokenScope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Whether it was made by signing in: signing out ends it.
    pub session: bool,
}

/// Adds a token.
pub fn insert(conn: &mut Conn, new: &Token) -> Result<()> {
    diesel::insert_into(token::table).values(TokenRow::from(new)).execute(conn)?;
    Ok(())
}

/// The token of an id.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<Token>> {
    let row = token::table.find(id).select(TokenRow::as_select()).first(conn).optional()?;
    row.map(Token::try_from).transpose()
}

/// The token of a secret, also if it is expired or revoked.
pub fn find_by_secret(conn: &mut Conn, secret_sha256: &Digest) -> Result<Option<Token>> {
    let secret = token::secret_sha256.eq(secret_sha256.to_string());
    let row = token::table.filter(secret).select(TokenRow::as_select()).first(conn).optional()?;
    row.map(Token::try_from).transpose()
}

/// A page of tokens of an account, or of all, after the given id. Ids are roughly ordered by time.
pub fn page(
    conn: &mut Conn,
    account: Option<&AccountName>,
    after: Option<&str>,
    size: PageSize,
) -> Result<Page<Token>> {
    let mut query =
        token::table.order(token::id).limit(Page::<Token>::rows(size)).select(TokenRow::as_select()).into_boxed();
    if let Some(account) = account {
        query = query.filter(token::account.eq(account.as_str()));
    }
    if let Some(after) = after {
        query = query.filter(token::id.gt(after));
    }
    Page::of(query.load(conn)?, size)
}

/// Revokes a token. `false` if there is none, or it was revoked before.
pub fn revoke(conn: &mut Conn, id: &str, at: Timestamp) -> Result<bool> {
    let live = token::table.find(id).filter(token::revoked_at.is_null());
    Ok(diesel::update(live).set(token::revoked_at.eq(at.as_micros())).execute(conn)? == 1)
}

/// Revokes every token of an account that was made by signing in.
pub fn revoke_sessions(conn: &mut Conn, account: &AccountName, at: Timestamp) -> Result<()> {
    let live = token::table
        .filter(token::account.eq(account.as_str()))
        .filter(token::session.eq(true))
        .filter(token::revoked_at.is_null());
    diesel::update(live).set(token::revoked_at.eq(at.as_micros())).execute(conn)?;
    Ok(())
}

/// Forgets the tokens of an account that were made by signing in and have expired at a moment.
pub fn remove_expired_sessions(conn: &mut Conn, account: &AccountName, at: Timestamp) -> Result<()> {
    let expired = token::table
        .filter(token::account.eq(account.as_str()))
        .filter(token::session.eq(true))
        .filter(token::expires_at.le(at.as_micros()));
    diesel::delete(expired).execute(conn)?;
    Ok(())
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = token)]
struct TokenRow {
    id: String,
    account: String,
    secret_sha256: String,
    scopes: String,
    created_at: i64,
    expires_at: i64,
    revoked_at: Option<i64>,
    session: bool,
}

impl From<&Token> for TokenRow {
    fn from(token: &Token) -> Self {
        Self {
            id: token.id.clone(),
            account: token.account.to_string(),
            secret_sha256: token.secret_sha256.to_string(),
            scopes: column::words(&token.scopes),
            created_at: token.created_at.as_micros(),
            expires_at: token.expires_at.as_micros(),
            revoked_at: token.revoked_at.map(Timestamp::as_micros),
            session: token.session,
        }
    }
}

impl TryFrom<TokenRow> for Token {
    type Error = StoreError;

    fn try_from(row: TokenRow) -> Result<Self> {
        let key = [row.id.as_str()];
        let read = Row::new("token", &key);
        Ok(Self {
            account: read.text("account", &row.account)?,
            secret_sha256: read.text("secret_sha256", &row.secret_sha256)?,
            scopes: read.words("scopes", &row.scopes)?,
            created_at: read.time("created_at", row.created_at)?,
            expires_at: read.time("expires_at", row.expires_at)?,
            revoked_at: read.time_or_null("revoked_at", row.revoked_at)?,
            id: row.id,
            session: row.session,
        })
    }
}
