use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use super::{Change, Closure, Diff, Grant, Grants, diff};
use crate::{InvalidText, PackageId, Permission, PublisherName, Tier};

/// One new thing that a person accepts, as `--accept` takes it.
///
/// Written `kind:value` for a permission, `dependency:<package id>`, `publisher:<name>`, or `manifest-deps`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Acceptable {
    /// A permission, for every package of the closure that asks for it.
    Permission(Permission),
    /// A package that another one newly brings.
    Dependency(PackageId),
    /// A publisher that takes the place of another.
    Publisher(PublisherName),
    /// That the host installs npm packages.
    ManifestDeps,
}

impl FromStr for Acceptable {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "manifest-deps" => Ok(Self::ManifestDeps),
            Some(("dependency", package)) => package.parse().map(Self::Dependency),
            Some(("publisher", publisher)) => publisher.parse().map(Self::Publisher),
            _ => text.parse().map(Self::Permission),
        }
    }
}

text_door!(Acceptable);

impl fmt::Display for Acceptable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Permission(permission) => write!(f, "{permission}"),
            Self::Dependency(package) => write!(f, "dependency:{package}"),
            Self::Publisher(publisher) => write!(f, "publisher:{publisher}"),
            Self::ManifestDeps => f.write_str("manifest-deps"),
        }
    }
}

/// What a person accepts of a diff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// The whole diff, having seen it.
    All,
    /// These things, and code up to this tier.
    Only {
        /// The things accepted.
        accept: BTreeSet<Acceptable>,
        /// The highest tier accepted; data alone needs none.
        tier: Tier,
    },
}

impl Acceptance {
    /// Nothing new.
    pub fn nothing() -> Self {
        Self::Only { accept: BTreeSet::new(), tier: Tier::Declarative }
    }
}

/// What a diff needs and nobody accepted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("consent is missing: {}", sentences.join(" "))]
pub struct Missing {
    /// What would have to be accepted.
    pub accept: BTreeSet<Acceptable>,
    /// The tier that would have to be accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accept_tier: Option<Tier>,
    /// The changes in question, in words.
    pub sentences: Vec<String>,
}

/// Takes a person's answer to a diff. Where all that widens is accepted, the answer is the grants from now on, exactly what
/// the closure asks for: so what is no longer asked for is no longer granted.
pub fn consent(granted: &Grants, proposed: &Closure, acceptance: &Acceptance) -> Result<Grants, Missing> {
    if let Some(missing) = missing(&diff(granted, proposed), acceptance) {
        return Err(missing);
    }
    let grants: BTreeMap<_, _> = proposed.asks().map(|ask| (ask.package.clone(), Grant(ask.clone()))).collect();
    Ok(Grants(grants))
}

enum Need {
    Accept(Acceptable),
    Tier(Tier),
}

/// What must be accepted for a change. A change of form always comes with new permissions, which are what is accepted.
fn need(change: &Change) -> Option<Need> {
    Some(match change {
        Change::PackageAdded { tier, .. } | Change::TierRaised { to: tier, .. } => Need::Tier(*tier),
        Change::PermissionAdded { permission } => Need::Accept(Acceptable::Permission(permission.clone())),
        Change::DependencyAdded { dependency } => Need::Accept(Acceptable::Dependency(dependency.clone())),
        Change::ManifestDepsAdded => Need::Accept(Acceptable::ManifestDeps),
        Change::PublisherChanged { to, .. } => Need::Accept(Acceptable::Publisher(to.clone())),
        Change::PermissionFormChanged
        | Change::PackageRemoved
        | Change::PermissionRemoved { .. }
        | Change::TierLowered { .. }
        | Change::DependencyRemoved { .. }
        | Change::ManifestDepsRemoved => return None,
    })
}

fn missing(diff: &Diff, acceptance: &Acceptance) -> Option<Missing> {
    let Acceptance::Only { accept: accepted, tier: highest } = acceptance else { return None };
    let mut missing = Missing { accept: BTreeSet::new(), accept_tier: None, sentences: Vec::new() };
    let changes = diff.packages().iter().flat_map(|package| &package.changes);
    for (change, sentence) in changes.zip(diff.sentences()) {
        match need(change) {
            Some(Need::Tier(tier)) if tier > *highest => missing.accept_tier = missing.accept_tier.max(Some(tier)),
            Some(Need::Accept(acceptable)) if !accepted.contains(&acceptable) => {
                missing.accept.insert(acceptable);
            }
            _ => continue,
        }
        missing.sentences.push(sentence.clone());
    }
    (!missing.sentences.is_empty()).then_some(missing)
}
