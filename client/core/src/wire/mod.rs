//! The bodies of the HTTP interface, shared by server and client. JSON members are camelCase; unknown members of a request
//! are refused, unknown members of an answer are ignored.

mod account;
mod catalog;
mod discovery;
mod index;
mod listing;
mod publisher;
mod version;

pub use account::*;
pub use catalog::*;
pub use discovery::*;
pub use index::*;
pub use listing::*;
pub use publisher::*;
pub use version::*;
