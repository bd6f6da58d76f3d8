//! What a host would run of a JSON member: script bodies, which are objects `{language, source, capabilities?}`, pages in
//! React, which are objects `{kind: "react", source}`, and tokens of flows that are more than data, at any depth.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer};

use super::token;
use crate::manifest::pointer::Pointer;
use crate::text::printable;
use crate::{Permission, PermissionKind, Permissions, quote};

/// What would run of one JSON text.
#[derive(Debug, Default)]
pub(super) struct Scripts {
    /// How many there are.
    pub(super) bodies: usize,
    /// How many pages in React there are. A host runs their source in its own page, in no sandbox.
    pub(super) pages: usize,
    /// The tokens of flows that a host runs as JavaScript in its own process, each with its place; the first few of them.
    pub(super) tokens: Vec<String>,
    /// What script bodies ask for.
    pub(super) capabilities: Permissions,
    /// Whether one asks for something that is not a list of capability names.
    pub(super) has_unreadable_capabilities: bool,
}

/// Finds what would run without building a tree. The depth is bounded by `serde_json`, to 128 levels.
///
/// # Errors
/// A sentence, if the text is not JSON: then nobody can say whether there are script bodies in it.
pub(super) fn find(json: &[u8]) -> Result<Scripts, String> {
    let mut scripts = Scripts::default();
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    Value { found: &mut scripts, at: Pointer::Root, is_of_flow: false }
        .deserialize(&mut deserializer)
        .and_then(|_| deserializer.end())
        .map_err(|error| error.to_string())?;
    Ok(scripts)
}

/// A script that asks for more than this many capabilities is not read.
const MAX_CAPABILITIES: usize = 100;
/// The longest permission value.
const MAX_NAME_BYTES: usize = 256;
/// A report is for people: no more tokens of one text are told, each with as much of its place.
const MAX_TOKENS: usize = 20;
const MAX_POINTER_CHARS: usize = 100;

/// What the object around a value has to know of it.
enum Seen {
    Name(String),
    /// A text that is too long for a name.
    LongText,
    /// A list of names alone.
    Names(Vec<String>),
    Other,
}

