//! The two catalogs: one backbone, two doors.

use crate::{PackageType, State, Visibility};

closed_words! {
    /// A catalog.
    Catalog, "catalog" {
        /// Apps, for consumers; read by anyone.
        Apps = "apps",
        /// Every other package type, for developers and operators; never anonymous.
        Contributions = "contributions",
    }
}

impl Catalog {
    /// The catalog in which packages of a type are listed.
    pub const fn of(package_type: PackageType) -> Self {
        match package_type {
            PackageType::App => Self::Apps,
            _ => Self::Contributions,
        }
    }
}

/// Whether a version is listed in its catalog: approved, and meant for the marketplace.
pub fn lists(state: State, visibility: Visibility) -> bool {
    state == State::Approved && visibility == Visibility::Marketplace
}
