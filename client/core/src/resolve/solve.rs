//! The solver: the rules of the resolver as a provider for pubgrub.

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt;
use std::ops::Bound;
use std::rc::Rc;

use pubgrub::{
    Dependencies, DependencyProvider, PackageResolutionStatistics, PubGrubError, Ranges, SelectedDependencies,
};

use super::candidate::{Entry, Need, warnings};
use super::explain::{Known, explain};
use super::order::order;
use super::pins::{Pins, Selected, add_bundles, chosen, exact_pins, unfounded_pins};
use super::{Failure, MAX_PACKAGES, MAX_STEPS, MAX_VERSIONS, Request, Resolved, Solution};
use crate::range::VersionRange;
use crate::wire::IndexDocument;
use crate::{PackageId, Version};

/// What pubgrub takes for a package.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// What was asked for.
    Request,
    /// A package.
    Package(PackageId),
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request => f.write_str("the request"),
            Self::Package(package) => fmt::Display::fmt(package, f),
        }
    }
}

/// Why the solver stopped without an answer.
#[derive(Debug, thiserror::Error)]
enum Stop<E> {
    #[error("{0}")]
    TooLarge(String),
    #[error("the index of {package} could not be read")]
    Index { package: PackageId, source: E },
}

impl<E> From<Stop<E>> for Failure<E> {
    fn from(stop: Stop<E>) -> Self {
        match stop {
            Stop::TooLarge(what) => Self::TooLarge(what),
            Stop::Index { package, source } => Self::Index { package, source },
        }
    }
}

/// The index documents, each asked for once.
struct Documents<F> {
    index: F,
    read: BTreeMap<PackageId, Option<Rc<IndexDocument>>>,
}

impl<F> Documents<F> {
    fn get<E>(&mut self, package: &PackageId) -> Result<Option<Rc<IndexDocument>>, Stop<E>>
    where
        F: FnMut(&PackageId) -> Result<Option<IndexDocument>, E>,
    {
        if let Some(document) = self.read.get(package) {
            return Ok(document.clone());
        }
        if self.read.len() == MAX_PACKAGES {
            return Err(Stop::TooLarge(format!("it would need more than {MAX_PACKAGES} packages")));
        }
        let document =
            (self.index)(package).map_err(|source| Stop::Index { package: package.clone(), source })?.map(Rc::new);
        if document.as_ref().is_some_and(|document| document.versions.len() > MAX_VERSIONS) {
            return Err(Stop::TooLarge(format!("{package} has more than {MAX_VERSIONS} versions")));
        }
        self.read.insert(package.clone(), document.clone());
        Ok(document)
    }
}

pub(super) fn run<E, F>(request: &Request, index: F) -> Result<Solution, Failure<E>>
where
    E: Error + 'static,
    F: FnMut(&PackageId) -> Result<Option<IndexDocument>, E>,
{
    let mut documents = Documents { index, read: BTreeMap::new() };
    let asked_for = exact_pins(request);
    let mut pins = asked_for.clone();
    for (package, _) in &request.wanted {
        let document = documents.get(package)?.ok_or_else(|| Failure::NotFound(package.clone()))?;
        add_bundles(&mut pins, &document);
    }
    let (documents, steps) = (RefCell::new(documents), Cell::new(0));
    loop {
        let solver = Solver {
            request,
            pins: &pins,
            documents: &documents,
            entries: RefCell::new(BTreeMap::new()),
            steps: &steps,
        };
        let selected = match pubgrub::resolve(&solver, Node::Request, Version::new(0, 0, 0)) {
            Ok(selected) => solver.candidates(&selected),
            Err(PubGrubError::NoSolution(tree)) => {
                let entries = solver.entries.into_inner();
                return Err(explain(tree, &Known { request, entries: &entries, pins: &pins }).into());
            }
            Err(
                PubGrubError::ErrorChoosingVersion { source, .. }
                | PubGrubError::ErrorRetrievingDependencies { source, .. }
                | PubGrubError::ErrorInShouldCancel(source),
            ) => return Err(source.into()),
        };
        let unfounded = unfounded_pins(&selected, &asked_for, &pins);
        if unfounded.is_empty() {
            return solution(request, &selected);
        }
        // Each round takes a pin away, so the rounds end.
        for (package, version) in unfounded {
            pins.entry(package).or_default().remove(&version);
        }
    }
}

