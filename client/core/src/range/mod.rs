//! Ranges of versions: two grammars, never mixed.
//!
//! [`VersionRange`] (npm's grammar) says which versions of a package will do. [`EngineRange`] (the grammar of the real
//! runtime) says with which hosts a package works, and looks at the major number alone.

mod compatibility;
mod engine;
mod npm;
mod version_range;

pub use compatibility::{Compatibility, DeclaredEngine, EngineSource, HostProfile, compatibility, declared_engine};
pub use engine::EngineRange;
pub use version_range::VersionRange;
