//! Opening a registry. The first start makes its key, its identity and its administrator.

use std::fs::{DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use plimsoll_core::wire::{Algorithm, RegistryKey};
use plimsoll_core::{Digest, Timestamp};
use plimsoll_store::{Conflict, Database, MigrateError, Store, StoreError, registry};
use plimsoll_trust::{KeyError, Signer, SigningKey};

use crate::App;
use crate::address_shares::AddressShares;
use crate::app::{self, accounts};
use crate::blobs::Blobs;
use crate::clock::{Clock, Ids, RandomIds, SystemClock};
use crate::config::{Config, DEMO_MARK};
use crate::shares::{Places, Shares};
use crate::throttle::Throttle;

/// How many artifacts may be in memory as a whole at a time: those that ObjectStack's clients send inside of JSON.
const BUFFERED_ARTIFACTS: usize = 4;
/// How many of them one account may send at a time.
const BUFFERED_ARTIFACTS_PER_ACCOUNT: usize = 2;

/// How many artifacts may be unpacked at a time for those who install Apps from the stacks inside: it takes a processor each.
const UNPACKED_ARTIFACTS: usize = 2;
/// How long to wait for others whose artifacts are being unpacked.
const UNPACKING_WAIT: Duration = Duration::from_secs(10);

/// How many passwords are hashed at a time.
const HASHING: usize = 4;
/// How long a password waits for its turn to be hashed.
const HASHING_WAIT: Duration = Duration::from_secs(5);

/// A registry that was opened.
pub struct Started {
    /// The registry.
    pub app: App,
    /// The token of the administrator that the first start made. Shown once, kept nowhere.
    pub admin_token: Option<String>,
}

/// Why a registry cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A file or a directory cannot be used.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The private key cannot be read or made.
    #[error("the registry's key {}: {source}", path.display())]
    Key {
        /// Its file.
        path: PathBuf,
        /// Why.
        source: KeyError,
    },
    /// The private key is not there, although it should be.
    #[error("the registry's key {} is missing: put it there, or name its file as key_file", .0.display())]
    KeyMissing(PathBuf),
    /// The private key is of a kind that registries do not use.
    #[error("the registry's key {} is not an Ed25519 key", .0.display())]
    KeyAlgorithm(PathBuf),
    /// The database belongs to a registry with another key.
    #[error("the database is of a registry that does not have the key {0}: name the file of its own key as key_file")]
    OtherKey(Digest),
    /// The database belongs to a registry of another name.
    #[error(
        "the database is of the registry {found}, the configuration says {configured}: a registry never changes its name"
    )]
    OtherRegistry {
        /// Its name.
        found: String,
        /// The name in the configuration.
        configured: String,
    },
    /// There is no registry, and none was to be made.
    #[error("{} and the configuration are of no registry that was ever started: name the one that you mean", .0.display())]
    NoRegistry(PathBuf),
    /// The tables cannot be made.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The artifact store fails.
    #[error("the artifact store cannot be opened: {0}")]
    Blobs(#[from] object_store::Error),
    /// The administrator cannot be made.
    #[error("the administrator cannot be made: {0}")]
    Admin(app::Error),
}

impl App {
    /// Opens the registry that a configuration describes. Blocks: call it outside of any asynchronous runtime.
    pub fn open(config: Config) -> Result<Started, StartError> {
        Self::open_with(config, Arc::new(SystemClock), Arc::new(RandomIds))
    }

    /// As [`App::open`], and never makes a registry: for whoever works on one that is there.
    ///
    /// # Errors
    /// [`StartError::NoRegistry`] before anything is made; else as [`App::open`].
    pub fn open_existing(config: Config) -> Result<Started, StartError> {
        let url = config.database_url();
        let is_there = match url.strip_prefix("sqlite:") {
            Some(path) if !Path::new(path).exists() => false,
            _ => {
                let store = open_store(&config)?;
                store.migrate()?;
                store.read("registry", registry::find)?.is_some()
            }
        };
        if !is_there {
            return Err(StartError::NoRegistry(config.data_dir));
        }
        Self::open(config)
    }

