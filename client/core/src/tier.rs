//! Tiers: how a package may be loaded.

closed_words! {
    /// How a package may be loaded, from the least to the most that can go wrong. The manifest asks; the registry assigns.
    Tier, "tier" {
        /// Data only; nothing runs.
        Declarative = "declarative",
        /// Code without any host API beyond the granted permissions.
        Sandbox = "sandbox",
        /// Code in a process of its own, with limits, spoken to over RPC.
        OutOfProcess = "out-of-process",
        /// Arbitrary code inside the host.
        InProcess = "in-process",
    }
}

impl Tier {
    /// The tier in words, for the person who is asked to consent.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Declarative => "data only; nothing runs",
            Self::Sandbox => "code in a sandbox, with nothing beyond what you grant",
            Self::OutOfProcess => "code in a process of its own, with limits",
            Self::InProcess => "everything the host can do",
        }
    }
}
