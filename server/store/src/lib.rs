//! What the registry remembers: one query code over SQLite and PostgreSQL, and the migrations of both.
//!
//! In scope: connections, transactions, migrations, and one file of queries for each table, speaking in the types of
//! `plimsoll-core`. A value that does not parse on its way out is [`StoreError::Corrupt`].
//! Out of scope: every rule and every permission (the use cases decide, the store writes), the bytes of artifacts, clocks
//! and ids (they come in as arguments).
//!
//! [`Store::read`] and [`Store::write`] run a named closure in a transaction and hand it a [`Conn`]; the functions of the
//! modules below take it as their first argument:
//!
//! ```no_run
//! # use plimsoll_store::{Store, StoreError, publisher};
//! # fn example(store: &Store) -> Result<(), StoreError> {
//! let acme = "acme".parse().expect("a publisher name");
//! let publisher = store.read("publisher", |conn| publisher::find(conn, &acme))?;
//! # Ok(())
//! # }
//! ```
//!
//! Dialects live in `conn` and `migrate`, and in the one row lock, [`publisher::lock`]; elsewhere a query is diesel's typed
//! language, or SQL that both databases read.

pub mod account;
pub mod announcement;
pub mod announcer;
pub mod artifact;
pub mod audit;
pub mod catalog;
mod column;
mod conn;
pub mod device;
mod error;
pub mod index;
pub mod key;
pub mod member;
mod migrate;
pub mod namespace;
pub mod outbox;
pub mod package;
mod page;
pub mod prefix;
pub mod publisher;
pub mod registry;
pub mod review;
mod schema;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
#[cfg(test)]
mod tests;
pub mod token;
pub mod version;
pub mod web_session;

pub use conn::{Conn, Database};
pub use error::{Conflict, StoreError};
pub use migrate::MigrateError;
pub use page::Page;
pub use store::{Config, Store};
