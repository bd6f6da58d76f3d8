//! Schemas of bodies and parameters.

#![expect(unused_qualifications, reason = "the derive of utoipa writes them")]

use std::collections::BTreeMap;

use plimsoll_core::Digest;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use utoipa::openapi::{RefOr, schema};
use utoipa::{PartialSchema, ToSchema};

type Named = Vec<(String, RefOr<schema::Schema>)>;

/// The schema of a type, and whether a value can be read as one.
#[derive(Clone)]
pub(super) struct Schema {
    name: String,
    own: fn() -> RefOr<schema::Schema>,
    others: fn(&mut Named),
    #[cfg(test)]
    reads: fn(&Value) -> Result<(), String>,
}

impl Schema {
    pub(super) fn of<T: ToSchema + DeserializeOwned>() -> Self {
        Self {
            name: T::name().into_owned(),
            own: T::schema,
            others: T::schemas,
            #[cfg(test)]
            reads: |value| serde_json::from_value::<T>(value.clone()).map(drop).map_err(|error| error.to_string()),
        }
    }

    /// Whether the type takes the value. For the test that no example lies.
    #[cfg(test)]
    pub(super) fn reads(&self, value: &Value) -> Result<(), String> {
        (self.reads)(value)
    }
}

/// The schemas that the document refers to, by name.
#[derive(Default)]
pub(super) struct Schemas(BTreeMap<String, Value>);

impl Schemas {
    /// A reference to a schema, which is kept together with those it refers to.
    pub(super) fn reference(&mut self, schema: &Schema) -> Value {
        let mut named = vec![(schema.name.clone(), (schema.own)())];
        (schema.others)(&mut named);
        for (name, schema) in named {
            let value = serde_json::to_value(schema).expect("a schema is plain data");
            let before = self.0.insert(name, value.clone());
            debug_assert!(before.is_none_or(|before| before == value), "two types have a schema of one name: {value}");
        }
        json!({ "$ref": format!("#/components/schemas/{}", schema.name) })
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0.into_iter().collect()
    }
}

/// That something works.
#[derive(serde::Serialize, serde::Deserialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`; anything else is a problem document.
    status: String,
}

impl Health {
    pub(crate) fn ok() -> Self {
        Self { status: "ok".to_owned() }
    }
}

/// A JSON object whose members are not described here.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct AnyObject(#[expect(dead_code, reason = "only its shape is checked")] Map<String, Value>);

impl PartialSchema for AnyObject {
    fn schema() -> RefOr<schema::Schema> {
        schema::ObjectBuilder::new()
            .additional_properties(Some(schema::AdditionalProperties::FreeForm(true)))
            .description(Some("A JSON object whose members are not described here."))
            .into()
    }
}

impl ToSchema for AnyObject {}

/// A DSSE envelope (<https://github.com/secure-systems-lab/dsse>). Clients verify its exact text.
#[derive(serde::Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "only its shape is documented; envelopes are made and read by plimsoll-trust")]
pub(crate) struct Envelope {
    /// The media type of the payload.
    payload_type: String,
    /// The payload, in base64.
    #[schema(content_encoding = "base64")]
    payload: String,
    /// Exactly one.
    #[schema(min_items = 1, max_items = 1)]
    signatures: Vec<EnvelopeSignature>,
}

/// A signature of an envelope.
#[derive(serde::Deserialize, ToSchema)]
#[expect(dead_code, reason = "as above")]
pub(crate) struct EnvelopeSignature {
    /// The digest of the key's DER SubjectPublicKeyInfo.
    keyid: Digest,
    /// The signature, in base64.
    #[schema(content_encoding = "base64")]
    sig: String,
}