fn solution<E>(request: &Request, selected: &Selected) -> Result<Solution, Failure<E>> {
    let needs_of = |package: &PackageId| -> BTreeSet<PackageId> {
        chosen(selected, package).map(|chosen| chosen.needs.keys().cloned().collect()).unwrap_or_default()
    };
    let needs: BTreeMap<_, _> = selected.keys().map(|package| (package.clone(), needs_of(package))).collect();
    let mut solution = Solution::default();
    for package in order(&needs)? {
        let Some((entry, candidate)) =
            selected.get(&package).and_then(|(e, version)| Some((e, e.candidates.get(version)?)))
        else {
            continue;
        };
        solution.warnings.extend(warnings(&package, candidate, request));
        let listed = &candidate.listed;
        solution.packages.push(Resolved {
            version: listed.version.clone(),
            r#type: entry.document.r#type,
            publisher: entry.document.publisher.clone(),
            sha256: listed.sha256,
            size: listed.size,
            tier: listed.tier,
            permissions: listed.permissions.clone(),
            manifest_deps: listed.manifest_deps,
            approval_sha256: listed.approval_sha256,
            wanted: request.wanted.iter().any(|(wanted, _)| *wanted == package),
            needed_by: needs.iter().filter(|(_, needs)| needs.contains(&package)).map(|(id, _)| id.clone()).collect(),
            needs: needs.get(&package).cloned().unwrap_or_default(),
            package,
        });
    }
    Ok(solution)
}

struct Solver<'a, F> {
    request: &'a Request,
    pins: &'a Pins,
    documents: &'a RefCell<Documents<F>>,
    entries: RefCell<BTreeMap<PackageId, Option<Rc<Entry>>>>,
    steps: &'a Cell<usize>,
}

impl<E, F> Solver<'_, F>
where
    E: Error + 'static,
    F: FnMut(&PackageId) -> Result<Option<IndexDocument>, E>,
{
    fn entry(&self, package: &PackageId) -> Result<Option<Rc<Entry>>, Stop<E>> {
        if let Some(entry) = self.entries.borrow().get(package) {
            return Ok(entry.clone());
        }
        let none = BTreeSet::new();
        let pinned = self.pins.get(package).unwrap_or(&none);
        let document = self.documents.borrow_mut().get(package)?;
        let entry = document.map(|document| Rc::new(Entry::new(document, self.request, pinned)));
        self.entries.borrow_mut().insert(package.clone(), entry.clone());
        Ok(entry)
    }

    /// The versions that a range admits: without the pre-releases that neither the range, a pin nor the options ask for.
    fn admitted(&self, package: &PackageId, range: &VersionRange) -> Result<Ranges<Version>, Stop<E>> {
        let set = range.ranges();
        let Some(entry) = self.entry(package)? else { return Ok(set) };
        if self.request.options.pre_releases {
            return Ok(set);
        }
        let pinned = self.pins.get(package);
        let asked =
            |version: &Version| range.matches(version, false) || pinned.is_some_and(|pinned| pinned.contains(version));
        let unasked: Ranges<Version> = entry
            .candidates
            .keys()
            .filter(|version| version.is_pre_release() && set.contains(*version) && !asked(version))
            .map(|version| (Bound::Included(version.clone()), Bound::Included(version.clone())))
            .collect();
        Ok(set.intersection(&unasked.complement()))
    }

    /// The candidates of the solution.
    fn candidates(&self, selected: &SelectedDependencies<Node, Version>) -> Selected {
        let entries = self.entries.borrow();
        let packages = selected.iter().filter_map(|(node, version)| match node {
            Node::Request => None,
            Node::Package(package) => Some((package.clone(), (entries.get(package)?.clone()?, version.clone()))),
        });
        packages.collect()
    }

    /// Why a pin cannot be had at all, if so. Whether the pinned version may be chosen is a matter of its own.
    fn broken_pin(&self, need: &Need) -> Result<Option<String>, Stop<E>> {
        let Need::Pin(pin) = need else { return Ok(None) };
        let entry = self.entry(&pin.id)?;
        let candidate = entry.as_ref().and_then(|entry| entry.candidates.get(&pin.version));
        Ok(match candidate {
            Some(candidate) if candidate.listed.sha256 == pin.sha256 => None,
            Some(_) => Some(format!(
                "bundles {} {} with other bytes than the registry lists; tell the registry's operator",
                pin.id, pin.version
            )),
            None => Some(format!(
                "bundles {} {}, which is not in this registry, or you may not see it",
                pin.id, pin.version
            )),
        })
    }
}

