//! The schema as a table, and the walk that compares a manifest with it.
//!
//! The keys of `ManifestSchema` in ObjectStack 17.4.0, in their order, those it retired in 17.3.0, and two of ours
//! (`isolation` and `runtime: ui`). An object is strict where it is there, and open where it was open.

use super::json::Json;
use super::pointer::Pointer;
use super::problems::Problems;
use crate::quote;

/// What a value may be.
pub(super) enum Shape {
    Any,
    Text,
    Flag,
    Number,
    /// One of these strings.
    Word(&'static [&'static str]),
    List(&'static Shape),
    /// An object whose keys are data.
    Map(&'static Shape),
    /// An object with these keys alone.
    Strict(&'static [Key]),
    /// An object with these keys and any others.
    Open(&'static [Key]),
    /// A list of this or an object of that.
    ListOr(&'static Shape, &'static Shape),
    NullOr(&'static Shape),
}

/// A key of an object.
pub(super) struct Key {
    pub(super) name: &'static str,
    required: bool,
    shape: Shape,
}

const fn must(name: &'static str, shape: Shape) -> Key {
    Key { name, required: true, shape }
}

const fn may(name: &'static str, shape: Shape) -> Key {
    Key { name, required: false, shape }
}

use Shape::{Any, Flag, List, ListOr, Map, NullOr, Number, Open, Strict, Text, Word};

/// The keys of a manifest, in the order in which the real client writes them.
pub(super) const ROOT: &[Key] = &[
    must("id", Text),
    may("namespace", Text),
    may("defaultDatasource", Text),
    must("version", Text),
    must("type", Text),
    may("scope", Text),
    must("name", Text),
    may("description", Text),
    may("permissions", ListOr(&Text, &Strict(PERMISSIONS))),
    may("objects", List(&Text)),
    may("datasources", List(&Text)),
    may("dependencies", Map(&Text)),
    may("configuration", Open(CONFIGURATION)),
    may("contributes", Strict(CONTRIBUTES)),
    may("data", List(&Open(SEED))),
    may("navigationContributions", List(&Open(NAVIGATION))),
    may("capabilities", Open(CAPABILITIES)),
    may("extensions", Map(&Any)),
    may("loading", Map(&Any)),
    may("engine", Strict(ENGINE)),
    may("engines", Strict(ENGINES)),
    may("runtime", Text),
    may("isolation", Text),
    may("packaging", Text),
    may("main", Text),
    may("integrity", NullOr(&Map(&Text))),
];

const PERMISSIONS: &[Key] =
    &[may("services", List(&Text)), may("hooks", List(&Text)), may("network", List(&Text)), may("fs", List(&Text))];

const ENGINE: &[Key] = &[must("objectstack", Text)];

const ENGINES: &[Key] = &[may("platform", Text), may("protocol", Text)];

const SEED: &[Key] = &[
    must("object", Text),
    may("externalId", Text),
    may("mode", Word(&["insert", "update", "upsert", "replace", "ignore"])),
    may("env", List(&Text)),
    must("records", List(&Map(&Any))),
];

const NAVIGATION: &[Key] =
    &[must("app", Text), may("group", Text), may("priority", Number), must("items", List(&Open(NAVIGATION_ITEM)))];

const NAVIGATION_ITEM: &[Key] = &[must(
    "type",
    Word(&["object", "dashboard", "page", "url", "report", "action", "component", "group", "separator"]),
)];

const CONFIGURATION: &[Key] = &[may("title", Text), may("properties", Map(&Open(PROPERTY)))];

const PROPERTY: &[Key] = &[
    must("type", Word(&["string", "number", "boolean", "array", "object"])),
    may("description", Text),
    may("required", Flag),
    may("secret", Flag),
    may("enum", List(&Any)),
];

const CONTRIBUTES: &[Key] = &[
    may("kinds", List(&Strict(&[must("id", Text), may("description", Text), may("globs", List(&Text))]))),
    may("events", List(&Any)),
    may("menus", Map(&Any)),
    may("themes", List(&Open(&[must("id", Text)]))),
    may("translations", List(&Open(&[must("locale", Text)]))),
    may("actions", List(&Open(&[must("name", Text)]))),
    may("drivers", List(&Open(&[must("id", Text)]))),
    may("fieldTypes", List(&Open(&[must("name", Text)]))),
    may("functions", List(&Open(&[must("name", Text)]))),
    may("routes", List(&Open(&[must("prefix", Text)]))),
    may("commands", List(&Open(&[must("name", Text)]))),
];

const CAPABILITIES: &[Key] = &[
    may("implements", List(&Map(&Any))),
    may("provides", List(&Map(&Any))),
    may("requires", List(&Open(REQUIREMENT))),
    may("extensionPoints", List(&Map(&Any))),
    may("extensions", List(&Map(&Any))),
];

const REQUIREMENT: &[Key] = &[
    must("pluginId", Text),
    must("version", Text),
    may("optional", Flag),
    may("reason", Text),
    may("requiredCapabilities", List(&Text)),
];

/// Compares a value with its shape. The depth is that of the table.
pub(super) fn check(shape: &Shape, value: &Json, pointer: &Pointer<'_>, problems: &mut Problems) {
    let mut expected =
        |what: &str| problems.add(pointer, format!("expected {what}, found {found}", found = value.kind()));
    match (shape, value) {
        (Any, _)
        | (Text, Json::Text(_))
        | (Flag, Json::Bool(_))
        | (Number, Json::Number(_))
        | (NullOr(_), Json::Null) => {}
        (NullOr(shape), value) => check(shape, value, pointer, problems),
        (Word(words), Json::Text(text)) if words.contains(&text.as_str()) => {}
        (Word(words), Json::Text(text)) => {
            problems.add(pointer, format!("{} is not one of {}", quote(text), words.join(", ")));
        }
        (List(shape) | ListOr(shape, _), Json::List(items)) => {
            for (at, item) in items.iter().enumerate() {
                check(shape, item, &pointer.index(at), problems);
            }
        }
        (ListOr(_, shape), Json::Object(_)) => check(shape, value, pointer, problems),
        (Map(shape), Json::Object(members)) => {
            for (key, value) in members {
                check(shape, value, &pointer.key(key), problems);
            }
        }
        (Strict(keys), Json::Object(members)) => {
            check_keys(keys, members, pointer, problems);
            for (key, _) in members.iter().filter(|(key, _)| keys.iter().all(|known| known.name != key)) {
                if problems.is_full() {
                    // The nearest key takes time to find, and there may be hundreds of thousands of them.
                    break;
                }
                problems.add(&pointer.key(key), unknown_key(key, keys));
            }
        }
        (Open(keys), Json::Object(members)) => check_keys(keys, members, pointer, problems),
        (Text | Word(_), _) => expected("a string"),
        (Flag, _) => expected("true or false"),
        (Number, _) => expected("a number"),
        (List(_), _) => expected("a list"),
        (Map(_) | Strict(_) | Open(_), _) => expected("an object"),
        (ListOr(..), _) => expected("a list or an object"),
    }
}

fn check_keys(keys: &[Key], members: &[(String, Json)], pointer: &Pointer<'_>, problems: &mut Problems) {
    for key in keys {
        match members.iter().find(|(name, _)| name == key.name) {
            Some((_, value)) => check(&key.shape, value, &pointer.key(key.name), problems),
            None if key.required => problems.add(pointer, format!("the key `{}` is missing", key.name)),
            None => {}
        }
    }
}

fn unknown_key(key: &str, known: &[Key]) -> String {
    let near = known.iter().map(|known| (distance(key, known.name), known.name)).min();
    match near {
        Some((0..=2, near)) => format!("the key is unknown; did you mean `{near}`?"),
        _ => "the key is unknown; remove it".to_owned(),
    }
}

/// How many letters apart two keys are (Levenshtein), without regard for case; many, if the first is much longer.
fn distance(text: &str, word: &str) -> usize {
    if text.len() > word.len() + 2 {
        return usize::MAX;
    }
    let (text, word) = (text.to_lowercase(), word.to_lowercase());
    let mut row: Vec<usize> = (0..=word.chars().count()).collect();
    for (i, a) in text.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, b) in word.chars().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or_default()
}
