//! What is about to be installed, in words: what a person consents to.

use plimsoll_client::{Plan, Step};
use plimsoll_core::{Permission, Tier};

use crate::output::{bad, bold, dim, good, plain, warn};

/// A plan: each package with its tier and permissions, what is new marked, and the warnings.
pub(crate) fn plan(plan: &Plan) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        text.push_str(&self::step(step));
    }
    for aside in &plan.left_aside {
        text.push_str(&format!("{} {} waits for consent:\n", bold(aside.package.as_str()), aside.pending.version));
        for widens in &aside.pending.widens {
            text.push_str(&format!("  {} {}\n", warn("new"), plain(widens)));
        }
    }
    for warning in &plan.warnings {
        text.push_str(&format!("{} {}\n", warn("warning:"), plain(warning)));
    }
    text
}

fn step(step: &Step) -> String {
    let chosen = &step.chosen;
    let mut text = format!("{} {}", bold(chosen.package.as_str()), chosen.version);
    if let Some(replaces) = &step.replaces {
        text.push_str(&format!(" (now {replaces})"));
    }
    text.push_str(&format!(", {} by {}\n", chosen.r#type, chosen.publisher));
    let mark = |new: bool| if new { warn("new") } else { dim("   ") };
    let tier = format!("{}: {}", super::tier(chosen.tier), chosen.tier.in_words());
    text.push_str(&format!("  {} {tier}\n", mark(step.new_tier.is_some())));
    let declared = if chosen.tier == Tier::InProcess { " (declared only: its tier allows everything)" } else { "" };
    for permission in chosen.permissions.iter() {
        let new = step.new_permissions.0.contains(permission);
        text.push_str(&format!("  {} {}{}\n", mark(new), words(permission), dim(declared)));
    }
    for news in &step.news {
        text.push_str(&format!("  {} {}\n", mark(true), plain(news)));
    }
    for dropped in step.dropped.iter() {
        text.push_str(&format!("  {} {}\n", good("off"), words(dropped)));
    }
    if !step.signed_by_publisher {
        text.push_str(&format!("      {}\n", warn("not signed by its publisher")));
    }
    if !step.reviewed {
        text.push_str(&format!("      {}\n", bad("not reviewed")));
    }
    text
}

fn words(permission: &Permission) -> String {
    format!("{} {}", plain(&permission.in_words()), dim(&format!("({})", plain(&permission.to_string()))))
}

#[cfg(test)]
mod tests {
    use plimsoll_client::Chosen;
    use plimsoll_core::{Digest, PackageType, Permissions, Version, Visibility};

    use super::*;

    fn permissions(texts: &[&str]) -> Permissions {
        texts.iter().map(|text| text.parse::<Permission>().expect("permission")).collect()
    }

    fn installs(package: &str, tier: Tier, asked: &[&str]) -> Step {
        Step {
            chosen: Chosen {
                package: package.parse().expect("package"),
                version: Version::new(1, 1, 0),
                sha256: Digest::of(package),
                size: 1,
                publisher: "acme".parse().expect("publisher"),
                r#type: PackageType::Plugin,
                tier,
                permissions: permissions(asked),
            },
            replaces: None,
            audience: Visibility::Marketplace,
            reviewed: true,
            signed_by_publisher: true,
            new_tier: Some(tier),
            new_permissions: permissions(asked),
            news: Vec::new(),
            dropped: Permissions::default(),
        }
    }

    #[test]
    fn a_person_reads_what_is_new_before_consenting() {
        let first = installs("com.acme.vat-check", Tier::Sandbox, &["services:object", "network:vat.example.eu"]);
        let mut update = installs("com.acme.driver", Tier::InProcess, &["fs:/var/lib/acme", "services:settings"]);
        update.replaces = Some(Version::new(1, 0, 0));
        update.new_tier = None;
        update.new_permissions = permissions(&["fs:/var/lib/acme"]);
        update.news = vec!["depends on com.acme.base, which is not installed".to_owned()];
        update.dropped = permissions(&["network:old.example.com"]);
        update.reviewed = false;
        update.signed_by_publisher = false;
        let shown =
            plan(&Plan { steps: vec![first, update], left_aside: Vec::new(), warnings: vec!["old".to_owned()] });
        insta::assert_snapshot!(console::strip_ansi_codes(&shown));
    }
}
