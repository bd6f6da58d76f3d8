//! Levels: how far a publisher is verified.

use crate::{Tier, gate};

closed_words! {
    /// How far a publisher is verified. Ordered: more trust never turns a yes into a no.
    Level, "level" {
        /// Nobody has looked.
        Unverified = "unverified",
        /// Verification has begun.
        Pending = "pending",
        /// The registry knows who this is.
        Verified = "verified",
        /// Verified, with a good record.
        Trusted = "trusted",
        /// Bound by a contract.
        Partner = "partner",
        /// The registry's own operator.
        FirstParty = "first-party",
    }
}

impl Level {
    /// The highest tier that versions of a publisher of this level may have at all.
    pub fn highest_tier(self) -> Tier {
        let permitted = |tier: &&Tier| gate::tier_needs(**tier).least <= self;
        *Tier::ALL.iter().rev().find(permitted).expect("every level may have the lowest tier")
    }
}
