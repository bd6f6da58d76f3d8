//! Audit events.

use plimsoll_core::access::Action;
use plimsoll_core::page::{Cursor, PageSize};
use plimsoll_core::wire::AuditPage;
use plimsoll_core::{InvalidText, PackageId, PublisherName, Timestamp};
use plimsoll_store::audit::{self, Filter};

use super::{Caller, Result};
use crate::App;

const LIST: &str = "audit";

/// Which events are asked for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Those of a publisher.
    pub publisher: Option<PublisherName>,
    /// Those of a package.
    pub package: Option<PackageId>,
    /// How many.
    pub limit: PageSize,
    /// After which.
    pub cursor: Option<String>,
}

/// A page of audit events, newest first.
pub fn page(app: &App, caller: &Caller, query: Query) -> Result<AuditPage> {
    caller.allow(&Action::ReadAudit(query.publisher.as_ref()))?;
    let after = query.cursor.as_deref().map(parse_cursor).transpose()?;
    let filter = Filter { publisher: query.publisher, package: query.package };
    let after = after.as_ref().map(|(at, id)| (*at, id.as_str()));
    let page = app.store.read("audit", |conn| audit::page(conn, &filter, after, query.limit))?;
    let next = page.next(LIST, |last| [last.at.to_string(), last.id.clone()]);
    Ok(AuditPage { items: page.items, next })
}

fn parse_cursor(text: &str) -> std::result::Result<(Timestamp, String), InvalidText> {
    let [at, id] = Cursor::parse(LIST, text)?;
    let at =
        at.parse().map_err(|_| InvalidText::new("cursor", text, "use the `next` of an earlier page, unchanged"))?;
    Ok((at, id))
}
