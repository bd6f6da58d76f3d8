//! Yanking, deprecating and blocking.

use plimsoll_core::access::{self, Action, Part};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::version_state::{AvailabilityError, AvailabilityWord, change_availability};
use plimsoll_core::wire::{self, SetAvailability};
use plimsoll_core::{Availability, PackageId, Version};
use plimsoll_store::version;
use serde_json::json;

use super::record::{self, About};
use super::{Caller, Error, Result, approve, check_text, facts, packages, review, shelf, taken_back};
use crate::App;

/// Sets whether a version may still be used.
pub fn set(
    app: &App,
    caller: &Caller,
    id: &PackageId,
    number: &Version,
    set: SetAvailability,
) -> Result<wire::Version> {
    if set.to != AvailabilityWord::Live || !set.reason.is_empty() {
        check_text("/reason", &set.reason, Availability::REASON_BYTES_MAX)?;
    }
    if let Some(replacement) = &set.replacement {
        check_text("/replacement", replacement, Availability::REPLACEMENT_BYTES_MAX)?;
        if set.to != AvailabilityWord::Deprecated {
            return Err(Error::invalid_at("/replacement", "only a deprecated version names a replacement"));
        }
    }
    let reason = set.reason.clone();
    let to = match set.to {
        AvailabilityWord::Live => Availability::live(),
        status => Availability { status, reason: set.reason, replacement: set.replacement },
    };
    app.store.write("set_availability", |conn| {
        let missing = || packages::missing_version(id, number);
        let publisher = version::find(conn, id, number)?.ok_or_else(missing)?.publisher;
        facts::lock_publisher(conn, &publisher)?;
        let was = version::find(conn, id, number)?.ok_or_else(missing)?;
        let may_block = access::allow(&caller.actor, &Action::Block).is_ok();
        let lifts = was.availability.status == AvailabilityWord::Blocked && may_block;
        let action = if to.status == AvailabilityWord::Blocked {
            Action::Block
        } else if lifts {
            Action::LiftBlock { publisher: &was.publisher, published_by: &was.published_by }
        } else {
            Action::SetAvailability(&was.publisher)
        };
        let allowed = caller.allow(&action).and_then(|account| match action {
            Action::LiftBlock { .. } => review::check_not_publisher(conn, account, &was),
            _ => Ok(()),
        });
        if let Err(denied) = allowed {
            // To those who may not see it, it is not there.
            let visible = access::reads(&caller.actor, packages::subject(&was), Part::Document);
            return Err(if visible { denied } else { missing() });
        }
        // What is in force can be taken back, whatever waits beside it.
        change_availability(number, was.state, &was.availability, &to, may_block).map_err(|error| match error {
            AvailabilityError::ReasonMissing => Error::invalid_at("/reason", error.to_string()),
            error => Error::conflict(ProblemCode::StateConflict, error.to_string()),
        })?;
        let now = version::VersionRecord { availability: to.clone(), ..was.clone() };
        approve::check_replaced(version::update(conn, &was, &now)?, &now)?;
        let about = About::version(&now.publisher, id, number);
        let detail = json!({ "from": was.availability, "to": now.availability, "reason": reason });
        record::change(app, conn, caller, &format!("version.{}", to.status), about, detail)?;
        taken_back::hold_bundling(app, conn, caller, &now)?;
        shelf::refresh(app, conn, id)?;
        packages::with_report(conn, now)
    })
}
