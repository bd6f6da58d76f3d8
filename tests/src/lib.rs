//! The harness of the integration tests: it speaks the product's language.
//!
//! ```no_run
//! use plimsoll_tests::{Backend, Plugin, Registry};
//!
//! let registry = Registry::start(Backend::Embedded);
//! let acme = registry.publisher("acme");
//! let version = acme.publish(Plugin::new("com.acme.linter", "1.0.0"));
//! assert_eq!(version.publisher, *acme.name());
//! ```
//!
//! In scope: registries on every back end, inside this process and as processes of their own; the people who use them; the
//! packages they publish; the real client crate and the real command line; things that go wrong on the way.
//! Out of scope: the behaviours themselves, which are in `integration/`, one module for each.

mod actor;
pub mod archive;
mod backend;
mod browser;
mod cli;
mod clock;
mod host;
mod http;
mod person;
mod plugin;
mod process;
mod proxy;
mod publisher;
mod registry;

pub use actor::Actor;
pub use backend::{Backend, Object, Objects};
pub use browser::Browser;
pub use cli::{Cli, Ran};
pub use clock::TestClock;
pub use host::Host;
pub use http::{Answer, Call};
pub use person::{Person, sign_in};
pub use plugin::{Plugin, Signed, fixture, listing, noise};
pub use process::binary;
pub use proxy::Proxy;
pub use publisher::{Publisher, open_problem};
pub use registry::{Beside, Registry};

/// Declares behaviours: each is a function of a [`Backend`], and becomes one test for each back end.
#[macro_export]
macro_rules! behaviours {
    ($($name:ident),+ $(,)?) => {
        mod embedded {
            $(#[test] fn $name() { super::$name($crate::Backend::Embedded); })+
        }
        mod scaled_out {
            $(#[test] fn $name() { if $crate::Backend::ScaledOut.is_there() { super::$name($crate::Backend::ScaledOut); } })+
        }
    };
}
