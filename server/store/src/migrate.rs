//! Migrations: embedded in the program, all of them in one transaction.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::conn::Use;
use crate::{Conn, StoreError};

pub(crate) const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
pub(crate) const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

/// Why the tables could not be brought to the shape that this program knows.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// A newer program has changed the database.
    #[error("the database has the migration {0}, which this program does not know: start a newer one")]
    Newer(String),
    /// A migration failed; nothing was changed.
    #[error("a migration failed: {0}")]
    Failed(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Runs what is missing.
pub(crate) fn run(conn: &mut Conn) -> Result<(), MigrateError> {
    conn.begin(Use::Write).map_err(StoreError::from)?;
    let done = match conn {
        Conn::Sqlite(conn) => run_pending(conn, SQLITE),
        // Two processes that start at once wait for each other here; SQLite's writers always do.
        Conn::Postgres(conn) => conn
            .batch_execute(
                "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SELECT pg_advisory_xact_lock(7700)",
            )
            .map_err(|error| StoreError::from(error).into())
            .and_then(|()| run_pending(conn, POSTGRES)),
    };
    match done {
        Ok(()) => Ok(conn.commit().map_err(StoreError::from)?),
        Err(error) => {
            conn.roll_back().map_err(StoreError::from)?;
            Err(error)
        }
    }
}

fn run_pending<C, DB>(conn: &mut C, source: EmbeddedMigrations) -> Result<(), MigrateError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| MigrateError::Failed(error.to_string());
    let known: BTreeSet<String> =
        source.migrations().map_err(failed)?.iter().map(|migration| migration.name().version().to_string()).collect();
    let applied = conn.applied_migrations().map_err(failed)?;
    if let Some(newer) = applied.iter().map(ToString::to_string).find(|version| !known.contains(version)) {
        return Err(MigrateError::Newer(newer));
    }
    for version in conn.run_pending_migrations(source).map_err(failed)? {
        tracing::info!(%version, "migrated the database");
    }
    Ok(())
}
