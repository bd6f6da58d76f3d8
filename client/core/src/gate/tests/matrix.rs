//! The gate matrix and the policy table, as text files that are read in review.

use std::fmt::Write;

use super::*;
use crate::gate::policy;
use crate::manifest::{Packaging, Scope};
use crate::snapshot;

const SIGNATURES: [&str; 5] = ["missing", "hosted", "bad", "fresh", "good"];

fn evidence(signature: &str) -> Evidence {
    match signature {
        "missing" => Evidence::Missing,
        "hosted" => Evidence::Hosted,
        "bad" => Evidence::KeyUnknown("other".parse().expect("key id")),
        "fresh" => signed(Some(KeyFacts { first: false, ..first_key() })),
        _ => signed(Some(first_key())),
    }
}

fn of_tier(tier: Tier) -> Case {
    match tier {
        Tier::Declarative => Case::new(),
        Tier::Sandbox => Case::new().with_code(Some("sandbox")),
        Tier::OutOfProcess => Case::new().with_code(Some("worker")),
        Tier::InProcess => Case::new().with_code(Some("node")),
    }
}

/// The verdicts over a version of this kind, from the lowest level to the highest.
fn verdicts(tier: Tier, packaging: Packaging, signature: &str, visibility: Visibility) -> String {
    let verdict = |level: &Level| {
        let case = of_tier(tier).with("packaging", json!(packaging)).for_visibility(visibility).of_level(*level);
        let report = case.with_evidence(evidence(signature)).report();
        assert_eq!(report.tier, Some(tier), "the tier does not depend on anything else");
        match report.verdict {
            Verdict::Approved => 'A',
            Verdict::Held => 'H',
            Verdict::Refused => 'R',
        }
    };
    Level::ALL.iter().map(verdict).collect()
}

#[test]
fn gate_matrix() {
    let mut text = String::from(
        "The verdict over a version without other findings: A approved, H held, R refused.\n\
         One letter for each level: unverified, pending, verified, trusted, partner, first-party.\n\
         Evidence: missing; hosted, for an artifact that the registry built; bad, where the key is unknown or revoked or the\n\
         signature does not verify; fresh, by a new key that nobody vouches for; good.\n\n",
    );
    writeln!(text, "{:16}{:15}{:10}{:9}{:9}marketplace", "tier", "packaging", "evidence", "private", "org")
        .expect("text");
    for tier in Tier::ALL.iter().copied() {
        // Npm packages are code: with them nothing is declarative.
        let packagings = Packaging::ALL.iter().copied();
        for packaging in packagings.filter(|it| (tier, *it) != (Tier::Declarative, Packaging::ManifestDeps)) {
            for signature in SIGNATURES {
                let cells = Visibility::ALL.iter().map(|visibility| verdicts(tier, packaging, signature, *visibility));
                let cells: Vec<String> = cells.collect();
                writeln!(text, "{tier:16}{packaging:15}{signature:10}{}", cells.join("   ")).expect("text");
            }
        }
    }
    snapshot::assert_text("gate_matrix.txt", &text);
}

#[test]
fn policy_table() {
    let mut text = format!("Policy version {POLICY_VERSION}\n\n{:30}{:16}held below\n", "", "refused below");
    let mut row = |what: String, needs: policy::Needs| {
        writeln!(text, "{what:30}{:16}{}", needs.least, needs.unreviewed).expect("text");
    };
    Tier::ALL.iter().for_each(|tier| row(format!("tier {tier}"), policy::tier_needs(*tier)));
    Packaging::ALL
        .iter()
        .for_each(|packaging| row(format!("packaging {packaging}"), policy::packaging_needs(*packaging)));
    Scope::ALL.iter().for_each(|scope| row(format!("scope {scope}"), policy::scope_needs(*scope)));
    let words = [
        ("reserved words", policy::RESERVED_WORDS.join(" ")),
        ("reserved words from", policy::RESERVED_WORDS_FROM.to_string()),
        ("sensitive services", policy::SENSITIVE_SERVICES.join(" ")),
        ("a key is fresh for", format!("{} hours", policy::KEY_FRESH_HOURS)),
    ];
    text.push('\n');
    for (what, value) in words {
        writeln!(text, "{what:30}{value}").expect("text");
    }
    snapshot::assert_text("policy_v1.txt", &text);
}
