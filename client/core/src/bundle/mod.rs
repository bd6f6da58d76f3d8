//! What an App bundles: resolved once, when the App is published, and pinned in its approval.
//!
//! Every round collects what the App and the versions chosen so far need, and chooses the highest version that meets all
//! needs of a package; the bundle is settled when a round brings nothing new. There is no search: where the highest
//! versions contradict each other, the publisher is told, and can name exact versions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use crate::artifact::Inspection;
use crate::range::VersionRange;
use crate::wire::Pin;
use crate::{Digest, PackageId, Permissions, PublisherName, Tier, Version, Visibility, quote};

/// The most packages that are looked at for one bundle.
pub const PACKAGES_MAX: usize = 256;

/// The most rounds until a bundle settles: a chain of dependencies as long as there may be packages, and as many again.
const ROUNDS_MAX: usize = 2 * PACKAGES_MAX;

/// The most ranges that are looked at for one bundle, each for one version: it is resolved inside of a transaction.
const RANGES_MAX: usize = 500_000;

/// An App, as far as its bundle goes.
#[derive(Clone, Debug)]
pub struct App<'a> {
    /// Its package.
    pub id: &'a PackageId,
    /// Its publisher.
    pub publisher: &'a PublisherName,
    /// Who the version is for.
    pub audience: Visibility,
    /// What it bundles itself: see [`bundled_by`].
    pub bundles: BTreeMap<PackageId, VersionRange>,
}

/// An approved, live version that a bundle could have.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The version.
    pub version: Version,
    /// Its publisher.
    pub publisher: PublisherName,
    /// Who it is for.
    pub visibility: Visibility,
    /// Its artifact.
    pub sha256: Digest,
    /// Its tier.
    pub tier: Tier,
    /// What it asks for.
    pub permissions: Permissions,
    /// What it depends on.
    pub dependencies: BTreeMap<PackageId, VersionRange>,
}

impl Candidate {
    /// Whether everybody in an audience of the publisher may have this version. A narrow audience is that of one publisher:
    /// that of another publisher has other people in it.
    pub fn serves(&self, audience: Visibility, publisher: &PublisherName) -> bool {
        self.visibility == Visibility::Marketplace || self.visibility >= audience && self.publisher == *publisher
    }
}

/// What an artifact bundles: exactly its `plugins[]` where a compiled stack has it, else the manifest's dependencies.
pub fn bundled_by(inspection: &Inspection) -> BTreeMap<PackageId, VersionRange> {
    match (&inspection.bundle, &inspection.manifest) {
        (Some(bundle), _) => bundle.iter().map(|(id, version)| (id.clone(), version.clone().into())).collect(),
        (None, Ok(manifest)) => manifest.dependencies.iter().map(|(id, it)| (id.clone(), it.range.clone())).collect(),
        (None, Err(_)) => BTreeMap::new(),
    }
}

/// Resolves the bundle of an App, transitively: pins sorted by id, or one sentence for each thing that is wrong, saying what
/// to do. `candidates` is asked for the approved, live versions of a package, once for each; its errors pass through.
pub fn resolve<E>(
    app: &App<'_>,
    candidates: impl FnMut(&PackageId) -> Result<Vec<Candidate>, E>,
) -> Result<Result<Vec<Pin>, Vec<String>>, E> {
    let mut resolution = Resolution { app, candidates, known: BTreeMap::new(), chosen: BTreeMap::new(), looked_at: 0 };
    let mut needs = Needs::new();
    for _ in 0..ROUNDS_MAX {
        let next = resolution.needs();
        resolution.looked_at += next.values().map(Vec::len).sum::<usize>();
        if next == needs {
            return Ok(resolution.settle(&needs));
        }
        let unknown = next.keys().filter(|id| !resolution.known.contains_key(*id)).count();
        if resolution.known.len() + unknown > PACKAGES_MAX {
            return Ok(Err(vec![format!("the bundle takes in more than {PACKAGES_MAX} packages: bundle fewer")]));
        }
        resolution.choose(&needs, &next)?;
        if resolution.looked_at > RANGES_MAX {
            break;
        }
        needs = next;
    }
    let restless = "the ranges of the bundled packages are too many, or contradict each other, so that no choice settles: name exact \
                    versions in `plugins`, or narrow the ranges";
    Ok(Err(vec![restless.to_owned()]))
}

/// A range, and who asks for it: a chosen version, or the App itself.
#[derive(Clone, PartialEq, Eq)]
struct Need {
    by: Option<(PackageId, Version)>,
    range: VersionRange,
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let range = quote(self.range.as_str());
        match &self.by {
            Some((id, version)) => write!(f, "{range} for {id} {version}"),
            None => write!(f, "{range} for the App"),
        }
    }
}

type Needs = BTreeMap<PackageId, Vec<Need>>;

struct Resolution<'a, F> {
    app: &'a App<'a>,
    candidates: F,
    /// What there is of a package for this App, highest version first.
    known: BTreeMap<PackageId, Vec<Candidate>>,
    /// What was chosen of it, by its place in `known`; absent where nothing meets all needs.
    chosen: BTreeMap<PackageId, usize>,
    /// How many ranges were looked at.
    looked_at: usize,
}

