//! Which files become members, and which of them is `main`. Pure: of the manifest and the paths.

use std::collections::BTreeSet;

use plimsoll_core::manifest::Packaging;
use plimsoll_core::{Manifest, manifest, quote};
use serde_json::{Value, json};

/// Where the real tool puts the bundle, and what it rewrites `main` to.
const BUNDLE: &str = "dist/index.mjs";

/// The entries that are looked for, in this order, where `main` names none.
const SOURCE_ENTRIES: [&str; 4] = ["src/index.mjs", "src/index.js", "src/index.mts", "src/index.ts"];

/// What is packed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The top-level directories and files that are packed.
    taken: BTreeSet<&'static str>,
    /// What `main` becomes.
    pub(super) main: Option<String>,
    /// The names at the top level that are not packed.
    pub(super) left_out: Vec<String>,
    /// What the publisher should mind.
    pub(super) warnings: Vec<String>,
}

impl Layout {
    /// Plans the artifact. `files` are the paths of all files that could be members, `top` the names at the top level.
    pub(super) fn plan(manifest: &Manifest, files: &BTreeSet<&str>, top: &BTreeSet<String>) -> Result<Self, String> {
        let built = files.iter().any(|file| file.starts_with("dist/"));
        let main = if built { built_entry(manifest, files)? } else { source_entry(manifest, files)? };

        let mut taken = BTreeSet::from(["assets", "dist"]);
        if main.as_ref().is_some_and(|main| main.starts_with("src/")) {
            taken.insert("src");
        }
        if manifest.packaging == Packaging::ManifestDeps {
            taken.extend(["package.json", "pnpm-lock.yaml"]);
        }
        let packed = |name: &&String| name.as_str() == manifest::FILE_NAME || taken.contains(name.as_str());
        let left_out = top.iter().filter(|name| !packed(name)).cloned().collect();
        let warnings = main.iter().filter(|main| is_typescript(main)).map(|main| typescript_warning(main)).collect();
        Ok(Self { taken, main, left_out, warnings })
    }

    /// Whether a file becomes a member.
    pub(super) fn takes(&self, file: &str) -> bool {
        let top = file.split('/').next().unwrap_or(file);
        self.taken.contains(top)
    }

    /// The manifest's bytes, with `main` as planned.
    pub(super) fn manifest(&self, manifest: &Manifest) -> Vec<u8> {
        if manifest.main == self.main {
            return manifest.bytes().to_vec();
        }
        let mut json = manifest.json().clone();
        if let (Value::Object(members), Some(main)) = (&mut json, &self.main) {
            members.insert("main".to_owned(), json!(main));
        }
        serde_json::to_vec(&json).expect("a JSON value prints")
    }
}

/// The entry of a built package: the bundle, whatever source `main` names; or the built file that it names.
fn built_entry(manifest: &Manifest, files: &BTreeSet<&str>) -> Result<Option<String>, String> {
    match manifest.main.as_deref().map(relative) {
        Some(main) if main.starts_with("dist/") && files.contains(main) => Ok(Some(main.to_owned())),
        _ if files.contains(BUNDLE) => Ok(Some(BUNDLE.to_owned())),
        None => Ok(None),
        Some(main) => {
            Err(format!("main names {}, but neither it nor {BUNDLE} is in dist/; build it first", quote(main)))
        }
    }
}

/// The entry of a package that nobody built: the source that `main` names, or that is where it usually is.
fn source_entry(manifest: &Manifest, files: &BTreeSet<&str>) -> Result<Option<String>, String> {
    let Some(main) = manifest.main.as_deref().map(relative) else {
        return Ok(SOURCE_ENTRIES.into_iter().find(|entry| files.contains(entry)).map(str::to_owned));
    };
    if main.starts_with("src/") && files.contains(main) {
        return Ok(Some(main.to_owned()));
    }
    // The compiled manifest of an earlier build, with the sources beside it.
    if main == BUNDLE
        && let Some(entry) = SOURCE_ENTRIES.into_iter().find(|entry| files.contains(entry))
    {
        return Ok(Some(entry.to_owned()));
    }
    Err(format!("main names {}, which is neither below dist/ nor below src/; build it, or correct main", quote(main)))
}

