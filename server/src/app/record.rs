//! The trace of a change: its audit event and its outbox row, in its transaction.

use plimsoll_core::wire::AuditEvent;
use plimsoll_core::{PackageId, PublisherName, Version};
use plimsoll_store::package::Package;
use plimsoll_store::version::VersionRecord;
use plimsoll_store::{Conn, audit, outbox};
use serde_json::{Value, json};

use super::{Caller, Result};
use crate::App;
use plimsoll_core::access::Actor;

/// What a change is about.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About<'a> {
    /// The publisher.
    pub(super) publisher: Option<&'a PublisherName>,
    /// The package.
    pub(super) package: Option<&'a PackageId>,
    /// The version.
    pub(super) version: Option<&'a Version>,
}

impl<'a> About<'a> {
    /// A change of a publisher.
    pub(super) fn publisher(publisher: &'a PublisherName) -> Self {
        Self { publisher: Some(publisher), ..Self::default() }
    }

    /// A change of a version.
    pub(super) fn version(publisher: &'a PublisherName, package: &'a PackageId, version: &'a Version) -> Self {
        Self { publisher: Some(publisher), package: Some(package), version: Some(version) }
    }
}

/// What an event tells of a version as it was published or decided.
pub(super) fn of_version(record: &VersionRecord) -> Value {
    json!({
        "sha256": record.sha256, "tier": record.tier, "state": record.state, "visibility": record.visibility,
        "reportSha256": record.report_sha256, "approvalSha256": record.approval_sha256,
    })
}

/// Records a change of state: for people, and for whatever the outbox is fed to.
pub(super) fn change(
    app: &App,
    conn: &mut Conn,
    caller: &Caller,
    action: &str,
    about: About<'_>,
    detail: Value,
) -> Result<()> {
    let event = event(app, conn, caller, action, about, detail)?;
    let payload = serde_json::to_value(&event).expect("an event is plain data");
    outbox::insert(conn, &event.id, event.at, action, &payload)?;
    Ok(())
}

/// Records that something else is said of a package than before.
pub(super) fn package_updated(app: &App, conn: &mut Conn, caller: &Caller, now: &Package) -> Result<()> {
    let detail = json!({ "package": now.id, "defaultVisibility": now.default_visibility });
    change(app, conn, caller, "package.updated", About::publisher(&now.publisher), detail)
}

/// Records something that changed no state, such as a refusal: for people only.
pub(super) fn event(
    app: &App,
    conn: &mut Conn,
    caller: &Caller,
    action: &str,
    about: About<'_>,
    detail: Value,
) -> Result<AuditEvent> {
    let event = AuditEvent {
        id: app.ids.id(),
        at: app.clock.now(),
        actor: match &caller.actor {
            Actor::Account(account) => account.name.to_string(),
            Actor::Anonymous => "registry".to_owned(),
        },
        action: action.to_owned(),
        publisher: about.publisher.cloned(),
        package: about.package.cloned(),
        version: about.version.cloned(),
        request_id: caller.request_id.clone(),
        detail,
    };
    audit::insert(conn, &event)?;
    Ok(event)
}
