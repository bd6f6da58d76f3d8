//! The order of installing.

use std::collections::{BTreeMap, BTreeSet};

use crate::PackageId;

/// Packages that depend on each other in a circle; the first depends on the second, and the last on the first.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("packages depend on each other in a circle: {}; none of them could be installed first", self.arrows())]
pub struct Cycle(pub Vec<PackageId>);

impl Cycle {
    fn arrows(&self) -> String {
        let names: Vec<&str> = self.0.iter().chain(self.0.first()).map(PackageId::as_str).collect();
        names.join(" → ")
    }
}

/// Orders packages so that each comes after all that it needs; among those that could come next, by id. Every package that
/// is needed must have an entry.
pub(super) fn order(needs: &BTreeMap<PackageId, BTreeSet<PackageId>>) -> Result<Vec<PackageId>, Cycle> {
    let mut open: BTreeMap<&PackageId, usize> = needs.iter().map(|(package, needs)| (package, needs.len())).collect();
    let mut needed_by: BTreeMap<&PackageId, Vec<&PackageId>> = BTreeMap::new();
    for (package, needs) in needs {
        for need in needs {
            needed_by.entry(need).or_default().push(package);
        }
    }
    let mut next: BTreeSet<&PackageId> = open.iter().filter(|(_, left)| **left == 0).map(|(id, _)| *id).collect();
    let mut order = Vec::with_capacity(needs.len());
    while let Some(package) = next.pop_first() {
        open.remove(package);
        order.push(package.clone());
        for parent in needed_by.get(package).into_iter().flatten() {
            if let Some(left) = open.get_mut(parent) {
                *left -= 1;
                if *left == 0 {
                    next.insert(parent);
                }
            }
        }
    }
    match open.first_key_value() {
        None => Ok(order),
        Some((start, _)) => Err(cycle(needs, &open, start)),
    }
}

/// Every package that is left needs another one that is left: so following them comes back somewhere.
fn cycle(
    needs: &BTreeMap<PackageId, BTreeSet<PackageId>>,
    left: &BTreeMap<&PackageId, usize>,
    start: &PackageId,
) -> Cycle {
    let mut path: Vec<&PackageId> = vec![start];
    while let Some(next) = path.last().and_then(|last| needs[*last].iter().find(|need| left.contains_key(need))) {
        if let Some(first) = path.iter().position(|seen| *seen == next) {
            path.drain(..first);
            break;
        }
        path.push(next);
    }
    Cycle(path.into_iter().cloned().collect())
}
