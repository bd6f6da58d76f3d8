//! The real programs, as processes of their own.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{LazyLock, mpsc};
use std::time::Duration;

use serde_json::Value;

/// The file of a program of this workspace: `plimsoll` or `plimsoll-server`.
///
/// Cargo tells a test the programs of its own package only, and builds those of another one only if that package has
/// integration tests: so they are built here, which takes no time where they were built before.
pub fn binary(name: &str) -> &'static Path {
    static BINARIES: LazyLock<BTreeMap<String, PathBuf>> = LazyLock::new(build);
    BINARIES.get(name).unwrap_or_else(|| panic!("the workspace has no program {name}"))
}

fn build() -> BTreeMap<String, PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What cargo says of the package under test would make build scripts run again.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            cargo.env_remove(name);
        }
    }
    let output = cargo
        .args(["build", "--workspace", "--bins", "--offline", "--message-format", "json-render-diagnostics"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages =
        output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice::<Value>(line).ok());
    let program = |message: Value| {
        let file = message["executable"].as_str()?;
        Some((message["target"]["name"].as_str()?.to_owned(), PathBuf::from(file)))
    };
    messages.filter_map(program).collect()
}

/// How long a server may take to start.
const START_TIME: Duration = Duration::from_secs(60);

/// A server process. It is killed when dropped.
pub(crate) struct ServerProcess {
    child: Child,
    tokens: mpsc::Receiver<String>,
}

impl ServerProcess {
    /// Starts a server, and waits until it listens.
    pub(crate) fn start(listen: SocketAddr, data_dir: &Path, environment: &[(&str, String)]) -> Self {
        let mut command = Command::new(binary("plimsoll-server"));
        command.args(["--listen", &listen.to_string(), "--data-dir"]).arg(data_dir);
        command.envs(environment.iter().cloned()).env("PLIMSOLL_SERVER_LOG__FILTER", "info");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a server");
        let tokens = lines(child.stdout.take().expect("piped"), |line| line.strip_prefix("admin-token: "));
        let mut log = String::new();
        let logged = lines(child.stderr.take().expect("piped"), |line| Some(line));
        loop {
            match logged.recv_timeout(START_TIME) {
                Ok(line) if line.contains("listening") => break Self { child, tokens },
                Ok(line) => log += &(line + "\n"),
                Err(_) => panic!("the server does not start:\n{log}"),
            }
        }
    }

    /// The token that this start printed before it listened, if it was the first one.
    pub(crate) fn printed_token(&self) -> Option<String> {
        self.tokens.recv_timeout(Duration::from_secs(1)).ok()
    }

    /// The token that the first start printed.
    pub(crate) fn admin_token(&self) -> String {
        self.tokens.recv_timeout(START_TIME).expect("a token on standard output")
    }
}

/// The lines of a stream that are looked for. All are read, so that nobody ever waits for a reader.
fn lines(stream: impl Read + Send + 'static, wanted: fn(&str) -> Option<&str>) -> mpsc::Receiver<String> {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if let Some(wanted) = wanted(&line) {
                let _ = send.send(wanted.to_owned());
            }
        }
    });
    receive
}

impl Drop for ServerProcess {
    /// Ends it at once, with no chance to put anything in order (SIGKILL).
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
