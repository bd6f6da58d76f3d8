//! Publishers: their level, id prefixes and members.

use plimsoll_core::access::{Action, MemberRole};
use plimsoll_core::page::PageSize;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{Member, MemberPage, NewPublisher, Publisher, PublisherPage, SetLevel, SetMember};
use plimsoll_core::{AccountName, Level, Prefix, PublisherName};
use plimsoll_store::{Conflict, Conn, StoreError, account, member, prefix, publisher};
use serde_json::json;

use super::record::{self, About};
use super::{Caller, Error, Result, check_text, taken_back};
use crate::App;

/// The most publishers that one account founds; an administrator founds as many as it likes.
const MAX_FOUNDED: usize = 20;
/// The most members of a publisher.
const MAX_MEMBERS: usize = 100;
/// The most publishers that an account is put into. All its memberships are read whenever it asks for something.
const MAX_MEMBERSHIPS: usize = 100;

/// Makes a publisher, owned by the one who asks.
pub fn create(app: &App, caller: &Caller, new: NewPublisher) -> Result<Publisher> {
    let founder = caller.allow(&Action::CreatePublisher)?;
    let owner = founder.name.clone();
    let name = new.publisher;
    app.store.write("create_publisher", |conn| {
        account::lock(conn, &owner)?;
        if !founder.administers_others() && publisher::founded_by(conn, &owner)?.len() >= MAX_FOUNDED {
            let message = format!(
                "{owner} has founded {MAX_FOUNDED} publishers, which is the most: publish for one of them, or ask an \
                 administrator to make {name} and to set its owner"
            );
            return Err(Error::conflict(ProblemCode::StateConflict, message));
        }
        publisher::insert(conn, &name, Level::Unverified, Some(&owner), app.clock.now()).map_err(
            |error| match error {
                StoreError::Conflict(Conflict::Publisher) => Error::conflict(
                    ProblemCode::PublisherExists,
                    format!("there is a publisher {name} already: choose another name"),
                ),
                error => error.into(),
            },
        )?;
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

/// A page of publishers, by name.
pub fn list(app: &App, caller: &Caller, size: PageSize, cursor: Option<&str>) -> Result<PublisherPage> {
    caller.allow(&Action::ReadContributions)?;
    let after = cursor.map(|cursor| super::name_after("publishers", cursor)).transpose()?;
    let page = app.store.read("publishers", |conn| publisher::page(conn, after.as_ref(), size))?;
    let next = page.next("publishers", |last| [last.publisher.to_string()]);
    Ok(PublisherPage { items: page.items, next })
}

/// Sets how far a publisher is verified. Approved versions that the new level does not reach go back to review.
pub fn set_level(app: &App, caller: &Caller, name: &PublisherName, set: SetLevel) -> Result<Publisher> {
    caller.allow(&Action::SetLevel)?;
    check_text("/reason", &set.reason, 1000)?;
    app.store.write("set_level", |conn| {
        let before = publisher::lock(conn, name)?.ok_or_else(|| missing(name))?;
        publisher::set_level(conn, name, set.level)?;
        let detail = json!({ "from": before.level, "to": set.level, "reason": set.reason });
        record::change(app, conn, caller, "publisher.level", About::publisher(name), detail)?;
        if set.level < before.level {
            taken_back::hold_beyond(app, conn, caller, name, set.level)?;
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

/// Withdraws an id prefix from a publisher. Its packages stay its own; new ids below the prefix are anybody's.
pub fn withdraw_prefix(app: &App, caller: &Caller, name: &PublisherName, withdrawn: &Prefix) -> Result<()> {
    caller.allow(&Action::GrantPrefix)?;
    app.store.write("withdraw_prefix", |conn| {
        publisher::lock(conn, name)?.ok_or_else(|| missing(name))?;
        if !prefix::remove(conn, withdrawn, name)? {
            return Err(Error::NotFound(format!("prefix {withdrawn} of the publisher {name}")));
        }
        let detail = json!({ "prefix": withdrawn });
        record::change(app, conn, caller, "publisher.prefix-withdrawn", About::publisher(name), detail)
    })
}

/// A page of the members of a publisher, by name.
pub fn members(
    app: &App,
    caller: &Caller,
    name: &PublisherName,
    size: PageSize,
    cursor: Option<&str>,
) -> Result<MemberPage> {
    caller.allow(&Action::ListMembers(name))?;
    let after = cursor.map(|cursor| super::name_after("members", cursor)).transpose()?;
    app.store.read("members", |conn| {
        found(conn, name)?;
        let page = member::page(conn, name, after.as_ref(), size)?;
        let next = page.next("members", |last| [last.account.to_string()]);
        Ok(MemberPage { items: page.items, next })
    })
}

/// Adds a member, or changes its role. An owner does not bring back who left by itself.
pub fn set_member(
    app: &App,
    caller: &Caller,
    name: &PublisherName,
    who: &AccountName,
    set: SetMember,
) -> Result<Member> {
    let setter = caller.allow(&Action::SetMember(name))?;
    let now = Member { account: who.clone(), role: set.role };
    app.store.write("set_member", |conn| {
        publisher::lock(conn, name)?.ok_or_else(|| missing(name))?;
        if account::find(conn, who)?.is_none() {
            return Err(Error::NotFound(format!("account {who}")));
        }
        if set.role != MemberRole::Owner {
            check_other_owner(conn, name, who)?;
        }
        if member::find(conn, name, who)?.is_none() {
            check_room(conn, name, who)?;
        }
        if member::has_left(conn, name, who)? {
            if !setter.administers_others() {
                let message = format!("{who} left {name} by itself: only an administrator can add it again");
                return Err(Error::conflict(ProblemCode::StateConflict, message));
            }
            member::forget_leaving(conn, name, who)?;
        }
        member::set(conn, name, &now)?;
        record::change(app, conn, caller, "publisher.member", About::publisher(name), json!(now))
    })?;
    Ok(now)
}

/// Removes a member. Who removes itself has left, and stays so until an administrator says otherwise.
pub fn remove_member(app: &App, caller: &Caller, name: &PublisherName, who: &AccountName) -> Result<()> {
    let remover = caller.allow(&Action::RemoveMember { publisher: name, account: who })?;
    app.store.write("remove_member", |conn| {
        publisher::lock(conn, name)?.ok_or_else(|| missing(name))?;
        if !remover.administers_others() {
            check_other_owner(conn, name, who)?;
        }
        if !member::remove(conn, name, who)? {
            return Err(Error::NotFound(format!("member {who} of the publisher {name}")));
        }
        let left = remover.name == *who;
        if left {
            member::leave(conn, name, who, app.clock.now())?;
        }
        let action = if left { "publisher.member-left" } else { "publisher.member-removed" };
        record::change(app, conn, caller, action, About::publisher(name), json!({ "account": who }))
    })
}

/// Refuses one more member where there are as many as may be, of the publisher or of those that the account belongs to.
fn check_room(conn: &mut Conn, name: &PublisherName, who: &AccountName) -> Result<()> {
    account::lock(conn, who)?;
    let message = if member::list(conn, name)?.len() >= MAX_MEMBERS {
        format!("{name} has {MAX_MEMBERS} members, which is the most: remove one before")
    } else if member::of_account(conn, who)?.len() >= MAX_MEMBERSHIPS {
        format!("{who} is a member of {MAX_MEMBERSHIPS} publishers, which is the most: it has to leave one before")
    } else {
        return Ok(());
    };
    Err(Error::conflict(ProblemCode::StateConflict, message))
}

/// Refuses what would take away a publisher's last owner.
fn check_other_owner(conn: &mut Conn, name: &PublisherName, who: &AccountName) -> Result<()> {
    let members = member::list(conn, name)?.into_iter();
    let mut owners = members.filter(|member| member.role == MemberRole::Owner).map(|owner| owner.account);
    if (owners.next().as_ref(), owners.next()) == (Some(who), None) {
        let message = format!("{who} is the last owner of {name}: make somebody else an owner before");
        return Err(Error::conflict(ProblemCode::StateConflict, message));
    }
    Ok(())
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
