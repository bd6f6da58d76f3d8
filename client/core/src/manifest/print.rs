//! The manifest as it is packed.

use super::json::{self, Json};
use super::{Manifest, schema};

/// The text of a manifest with another integrity map: the root's keys in the order of the schema, two-space JSON and a final
/// newline, as the real client writes it. Inside the keys everything is as the author wrote it.
pub(crate) fn with_integrity(manifest: &Manifest, integrity: Vec<(String, String)>) -> String {
    let root = json::parse(manifest.bytes()).expect("a manifest was parsed from its bytes");
    let integrity = integrity.into_iter().map(|(path, digest)| (path, Json::Text(digest))).collect();
    let mut integrity = Some(Json::Object(integrity));
    let keys = schema::ROOT.iter().filter_map(|key| {
        let value = if key.name == "integrity" { integrity.take() } else { root.get(key.name).cloned() };
        Some((key.name.to_owned(), value?))
    });
    let root = Json::Object(keys.collect());
    let mut text = serde_json::to_string_pretty(&root).expect("JSON can be written as text");
    text.push('\n');
    text
}
