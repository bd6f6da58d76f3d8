//! What a publisher says of a package outside of any version: the visibility of later versions, and what a catalog is to
//! show of it. Before the first version it is kept as an announcement, which takes no id.

use plimsoll_core::access::{Account, Action};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::Listing;
use plimsoll_core::{PackageId, PublisherName, Visibility};
use plimsoll_store::announcement::{self, Announcement};
use plimsoll_store::{Conn, package, prefix};

use super::{Caller, Error, Result, facts, listing, record};
use crate::App;

/// How many packages without a version one publisher may announce.
const MAX_ANNOUNCED: u64 = 100;

/// What is said of a package; what is absent stays as it was.
#[derive(Debug, Default)]
pub struct NewAnnouncement {
    /// In whose name; by default as [`publisher`] finds it.
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
        let (said, visibility) = (new.listing.clone(), new.default_visibility);
        if let Some(mut package) = package::find(conn, id)? {
            if package.publisher == publisher {
                package.listing = listing::overlay(package.listing, said);
                package.default_visibility = visibility.unwrap_or(package.default_visibility);
                package.updated_at = app.clock.now();
                package::update(conn, &package)?;
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
            updated_at: app.clock.now(),
        };
        announcement::set(conn, &announcement)?;
        Ok(Announced { publisher, default_visibility: announcement.default_visibility, created })
    })
}

/// In whose name the account publishes a package, where the request does not say: the first of its own publishers for which
/// one of these tells: it owns the package; it announced it last; it is the only one; it has the longest id prefix over it.
pub fn publisher(app: &App, caller: &Caller, id: &PackageId) -> Result<PublisherName> {
    let account = caller.allow(&Action::Upload)?;
    app.store.read("publisher_of", |conn| publisher_of(conn, account, id))
}

fn publisher_of(conn: &mut Conn, account: &Account, id: &PackageId) -> Result<PublisherName> {
    let own = |publisher: &PublisherName| account.memberships.contains_key(publisher);
    if let Some(package) = package::find(conn, id)?.filter(|package| own(&package.publisher)) {
        return Ok(package.publisher);
    }
    let mut announced = Vec::new();
    for publisher in account.memberships.keys() {
        announced.extend(announcement::find(conn, id, publisher)?);
    }
    if let Some(last) = announced.into_iter().max_by_key(|announcement| announcement.updated_at) {
        return Ok(last.publisher);
    }
    let mut publishers = account.memberships.keys();
    if let (Some(only), None) = (publishers.next(), publishers.next()) {
        return Ok(only.clone());
    }
    let prefixes = prefix::covering(conn, id)?;
    if let Some((_, longest)) = prefixes.into_iter().rev().find(|(_, publisher)| own(publisher)) {
        return Ok(longest);
    }
    let names: Vec<&str> = account.memberships.keys().map(PublisherName::as_str).collect();
    let message = format!(
        "{} publishes for {}, and none of them is known to own {id}: name the publisher (with ObjectStack's tools, as `--org`)",
        account.name,
        names.join(", ")
    );
    Err(Error::conflict(ProblemCode::StateConflict, message))
}
