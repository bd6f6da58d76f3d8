//! The order of checks.

/// What does not verify.
#[derive(Debug, thiserror::Error)]
#[error("stub")]
pub struct VerifyError;
