//! What of a version its publisher's level decides over. The checks ask this at publish; a level that falls later is held against
//! the same.

use super::policy::{Needs, packaging_needs, reserved_word_needs, scope_needs, tier_needs};
use super::{CheckCode, Outcome, Report};
use crate::manifest::{Packaging, Scope};
use crate::{Level, Manifest, Namespace, PackageId, Tier, Visibility};

/// What of a version its publisher's level decides over.
#[derive(Clone, Copy, Debug)]
pub struct Leveled<'a> {
    package: &'a PackageId,
    tier: Tier,
    packaging: Packaging,
    scope: Scope,
    /// Where others could take it: in the marketplace.
    namespace: Option<&'a Namespace>,
}

impl<'a> Leveled<'a> {
    /// What the level decides over of the version with this manifest, for this audience.
    pub fn of(manifest: &'a Manifest, tier: Tier, audience: Visibility) -> Self {
        Self {
            package: &manifest.id,
            tier,
            packaging: manifest.packaging,
            scope: manifest.scope,
            namespace: manifest.namespace.as_ref().filter(|_| audience == Visibility::Marketplace),
        }
    }

    /// Each of it in words, with what it needs, and the check that holds where that is a review.
    fn needs(&self) -> Vec<(String, Needs, Option<CheckCode>)> {
        let word = first_word(self.package);
        let mut all = vec![
            (format!("the tier {}", self.tier), tier_needs(self.tier), Some(CheckCode::TierReview)),
            (format!("the packaging {}", self.packaging), packaging_needs(self.packaging), None),
            (format!("the scope {}", self.scope), scope_needs(self.scope), Some(CheckCode::ScopePrivileged)),
            (format!("an id that begins with {word}"), reserved_word_needs(word), None),
        ];
        all.extend(self.namespace.map(|it| (format!("the namespace {it}"), reserved_word_needs(it.as_str()), None)));
        all
    }

    /// What of an approved version is beyond a level, in words: what it refuses, and what it holds that the report of the
    /// approval let pass, so that no reviewer was asked about it.
    pub fn beyond(&self, level: Level, approved: &Report) -> Vec<String> {
        let was_asked = |code| approved.checks.iter().any(|check| check.code == code && check.outcome == Outcome::Hold);
        let needs = self.needs().into_iter();
        let beyond = needs.filter(|(_, needs, review)| {
            level < needs.least || (level < needs.unreviewed && !review.is_some_and(was_asked))
        });
        beyond.map(|(what, ..)| what).collect()
    }
}

/// The word of a package id that may be one of the platform's.
pub(super) fn first_word(package: &PackageId) -> &str {
    package.as_str().split('.').next().unwrap_or_default()
}
