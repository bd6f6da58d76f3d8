//! What would be done: resolved, verified as far as possible without the artifacts, and compared with what was granted.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_core::consent::{Closure, Diff, diff};
use plimsoll_core::range::{HostProfile, VersionRange};
use plimsoll_core::resolve::{self, Failure, Resolved, Solution, resolve};
use plimsoll_core::{Digest, PackageId, Version, Visibility};
use plimsoll_trust::statement::ApprovalDecision;

use super::stuck::{Around, Stuck, needs};
use super::{Client, Indexes};
use crate::Error;
use crate::content;
use crate::environment::{Environment, Installed, Pending, Settings, State};
use crate::verify::{Claim, Fault, VerifiedVersion};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The packages, with the versions that will do.
    pub wanted: Vec<(PackageId, VersionRange)>,
    /// What the host is; by default what the settings of the environment say.
    pub host: Option<HostProfile>,
    /// What may be chosen beyond the rule.
    pub options: resolve::Options,
}

/// What is to be updated.
#[derive(Clone, Debug, Default)]
pub struct Update {
    /// The packages; where none is named, all that came from the registry.
    pub packages: Vec<PackageId>,
    /// What the host is; by default what the settings of the environment say.
    pub host: Option<HostProfile>,
    /// Where nothing newer can be chosen, go below the installed version.
    pub allow_downgrade: bool,
}

/// One package that a plan would install, or put in the place of another version.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What would be installed.
    #[serde(flatten)]
    pub resolved: Resolved,
    /// The installed version that it replaces; the same version where its stored files are damaged.
    pub replaces: Option<Version>,
    /// Who it is for, as its approval says.
    pub audience: Visibility,
    /// Whether a reviewer approved it; else it is to be shown as *not reviewed*.
    pub reviewed: bool,
    /// Whether its publisher signed it; else it is to be shown as *not signed by its publisher*.
    pub signed_by_publisher: bool,
    #[serde(skip)]
    pub(super) version: VerifiedVersion,
    #[serde(skip)]
    pub(super) approval: String,
}

/// What would be done. Nothing has happened yet.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The packages to install; each comes after all those that it needs. What is installed already is not listed.
    pub steps: Vec<Step>,
    /// The packages that nothing needs any more.
    pub removed: Vec<PackageId>,
    /// What is new, and needs consent, and what falls away.
    pub consent: Diff,
    /// For updates: newer versions that are left aside, since they ask for more than was granted.
    pub left_aside: Vec<LeftAside>,
    /// Installed packages of which no version can be chosen any more; of an update, only those that were meant.
    pub stuck: Vec<Stuck>,
    /// What a person should know, in sentences.
    pub warnings: Vec<String>,
    /// What everything in the environment would ask for.
    #[serde(skip)]
    pub(super) closure: Closure,
    /// The packages of this registry as they would be: whether each was asked for, and by which range.
    #[serde(skip)]
    pub(super) wanted: BTreeMap<PackageId, Option<String>>,
    /// The state that was planned upon.
    #[serde(skip)]
    pub(super) base: State,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty() && self.removed.is_empty() && self.left_aside.is_empty()
    }
}

/// A newer version that is left aside.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftAside {
    /// The package.
    pub package: PackageId,
    /// The version, and why.
    #[serde(flatten)]
    pub pending: Pending,
}

impl Client {
    /// Finds versions that work together, with the host and with what is installed. Changes nothing.
    pub fn resolve(&self, environment: &Environment, request: &Request) -> Result<Solution, Error> {
        let (state, settings) = (environment.state()?, environment.settings()?);
        let question = self.question(&state, &settings, request)?;
        let asked = request.wanted.iter().map(|(package, _)| package).collect();
        let found = self.solve_around(&question, &asked, &state, &settings, &mut self.indexes()?)?;
        let mut solution = found.solution;
        solution.warnings.extend(found.stuck.iter().map(Stuck::in_words));
        Ok(solution)
    }

    /// Plans to install packages. Changes nothing in the environment.
    pub fn plan_install(&self, environment: &Environment, request: &Request) -> Result<Plan, Error> {
        let (state, settings) = (environment.state()?, environment.settings()?);
        let question = self.question(&state, &settings, request)?;
        let asked = request.wanted.iter().map(|(package, _)| package).collect();
        let mut indexes = self.indexes()?;
        let found = self.solve_around(&question, &asked, &state, &settings, &mut indexes)?;
        self.plan(state, &settings, &question, found, indexes)
    }

    /// Plans to update, inside what was granted: a version that asks for more is never taken, but the best one that does not;
    /// the other is left aside.
    pub fn plan_update(&self, environment: &Environment, update: &Update) -> Result<Plan, Error> {
        let (state, settings) = (environment.state()?, environment.settings()?);
        let mut question = self.update_question(environment, &state, &settings, update)?;
        let mut indexes = self.indexes()?;
        let best = self.solve_around(&question, &BTreeSet::new(), &state, &settings, &mut indexes)?;
        question.within = Some(state.grants.clone());
        let consented = self.solve_around(&question, &BTreeSet::new(), &state, &settings, &mut indexes)?;
        let left_aside = left_aside(&state, &best.solution, &consented.solution);
        let plan = self.plan(state, &settings, &question, consented, indexes)?;
        Ok(Plan { left_aside, stuck: reported(best.stuck, update), ..plan })
    }

