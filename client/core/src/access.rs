//! Who may do what, and who may see what. Pure, and printed as a matrix in the tests.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{self, Catalog};
use crate::{AccountName, PackageType, PublisherName, State, Visibility};

closed_words! {
    /// What an account is for the registry as a whole.
    Role, "role" {
        /// Runs the registry.
        Admin = "admin",
        /// Decides held versions.
        Reviewer = "reviewer",
        /// Provisions tenants; downloads artifacts to do so.
        Operator = "operator",
    }
}

closed_words! {
    /// What an account is for a publisher.
    MemberRole, "member role" {
        /// May do everything for the publisher.
        Owner = "owner",
        /// Publishes, yanks and deprecates.
        Maintainer = "maintainer",
        /// Publishes only: for machines.
        Ci = "ci",
    }
}

closed_words! {
    /// What a token may be used for; it never widens what its account may do.
    TokenScope, "scope" {
        /// Read what the account may read.
        Read = "read",
        /// Upload and publish.
        Publish = "publish",
        /// Manage publishers, members, keys and tokens.
        Manage = "manage",
        /// Review and block.
        Review = "review",
        /// Download artifacts to provision tenants.
        Operate = "operate",
        /// What only an administrator may do.
        Admin = "admin",
    }
}

/// The one who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Without credentials.
    Anonymous,
    /// With a valid token.
    Account(Account),
}

/// An account, as far as access goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: AccountName,
    /// Its roles.
    pub roles: BTreeSet<Role>,
    /// The scopes of the token that was used.
    pub scopes: BTreeSet<TokenScope>,
    /// The publishers it is a member of.
    pub memberships: BTreeMap<PublisherName, MemberRole>,
}

/// Something done, as opposed to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Make an account.
    CreateAccount,
    /// Make a token for an account.
    CreateToken(&'a AccountName),
    /// Revoke a token of an account.
    RevokeToken(&'a AccountName),
    /// Make a publisher.
    CreatePublisher,
    /// Set a publisher's level.
    SetLevel,
    /// Grant an id prefix.
    GrantPrefix,
    /// Add a member, or change its role.
    SetMember(&'a PublisherName),
    /// Add a key, with proof of possession.
    AddKey(&'a PublisherName),
    /// Add a key without proof, as asserted by an administrator.
    AssertKey,
    /// Revoke a key.
    RevokeKey(&'a PublisherName),
    /// Upload an artifact.
    Upload,
    /// Publish a version.
    Publish(&'a PublisherName),
    /// See the review queue.
    ListReviews,
    /// Decide a held version of a publisher.
    Review(&'a PublisherName),
    /// Yank, deprecate or make live again.
    SetAvailability(&'a PublisherName),
    /// Block, or lift a block.
    Block,
    /// Read audit events: of a publisher, or all.
    ReadAudit(Option<&'a PublisherName>),
    /// Read the catalog of contributions.
    ReadContributions,
    /// Ask who one is.
    ReadSelf,
}

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// There are no credentials.
    #[error("this needs a token: send it as `Authorization: Bearer …`")]
    NotAuthenticated,
    /// The token is too narrow.
    #[error("the token lacks the scope `{0}`: use or create a token that has it")]
    ScopeMissing(TokenScope),
    /// The account is not in the position to do this.
    #[error("{0}")]
    NotAllowed(String),
}

/// Decides whether the actor may do this. Order: credentials, scope, position.
pub fn allow(actor: &Actor, action: &Action<'_>) -> Result<(), Denied> {
    let Actor::Account(account) = actor else { return Err(Denied::NotAuthenticated) };
    let scope = match action {
        Action::CreateAccount | Action::SetLevel | Action::GrantPrefix | Action::AssertKey => TokenScope::Admin,
        Action::CreateToken(_)
        | Action::RevokeToken(_)
        | Action::CreatePublisher
        | Action::SetMember(_)
        | Action::AddKey(_)
        | Action::RevokeKey(_) => TokenScope::Manage,
        Action::Upload | Action::Publish(_) | Action::SetAvailability(_) => TokenScope::Publish,
        Action::ListReviews | Action::Review(_) | Action::Block => TokenScope::Review,
        Action::ReadAudit(_) | Action::ReadContributions => TokenScope::Read,
        // Any token may say whose it is.
        Action::ReadSelf => return Ok(()),
    };
    if !account.scopes.contains(&scope) {
        return Err(Denied::ScopeMissing(scope));
    }
    let admin = account.roles.contains(&Role::Admin);
    let reviewer = admin || account.roles.contains(&Role::Reviewer);
    let member = |publisher: &PublisherName, at_least: MemberRole| {
        // The roles are ordered from the one that may do most.
        account.memberships.get(publisher).is_some_and(|role| *role <= at_least)
    };
    let (ok, who) = match action {
        Action::CreateAccount | Action::SetLevel | Action::GrantPrefix | Action::AssertKey => {
            (admin, "an administrator".to_owned())
        }
        Action::CreateToken(name) | Action::RevokeToken(name) => {
            (admin || account.name == **name, format!("{name} itself or an administrator"))
        }
        Action::CreatePublisher | Action::Upload | Action::ReadContributions | Action::ReadSelf => (true, String::new()),
        Action::SetMember(publisher) | Action::AddKey(publisher) | Action::RevokeKey(publisher) => {
            (admin || member(publisher, MemberRole::Owner), format!("an owner of the publisher {publisher}"))
        }
        Action::Publish(publisher) => {
            (member(publisher, MemberRole::Ci), format!("a member of the publisher {publisher}"))
        }
        Action::SetAvailability(publisher) => (
            reviewer || member(publisher, MemberRole::Maintainer),
            format!("an owner or maintainer of the publisher {publisher}, a reviewer or an administrator"),
        ),
        Action::ListReviews | Action::Block => (reviewer, "a reviewer or an administrator".to_owned()),
        Action::Review(publisher) => (
            reviewer && !account.memberships.contains_key(*publisher),
            format!("a reviewer or an administrator who is not a member of the publisher {publisher}"),
        ),
        Action::ReadAudit(None) => (admin, "an administrator".to_owned()),
        Action::ReadAudit(Some(publisher)) => (
            admin || member(publisher, MemberRole::Ci),
            format!("a member of the publisher {publisher} or an administrator"),
        ),
    };
    if ok { Ok(()) } else { Err(Denied::NotAllowed(format!("only {who} may do this"))) }
}

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
pub fn reads(actor: &Actor, subject: Subject<'_>, part: Part) -> bool {
    let listed = catalog::lists(subject.state, subject.visibility);
    let app = Catalog::of(subject.package_type) == Catalog::Apps;
    let Actor::Account(account) = actor else {
        return listed && app && (part == Part::Document || part == Part::Artifact && !subject.has_code);
    };
    if !account.scopes.contains(&TokenScope::Read)
        && !(part == Part::Artifact && account.scopes.contains(&TokenScope::Operate))
    {
        return reads(&Actor::Anonymous, subject, part);
    }
    let insider = account.memberships.contains_key(subject.publisher)
        || account.roles.contains(&Role::Admin)
        || account.roles.contains(&Role::Reviewer);
    let operator = account.roles.contains(&Role::Operator) && account.scopes.contains(&TokenScope::Operate);
    insider
        || match part {
            Part::Document => listed,
            Part::Artifact => listed && (operator || app && !subject.has_code),
            Part::Report => false,
        }
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
