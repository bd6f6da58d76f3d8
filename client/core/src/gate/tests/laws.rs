//! What holds for every report.

use proptest::prelude::*;

use super::*;

/// Facts of many kinds at once: each number chooses one of some facts.
fn case(choices: &[u8; 12], level: Level) -> Case {
    let [
        runtime,
        packaging,
        evidence,
        visibility,
        registry,
        listing,
        permissions,
        scope,
        secrets,
        package_type,
        id,
        bytes,
    ] = choices;
    let mut case = match runtime % 5 {
        0 => Case::new(),
        1 => Case::new().with_code(None),
        2 => Case::new().with_code(Some("sandbox")),
        3 => Case::new().with_code(Some("worker")),
        _ => Case::new().with_code(Some("node")),
    };
    if packaging % 2 == 1 {
        case = case.with("packaging", json!("manifest-deps"));
    }
    if package_type % 2 == 1 {
        case = case.with("type", json!("app")).with("dependencies", json!({ "com.acme.base": "^1" }));
    }
    case = case.with("scope", json!(["project", "cloud", "system"][usize::from(scope % 3)]));
    case = case.with("namespace", json!(["notes", "sys"][usize::from(id % 2)]));
    case = match permissions % 3 {
        0 => case,
        1 => case.with("permissions", json!({ "services": ["auth"] })),
        _ => case.with("permissions", json!({ "network": ["*"] })),
    };
    let key_id = || "acme-2026".parse().expect("key id");
    case.evidence = match evidence % 8 {
        0 => Evidence::NotEvaluated,
        1 => Evidence::Missing,
        2 => Evidence::Hosted,
        3 => Evidence::Invalid("why".to_owned()),
        4 => Evidence::KeyUnknown(key_id()),
        5 => Evidence::KeyRevoked(key_id()),
        6 => signed(None),
        _ => signed(Some(first_key())),
    };
    case.request.visibility = [None, Some(Visibility::Private), Some(Visibility::Org), Some(Visibility::Marketplace)]
        [usize::from(visibility % 4)];
    match registry % 4 {
        0 => case.registry = None,
        1 => case.request.publisher = None,
        2 => case = case.known(|it| _ = it.dependencies.insert(package("com.acme.base"), true)),
        _ => {}
    }
    case.request.listing_lacks = [None, Some(vec![]), Some(vec!["icon"])][usize::from(listing % 3)].clone();
    if secrets % 3 == 0 {
        let by_entropy_alone = secrets % 2 == 0;
        let secret = SecretFinding { finding: finding("a.env", Some(1), "a token"), by_entropy_alone };
        case = case.inspected(|it| it.secrets.push(secret));
    }
    match bytes % 8 {
        0 => case = case.without_manifest(NoManifest::Missing),
        1 => case.inspection = Err(ArtifactError::Malformed(Malformed { path: None, message: "empty".to_owned() })),
        2 => case.inspection = Err(ArtifactError::Io(std::io::Error::other("disk"))),
        _ => {}
    }
    case.of_level(level)
}

fn report(choices: &[u8; 12], level: Level) -> Report {
    case(choices, level).report()
}

