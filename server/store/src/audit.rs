//! Audit events: what happened, never changed afterwards.

use diesel::prelude::*;
use plimsoll_core::page::PageSize;
use plimsoll_core::wire::AuditEvent;
use plimsoll_core::{PackageId, PublisherName, Timestamp};

use crate::column::Row;
use crate::error::Result;
use crate::schema::audit_event;
use crate::{Conn, Page, StoreError};

/// Which events a list has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of a publisher.
    pub publisher: Option<PublisherName>,
    /// Those of a package.
    pub package: Option<PackageId>,
}

/// Adds an event.
pub fn insert(conn: &mut Conn, new: &AuditEvent) -> Result<()> {
    diesel::insert_into(audit_event::table).values(EventRow::from(new)).execute(conn)?;
    Ok(())
}

/// A page of events, newest first, after the event of the given time and id.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    after: Option<(Timestamp, &str)>,
    size: PageSize,
) -> Result<Page<AuditEvent>> {
    let mut query = audit_event::table
        .order((audit_event::at.desc(), audit_event::id.desc()))
        .limit(Page::<AuditEvent>::rows(size))
        .select(EventRow::as_select())
        .into_boxed();
    if let Some(publisher) = &filter.publisher {
        query = query.filter(audit_event::publisher.eq(publisher.as_str()));
    }
    if let Some(package) = &filter.package {
        query = query.filter(audit_event::package.eq(package.as_str()));
    }
    if let Some((at, id)) = after {
        let at = at.as_micros();
        let same_time = audit_event::at.eq(at).and(audit_event::id.lt(id));
        query = query.filter(audit_event::at.lt(at).or(same_time));
    }
    Page::of(query.load(conn)?, size)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit_event)]
struct EventRow {
    id: String,
    at: i64,
    actor: String,
    action: String,
    publisher: Option<String>,
    package: Option<String>,
    version: Option<String>,
    request_id: String,
    detail: String,
}

impl From<&AuditEvent> for EventRow {
    fn from(event: &AuditEvent) -> Self {
        Self {
            id: event.id.clone(),
            at: event.at.as_micros(),
            actor: event.actor.clone(),
            action: event.action.clone(),
            publisher: event.publisher.as_ref().map(ToString::to_string),
            package: event.package.as_ref().map(ToString::to_string),
            version: event.version.as_ref().map(ToString::to_string),
            request_id: event.request_id.clone(),
            detail: event.detail.to_string(),
        }
    }
}

impl TryFrom<EventRow> for AuditEvent {
    type Error = StoreError;

    fn try_from(row: EventRow) -> Result<Self> {
        let key = [row.id.as_str()];
        let read = Row::new("audit_event", &key);
        Ok(Self {
            at: read.time("at", row.at)?,
            publisher: read.text_or_null("publisher", row.publisher.as_deref())?,
            package: read.text_or_null("package", row.package.as_deref())?,
            version: read.text_or_null("version", row.version.as_deref())?,
            detail: read.json("detail", &row.detail)?,
            actor: row.actor,
            action: row.action,
            request_id: row.request_id,
            id: row.id,
        })
    }
}