impl<E, F> DependencyProvider for Solver<'_, F>
where
    E: Error + 'static,
    F: FnMut(&PackageId) -> Result<Option<IndexDocument>, E>,
{
    type P = Node;
    type V = Version;
    type VS = Ranges<Version>;
    /// Packages that caused conflicts first, then those with few candidates, then by id: so that the answer does not depend
    /// on the order in which things were asked for.
    type Priority = (u32, Reverse<usize>, Reverse<Option<PackageId>>);
    type M = String;
    type Err = Stop<E>;

    fn prioritize(
        &self,
        node: &Node,
        range: &Ranges<Version>,
        conflicts: &PackageResolutionStatistics,
    ) -> Self::Priority {
        let Node::Package(package) = node else { return (u32::MAX, Reverse(0), Reverse(None)) };
        let entries = self.entries.borrow();
        let entry = entries.get(package).and_then(Option::as_ref);
        let count = entry.map_or(0, |entry| entry.candidates.keys().filter(|version| range.contains(*version)).count());
        (conflicts.conflict_count(), Reverse(count), Reverse(Some(package.clone())))
    }

    fn choose_version(&self, node: &Node, range: &Ranges<Version>) -> Result<Option<Version>, Stop<E>> {
        let Node::Package(package) = node else { return Ok(Some(Version::new(0, 0, 0))) };
        let Some(entry) = self.entry(package)? else { return Ok(None) };
        let upgrade = self.request.options.upgrade;
        let usable = entry.candidates.values().filter(|candidate| candidate.excluded.is_none());
        let best = usable.filter(|candidate| range.contains(&candidate.listed.version)).max_by_key(|c| c.rank(upgrade));
        Ok(best.map(|candidate| candidate.listed.version.clone()))
    }

    fn get_dependencies(
        &self,
        node: &Node,
        version: &Version,
    ) -> Result<Dependencies<Node, Ranges<Version>, String>, Stop<E>> {
        let mut needs: BTreeMap<PackageId, Ranges<Version>> = BTreeMap::new();
        match node {
            Node::Request => {
                for (package, range) in &self.request.wanted {
                    let set = self.admitted(package, range)?;
                    let both = needs.get(package).map(|other| other.intersection(&set)).unwrap_or(set);
                    needs.insert(package.clone(), both);
                }
            }
            Node::Package(package) => {
                let entry = self.entry(package)?;
                let candidate = entry.as_ref().and_then(|entry| entry.candidates.get(version));
                for (needed, need) in candidate.map(|candidate| &candidate.needs).into_iter().flatten() {
                    if let Some(reason) = self.broken_pin(need)? {
                        return Ok(Dependencies::Unavailable(reason));
                    }
                    needs.insert(needed.clone(), self.admitted(needed, &need.range())?);
                }
            }
        }
        Ok(Dependencies::Available(needs.into_iter().map(|(package, set)| (Node::Package(package), set)).collect()))
    }

    fn should_cancel(&self) -> Result<(), Stop<E>> {
        self.steps.set(self.steps.get() + 1);
        if self.steps.get() > MAX_STEPS {
            return Err(Stop::TooLarge(format!("it took more than {MAX_STEPS} steps; ask for narrower ranges")));
        }
        Ok(())
    }
}
