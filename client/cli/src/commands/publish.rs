//! `publish`: upload, then publish. Both may be repeated: the same bytes are the same version.

mod listing;

use std::fs::File;

use plimsoll_core::gate::Verdict;
use plimsoll_core::wire::{self, NewVersion};
use plimsoll_core::{Limits, State, Visibility};
use serde_json::json;

use super::{check, sidecar};
use crate::args::Publish;
use crate::failure::Failure;
use crate::output::{Answer, dim, warn};
use crate::render::{self, ArtifactSummary, Opened};
use crate::shell::Shell;

/// Publishes a version. Exit 10, with the report, if the gate refuses; 0 when held.
pub(crate) fn publish(shell: &Shell, args: &Publish) -> Result<Answer, Failure> {
    let failed = |error: std::io::Error| Failure::file("cannot read", &args.file, &error);
    let mut file = File::open(&args.file).map_err(failed)?;
    let opened = Opened::read(&mut file, &Limits::default()).map_err(failed)?;
    let artifact = ArtifactSummary::of(&opened).ok_or_else(|| check::unreadable(&opened))?;
    let (signature, statement) = evidence(args)?;
    let version = NewVersion {
        publisher: args.publisher.clone(),
        sha256: artifact.sha256,
        signature,
        statement,
        visibility: args.visibility,
        submit: args.submit,
        notes: args.notes.clone(),
        listing: listing::listing(args)?,
    };
    let registry = shell.registry()?;
    registry.upload(&file, &artifact.sha256, &shell.output.watch())?;
    let published = registry.publish(&artifact.package, &version, args.validate_only).map_err(refused)?;

    let reference = format!("{}@{}", published.package, published.version);
    let text = if args.validate_only {
        let would_be = render::would_be(&published);
        format!(
            "{} It would become:\n{would_be}",
            warn(&format!("Nothing of {reference} was published: it was only validated."))
        )
    } else {
        format!("{}{}\n", render::version(&published), dim(&next(&published)))
    };
    let text = match listing::for_later(version.listing.as_ref(), published.listing.as_ref())[..] {
        [] => text,
        ref members => format!("{text}{}\n", warn(&listing::only_later(&reference, members))),
    };
    Ok(Answer::new(&published, text))
}

/// What is sent: what was named; else the statement and the signature beside the artifact. A statement is the evidence; the
/// signature beside it is what ObjectStack's own tools verify.
fn evidence(args: &Publish) -> Result<(Option<String>, Option<String>), Failure> {
    let (signature, statement) = match (&args.signature, &args.statement) {
        (None, None) => (
            sidecar::read_if_there(&sidecar::signature(&args.file))?,
            sidecar::read_if_there(&sidecar::statement(&args.file))?,
        ),
        (signature, statement) => {
            (signature.as_deref().map(sidecar::read).transpose()?, statement.as_deref().map(sidecar::read).transpose()?)
        }
    };
    Ok((signature.map(|signature| signature.trim().to_owned()), statement))
}

/// A refusal shows its report; `report` is a member of the document, as it is of a version.
fn refused(error: plimsoll_client::transport::TransportError) -> Failure {
    let failure = Failure::from(error);
    match failure.problem.as_ref().and_then(|problem| problem.report.clone()) {
        Some(report) => {
            let text = render::report(&report);
            failure.showing(Answer::new(json!({ "report": report }), text))
        }
        None => failure,
    }
}

/// What happens next, for the person who just published.
fn next(version: &wire::Version) -> String {
    let reference = format!("{}@{}", version.package, version.version);
    let held = version.report.as_ref().is_some_and(|report| report.verdict == Verdict::Held);
    match (version.state, version.visibility) {
        (State::Draft, _) => {
            "A draft, seen by the publisher alone. Publish again with --submit to ask for review.".to_owned()
        }
        (State::PendingReview, _) if held => {
            format!("A reviewer decides, over the findings above. See: plimsoll info {reference}")
        }
        (State::PendingReview, _) => format!("A reviewer decides. See: plimsoll info {reference}"),
        (State::Approved, _) if !version.availability.status.may_be_resolved() => {
            let is = version.availability.status;
            format!("Approved before, and {is}: nobody installs it anew. See: plimsoll info {reference}")
        }
        (State::Approved, Visibility::Marketplace) => {
            format!("Approved, and in the catalog. See: plimsoll info {reference}")
        }
        (State::Approved, visibility) => format!("Approved, {visibility}. Install with: plimsoll install {reference}"),
        (State::Rejected, _) => "Rejected, which is final. Publish the fix as a new version.".to_owned(),
    }
}
