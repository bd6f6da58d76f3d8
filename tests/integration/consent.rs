//! Declared is not granted: what widens waits for consent, and what was consented to goes on.

use plimsoll_core::Level;
use plimsoll_tests::{Backend, Cli, Plugin, Publisher, Registry};
use serde_json::{Value, json};

plimsoll_tests::behaviours!(
    a_first_installation_asks_for_everything,
    each_way_of_widening_waits_for_consent,
    narrowing_needs_no_consent_and_takes_back_the_grant,
    third_party_code_can_be_denied,
);

const LINTER: &str = "com.acme.linter";

fn linter(version: &str) -> Plugin {
    Plugin::new(LINTER, version).permission("network", "api.example.com")
}

/// A registry, a publisher with the linter 1.0.0 released, and an operator's command line.
fn world(on: Backend) -> (Registry, Publisher, Cli) {
    let registry = Registry::start(on);
    let acme = registry.publisher_of("acme", Level::Trusted);
    acme.release(linter("1.0.0"));
    let cli = registry.cli(&registry.operator());
    (registry, acme, cli)
}

fn installed(cli: &Cli) -> Vec<String> {
    let list = cli.done(&["list"]);
    let text = |item: &Value, key: &str| item[key].as_str().expect("text").to_owned();
    list["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|item| text(item, "package") + "@" + &text(item, "version"))
        .collect()
}

fn a_first_installation_asks_for_everything(on: Backend) {
    let (_registry, _acme, cli) = world(on);
    let refused = cli.fails(12, &["install", LINTER]);
    assert_eq!(refused["missing"]["accept"], json!(["network:api.example.com"]));
    assert_eq!(refused["missing"]["acceptTier"], "sandbox");
    let words = refused["missing"]["sentences"].to_string();
    assert!(words.contains("connect to api.example.com"), "{words}");
    // Each half alone is not enough, and `--yes` is no consent.
    cli.fails(12, &["install", LINTER, "--accept-tier", "sandbox", "--yes"]);
    cli.fails(12, &["install", LINTER, "--accept", "network:api.example.com"]);
    assert!(installed(&cli).is_empty());
    cli.done(&["install", LINTER, "--accept-tier", "sandbox", "--accept", "network:api.example.com"]);
    assert_eq!(installed(&cli), ["com.acme.linter@1.0.0"]);
}

fn each_way_of_widening_waits_for_consent(on: Backend) {
    let (registry, acme, _) = world(on);
    acme.release(Plugin::data("com.acme.words", "1.0.0"));
    let ways: [(&str, Plugin, &str, &str); 3] = [
        (
            "2.0.0",
            linter("2.0.0").permission("network", "more.example.com"),
            "more.example.com",
            "network:more.example.com",
        ),
        ("3.0.0", linter("3.0.0").depends_on("com.acme.words", "^1"), "com.acme.words", "dependency:com.acme.words"),
        ("4.0.0", linter("4.0.0").with("runtime", json!("node")), "in-process", ""),
    ];
    let mut before = "com.acme.linter@1.0.0".to_owned();
    let cli = registry.cli(&registry.operator());
    cli.done(&["install", LINTER, "--accept-all"]);
    for (version, plugin, words, accept) in ways {
        acme.release(plugin);
        let refused = cli.fails(12, &["install", &format!("{LINTER}@{version}")]);
        let sentences = refused["missing"]["sentences"].to_string();
        assert!(sentences.contains(words), "{version}: {sentences}");
        if accept.is_empty() {
            assert_eq!(refused["missing"]["acceptTier"], "in-process", "{version}");
            assert!(
                sentences.contains("everything that the host can do")
                    || sentences.contains("everything the host can do"),
                "{sentences}"
            );
        } else {
            assert_eq!(refused["missing"]["accept"], json!([accept]), "{version}");
        }
        assert!(refused["plan"]["consent"].to_string().contains(words), "{version}: the diff is JSON too");

        // The consented version keeps running, and the waiting one is named.
        let waiting = cli.run(&["update"]);
        assert_eq!(waiting.code, 12, "{version}: {waiting:?}");
        assert!(installed(&cli).contains(&before), "{version}");
        let list = cli.done(&["list"]);
        let item =
            list["items"].as_array().expect("items").iter().find(|item| item["package"] == LINTER).expect("installed");
        assert_eq!(item["pending"]["version"], version, "{list}");
        assert!(item["pending"]["widens"].to_string().contains(words), "{list}");
        assert_eq!(cli.done(&["verify"])["problems"], json!([]));

        cli.done(&["install", &format!("{LINTER}@{version}"), "--accept-all"]);
        before = format!("{LINTER}@{version}");
        assert!(installed(&cli).contains(&before), "{version}");
        let again = format!("{LINTER}@*");
        cli.done(&["install", &again, "--accept-all"]);
    }
}

fn narrowing_needs_no_consent_and_takes_back_the_grant(on: Backend) {
    let (_registry, acme, cli) = world(on);
    cli.done(&["install", LINTER, "--accept-all"]);
    acme.release(Plugin::new(LINTER, "1.1.0"));
    cli.done(&["update"]);
    assert_eq!(installed(&cli), ["com.acme.linter@1.1.0"]);
    acme.release(linter("1.2.0"));
    assert_eq!(cli.run(&["update"]).code, 12, "what was narrowed has to be asked for again");
    assert_eq!(installed(&cli), ["com.acme.linter@1.1.0"]);
}

fn third_party_code_can_be_denied(on: Backend) {
    let (registry, acme, _) = world(on);
    acme.release(Plugin::data("com.acme.words", "1.0.0"));
    let host = registry.host(&registry.operator());
    let settings = host.home().path().join("envs/default");
    std::fs::create_dir_all(&settings).expect("a directory");
    std::fs::write(settings.join("settings.json"), r#"{"thirdPartyCode": "deny"}"#).expect("written");
    let error = host.refused(&[LINTER]);
    assert!(error.contains("tier sandbox") && error.contains("declarative"), "{error}");
    assert_eq!(host.install(&["com.acme.words"]), ["com.acme.words@1.0.0"]);
}
