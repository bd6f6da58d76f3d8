//! The candidates: every version of a package that the index lists, and why some of them may not be chosen.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Request;
use crate::consent::Ask;
use crate::range::{Compatibility, VersionRange, compatibility};
use crate::text::plain_or_quoted;
use crate::version_state::AvailabilityWord;
use crate::wire::{IndexDocument, IndexVersion, Pin};
use crate::{PackageId, PackageType, PublisherName, Version, quote};

/// Why a version may not be chosen, however well it fits otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Exclusion {
    /// Refused everywhere.
    Blocked(String),
    /// No new resolution, and nobody pinned it.
    Yanked(String),
    /// It is a pre-release, and nobody asked for one.
    PreRelease,
    /// It is below the installed version.
    BelowInstalled(Version),
    /// The lock names another publisher.
    OtherPublisher {
        /// The publisher in the lock.
        locked: PublisherName,
        /// The publisher in the index.
        now: PublisherName,
    },
    /// It is the installed version with other bytes, or pinned with other bytes.
    OtherBytes,
    /// It does not work with the host, or nobody can tell.
    Incompatible(Compatibility),
    /// The range of a dependency cannot be read.
    DependencyUnreadable {
        /// The dependency.
        dependency: PackageId,
        /// The range, verbatim.
        range: String,
    },
    /// It depends on itself.
    DependsOnItself,
    /// It asks for more than was granted.
    NotConsented,
}

impl Exclusion {
    /// The end of a sentence that begins with the version or versions; and what to do about it.
    pub(super) fn in_words(&self) -> String {
        let because = |reason: &str| if reason.is_empty() { String::new() } else { format!(" ({})", quote(reason)) };
        match self {
            Self::Blocked(reason) => format!("blocked by the registry{}", because(reason)),
            Self::Yanked(reason) => format!("yanked{}; only an exact pin takes it", because(reason)),
            Self::PreRelease => "a pre-release; ask for pre-releases with --pre-releases".to_owned(),
            Self::BelowInstalled(installed) => {
                format!("below the installed version {installed}; go back with --allow-downgrade")
            }
            Self::OtherPublisher { locked, now } => format!(
                "published by {now}, and what is installed came from {locked}; if that is right, remove the package and \
                 install it again"
            ),
            Self::OtherBytes => {
                "not the bytes that were pinned; do not install it, and tell the registry's operator".to_owned()
            }
            Self::Incompatible(Compatibility::Unreadable { required, source }) => format!(
                "for hosts that cannot be told ({source}: {}); take it with --allow-unknown-compat",
                quote(required)
            ),
            Self::Incompatible(compatibility) => {
                format!("not for this host: it {}", compatibility.in_words().unwrap_or_default())
            }
            Self::DependencyUnreadable { dependency, range } => {
                format!("in need of {dependency} in a range that cannot be read ({})", quote(range))
            }
            Self::DependsOnItself => "dependent on itself; ask its publisher for a correct version".to_owned(),
            Self::NotConsented => "in need of consent: more is asked for than was granted".to_owned(),
        }
    }
}

/// What a version needs of another package.
#[derive(Clone, Debug)]
pub(super) enum Need {
    /// Some version in a range.
    Range(VersionRange),
    /// Exactly what an App bundles.
    Pin(Box<Pin>),
}

impl Need {
    /// The range; a pin is a range of one version.
    pub(super) fn range(&self) -> VersionRange {
        match self {
            Self::Range(range) => range.clone(),
            Self::Pin(pin) => pin.version.clone().into(),
        }
    }
}

/// A version that the index lists.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) listed: IndexVersion,
    /// What it needs; of an App, the bundle alone.
    pub(super) needs: BTreeMap<PackageId, Need>,
    pub(super) excluded: Option<Exclusion>,
    pub(super) compatibility: Compatibility,
    pub(super) installed: bool,
}

impl Candidate {
    /// What makes one candidate better than another; higher is better.
    pub(super) fn rank(&self, upgrade: bool) -> impl Ord + use<> {
        let standing = Reverse(self.listed.availability.status);
        (self.installed && !upgrade, standing, self.listed.version.clone())
    }

    /// What the version asks for.
    pub(super) fn ask(&self, document: &IndexDocument) -> Ask {
        Ask {
            package: document.package.clone(),
            publisher: document.publisher.clone(),
            version: self.listed.version.clone(),
            tier: self.listed.tier,
            permissions: self.listed.permissions.clone(),
            brings: self.needs.keys().cloned().collect(),
            manifest_deps: self.listed.manifest_deps,
        }
    }
}

/// A package and its candidates.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) document: Rc<IndexDocument>,
    pub(super) candidates: BTreeMap<Version, Candidate>,
}

impl Entry {
    /// `pinned` is what may be chosen though it is yanked, or a pre-release.
    pub(super) fn new(document: Rc<IndexDocument>, request: &Request, pinned: &BTreeSet<Version>) -> Self {
        let candidates = document
            .versions
            .iter()
            .map(|listed| (listed.version.clone(), candidate(&document, listed, request, pinned)))
            .collect();
        Self { document, candidates }
    }
}

