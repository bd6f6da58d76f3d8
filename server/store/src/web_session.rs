//! Sessions of the web page. Only the digest of a secret is kept.

use diesel::prelude::*;
use plimsoll_core::{AccountName, Digest, Timestamp};

use crate::Conn;
use crate::column::Row;
use crate::error::Result;
use crate::schema::web_session;

/// Somebody who signed in at the web page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSession {
    /// The digest of the secret in the cookie.
    pub secret_sha256: Digest,
    /// Who.
    pub account: AccountName,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
}

/// Adds a session, and forgets those that have expired before it began.
pub fn insert(conn: &mut Conn, new: &WebSession) -> Result<()> {
    let expired = web_session::table.filter(web_session::expires_at.le(new.created_at.as_micros()));
    diesel::delete(expired).execute(conn)?;
    diesel::insert_into(web_session::table)
        .values((
            web_session::secret_sha256.eq(new.secret_sha256.to_string()),
            web_session::account.eq(new.account.as_str()),
            web_session::created_at.eq(new.created_at.as_micros()),
            web_session::expires_at.eq(new.expires_at.as_micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The session of a secret, also if it has expired.
pub fn find(conn: &mut Conn, secret_sha256: &Digest) -> Result<Option<WebSession>> {
    let key = secret_sha256.to_string();
    let row =
        web_session::table.find(&key).select((web_session::account, web_session::created_at, web_session::expires_at));
    let Some((account, created_at, expires_at)) = row.first::<(String, i64, i64)>(conn).optional()? else {
        return Ok(None);
    };
    let key = [key.as_str()];
    let read = Row::new("web_session", &key);
    Ok(Some(WebSession {
        secret_sha256: *secret_sha256,
        account: read.text("account", &account)?,
        created_at: read.time("created_at", created_at)?,
        expires_at: read.time("expires_at", expires_at)?,
    }))
}

/// Ends a session. Nothing happens if there is none.
pub fn remove(conn: &mut Conn, secret_sha256: &Digest) -> Result<()> {
    diesel::delete(web_session::table.find(secret_sha256.to_string())).execute(conn)?;
    Ok(())
}

/// Ends every session of an account.
pub fn remove_of(conn: &mut Conn, account: &AccountName) -> Result<()> {
    diesel::delete(web_session::table.filter(web_session::account.eq(account.as_str()))).execute(conn)?;
    Ok(())
}
