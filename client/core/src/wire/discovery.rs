use crate::{Digest, Limits, Timestamp};

closed_words! {
    /// A signature algorithm.
    Algorithm, "algorithm" {
        /// Ed25519 (RFC 8032).
        Ed25519 = "ed25519",
        /// ECDSA over P-256 with SHA-256; signatures are ASN.1 DER.
        P256 = "p256",
    }
}

/// A key of the registry.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistryKey {
    /// SHA-256 of the DER SubjectPublicKeyInfo: the fingerprint that a client pins.
    pub key_id: Digest,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// SubjectPublicKeyInfo in PEM.
    pub public_key: String,
    /// It signs from here on.
    pub not_before: Timestamp,
    /// It signs until here; null is open.
    pub not_after: Option<Timestamp>,
}

/// What `/.well-known/plimsoll.json` says.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Discovery {
    /// The fixed origin string that every statement of this registry names.
    pub registry: String,
    /// The path below which the interface lies, such as `/v1`.
    pub api: String,
    /// The registry's keys.
    pub keys: Vec<RegistryKey>,
    /// Its limits.
    pub limits: Limits,
    /// Whether this is a demonstration, whose content means nothing.
    pub demo: bool,
}
