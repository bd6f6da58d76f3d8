//! Index documents, as the bytes that were signed.

use bytes::Bytes;
use plimsoll_core::access;
use plimsoll_core::{PackageId, PackageType, Visibility};
use plimsoll_store::index::{self, IndexRecord};
use plimsoll_store::{Conn, package};

use super::{Caller, Error, Result, shelf};
use crate::App;

/// How long a client and the caches between may keep a document without asking again: so long a yank may stay unseen.
const MAX_AGE_SECONDS: u32 = 60;

/// An index document.
#[derive(Debug)]
pub struct IndexFile {
    /// The signed envelope.
    pub body: Bytes,
    /// Its entity tag, with quotes.
    pub etag: String,
    /// How long it may be kept.
    pub max_age_seconds: u32,
    /// Whether it is the same for everyone.
    pub public: bool,
}

/// The index document of a package, for the widest audience that the one who asks belongs to.
pub fn index(app: &App, caller: &Caller, id: &PackageId) -> Result<IndexFile> {
    let missing = || Error::NotFound(format!("package {id}"));
    let (record, public) = app.store.read("index", |conn| find(conn, caller, id))?.ok_or_else(missing)?;
    let record = if record.expires_at < app.clock.now().plus_seconds(shelf::INDEX_RENEW_SECONDS) {
        app.store.write("renew_index", |conn| shelf::renew_index(app, conn, &record))?
    } else {
        record
    };
    Ok(IndexFile { body: record.body.into(), etag: record.etag, max_age_seconds: MAX_AGE_SECONDS, public })
}

fn find(conn: &mut Conn, caller: &Caller, id: &PackageId) -> Result<Option<(IndexRecord, bool)>> {
    let Some(package) = package::find(conn, id)? else { return Ok(None) };
    let Some(audience) = access::index_audience(&caller.actor, &package.publisher, package.package_type) else {
        return Ok(None);
    };
    let public = package.package_type == PackageType::App && audience == Visibility::Marketplace;
    Ok(index::find(conn, id, audience)?.map(|record| (record, public)))
}
