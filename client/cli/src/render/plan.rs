//! What is about to be installed, in words: what a person consents to.

use plimsoll_client::{Plan, Step};
use plimsoll_core::Tier;
use plimsoll_core::consent::Diff;

use crate::output::{bad, bold, good, plain, warn};

/// A plan: each package with its tier and permissions; then what is new about it all, and what falls away; and the warnings.
pub(crate) fn plan(plan: &Plan) -> String {
    let mut text: String = plan.steps.iter().map(step).collect();
    for package in &plan.removed {
        text.push_str(&format!("{} {}, which nothing needs any more\n", bold("Removes"), package));
    }
    text.push_str(&consent(&plan.consent));
    for stuck in &plan.stuck {
        let (package, version) = (bold(stuck.package.as_str()), &stuck.version);
        text.push_str(&format!(
            "{} {package} {version} stays as it is: no version of it can be chosen.\n",
            bad("stuck:")
        ));
        text.push_str(&format!("  {}\n  {}\n", plain(&stuck.reason), plain(&stuck.advice())));
    }
    for warning in &plan.warnings {
        text.push_str(&format!("{} {}\n", warn("warning:"), plain(warning)));
    }
    text
}

fn step(step: &Step) -> String {
    let resolved = &step.resolved;
    let mut text = format!("{} {}", bold(resolved.package.as_str()), resolved.version);
    if let Some(replaces) = &step.replaces {
        text.push_str(&format!(" (now {replaces})"));
    }
    text.push_str(&format!(", {} by {}\n", resolved.r#type, resolved.publisher));
    text.push_str(&format!("  {}: {}\n", super::tier(resolved.tier), resolved.tier.in_words()));
    if resolved.tier == Tier::InProcess && !resolved.permissions.is_empty() {
        text.push_str("  It declares the following, but its tier allows everything:\n");
    }
    text.push_str(&super::permissions(&resolved.permissions, "  "));
    if !step.signed_by_publisher {
        text.push_str(&format!("  {}\n", warn("not signed by its publisher")));
    }
    if !step.reviewed {
        text.push_str(&format!("  {}\n", bad("not reviewed")));
    }
    text
}

/// The diff in the words that server and client share.
fn consent(diff: &Diff) -> String {
    let changes: Vec<_> = diff.packages().iter().flat_map(|package| &package.changes).zip(diff.sentences()).collect();
    let mut text = String::new();
    for (widens, heading, mark) in
        [(true, "This is new, and needs your consent:", warn("+")), (false, "This falls away:", good("-"))]
    {
        let mut sentences = changes.iter().filter(|(change, _)| change.widens() == widens).peekable();
        if sentences.peek().is_some() {
            text.push_str(&format!("{}\n", bold(heading)));
        }
        for (_, sentence) in sentences {
            text.push_str(&format!("  {mark} {}\n", plain(sentence)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use plimsoll_core::consent::{Acceptance, Ask, Closure, Grants, consent as grant, diff};
    use plimsoll_core::{Permission, Version};

    use super::*;

    fn asks(package: &str, version: u64, tier: Tier, permissions: &[&str]) -> Ask {
        Ask {
            package: package.parse().expect("package"),
            publisher: "acme".parse().expect("publisher"),
            version: Version::new(version, 0, 0),
            tier,
            permissions: permissions.iter().map(|text| text.parse::<Permission>().expect("permission")).collect(),
            brings: Default::default(),
            manifest_deps: false,
        }
    }

    #[test]
    fn a_person_reads_what_is_new_before_consenting() {
        let before = [asks("com.acme.crm", 1, Tier::Sandbox, &["network:old.example.com"])];
        let granted = grant(&Grants::default(), &before.into_iter().collect(), &Acceptance::All).expect("granted");
        let after: Closure = [
            asks("com.acme.crm", 2, Tier::InProcess, &["fs:/var/lib/acme"]),
            asks("com.acme.vat-check", 1, Tier::Sandbox, &["services:object", "network:vat.example.eu"]),
        ]
        .into_iter()
        .collect();
        insta::assert_snapshot!(console::strip_ansi_codes(&consent(&diff(&granted, &after))));
    }
}
