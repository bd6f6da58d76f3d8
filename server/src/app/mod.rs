//! The use cases: *gather facts → decide → apply the plan*. They know nothing of HTTP. Permission is the first line of each.

pub mod accounts;
pub mod artifacts;
pub mod audit;
pub mod availability;
pub mod catalog;
pub mod discovery;
mod error;
pub mod index;
pub mod keys;
pub mod packages;
pub mod publish;
pub mod publishers;
pub mod review;

pub use error::Error;

use plimsoll_core::access::Actor;

/// The result of a use case.
pub type Result<T> = std::result::Result<T, Error>;

/// Who asks, and by which request.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub actor: Actor,
    /// The id of the request, for the audit events.
    pub request_id: String,
}
