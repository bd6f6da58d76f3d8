//! Why there is no solution, in sentences that a person can act on.
//!
//! pubgrub proves by a tree of derivations that there is none. The leaves of the tree are the facts that the proof stands
//! on: who needs what, and which versions there are. Those are told, once each, rather than the steps between them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use pubgrub::{DerivationTree, External, Ranges};

use super::Request;
use super::candidate::{Candidate, Entry, Exclusion, Need};
use super::pins::Pins;
use super::solve::Node;
use crate::range::VersionRange;
use crate::text::{one_of, plain_or_quoted};
use crate::{PackageId, Version};

/// The most facts of one kind in an explanation.
const MAX_FACTS: usize = 20;

/// Why what was asked for does not fit together, or not on this host.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, thiserror::Error)]
#[error("{}", sentences.join(" "))]
pub struct Conflict {
    /// The facts, and what to do about them.
    pub sentences: Vec<String>,
}

/// What the solver knew.
pub(super) struct Known<'a> {
    pub(super) request: &'a Request,
    pub(super) entries: &'a BTreeMap<PackageId, Option<Rc<Entry>>>,
    pub(super) pins: &'a Pins,
}

/// The facts that a proof stands on.
#[derive(Default)]
struct Facts {
    /// What was asked for.
    asked: BTreeSet<PackageId>,
    /// Which versions of a package need what of another one.
    needs: BTreeMap<(PackageId, Needed), BTreeSet<Version>>,
    /// The ranges in which a package is needed.
    ranges: BTreeMap<PackageId, Vec<VersionRange>>,
    /// The sets of versions in which nothing of a package may be chosen.
    empty: BTreeMap<PackageId, Vec<Ranges<Version>>>,
    /// Versions that cannot be had.
    broken: BTreeSet<(PackageId, Version, String)>,
}

/// What is needed, in words.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Needed {
    Range(PackageId, String),
    Pin(PackageId, Version),
}

impl Needed {
    fn package(&self) -> &PackageId {
        let (Self::Range(package, _) | Self::Pin(package, _)) = self;
        package
    }
}

type Tree = DerivationTree<Node, Ranges<Version>, String>;

pub(super) fn explain(tree: Tree, known: &Known<'_>) -> Conflict {
    let facts = known.facts(&tree);
    take_apart(tree);
    let asked = facts.asked.iter().map(|package| {
        let ranges = known.wanted(package).map(|range| of_range(package, range)).collect::<BTreeSet<_>>();
        format!("You asked for {}.", and(ranges.into_iter()))
    });
    let needs = facts.needs.iter().map(|((package, needed), versions)| match needed {
        Needed::Range(_, what) => format!("{package} {} {what}.", some(versions, ("needs", "need"))),
        Needed::Pin(pin, version) => {
            format!("{package} {} exactly {pin} {version}.", some(versions, ("bundles", "bundle")))
        }
    });
    let broken = facts.broken.iter().map(|(package, version, reason)| format!("{package} {version} {reason}."));
    let packages: BTreeSet<&PackageId> = facts.ranges.keys().chain(facts.empty.keys()).collect();
    let there_is = packages.into_iter().flat_map(|package| known.what_there_is(package, &facts));

    let mut sentences = vec!["There is no set of versions that fits.".to_owned()];
    add(&mut sentences, asked.collect());
    add(&mut sentences, needs.collect());
    let told = sentences.len();
    add(&mut sentences, broken.collect());
    add(&mut sentences, there_is.collect());
    if sentences.len() == told {
        add(&mut sentences, facts.ranges.keys().filter_map(|package| known.disagreement(package, &facts)).collect());
    }
    if sentences.len() == told {
        sentences.push("Ask for other versions, or ask the publishers for versions that go together.".to_owned());
    }
    Conflict { sentences }
}

/// Adds facts of one kind, but not too many of them.
fn add(sentences: &mut Vec<String>, facts: Vec<String>) {
    let more = facts.len().saturating_sub(MAX_FACTS);
    sentences.extend(facts.into_iter().take(MAX_FACTS));
    if more > 0 {
        sentences.push(format!("And {more} more like these."));
    }
}

