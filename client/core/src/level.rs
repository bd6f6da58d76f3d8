//! Levels: how far a publisher is verified.

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
