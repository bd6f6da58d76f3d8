//! Artifacts made by the real ObjectStack CLI.

use super::*;

/// A sample as its publisher would send it: private, signed with its first key.
fn sample(file: &str) -> Case {
    let path = format!("{}/../../tests/fixtures/objectstack/{file}.osplugin", env!("CARGO_MANIFEST_DIR"));
    let bytes = std::fs::read(path).expect("a sample");
    let inspection = artifact::inspect(bytes.as_slice(), &Limits::default());
    let id = inspection.as_ref().expect("an artifact").manifest.as_ref().expect("a manifest").id.clone();
    let mut case = Case::new();
    case.inspection = inspection;
    // The manifest is the one inside.
    case.manifest = Value::Null;
    case.requested(|request| {
        request.package = Some(id);
        request.sha256 = Some(Digest::of(&bytes));
        request.size = bytes.len() as u64;
    })
}

#[test]
fn a_sandboxed_plugin_is_approved_when_private_and_reviewed_for_the_marketplace() {
    let vat_check = || sample("com.acme.vat-check-1.0.0");
    let report = vat_check().report();
    assert_eq!((report.verdict, report.tier), (Verdict::Approved, Some(Tier::Sandbox)));
    let market = vat_check().for_visibility(Visibility::Marketplace);
    // The real CLI sends no listing.
    let bare = market.requested(|request| request.listing_lacks = Some(vec!["readme", "icon", "category"]));
    assert_eq!(bare.findings(), ["hold listing-incomplete", "hold review-required"]);
}

#[test]
fn a_driver_in_the_host_process_needs_a_verified_publisher_and_a_review() {
    let driver = |level| sample("com.acme.legacy-driver-1.4.0").of_level(level);
    let sensitive = "hold permission-sensitive #/permissions/services/1 #/permissions/fs/0";
    assert_eq!(
        driver(Level::Pending).findings(),
        [
            "refuse tier-not-permitted #/runtime",
            "refuse packaging-not-permitted #/packaging",
            "hold tier-review #/runtime",
            sensitive
        ]
    );
    assert_eq!(driver(Level::Verified).findings(), ["hold tier-review #/runtime", sensitive]);
    assert_eq!(driver(Level::Verified).tier(), Some(Tier::InProcess));
}

#[test]
fn a_theme_with_undeclared_code_needs_a_signature_and_a_review() {
    let theme = || {
        let case = sample("org.example.theme-dusk-0.1.0");
        case.requested(|request| request.publisher = Some(publisher("example")))
    };
    let unsigned = theme().with_evidence(Evidence::Missing).report();
    assert_eq!((unsigned.verdict, unsigned.tier), (Verdict::Refused, Some(Tier::Sandbox)));
    assert_eq!(unsigned.check(CheckCode::SignatureMissing).outcome, Outcome::Refuse);
    assert_eq!(theme().findings(), ["hold code-undeclared #/main dist/index.mjs"]);
}
