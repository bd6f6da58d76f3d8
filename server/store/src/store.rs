//! The store: pools of connections, and named transactions on them.

use std::error::Error as StdError;
use std::time::Duration;

use diesel::r2d2::{Pool, PooledConnection};

use crate::conn::{Manager, Use};
use crate::error::Result as StoreResult;
use crate::{Conn, Database, MigrateError, StoreError, migrate};

/// How often a transaction that lost against another one is tried in all.
const ATTEMPTS: u32 = 5;

/// How to open the store.
#[derive(Clone)]
pub struct Config {
    /// Which database.
    pub database: Database,
    /// The most connections: of SQLite for reading, beside the one that writes; of PostgreSQL in all.
    pub connections: u32,
    /// The longest time to wait for a free connection.
    pub wait: Duration,
}

impl Config {
    /// The connections, where nobody says how many.
    pub const CONNECTIONS: u32 = 8;

    /// A database with [`Config::CONNECTIONS`], and 30 seconds to wait for one.
    pub fn new(database: Database) -> Self {
        Self { database, connections: Self::CONNECTIONS, wait: Duration::from_secs(30) }
    }
}

/// The database of a registry. Cheap to clone; every clone is the same store.
#[derive(Clone)]
pub struct Store {
    writers: Pool<Manager>,
    readers: Pool<Manager>,
}

impl Store {
    /// Connects. The tables are made by [`Store::migrate`].
    pub fn open(config: &Config) -> StoreResult<Self> {
        let pool = |purpose, size| {
            Pool::builder()
                .max_size(size)
                .min_idle(Some(1))
                .connection_timeout(config.wait)
                .build(Manager::new(config.database.clone(), purpose))
                .map_err(|error| StoreError::Unavailable(error.to_string()))
        };
        let connections = config.connections.max(1);
        match config.database {
            Database::Sqlite(_) => {
                // The writer first: it makes the file.
                let writers = pool(Use::Write, 1)?;
                Ok(Self { writers, readers: pool(Use::Read, connections)? })
            }
            Database::Postgres(_) => {
                let writers = pool(Use::Write, connections)?;
                Ok(Self { readers: writers.clone(), writers })
            }
        }
    }

    /// Brings the tables to the shape that this program knows. Safe to call from several processes at once; refuses a
    /// database that a newer program has changed.
    pub fn migrate(&self) -> Result<(), MigrateError> {
        let mut conn = connection(&self.writers)?;
        migrate::run(&mut conn)
    }

    /// Whether the database answers.
    pub fn ping(&self) -> StoreResult<()> {
        self.read("ping", |conn| crate::registry::find(conn).map(drop))
    }

    /// Runs a closure that only reads, on one snapshot. `name` names the transaction in logs.
    pub fn read<T, E>(&self, name: &'static str, run: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError>,
    {
        let _span = tracing::info_span!("store.read", transaction = name).entered();
        transact(&self.readers, Use::Read, run)
    }

    /// Runs a closure in a transaction: all that it wrote is there when it returns `Ok`, nothing when it returns `Err`.
    /// `name` names the transaction in logs.
    ///
    /// The closure is run again where the transaction lost against another one (PostgreSQL only), so its only effects are
    /// those on the connection. It must not start another transaction: there may be one writer only.
    pub fn write<T, E>(&self, name: &'static str, mut run: impl FnMut(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StoreError> + StdError + 'static,
    {
        let _span = tracing::info_span!("store.write", transaction = name).entered();
        let mut attempt = 1;
        loop {
            match transact(&self.writers, Use::Write, &mut run) {
                Err(error) if lost_a_race(&error) => {
                    tracing::warn!(attempt, "the transaction lost against another one");
                    if attempt == ATTEMPTS {
                        let why = "the transaction lost against others too often";
                        return Err(StoreError::Unavailable(why.to_owned()).into());
                    }
                    std::thread::sleep(Duration::from_millis(5 << attempt));
                    attempt += 1;
                }
                done => return done,
            }
        }
    }
}

fn connection(pool: &Pool<Manager>) -> StoreResult<PooledConnection<Manager>> {
    pool.get().map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn transact<T, E>(pool: &Pool<Manager>, purpose: Use, run: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
where
    E: From<StoreError>,
{
    let mut conn = connection(pool)?;
    conn.begin(purpose).map_err(StoreError::from)?;
    match run(&mut conn) {
        Ok(value) => {
            conn.commit().map_err(StoreError::from)?;
            Ok(value)
        }
        Err(error) => {
            if let Err(error) = conn.roll_back() {
                // The pool drops a connection that still has a transaction, and the database rolls it back then.
                tracing::warn!(%error, "the transaction could not be rolled back");
            }
            Err(error)
        }
    }
}

/// Looks for a lost race in the error or in its causes, since use cases wrap the store's errors.
fn lost_a_race(error: &(dyn StdError + 'static)) -> bool {
    std::iter::successors(Some(error), |error| (*error).source())
        .filter_map(|error| error.downcast_ref::<StoreError>())
        .any(StoreError::lost_a_race)
}