    /// As [`App::open`], with a clock and ids of the caller's choice.
    pub fn open_with(config: Config, clock: Arc<dyn Clock>, ids: Arc<dyn Ids>) -> Result<Started, StartError> {
        make_directory(&config.data_dir)?;
        if config.demo {
            write_new(&config.data_dir.join(DEMO_MARK), b"This data directory is a demonstration's.\n", 0o644)?;
        }
        let spool = config.data_dir.join("spool");
        make_directory(&spool)?;
        let store = open_store(&config)?;
        store.migrate()?;
        let blobs = Blobs::open(&config)?;
        warn_of_readers(&config);
        match blobs.sweep() {
            Ok(removed) => tracing::debug!(removed, "swept unfinished writes"),
            Err(error) => tracing::warn!(%error, "unfinished writes could not be swept"),
        }
        let known = store.read("registry", registry::find)?;
        let signer = open_key(&config, known.is_some())?;
        let (registry, keys) = identify(&store, &config, &signer, clock.now())?;
        let concurrency = &config.concurrency;
        let app = Self {
            registry,
            demo: config.demo,
            limits: config.limits,
            timeouts: config.timeouts,
            store,
            blobs,
            signer: Arc::new(signer),
            keys,
            clock,
            ids,
            spool,
            uploads: Shares::new("uploads", concurrency.uploads, concurrency.uploads_per_account),
            examining: Shares::new("examinations", concurrency.examinations, concurrency.examinations_per_account),
            buffered: Shares::new("artifacts in memory", BUFFERED_ARTIFACTS, BUFFERED_ARTIFACTS_PER_ACCOUNT),
            unpacking: Places::new(UNPACKED_ARTIFACTS, UNPACKING_WAIT),
            answers: AddressShares::new(concurrency.answer_bytes),
            hashing: Places::new(HASHING, HASHING_WAIT),
            throttle: Throttle::default(),
            config,
        };
        let admin_token = accounts::create_first_admin(&app).map_err(StartError::Admin)?;
        Ok(Started { app, admin_token })
    }
}

/// Connects to the database that a configuration names; a SQLite file is made if it is not there.
pub fn open_store(config: &Config) -> Result<Store, StartError> {
    let url = config.database_url();
    let database = match url.strip_prefix("sqlite:") {
        Some(path) => {
            let path = PathBuf::from(path);
            if let Some(directory) = path.parent() {
                make_directory(directory)?;
            }
            // What SQLite makes beside the file is as open as the file.
            match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
                Err(source) if source.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(StartError::File { path, source });
                }
                _ => Database::Sqlite(path),
            }
        }
        None => Database::Postgres(url),
    };
    let mut store = plimsoll_store::Config::new(database);
    if let Some(connections) = config.database.connections {
        store.connections = connections;
    }
    Ok(Store::open(&store)?)
}

/// Reads the private key, or makes it at the very first start. Never makes a second key for a registry that has one, nor one
/// where the configuration names a file.
fn open_key(config: &Config, started_before: bool) -> Result<SigningKey, StartError> {
    let path = config.key_path();
    let failed = |source| StartError::Key { path: path.clone(), source };
    let key = match std::fs::read_to_string(&path) {
        Ok(pem) => pem.parse::<SigningKey>().map_err(failed)?,
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(StartError::File { path, source: error }),
        Err(_) if started_before || config.key_file.is_some() => return Err(StartError::KeyMissing(path)),
        Err(_) => {
            let key = SigningKey::generate(Algorithm::Ed25519).map_err(failed)?;
            write_new(&path, key.to_pem().map_err(failed)?.as_bytes(), 0o600)?;
            key
        }
    };
    if key.public_key().algorithm() != Algorithm::Ed25519 {
        return Err(StartError::KeyAlgorithm(path));
    }
    Ok(key)
}

/// The registry's name and public keys: as the database has them, or, at the first start, as they will be for good.
fn identify(
    store: &Store,
    config: &Config,
    signer: &SigningKey,
    now: Timestamp,
) -> Result<(String, Vec<RegistryKey>), StartError> {
    let key_id = signer.key_id();
    let attempt = || {
        store.write("identify", |conn| {
            let origin = match registry::find(conn)? {
                Some(origin) => origin,
                None => {
                    let origin =
                        config.registry.clone().unwrap_or_else(|| format!("key.{}", &key_id.to_string()[..16]));
                    registry::insert(conn, &origin, now)?;
                    registry::insert_key(conn, &published(signer, now))?;
                    origin
                }
            };
            Ok::<_, StoreError>((origin, registry::keys(conn)?))
        })
    };
    let (found, keys) = match attempt() {
        // Another process started the same registry at the same moment: look again.
        Err(error) if error.is_conflict(Conflict::Registry) => attempt()?,
        done => done?,
    };
    if let Some(configured) = config.registry.clone().filter(|configured| *configured != found) {
        return Err(StartError::OtherRegistry { found, configured });
    }
    if !keys.iter().any(|key| key.key_id == key_id) {
        return Err(StartError::OtherKey(key_id));
    }
    Ok((found, keys))
}

