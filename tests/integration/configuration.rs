//! What the server says of its configuration.

use std::process::Command;

use plimsoll_tests::binary;

/// What `check-config` prints on both streams, with these variables and nothing else.
fn check(variables: &[(&str, &str)]) -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(binary("plimsoll-server"));
    command.arg("check-config").current_dir(directory.path());
    for (name, value) in variables {
        command.env(format!("PLIMSOLL_SERVER_{name}"), value);
    }
    let output = command.output().expect("the server can be run");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

#[test]
fn proxies_are_named_by_a_variable_too() {
    let said = check(&[("TRUSTED_PROXIES", "[10.0.0.0/8, \"::1\"]")]);
    assert!(said.contains("\"10.0.0.0/8\"") && said.contains("\"::1/128\""), "{said}");
    for wrong in ["10.0.0.0/8", "[10.1]", "[10.0.0.1/8]", "[proxy.example.org]"] {
        let said = check(&[("TRUSTED_PROXIES", wrong)]);
        assert!(said.to_lowercase().contains("trusted_proxies"), "{said}");
    }
}

#[test]
fn a_secret_is_never_printed_whatever_it_looks_like() {
    for secret in ["4711471147", "00471147", "4.711e47", "[4711471147", "{x=4711471147}", "\"4711471147", "true4711"] {
        let said = check(&[("BLOBS__SECRET_ACCESS_KEY", secret), ("BLOBS__URL", "s3://bucket")]);
        assert!(said.contains("(hidden)") && !said.contains("4711"), "{said}");
        // A URL that is none is refused by its key.
        let said = check(&[("DATABASE__URL", secret)]);
        assert!(said.contains("database.url") && !said.contains("4711"), "{said}");
    }
}
