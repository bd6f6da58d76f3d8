//! The largest versions that the readers let through make no large report: the gate decides inside of a transaction.

use super::*;

/// The longest report, in bytes of its text.
const REPORT_BYTES_MAX: usize = 64 * 1024;

/// As much of everything as a manifest and an artifact may have, all of it wrong.
fn worst() -> Case {
    let path = |number: usize| format!("{number}/{}", "p".repeat(90));
    let permissions: Vec<String> =
        (0..Permissions::MAX).map(|number| format!("/../{number}{}", "x".repeat(240))).collect();
    let dependencies: BTreeMap<String, String> =
        (0..256).map(|number| (format!("com.acme.d{number}{}", "x".repeat(100)), "^1.0.0".to_owned())).collect();
    let findings = |what: &str| (0..10_000).map(|number| finding(&path(number), Some(7), what)).collect::<Vec<_>>();
    let known = dependencies.keys().map(|id| (package(id), false)).collect();
    Case::new()
        .with("type", json!("app"))
        .with("permissions", json!({ "fs": permissions }))
        .with("dependencies", json!(dependencies))
        .for_visibility(Visibility::Marketplace)
        .requested(|request| request.manifest_differs = (0..10_000).map(path).collect())
        .known(|registry| {
            registry.dependencies = known;
            registry.bundle = Some(Err((0..256).map(path).collect()));
        })
        .inspected(|inspection| {
            inspection.code = findings("code");
            inspection.native = findings("a native addon");
            inspection.install_scripts = findings("a script");
            inspection.host_packages = findings("a host package");
            inspection.integrity = Integrity::Mismatch(findings("another digest"));
            let secret = |finding| SecretFinding { finding, by_entropy_alone: false };
            inspection.secrets = findings("a token").into_iter().map(secret).collect();
        })
}

#[test]
fn the_worst_version_gets_a_report_that_people_can_read() {
    let report = worst().report();
    assert_eq!(report.verdict, Verdict::Refused);
    let bytes = report.to_text().len();
    assert!(bytes <= REPORT_BYTES_MAX, "{bytes}");
    for check in &report.checks {
        assert!(check.pointers.len() <= 21, "{}: {}", check.code, check.pointers.len());
    }
    let fs = report.check(CheckCode::PermissionSensitive);
    assert_eq!(fs.pointers.last().expect("places"), "and 236 more");
}
