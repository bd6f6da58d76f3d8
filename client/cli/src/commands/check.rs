//! `check`: the gate, offline. The same code as the registry's; what only the registry knows is not evaluated.

use std::fs::File;
use std::path::Path;

use plimsoll_core::artifact::Inspection;
use plimsoll_core::gate::{self, Evidence, Facts, Report, Request, Verdict};
use plimsoll_core::{Digest, Level, Limits, Visibility, quote};
use plimsoll_trust::LegacySignature;
use plimsoll_trust::statement::Publish;
use serde::Serialize;
use serde_json::json;

use super::sidecar;
use crate::args::Check;
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{Answer, bold, dim, plain};
use crate::render::{self, ArtifactSummary, Opened};

#[derive(Serialize)]
struct Checked<'a> {
    /// Absent where the artifact has no manifest to tell.
    #[serde(flatten)]
    artifact: Option<&'a ArtifactSummary>,
    report: &'a Report,
}

/// Checks an artifact. Exit 10 if the gate refuses.
pub(crate) fn check(args: &Check) -> Result<Answer, Failure> {
    let failed = |error: std::io::Error| Failure::file("cannot read", &args.file, &error);
    let mut file = File::open(&args.file).map_err(failed)?;
    let opened = Opened::read(&mut file, &Limits::default()).map_err(failed)?;
    let summary = ArtifactSummary::of(&opened);
    let report = decide(&opened, args.level, args.visibility, evidence(args, &opened)?);

    let mut text = format!("{} {}\n", bold("Checked"), plain(&args.file.to_string_lossy()));
    if let Some(summary) = &summary {
        text.push_str(&summary.text());
    }
    text.push_str(&render::report(&report));
    let has_code = opened.inspection.as_ref().is_ok_and(Inspection::has_code);
    if has_code && !sidecar::is_signed(&args.file) {
        text.push_str(&dim("It has code and is not signed yet: `plimsoll sign` before you publish.\n"));
    }
    let answer = Answer::new(Checked { artifact: summary.as_ref(), report: &report }, text);
    match report.verdict {
        Verdict::Approved | Verdict::Held => Ok(answer),
        Verdict::Refused => {
            Err(Failure::new(Exit::Refused, "gate-refused", "the gate refuses this artifact").showing(answer))
        }
    }
}

/// The refusal of an artifact that cannot be published under any name, since it has no manifest that can be read.
pub(super) fn unreadable(opened: &Opened) -> Failure {
    let report = decide(opened, None, None, Evidence::NotEvaluated);
    let text = render::report(&report);
    let message = "the gate refuses this artifact, and nothing was uploaded";
    Failure::new(Exit::Refused, "gate-refused", message).showing(Answer::new(json!({ "report": report }), text))
}

fn decide(opened: &Opened, level: Option<Level>, visibility: Option<Visibility>, evidence: Evidence) -> Report {
    gate::decide(&Facts {
        artifact: &opened.inspection,
        request: Request {
            sha256: Some(opened.sha256),
            size: opened.size,
            visibility: Some(visibility.unwrap_or(Visibility::Private)),
            ..Request::default()
        },
        level,
        evidence,
        registry: None,
    })
}

/// What can be said of the signature and the statement beside the artifact: whether they are such at all, and whether the
/// statement is about this artifact. Whose key it is, the registry knows; and an artifact that is not signed yet is not
/// refused for it here.
fn evidence(args: &Check, opened: &Opened) -> Result<Evidence, Failure> {
    let (signature, statement) = (sidecar::signature(&args.file), sidecar::statement(&args.file));
    let invalid = |file: &Path, why: String| {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        Ok(Evidence::Invalid(format!("{}: {why}", quote(&name))))
    };
    if let Some(text) = sidecar::read_if_there(&signature)?
        && let Err(error) = text.trim().parse::<LegacySignature>()
    {
        return invalid(&signature, error.to_string());
    }
    if let Some(text) = sidecar::read_if_there(&statement)? {
        let wrong = match Publish::claimed(&text) {
            Ok(claimed) => difference(&claimed, opened),
            Err(fault) => Some(fault.to_string()),
        };
        if let Some(why) = wrong {
            return invalid(&statement, why);
        }
    }
    Ok(Evidence::NotEvaluated)
}

/// The first thing that a statement says otherwise than the artifact.
fn difference(claimed: &Publish, opened: &Opened) -> Option<String> {
    let mut pairs = vec![
        ("digest", claimed.artifact.sha256.to_string(), opened.sha256.to_string()),
        ("size", claimed.artifact.size.to_string(), opened.size.to_string()),
    ];
    if let Some(manifest) = opened.inspection.as_ref().ok().and_then(|inspection| inspection.manifest.as_ref().ok()) {
        let manifest_sha256 = Digest::of(manifest.bytes());
        pairs.splice(
            0..0,
            [
                ("package", claimed.package.to_string(), manifest.id.to_string()),
                ("version", claimed.version.to_string(), manifest.version.to_string()),
                ("manifest digest", claimed.manifest_sha256.to_string(), manifest_sha256.to_string()),
            ],
        );
    }
    let (what, said, is) = pairs.into_iter().find(|(_, said, is)| said != is)?;
    Some(format!("it names the {what} {said}, but the artifact has {is}"))
}
