//! A throw-away PostgreSQL for tests, where `initdb` is installed.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

use crate::{Config, Database, Store};

/// Set to `1` where a missing back end is to fail the tests, not to skip them.
pub const REQUIRE_BACKENDS: &str = "PLIMSOLL_REQUIRE_BACKENDS";

/// The name of the database that is copied for each test.
const TEMPLATE: &str = "plimsoll_template";
/// PostgreSQL refuses to run as root; this is `nobody`.
const NOBODY: u32 = 65534;
/// How long the server may take to start.
const START_TIME: Duration = Duration::from_secs(60);

/// A PostgreSQL server of its own, reached over a Unix socket in a temporary directory. It ends, and the directory goes,
/// when the value is dropped or the process ends, whichever way. Start one for each test binary.
pub struct Postgres {
    directory: PathBuf,
    watchdog: Child,
    databases: AtomicU32,
    template: Mutex<bool>,
}

impl Postgres {
    /// Starts a server. `None`, said on standard error, if `initdb` is neither in `PATH` nor below `/usr/lib/postgresql`.
    ///
    /// # Panics
    ///
    /// If the server does not start, or there is none and [`REQUIRE_BACKENDS`] is `1`.
    pub fn start() -> Option<Self> {
        let Some(binaries) = find_binaries() else {
            assert!(
                std::env::var_os(REQUIRE_BACKENDS).as_deref() != Some(OsStr::new("1")),
                "PostgreSQL is required by {REQUIRE_BACKENDS}, but initdb was not found"
            );
            // Not by `eprintln!`, which the test runner keeps to itself.
            let _ = writeln!(std::io::stderr(), "skipped: PostgreSQL (initdb not found)");
            return None;
        };
        let directory =
            tempfile::Builder::new().prefix("plimsoll-pg-").tempdir().expect("a temporary directory").keep();
        let root = is_root();
        if root {
            std::os::unix::fs::chown(&directory, Some(NOBODY), Some(NOBODY)).expect("chown of a directory of ours");
        }
        initialise(&binaries, &directory, root);
        let watchdog = launch(&binaries, &directory, root);
        let server = Self { directory, watchdog, databases: AtomicU32::new(0), template: Mutex::new(false) };
        server.wait_until_ready();
        Some(server)
    }

    /// The URL of a new database with nothing in it.
    pub fn empty_database(&self) -> String {
        self.create("template0")
    }

    /// The URL of a new database whose tables are there.
    pub fn database(&self) -> String {
        let mut ready = self.template.lock().unwrap_or_else(PoisonError::into_inner);
        if !*ready {
            self.execute(&format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0"));
            let config = Config::new(Database::Postgres(self.url(TEMPLATE)));
            Store::open(&config).expect("the template").migrate().expect("migrations");
            *ready = true;
        }
        // Held until the copy is there: a template must have no other users meanwhile.
        self.create(TEMPLATE)
    }

    fn create(&self, template: &str) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        self.url(&name)
    }

    fn execute(&self, sql: &str) {
        let mut conn = PgConnection::establish(&self.url("postgres")).expect("a connection to the throw-away server");
        conn.batch_execute(sql).expect("SQL on the throw-away server");
    }

    fn url(&self, database: &str) -> String {
        let host = self.directory.to_str().expect("temporary directories have plain names").replace('/', "%2F");
        format!("postgres:///{database}?host={host}&port=5432&user=postgres")
    }

    fn wait_until_ready(&self) {
        let deadline = Instant::now() + START_TIME;
        while let Err(error) = PgConnection::establish(&self.url("postgres")) {
            if Instant::now() > deadline {
                let log = std::fs::read_to_string(self.directory.join("log")).unwrap_or_default();
                panic!("PostgreSQL does not start: {error}\n{log}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        let _ = self.watchdog.wait();
    }
}

/// The directory of `initdb` and `postgres`: from `PATH`, else the newest that the distribution has.
fn find_binaries() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).filter_map(|directory| {
        // Often a link into the directory in which the other programs are.
        Some(directory.join("initdb").canonicalize().ok()?.parent()?.to_path_buf())
    });
    let mut installed: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    installed.sort();
    in_path
        .chain(installed.into_iter().rev().map(|(_, directory)| directory))
        .find(|directory| directory.join("initdb").is_file() && directory.join("postgres").is_file())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// A command that runs as the user that owns the cluster.
fn command(program: impl AsRef<OsStr>, directory: &Path, root: bool) -> Command {
    let mut command = if root {
        let mut command = Command::new("setpriv");
        command.args([format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".to_owned()]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(directory);
    command
}

fn initialise(binaries: &Path, directory: &Path, root: bool) {
    let output = command(binaries.join("initdb"), directory, root)
        .args(["--no-sync", "-A", "trust", "--locale=C", "-E", "UTF8", "-U", "postgres", "-D"])
        .arg(directory.join("data"))
        .output()
        .expect("initdb (as root also setpriv) can be run");
    assert!(output.status.success(), "initdb failed: {}", String::from_utf8_lossy(&output.stderr));
}

/// Starts the server under a shell that waits for the end of its standard input, which only this process holds open: so the
/// server ends with it, even if it is killed.
fn launch(binaries: &Path, directory: &Path, root: bool) -> Child {
    const WATCHDOG: &str = r#"
        trap "" HUP INT TERM
        directory=$1; shift
        "$@" < /dev/null > "$directory/log" 2>&1 &
        cat > /dev/null
        kill -QUIT $!
        wait
        rm -rf "$directory"
    "#;
    let mut shell = command("sh", directory, root);
    shell.args(["-c", WATCHDOG, "watchdog"]).arg(directory).arg(binaries.join("postgres")).arg("-D");
    shell.arg(directory.join("data")).arg("-k").arg(directory);
    for setting in ["listen_addresses=", "port=5432", "fsync=off", "full_page_writes=off", "max_connections=300"] {
        shell.args(["-c", setting]);
    }
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("sh can be run")
}
