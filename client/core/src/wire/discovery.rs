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
    #[serde(deserialize_with = "known_limits")]
    pub limits: Limits,
    /// Whether this is a demonstration, whose content means nothing.
    pub demo: bool,
}

/// Reads the limits that are known here: a newer registry may have more. A configuration, in contrast, must name no other.
fn known_limits<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Limits, D::Error> {
    use serde::Deserialize as _;
    use serde::de::Error as _;
    let mut shown = serde_json::Map::deserialize(deserializer)?;
    let known = serde_json::to_value(Limits::default()).map_err(D::Error::custom)?;
    shown.retain(|name, _| known.get(name).is_some());
    Limits::deserialize(serde_json::Value::Object(shown)).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_a_newer_registry_are_no_error() {
        let text = r#"{"registry": "r", "api": "/v1", "keys": [], "demo": false,
            "limits": {"members": 7, "sidecarBytes": 9}}"#;
        let discovery: Discovery = serde_json::from_str(text).expect("discovery");
        assert_eq!(discovery.limits, Limits { members: 7, ..Limits::default() });
    }
}