    /// Plans to update to what [`Client::plan_update`] leaves aside: the best versions, whatever they ask for.
    pub fn plan_widening(&self, environment: &Environment, update: &Update) -> Result<Plan, Error> {
        let (state, settings) = (environment.state()?, environment.settings()?);
        let question = self.update_question(environment, &state, &settings, update)?;
        let mut indexes = self.indexes()?;
        let best = self.solve_around(&question, &BTreeSet::new(), &state, &settings, &mut indexes)?;
        let plan = self.plan(state, &settings, &question, best, indexes)?;
        Ok(Plan { stuck: reported(plan.stuck, update), ..plan })
    }

    /// The question of an update: what is not to be updated stays at its version.
    fn update_question(
        &self,
        environment: &Environment,
        state: &State,
        settings: &Settings,
        update: &Update,
    ) -> Result<resolve::Request, Error> {
        for package in &update.packages {
            let installed = state.packages.get(package).ok_or_else(|| environment.not_installed(package))?;
            self.check_origin(installed)?;
        }
        let options =
            resolve::Options { upgrade: true, allow_downgrade: update.allow_downgrade, ..resolve::Options::default() };
        let request = Request { host: update.host.clone(), options, ..Request::default() };
        let mut question = self.question(state, settings, &request)?;
        if !update.packages.is_empty() {
            for (package, range) in &mut question.wanted {
                if let Some(installed) = question.installed.get(package).filter(|_| !update.packages.contains(package))
                {
                    *range = installed.version.clone().into();
                }
            }
        }
        Ok(question)
    }

    /// The question to the resolver: what is asked for now, with what was asked for before.
    fn question(&self, state: &State, settings: &Settings, request: &Request) -> Result<resolve::Request, Error> {
        let asked: BTreeSet<&PackageId> = request.wanted.iter().map(|(package, _)| package).collect();
        let mut wanted = request.wanted.clone();
        let mut installed = BTreeMap::new();
        for package in state.packages.values() {
            if asked.contains(&package.package) {
                self.check_origin(package)?;
            }
            if package.registry != self.pinned.root.registry() {
                continue;
            }
            let Installed { version, publisher, sha256, .. } = package.clone();
            installed.insert(package.package.clone(), resolve::Installed { version, publisher, sha256 });
            if let Some(range) = package.wanted.as_deref().filter(|_| !asked.contains(&package.package)) {
                let range =
                    range.parse().map_err(|error| Error::NoSolution(format!("{}: {error}", package.package)))?;
                wanted.push((package.package.clone(), range));
            }
        }
        let host = request.host.clone().unwrap_or_else(|| settings.host.clone());
        Ok(resolve::Request { wanted, host, installed, within: None, options: request.options })
    }

    /// One package belongs to one registry: there is no way for another to take its place.
    fn check_origin(&self, installed: &Installed) -> Result<(), Error> {
        if installed.registry == self.pinned.root.registry() {
            return Ok(());
        }
        Err(Error::OtherRegistry { package: installed.package.clone(), from: installed.address.clone() })
    }

