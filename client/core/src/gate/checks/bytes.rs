//! Checks of the archive, the manifest as a file, and the integrity map.

use super::answer::{Answer, Context, Gap, Judged, list, list_at_most, place, places};
use crate::artifact::{ArtifactError, Integrity, NoManifest};
use crate::manifest::FILE_NAME;
use crate::text::printable;

/// The parser lists at most so many problems, and so does the report: a publisher repairs them all at once.
const PROBLEMS_MAX: usize = 100;

pub(super) fn artifact_malformed(context: &Context<'_>) -> Judged {
    Ok(match context.facts.artifact {
        Ok(_) => Answer::pass("The archive is one gzip member of plain ustar, within the limits."),
        Err(ArtifactError::Malformed(malformed)) => Answer::refuse(format!(
            "The artifact is malformed: {malformed}. Pack it again with `plimsoll pack` or `os plugin build`."
        ))
        .at(malformed.path.clone()),
        Err(ArtifactError::Io(_)) => {
            Answer::unknown("The artifact could not be read because reading failed. Try again.")
        }
    })
}

pub(super) fn manifest_missing(context: &Context<'_>) -> Judged {
    Ok(match context.inspection()?.manifest {
        Err(NoManifest::Missing) => Answer::refuse(format!(
            "No member at the root of the artifact is a manifest. Add one named {FILE_NAME}, and pack again."
        )),
        _ => Answer::pass("There is a manifest at the root."),
    })
}

pub(super) fn manifest_duplicate(context: &Context<'_>) -> Judged {
    match &context.inspection()?.manifest {
        Err(NoManifest::Missing) => Err(Gap::DecidedElsewhere("there is no manifest")),
        Err(NoManifest::Duplicate(paths)) => Ok(Answer::refuse(format!(
            "{} members are manifests. Keep one, named {FILE_NAME}, at the root.",
            paths.len()
        ))
        .at_each(paths, String::clone)),
        _ => Ok(Answer::pass("There is one manifest only.")),
    }
}

pub(super) fn manifest_invalid(context: &Context<'_>) -> Judged {
    match &context.inspection()?.manifest {
        Err(NoManifest::Missing | NoManifest::Duplicate(_)) => {
            Err(Gap::DecidedElsewhere("there is not exactly one manifest"))
        }
        Err(NoManifest::Invalid(problems)) => Ok(Answer::refuse(format!(
            "The manifest is invalid. Mend every point: {}.",
            list_at_most(PROBLEMS_MAX, problems, |problem| printable(&problem.to_string(), 400))
        ))
        .at_most(PROBLEMS_MAX, problems, |problem| format!("#{}", problem.pointer))),
        Ok(_) => Ok(Answer::pass("The manifest follows its schema.")),
    }
}

pub(super) fn integrity_missing(context: &Context<'_>) -> Judged {
    context.manifest()?;
    Ok(match context.inspection()?.integrity {
        Integrity::Missing => Answer::refuse(
            "The manifest has no `integrity`, so nothing binds its members. Pack again with `plimsoll pack` or `os plugin build`.",
        )
        .at(["#/integrity".to_owned()]),
        _ => Answer::pass("The manifest lists the digests of the members."),
    })
}

pub(super) fn integrity_mismatch(context: &Context<'_>) -> Judged {
    context.manifest()?;
    match &context.inspection()?.integrity {
        Integrity::Missing => Err(Gap::DecidedElsewhere("there is no integrity map")),
        Integrity::Match => Ok(Answer::pass("The listed digests are exactly those of the members.")),
        Integrity::Mismatch(findings) => Ok(Answer::refuse(format!(
            "`integrity` does not match the members: {}. Pack again, and change nothing afterwards.",
            list(findings, |finding| format!("{}: {}", printable(&finding.path, 100), finding.what))
        ))
        .at_each(places(findings), place)),
    }
}
