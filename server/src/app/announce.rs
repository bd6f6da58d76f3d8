//! What a publisher says of a package outside of any version: the visibility of later versions, and what a catalog is to
//! show of it. Before the first version it is kept as an announcement, which takes no id.

use plimsoll_core::access::{Account, Action};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::Listing;
use plimsoll_core::{PackageId, PublisherName, Visibility};
use plimsoll_store::announcement::{self, Announcement};
use plimsoll_store::version::kept;
use plimsoll_store::{Conn, announcer, package, prefix, publisher};

use super::{Caller, Error, Result, facts, listing, record};
use crate::App;

/// How many packages without a version one publisher may announce.
const MAX_ANNOUNCED: u64 = 100;

/// What is said of a package; what is absent stays as it was.
#[derive(Debug, Default)]
pub struct NewAnnouncement {
    /// In whose name; by default as [`publisher()`] finds it.
    pub publisher: Option<PublisherName>,
    /// The visibility of later versions that name none; by default `private`.
    pub default_visibility: Option<Visibility>,
    /// What a catalog is to show, from the next version on.
    pub listing: Listing,
}

/// What is known of a package now.
#[derive(Debug)]
pub struct Announced {
    /// In whose name.
    pub publisher: PublisherName,
    /// The visibility of later versions that name none.
    pub default_visibility: Visibility,
    /// Whether the publisher speaks of this package for the first time.
    pub created: bool,
}

/// Says something of a package. Versions that are there stay as they are; the owner of the id is whoever publishes first.
pub fn announce(app: &App, caller: &Caller, id: &PackageId, new: NewAnnouncement) -> Result<Announced> {
    let account = caller.allow(&Action::Upload)?;
    listing::check(&new.listing)?;
    app.store.write("announce", |conn| {
        let publisher = match &new.publisher {
            Some(named) => named.clone(),
            None => publisher_of(conn, account, id)?,
        };
        caller.allow(&Action::Publish(&publisher))?;
        facts::lock_publisher(conn, &publisher)?;
        let now = app.clock.now();
        let (said, visibility) = (new.listing.clone(), new.default_visibility);
        if let Some(mut package) = package::find(conn, id)? {
            if package.publisher == publisher {
                package.listing = listing::overlay(package.listing, said);
                package.default_visibility = visibility.unwrap_or(package.default_visibility);
                package.updated_at = now;
                package::update(conn, &package)?;
                announcer::note(conn, id, &publisher, &account.name, now)?;
                let default_visibility = package.default_visibility;
                record::package_updated(app, conn, caller, &package)?;
                return Ok(Announced { publisher, default_visibility, created: false });
            }
            if account.memberships.contains_key(&package.publisher) {
                let owner = &package.publisher;
                let message =
                    format!("{id} belongs to the publisher {owner}, not to {publisher}: publish it for {owner}");
                return Err(Error::conflict(ProblemCode::StateConflict, message));
            }
            // Whoever may not know of the package learns nothing here: the gate refuses the first version.
        }
        let before = announcement::find(conn, id, &publisher)?;
        let created = before.is_none();
        if created && announcement::count(conn, &publisher)? >= MAX_ANNOUNCED {
            let message =
                format!("{publisher} has announced {MAX_ANNOUNCED} packages without a version: publish some of them");
            return Err(Error::conflict(ProblemCode::StateConflict, message));
        }
        let kept = before.as_ref().map_or(Visibility::Private, |before| before.default_visibility);
        let announcement = Announcement {
            package: id.clone(),
            publisher: publisher.clone(),
            default_visibility: visibility.unwrap_or(kept),
            listing: listing::overlay(before.map(|before| before.listing).unwrap_or_default(), said),
            updated_at: now,
        };
        announcement::set(conn, &announcement)?;
        announcer::note(conn, id, &publisher, &account.name, now)?;
        Ok(Announced { publisher, default_visibility: announcement.default_visibility, created })
    })
}

/// In whose name the account publishes a package, where the request does not say.
///
/// Anybody puts anybody into a publisher, so what others did chooses only where there is no other choice, or where the account
/// made theirs its own before: by founding the publisher, or by having spoken or published for it. In this order: the only one
/// it is a member of; the owner of the package; the publisher in whose name the account itself announced it last; the one with
/// the longest id prefix over it; the only one that the account founded.
pub fn publisher(app: &App, caller: &Caller, id: &PackageId) -> Result<PublisherName> {
    let account = caller.allow(&Action::Upload)?;
    app.store.read("publisher_of", |conn| publisher_of(conn, account, id))
}

fn publisher_of(conn: &mut Conn, account: &Account, id: &PackageId) -> Result<PublisherName> {
    let own = |publisher: &PublisherName| account.memberships.contains_key(publisher);
    let mut publishers = account.memberships.keys();
    if let (Some(only), None) = (publishers.next(), publishers.next()) {
        return Ok(only.clone());
    }
    let founded = publisher::founded_by(conn, &account.name)?;
    if let Some(owner) = package::find(conn, id)?.map(|package| package.publisher).filter(own) {
        let is_own_choice = founded.contains(&owner)
            || announcer::spoke_for(conn, &owner, &account.name)?
            || kept::any_by(conn, &owner, &account.name)?;
        let why = format!("{id} belongs to {owner}, for which {} has published nothing yet", account.name);
        return if is_own_choice { Ok(owner) } else { Err(unsaid(account, &why)) };
    }
    for publisher in announcer::publishers(conn, id, &account.name)? {
        if own(&publisher) && announcement::find(conn, id, &publisher)?.is_some() {
            return Ok(publisher);
        }
    }
    let prefixes = prefix::covering(conn, id)?;
    if let Some((_, longest)) = prefixes.into_iter().rev().find(|(_, publisher)| own(publisher)) {
        return Ok(longest);
    }
    let mut founded = founded.into_iter().filter(own);
    match (founded.next(), founded.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(unsaid(account, &format!("none of them is known to own {id}"))),
    }
}

/// That the account has to name the publisher.
fn unsaid(account: &Account, why: &str) -> Error {
    let names: Vec<&str> = account.memberships.keys().map(PublisherName::as_str).collect();
    let (name, names) = (&account.name, names.join(", "));
    let message = format!(
        "{name} publishes for {names}, and {why}: name the publisher (with ObjectStack's tools, as `--org`). To leave one, use \
         `plimsoll publisher member PUBLISHER {name} --remove`"
    );
    Error::conflict(ProblemCode::StateConflict, message)
}
