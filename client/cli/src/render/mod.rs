//! What several verbs show: artifacts, gate reports, versions, permissions. Text for people; the documents beside it are the
//! wire types, or the types here.

mod artifact;
mod listing;
mod plan;
mod report;
mod version;

pub(crate) use artifact::{ArtifactSummary, Opened};
pub(crate) use listing::listing;
pub(crate) use plan::plan;
pub(crate) use report::report;
pub(crate) use version::{availability, version, would_be};

use plimsoll_core::{Permissions, Tier};

use crate::output::{bad, bold, dim, good, plain, warn};

/// A tier by its name, coloured by how much can go wrong.
pub(crate) fn tier(tier: Tier) -> String {
    match tier {
        Tier::Declarative => good(tier.as_str()),
        Tier::Sandbox | Tier::OutOfProcess => warn(tier.as_str()),
        Tier::InProcess => bad(tier.as_str()),
    }
}

/// One line `Name: value`.
pub(crate) fn line(name: &str, value: &str) -> String {
    format!("{}\n", format!("  {} {value}", bold(&format!("{name}:"))).trim_end())
}

/// Permissions in words, one a line, with the form that `--accept` takes.
pub(crate) fn permissions(permissions: &Permissions, indent: &str) -> String {
    permissions
        .iter()
        .map(|permission| {
            let code = dim(&format!("({})", plain(&permission.to_string())));
            format!("{indent}- {} {code}\n", plain(&permission.in_words()))
        })
        .collect()
}

/// Words of a closed list, or `none`.
pub(crate) fn words<'a>(words: impl IntoIterator<Item = &'a (impl ToString + 'a)>, none: &str) -> String {
    let words: Vec<String> = words.into_iter().map(ToString::to_string).collect();
    if words.is_empty() { none.to_owned() } else { words.join(", ") }
}

/// A size in bytes, as people read it.
pub(crate) fn bytes(bytes: u64) -> String {
    format!("{}", indicatif::BinaryBytes(bytes))
}
