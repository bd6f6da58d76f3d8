//! The diff in words.

use super::{Change, PackageDiff};
use crate::text::plain_or_quoted;
use crate::{Permission, PermissionKind, Tier};

/// Exactly one sentence for each change of a package, in the same order.
pub(super) fn sentences(package: &PackageDiff) -> Vec<String> {
    let name = match (&package.from, &package.to) {
        (Some(from), Some(to)) if from == to => format!("{} {to}", package.package),
        (Some(from), Some(to)) => format!("{} {to} (now {from})", package.package),
        (Some(version), None) | (None, Some(version)) => format!("{} {version}", package.package),
        (None, None) => package.package.to_string(),
    };
    package.changes.iter().map(|change| format!("{name} {}.", predicate(change, package.tier))).collect()
}

fn predicate(change: &Change, tier: Option<Tier>) -> String {
    match change {
        Change::PackageAdded { publisher, tier } => {
            format!("is new, by {publisher}, and would be loaded as {tier}: {}", tier.in_words())
        }
        Change::PermissionAdded { permission } => added(permission, tier),
        Change::TierRaised { from, to } => {
            format!("would be loaded as {to}: {}; so far as {from}", to.in_words())
        }
        Change::DependencyAdded { dependency } => format!("brings a package it did not bring before: {dependency}"),
        Change::ManifestDepsAdded => "has the host install npm packages for it".to_owned(),
        Change::PublisherChanged { from, to } => format!("is published by {to}; you consented to {from}"),
        Change::PermissionFormChanged => {
            "states its permissions in another form, which cannot be compared with the one you consented to".to_owned()
        }
        Change::PackageRemoved => "is no longer needed".to_owned(),
        Change::PermissionRemoved { permission } => format!("no longer asks to {}", verb(permission)),
        Change::TierLowered { from, to } => {
            format!("would be loaded as {to}: {}; so far as {from}", to.in_words())
        }
        Change::DependencyRemoved { dependency } => format!("no longer brings {dependency}"),
        Change::ManifestDepsRemoved => "no longer has the host install npm packages for it".to_owned(),
    }
}

/// Code inside the host is held back by nothing, so its permissions are never shown as if they were a limit.
fn added(permission: &Permission, tier: Option<Tier>) -> String {
    let verb = verb(permission);
    match tier {
        Some(Tier::InProcess) => format!("can do {}, and declares that it would {verb}", Tier::InProcess.in_words()),
        _ => format!("asks to {verb}"),
    }
}

fn verb(permission: &Permission) -> String {
    match permission.kind() {
        PermissionKind::Legacy => {
            format!("have the old-form permission {}, which opens nothing", plain_or_quoted(permission.value()))
        }
        _ => permission.in_words(),
    }
}