    pub(super) fn solve<'c>(
        &'c self,
        question: &resolve::Request,
        settings: &Settings,
        indexes: &mut Indexes<'c>,
    ) -> Result<Solution, Error> {
        let answer = resolve(question, |package| {
            if !indexes.by_package.contains_key(package) {
                let Some(index) = self.index_with(package, indexes)? else { return Ok(None) };
                indexes.by_package.insert(package.clone(), index);
            }
            indexes.by_package.get(package).map(|index| settings.provisioned(index.document())).transpose()
        });
        answer.map_err(|failure| match failure {
            Failure::Index { source, .. } => source,
            Failure::NotFound(package) => Error::PackageNotFound(package, self.address().clone()),
            other @ (Failure::Conflict(_) | Failure::Cycle(_) | Failure::TooLarge(_)) => {
                Error::NoSolution(other.to_string())
            }
        })
    }

    fn plan<'c>(
        &'c self,
        base: State,
        settings: &Settings,
        question: &resolve::Request,
        Around { solution, stuck }: Around,
        mut indexes: Indexes<'c>,
    ) -> Result<Plan, Error> {
        for installed in solution.packages.iter().filter_map(|resolved| base.packages.get(&resolved.package)) {
            // Also what only another package needs.
            self.check_origin(installed)?;
        }
        let staying = needs(&base, stuck.iter().map(|stuck| &stuck.package));
        let stays = |installed: &&Installed| {
            installed.registry != self.pinned.root.registry()
                || staying.contains(&installed.package) && solution.get(&installed.package).is_none()
        };
        let others = base.packages.values().filter(stays).map(Installed::ask);
        let closure: Closure = solution.closure().asks().cloned().chain(others).collect();
        let is_gone = |package: &&PackageId| solution.get(package).is_none() && !staying.contains(*package);
        let removed = question.installed.keys().filter(is_gone).cloned().collect();
        let ranges: BTreeMap<_, _> = question.wanted.iter().map(|(package, range)| (package, range)).collect();
        let wanted = solution.packages.iter().map(|resolved| {
            let before = base.packages.get(&resolved.package).and_then(|installed| installed.wanted.clone());
            let asked = ranges.get(&resolved.package).map(|range| range.as_str().to_owned());
            // An update may pin what it does not name; what was asked for stays as it was asked for.
            let keep = question.options.upgrade && before.is_some();
            (resolved.package.clone(), if keep { before } else { asked })
        });
        let wanted = wanted.collect();
        let mut warnings = std::mem::take(&mut indexes.warnings);
        warnings.extend(solution.warnings);
        let mut steps = Vec::new();
        for resolved in solution.packages {
            let installed = base.packages.get(&resolved.package);
            let same = installed
                .is_some_and(|installed| installed.version == resolved.version && installed.sha256 == resolved.sha256);
            if same && content::is_whole(&self.home, &resolved.sha256) {
                continue;
            }
            let replaces = installed.map(|installed| installed.version.clone());
            // A version that was approved anew, for more people, has another approval than the one that was kept.
            let kept = installed.filter(|kept| same && Digest::of(&kept.approval) == resolved.approval_sha256);
            let step = self.step(resolved, replaces, &mut indexes, kept)?;
            settings.accept(step.version.approval())?;
            steps.push(step);
        }
        let consent = diff(&base.grants, &closure);
        Ok(Plan { steps, removed, consent, left_aside: Vec::new(), stuck, warnings, closure, wanted, base })
    }

    /// Fetches and verifies approval and evidence; where exactly this version is installed, takes those that were kept. While
    /// the registry is down, those that another environment of this home keeps will do too.
    fn step<'c>(
        &'c self,
        resolved: Resolved,
        replaces: Option<Version>,
        indexes: &mut Indexes<'c>,
        kept: Option<&Installed>,
    ) -> Result<Step, Error> {
        let (package, version) = (&resolved.package, &resolved.version);
        let elsewhere = match (kept, indexes.registry) {
            (None, None) => self.kept_elsewhere(&resolved)?,
            _ => None,
        };
        let (approval, evidence) = match kept.or(elsewhere.as_ref()) {
            Some(kept) => (kept.approval.clone(), kept.evidence.clone()),
            None => {
                let registry = self.asked(indexes)?;
                (registry.approval(package, version)?, registry.evidence(package, version)?.evidence)
            }
        };
        let index = indexes.by_package.get(package).ok_or_else(|| Fault::NotListed.of(package, version))?;
        let claim = Claim { approval: &approval, evidence: &evidence };
        let verified = VerifiedVersion::verify(index, version, claim, &indexes.root)?;
        Ok(Step {
            replaces,
            audience: verified.approval().audience,
            reviewed: verified.approval().decision == ApprovalDecision::Reviewed,
            signed_by_publisher: verified.is_signed_by_publisher(),
            version: verified,
            approval,
            resolved,
        })
    }

    /// A version as another environment of this home has it installed, by the approval that is in force now. Its artifact is in
    /// the content store for as long.
    fn kept_elsewhere(&self, resolved: &Resolved) -> Result<Option<Installed>, Error> {
        let states = Environment::states(&self.home)?;
        let kept = states.into_iter().filter_map(|mut state| state.packages.remove(&resolved.package));
        let mut same = kept.filter(|kept| Digest::of(&kept.approval) == resolved.approval_sha256);
        Ok(same.next())
    }
}

/// What stays of what was to be updated. What was not meant stays anyway.
fn reported(stuck: Vec<Stuck>, update: &Update) -> Vec<Stuck> {
    let is_meant = |stuck: &Stuck| update.packages.is_empty() || update.packages.contains(&stuck.package);
    stuck.into_iter().filter(is_meant).collect()
}

/// The versions of the best solution that the consented one does not take, with what is new about them.
fn left_aside(state: &State, best: &Solution, consented: &Solution) -> Vec<LeftAside> {
    let news = diff(&state.grants, &best.closure());
    let widens = |package: &PackageId| {
        let changes = news.packages().iter().flat_map(|found| found.changes.iter().map(move |change| (found, change)));
        changes
            .zip(news.sentences())
            .filter(|((found, change), _)| found.package == *package && change.widens())
            .map(|(_, sentence)| sentence.clone())
            .collect()
    };
    let newer = best.packages.iter().filter(|resolved| {
        state.packages.contains_key(&resolved.package)
            && consented.get(&resolved.package).is_none_or(|taken| taken.version < resolved.version)
    });
    newer
        .map(|resolved| LeftAside {
            package: resolved.package.clone(),
            pending: Pending { version: resolved.version.clone(), widens: widens(&resolved.package) },
        })
        .collect()
}
