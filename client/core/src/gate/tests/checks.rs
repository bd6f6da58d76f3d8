//! Each check: when it decides, and what it says.

use super::*;

fn refuses(case: Case, finding: &str) {
    assert_eq!(case.findings(), [format!("refuse {finding}")]);
}

fn holds(case: Case, finding: &str) {
    assert_eq!(case.findings(), [format!("hold {finding}")]);
}

/// With npm packages that the host installs, in a sandbox.
fn with_packages() -> Case {
    Case::new().with("packaging", json!("manifest-deps")).with("runtime", json!("sandbox"))
}

fn passes(case: Case) {
    assert_eq!(case.findings(), [""; 0]);
}

#[test]
fn a_small_honest_version_is_approved() {
    passes(Case::new());
    passes(Case::new().with_code(Some("sandbox")));
    passes(Case::new().with_code(Some("worker")));
    passes(Case::new().with_code(Some("node")).of_level(Level::Trusted));
}

#[test]
fn the_tier_is_what_runtime_asks_and_code_raises_it() {
    let ui = |case: Case| case.with("type", json!("ui"));
    assert_eq!(Case::new().tier(), Some(Tier::Declarative));
    assert_eq!(Case::new().with("runtime", json!("sandbox")).tier(), Some(Tier::Sandbox));
    assert_eq!(Case::new().with("main", json!("dist/index.mjs")).tier(), Some(Tier::Sandbox));
    assert_eq!(Case::new().with_code(None).tier(), Some(Tier::Sandbox));
    assert_eq!(Case::new().with_code(Some("worker")).tier(), Some(Tier::OutOfProcess));
    assert_eq!(Case::new().with("runtime", json!("node")).tier(), Some(Tier::InProcess));
    assert_eq!(ui(Case::new()).tier(), Some(Tier::Sandbox));
    assert_eq!(ui(Case::new()).with("runtime", json!("ui")).tier(), Some(Tier::Sandbox));
    assert_eq!(ui(Case::new()).with("runtime", json!("node")).tier(), Some(Tier::InProcess));
    let in_app = ui(Case::new()).with("isolation", json!("in-app"));
    assert_eq!(in_app.with("runtime", json!("ui")).tier(), Some(Tier::InProcess));
    let script = Case::new().inspected(|it| {
        it.code.push(finding("hooks.json", Some(3), "a script body"));
        it.only_script_bodies = true;
    });
    assert_eq!(script.tier(), Some(Tier::Sandbox));
    let page = |runtime| {
        Case::new().with("runtime", json!(runtime)).inspected(|it| {
            it.code.push(finding("objectstack.json", None, "a page in React"));
            it.in_host.push(finding("objectstack.json", None, "a page in React"));
        })
    };
    assert_eq!(page("sandbox").tier(), Some(Tier::InProcess), "whatever the manifest asks for");
    let findings = ["refuse tier-not-permitted objectstack.json", "hold tier-review objectstack.json"];
    assert_eq!(page("sandbox").findings(), findings);
    insta::assert_snapshot!(page("sandbox").message(CheckCode::TierNotPermitted), @"A host runs some of it in its own page or process (a page in React), so the tier is in-process (everything the host can do), which needs a publisher of level verified; this one is unverified. Write pages as `kind: html`, and tokens of flows as a path or as a calculation without texts; or have the publisher verified.");
}

#[test]
fn npm_packages_that_the_host_installs_are_code() {
    let packages = || Case::new().with("packaging", json!("manifest-deps")).of_level(Level::Verified);
    assert_eq!(packages().tier(), Some(Tier::Sandbox));
    holds(packages(), "code-undeclared #/packaging");
    passes(packages().with("runtime", json!("sandbox")));
}

#[test]
fn a_malformed_artifact_is_refused_and_nothing_else_is_said_of_it() {
    let malformed = || {
        let mut case = Case::new();
        let what = Malformed { path: Some("a\u{1b}b".to_owned()), message: "the path leads out".to_owned() };
        case.inspection = Err(ArtifactError::Malformed(what));
        case
    };
    refuses(malformed(), "artifact-malformed a\\u{1b}b");
    assert_eq!(malformed().tier(), None);
    for code in [CheckCode::ManifestMissing, CheckCode::SecretFound, CheckCode::TierReview, CheckCode::SignatureMissing]
    {
        assert_eq!(malformed().outcome(code), Outcome::NotEvaluated, "{code}");
    }
}

#[test]
fn an_artifact_that_could_not_be_read_is_never_approved() {
    let mut case = Case::new();
    case.inspection = Err(ArtifactError::Io(std::io::Error::other("disk")));
    assert_eq!(case.findings(), ["unknown artifact-malformed"]);
}