/// Drops a tree without recursion, for its depth.
fn take_apart(tree: Tree) {
    let mut open = vec![tree];
    while let Some(tree) = open.pop() {
        if let DerivationTree::Derived(derived) = tree {
            open.extend([derived.cause1, derived.cause2].into_iter().filter_map(Arc::into_inner));
        }
    }
}

impl Known<'_> {
    fn wanted<'a>(&'a self, package: &'a PackageId) -> impl Iterator<Item = &'a VersionRange> {
        self.request.wanted.iter().filter(move |(wanted, _)| wanted == package).map(|(_, range)| range)
    }

    fn entry(&self, package: &PackageId) -> Option<&Entry> {
        self.entries.get(package)?.as_deref()
    }

    /// Walks the tree without recursion: its depth is up to the index documents. Shared branches are walked once.
    fn facts(&self, tree: &Tree) -> Facts {
        let mut facts = Facts::default();
        let mut seen = HashSet::new();
        let mut open = vec![tree];
        while let Some(tree) = open.pop() {
            match tree {
                DerivationTree::External(external) => self.fact(external, &mut facts),
                DerivationTree::Derived(derived) => {
                    let causes = [&derived.cause1, &derived.cause2];
                    open.extend(causes.into_iter().filter(|cause| seen.insert(Arc::as_ptr(cause))).map(Arc::as_ref));
                }
            }
        }
        facts
    }

    fn fact(&self, external: &External<Node, Ranges<Version>, String>, facts: &mut Facts) {
        match external {
            External::FromDependencyOf(Node::Request, _, Node::Package(package), _) => {
                if facts.asked.insert(package.clone()) {
                    let ranges = self.wanted(package).cloned();
                    facts.ranges.entry(package.clone()).or_default().extend(ranges);
                }
            }
            External::FromDependencyOf(Node::Package(package), versions, Node::Package(needed), _) => {
                let candidates = self.entry(package).into_iter().flat_map(|entry| entry.candidates.values());
                for candidate in candidates.filter(|c| c.excluded.is_none() && versions.contains(&c.listed.version)) {
                    let Some(need) = candidate.needs.get(needed) else { continue };
                    let what = match need {
                        Need::Range(range) => Needed::Range(needed.clone(), of_range(needed, range)),
                        Need::Pin(pin) => Needed::Pin(needed.clone(), pin.version.clone()),
                    };
                    facts.needs.entry((package.clone(), what)).or_default().insert(candidate.listed.version.clone());
                    let (range, ranges) = (need.range(), facts.ranges.entry(needed.clone()).or_default());
                    if !ranges.contains(&range) {
                        ranges.push(range);
                    }
                }
            }
            External::NoVersions(Node::Package(package), set) => {
                facts.empty.entry(package.clone()).or_default().push(set.clone());
            }
            External::Custom(Node::Package(package), set, reason) => {
                let versions = self.entry(package).into_iter().flat_map(|entry| entry.candidates.keys());
                let broken = versions.filter(|version| set.contains(*version));
                facts.broken.extend(broken.map(|version| (package.clone(), version.clone(), reason.clone())));
            }
            External::NotRoot(..)
            | External::FromDependencyOf(..)
            | External::NoVersions(Node::Request, _)
            | External::Custom(Node::Request, ..) => {}
        }
    }

    /// What there is of a package that fits one of the ranges in question, and why it may not be chosen.
    fn what_there_is(&self, package: &PackageId, facts: &Facts) -> Vec<String> {
        let Some(entry) = self.entry(package) else {
            return vec![format!("{package} is not in this registry, or you may not see it; check the id, or log in.")];
        };
        let ranges = facts.ranges.get(package).map(Vec::as_slice).unwrap_or_default();
        let empty = facts.empty.get(package).map(Vec::as_slice).unwrap_or_default();
        let mut sentences = Vec::new();
        for range in ranges {
            if !entry.candidates.keys().any(|version| range.matches(version, true)) {
                sentences.push(match entry.candidates.len() {
                    0 => format!("{package} has no approved version."),
                    _ => format!(
                        "No version of {package} is in {}; the registry has {}.",
                        named(range),
                        list(entry.candidates.keys())
                    ),
                });
            }
        }
        if empty.is_empty() {
            return sentences;
        }
        let mut excluded: BTreeMap<String, BTreeSet<Version>> = BTreeMap::new();
        for candidate in entry.candidates.values() {
            if let Some(exclusion) = self.exclusion(package, candidate, ranges, empty) {
                excluded.entry(exclusion.in_words()).or_default().insert(candidate.listed.version.clone());
            }
        }
        let mut excluded: Vec<_> = excluded.into_iter().collect();
        excluded.sort_by(|(_, one), (_, other)| one.first().cmp(&other.first()));
        for (reason, versions) in excluded {
            sentences.push(format!("{package} {} {reason}.", some(&versions, ("is", "are"))));
        }
        sentences
    }

    /// What to say of a package of which each range has a version, but no version is in all of them.
    fn disagreement(&self, package: &PackageId, facts: &Facts) -> Option<String> {
        let ranges = facts.ranges.get(package)?;
        let fits = |version| ranges.iter().all(|range| range.matches(version, true));
        if ranges.len() < 2 || self.entry(package)?.candidates.keys().any(fits) {
            return None;
        }
        let ranges: BTreeSet<String> = ranges.iter().map(named).collect();
        let by: BTreeSet<&PackageId> =
            facts.needs.keys().filter(|(_, needed)| needed.package() == package).map(|(by, _)| by).collect();
        let publishers: BTreeSet<String> =
            by.iter().filter_map(|by| Some(self.entry(by)?.document.publisher.to_string())).collect();
        let ask = match publishers.is_empty() {
            true => "Ask for one range.".to_owned(),
            false => format!(
                "Ask for another version of {}, or ask {} for versions that go together.",
                one_of(by),
                and(publishers.into_iter())
            ),
        };
        Some(format!("No version of {package} is in {} at once. {ask}", and(ranges.into_iter())))
    }

    /// Why a version that would fit one of the ranges was not chosen.
    fn exclusion(
        &self,
        package: &PackageId,
        candidate: &Candidate,
        ranges: &[VersionRange],
        empty: &[Ranges<Version>],
    ) -> Option<Exclusion> {
        let version = &candidate.listed.version;
        if !ranges.iter().any(|range| range.matches(version, true)) {
            return None;
        }
        let asked = self.request.options.pre_releases
            || ranges.iter().any(|range| range.matches(version, false))
            || self.pins.get(package).is_some_and(|pins| pins.contains(version));
        match &candidate.excluded {
            Some(exclusion) if !asked || empty.iter().any(|set| set.contains(version)) => Some(exclusion.clone()),
            None if !asked => Some(Exclusion::PreRelease),
            _ => None,
        }
    }
}

fn named(range: &VersionRange) -> String {
    plain_or_quoted(range.as_str())
}

fn of_range(package: &PackageId, range: &VersionRange) -> String {
    if matches!(range.as_str(), "" | "*") { package.to_string() } else { format!("{package} {}", named(range)) }
}

/// Versions with their verb: `1.0.0 needs`, `1.0.0 and 1.1.0 need`.
fn some(versions: &BTreeSet<Version>, (one, many): (&str, &str)) -> String {
    format!("{} {}", list(versions.iter()), if versions.len() == 1 { one } else { many })
}

/// Versions, lowest first: all of a few, else the first, the last and how many.
fn list<'a>(versions: impl ExactSizeIterator<Item = &'a Version>) -> String {
    let count = versions.len();
    let words: Vec<String> = versions.map(Version::to_string).collect();
    match words.as_slice() {
        [first, .., last] if count > 4 => format!("{first} to {last} ({count} versions)"),
        few => and(few.iter().cloned()),
    }
}

/// `a, b and c`
fn and(words: impl Iterator<Item = String>) -> String {
    let words: Vec<String> = words.collect();
    match words.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        one => one.concat(),
    }
}
