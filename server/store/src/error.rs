//! What can go wrong in the store.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row is there, but a value in it is not one of ours: the database was changed by other hands, or is damaged.
    #[error("the column {column} of the row {key} of the table {table} holds a value that cannot be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The primary key of the row; several columns are joined by `@`.
        key: String,
        /// The column.
        column: &'static str,
    },
    /// What was to be unique is there already.
    #[error("{0} is taken")]
    Conflict(Conflict),
    /// The database cannot be reached, did not answer in time, or the transaction lost too often against others. Trying
    /// again later may help.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database refused for a reason that nobody foresaw.
    #[error("the database failed")]
    Database(#[source] DieselError),
}

/// What was to be unique.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// The name of an account.
    #[error("the account name")]
    Account,
    /// The e-mail address of an account.
    #[error("the e-mail address")]
    Email,
    /// The name of a publisher.
    #[error("the publisher name")]
    Publisher,
    /// An id prefix.
    #[error("the id prefix")]
    Prefix,
    /// The id of a key within its publisher.
    #[error("the key id")]
    KeyId,
    /// A proven key, which belongs to one publisher alone.
    #[error("the proven key")]
    ProvenKey,
    /// The id of a package.
    #[error("the package id")]
    Package,
    /// A version of a package.
    #[error("the version")]
    Version,
    /// The identity of the registry.
    #[error("the identity of the registry")]
    Registry,
}

impl Conflict {
    /// Each unique constraint by its name in PostgreSQL and by its columns in SQLite: that is how each reports it.
    const CONSTRAINTS: &[(&'static str, &'static str, Self)] = &[
        ("account_pkey", "account.name", Self::Account),
        ("account_email", "account.email", Self::Email),
        ("publisher_pkey", "publisher.name", Self::Publisher),
        ("publisher_prefix_pkey", "publisher_prefix.prefix", Self::Prefix),
        ("publisher_key_pkey", "publisher_key.publisher, publisher_key.key_id", Self::KeyId),
        ("publisher_key_proven", "publisher_key.fingerprint", Self::ProvenKey),
        ("package_pkey", "package.id", Self::Package),
        ("package_id_publisher_type_key", "package.id, package.publisher, package.type", Self::Package),
        ("version_pkey", "version.package, version.version", Self::Version),
        ("registry_pkey", "registry.only_one", Self::Registry),
    ];

    fn find(constraint: Option<&str>, message: &str) -> Option<Self> {
        let columns = message.strip_prefix("UNIQUE constraint failed: ");
        let found = Self::CONSTRAINTS.iter().find(|(name, sqlite, _)| match constraint {
            Some(constraint) => constraint == *name,
            None => columns == Some(*sqlite),
        });
        found.map(|(_, _, conflict)| *conflict)
    }
}

impl StoreError {
    /// Whether this is the given conflict.
    pub fn is_conflict(&self, conflict: Conflict) -> bool {
        matches!(self, Self::Conflict(found) if *found == conflict)
    }

    /// Whether the transaction lost against another one, so that the same again may succeed at once.
    pub(crate) fn lost_a_race(&self) -> bool {
        let Self::Database(DieselError::DatabaseError(kind, info)) = self else {
            return false;
        };
        // Diesel has no kind for a deadlock and does not hand out the SQLSTATE.
        matches!(kind, DatabaseErrorKind::SerializationFailure) || info.message() == "deadlock detected"
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        if let DieselError::DatabaseError(kind, info) = &error {
            match kind {
                DatabaseErrorKind::UniqueViolation => {
                    if let Some(conflict) = Conflict::find(info.constraint_name(), info.message()) {
                        return Self::Conflict(conflict);
                    }
                }
                DatabaseErrorKind::ClosedConnection => return Self::Unavailable("the connection broke".to_owned()),
                // SQLite's words for waiting longer than the busy timeout: another process holds the file.
                _ if info.message() == "database is locked" => return Self::Unavailable(info.message().to_owned()),
                // PostgreSQL's words for a lock or a statement that took too long.
                _ if info.message().starts_with("canceling statement due to") => {
                    return Self::Unavailable(info.message().to_owned());
                }
                _ => {}
            }
        }
        Self::Database(error)
    }
}

/// The result of a query.
pub(crate) type Result<T> = std::result::Result<T, StoreError>;
