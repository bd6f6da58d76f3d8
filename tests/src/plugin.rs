//! Packages as publishers make them.

use std::io::Cursor;
use std::path::PathBuf;

use plimsoll_core::artifact::{Source, pack};
use plimsoll_core::wire::Listing;
use plimsoll_core::{Limits, Visibility};
use serde_json::{Map, Value, json};

/// How a version is vouched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// By a statement of the publisher's key.
    Statement,
    /// By the `ed25519:` line that ObjectStack's own tools write, of the publisher's key.
    Line,
    /// By this line.
    By(String),
    /// Not at all.
    Not,
}

/// A package about to be published. By default: a small private plugin, of the tier `sandbox`, that asks for nothing and is
/// signed by its publisher with a statement.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// The package id that the request names.
    pub id: String,
    manifest: Map<String, Value>,
    files: Vec<(String, Vec<u8>)>,
    artifact: Option<Vec<u8>>,
    pub(crate) visibility: Option<Visibility>,
    pub(crate) submit: bool,
    pub(crate) listing: Option<Listing>,
    pub(crate) signed: Signed,
}

const CODE: &[u8] = b"export default () => 'hello';\n";

impl Plugin {
    /// A small sandboxed plugin.
    pub fn new(id: &str, version: &str) -> Self {
        let manifest = json!({
            "id": id, "version": version, "type": "plugin", "name": id, "runtime": "sandbox", "main": "dist/index.mjs",
        });
        let Value::Object(manifest) = manifest else { unreachable!("an object was written") };
        Self {
            id: id.to_owned(),
            manifest,
            files: vec![("dist/index.mjs".to_owned(), CODE.to_vec())],
            artifact: None,
            visibility: None,
            submit: false,
            listing: None,
            signed: Signed::Statement,
        }
    }

    /// A package without code.
    pub fn data(id: &str, version: &str) -> Self {
        let mut plugin = Self::new(id, version).without("runtime").without("main");
        plugin.files = vec![("assets/rules.json".to_owned(), br#"{"rules": []}"#.to_vec())];
        plugin
    }

    /// An App without code.
    pub fn app(id: &str, version: &str) -> Self {
        Self::data(id, version).with("type", json!("app"))
    }

    /// Bytes as somebody else made them, published under an id.
    pub fn of_bytes(id: &str, artifact: Vec<u8>) -> Self {
        Self { artifact: Some(artifact), ..Self::new(id, "0.0.0") }
    }

    /// With a key of the manifest.
    pub fn with(mut self, key: &str, value: Value) -> Self {
        self.manifest.insert(key.to_owned(), value);
        self
    }

    /// Without a key of the manifest.
    pub fn without(mut self, key: &str) -> Self {
        self.manifest.remove(key);
        self
    }

    /// With one more permission, such as of the kind `network`.
    pub fn permission(mut self, kind: &str, value: &str) -> Self {
        let permissions = self.manifest.entry("permissions").or_insert_with(|| json!({}));
        let list = permissions.as_object_mut().expect("structured").entry(kind).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(json!(value));
        self
    }

    /// With one more dependency.
    pub fn depends_on(mut self, id: &str, range: &str) -> Self {
        let dependencies = self.manifest.entry("dependencies").or_insert_with(|| json!({}));
        dependencies.as_object_mut().expect("an object").insert(id.to_owned(), json!(range));
        self
    }

    /// With one more member.
    pub fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((path.to_owned(), content.into()));
        self
    }

    /// For a visibility, not submitted.
    pub fn visible_to(mut self, visibility: Visibility) -> Self {
        self.visibility = Some(visibility);
        self
    }

    /// Submitted for the marketplace, with a whole listing.
    pub fn for_marketplace(mut self) -> Self {
        self.visibility = Some(Visibility::Marketplace);
        self.submit = true;
        self.listing.get_or_insert_with(listing);
        self
    }

    /// With a listing.
    pub fn listed_as(mut self, listing: Listing) -> Self {
        self.listing = Some(listing);
        self
    }

    /// Vouched for in another way.
    pub fn signed(mut self, signed: Signed) -> Self {
        self.signed = signed;
        self
    }

    /// The artifact's bytes.
    pub fn artifact(&self) -> Vec<u8> {
        if let Some(artifact) = &self.artifact {
            return artifact.clone();
        }
        let sources = self.files.iter().map(|(path, content)| Source {
            path: path.clone(),
            size: content.len() as u64,
            open: Box::new(move || Ok(Box::new(Cursor::new(content.clone())))),
        });
        let manifest = serde_json::to_vec(&self.manifest).expect("JSON");
        let mut artifact = Vec::new();
        pack(&manifest, sources.collect(), &Limits::default(), &mut artifact).expect("a package that can be packed");
        artifact
    }
}

/// All that a catalog shows.
pub fn listing() -> Listing {
    Listing {
        description: Some("A package of the tests.".to_owned()),
        category: Some("testing".parse().expect("a category")),
        readme: Some("# A package of the tests\n".to_owned()),
        icon: Some("data:image/png;base64,iVBORw0KGgo=".to_owned()),
        ..Listing::default()
    }
}

/// A file of the samples that the real ObjectStack command line made.
pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/objectstack").join(name)
}

/// Bytes that do not compress, the same for the same seed.
pub fn noise(seed: u64, bytes: usize) -> Vec<u8> {
    // A linear congruential generator (Knuth, MMIX), of which the high bits are good enough for this.
    let next =
        |state: &u64| Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407));
    std::iter::successors(next(&seed), next).map(|state| (state >> 56) as u8).take(bytes).collect()
}
