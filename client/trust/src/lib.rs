//! Signatures, statements and keys: what is signed, by whom, and the types that only a verifier can build.
//!
//! In scope: publishers' and the registry's keys, the `ed25519:` signature string, proofs of possession, DSSE envelopes, the
//! statements publish/v1, approval/v1 and index/v1, the evidence of a publisher, and the trust root that a client pins.
//! This is the only crate that names a signature library.
//! Out of scope: files, networks and clocks (now is a parameter; bytes come from a `Read` that the caller opened), the gate
//! (`plimsoll_core::gate`), Sigstore bundles and transparency logs.
//!
//! What comes out of a verifier cannot be made in another way:
//!
//! ```compile_fail,E0451
//! # fn forge(predicate: plimsoll_trust::statement::Approval, text: &str) {
//! let approval = plimsoll_trust::statement::VerifiedApproval {
//!     digest: plimsoll_core::Digest::of(text),
//!     approval: predicate,
//! };
//! # }
//! ```

pub mod dsse;
mod encoding;
mod error;
pub mod evidence;
#[cfg(test)]
mod fixtures;
pub mod key;
pub mod possession;
pub mod root;
pub mod signature;
pub mod statement;

pub use error::{Fault, StatementKind, TrustError};
pub use key::{KeyError, PublicKey, Signer, SigningKey};
pub use root::TrustRoot;
pub use signature::{LegacySignature, SignatureError};
