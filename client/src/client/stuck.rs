//! Installed packages of which no version can be chosen any more, such as blocked ones. They stay as they are, and stop
//! nobody else.

use std::collections::BTreeSet;

use plimsoll_core::range::VersionRange;
use plimsoll_core::resolve::{self, Solution};
use plimsoll_core::{PackageId, Version};

use super::{Client, Indexes};
use crate::Error;
use crate::environment::{Settings, State};

/// An installed package of which no version can be chosen any more. It stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Stuck {
    /// The package.
    pub package: PackageId,
    /// The installed version.
    pub version: Version,
    /// Why no version can be chosen, in sentences.
    pub reason: String,
    /// The newest version that could be chosen by going back, with what it needs; if there is one.
    pub back_to: Option<Version>,
}

impl Stuck {
    /// What to do about it.
    pub fn advice(&self) -> String {
        let package = &self.package;
        let mut text = format!("Remove it with `plimsoll remove {package}`");
        if let Some(version) = &self.back_to {
            text.push_str(&format!(", or go back to {version} with `plimsoll update {package} --allow-downgrade`"));
        }
        text.push('.');
        text
    }

    /// All of it, in sentences.
    pub(super) fn in_words(&self) -> String {
        let Self { package, version, reason, .. } = self;
        format!("{package} {version} stays as it is, since no version of it can be chosen. {reason} {}", self.advice())
    }
}

/// What could be solved, and what has to stay.
pub(super) struct Around {
    pub(super) solution: Solution,
    pub(super) stuck: Vec<Stuck>,
}

impl Client {
    /// Solves; where that fails for what is installed already, solves for the rest. What is asked for now has to be solved.
    pub(super) fn solve_around<'c>(
        &'c self,
        question: &resolve::Request,
        asked: &BTreeSet<&PackageId>,
        state: &State,
        settings: &Settings,
        indexes: &mut Indexes<'c>,
    ) -> Result<Around, Error> {
        let whole = match self.try_solve(question, settings, indexes)? {
            Ok(solution) => return Ok(Around { solution, stuck: Vec::new() }),
            Err(why) => why,
        };
        let before = |package| question.installed.get(package).filter(|_| !asked.contains(package));
        let mut rest = resolve::Request { wanted: Vec::new(), ..question.clone() };
        let (mut new, mut failed) = (Vec::new(), Vec::new());
        for wanted in &question.wanted {
            let Some(installed) = before(&wanted.0) else {
                new.push(wanted.clone());
                continue;
            };
            rest.wanted.push(wanted.clone());
            if let Err(why) = self.try_solve(&rest, settings, indexes)? {
                rest.wanted.pop();
                failed.push((wanted, installed.version.clone(), why));
            }
        }
        if failed.is_empty() {
            return Err(whole);
        }
        rest.wanted.extend(new);
        let mut solution = self.try_solve(&rest, settings, indexes)??;
        let mut stuck = Vec::new();
        for (wanted, version, why) in &failed {
            let back = self.going_back(&rest, wanted, settings, indexes)?;
            stuck.push(Stuck {
                package: wanted.0.clone(),
                version: version.clone(),
                reason: why.to_string(),
                back_to: back,
            });
        }
        // What stays needs what it needed: nothing moves from under it, if there is a way.
        let needed = needs(state, failed.iter().map(|((package, _), ..)| package));
        let moved = solution.packages.iter().filter_map(|chosen| {
            let installed = question.installed.get(&chosen.package).filter(|_| needed.contains(&chosen.package))?;
            (installed.version != chosen.version).then(|| (chosen.package.clone(), installed.version.clone().into()))
        });
        rest.wanted.extend(moved.collect::<Vec<_>>());
        if let Ok(unmoved) = self.try_solve(&rest, settings, indexes)? {
            solution = unmoved;
        }
        Ok(Around { solution, stuck })
    }

    /// The version that a package could go back to.
    fn going_back<'c>(
        &'c self,
        rest: &resolve::Request,
        wanted: &(PackageId, VersionRange),
        settings: &Settings,
        indexes: &mut Indexes<'c>,
    ) -> Result<Option<Version>, Error> {
        let mut back = resolve::Request { within: None, ..rest.clone() };
        back.options.allow_downgrade = true;
        back.wanted.push(wanted.clone());
        let solution = self.try_solve(&back, settings, indexes)?;
        Ok(solution.ok().and_then(|solution| Some(solution.get(&wanted.0)?.version.clone())))
    }

    /// Solves. The inner error says that there is no solution; the outer one, that this could not be found out.
    fn try_solve<'c>(
        &'c self,
        question: &resolve::Request,
        settings: &Settings,
        indexes: &mut Indexes<'c>,
    ) -> Result<Result<Solution, Error>, Error> {
        match self.solve(question, settings, indexes) {
            Ok(solution) => Ok(Ok(solution)),
            Err(error @ (Error::NoSolution(_) | Error::PackageNotFound(..) | Error::AudienceTooNarrow { .. })) => {
                Ok(Err(error))
            }
            Err(error) => Err(error),
        }
    }
}

/// These packages and all that they need, as far as it is installed.
pub(super) fn needs<'p>(state: &State, packages: impl Iterator<Item = &'p PackageId>) -> BTreeSet<PackageId> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&PackageId> = packages.collect();
    while let Some(package) = open.pop() {
        let Some(installed) = state.packages.get(package) else { continue };
        if found.insert(package.clone()) {
            open.extend(&installed.needs);
        }
    }
    found
}
