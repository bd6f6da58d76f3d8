//! The client that host applications embed: resolve, verify and materialise packages, also with the registry down.
//!
//! In scope: talking to a registry over HTTP, pinning its keys, the index cache, the content store, environments, and the
//! one order of checks without which nothing is installed or loaded.
//! Out of scope: signatures themselves (`plimsoll-trust`), rules (`plimsoll-core`), loading code into a host.
//!
//! Everything here blocks. An asynchronous host calls it from a blocking thread.
//!
//! A host that loads what its operator installed:
//!
//! ```no_run
//! use plimsoll_client::{Environment, Home};
//!
//! # fn main() -> Result<(), plimsoll_client::Error> {
//! let environment = Environment::of(&Home::of_user()?, "default")?;
//! let now = std::time::SystemTime::now().into();
//! for package in environment.state()?.packages.keys() {
//!     let loaded = environment.load(package, now)?;
//!     println!("{package}: {} from {}", loaded.tier, loaded.path.display());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! One that installs: [`Home::pin`] once, then [`Client::plan_install`], show the plan, and [`Client::apply`].

mod client;
mod content;
pub mod environment;
mod error;
#[cfg(test)]
mod fake;
pub mod home;
mod index_cache;
pub mod progress;
pub mod transport;
pub mod verify;

pub use client::{Applied, Client, LeftAside, Options, Plan, Request, Step, Stuck, Update};
pub use environment::Environment;
pub use error::Error;
pub use home::Home;

/// Compiles the quick start for host applications.
#[cfg(doctest)]
#[doc = include_str!("../../docs/quickstart/host.md")]
struct QuickStart;
