use super::*;

fn read(toml: &str) -> Result<Config, String> {
    let dir = tempfile::tempdir().expect("directory");
    let file = dir.path().join("config.toml");
    std::fs::write(&file, toml).expect("file");
    Config::load(&Flags { config: Some(file), ..Flags::default() }).map_err(|error| error.to_string())
}

#[test]
fn the_sample_configurations_are_valid_and_name_every_key() {
    let defaults = serde_json::to_value(Config::default()).expect("defaults");
    for sample in ["embedded.toml", "postgres-s3.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy").join(sample);
        let text = std::fs::read_to_string(&path).expect(sample);
        read(&text).unwrap_or_else(|error| panic!("{sample}: {error}"));
        let names = |value: &serde_json::Value| value.as_object().expect("object").keys().cloned().collect::<Vec<_>>();
        for key in names(&defaults) {
            let table = defaults[&key].is_object();
            let inner = if table { names(&defaults[&key]) } else { vec![key.clone()] };
            assert!(!table || text.contains(&format!("[{key}]")), "{sample} lacks the table {key}");
            for key in inner {
                let line = |line: &str| line.trim_start_matches("# ").starts_with(&format!("{key} = "));
                assert!(text.lines().any(line), "{sample} does not document {key}");
            }
        }
    }
}

#[test]
fn unknown_keys_and_wrong_values_are_refused_by_name() {
    for (toml, part) in [
        ("lisen = \"127.0.0.1:1\"", "lisen"),
        ("[blobs]\nbuket = \"x\"", "buket"),
        ("[limits]\nartifactMegabytes = 1", "artifactMegabytes"),
        ("registry = \"Plugins.Example.org/x\"", "registry: "),
        ("[database]\nurl = \"mysql://x\"", "database.url: "),
        ("[blobs]\nurl = \"/x\"", "blobs.url: "),
        ("workers = 0", "workers: "),
        ("trusted_proxies = [\"10.0.0.1/8\"]", "trusted_proxies"),
        ("trusted_proxies = \"10.0.0.1\"", "trusted_proxies"),
        ("[concurrency]\nuploads_per_account = 0", "concurrency: "),
        ("[concurrency]\nexaminations_per_account = 0", "concurrency: "),
        ("[concurrency]\nanswer_bytes = 1000", "concurrency.answer_bytes: "),
        ("[quotas]\nunused_uploads = 0", "quotas: "),
        ("[quotas]\nunused_upload_bytes = 1000", "quotas: "),
        ("[quotas]\npublisher_bytes = 1000", "quotas: "),
    ] {
        let error = read(toml).expect_err(toml);
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn secrets_are_not_printed() {
    let config = read(
        "[database]\nurl = \"postgres://me:hunter2@db/x?sslpassword=hunter2\"\n[blobs]\nsecret_access_key = \"hunter2\"",
    )
    .expect("config");
    assert_eq!(config.database_url(), "postgres://me:hunter2@db/x?sslpassword=hunter2");
    for printed in [config.redacted(), format!("{config:?}")] {
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("postgres://me:hidden@db/x"), "{printed}");
    }
}

#[test]
fn people_sign_in_at_an_address_that_keeps_their_passwords() {
    let config = |public_url: Option<&str>, listen: &str| Config {
        public_url: public_url.map(str::to_owned),
        listen: listen.parse().expect("an address"),
        ..Config::default()
    };
    for good in
        ["https://plugins.example.org", "https://plugins.example.org:8443", "http://localhost:7700", "http://[::1]"]
    {
        let config = config(Some(good), "0.0.0.0:7700");
        assert!(config.check().is_ok(), "{good}");
        assert_eq!(config.public_url(), good);
    }
    for bad in [
        "plugins.example.org",
        "http://plugins.example.org",
        "http://10.0.0.1:7700",
        "https://plugins.example.org/",
        "https://plugins.example.org:443",
        "https://Plugins.example.org",
        "https://dana@plugins.example.org",
        "https://plugins.example.org/registry",
        "ftp://plugins.example.org",
        "javascript:alert(1)",
    ] {
        let error = config(Some(bad), "0.0.0.0:7700").check().expect_err(bad).to_string();
        assert!(error.starts_with("public_url: "), "{error}");
    }
    assert_eq!(config(None, "127.0.0.1:7700").public_url(), "http://127.0.0.1:7700");
    assert_eq!(config(None, "0.0.0.0:7700").public_url(), "http://127.0.0.1:7700");
    assert_eq!(config(None, "[::1]:7700").public_url(), "http://[::1]:7700");
}

#[test]
fn what_is_no_text_is_not_repeated_where_a_secret_is_expected() {
    for secret in ["[blobs]\nsecret_access_key = 4711471147", "[database]\nurl = [4711471147]"] {
        let error = read(secret).expect_err(secret);
        assert!(error.contains("use a text") && !error.contains("4711"), "{error}");
    }
}

#[test]
fn a_demonstration_stays_at_home() {
    let own = tempfile::tempdir().expect("directory");
    let demo = |flags: Flags| Config::load(&Flags { demo: true, ..flags }).map_err(|error| error.to_string());
    let flags = Flags { data_dir: Some(own.path().to_owned()), ..Flags::default() };
    let config = demo(flags.clone()).expect("a demonstration");
    assert_eq!((config.registry.as_deref(), config.demo), (Some("demo.invalid"), true));

    let everywhere = Flags { listen: "0.0.0.0:7700".parse().ok(), ..flags.clone() };
    assert!(demo(everywhere).expect_err("address").starts_with("listen: "));

    for (toml, key) in [
        ("[database]\nurl = \"postgres://x\"", "database.url: "),
        ("[blobs]\nurl = \"s3://b\"", "blobs.url: "),
        ("registry = \"plugins.example.org\"", "registry: "),
        ("key_file = \"/x\"", "data_dir: "),
    ] {
        let file = own.path().with_extension("toml");
        std::fs::write(&file, toml).expect("file");
        let error = demo(Flags { config: Some(file.clone()), ..flags.clone() }).expect_err(toml);
        std::fs::remove_file(file).expect("file");
        assert!(error.starts_with(key), "{error}");
    }

    std::fs::write(own.path().join("plimsoll.sqlite"), "").expect("file");
    assert!(demo(flags.clone()).expect_err("foreign").starts_with("data_dir: "));
    std::fs::write(own.path().join(DEMO_MARK), "").expect("file");
    assert!(demo(flags.clone()).is_ok());
    let error = Config::load(&flags).map_err(|error| error.to_string()).expect_err("not as a real registry");
    assert!(error.starts_with("data_dir: is a demonstration's"), "{error}");
}

#[test]
fn a_demonstration_goes_on_where_its_first_step_was_interrupted() {
    let own = tempfile::tempdir().expect("directory");
    std::fs::write(own.path().join("demo.new"), "").expect("file");
    let flags = Flags { demo: true, data_dir: Some(own.path().to_owned()), ..Flags::default() };
    assert!(Config::load(&flags).is_ok());
}
