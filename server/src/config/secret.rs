//! Values that are never printed.

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny};

/// A secret. Its `Debug` and its serialised form hide it.
#[derive(Clone)]
pub struct Secret(String);

/// Reads a text, and does not repeat in its error what it read instead.
fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    #[derive(serde::Deserialize)]
    #[serde(untagged)]
    enum Found {
        Text(String),
        Other(IgnoredAny),
    }
    match Found::deserialize(deserializer)? {
        Found::Text(text) => Ok(text),
        Found::Other(_) => Err(D::Error::custom("use a text, in quotes; what is there is not shown")),
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer).map(Self)
    }
}

impl Secret {
    /// The secret itself, for the one place that uses it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(hidden)")
    }
}

impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("(hidden)")
    }
}

/// An address that may contain a password. Printed without it, and without its query, which may hold one as well.
#[derive(Clone)]
pub struct SecretUrl(String);

impl<'de> Deserialize<'de> for SecretUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text(deserializer).map(Self)
    }
}

impl SecretUrl {
    /// The address with its password.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn redacted(&self) -> String {
        if self.0.starts_with("sqlite:") {
            return self.0.clone();
        }
        let Ok(mut url) = url::Url::parse(&self.0) else { return "(hidden)".to_owned() };
        if url.password().is_some() && url.set_password(Some("hidden")).is_err() {
            return "(hidden)".to_owned();
        }
        if url.query().is_some() {
            url.set_query(Some("hidden"));
        }
        url.into()
    }
}

impl std::fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl serde::Serialize for SecretUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.redacted())
    }
}
