//! Who may do what, and who may see what. Pure, and printed as `tests/snapshots/{access_matrix,read_table}.txt`.

mod read;

use std::collections::{BTreeMap, BTreeSet};

pub use read::{Part, Subject, index_audience, reads};

use crate::{AccountName, PublisherName};

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
        /// Read what the account may read, and no more. Every other scope includes this.
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

impl Account {
    /// Whether it does for others what they may do for themselves. A token that only manages its holder's own publishers and
    /// tokens does not reach those of others, whoever holds it.
    pub fn administers_others(&self) -> bool {
        self.roles.contains(&Role::Admin) && self.scopes.contains(&TokenScope::Admin)
    }
}

/// Something done, or a list that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    /// Make an account.
    CreateAccount,
    /// See every account.
    ListAccounts,
    /// Disable an account, or enable it.
    DisableAccount,
    /// See the tokens of an account, or of all, without their secrets.
    ListTokens(Option<&'a AccountName>),
    /// Make a token for an account.
    CreateToken {
        /// Whose it is to be.
        account: &'a AccountName,
        /// What it is to be used for.
        scopes: &'a BTreeSet<TokenScope>,
    },
    /// Set another password for an account, whose present one is known.
    ChangePassword(&'a AccountName),
    /// Set the password of any account.
    ResetPassword,
    /// Set the e-mail address of an account, by which a person signs in.
    SetEmail,
    /// Revoke a token of an account.
    RevokeToken(&'a AccountName),
    /// Make a publisher.
    CreatePublisher,
    /// Set a publisher's level.
    SetLevel,
    /// Grant an id prefix, or withdraw it.
    GrantPrefix,
    /// Add a member, or change its role.
    SetMember(&'a PublisherName),
    /// See the members.
    ListMembers(&'a PublisherName),
    /// Remove a member.
    RemoveMember {
        /// Of which publisher.
        publisher: &'a PublisherName,
        /// Whom.
        account: &'a AccountName,
    },
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
    /// Decide a held version.
    Review {
        /// The publisher it belongs to.
        publisher: &'a PublisherName,
        /// Who published it.
        published_by: &'a AccountName,
    },
    /// Yank, deprecate or make live again. What is blocked stays so: that is [`Action::LiftBlock`].
    SetAvailability(&'a PublisherName),
    /// Block a version. Also for who published it: what is refused everywhere needs no second pair of eyes.
    Block,
    /// Let a blocked version be used again, which is a decision as [`Action::Review`] is.
    LiftBlock {
        /// The publisher it belongs to.
        publisher: &'a PublisherName,
        /// Who published it.
        published_by: &'a AccountName,
    },
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
    if let Some(scope) = scope_of(action).filter(|scope| !account.scopes.contains(scope)) {
        return Err(Denied::ScopeMissing(scope));
    }
    if let Action::CreateToken { scopes, .. } = action
        && let Some(scope) = scopes.difference(&account.scopes).next()
    {
        // Else the narrowest leaked token could make itself a wide one.
        return Err(Denied::ScopeMissing(*scope));
    }
    let (ok, who) = position(account, action);
    if ok { Ok(()) } else { Err(Denied::NotAllowed(format!("only {who} may do this"))) }
}

/// The scope that a token needs for this; `None` where any will do.
fn scope_of(action: &Action<'_>) -> Option<TokenScope> {
    Some(match action {
        Action::CreateAccount
        | Action::ListAccounts
        | Action::DisableAccount
        | Action::ResetPassword
        | Action::SetEmail
        | Action::SetLevel
        | Action::GrantPrefix
        | Action::AssertKey => TokenScope::Admin,
        Action::CreateToken { .. }
        | Action::RevokeToken(_)
        | Action::CreatePublisher
        | Action::SetMember(_)
        | Action::RemoveMember { .. }
        | Action::AddKey(_)
        | Action::RevokeKey(_) => TokenScope::Manage,
        Action::Upload | Action::Publish(_) | Action::SetAvailability(_) => TokenScope::Publish,
        Action::ListReviews | Action::Review { .. } | Action::Block | Action::LiftBlock { .. } => TokenScope::Review,
        // Whoever knows the present password needs no wide token.
        Action::ChangePassword(_)
        | Action::ListTokens(_)
        | Action::ListMembers(_)
        | Action::ReadAudit(_)
        | Action::ReadContributions
        | Action::ReadSelf => return None,
    })
}

/// Whether the account is in the position to do this, and who would be.
fn position(account: &Account, action: &Action<'_>) -> (bool, String) {
    let admin = account.roles.contains(&Role::Admin);
    let admin_over_others = account.administers_others();
    let reviewer = admin || account.roles.contains(&Role::Reviewer);
    let member = |publisher: &PublisherName, at_least: MemberRole| {
        // The roles are ordered from the one that may do most.
        account.memberships.get(publisher).is_some_and(|role| *role <= at_least)
    };
    match action {
        Action::CreateAccount
        | Action::ListAccounts
        | Action::DisableAccount
        | Action::ResetPassword
        | Action::SetEmail
        | Action::SetLevel
        | Action::GrantPrefix
        | Action::AssertKey => (admin, "an administrator".to_owned()),
        Action::ChangePassword(name) => {
            (account.name == **name, format!("{name} itself or an administrator with the scope `admin`"))
        }
        Action::ListTokens(None) => (admin_over_others, "an administrator with the scope `admin`".to_owned()),
        Action::CreateToken { account: name, .. } | Action::RevokeToken(name) | Action::ListTokens(Some(name)) => (
            admin_over_others || account.name == **name,
            format!("{name} itself or an administrator with the scope `admin`"),
        ),
        Action::CreatePublisher | Action::ReadContributions | Action::ReadSelf => (true, "an account".to_owned()),
        Action::Upload => (!account.memberships.is_empty(), "a member of a publisher".to_owned()),
        Action::SetMember(publisher) | Action::AddKey(publisher) | Action::RevokeKey(publisher) => (
            admin_over_others || member(publisher, MemberRole::Owner),
            format!("an owner of the publisher {publisher} or an administrator with the scope `admin`"),
        ),
        Action::ListMembers(publisher) => (
            reviewer || member(publisher, MemberRole::Ci),
            format!("a member of the publisher {publisher}, a reviewer or an administrator"),
        ),
        Action::RemoveMember { publisher, account: name } => (
            admin_over_others || member(publisher, MemberRole::Owner) || account.name == **name,
            format!("{name} itself, an owner of the publisher {publisher} or an administrator with the scope `admin`"),
        ),
        Action::Publish(publisher) => {
            (member(publisher, MemberRole::Ci), format!("a member of the publisher {publisher}"))
        }
        Action::SetAvailability(publisher) => {
            (member(publisher, MemberRole::Maintainer), format!("an owner or maintainer of the publisher {publisher}"))
        }
        Action::ListReviews | Action::Block => (reviewer, "a reviewer or an administrator".to_owned()),
        Action::Review { publisher, published_by } | Action::LiftBlock { publisher, published_by } => (
            reviewer && !account.memberships.contains_key(*publisher) && account.name != **published_by,
            format!(
                "a reviewer or an administrator who did not publish the version and is not a member of the publisher {publisher}"
            ),
        ),
        Action::ReadAudit(None) => (admin, "an administrator".to_owned()),
        Action::ReadAudit(Some(publisher)) => (
            admin || member(publisher, MemberRole::Ci),
            format!("a member of the publisher {publisher} or an administrator"),
        ),
    }
}

#[cfg(test)]
mod tests;