/// A value, with its place.
struct Value<'a> {
    found: &'a mut Scripts,
    at: Pointer<'a>,
    /// Whether it is below a member `flows`: what a host takes for a flow, it interpolates as a whole.
    is_of_flow: bool,
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> de::Visitor<'de> for Value<'_> {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Seen, E> {
        if self.is_of_flow {
            self.found.add_tokens(&self.at, text);
        }
        Ok(if text.len() <= MAX_NAME_BYTES { Seen::Name(text.to_owned()) } else { Seen::LongText })
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Seen, A::Error> {
        let mut names = Some(Vec::new());
        let mut index = 0;
        while let Some(item) = items.next_element_seed(Value {
            found: self.found,
            at: self.at.index(index),
            is_of_flow: self.is_of_flow,
        })? {
            index += 1;
            names = names.zip(item.into_name()).map(|(mut names, name)| {
                names.push(name);
                names
            });
            names = names.filter(|names| names.len() <= MAX_CAPABILITIES);
        }
        Ok(names.map_or(Seen::Other, Seen::Names))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut members: A) -> Result<Seen, A::Error> {
        let (mut has_language, mut is_react, mut has_source) = (false, false, false);
        let mut capabilities = Vec::new();
        // A repeated key counts each time: which one a host would take is not known.
        while let Some(key) = members.next_key::<String>()? {
            let value = members.next_value_seed(Value {
                found: self.found,
                at: self.at.key(&key),
                is_of_flow: self.is_of_flow || key == "flows",
            })?;
            match key.as_str() {
                // Whichever it is: to a host, `expression` is JavaScript as well.
                "language" => has_language |= value.is_text(),
                "kind" => is_react |= matches!(&value, Seen::Name(name) if name == "react"),
                "source" => has_source |= value.is_text(),
                "capabilities" => capabilities.push(value),
                _ => {}
            }
        }
        if has_language && has_source {
            self.found.add(capabilities);
        }
        if is_react && has_source {
            self.found.pages += 1;
        }
        Ok(Seen::Other)
    }
}

impl Seen {
    fn is_text(&self) -> bool {
        matches!(self, Self::Name(_) | Self::LongText)
    }

    fn into_name(self) -> Option<String> {
        if let Self::Name(name) = self { Some(name) } else { None }
    }
}

impl Scripts {
    fn add_tokens(&mut self, at: &Pointer<'_>, text: &str) {
        for token in token::that_run(text).take(MAX_TOKENS - self.tokens.len()) {
            let (token, place) = (quote(&format!("{{{token}}}")), printable(&at.to_string(), MAX_POINTER_CHARS));
            self.tokens.push(format!("the token {token} at {place}, which is JavaScript to a host"));
        }
    }

    fn add(&mut self, capabilities: Vec<Seen>) {
        self.bodies += 1;
        for asked in capabilities {
            let Seen::Names(names) = asked else {
                self.has_unreadable_capabilities = true;
                continue;
            };
            for name in names {
                match Permission::new(PermissionKind::Capabilities, &name) {
                    Ok(permission) => self.capabilities.0.extend([permission]),
                    Err(_) => self.has_unreadable_capabilities = true,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn script_bodies_are_found_at_any_depth() {
        let scripts = find(
            br#"{"hooks":[{"body":{"language":"js","source":"1","capabilities":["api.read","log"]}}],
                 "flow":{"source":"x","language":"js"}, "decoy":{"language":"js"}, "list":{"language":"js","source":[]},
                 "formula":{"language":"expression","source":"process.exit()"}}"#,
        )
        .expect("JSON");
        assert_eq!(scripts.bodies, 3);
        assert!(!scripts.has_unreadable_capabilities);
        let asked: Vec<String> = scripts.capabilities.iter().map(ToString::to_string).collect();
        assert_eq!(asked, ["capabilities:api.read", "capabilities:log"]);
    }

    #[test]
    fn a_long_source_is_a_source() {
        let json = format!(r#"{{"language":"expression","source":"{}"}}"#, "x".repeat(MAX_NAME_BYTES + 1));
        assert_eq!(find(json.as_bytes()).expect("JSON").bodies, 1);
    }

    #[test]
    fn pages_in_react_are_found_and_others_are_not() {
        let scripts = find(
            br#"{"pages":[{"kind":"react","source":"() => <p/>"},{"kind":"html","source":"<p/>"},{"kind":"react"}]}"#,
        )
        .expect("JSON");
        assert_eq!((scripts.pages, scripts.bodies), (1, 0));
    }

    #[test]
    fn tokens_of_flows_are_found_wherever_they_are_and_however_they_are_written() {
        let tokens = |json: &str| find(json.as_bytes()).expect("JSON").tokens;
        assert_eq!(
            tokens(r#"{"flows":[{"nodes":[{"config":{"a/b":["{x}",["Dear {'x'}, {\u0022x\u0022}"]]}}]}]}"#),
            [
                r#"the token "{'x'}" at /flows/0/nodes/0/config/a~1b/1/0, which is JavaScript to a host"#,
                r#"the token "{\"x\"}" at /flows/0/nodes/0/config/a~1b/1/0, which is JavaScript to a host"#,
            ]
        );
        for hostile in [
            r#"{"flows":{"by name":{"label":"{'x'}"}}}"#,
            r#"{"manifest":{"flows":["\u007b'x'\u007d"]}}"#,
            r#"{"\u0066lows":["{'x'}"],"flows":[]}"#,
            r#"{"flows":["{'x'}"],"flows":[]}"#,
            r#"{"flows":"{{'x'}}"}"#,
        ] {
            assert_eq!(tokens(hostile).len(), 1, "{hostile}");
        }
        for honest in [
            r#"{"flows":[{"title":"{record.name}","{'x'}":1,"days":"{TODAY() + 7}"}]}"#,
            r#"{"objects":[{"titleFormat":"{name} ({'x'})"}],"flow":"{'x'}"}"#,
        ] {
            assert_eq!(tokens(honest), [""; 0], "{honest}");
        }
    }

    #[test]
    fn no_more_tokens_are_told_than_people_read() {
        let json = format!(r#"{{"flows":["{}"]}}"#, "{'x'}".repeat(1000));
        assert_eq!(find(json.as_bytes()).expect("JSON").tokens.len(), MAX_TOKENS);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for asked in ["{}", "\"all\"", "[1]", "[\"\"]", &format!("[{}]", vec!["\"x\""; 101].join(","))] {
            let json = format!(r#"{{"language":"js","source":"","capabilities":{asked}}}"#);
            assert!(find(json.as_bytes()).expect("JSON").has_unreadable_capabilities, "{asked}");
        }
        assert!(find(b"{} x").is_err());
        assert!(find("[".repeat(1000).as_bytes()).is_err());
    }

    #[test]
    fn a_repeated_key_hides_nothing() {
        let scripts = find(br#"{"language":"js","source":"1","language":1,"source":{}}"#).expect("JSON");
        assert_eq!(scripts.bodies, 1);
    }
}
