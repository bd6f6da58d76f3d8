//! Who may see what of a version.

use super::{Actor, Role, TokenScope};
use crate::catalog::{self, Catalog};
use crate::{PackageType, PublisherName, State, Visibility};

/// A version, as far as reading goes.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The publisher that owns it.
    pub publisher: &'a PublisherName,
    /// The type of its package.
    pub package_type: PackageType,
    /// Who it is for.
    pub visibility: Visibility,
    /// Where it stands.
    pub state: State,
    /// Whether its artifact has code.
    pub has_code: bool,
}

closed_words! {
    /// What of a version is read.
    Part, "part" {
        /// Its document, manifest, approval, evidence and place in the index.
        Document = "document",
        /// Its artifact.
        Artifact = "artifact",
        /// Its gate report.
        Report = "report",
    }
}

/// Whether the actor may read a part of a version: the read table of the design. Where not, the version is *absent*.
///
/// A token of any scope reads what its account may read: who may publish, review or operate has to see what it is about.
/// What no row gives to anyone but its own people stays with them: org and private versions, and everything not approved.
pub fn reads(actor: &Actor, subject: Subject<'_>, part: Part) -> bool {
    let listed = catalog::lists(subject.state, subject.visibility);
    let app = Catalog::of(subject.package_type) == Catalog::Apps;
    let anyone = listed && app && (part == Part::Document || part == Part::Artifact && !subject.has_code);
    let Actor::Account(account) = actor else { return anyone };
    let insider = account.memberships.contains_key(subject.publisher)
        || account.roles.contains(&Role::Admin)
        || account.roles.contains(&Role::Reviewer);
    let by_operating = account.scopes.contains(&TokenScope::Operate)
        && account.roles.contains(&Role::Operator)
        && listed
        && part == Part::Artifact;
    anyone || insider || listed && part == Part::Document || by_operating
}

/// The widest audience whose index document the actor may read of a package: `Private` holds every approved version.
/// `None` where the package has nothing that the actor may see.
pub fn index_audience(actor: &Actor, publisher: &PublisherName, package_type: PackageType) -> Option<Visibility> {
    let reads = |visibility| {
        let subject = Subject { publisher, package_type, visibility, state: State::Approved, has_code: true };
        reads(actor, subject, Part::Document)
    };
    Visibility::ALL.iter().copied().find(|visibility| reads(*visibility))
}
