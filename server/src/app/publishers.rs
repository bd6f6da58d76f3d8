//! Publishers: their level, id prefixes and members.

use plimsoll_core::access::{Action, MemberRole};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{Member, NewPublisher, Publisher, SetLevel, SetMember};
use plimsoll_core::{AccountName, Level, Prefix, PublisherName};
use plimsoll_store::{Conflict, Conn, StoreError, account, member, prefix, publisher};
use serde_json::json;

use super::record::{self, About};
use super::{Caller, Error, Result, check_text, shelf};
use crate::App;

/// Makes a publisher, owned by the one who asks.
pub fn create(app: &App, caller: &Caller, new: NewPublisher) -> Result<Publisher> {
    let owner = caller.allow(&Action::CreatePublisher)?.name.clone();
    let name = new.publisher;
    app.store.write("create_publisher", |conn| {
        publisher::insert(conn, &name, Level::Unverified, app.clock.now()).map_err(|error| match error {
            StoreError::Conflict(Conflict::Publisher) => Error::conflict(
                ProblemCode::PublisherExists,
                format!("there is a publisher {name} already: choose another name"),
            ),
            error => error.into(),
        })?;
        member::set(conn, &name, &Member { account: owner.clone(), role: MemberRole::Owner })?;
        record::change(app, conn, caller, "publisher.created", About::publisher(&name), json!({ "owner": owner }))?;
        found(conn, &name)
    })
}

/// Shows a publisher.
pub fn get(app: &App, caller: &Caller, name: &PublisherName) -> Result<Publisher> {
    caller.allow(&Action::ReadContributions)?;
    app.store.read("publisher", |conn| found(conn, name))
}

/// Sets how far a publisher is verified. Versions of a tier that the new level does not permit go back to review.
pub fn set_level(app: &App, caller: &Caller, name: &PublisherName, set: SetLevel) -> Result<Publisher> {
    caller.allow(&Action::SetLevel)?;
    check_text("/reason", &set.reason, 1000)?;
    app.store.write("set_level", |conn| {
        let before = publisher::lock(conn, name)?.ok_or_else(|| missing(name))?;
        publisher::set_level(conn, name, set.level)?;
        let detail = json!({ "from": before.level, "to": set.level, "reason": set.reason });
        record::change(app, conn, caller, "publisher.level", About::publisher(name), detail)?;
        if set.level.highest_tier() < before.level.highest_tier() {
            shelf::hold_above(app, conn, caller, name, set.level)?;
        }
        found(conn, name)
    })
}

/// Grants an id prefix to a publisher: from then on, only it may publish below it.
pub fn grant_prefix(app: &App, caller: &Caller, name: &PublisherName, granted: Prefix) -> Result<Publisher> {
    caller.allow(&Action::GrantPrefix)?;
    app.store.write("grant_prefix", |conn| {
        found(conn, name)?;
        match prefix::holder(conn, &granted)? {
            Some(holder) if holder == *name => {}
            Some(holder) => return Err(taken(&granted, &holder)),
            None => {
                prefix::insert(conn, &granted, name, app.clock.now())?;
                let detail = json!({ "prefix": granted });
                record::change(app, conn, caller, "publisher.prefix", About::publisher(name), detail)?;
            }
        }
        found(conn, name)
    })
}

/// Adds a member, or changes its role.
pub fn set_member(
    app: &App,
    caller: &Caller,
    name: &PublisherName,
    who: &AccountName,
    set: SetMember,
) -> Result<Member> {
    caller.allow(&Action::SetMember(name))?;
    let now = Member { account: who.clone(), role: set.role };
    app.store.write("set_member", |conn| {
        publisher::lock(conn, name)?.ok_or_else(|| missing(name))?;
        if account::find(conn, who)?.is_none() {
            return Err(Error::NotFound(format!("account {who}")));
        }
        let owners = member::list(conn, name)?.into_iter().filter(|member| member.role == MemberRole::Owner);
        let others = owners.filter(|owner| owner.account != *who).count();
        if others == 0 && set.role != MemberRole::Owner {
            let message = format!("{who} is the last owner of {name}: make somebody else an owner before");
            return Err(Error::conflict(ProblemCode::StateConflict, message));
        }
        member::set(conn, name, &now)?;
        record::change(app, conn, caller, "publisher.member", About::publisher(name), json!(now))
    })?;
    Ok(now)
}

/// The publisher, or that it is not there.
pub(super) fn found(conn: &mut Conn, name: &PublisherName) -> Result<Publisher> {
    publisher::find(conn, name)?.ok_or_else(|| missing(name))
}

pub(super) fn missing(name: &PublisherName) -> Error {
    Error::NotFound(format!("publisher {name}"))
}

fn taken(prefix: &Prefix, holder: &PublisherName) -> Error {
    Error::conflict(
        ProblemCode::StateConflict,
        format!("the prefix {prefix} is granted to the publisher {holder} already"),
    )
}
