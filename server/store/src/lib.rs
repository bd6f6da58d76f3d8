//! stub
#![allow(missing_docs, reason = "stub")]
#[derive(Debug, thiserror::Error)]
#[error("stub")]
pub struct StoreError;
