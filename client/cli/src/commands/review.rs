//! `review`: the queue, the evidence, the decision.

use plimsoll_core::State;
use plimsoll_core::gate::Verdict;
use plimsoll_core::wire::{self, Decision, Evidence, NewReview};
use serde_json::json;

use crate::args::{Review, VersionRef};
use crate::exit_code::Exit;
use crate::failure::Failure;
use crate::output::{Answer, bold, dim, good, table, warn};
use crate::render::{self, line};
use crate::shell::Shell;

/// The most held versions that `review list` fetches.
const LISTED: usize = 1000;

/// `review list`, `show`, `approve`, `reject`
pub(crate) fn review(shell: &Shell, args: &Review) -> Result<Answer, Failure> {
    match args {
        Review::List => list(shell),
        Review::Show { version } => show(shell, version),
        Review::Approve { version, sha256, report, reason } => {
            let review = NewReview {
                decision: Decision::Approve,
                reason: reason.clone(),
                sha256: *sha256,
                report_sha256: *report,
            };
            decide(shell, version, &review)
        }
        Review::Reject { version, reason, sha256, report } => {
            let (sha256, report_sha256) = match (*sha256, *report) {
                (Some(sha256), Some(report)) => (sha256, report),
                (sha256, report) => {
                    let present = shell.registry()?.version(&version.package, &version.version)?;
                    (sha256.unwrap_or(present.sha256), report.map_or_else(|| report_digest(&present), Ok)?)
                }
            };
            let review = NewReview { decision: Decision::Reject, reason: reason.clone(), sha256, report_sha256 };
            decide(shell, version, &review)
        }
    }
}

fn report_digest(version: &wire::Version) -> Result<plimsoll_core::Digest, Failure> {
    version.report_sha256.ok_or_else(|| {
        let message = "the registry does not show you the report of this version; only a reviewer can review";
        Failure::new(Exit::NotFound, "not-allowed", message)
    })
}

fn list(shell: &Shell) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    let (mut held, mut cursor) = (Vec::new(), None);
    while held.len() < LISTED {
        let page = registry.reviews(cursor.as_deref())?;
        let empty = page.items.is_empty();
        held.extend(page.items);
        cursor = page.next;
        if cursor.is_none() || empty {
            break;
        }
    }
    let rows: Vec<_> = held
        .iter()
        .map(|version| {
            let findings = version.report.iter().flat_map(|report| report.findings());
            let codes: Vec<_> = findings.map(|check| check.code.as_str()).collect();
            [
                format!("{}@{}", version.package, version.version),
                version.publisher.to_string(),
                render::tier(version.tier),
                version.visibility.to_string(),
                version.published_at.to_string(),
                codes.join(" "),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        "No version waits for a reviewer.\n".to_owned()
    } else {
        table(["VERSION", "PUBLISHER", "TIER", "VISIBILITY", "PUBLISHED", "FINDINGS"], &rows)
    };
    Ok(Answer::new(json!({ "items": held, "more": cursor.is_some() }), text))
}

fn show(shell: &Shell, reference: &VersionRef) -> Result<Answer, Failure> {
    let registry = shell.registry()?;
    let version = registry.version(&reference.package, &reference.version)?;
    let evidence = registry.evidence(&reference.package, &reference.version)?;
    let mut text = render::version(&version);
    match &evidence.submitted {
        Some(submitted) => {
            text.push_str(&line("Evidence", &vouched(submitted)));
            text.push_str(&line("Evidence in force", &vouched(&evidence.evidence)));
        }
        None => text.push_str(&line("Evidence", &vouched(&evidence.evidence))),
    }
    if let Some(listing) = &version.listing {
        text.push_str(&render::listing(listing));
        text.push_str(&dim(&format!("All of it: plimsoll review show {reference} --json, under version.listing")));
        text.push('\n');
    }
    let refused = version.report.as_ref().is_some_and(|report| report.verdict == Verdict::Refused);
    if version.state == State::PendingReview && refused {
        let command = format!("plimsoll review reject {reference} --reason R");
        text.push_str(&dim(&format!(
            "It cannot be approved as it is; its publisher may sign it anew. To reject it for good:\n  {command}\n"
        )));
    } else if let (State::PendingReview, Some(report)) = (version.state, version.report_sha256) {
        text.push_str(&dim(&format!(
            "Approve with:\n  plimsoll review approve {reference} --sha256 {} --report {report}",
            version.sha256
        )));
        text.push('\n');
    }
    Ok(Answer::new(json!({ "version": version, "evidence": evidence }), text))
}

/// What vouches, and with which key.
fn vouched(evidence: &Evidence) -> String {
    let key = evidence.key_id.as_ref().map(|key| format!(", key {key}")).unwrap_or_default();
    format!("{}{key}", evidence.kind)
}

fn decide(shell: &Shell, reference: &VersionRef, review: &NewReview) -> Result<Answer, Failure> {
    let version = shell.registry()?.review(&reference.package, &reference.version, review)?;
    let done = match review.decision {
        Decision::Approve => good("approved"),
        Decision::Reject => warn("rejected"),
    };
    let text = format!(
        "{} {done}\n{}{}{}",
        bold(&reference.to_string()),
        line("State", version.state.as_str()),
        line("Artifact", &format!("sha256 {}", review.sha256)),
        line("Report", &format!("sha256 {}", review.report_sha256)),
    );
    Ok(Answer::new(&version, text))
}
