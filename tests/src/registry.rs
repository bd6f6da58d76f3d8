//! A registry: inside this process, or as a process of its own where it is to be killed.

use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Barrier, OnceLock, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use plimsoll_core::access::{Role, TokenScope};
use plimsoll_core::wire::{Algorithm, NewAccount, NewToken};
use plimsoll_core::{Digest, Level};
use plimsoll_server::App;
use plimsoll_server::clock::RandomIds;
use plimsoll_server::config::{Config, LogConfig, Timeouts};
use plimsoll_trust::SigningKey;
use tempfile::TempDir;

use crate::backend::Storage;
use crate::process::ServerProcess;
use crate::{Actor, Backend, Call, Cli, Host, Publisher, TestClock};

/// A registry, and the real server in front of it on a free port. It stops when dropped.
pub struct Registry {
    url: String,
    origin: String,
    fingerprint: Digest,
    admin: Actor,
    reviewer: OnceLock<Actor>,
    place: Place,
    running: Option<Running>,
    names: AtomicU32,
}

impl Registry {
    /// A new registry.
    pub fn start(on: Backend) -> Self {
        Self::with(on, |_| {})
    }

    /// A new registry, configured.
    pub fn with(on: Backend, configure: impl FnOnce(&mut Config)) -> Self {
        Self::new(on, configure, |place| {
            let listener = TcpListener::bind(place.address).expect("a free port");
            run_here(place, listener)
        })
    }

    /// A new registry, served by a process of its own.
    pub fn as_process(on: Backend) -> Self {
        Self::new(
            on,
            |_| {},
            |place| {
                let process = place.spawn();
                let token = process.admin_token();
                (Running::Process(process), Some(token))
            },
        )
    }

