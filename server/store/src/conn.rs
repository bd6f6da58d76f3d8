//! Connections: how each database is opened, and how its transactions begin.

use std::path::PathBuf;
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{ManageConnection, R2D2Connection};
use diesel::{Connection, ConnectionError, ConnectionResult, PgConnection, QueryResult, SqliteConnection};

/// A connection inside a transaction, to either database. The functions of this crate take it; nothing else is to be done
/// with it.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// To SQLite.
    Sqlite(SqliteConnection),
    /// To PostgreSQL.
    Postgres(PgConnection),
}

/// Which database. Has no `Debug`, since the URL may hold a password.
#[derive(Clone)]
pub enum Database {
    /// A file, made if it is not there; its directory must be.
    Sqlite(PathBuf),
    /// `postgres://user:password@host:port/database`, or a connection string as libpq reads it.
    Postgres(String),
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Read,
    Write,
}

/// How long a statement waits for a lock before it fails.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// How long a PostgreSQL statement may run at all.
const STATEMENT_TIME: Duration = Duration::from_secs(30);

impl Conn {
    /// Begins a transaction. Readers see one snapshot; a writer of SQLite is the only one from the first statement on, so it
    /// never has to give up half-way.
    pub(crate) fn begin(&mut self, purpose: Use) -> QueryResult<()> {
        match (self, purpose) {
            (Self::Sqlite(conn), Use::Read) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN"),
            (Self::Sqlite(conn), Use::Write) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
            (Self::Postgres(conn), Use::Read) => AnsiTransactionManager::begin_transaction_sql(
                conn,
                "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            ),
            (Self::Postgres(conn), Use::Write) => {
                AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED")
            }
        }
    }

    pub(crate) fn commit(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::commit_transaction(conn),
            Self::Postgres(conn) => AnsiTransactionManager::commit_transaction(conn),
        }
    }

    pub(crate) fn roll_back(&mut self) -> QueryResult<()> {
        match self {
            Self::Sqlite(conn) => AnsiTransactionManager::rollback_transaction(conn),
            Self::Postgres(conn) => AnsiTransactionManager::rollback_transaction(conn),
        }
    }
}

/// Opens connections of one kind for a pool.
pub(crate) struct Manager {
    database: Database,
    purpose: Use,
}

impl Manager {
    pub(crate) fn new(database: Database, purpose: Use) -> Self {
        Self { database, purpose }
    }

    fn open(&self) -> ConnectionResult<Conn> {
        match &self.database {
            Database::Sqlite(path) => {
                let path = path.to_str().ok_or_else(|| {
                    ConnectionError::BadConnection("the path of the database is not valid UTF-8".to_owned())
                })?;
                let mut conn = SqliteConnection::establish(path)?;
                set_up(&mut conn, &sqlite_settings(self.purpose))?;
                Ok(Conn::Sqlite(conn))
            }
            Database::Postgres(url) => {
                let mut conn = PgConnection::establish(url)?;
                set_up(&mut conn, &postgres_settings())?;
                Ok(Conn::Postgres(conn))
            }
        }
    }
}

fn set_up(conn: &mut impl SimpleConnection, settings: &str) -> ConnectionResult<()> {
    conn.batch_execute(settings).map_err(ConnectionError::CouldntSetupConfiguration)
}

fn sqlite_settings(purpose: Use) -> String {
    // The timeout comes first: changing the journal mode already waits for others.
    let common = format!("PRAGMA busy_timeout = {}; PRAGMA foreign_keys = ON;", LOCK_WAIT.as_millis());
    match purpose {
        Use::Read => format!("{common} PRAGMA query_only = ON;"),
        Use::Write => format!("{common} PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"),
    }
}

/// Deadlocks and timeouts are known by their English messages, since diesel does not hand out the SQLSTATE. Only a superuser, or
/// a role that was granted it, chooses the language; for others the sample configuration says what to do.
const IN_ENGLISH: &str = "DO $$ BEGIN PERFORM set_config('lc_messages', 'C', false); \
     EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;";

fn postgres_settings() -> String {
    format!(
        "SET lock_timeout = {}; SET statement_timeout = {}; SET idle_in_transaction_session_timeout = {}; {IN_ENGLISH}",
        LOCK_WAIT.as_millis(),
        STATEMENT_TIME.as_millis(),
        STATEMENT_TIME.as_millis(),
    )
}

impl ManageConnection for Manager {
    type Connection = Conn;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Conn, Self::Error> {
        self.open().map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Self::Error> {
        match conn {
            // A file does not hang up.
            Conn::Sqlite(_) => Ok(()),
            Conn::Postgres(conn) => conn.ping().map_err(diesel::r2d2::Error::QueryError),
        }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        // A panic may have left a transaction open.
        std::thread::panicking() || conn.is_broken()
    }
}
