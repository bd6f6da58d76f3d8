//! What a check looks at, and what it answers.

use super::super::{Check, CheckCode, Facts, Outcome, RegistryFacts, tier_of};
use crate::artifact::{Finding, Inspection};
use crate::text::printable;
use crate::{Level, Manifest, PackageId, Tier, Visibility};

/// The most places, and the most things in a sentence, that one check lists.
const LISTED_MAX: usize = 20;

/// The longest pointer, in characters.
const POINTER_CHARS_MAX: usize = 300;

/// The facts, with the doors that every check goes through. Each door is closed with a [`Gap`] where there is nothing behind
/// it, so that no check can mistake absence for a pass.
pub(super) struct Context<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) tier: Option<Tier>,
    pub(super) visibility: Visibility,
}

/// Why a check could not be decided.
pub(super) enum Gap {
    /// There is nothing to look at, and another check refuses or holds for that reason.
    DecidedElsewhere(&'static str),
    /// A fact is not at hand. That is how it is offline; in a registry it is a failure, which is never a pass.
    FactMissing(&'static str),
}

/// What a check found out, or why it could not.
pub(super) type Judged = Result<Answer, Gap>;

impl<'a> Context<'a> {
    pub(super) fn of(facts: &'a Facts<'a>) -> Self {
        Self {
            facts,
            tier: facts.artifact.as_ref().ok().and_then(tier_of),
            visibility: facts.request.visibility.unwrap_or(Visibility::Private),
        }
    }

    pub(super) fn inspection(&self) -> Result<&'a Inspection, Gap> {
        self.facts.artifact.as_ref().map_err(|_| Gap::DecidedElsewhere("the artifact could not be read"))
    }

    pub(super) fn manifest(&self) -> Result<&'a Manifest, Gap> {
        let unreadable = |_| Gap::DecidedElsewhere("the manifest could not be read");
        self.inspection()?.manifest.as_ref().map_err(unreadable)
    }

    pub(super) fn tier(&self) -> Result<Tier, Gap> {
        self.manifest()?;
        self.tier.ok_or(Gap::FactMissing("the tier"))
    }

    /// The publisher's level, if it is below this one. Nobody is below the lowest, whoever it is.
    pub(super) fn level_below(&self, least: Level) -> Result<Option<Level>, Gap> {
        if Level::ALL.first() == Some(&least) {
            return Ok(None);
        }
        let level = self.facts.level.ok_or(Gap::FactMissing("the publisher's level"))?;
        Ok((level < least).then_some(level))
    }

    pub(super) fn registry(&self) -> Result<&'a RegistryFacts, Gap> {
        self.facts.registry.as_ref().ok_or(Gap::FactMissing("what the registry has of this package"))
    }

    /// The package that is published: as requested, else as the manifest says.
    pub(super) fn package(&self) -> Result<&'a PackageId, Gap> {
        match &self.facts.request.package {
            Some(package) => Ok(package),
            None => Ok(&self.manifest()?.id),
        }
    }

    /// Turns the answer of a check into its entry in the report.
    pub(super) fn check(&self, code: CheckCode, judged: Judged) -> Check {
        let Answer { outcome, message, pointers } = judged.unwrap_or_else(|gap| match gap {
            Gap::DecidedElsewhere(why) => Answer::new(Outcome::NotEvaluated, format!("Not looked at, since {why}.")),
            Gap::FactMissing(what) if self.facts.registry.is_none() => Answer::new(
                Outcome::NotEvaluated,
                format!("Not looked at: {what} is not known here. The registry looks when the version is published."),
            ),
            Gap::FactMissing(what) => Answer::new(
                Outcome::Unknown,
                format!("Could not be decided: {what} is not known. A reviewer must look."),
            ),
        });
        Check { code, outcome, message, pointers }
    }
}

/// The outcome of a check, with its sentence and its places.
pub(super) struct Answer {
    outcome: Outcome,
    message: String,
    pointers: Vec<String>,
}

impl Answer {
    fn new(outcome: Outcome, message: impl Into<String>) -> Self {
        Self { outcome, message: message.into(), pointers: Vec::new() }
    }

    pub(super) fn pass(message: impl Into<String>) -> Self {
        Self::new(Outcome::Pass, message)
    }

    pub(super) fn not_applicable(message: impl Into<String>) -> Self {
        Self::new(Outcome::NotApplicable, message)
    }

    pub(super) fn unknown(message: impl Into<String>) -> Self {
        Self::new(Outcome::Unknown, message)
    }

    pub(super) fn hold(message: impl Into<String>) -> Self {
        Self::new(Outcome::Hold, message)
    }

    pub(super) fn refuse(message: impl Into<String>) -> Self {
        Self::new(Outcome::Refuse, message)
    }

    /// With the places that it is about, the first few of them.
    pub(super) fn at(self, pointers: impl IntoIterator<Item = String>) -> Self {
        self.at_each(pointers, |pointer| pointer)
    }

    /// With the places of what it is about, the first few of them.
    pub(super) fn at_each<I>(self, items: impl IntoIterator<Item = I>, pointer: impl FnMut(I) -> String) -> Self {
        self.at_most(LISTED_MAX, items, pointer)
    }

    /// With the places that it is about, at most so many of them. The others are counted, and not written.
    pub(super) fn at_most<I>(
        self,
        max: usize,
        items: impl IntoIterator<Item = I>,
        pointer: impl FnMut(I) -> String,
    ) -> Self {
        let mut all = items.into_iter();
        let shown = all.by_ref().take(max).map(pointer);
        let mut pointers: Vec<String> = shown.map(|it| printable(&it, POINTER_CHARS_MAX)).collect();
        let more = all.count();
        if more > 0 {
            pointers.push(format!("and {more} more"));
        }
        Self { pointers, ..self }
    }
}

/// `path`, or `path:line`.
pub(super) fn place(finding: &Finding) -> String {
    match finding.line {
        Some(line) => format!("{}:{line}", finding.path),
        None => finding.path.clone(),
    }
}

/// Findings, each place once where several follow each other.
pub(super) fn places<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> impl Iterator<Item = &'f Finding> {
    let mut before = None;
    findings.into_iter().filter(move |finding| {
        let here = Some((&finding.path, finding.line));
        std::mem::replace(&mut before, here) != here
    })
}

/// What was found, for a sentence: the first few, then how many more.
pub(super) fn list<I>(items: impl IntoIterator<Item = I>, tell: impl FnMut(I) -> String) -> String {
    list_at_most(LISTED_MAX, items, tell)
}

/// What was found, for a sentence: at most so many, then how many more. Those are counted, and not told.
pub(super) fn list_at_most<I>(max: usize, items: impl IntoIterator<Item = I>, tell: impl FnMut(I) -> String) -> String {
    let mut all = items.into_iter();
    let shown: Vec<String> = all.by_ref().take(max).map(tell).collect();
    match all.count() {
        0 => shown.join("; "),
        more => format!("{}; and {more} more", shown.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_shown_is_counted_and_not_written() {
        let mut written = 0;
        let told = list(0..10_000, |number| {
            written += 1;
            number.to_string()
        });
        assert!(told.ends_with("19; and 9980 more"), "{told}");
        let answer = Answer::pass("").at_each(0..10_000, |number| {
            written += 1;
            number.to_string()
        });
        assert_eq!(answer.pointers.len(), LISTED_MAX + 1);
        assert_eq!(written, 2 * LISTED_MAX);
    }
}