fn relative(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

fn is_typescript(path: &str) -> bool {
    path.ends_with(".ts") || path.ends_with(".mts")
}

fn typescript_warning(main: &str) -> String {
    format!(
        "{main} is TypeScript and is packed as it is. The gate reads it; a host loads JavaScript: build {BUNDLE} before you \
         publish, such as with `esbuild {main} --bundle --format=esm --packages=external --outfile={BUNDLE}`"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(extra: &str, files: &[&str]) -> Result<Layout, String> {
        let text = format!(r#"{{"id": "com.acme.a", "version": "1.0.0", "type": "plugin", "name": "A"{extra}}}"#);
        let manifest = manifest::parse(text.as_bytes()).expect("manifest");
        let top = files.iter().map(|file| file.split('/').next().unwrap_or(file).to_owned()).collect();
        Layout::plan(&manifest, &files.iter().copied().collect(), &top)
    }

    #[test]
    fn main_is_the_bundle_if_there_is_one_else_the_source() {
        let main = |extra, files: &[&str]| plan(extra, files).expect("layout").main;
        let sources = ["src/index.ts", "src/patterns.ts"];
        assert_eq!(main("", &["assets/a.css"]), None);
        assert_eq!(main("", &sources).as_deref(), Some("src/index.ts"));
        assert_eq!(main("", &["src/index.ts", "dist/index.mjs"]).as_deref(), Some("dist/index.mjs"));
        assert_eq!(
            main(r#", "main": "src/a.mjs""#, &["src/a.mjs", "dist/index.mjs"]).as_deref(),
            Some("dist/index.mjs")
        );
        assert_eq!(main(r#", "main": "./src/a.mjs""#, &["src/a.mjs", "src/index.mjs"]).as_deref(), Some("src/a.mjs"));
        assert_eq!(main(r#", "main": "dist/b.mjs""#, &["dist/b.mjs", "dist/index.mjs"]).as_deref(), Some("dist/b.mjs"));
        assert_eq!(main(r#", "main": "dist/index.mjs""#, &sources).as_deref(), Some("src/index.ts"));
        assert_eq!(main("", &["dist/objectstack.json"]), None);
        assert!(plan(r#", "main": "lib/a.mjs""#, &["lib/a.mjs"]).is_err());
        assert!(plan(r#", "main": "src/b.mjs""#, &["src/a.mjs"]).is_err());
    }

    #[test]
    fn sources_are_packed_only_where_nobody_built_them() {
        let built = plan("", &["src/index.ts", "dist/index.mjs"]).expect("layout");
        assert!(built.takes("dist/index.mjs") && !built.takes("src/index.ts"));
        assert!(built.warnings.is_empty());
        let unbuilt = plan("", &["src/index.ts", "src/patterns.ts"]).expect("layout");
        assert!(unbuilt.takes("src/patterns.ts"));
        assert!(unbuilt.warnings[0].contains("esbuild"), "{:?}", unbuilt.warnings);
    }

    #[test]
    fn npm_files_are_packed_only_with_manifest_deps_and_the_rest_is_named() {
        let files = ["src/index.mjs", "package.json", "pnpm-lock.yaml", "README.md", "acme.key"];
        let bundled = plan("", &files).expect("layout");
        assert_eq!(bundled.left_out, ["README.md", "acme.key", "package.json", "pnpm-lock.yaml"]);
        let deps = plan(r#", "packaging": "manifest-deps""#, &files).expect("layout");
        assert!(deps.takes("package.json") && deps.takes("pnpm-lock.yaml") && !deps.takes("acme.key"));
    }
}
