//! What a script meets: exit codes, and one JSON document whatever happens.

use plimsoll_tests::{Backend, Plugin, Proxy, Registry, fixture};

plimsoll_tests::behaviours!(each_kind_of_failure_has_its_exit_code, a_package_goes_the_whole_way_by_the_command_line);

const LINTER: &str = "com.acme.linter";

fn each_kind_of_failure_has_its_exit_code(on: Backend) {
    let mut registry = Registry::start(on);
    let acme = registry.publisher("acme");
    acme.release(Plugin::new(LINTER, "1.0.0"));
    let proxy = Proxy::before(&registry);
    let cli = registry.cli(acme.owner());
    let theme = fixture("org.example.theme-dusk-0.1.0.osplugin").display().to_string();
    cli.fails(2, &["install", "not an id"]);
    cli.fails(10, &["publish", &theme, "--publisher", "acme"]);
    cli.fails(12, &["install", LINTER]);
    cli.fails(13, &["install", "com.acme.linter@^9", "--accept-all"]);
    cli.fails(14, &["info", "com.acme.nothing"]);
    cli.fails(14, &["block", "com.acme.linter@1.0.0", "--reason", "mine"]);
    cli.fails(15, &["publisher", "create", "acme"]);

    let fingerprint = registry.fingerprint().to_string();
    cli.done(&["trust", "add", proxy.url(), "--fingerprint", &fingerprint]);
    proxy.changes(|path, body| {
        if path.contains("/artifacts/") {
            body[9] ^= 1;
        }
    });
    let through = ["--registry", proxy.url(), "install", LINTER, "--accept-all"];
    let error = cli.fails(11, &through);
    assert!(error["error"]["message"].as_str().expect("a sentence").contains("com.acme.linter@1.0.0"), "{error}");
    let other = Registry::start(on);
    proxy.turns_to(&other);
    cli.fails(11, &through);

    cli.done(&["install", LINTER, "--accept-all"]);
    registry.stop();
    cli.fails(16, &["info", LINTER]);
    cli.done(&["list"]);
    let unpacked = cli.home().join("home/unpacked");
    let directory =
        std::fs::read_dir(&unpacked).expect("unpacked").next().expect("one package").expect("an entry").path();
    std::fs::remove_file(directory.join("dist/index.mjs")).expect("removed");
    let found = cli.fails(17, &["verify"]);
    assert!(found["problems"][0]["message"].as_str().expect("a sentence").contains("dist/index.mjs"), "{found}");
}

fn a_package_goes_the_whole_way_by_the_command_line(on: Backend) {
    let registry = Registry::start(on);
    let owner = registry.account("owner", &[]);
    let (cli, reviewer) = (registry.cli(&owner), registry.cli(registry.reviewer()));
    cli.done(&["publisher", "create", "acme"]);
    cli.done(&["key", "generate", "--out", "acme.key"]);
    cli.done(&["key", "add", "acme.key.pub", "--publisher", "acme", "--key-id", "acme-1", "--prove-with", "acme.key"]);
    cli.done(&["pack", &fixture("sandbox-vat").display().to_string(), "-o", "vat.osplugin"]);
    assert_eq!(cli.done(&["check", "vat.osplugin", "--level", "unverified"])["report"]["tier"], "sandbox");
    cli.done(&["sign", "vat.osplugin", "--key", "acme.key", "--key-id", "acme-1", "--publisher", "acme"]);
    let would = cli.done(&["publish", "vat.osplugin", "--publisher", "acme", "--validate-only"]);
    assert_eq!(would["state"], "approved");
    cli.fails(14, &["info", "com.acme.vat-check"]);
    let held = cli.done(&["publish", "vat.osplugin", "--publisher", "acme", "--visibility", "marketplace", "--submit"]);
    assert_eq!(held["state"], "pending_review");

    let what = "com.acme.vat-check@1.0.0";
    assert_eq!(reviewer.done(&["review", "list"])["items"][0]["package"], "com.acme.vat-check");
    let shown = reviewer.done(&["review", "show", what]);
    let text = |name: &str| shown["version"][name].as_str().expect("a digest").to_owned();
    let stale = "0".repeat(64);
    reviewer.fails(15, &["review", "approve", what, "--sha256", &text("sha256"), "--report", &stale]);
    let why = ["--reason", "it asks for what it needs"];
    let digests = ["--sha256", &text("sha256"), "--report", &text("reportSha256")];
    reviewer.done(&[&["review", "approve", what][..], &digests, &why].concat());
    assert_eq!(cli.done(&["info", what])["review"]["reason"], why[1], "its publisher reads it");

    let operator = registry.cli(&registry.operator());
    let found = operator.done(&["search", "vat", "--catalog", "contributions"]);
    assert_eq!(found["items"][0]["package"], "com.acme.vat-check");
    operator.done(&["install", "com.acme.vat-check", "--host", "protocol=17.0.0", "--accept-all"]);
    assert_eq!(operator.done(&["verify"])["checked"], 1);
    cli.done(&["deprecate", what, "--reason", "there is a better one", "--replacement", "com.acme.vat-plus"]);
    assert_eq!(cli.done(&["info", what])["availability"]["status"], "deprecated");
    cli.done(&["yank", what, "--reason", "it loses data"]);
    registry.cli(&registry.operator()).fails(13, &["install", "com.acme.vat-check", "--accept-all"]);
    reviewer.done(&["block", what, "--reason", "it sends data abroad"]);
    let stuck = operator.fails(13, &["update"])["plan"]["stuck"][0].take();
    assert_eq!(stuck["package"], "com.acme.vat-check");
    assert!(stuck["reason"].to_string().contains("it sends data abroad"), "{stuck}");
    assert_eq!(operator.fails(17, &["verify"])["problems"][0]["package"], "com.acme.vat-check");
    operator.fails(2, &["remove", "com.acme.vat-check"]);
    operator.done(&["remove", "--yes", "com.acme.vat-check"]);
    assert_eq!(operator.done(&["list"])["items"], serde_json::json!([]));
}
