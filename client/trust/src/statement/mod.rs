//! Statements: publish/v1 and approval/v1 as in-toto Statements, index/v1 as a document of its own.

mod approval;
mod in_toto;
mod index;
pub(crate) mod publish;

pub use approval::{Approval, ApprovalDecision, ExpectedApproval, VerifiedApproval};
pub use index::{ExpectedIndex, VerifiedIndex, sign_index};
pub(crate) use publish::ExpectedPublish;
pub use publish::{Publish, PublishedArtifact, VerifiedPublish};

/// The longest envelope of a publish statement.
pub const MAX_PUBLISH_BYTES: usize = 64 * 1024;
/// The longest envelope of an approval. An App's approval carries the pins of its bundle, with their permissions.
pub const MAX_APPROVAL_BYTES: usize = 1024 * 1024;
/// The longest envelope of an index. One version takes about a kilobyte.
pub const MAX_INDEX_BYTES: usize = 16 * 1024 * 1024;
