//! What the command line packs and signs passes the same gate as what the real ObjectStack command line makes.

use plimsoll_tests::{Backend, Cli, Publisher, Registry, fixture};

plimsoll_tests::behaviours!(
    the_sources_of_the_samples_are_packed_signed_and_published,
    a_pack_without_code_is_declarative,
    packing_twice_gives_the_same_bytes,
);

/// The command line of a publisher's owner, with the publisher's key in the file `key`.
fn workshop(registry: &Registry, publisher: &Publisher) -> Cli {
    let cli = registry.cli(publisher.owner());
    std::fs::write(cli.home().join("key"), publisher.key_pem()).expect("written");
    cli
}

fn sign(cli: &Cli, publisher: &Publisher, file: &str) {
    let (key_id, name) = (publisher.key_id().as_str(), publisher.name().as_str());
    cli.done(&["sign", file, "--key", "key", "--key-id", key_id, "--publisher", name]);
}

fn source(name: &str) -> String {
    fixture(name).display().to_string()
}

fn the_sources_of_the_samples_are_packed_signed_and_published(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher_of("acme", plimsoll_core::Level::Verified);
    let cli = workshop(&registry, &acme);
    for (directory, tier, state) in [
        ("sandbox-vat", "sandbox", "approved"),
        ("legacy-node-clickhouse", "in-process", "pending_review"),
        ("theme-unset", "sandbox", "pending_review"),
    ] {
        let file = format!("{directory}.osplugin");
        assert_eq!(cli.done(&["pack", &source(directory), "-o", &file])["tier"], tier);
        assert_eq!(cli.fails(10, &["publish", &file, "--publisher", "acme"])["report"]["tier"], tier, "not signed yet");
        sign(&cli, &acme, &file);
        let version = cli.done(&["publish", &file, "--publisher", "acme"]);
        assert_eq!((&version["tier"], &version["state"]), (&tier.into(), &state.into()), "{directory}");
    }
}

fn a_pack_without_code_is_declarative(on: Backend) {
    let registry = Registry::start(on);
    let acme = registry.publisher("acme");
    let cli = workshop(&registry, &acme);
    let directory = cli.home().join("rules");
    std::fs::create_dir_all(directory.join("assets")).expect("a directory");
    std::fs::write(directory.join("assets/rules.json"), r#"{"rules": []}"#).expect("written");
    let manifest = r#"{"id": "com.acme.rules", "version": "1.0.0", "type": "plugin", "name": "Rules"}"#;
    std::fs::write(directory.join("objectstack.plugin.json"), manifest).expect("written");
    assert_eq!(cli.done(&["pack", "rules", "-o", "rules.osplugin"])["tier"], "declarative");
    let version = cli.done(&["publish", "rules.osplugin", "--publisher", "acme"]);
    assert_eq!(
        (&version["tier"], &version["state"]),
        (&"declarative".into(), &"approved".into()),
        "needs no signature"
    );
}

fn packing_twice_gives_the_same_bytes(on: Backend) {
    let registry = Registry::start(on);
    let cli = registry.cli(&registry.visitor());
    for directory in ["sandbox-vat", "legacy-node-clickhouse", "theme-unset"] {
        let packed = ["one", "two"].map(|out| cli.done(&["pack", &source(directory), "-o", out])["sha256"].clone());
        assert_eq!(packed[0], packed[1]);
        let files = ["one", "two"].map(|out| std::fs::read(cli.home().join(out)).expect("packed"));
        assert!(files[0] == files[1], "{directory}");
        for out in ["one", "two"] {
            std::fs::remove_file(cli.home().join(out)).expect("removed");
        }
    }
}