#[test]
fn there_is_exactly_one_manifest_and_it_is_valid() {
    refuses(Case::new().without_manifest(NoManifest::Missing), "manifest-missing");
    let two = vec!["objectstack.plugin.json".to_owned(), "plimsoll.json".to_owned()];
    let duplicate = Case::new().without_manifest(NoManifest::Duplicate(two));
    refuses(duplicate, "manifest-duplicate objectstack.plugin.json plimsoll.json");
}

#[test]
fn every_problem_of_a_manifest_is_told_at_once() {
    let problems = manifest::parse(br#"{"id": "Acme", "version": "1", "type": "plugin", "name": "x", "tpye": 1}"#);
    let problems = problems.expect_err("problems");
    let count = problems.len();
    let invalid = || Case::new().without_manifest(NoManifest::Invalid(problems.clone()));
    let report = invalid().report();
    assert_eq!((report.verdict, report.tier), (Verdict::Refused, None));
    let mut pointers = report.check(CheckCode::ManifestInvalid).pointers.clone();
    pointers.sort();
    assert_eq!((count, pointers.join(" ")), (3, "#/id #/tpye #/version".to_owned()));
    assert!(invalid().message(CheckCode::ManifestInvalid).contains("\"Acme\" is not a valid package id"));
    assert_eq!(invalid().outcome(CheckCode::TierNotPermitted), Outcome::NotEvaluated);
}

#[test]
fn integrity_is_there_and_right() {
    refuses(Case::new().inspected(|it| it.integrity = Integrity::Missing), "integrity-missing #/integrity");
    let wrong = vec![finding("dist/index.mjs", None, "it has another digest")];
    refuses(Case::new().inspected(|it| it.integrity = Integrity::Mismatch(wrong)), "integrity-mismatch dist/index.mjs");
}

fn statement() -> StatementFacts {
    let manifest = Case::new().manifest.to_string();
    StatementFacts {
        registry: "https://plugins.example".to_owned(),
        this_registry: "https://plugins.example".to_owned(),
        package: package("com.acme.notes"),
        version: Version::new(1, 0, 0),
        publisher: publisher("acme"),
        sha256: Digest::of("artifact"),
        size: 8,
        manifest_sha256: Digest::of(manifest),
    }
}

fn with_statement(change: impl FnOnce(&mut StatementFacts)) -> Case {
    let mut said = statement();
    change(&mut said);
    let key_id = "acme-2026".parse().expect("key id");
    let kind = EvidenceKind::Statement;
    Case::new().with_evidence(Evidence::Verified { kind, key_id, key: Some(first_key()), statement: Some(said) })
}

#[test]
fn request_bytes_and_statement_speak_of_one_thing() {
    let other_id = Case::new().requested(|it| it.package = Some(package("com.acme.other")));
    refuses(other_id, "identity-mismatch #/id");
    let other_version = Case::new().requested(|it| it.version = Some(Version::new(2, 0, 0)));
    refuses(other_version, "identity-mismatch #/version");
    let other_manifest =
        Case::new().requested(|it| it.manifest_differs = vec!["main".to_owned(), "runtime".to_owned()]);
    refuses(other_manifest, "identity-mismatch #/main #/runtime");
    passes(with_statement(|_| {}));
    refuses(with_statement(|it| it.registry = "https://evil.example".to_owned()), "identity-mismatch");
    refuses(with_statement(|it| it.package = package("com.acme.other")), "identity-mismatch #/id");
    refuses(with_statement(|it| it.version = Version::new(1, 0, 1)), "identity-mismatch #/version");
    refuses(with_statement(|it| it.publisher = publisher("globex")), "identity-mismatch");
    refuses(with_statement(|it| it.sha256 = Digest::of("other")), "identity-mismatch");
    refuses(with_statement(|it| it.size = 9), "identity-mismatch");
    refuses(with_statement(|it| it.manifest_sha256 = Digest::of("other")), "identity-mismatch");
    insta::assert_snapshot!(
        with_statement(|it| it.size = 9).message(CheckCode::IdentityMismatch),
        @r#"the size is "9" in the statement, but "8" in the artifact. Publish, and sign, exactly what the manifest names."#
    );
}

#[test]
fn a_statement_that_nobody_read_is_no_identity() {
    let key_id = "acme-2026".parse().expect("key id");
    let (kind, key) = (EvidenceKind::Statement, Some(first_key()));
    let unread = Case::new().with_evidence(Evidence::Verified { kind, key_id, key, statement: None });
    assert_eq!(unread.findings(), ["unknown identity-mismatch"]);
}

#[test]
fn a_version_never_changes_and_a_rejection_is_final() {
    let existing = |bytes, state| Case::new().known(|it| it.existing = Some((Digest::of(bytes), state)));
    passes(existing("artifact", State::Approved));
    refuses(existing("other", State::Draft), "version-exists #/version");
    refuses(existing("other", State::Rejected), "version-exists #/version");
    refuses(existing("artifact", State::Rejected), "version-rejected #/version");
}

#[test]
fn ids_and_prefixes_belong_to_somebody() {
    passes(Case::new().known(|it| it.owner = Some(publisher("acme"))));
    refuses(Case::new().known(|it| it.owner = Some(publisher("globex"))), "publisher-not-owner #/id");
    let granted = |grants: &[(&str, &str)]| {
        let grant = |(prefix, to): &(&str, &str)| (prefix.parse().expect("prefix"), publisher(to));
        let grants = grants.iter().map(grant).collect();
        Case::new().known(|it| it.prefixes = grants)
    };
    passes(granted(&[("com.acme", "acme")]));
    refuses(granted(&[("com.acme", "globex")]), "id-reserved #/id");
    passes(granted(&[("com", "globex"), ("com.acme", "acme")]));
    refuses(granted(&[("com", "acme"), ("com.acme", "globex")]), "id-reserved #/id");
}

#[test]
fn ids_that_begin_with_words_of_the_platform_are_for_the_platform() {
    for word in ["base", "system", "sys"] {
        let id = |level| {
            let id = format!("{word}.notes");
            Case::new().with("id", json!(id)).requested(|it| it.package = Some(package(&id))).of_level(level)
        };
        refuses(id(Level::Partner), "id-reserved #/id");
        passes(id(Level::FirstParty));
    }
}

#[test]
fn code_and_the_marketplace_need_evidence() {
    let missing = |case: Case| case.with_evidence(Evidence::Missing);
    passes(missing(Case::new()));
    refuses(missing(Case::new().with_code(Some("sandbox"))), "signature-missing");
    let packages = with_packages().of_level(Level::Verified);
    refuses(missing(packages), "signature-missing");
    let market = missing(Case::new()).for_visibility(Visibility::Marketplace);
    assert_eq!(market.findings(), ["refuse signature-missing", "hold review-required"]);
}

#[test]
fn what_the_registry_builds_is_data_alone() {
    passes(Case::new().with_evidence(Evidence::Hosted));
    refuses(Case::new().with_code(Some("sandbox")).with_evidence(Evidence::Hosted), "signature-missing");
    refuses(
        Case::new().with("runtime", json!("node")).of_level(Level::Trusted).with_evidence(Evidence::Hosted),
        "signature-missing",
    );
}

#[test]
fn flows_are_data_as_far_as_a_host_runs_nothing_of_them() {
    let hosted = |total: &str| {
        let flow =
            json!({ "name": "notes_sum", "nodes": [{ "id": "set", "config": { "fields": { "total": total } } }] });
        let stack = json!({ "manifest": Case::new().with("type", json!("app")).manifest, "flows": [flow] });
        let bytes = artifact::pack_stack(
            stack.to_string().as_bytes(),
            &package("com.acme.notes"),
            &Version::new(1, 0, 0),
            &Limits::default(),
        );
        let mut case = Case::new().with_evidence(Evidence::Hosted);
        case.inspection = artifact::inspect(&bytes.expect("an artifact")[..], &Limits::default());
        case.manifest = Value::Null;
        case
    };
    passes(hosted("{round(deal.amount * (1 - discount / 100) * 100) / 100}"));
    let findings = [
        "refuse signature-missing",
        "refuse tier-not-permitted objectstack.json",
        "hold tier-review objectstack.json",
        "hold code-undeclared objectstack.json",
    ];
    assert_eq!(hosted("{'deal.amount'}").findings(), findings);
    insta::assert_snapshot!(
        hosted("{'deal.amount'}").message(CheckCode::SignatureMissing),
        @r#"The registry built this artifact, and it is more than data (the token "{'deal.amount'}" at /flows/0/nodes/0/config/fields/total, which is JavaScript to a host). Pack it yourself with `plimsoll pack`, sign it with `plimsoll sign`, and publish the signed artifact."#
    );
}

#[test]
fn evidence_that_is_there_must_be_good() {
    let key = || "acme-2026".parse().expect("key id");
    let invalid = Evidence::Invalid("the signature is of other bytes".to_owned());
    refuses(Case::new().with_evidence(invalid), "signature-invalid");
    refuses(Case::new().with_evidence(Evidence::KeyUnknown(key())), "key-unknown");
    refuses(Case::new().with_evidence(Evidence::KeyRevoked(key())), "key-revoked");
}

#[test]
fn a_new_key_waits_unless_somebody_vouches_for_it() {
    let added_at = at("2026-01-01T00:00:00Z");
    let key = |now: &str, vouched| {
        Case::new().with_evidence(signed(Some(KeyFacts { added_at, now: at(now), first: false, vouched })))
    };
    holds(key("2026-01-03T23:59:59Z", false), "key-fresh");
    passes(key("2026-01-04T00:00:00Z", false));
    passes(key("2026-01-01T00:00:01Z", true));
    holds(key("2025-12-31T00:00:00Z", false), "key-fresh");
    assert_eq!(Case::new().with_evidence(signed(None)).findings(), ["unknown key-fresh"]);
}

#[test]
fn trust_decides_over_tier_packaging_and_scope() {
    let node = |level| Case::new().with_code(Some("node")).of_level(level);
    assert_eq!(node(Level::Pending).findings(), ["refuse tier-not-permitted #/runtime", "hold tier-review #/runtime"]);
    holds(node(Level::Verified), "tier-review #/runtime");
    passes(node(Level::Trusted));
    let packages = |level| with_packages().of_level(level);
    refuses(packages(Level::Pending), "packaging-not-permitted #/packaging");
    passes(packages(Level::Verified));
    for scope in ["cloud", "system"] {
        holds(Case::new().with("scope", json!(scope)).of_level(Level::Verified), "scope-privileged #/scope");
        passes(Case::new().with("scope", json!(scope)).of_level(Level::Trusted));
    }
}

#[test]
fn lockfiles_are_for_those_who_bring_packages() {
    let with = |lockfile| {
        let case = with_packages().of_level(Level::Verified);
        case.inspected(|it| it.lockfile = lockfile)
    };
    refuses(with(Lockfile::Missing), "lockfile-missing");
    refuses(with(Lockfile::Unreadable("version 6".to_owned())), "lockfile-missing pnpm-lock.yaml");
    let unpinned = vec![finding("pnpm-lock.yaml", Some(9), "left-pad from git")];
    refuses(with(Lockfile::Read { unpinned }), "lockfile-unpinned pnpm-lock.yaml:9");
    passes(Case::new().inspected(|it| it.lockfile = Lockfile::Missing));
}

#[test]
fn what_must_not_be_in_the_members() {
    let script = vec![finding("package.json", Some(4), "postinstall")];
    refuses(Case::new().inspected(|it| it.install_scripts = script), "install-script package.json:4");
    let native = || vec![finding("lib/a.node", None, "ELF")];
    refuses(Case::new().inspected(|it| it.native = native()), "native-addon lib/a.node");
    let packages = with_packages().of_level(Level::Verified);
    passes(packages.inspected(|it| it.native = native()));
    let host = vec![finding("dist/index.mjs", Some(1), "@objectstack/core")];
    refuses(Case::new().inspected(|it| it.host_packages = host), "host-package-bundled dist/index.mjs:1");
}

#[test]
fn undeclared_code_is_held() {
    holds(Case::new().with_code(None), "code-undeclared #/main dist/index.mjs");
    passes(Case::new().with_code(Some("sandbox")));
}

#[test]
fn a_secret_is_refused_a_guess_is_held() {
    let secret =
        |line, by_entropy_alone| SecretFinding { finding: finding("a.env", Some(line), "a token"), by_entropy_alone };
    holds(Case::new().inspected(|it| it.secrets = vec![secret(1, true)]), "secret-found a.env:1");
    let both = Case::new().inspected(|it| it.secrets = vec![secret(1, true), secret(2, false)]);
    refuses(both, "secret-found a.env:2 a.env:1");
}

#[test]
fn sensitive_permissions_are_held() {
    let asks = |permissions| Case::new().with("permissions", permissions);
    for service in ["auth", "secrets", "settings", "security", "plugins", "*"] {
        holds(asks(json!({ "services": ["object", service] })), "permission-sensitive #/permissions/services/1");
    }
    holds(asks(json!({ "hooks": ["record.*"] })), "permission-sensitive #/permissions/hooks/0");
    holds(asks(json!({ "fs": ["/var/lib/notes"] })), "permission-sensitive #/permissions/fs/0");
    holds(asks(json!({ "network": ["*.Example.com"] })), "permission-sensitive #/permissions/network/0");
    passes(asks(json!({ "services": ["object"], "hooks": ["record.beforeInsert"], "network": ["api.example.com"] })));
    passes(asks(json!(["system.object.read"])));
}

#[test]
fn permissions_without_a_safe_meaning_are_refused() {
    let asks = |permissions| Case::new().with("permissions", permissions).outcome(CheckCode::PermissionInvalid);
    for host in ["*", "*.com", "*.", "*..com", "api.*", "*.*.example.com", "https://*.example.com", "a*.example.com"] {
        assert_eq!(asks(json!({ "network": [host] })), Outcome::Refuse, "{host}");
    }
    for path in ["..", "../secrets", "/var/../etc", "C:\\..\\x"] {
        assert_eq!(asks(json!({ "fs": [path] })), Outcome::Refuse, "{path}");
    }
    assert_eq!(asks(json!({ "network": ["*.example.com"], "fs": ["/var/lib"], "hooks": ["*"] })), Outcome::Pass);
}

#[test]
fn dependencies_of_the_marketplace_are_there() {
    let id = "com.acme.base";
    let needs = |visibility| Case::new().with("dependencies", json!({ id: "^1" })).for_visibility(visibility);
    passes(needs(Visibility::Private));
    let known =
        |satisfied| needs(Visibility::Marketplace).known(|it| _ = it.dependencies.insert(package(id), satisfied));
    assert_eq!(known(true).findings(), ["hold review-required"]);
    let missing = "hold dependency-unresolved #/dependencies/com.acme.base";
    assert_eq!(known(false).findings(), [missing, "hold review-required"]);
    let unknown = "unknown dependency-unresolved #/dependencies/com.acme.base";
    assert_eq!(needs(Visibility::Marketplace).findings(), [unknown, "hold review-required"]);
}

#[test]
fn a_compatibility_range_must_be_readable() {
    let engines = |protocol: &str| Case::new().with("engines", json!({ "protocol": protocol, "platform": "^17" }));
    passes(engines("^17"));
    holds(engines("seventeen"), "engine-range-unreadable #/engines/protocol");
    passes(Case::new());
}

fn app() -> Case {
    Case::new().with("type", json!("app"))
}

#[test]
fn an_app_is_one_and_bundles_what_is_approved() {
    passes(app());
    refuses(app().inspected(|it| it.apps = 2), "app-multiple");
    let bundling = || app().with("dependencies", json!({ "com.acme.base": "^1" }));
    assert_eq!(bundling().findings(), ["unknown app-bundles-unapproved"]);
    passes(bundling().known(|it| it.bundle = Some(Ok(Vec::new()))));
    let wrong = || bundling().known(|it| it.bundle = Some(Err(vec!["com.acme.base is not approved".to_owned()])));
    refuses(wrong(), "app-bundles-unapproved #/dependencies");
    assert!(wrong().message(CheckCode::AppBundlesUnapproved).contains("com.acme.base is not approved"));
    passes(Case::new().with("dependencies", json!({ "com.acme.base": "^1" })));
}

#[test]
fn the_marketplace_shows_a_whole_listing_and_is_reviewed() {
    let lacking = |case: Case| {
        let case = case.for_visibility(Visibility::Marketplace);
        case.requested(|it| it.listing_lacks = Some(vec!["readme", "icon"]))
    };
    assert_eq!(lacking(app()).findings(), ["refuse listing-incomplete", "hold review-required"]);
    assert_eq!(lacking(Case::new()).findings(), ["hold listing-incomplete", "hold review-required"]);
    let whole = Case::new().for_visibility(Visibility::Marketplace);
    assert_eq!(whole.findings(), ["hold review-required"]);
    passes(lacking(app()).for_visibility(Visibility::Org));
}

#[test]
fn a_listing_lacks_what_neither_it_nor_the_manifest_says() {
    let mut listing = crate::wire::Listing::default();
    assert_eq!(listing_lacks(&listing, None), ["readme", "icon", "description", "category"]);
    let manifest =
        br#"{"id": "a.b", "version": "1.0.0", "type": "plugin", "name": "x", "description": "what it does"}"#;
    let manifest = manifest::parse(manifest).expect("manifest");
    listing.readme = Some("# Notes".to_owned());
    listing.icon = Some(" ".to_owned());
    assert_eq!(listing_lacks(&listing, Some(&manifest)), ["icon", "category"]);
}

#[test]
fn long_lists_are_cut() {
    let found = |count: u64| (0..count).map(|line| finding("a.js", Some(line + 1), "x")).collect::<Vec<_>>();
    let case = Case::new().inspected(|it| it.host_packages = found(1000));
    let report = case.report();
    let check = report.check(CheckCode::HostPackageBundled);
    assert_eq!((check.pointers.len(), check.pointers[20].as_str()), (21, "and 980 more"));
    assert!(check.message.len() < 1000, "{}", check.message);
}
