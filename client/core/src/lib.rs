//! The rules of Plimsoll: vocabulary, manifest, artifact, gate, permissions, resolver, access and the wire bodies.
//!
//! In scope: pure functions over parsed values, and the types that cannot hold a wrong value.
//! Out of scope: signatures (`plimsoll-trust`), networks, disks, databases, clocks and randomness. The only I/O here is
//! reading from a `Read` and writing to a `Write` that the caller opened.

#[macro_use]
mod text;

pub mod access;
pub mod artifact;
pub mod bundle;
pub mod catalog;
pub mod consent;
pub mod digest;
pub mod gate;
pub mod id;
pub mod level;
pub mod limits;
pub mod manifest;
pub mod package;
pub mod page;
pub mod permission;
pub mod person;
pub mod problem;
pub mod range;
pub mod resolve;
#[cfg(test)]
mod snapshot;
pub mod tier;
pub mod time;
pub mod version;
pub mod version_state;
pub mod wire;

pub use digest::Digest;
pub use id::{AccountName, KeyId, Namespace, PackageId, Prefix, PublisherName};
pub use level::Level;
pub use limits::Limits;
pub use manifest::Manifest;
pub use package::{PackageType, Visibility};
pub use permission::{Permission, PermissionKind, Permissions};
pub use person::{Email, NewPassword, Password};
pub use text::{InvalidText, find_hidden, printable, printable_lines, quote};
pub use tier::Tier;
pub use time::Timestamp;
pub use version::Version;
pub use version_state::{Availability, State};
