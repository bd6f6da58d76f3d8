//! JSON whose objects have each member once. Parsers differ in which of two they take, and so would we and what stands before us.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use super::{Failure, invalid, pointer};

/// Reads JSON to its end. What is no JSON is 400; a member that is there more than once is 422, with its pointer.
pub(super) fn read(bytes: &[u8]) -> Result<Value, Failure> {
    let malformed =
        |error: &serde_json::Error| Failure::request_invalid(format!("the body is not valid JSON: {error}"));
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let Unique(value) =
        serde_path_to_error::deserialize(&mut json).map_err(|error| match error.inner().classify() {
            Category::Data => invalid(pointer(error.path()), error.inner().to_string()),
            Category::Syntax | Category::Eof | Category::Io => malformed(error.inner()),
        })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading).map(Self)
    }
}

/// What stands in the place of a second value: so that the error has the path of that one.
struct Again;

impl<'de> DeserializeSeed<'de> for Again {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, _: D) -> Result<(), D::Error> {
        Err(D::Error::custom("this member is there more than once"))
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.contains_key(&name) {
                members.next_value_seed(Again)?;
            }
            let Unique(value) = members.next_value()?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
