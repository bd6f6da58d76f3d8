//! Stub.
#![allow(missing_docs, unused_imports, reason = "stub")]
use plimsoll_core::catalog::Catalog;
use plimsoll_core::page::PageSize;
use plimsoll_core::*;
use super::{Caller, Error, Result};
use crate::App;
pub fn discovery(_app: &App) -> Result<wire::Discovery> { Err(Error::Internal("stub".to_owned())) }
pub fn ready(_app: &App) -> Result<()> { Ok(()) }
