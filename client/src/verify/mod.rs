//! The one order of checks: nothing is installed or loaded but what went through it.
//!
//! 1. The index document: signature by a pinned key, serial, expiry ([`VerifiedIndex`]).
//! 2. The version in it: not blocked. (The resolver has left out what is yanked and not pinned.)
//! 3. The approval: signature, and everything in it equal to the index. Bundle pins too.
//! 4. The publisher's evidence, with the keys that the index lists, none of them revoked for it ([`VerifiedVersion`]).
//! 5. The artifact: size and digest while it streams, the publisher's signature over its bytes, and only then the archive:
//!    members, integrity map, identity, permissions ([`VerifiedArtifact`]).
//!
//! What comes out cannot be made in another way:
//!
//! ```compile_fail,E0451
//! # use plimsoll_client::verify::{VerifiedArtifact, VerifiedVersion};
//! # fn forge(version: VerifiedVersion, file: std::fs::File, manifest: plimsoll_core::Manifest) {
//! let artifact = VerifiedArtifact { version, file, members: Vec::new(), manifest };
//! # }
//! ```

mod artifact;
mod error;
#[cfg(test)]
mod tests;
mod version;

pub use artifact::VerifiedArtifact;
pub use error::{Fault, VerifyError};
pub use plimsoll_trust::statement::VerifiedIndex;
pub use version::VerifiedVersion;
pub(crate) use version::{Claim, check_availability, listed};