impl<E, F: FnMut(&PackageId) -> Result<Vec<Candidate>, E>> Resolution<'_, F> {
    fn chosen(&self, id: &PackageId) -> Option<&Candidate> {
        self.known.get(id)?.get(*self.chosen.get(id)?)
    }

    /// What the App needs, and what the chosen versions of that need, and so on.
    fn needs(&self) -> Needs {
        let mut needs = Needs::new();
        let mut queue: VecDeque<PackageId> = VecDeque::new();
        let mut ask = |by: Option<(&PackageId, &Version)>, ranges: &BTreeMap<PackageId, VersionRange>| {
            let mut reached = Vec::new();
            for (id, range) in ranges {
                let by = by.map(|(id, version)| (id.clone(), version.clone()));
                let asked = needs.entry(id.clone()).or_default();
                if asked.is_empty() {
                    reached.push(id.clone());
                }
                asked.push(Need { by, range: range.clone() });
            }
            reached
        };
        queue.extend(ask(None, &self.app.bundles));
        while let Some(id) = queue.pop_front() {
            if let Some(candidate) = self.chosen(&id) {
                queue.extend(ask(Some((&id, &candidate.version)), &candidate.dependencies));
            }
        }
        needs
    }

    /// Chooses anew where the needs changed.
    fn choose(&mut self, before: &Needs, now: &Needs) -> Result<(), E> {
        for (id, asked) in now {
            if before.get(id) == Some(asked) || id == self.app.id {
                continue;
            }
            if !self.known.contains_key(id) {
                let mut candidates = (self.candidates)(id)?;
                candidates.retain(|candidate| candidate.serves(self.app.audience, self.app.publisher));
                candidates.sort_by(|a, b| b.version.cmp(&a.version));
                self.known.insert(id.clone(), candidates);
            }
            let mut met = |need: &Need, candidate: &Candidate| {
                self.looked_at += 1;
                need.range.matches(&candidate.version, false)
            };
            let meets = |candidate: &Candidate| asked.iter().all(|need| met(need, candidate));
            match self.known[id].iter().position(meets) {
                Some(index) => self.chosen.insert(id.clone(), index),
                None => self.chosen.remove(id),
            };
        }
        Ok(())
    }

    /// The pins of a settled choice, or what is wrong with it.
    fn settle(&self, needs: &Needs) -> Result<Vec<Pin>, Vec<String>> {
        let mut wrong = Vec::new();
        let mut pins = Vec::new();
        for (id, asked) in needs {
            match self.chosen(id) {
                Some(candidate) => pins.push(Pin {
                    id: id.clone(),
                    version: candidate.version.clone(),
                    sha256: candidate.sha256,
                    tier: candidate.tier,
                    permissions: candidate.permissions.clone(),
                }),
                None => wrong.push(self.why_not(id, asked)),
            }
        }
        wrong.extend(self.cycle(needs));
        if wrong.is_empty() { Ok(pins) } else { Err(wrong) }
    }

    fn why_not(&self, id: &PackageId, asked: &[Need]) -> String {
        let asked = listed(asked);
        if id == self.app.id {
            return format!("{id} is the App itself ({asked}): remove that dependency");
        }
        let audience = self.app.audience;
        let versions: Vec<&Version> = self.known[id].iter().map(|candidate| &candidate.version).collect();
        if versions.is_empty() {
            return format!(
                "{id} ({asked}) has no approved version for everybody whom the App is for ({audience}): have one approved for \
                 that audience first, or remove it"
            );
        }
        format!("no approved version of {id} meets {asked}; there are {}: change the ranges", listed(versions))
    }

    /// A way from a package back to itself, if there is one.
    fn cycle(&self, needs: &Needs) -> Option<String> {
        let mut left: BTreeSet<&PackageId> = needs.keys().collect();
        // Whatever needs nothing that is left cannot be on a cycle.
        let mut needs_left: BTreeMap<&PackageId, usize> = BTreeMap::new();
        let mut needed_by: BTreeMap<&PackageId, Vec<&PackageId>> = BTreeMap::new();
        for id in needs.keys() {
            let dependencies = self.chosen(id).into_iter().flat_map(|candidate| candidate.dependencies.keys());
            let dependencies: Vec<_> = dependencies.filter(|needed| left.contains(needed)).collect();
            needs_left.insert(id, dependencies.len());
            dependencies.into_iter().for_each(|needed| needed_by.entry(needed).or_default().push(id));
        }
        let mut free: Vec<&PackageId> = left.iter().copied().filter(|id| needs_left.get(id) == Some(&0)).collect();
        while let Some(id) = free.pop() {
            left.remove(id);
            for by in needed_by.get(id).into_iter().flatten() {
                let needs_left = needs_left.entry(by).or_default();
                *needs_left = needs_left.saturating_sub(1);
                if *needs_left == 0 {
                    free.push(by);
                }
            }
        }
        let into_left = |id: &PackageId, left: &BTreeSet<&PackageId>| {
            self.chosen(id)?.dependencies.keys().find(|needed| left.contains(needed)).cloned()
        };
        let mut way = vec![(*left.first()?).clone()];
        // Everything left needs something left, so the way must come back to itself.
        while let Some(next) = into_left(&way[way.len() - 1], &left) {
            if let Some(start) = way.iter().position(|id| *id == next) {
                way.drain(..start);
                way.push(next);
                break;
            }
            way.push(next);
        }
        let way: Vec<&str> = way.iter().map(PackageId::as_str).collect();
        Some(format!("the dependencies go in a circle ({}): remove one of them", way.join(" needs ")))
    }
}

/// The first few, for a sentence.
fn listed(items: impl IntoIterator<Item = impl fmt::Display>) -> String {
    let mut all = items.into_iter();
    let shown: Vec<String> = all.by_ref().take(10).map(|item| item.to_string()).collect();
    match all.count() {
        0 => shown.join(" and "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests;
