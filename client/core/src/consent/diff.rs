use super::{Ask, Closure, Grants, words};
use crate::{PackageId, Permission, PermissionKind, PublisherName, Tier, Version};

/// One thing that changes for one package.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "change", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Change {
    /// Widens: a package to which nothing was granted so far.
    PackageAdded {
        /// Who publishes it.
        publisher: PublisherName,
        /// How it is loaded.
        tier: Tier,
    },
    /// Widens: a permission that is not granted. Compared by equality, never by pattern.
    PermissionAdded {
        /// The permission.
        permission: Permission,
    },
    /// Widens: a higher tier.
    TierRaised {
        /// The tier granted.
        from: Tier,
        /// The tier asked for.
        to: Tier,
    },
    /// Widens: a dependency or bundled package that was not there when consent was given.
    DependencyAdded {
        /// The package that it brings.
        dependency: PackageId,
    },
    /// Widens: the host would install npm packages for it.
    ManifestDepsAdded,
    /// Widens: another publisher.
    PublisherChanged {
        /// The publisher consented to.
        from: PublisherName,
        /// The publisher now.
        to: PublisherName,
    },
    /// Widens: from flat strings to structured permissions, or back; the two cannot be compared.
    PermissionFormChanged,
    /// Narrows: the package is no longer part of the closure.
    PackageRemoved,
    /// Narrows: a permission is no longer asked for.
    PermissionRemoved {
        /// The permission.
        permission: Permission,
    },
    /// Narrows: a lower tier.
    TierLowered {
        /// The tier granted.
        from: Tier,
        /// The tier asked for.
        to: Tier,
    },
    /// Narrows: a package that it no longer brings.
    DependencyRemoved {
        /// The package.
        dependency: PackageId,
    },
    /// Narrows: the host no longer installs npm packages for it.
    ManifestDepsRemoved,
}

impl Change {
    /// Whether the change needs consent.
    pub fn widens(&self) -> bool {
        match self {
            Self::PackageAdded { .. }
            | Self::PermissionAdded { .. }
            | Self::TierRaised { .. }
            | Self::DependencyAdded { .. }
            | Self::ManifestDepsAdded
            | Self::PublisherChanged { .. }
            | Self::PermissionFormChanged => true,
            Self::PackageRemoved
            | Self::PermissionRemoved { .. }
            | Self::TierLowered { .. }
            | Self::DependencyRemoved { .. }
            | Self::ManifestDepsRemoved => false,
        }
    }
}

/// What changes for one package.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PackageDiff {
    /// The package.
    pub package: PackageId,
    /// The version consented to; absent for a new package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Version>,
    /// The version proposed; absent for a package that goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Version>,
    /// The tier under which it would be loaded; absent for a package that goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// What changes; never empty.
    pub changes: Vec<Change>,
}

/// What a proposed closure changes in the grants.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    widens: bool,
    packages: Vec<PackageDiff>,
    sentences: Vec<String>,
}

impl Diff {
    /// Whether the proposal needs consent.
    pub fn widens(&self) -> bool {
        self.widens
    }

    /// The packages for which something changes, by id.
    pub fn packages(&self) -> &[PackageDiff] {
        &self.packages
    }

    /// The diff in words, for the person who is asked. Narrowing is listed too.
    pub fn sentences(&self) -> &[String] {
        &self.sentences
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
    }
}

/// Compares what was granted with what a closure asks for. Both are whole: a granted package that the closure lacks is one
/// that goes.
pub fn diff(granted: &Grants, proposed: &Closure) -> Diff {
    let gone =
        granted.iter().map(|grant| &grant.0).filter(|grant| !proposed.0.contains_key(&grant.package)).map(|grant| {
            PackageDiff {
                package: grant.package.clone(),
                from: Some(grant.version.clone()),
                to: None,
                tier: None,
                changes: vec![Change::PackageRemoved],
            }
        });
    let there = proposed.asks().map(|ask| {
        let grant = granted.get(&ask.package).map(|grant| &grant.0);
        PackageDiff {
            package: ask.package.clone(),
            from: grant.map(|grant| grant.version.clone()),
            to: Some(ask.version.clone()),
            tier: Some(ask.tier),
            changes: grant.map_or_else(|| all_new(ask), |grant| changes(grant, ask)),
        }
    });
    let mut packages: Vec<PackageDiff> = gone.chain(there).filter(|package| !package.changes.is_empty()).collect();
    packages.sort_by(|a, b| a.package.cmp(&b.package));
    Diff {
        widens: packages.iter().flat_map(|package| &package.changes).any(Change::widens),
        sentences: packages.iter().flat_map(words::sentences).collect(),
        packages,
    }
}

/// What a package asks for to which nothing was granted. What it brings stands in the closure for itself.
fn all_new(ask: &Ask) -> Vec<Change> {
    let added = Change::PackageAdded { publisher: ask.publisher.clone(), tier: ask.tier };
    let permissions = ask.permissions.iter().cloned().map(|permission| Change::PermissionAdded { permission });
    let manifest_deps = ask.manifest_deps.then_some(Change::ManifestDepsAdded);
    std::iter::once(added).chain(permissions).chain(manifest_deps).collect()
}

/// What changes between what was granted to a package and what a version of it asks for.
pub(super) fn changes(granted: &Ask, ask: &Ask) -> Vec<Change> {
    let mut changes = Vec::new();
    if granted.publisher != ask.publisher {
        changes.push(Change::PublisherChanged { from: granted.publisher.clone(), to: ask.publisher.clone() });
    }
    let (from, to) = (granted.tier, ask.tier);
    if to > from {
        changes.push(Change::TierRaised { from, to });
    }
    if to < from {
        changes.push(Change::TierLowered { from, to });
    }
    if is_flat(granted).zip(is_flat(ask)).is_some_and(|(was, is)| was != is) {
        changes.push(Change::PermissionFormChanged);
    }
    let added = ask.permissions.beyond(&granted.permissions).0;
    changes.extend(added.into_iter().map(|permission| Change::PermissionAdded { permission }));
    let removed = granted.permissions.beyond(&ask.permissions).0;
    changes.extend(removed.into_iter().map(|permission| Change::PermissionRemoved { permission }));
    let added = ask.brings.difference(&granted.brings).cloned();
    changes.extend(added.map(|dependency| Change::DependencyAdded { dependency }));
    let removed = granted.brings.difference(&ask.brings).cloned();
    changes.extend(removed.map(|dependency| Change::DependencyRemoved { dependency }));
    match (granted.manifest_deps, ask.manifest_deps) {
        (false, true) => changes.push(Change::ManifestDepsAdded),
        (true, false) => changes.push(Change::ManifestDepsRemoved),
        _ => {}
    }
    changes
}

/// Whether the permissions are flat strings (`true`) or structured (`false`). `None` where there are neither: what scripts
/// ask for is not part of either form.
fn is_flat(ask: &Ask) -> Option<bool> {
    let has = |is: fn(PermissionKind) -> bool| ask.permissions.iter().any(|permission| is(permission.kind()));
    let flat = has(|kind| kind == PermissionKind::Legacy);
    let structured = has(|kind| !matches!(kind, PermissionKind::Legacy | PermissionKind::Capabilities));
    (flat != structured).then_some(flat)
}