    fn new(
        on: Backend,
        configure: impl FnOnce(&mut Config),
        run: impl FnOnce(&Place) -> (Running, Option<String>),
    ) -> Self {
        let data_dir = tempfile::tempdir().expect("a directory");
        let storage = on.storage();
        let address = free_address();
        let mut config = Config {
            listen: address,
            data_dir: data_dir.path().to_owned(),
            workers: Some(1),
            timeouts: Timeouts { shutdown_seconds: 1, ..Timeouts::default() },
            log: LogConfig { filter: "off".to_owned(), ..LogConfig::default() },
            ..Config::default()
        };
        storage.configure(&mut config);
        configure(&mut config);
        let place = Place { address, config, storage, clock: TestClock::default(), data_dir };
        let (running, token) = run(&place);
        let admin = Actor::new(&place.url(), "admin", token);
        let discovery = admin.client().discovery().expect("discovery");
        let (origin, fingerprint) = (discovery.registry.clone(), discovery.keys[0].key_id);
        let (reviewer, names) = (OnceLock::new(), AtomicU32::new(0));
        Self { url: place.url(), origin, fingerprint, admin, reviewer, place, running: Some(running), names }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The name that it signs with.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The fingerprint of its key.
    pub fn fingerprint(&self) -> Digest {
        self.fingerprint
    }

    /// Its clock.
    pub fn clock(&self) -> &TestClock {
        &self.place.clock
    }

    /// Where its key lies and, embedded, everything else.
    pub fn data_dir(&self) -> &std::path::Path {
        self.place.data_dir.path()
    }

    /// Ends it: nobody answers at its address from then on. A process is killed, with no chance to put anything in order.
    pub fn stop(&mut self) {
        self.running = None;
    }

    /// Starts the process again, after it was killed.
    pub fn restart(&mut self) {
        self.running = Some(Running::Process(self.place.spawn()));
    }

    /// The same registry, opened once more in this process, as a command of the server does.
    pub fn open(&self) -> App {
        let clock = Arc::new(self.place.clock.clone());
        App::open_with(self.place.config.clone(), clock, Arc::new(RandomIds)).expect("a registry").app
    }

    /// One more server process of the same registry, with a data directory of its own and the same key.
    pub fn beside(&self) -> Beside {
        let (data_dir, address) = (tempfile::tempdir().expect("a directory"), free_address());
        let key = self.data_dir().join("registry-key.pem").display().to_string();
        let mut environment = self.place.storage.environment();
        environment.push(("PLIMSOLL_SERVER_KEY_FILE", key));
        if self.place.config.blobs.url.is_none() {
            let blobs = format!("file:{}", self.data_dir().join("blobs").display());
            environment.push(("PLIMSOLL_SERVER_BLOBS__URL", blobs));
        }
        let process = ServerProcess::start(address, data_dir.path(), &environment);
        Beside { url: format!("http://{address}"), _process: process, _directories: vec![Arc::new(data_dir)] }
    }

    /// The administrator.
    pub fn admin(&self) -> &Actor {
        &self.admin
    }

    /// A reviewer who belongs to no publisher.
    pub fn reviewer(&self) -> &Actor {
        self.reviewer.get_or_init(|| self.account("reviewer", &[Role::Reviewer]))
    }

    /// An operator.
    pub fn operator(&self) -> Actor {
        self.account("operator", &[Role::Operator])
    }

    /// Somebody with an account and nothing more.
    pub fn visitor(&self) -> Actor {
        self.account("visitor", &[])
    }

    /// Somebody without credentials.
    pub fn anonymous(&self) -> Actor {
        Actor::new(&self.url, "anonymous", None)
    }

    /// A new account with a token of every scope. The name gets a number.
    pub fn account(&self, name: &str, roles: &[Role]) -> Actor {
        let name = format!("{name}-{}", self.names.fetch_add(1, Ordering::Relaxed));
        let roles = roles.iter().copied().collect();
        let new = NewAccount { name: name.parse().expect("an account name"), roles, email: None };
        self.admin.client().create_account(&new).expect("a new account");
        let actor = Actor::new(&self.url, &name, None);
        actor.with_token(&self.token(&actor, TokenScope::ALL))
    }

    /// A new token of an account.
    pub fn token(&self, actor: &Actor, scopes: &[TokenScope]) -> String {
        let account = Some(actor.name().parse().expect("an account name"));
        let new = NewToken { account, scopes: scopes.iter().copied().collect(), expires_at: None };
        self.admin.client().create_token(&new).expect("a new token").token
    }

    /// A new publisher with an owner and a proven key.
    pub fn publisher(&self, name: &str) -> Publisher {
        let owner = self.account(&format!("{name}-owner"), &[]);
        Publisher::create(name, &self.origin, owner, self.reviewer().clone())
    }

    /// A new publisher of a level.
    pub fn publisher_of(&self, name: &str, level: Level) -> Publisher {
        let publisher = self.publisher(name);
        self.set_level(&publisher, level);
        publisher
    }

    /// Sets how far a publisher is verified.
    pub fn set_level(&self, publisher: &Publisher, level: Level) {
        self.admin.client().set_level(publisher.name(), level, "set in a test").expect("the level is set");
    }

    /// A request of nobody in particular.
    pub fn call(&self, method: &str, path: &str) -> Call {
        self.anonymous().call(method, path)
    }

    /// A host application of somebody, through the client crate.
    pub fn host(&self, actor: &Actor) -> Host {
        Host::new(&self.url, self.fingerprint, actor)
    }

    /// The command line of somebody, who trusts this registry.
    pub fn cli(&self, actor: &Actor) -> Cli {
        Cli::of(&self.url, self.fingerprint, actor)
    }
}

/// One of several server processes of a registry.
pub struct Beside {
    /// Its address.
    pub url: String,
    _process: ServerProcess,
    _directories: Vec<Arc<TempDir>>,
}

impl Beside {
    /// So many processes that start the same new registry at the same moment, and its administrator. Each has a data directory
    /// of its own, the same key, and a database without tables.
    ///
    /// # Panics
    ///
    /// If one does not start, or not exactly one prints a token.
    pub fn first_start(on: Backend, count: usize) -> (Vec<Self>, Actor) {
        let shared = Arc::new(tempfile::tempdir().expect("a directory"));
        let key = SigningKey::generate(Algorithm::Ed25519).expect("a key").to_pem().expect("PEM");
        let key_file = shared.path().join("registry-key.pem");
        std::fs::write(&key_file, key.as_bytes()).expect("written");
        let mut environment = on.untouched_storage().environment();
        environment.push(("PLIMSOLL_SERVER_KEY_FILE", key_file.display().to_string()));
        if !environment.iter().any(|(name, _)| *name == "PLIMSOLL_SERVER_BLOBS__URL") {
            let blobs = format!("file:{}", shared.path().join("blobs").display());
            environment.push(("PLIMSOLL_SERVER_BLOBS__URL", blobs));
        }
        let moment = Barrier::new(count);
        let start = || {
            let (data_dir, address) = (tempfile::tempdir().expect("a directory"), free_address());
            moment.wait();
            let process = ServerProcess::start(address, data_dir.path(), &environment);
            let token = process.printed_token();
            let directories = vec![Arc::new(data_dir), Arc::clone(&shared)];
            (Self { url: format!("http://{address}"), _process: process, _directories: directories }, token)
        };
        let started: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(start)).collect();
            threads.into_iter().map(|thread| thread.join().expect("it starts")).collect()
        });
        let (all, tokens): (Vec<Self>, Vec<Option<String>>) = started.into_iter().unzip();
        let tokens: Vec<String> = tokens.into_iter().flatten().collect();
        let [token] = &tokens[..] else { panic!("one administrator has one token, not {}", tokens.len()) };
        let admin = Actor::new(&all[0].url, "admin", Some(token.clone()));
        (all, admin)
    }
}

/// Where a registry runs.
struct Place {
    address: SocketAddr,
    config: Config,
    storage: Storage,
    clock: TestClock,
    data_dir: TempDir,
}

impl Place {
    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    fn spawn(&self) -> ServerProcess {
        ServerProcess::start(self.address, self.data_dir.path(), &self.storage.environment())
    }
}

/// What serves a registry, until it is dropped.
enum Running {
    Here { handle: ServerHandle, thread: Option<JoinHandle<()>> },
    Process(#[expect(dead_code, reason = "it lives as long as this")] ServerProcess),
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Self::Here { handle, thread } = self {
            drop(handle.stop(false));
            if let Some(thread) = thread.take() {
                let _ = thread.join();
            }
        }
    }
}

/// An address that was free a moment ago.
fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port")
}

fn run_here(place: &Place, listener: TcpListener) -> (Running, Option<String>) {
    let clock = Arc::new(place.clock.clone());
    let started = App::open_with(place.config.clone(), clock, Arc::new(RandomIds)).expect("a registry");
    let (send, receive) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        let app = actix_web::web::Data::new(started.app);
        actix_web::rt::System::new().block_on(async {
            let server = plimsoll_server::http::serve(app, listener).expect("a server");
            send.send(server.handle()).expect("the test waits for it");
            server.await.expect("served to the end");
        });
    });
    let handle = receive.recv().expect("the server started");
    (Running::Here { handle, thread: Some(thread) }, started.admin_token)
}
