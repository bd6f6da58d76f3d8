//! Policy v1: the numbers and words that the checks apply, as one table, which `tests/snapshots/policy_v1.txt` shows. From the
//! first release on, a change here is a new policy version.

use crate::artifact::Inspection;
use crate::manifest::{Isolation, Manifest, Packaging, Runtime, Scope};
use crate::wire::Listing;
use crate::{Level, Namespace, PackageType, Tier};

/// The version of the policy table.
pub const POLICY_VERSION: u32 = 1;

/// What is asked of a publisher's level.
pub(crate) struct Needs {
    /// Below this level it is refused.
    pub(crate) least: Level,
    /// Below this level it is held for review.
    pub(crate) unreviewed: Level,
}

/// What a tier needs.
pub(crate) const fn tier_needs(tier: Tier) -> Needs {
    match tier {
        Tier::Declarative => Needs { least: Level::Unverified, unreviewed: Level::Unverified },
        Tier::Sandbox => Needs { least: Level::Unverified, unreviewed: Level::Unverified },
        Tier::OutOfProcess => Needs { least: Level::Unverified, unreviewed: Level::Unverified },
        Tier::InProcess => Needs { least: Level::Verified, unreviewed: Level::Trusted },
    }
}

/// What a packaging needs.
pub(crate) const fn packaging_needs(packaging: Packaging) -> Needs {
    match packaging {
        Packaging::Bundled => Needs { least: Level::Unverified, unreviewed: Level::Unverified },
        Packaging::ManifestDeps => Needs { least: Level::Verified, unreviewed: Level::Verified },
    }
}

/// What a scope needs.
pub(crate) const fn scope_needs(scope: Scope) -> Needs {
    match scope {
        Scope::Project => Needs { least: Level::Unverified, unreviewed: Level::Unverified },
        Scope::Cloud | Scope::System => Needs { least: Level::Unverified, unreviewed: Level::Trusted },
    }
}

/// Namespaces, and first words of package ids, of the platform itself.
pub(crate) const RESERVED_WORDS: [&str; 3] = ["base", "system", "sys"];

/// Whether a namespace is a word of the platform, which nobody holds.
pub fn is_reserved(namespace: &Namespace) -> bool {
    RESERVED_WORDS.contains(&namespace.as_str())
}

/// The least level of a publisher that may use a reserved word.
pub(crate) const RESERVED_WORDS_FROM: Level = Level::FirstParty;

/// What a word needs, as a namespace or at the beginning of a package id.
pub(crate) fn reserved_word_needs(word: &str) -> Needs {
    let least = if RESERVED_WORDS.contains(&word) { RESERVED_WORDS_FROM } else { Level::Unverified };
    Needs { least, unreviewed: least }
}

/// Host services that reach beyond one package's own data.
pub(crate) const SENSITIVE_SERVICES: [&str; 5] = ["auth", "plugins", "secrets", "security", "settings"];

/// How long a key that nobody vouches for waits before it is taken without review.
pub(crate) const KEY_FRESH_HOURS: i64 = 72;

/// The tier that the artifact gets; `None` if its manifest could not be read.
///
/// The manifest asks, and what is in the artifact can only raise the answer: without `runtime`, code makes it `sandbox`, and
/// so do npm packages that the host would install for it; what a host runs in its own page or process makes it `in-process`.
pub fn tier_of(inspection: &Inspection) -> Option<Tier> {
    let manifest = inspection.manifest.as_ref().ok()?;
    Some(match manifest.runtime {
        _ if !inspection.in_host.is_empty() => Tier::InProcess,
        Some(Runtime::Node) => Tier::InProcess,
        Some(Runtime::Ui) if manifest.isolation == Some(Isolation::InApp) => Tier::InProcess,
        Some(Runtime::Worker) => Tier::OutOfProcess,
        Some(Runtime::Sandbox | Runtime::Ui) => Tier::Sandbox,
        None if manifest.package_type == PackageType::Ui || brings_code(inspection).is_some() => Tier::Sandbox,
        None => Tier::Declarative,
    })
}

/// Why the version counts as bringing code, if it does. One whose npm packages the host installs brings it, though not in its
/// members.
pub(super) fn brings_code(inspection: &Inspection) -> Option<&'static str> {
    if inspection.has_code() {
        return Some("it has code");
    }
    let manifest = inspection.manifest.as_ref().ok()?;
    (manifest.packaging == Packaging::ManifestDeps).then_some("it brings npm packages")
}

/// The members that a marketplace listing lacks, for [`super::Request::listing_lacks`]. `listing` is the package's listing
/// with the version's own members applied; the manifest's description stands in for an absent one.
pub fn listing_lacks(listing: &Listing, manifest: Option<&Manifest>) -> Vec<&'static str> {
    let described = |text: Option<&String>| text.is_some_and(|text| !text.trim().is_empty());
    let description = described(listing.description.as_ref())
        || manifest.is_some_and(|manifest| described(manifest.description.as_ref()));
    [
        ("readme", described(listing.readme.as_ref())),
        ("icon", described(listing.icon.as_ref())),
        ("description", description),
        ("category", listing.category.is_some()),
    ]
    .into_iter()
    .filter_map(|(member, present)| (!present).then_some(member))
    .collect()
}
