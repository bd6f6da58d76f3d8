//! Pins: the versions that may be chosen though they are yanked or pre-releases.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Request;
use super::candidate::{Candidate, Entry, Need};
use crate::version_state::AvailabilityWord;
use crate::wire::IndexDocument;
use crate::{PackageId, PackageType, Version};

/// The pinned versions of each package.
pub(super) type Pins = BTreeMap<PackageId, BTreeSet<Version>>;

/// What the request itself pins: exact versions wanted, and what is installed.
pub(super) fn exact_pins(request: &Request) -> Pins {
    let wanted = request.wanted.iter().filter_map(|(package, range)| Some((package, range.exact()?)));
    let installed = request.installed.iter().map(|(package, installed)| (package, &installed.version));
    let mut pins = Pins::new();
    for (package, version) in wanted.chain(installed) {
        pins.entry(package.clone()).or_default().insert(version.clone());
    }
    pins
}

/// Adds what the versions of an App bundle. Which of them will be chosen is not known yet: see [`unfounded_pins`].
pub(super) fn add_bundles(pins: &mut Pins, document: &IndexDocument) {
    if document.r#type == PackageType::App {
        for pin in document.versions.iter().flat_map(|listed| &listed.bundled) {
            pins.entry(pin.id.clone()).or_default().insert(pin.version.clone());
        }
    }
}

/// What the solver chose.
pub(super) type Selected = BTreeMap<PackageId, (Rc<Entry>, Version)>;

/// The candidate that was chosen of a package.
pub(super) fn chosen<'a>(selected: &'a Selected, package: &PackageId) -> Option<&'a Candidate> {
    let (entry, version) = selected.get(package)?;
    entry.candidates.get(version)
}

/// Versions that were chosen on the strength of a pin by a version of an App that was itself not chosen.
pub(super) fn unfounded_pins(selected: &Selected, asked_for: &Pins, pins: &Pins) -> Vec<(PackageId, Version)> {
    let mut founded = asked_for.clone();
    for (entry, version) in selected.values() {
        for (package, need) in entry.candidates.get(version).map(|chosen| &chosen.needs).into_iter().flatten() {
            if let Need::Pin(pin) = need {
                founded.entry(package.clone()).or_default().insert(pin.version.clone());
            }
        }
    }
    let holds = |pins: &Pins, package, version| pins.get(package).is_some_and(|versions| versions.contains(version));
    let unfounded = selected.iter().filter(|(package, (_, version))| {
        let yanked =
            chosen(selected, package).is_some_and(|c| c.listed.availability.status == AvailabilityWord::Yanked);
        (yanked || version.is_pre_release()) && holds(pins, package, version) && !holds(&founded, package, version)
    });
    unfounded.map(|(package, (_, version))| (package.clone(), version.clone())).collect()
}
