//! Checks of what was found in the members.

use super::answer::{Answer, Context, Gap, Judged, list, place, places};
use crate::artifact::{Finding, Lockfile, SecretFinding};
use crate::manifest::Packaging;
use crate::text::printable;

/// `path:line (what)`, for a sentence.
fn told<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> String {
    list(findings, |finding| format!("{} ({})", printable(&place(finding), 120), finding.what))
}

pub(super) fn install_script(context: &Context<'_>) -> Judged {
    let found = &context.inspection()?.install_scripts;
    Ok(if found.is_empty() {
        Answer::pass("No package.json has an install hook.")
    } else {
        Answer::refuse(format!("Nothing may run at install: {}. Remove these scripts.", told(found)))
            .at_each(places(found), place)
    })
}

pub(super) fn lockfile_missing(context: &Context<'_>) -> Judged {
    if context.manifest()?.packaging == Packaging::Bundled {
        return Ok(Answer::not_applicable("A bundled artifact needs no lockfile."));
    }
    Ok(match &context.inspection()?.lockfile {
        Lockfile::Missing => Answer::refuse(
            "The packaging is manifest-deps, and there is no pnpm-lock.yaml. Add the lockfile of pnpm 9 or newer, or bundle.",
        ),
        Lockfile::Unreadable(why) => {
            Answer::refuse(format!("pnpm-lock.yaml cannot be used: {why}. Write it again with pnpm 9 or newer."))
                .at(["pnpm-lock.yaml".to_owned()])
        }
        Lockfile::Read { .. } => Answer::pass("There is a lockfile of pnpm 9 or newer."),
    })
}

pub(super) fn lockfile_unpinned(context: &Context<'_>) -> Judged {
    if context.manifest()?.packaging == Packaging::Bundled {
        return Ok(Answer::not_applicable("A bundled artifact needs no lockfile."));
    }
    match &context.inspection()?.lockfile {
        Lockfile::Missing | Lockfile::Unreadable(_) => Err(Gap::DecidedElsewhere("there is no lockfile that can be read")),
        Lockfile::Read { unpinned } if unpinned.is_empty() => {
            Ok(Answer::pass("Every entry of the lockfile is pinned by registry and integrity."))
        }
        Lockfile::Read { unpinned } => Ok(Answer::refuse(format!(
            "The lockfile has entries that are not pinned by registry and integrity: {}. Depend on published npm packages only.",
            told(unpinned)
        ))
        .at_each(places(unpinned), place)),
    }
}

pub(super) fn native_addon(context: &Context<'_>) -> Judged {
    if context.manifest()?.packaging == Packaging::ManifestDeps {
        return Ok(Answer::not_applicable("The rule is for bundled artifacts."));
    }
    let found = &context.inspection()?.native;
    Ok(if found.is_empty() {
        Answer::pass("There is no machine code.")
    } else {
        Answer::refuse(format!("A bundled artifact may hold no machine code: {}. Leave it out.", told(found)))
            .at_each(places(found), place)
    })
}

pub(super) fn host_package_bundled(context: &Context<'_>) -> Judged {
    let found = &context.inspection()?.host_packages;
    Ok(if found.is_empty() {
        Answer::pass("The host's own packages are not bundled.")
    } else {
        Answer::refuse(format!(
            "The host brings its own packages; these are bundled: {}. Mark @objectstack/* as external in the build.",
            told(found)
        ))
        .at_each(places(found), place)
    })
}

pub(super) fn secret_found(context: &Context<'_>) -> Judged {
    let secrets = &context.inspection()?.secrets;
    if secrets.is_empty() {
        return Ok(Answer::pass("No secret was found."));
    }
    // What refuses comes first, so that no list of guesses hides it.
    let (guessed, known): (Vec<&SecretFinding>, Vec<_>) = secrets.iter().partition(|secret| secret.by_entropy_alone);
    let findings = || known.iter().chain(&guessed).map(|secret| &secret.finding);
    let told = told(findings());
    Ok(if known.is_empty() {
        Answer::hold(format!(
            "These look as random as a secret: {told}. A reviewer must look; take them out if they are secrets."
        ))
    } else {
        Answer::refuse(format!("There are secrets in the artifact: {told}. Revoke them, take them out and pack again."))
    }
    .at_each(places(findings()), place))
}
