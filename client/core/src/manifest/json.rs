//! Strict JSON that keeps the order of keys and sees when one is repeated.
//!
//! `serde_json::Value` does neither: it keeps the last of two equal keys, while other readers keep the first, and its order
//! depends on a feature that any crate of the build can switch on.

use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Number;

use super::pointer::Pointer;

/// A JSON value. At most 128 levels deep, which is the limit of `serde_json`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Reads one JSON value: UTF-8 without byte order mark, nothing behind it. The error is a sentence.
pub(crate) fn parse(bytes: &[u8]) -> Result<Json, String> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return Err("it starts with a byte order mark; save it as UTF-8 without one".to_owned());
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| format!("it is not UTF-8 at byte {}", error.valid_up_to()))?;
    serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))
}

impl Json {
    /// The value of a key; the first, if it is repeated.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        members.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// What the value is, for a message.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// The pointers of keys that stand in one object more than once, at most `max`.
    pub(crate) fn repeated_keys(&self, max: usize) -> Vec<String> {
        let mut repeated = Vec::new();
        self.find_repeated_keys(&Pointer::Root, max, &mut repeated);
        repeated
    }

    /// Recursion is as deep as the value, which the parser bounds.
    fn find_repeated_keys(&self, pointer: &Pointer<'_>, max: usize, repeated: &mut Vec<String>) {
        match self {
            Self::Object(members) => {
                let mut seen = HashSet::new();
                for (key, value) in members {
                    if !seen.insert(key) && repeated.len() < max {
                        repeated.push(pointer.key(key).to_string());
                    }
                    value.find_repeated_keys(&pointer.key(key), max, repeated);
                }
            }
            Self::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    item.find_repeated_keys(&pointer.index(at), max, repeated);
                }
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => {}
        }
    }

    /// The pointers of the keys of this name, at every depth, at most `max`.
    pub(crate) fn pointers_of(&self, name: &str, max: usize) -> Vec<String> {
        let mut found = Vec::new();
        self.find_keys(name, &Pointer::Root, max, &mut found);
        found
    }

    /// Recursion is as deep as the value, which the parser bounds.
    fn find_keys(&self, name: &str, pointer: &Pointer<'_>, max: usize, found: &mut Vec<String>) {
        match self {
            Self::Object(members) => {
                for (key, value) in members {
                    if key == name && found.len() < max {
                        found.push(pointer.key(key).to_string());
                    }
                    value.find_keys(name, &pointer.key(key), max, found);
                }
            }
            Self::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    item.find_keys(name, &pointer.index(at), max, found);
                }
            }
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => {}
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = entries.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}

impl From<Json> for serde_json::Value {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(value),
            Json::Number(number) => Self::Number(number),
            Json::Text(text) => Self::String(text),
            Json::List(items) => Self::Array(items.into_iter().map(Self::from).collect()),
            Json::Object(members) => {
                Self::Object(members.into_iter().map(|(key, value)| (key, Self::from(value))).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_json_is_read() {
        for (bad, why) in [
            (&b"\xef\xbb\xbf{}"[..], "byte order mark"),
            (b"{\"a\":\"\xff\"}", "not UTF-8 at byte 6"),
            (b"{} {}", "trailing characters"),
            (b"{\"a\":1,}", "trailing comma"),
            (b"", "EOF"),
            ("[".repeat(200).as_bytes(), "recursion limit"),
        ] {
            let message = parse(bad).expect_err(why);
            assert!(message.contains(why), "{message}");
        }
    }

    #[test]
    fn repeated_keys_are_seen_at_every_depth() {
        let json = parse(br#"{"a":{"x/y":1,"x/y":2},"b":[{"c":1,"c":1}],"a":3}"#).expect("JSON");
        let mut repeated = json.repeated_keys(10);
        repeated.sort();
        assert_eq!(repeated, ["/a", "/a/x~1y", "/b/0/c"]);
        assert_eq!(json.repeated_keys(2).len(), 2);
    }
}
