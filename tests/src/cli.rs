//! The real command line, as a script runs it.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use plimsoll_core::Digest;
use serde_json::Value;
use tempfile::TempDir;

use crate::{Actor, binary};

/// The command line of one account, with a home of its own and nobody to ask.
pub struct Cli {
    home: TempDir,
    url: String,
    token: Option<String>,
}

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// The one JSON document on standard output.
    pub json: Value,
    /// Standard error.
    pub stderr: String,
}

impl Cli {
    pub(crate) fn of(url: &str, fingerprint: Digest, actor: &Actor) -> Self {
        let home = tempfile::tempdir().expect("a directory");
        let cli = Self { home, url: url.to_owned(), token: actor.token().map(str::to_owned) };
        cli.done(&["trust", "add", url, "--fingerprint", &fingerprint.to_string()]);
        cli
    }

    /// A directory for files of this one's work.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Runs it with `--json`.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).arg("--json").output().expect("the command line can be run");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        let json = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{args:?}: {error}: {}{stderr}", String::from_utf8_lossy(&output.stdout)));
        Ran { code: output.status.code().expect("an exit code"), json, stderr }
    }

    /// Runs it to exit code 0, and returns its document.
    #[track_caller]
    pub fn done(&self, args: &[&str]) -> Value {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "{args:?}: {ran:?}");
        ran.json
    }

    /// Runs it to another exit code, and returns its document.
    #[track_caller]
    pub fn fails(&self, code: i32, args: &[&str]) -> Value {
        let ran = self.run(args);
        assert_eq!(ran.code, code, "{args:?}: {ran:?}");
        assert_eq!(ran.json["error"]["exitCode"], code, "{args:?}: {ran:?}");
        ran.json
    }

    /// Starts it, without waiting for its end.
    pub fn spawn(&self, args: &[&str]) -> Child {
        self.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the command line can be run")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary("plimsoll"));
        command.env("PLIMSOLL_HOME", self.home.path().join("home")).env("PLIMSOLL_REGISTRY", &self.url);
        match &self.token {
            Some(token) => command.env("PLIMSOLL_TOKEN", token),
            None => command.env_remove("PLIMSOLL_TOKEN"),
        };
        command.args(args).current_dir(self.home.path()).stdin(Stdio::null());
        command
    }
}
