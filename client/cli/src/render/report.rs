//! Gate reports: what decides first, then what else its publisher should know, the rest counted.

use plimsoll_core::gate::{Check, Outcome, Report, Verdict};

use crate::output::{bad, bold, dim, good, plain, warn};

/// A report: the verdict, each check that decides with its reason, warnings, and how many others there are.
pub(crate) fn report(report: &Report) -> String {
    let verdict = match report.verdict {
        Verdict::Approved => good(report.verdict.as_str()),
        Verdict::Held => warn(report.verdict.as_str()),
        Verdict::Refused => bad(report.verdict.as_str()),
    };
    let tier = report.tier.map_or_else(|| "unknown".to_owned(), super::tier);
    let mut text = format!("{} {verdict}, tier {tier}, policy {}\n", bold("Gate:"), report.policy_version);
    for outcome in [Outcome::Refuse, Outcome::Hold, Outcome::Unknown] {
        report.checks.iter().filter(|check| check.outcome == outcome).for_each(|check| text.push_str(&finding(check)));
    }
    report.warnings().for_each(|check| text.push_str(&finding(check)));
    text.push_str(&dim(&others(report)));
    text.push('\n');
    text
}

fn finding(check: &Check) -> String {
    let outcome = match check.outcome {
        Outcome::Refuse => bad("refuse "),
        Outcome::Hold => warn("hold   "),
        Outcome::Pass => warn("warning"),
        _ => warn("unknown"),
    };
    let mut text = format!("  {outcome} {}\n", bold(check.code.as_str()));
    text.push_str(&format!("          {}\n", plain(&check.message).replace('\n', "\n          ")));
    const SHOWN: usize = 5;
    for pointer in check.pointers.iter().take(SHOWN) {
        text.push_str(&format!("          {} {}\n", dim("at"), plain(pointer)));
    }
    if let Some(more) = check.pointers.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!("          {}\n", dim(&format!("and at {more} more places"))));
    }
    text
}

fn others(report: &Report) -> String {
    let count = |outcome| report.checks.iter().filter(|check| check.outcome == outcome).count();
    let mut text = format!("  {} passed", count(Outcome::Pass));
    for (outcome, words) in
        [(Outcome::NotApplicable, "do not apply"), (Outcome::NotEvaluated, "not evaluated: only the registry knows")]
    {
        match count(outcome) {
            0 => {}
            number => text.push_str(&format!(", {number} {words}")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use plimsoll_core::Tier;
    use plimsoll_core::gate::CheckCode;

    use super::*;

    fn check(code: CheckCode, outcome: Outcome, message: &str, pointers: &[&str]) -> Check {
        let pointers = pointers.iter().map(|pointer| (*pointer).to_owned()).collect();
        Check { code, outcome, message: message.to_owned(), pointers }
    }

    #[test]
    fn a_report_shows_what_decides_before_what_passed() {
        let shown = report(&Report {
            verdict: Verdict::Refused,
            tier: Some(Tier::InProcess),
            policy_version: 1,
            checks: vec![
                check(CheckCode::ArtifactMalformed, Outcome::Pass, "The archive is well formed.", &[]),
                check(CheckCode::NamespaceHeld, Outcome::Pass, "Two packages of one namespace.", &["#/namespace"]),
                check(CheckCode::KeyFresh, Outcome::NotEvaluated, "Only the registry knows.", &[]),
                check(
                    CheckCode::PermissionSensitive,
                    Outcome::Hold,
                    "A reviewer looks at sensitive permissions.",
                    &["#/permissions/fs/0", "#/permissions/services/1"],
                ),
                check(CheckCode::SecretFound, Outcome::Refuse, "Take the \u{1b}[2Jsecret out.", &["dist/a.mjs:3"]),
            ],
        });
        insta::assert_snapshot!(console::strip_ansi_codes(&shown));
    }
}