fn published(signer: &SigningKey, now: Timestamp) -> RegistryKey {
    let public = signer.public_key();
    RegistryKey {
        key_id: public.fingerprint(),
        algorithm: public.algorithm(),
        public_key: public.to_pem(),
        not_before: now,
        not_after: None,
    }
}

pub(crate) fn make_directory(path: &Path) -> Result<(), StartError> {
    // What a registry keeps is for it alone.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| StartError::File { path: path.to_owned(), source })
}

/// Warns of what other users of the machine may read, which was made in another way or by an older server.
fn warn_of_readers(config: &Config) {
    let is_open = |path: &Path| std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
    let (database, blobs) = (config.database_url(), config.blobs_url());
    for path in [database.strip_prefix("sqlite:"), blobs.strip_prefix("file:")].into_iter().flatten() {
        let path = Path::new(path);
        if is_open(path) && path.parent().is_none_or(is_open) {
            let path = path.display();
            tracing::warn!("other users of this machine may read {path}: take that away by `chmod -R go= {path}`");
        }
    }
}

/// Writes a file that is not there yet, durably: whole or not at all, and never over another one.
pub(crate) fn write_new(path: &Path, bytes: &[u8], mode: u32) -> Result<(), StartError> {
    let write = || {
        if path.try_exists()? {
            return Ok(());
        }
        let draft = path.with_extension("new");
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&draft, path)?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(directory)?.sync_all()
    };
    write().map_err(|source| StartError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(data_dir: &Path) -> Config {
        Config { data_dir: data_dir.to_owned(), ..Config::default() }
    }

    fn refusal(config: Config) -> String {
        App::open(config).map(|_| ()).expect_err("a refusal").to_string()
    }

    #[test]
    fn the_first_start_makes_an_identity_and_later_starts_keep_it() {
        let dir = tempfile::tempdir().expect("directory");
        let first = App::open(config(dir.path())).expect("first start").app;
        let key = dir.path().join("registry-key.pem");
        assert_eq!(std::fs::metadata(&key).expect("key").permissions().mode() & 0o777, 0o600);
        assert_eq!(first.registry, format!("key.{}", &first.keys[0].key_id.to_string()[..16]));
        let again = App::open(config(dir.path())).expect("second start").app;
        assert_eq!((&again.registry, &again.keys), (&first.registry, &first.keys));
    }

    #[test]
    fn whoever_works_on_a_registry_makes_none() {
        let dir = tempfile::tempdir().expect("directory");
        let data = dir.path().join("typo");
        let refused = App::open_existing(config(&data)).map(|_| ()).expect_err("no registry").to_string();
        assert!(refused.contains("of no registry that was ever started"), "{refused}");
        assert!(!data.exists(), "nothing is made");
        drop(App::open(config(&data)).expect("first start"));
        assert!(App::open_existing(config(&data)).expect("it is there").admin_token.is_none());
    }

    #[test]
    fn what_a_registry_keeps_is_for_its_owner_alone_wherever_it_lies() {
        let dir = tempfile::tempdir().expect("directory");
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).expect("a mode");
        let _running = App::open(config(dir.path())).expect("a start");
        let entries = std::fs::read_dir(dir.path()).expect("a directory").map(|entry| entry.expect("an entry"));
        let made: Vec<_> = entries.map(|entry| (entry.file_name(), entry.metadata().expect("a mode"))).collect();
        assert!(made.len() >= 4, "the key, the database, the artifacts and the spool: {made:?}");
        for (name, metadata) in made {
            assert_eq!(metadata.permissions().mode() & 0o077, 0, "{}", name.display());
        }
    }

    #[test]
    fn a_registry_is_not_opened_under_another_name_or_key() {
        let dir = tempfile::tempdir().expect("directory");
        let named = |name: &str| Config { registry: Some(name.to_owned()), ..config(dir.path()) };
        App::open(named("plugins.example.org")).expect("first start");
        assert!(refusal(named("other.example.org")).contains("plugins.example.org"));

        let key = dir.path().join("registry-key.pem");
        std::fs::rename(&key, dir.path().join("elsewhere.pem")).expect("rename");
        assert!(refusal(config(dir.path())).contains("is missing"));
        let other = SigningKey::generate(Algorithm::Ed25519).expect("key").to_pem().expect("pem");
        std::fs::write(&key, other.as_bytes()).expect("file");
        assert!(refusal(config(dir.path())).contains("does not have the key"));
        let wrong = SigningKey::generate(Algorithm::P256).expect("key").to_pem().expect("pem");
        std::fs::write(&key, wrong.as_bytes()).expect("file");
        assert!(refusal(config(dir.path())).contains("not an Ed25519 key"));
    }
}