fn candidate(
    document: &IndexDocument,
    listed: &IndexVersion,
    request: &Request,
    pinned: &BTreeSet<Version>,
) -> Candidate {
    let installed = request.installed.get(&document.package);
    let mut candidate = Candidate {
        listed: listed.clone(),
        needs: BTreeMap::new(),
        excluded: None,
        compatibility: compatibility(&listed.engines, &request.host),
        installed: installed.is_some_and(|installed| installed.version == listed.version),
    };
    candidate.excluded = match needs(document, listed) {
        Err(exclusion) => Some(exclusion),
        Ok(needs) => {
            candidate.needs = needs;
            exclusion(document, &candidate, request, pinned)
        }
    };
    candidate
}

/// What a version needs: an App takes the pins of its bundle, never the ranges.
fn needs(document: &IndexDocument, listed: &IndexVersion) -> Result<BTreeMap<PackageId, Need>, Exclusion> {
    let mut needs = BTreeMap::new();
    if document.r#type == PackageType::App {
        needs.extend(listed.bundled.iter().map(|pin| (pin.id.clone(), Need::Pin(Box::new(pin.clone())))));
    } else {
        for (dependency, range) in &listed.dependencies {
            let unreadable =
                |_| Exclusion::DependencyUnreadable { dependency: dependency.clone(), range: range.clone() };
            needs.insert(dependency.clone(), Need::Range(range.parse().map_err(unreadable)?));
        }
    }
    if needs.contains_key(&document.package) { Err(Exclusion::DependsOnItself) } else { Ok(needs) }
}

fn exclusion(
    document: &IndexDocument,
    candidate: &Candidate,
    request: &Request,
    pinned: &BTreeSet<Version>,
) -> Option<Exclusion> {
    let Candidate { listed, compatibility, .. } = candidate;
    match listed.availability.status {
        AvailabilityWord::Blocked => return Some(Exclusion::Blocked(listed.availability.reason.clone())),
        AvailabilityWord::Yanked if !pinned.contains(&listed.version) => {
            return Some(Exclusion::Yanked(listed.availability.reason.clone()));
        }
        AvailabilityWord::Live | AvailabilityWord::Deprecated | AvailabilityWord::Yanked => {}
    }
    if let Some(installed) = request.installed.get(&document.package) {
        if installed.publisher != document.publisher {
            let (locked, now) = (installed.publisher.clone(), document.publisher.clone());
            return Some(Exclusion::OtherPublisher { locked, now });
        }
        if installed.version == listed.version && installed.sha256 != listed.sha256 {
            return Some(Exclusion::OtherBytes);
        }
        if listed.version < installed.version && !request.options.allow_downgrade {
            return Some(Exclusion::BelowInstalled(installed.version.clone()));
        }
    }
    match compatibility {
        Compatibility::Incompatible { .. } => return Some(Exclusion::Incompatible(compatibility.clone())),
        Compatibility::Unreadable { .. } if !request.options.allow_unknown_compat => {
            return Some(Exclusion::Incompatible(compatibility.clone()));
        }
        // The host compares again when it loads: it knows itself.
        Compatibility::Unreadable { .. }
        | Compatibility::HostUnknown { .. }
        | Compatibility::Undeclared
        | Compatibility::Compatible => {}
    }
    let inside = request.within.as_ref().is_none_or(|grants| grants.cover(&candidate.ask(document)));
    (!inside).then_some(Exclusion::NotConsented)
}

/// The warnings that come with a version that was chosen.
pub(super) fn warnings(package: &PackageId, candidate: &Candidate, request: &Request) -> Vec<String> {
    let Candidate { listed, compatibility, .. } = candidate;
    let name = format!("{package} {}", listed.version);
    let mut warnings = Vec::new();
    match listed.availability.status {
        AvailabilityWord::Deprecated => {
            let instead = listed.availability.replacement.as_deref().map(plain_or_quoted);
            let instead = instead.map(|instead| format!("; use {instead} instead")).unwrap_or_default();
            warnings.push(format!("{name} is deprecated ({}){instead}.", quote(&listed.availability.reason)));
        }
        AvailabilityWord::Yanked => {
            let is_installed =
                request.installed.get(package).is_some_and(|installed| installed.version == listed.version);
            let is_asked_for = request
                .wanted
                .iter()
                .any(|(wanted, range)| wanted == package && range.exact() == Some(&listed.version));
            let why = match (is_installed, is_asked_for) {
                (true, _) => "it is installed, and stays",
                (false, true) => "exactly this version was asked for",
                (false, false) => "an App bundles exactly this version",
            };
            warnings.push(format!("{name} was yanked ({}); {why}.", quote(&listed.availability.reason)));
        }
        AvailabilityWord::Live | AvailabilityWord::Blocked => {}
    }
    warnings.extend(compatibility.in_words().map(|words| format!("{name} {words}.")));
    warnings
}
