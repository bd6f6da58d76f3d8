//! The objects that a package acts on, beside those that it defines: whose fields, records, events or tables it brings
//! something for.

use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer};

use crate::Manifest;

/// A package that acts on more objects than this, in one way, is not read.
const MAX_OBJECTS: usize = 10_000;

/// An object that a package acts on, whoever defines it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reach {
    /// The member of the compiled stack, or of the manifest, that acts on it.
    pub member: &'static str,
    /// Its name; with `*` in it, all that it fits.
    pub object: String,
}

/// What the members of a compiled stack act on that a host applies without asking anybody.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Members {
    object_extensions: Objects,
    data: Objects,
    hooks: Objects,
    sharing_rules: Objects,
    webhooks: Objects,
    datasource_mapping: Objects,
}

/// The objects that the entries of a list name.
#[derive(Default)]
struct Objects(BTreeSet<String>);

/// An entry that acts on objects: an extension under `extend`, a rule of a mapping by what the objects have in common, any
/// other under `object`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    object: Option<Names>,
    extend: Option<String>,
    object_pattern: Option<String>,
    namespace: Option<String>,
    package: Option<String>,
}

/// A name, or a list of names.
struct Names(BTreeSet<String>);

impl Entry {
    /// What it names; all objects, if it names none.
    fn objects(self) -> BTreeSet<String> {
        let mut objects = self.object.map(|names| names.0).unwrap_or_default();
        objects.extend(self.extend.into_iter().chain(self.object_pattern).chain(self.package));
        objects.extend(self.namespace.map(|namespace| format!("{namespace}_*")));
        if objects.is_empty() {
            objects.insert("*".to_owned());
        }
        objects
    }
}

/// Reads what a compiled stack acts on, without building a tree.
///
/// # Errors
/// If one of these members is no list of objects, or names too many.
pub(super) fn of_stack(json: &[u8]) -> serde_json::Result<BTreeSet<Reach>> {
    let members: Members = serde_json::from_slice(json)?;
    let members = [
        ("objectExtensions", members.object_extensions),
        ("data", members.data),
        ("hooks", members.hooks),
        ("sharingRules", members.sharing_rules),
        ("webhooks", members.webhooks),
        ("datasourceMapping", members.datasource_mapping),
    ];
    let reaches =
        |(member, objects): (&'static str, Objects)| objects.0.into_iter().map(move |object| Reach { member, object });
    Ok(members.into_iter().flat_map(reaches).collect())
}

/// The seed records that a manifest brings itself: a host loads these as it loads those of the stack.
pub(super) fn of_manifest(manifest: &Manifest) -> impl Iterator<Item = Reach> {
    let seeds = manifest.json().get("data").and_then(|data| data.as_array()).into_iter().flatten();
    let objects = seeds.filter_map(|seed| seed.get("object")?.as_str());
    objects.map(|object| Reach { member: "data", object: object.to_owned() })
}

impl<'de> Deserialize<'de> for Objects {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Collect).map(Self)
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CollectNames).map(Self)
    }
}

fn bounded<E: de::Error>(objects: BTreeSet<String>) -> Result<BTreeSet<String>, E> {
    if objects.len() > MAX_OBJECTS {
        return Err(E::custom(format!("it names more than {MAX_OBJECTS} objects")));
    }
    Ok(objects)
}

struct Collect;

impl<'de> de::Visitor<'de> for Collect {
    type Value = BTreeSet<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects, each with the objects that it is for")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut objects = BTreeSet::new();
        while let Some(entry) = entries.next_element::<Entry>()? {
            objects.extend(entry.objects());
            objects = bounded(objects)?;
        }
        Ok(objects)
    }
}

struct CollectNames;

impl<'de> de::Visitor<'de> for CollectNames {
    type Value = BTreeSet<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an object, or a list of names")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(BTreeSet::from([name.to_owned()]))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut names: A) -> Result<Self::Value, A::Error> {
        let mut objects = BTreeSet::new();
        while let Some(name) = names.next_element()? {
            objects.insert(name);
            objects = bounded(objects)?;
        }
        Ok(objects)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> Vec<String> {
        let reaches = of_stack(json.as_bytes()).expect("a stack");
        reaches.iter().map(|reach| format!("{} {}", reach.member, reach.object)).collect()
    }

    #[test]
    fn whatever_a_host_applies_is_read() {
        let json = r#"{
            "objects": [{"name": "crm_deal"}],
            "objectExtensions": [{"extend": "crm_account", "fields": {}}],
            "data": [{"object": "sys_user", "mode": "upsert", "records": [{"object": "x"}]}, {"object": "sys_user"}],
            "hooks": [{"object": ["a", "b"]}, {"object": "*"}],
            "sharingRules": [{"object": "crm_account"}],
            "webhooks": [{"url": "https://example.com"}],
            "datasourceMapping": [{"namespace": "crm", "datasource": "d"}, {"objectPattern": "sys_*"}, {"default": true}],
            "permissions": [{"objects": {"sys_user": {"allowRead": true}}}]
        }"#;
        let reaches = [
            "data sys_user",
            "datasourceMapping *",
            "datasourceMapping crm_*",
            "datasourceMapping sys_*",
            "hooks *",
            "hooks a",
            "hooks b",
            "objectExtensions crm_account",
            "sharingRules crm_account",
            "webhooks *",
        ];
        assert_eq!(told(json), reaches);
        assert_eq!(told("{}"), [""; 0]);
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let many =
            format!(r#"{{"hooks":[{{"object":{:?}}}]}}"#, (0..=MAX_OBJECTS).map(|n| n.to_string()).collect::<Vec<_>>());
        for json in [
            r#"{"data":{"object":"sys_user"}}"#,
            r#"{"data":["sys_user"]}"#,
            r#"{"data":[{"object":1}]}"#,
            r#"{"data":[{"object":"a","object":"sys_user"}]}"#,
            r#"{"data":null}"#,
            &many,
        ] {
            assert!(of_stack(json.as_bytes()).is_err(), "{json}");
        }
    }
}
