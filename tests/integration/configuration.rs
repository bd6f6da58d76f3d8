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
fn a_secret_is_never_printed_whatever_it_looks_like() {
    for secret in ["4711471147", "00471147", "4.711e47", "[4711471147", "{x=4711471147}", "\"4711471147", "true4711"] {
        let said = check(&[("BLOBS__SECRET_ACCESS_KEY", secret), ("BLOBS__URL", "s3://bucket")]);
        assert!(said.contains("(hidden)") && !said.contains("4711"), "{said}");
        // A URL that is none is refused by its key.
        let said = check(&[("DATABASE__URL", secret)]);
        assert!(said.contains("database.url") && !said.contains("4711"), "{said}");
    }
}