proptest! {
    #[test]
    fn every_check_is_in_every_report_once_and_in_order(choices: [u8; 12], level in 0..6_usize) {
        let report = report(&choices, Level::ALL[level]);
        let codes: Vec<CheckCode> = report.checks.iter().map(|check| check.code).collect();
        prop_assert_eq!(codes, CheckCode::ALL);
        prop_assert!(report.checks.iter().all(|check| !check.message.is_empty()));
    }

    #[test]
    fn more_trust_never_makes_anything_worse(choices: [u8; 12]) {
        let reports: Vec<Report> = Level::ALL.iter().map(|level| report(&choices, *level)).collect();
        for pair in reports.windows(2) {
            prop_assert!(pair[1].verdict <= pair[0].verdict);
            prop_assert_eq!(pair[1].tier, pair[0].tier);
            for (lower, higher) in pair[0].checks.iter().zip(&pair[1].checks) {
                let worse = |outcome| Verdict::of([outcome]);
                prop_assert!(worse(higher.outcome) <= worse(lower.outcome), "{} gets worse", lower.code);
            }
        }
    }

    #[test]
    fn the_order_of_checks_does_not_matter(choices: [u8; 12], turn in 0..36_usize, level in 0..6_usize) {
        let report = report(&choices, Level::ALL[level]);
        let mut outcomes: Vec<Outcome> = report.checks.iter().map(|check| check.outcome).collect();
        outcomes.rotate_left(turn);
        outcomes.reverse();
        prop_assert_eq!(Verdict::of(outcomes), report.verdict);
    }

    #[test]
    fn what_is_unknown_or_not_fine_never_approves(choices: [u8; 12], level in 0..6_usize) {
        let report = report(&choices, Level::ALL[level]);
        prop_assert_eq!(report.verdict == Verdict::Approved, report.findings().next().is_none());
    }

    #[test]
    fn in_a_registry_nothing_goes_unlooked_at_in_an_approved_version(choices: [u8; 12], level in 0..6_usize) {
        let case = case(&choices, Level::ALL[level]);
        let in_registry = case.registry.is_some();
        let report = case.report();
        let gaps = report.checks.iter().filter(|check| check.outcome == Outcome::NotEvaluated).count();
        prop_assert!(!(in_registry && report.verdict == Verdict::Approved && gaps > 0));
    }

    #[test]
    fn a_report_reads_back(choices: [u8; 12], level in 0..6_usize) {
        let report = report(&choices, Level::ALL[level]);
        let text = report.to_text();
        let back: Report = serde_json::from_str(&text).expect("a report");
        prop_assert_eq!(back.digest(), report.digest());
        prop_assert_eq!(back, report);
    }
}

#[test]
fn offline_the_verdict_is_over_what_can_be_seen() {
    let report = Case::new().with_code(Some("node")).offline().report();
    assert_eq!((report.verdict, report.tier), (Verdict::Approved, Some(Tier::InProcess)));
    assert_eq!(report.check(CheckCode::TierNotPermitted).outcome, Outcome::NotEvaluated);
    assert_eq!(report.check(CheckCode::SignatureMissing).outcome, Outcome::NotEvaluated);
    let with_level = Case::new().with_code(Some("node")).offline().of_level(Level::Unverified);
    assert_eq!(with_level.verdict(), Verdict::Refused);
    let market = Case::new().offline().for_visibility(Visibility::Marketplace);
    assert_eq!(market.verdict(), Verdict::Held);
}

#[test]
fn the_same_gap_is_a_failure_in_a_registry() {
    let mut case = Case::new().with_code(Some("node"));
    case.level = None;
    case.evidence = Evidence::NotEvaluated;
    let report = case.report();
    assert_eq!(report.verdict, Verdict::Held);
    assert_eq!(report.check(CheckCode::TierNotPermitted).outcome, Outcome::Unknown);
    assert_eq!(report.check(CheckCode::SignatureMissing).outcome, Outcome::Unknown);
}

/// The checks that a level decides over, and nothing else.
const LEVELED: [CheckCode; 6] = [
    CheckCode::IdReserved,
    CheckCode::NamespaceHeld,
    CheckCode::TierNotPermitted,
    CheckCode::PackagingNotPermitted,
    CheckCode::TierReview,
    CheckCode::ScopePrivileged,
];

proptest! {
    #[test]
    fn what_is_beyond_a_level_is_what_the_gate_would_not_let_pass_at_it(choices: [u8; 12], before: u8, after: u8) {
        let level = |choice: u8| Level::ALL[usize::from(choice) % Level::ALL.len()];
        let (approved, fallen) = (case(&choices, level(before)).report(), case(&choices, level(after)).report());
        let case = case(&choices, level(after));
        let (Ok(manifest), Some(tier)) = (manifest::parse(case.manifest.to_string().as_bytes()), approved.tier) else {
            return Ok(());
        };
        let audience = case.request.visibility.unwrap_or(Visibility::Private);
        let beyond = Leveled::of(&manifest, tier, audience).beyond(level(after), &approved);
        let worsens = LEVELED.iter().any(|code| match fallen.check(*code).outcome {
            // For another reason, which is the same at every level.
            Outcome::Refuse => approved.check(*code).outcome != Outcome::Refuse,
            Outcome::Hold => approved.check(*code).outcome == Outcome::Pass,
            _ => false,
        });
        if approved.verdict != Verdict::Refused {
            prop_assert_eq!(!beyond.is_empty(), worsens, "{:?}", beyond);
        }
    }
}
