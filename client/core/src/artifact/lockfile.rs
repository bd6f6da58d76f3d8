//! The pnpm lockfile (version 9 and newer): whether every entry is pinned by registry and integrity.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::inspect::MAX_FINDINGS;
use super::{Finding, Lockfile};
use crate::quote;

/// The member that holds it.
pub(super) const LOCKFILE_MEMBER: &str = "pnpm-lock.yaml";
/// Larger lockfiles are not read. The largest of public projects have about 2 MiB.
pub(super) const MAX_LOCKFILE_BYTES: u64 = 8 * 1024 * 1024;

/// Ways of naming a source that no registry pins.
const OTHER_SOURCES: [&str; 9] = ["link:", "file:", "portal:", "git:", "git+", "github:", "ssh:", "http:", "https:"];

const NOT_LISTED: &str = "it is used, but not among the packages, so it has no integrity";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Lock {
    lockfile_version: Version,
    #[serde(default)]
    importers: BTreeMap<String, Importer>,
    #[serde(default)]
    packages: BTreeMap<String, Package>,
    #[serde(default)]
    snapshots: BTreeMap<String, Snapshot>,
    #[serde(default)]
    patched_dependencies: BTreeMap<String, IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Version {
    Text(String),
    Number(f64),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Importer {
    #[serde(default)]
    dependencies: BTreeMap<String, Direct>,
    #[serde(default)]
    dev_dependencies: BTreeMap<String, Direct>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, Direct>,
}

#[derive(Deserialize)]
struct Direct {
    specifier: String,
    version: String,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    resolution: BTreeMap<String, Scalar>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Text(String),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Snapshot {
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, String>,
}

impl Lock {
    /// Whether a dependency is among the packages. Under another name than its own, its version says which package it is:
    /// `string-width@4.2.3`.
    fn has(&self, name: &str, version: &str) -> bool {
        let version = without_peers(version);
        self.packages.contains_key(&format!("{name}@{version}")) || self.packages.contains_key(version)
    }
}

/// Reads a lockfile and finds what it does not pin.
pub(super) fn read(bytes: &[u8]) -> Lockfile {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Lockfile::Unreadable("it is not UTF-8".to_owned());
    };
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: 16, max_aliases: 0, max_anchors: 0, max_documents: 1 },
        with_snippet: false,
    };
    let lock: Lock = match serde_saphyr::from_str_with_options(text, options) {
        Ok(lock) => lock,
        Err(error) => return Lockfile::Unreadable(format!("it is not a pnpm lockfile: {}", quote(&error.to_string()))),
    };
    let major = match &lock.lockfile_version {
        Version::Text(text) => text.split('.').next().and_then(|major| major.parse::<u32>().ok()),
        // Truncating is what is wanted: 9.0 is version 9.
        Version::Number(number) => Some(*number as u32),
    };
    if major.is_none_or(|major| major < 9) {
        return Lockfile::Unreadable("its lockfileVersion is not 9 or newer; use pnpm 9 or newer".to_owned());
    }
    Lockfile::Read { unpinned: unpinned(text, &lock) }
}

fn unpinned(text: &str, lock: &Lock) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut add = |entry: &str, why: &str| {
        if found.len() == MAX_FINDINGS {
            return;
        }
        let (line, what) = (line_of(text, entry), format!("{}: {why}", quote(entry)));
        found.push(Finding { path: LOCKFILE_MEMBER.to_owned(), line, what });
    };
    for importer in lock.importers.values() {
        let direct = [&importer.dependencies, &importer.dev_dependencies, &importer.optional_dependencies];
        for (name, direct) in direct.into_iter().flatten() {
            if is_other_source(&direct.specifier) || is_other_source(&direct.version) {
                add(name, "it comes from git, a URL or a file");
            } else if !lock.has(name, &direct.version) {
                add(name, NOT_LISTED);
            }
        }
    }
    for (id, package) in &lock.packages {
        if let Err(why) = check_package(id, package) {
            add(id, why);
        }
    }
    for (id, snapshot) in &lock.snapshots {
        if !lock.packages.contains_key(without_peers(id)) {
            add(id, NOT_LISTED);
        }
        let mut uses = snapshot.dependencies.iter().chain(&snapshot.optional_dependencies);
        if uses.clone().any(|(_, version)| is_other_source(version)) {
            add(id, "it depends on something from git, a URL or a file");
        } else if !uses.all(|(name, version)| lock.has(name, version)) {
            add(id, "it depends on something that is not among the packages, so that has no integrity");
        }
    }
    for name in lock.patched_dependencies.keys() {
        add(name, "it is patched from a file");
    }
    found
}

fn check_package(id: &str, package: &Package) -> Result<(), &'static str> {
    // After the name: a scope begins with `@` too.
    let version = id.get(1..).and_then(|rest| rest.split_once('@')).map(|(_, version)| version);
    if version.is_none_or(is_other_source) || package.resolution.keys().any(|key| key != "integrity") {
        return Err("it comes from git, a URL or a file");
    }
    match package.resolution.get("integrity") {
        Some(Scalar::Text(integrity)) if is_strong(integrity) => Ok(()),
        Some(_) => Err("its integrity is not a SHA-256, SHA-384 or SHA-512 digest"),
        None => Err("it has no integrity"),
    }
}

fn is_other_source(text: &str) -> bool {
    OTHER_SOURCES.iter().any(|source| text.starts_with(source)) || text.contains("://")
}

fn is_strong(integrity: &str) -> bool {
    let Some((algorithm, digest)) = integrity.split_once('-') else { return false };
    let length = match algorithm {
        "sha256" => 32,
        "sha384" => 48,
        "sha512" => 64,
        _ => return false,
    };
    BASE64_STANDARD.decode(digest).is_ok_and(|digest| digest.len() == length)
}

/// `react-dom@19.0.0(react@19.0.0)` is an instance of the package `react-dom@19.0.0`.
fn without_peers(snapshot: &str) -> &str {
    snapshot.split('(').next().unwrap_or(snapshot)
}

/// The first line that has the entry as its key.
fn line_of(text: &str, entry: &str) -> Option<u64> {
    let is_key = |line: &str| {
        let line = line.trim_start().trim_start_matches(['\'', '"']);
        line.strip_prefix(entry).is_some_and(|rest| rest.trim_start_matches(['\'', '"']).starts_with(':'))
    };
    text.lines().zip(1..).find(|(line, _)| is_key(line)).map(|(_, number)| number)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PINNED: &str = "{integrity: sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=}";

    fn findings(lockfile: &str) -> Vec<String> {
        match read(lockfile.as_bytes()) {
            Lockfile::Read { unpinned } => unpinned
                .into_iter()
                .map(|finding| {
                    format!("{} {}", finding.line.map_or("-".to_owned(), |line| line.to_string()), finding.what)
                })
                .collect(),
            other => vec![format!("{other:?}")],
        }
    }

    #[test]
    fn a_lockfile_of_registry_entries_is_pinned() {
        let pinned = format!(
            "lockfileVersion: '9.0'\n\nimporters:\n\n  .:\n    dependencies:\n      ms:\n        specifier: ^2\n        \
             version: 2.1.3\n\npackages:\n\n  ms@2.1.3:\n    resolution: {PINNED}\n    engines: {{node: '>=6'}}\n\n  \
             '@a/b@1.0.0':\n    resolution: {PINNED}\n\nsnapshots:\n\n  ms@2.1.3: {{}}\n\n  '@a/b@1.0.0(ms@2.1.3)':\n    \
             dependencies:\n      ms: 2.1.3\n"
        );
        assert_eq!(findings(&pinned), Vec::<String>::new());
    }

    #[test]
    fn everything_from_elsewhere_is_found() {
        for (packages, why) in [
            ("a@1.0.0:\n    resolution: {}", "5 \"a@1.0.0\": it has no integrity"),
            ("a@1.0.0: {}", "5 \"a@1.0.0\": it has no integrity"),
            ("a@1.0.0:\n    resolution: {integrity: sha1-AAAA}", "5 \"a@1.0.0\": its integrity is not"),
            ("a@1.0.0:\n    resolution: {integrity: 5}", "5 \"a@1.0.0\": its integrity is not"),
            ("a@file:../a:\n    resolution: {directory: ../a, type: directory}", "5 \"a@file:../a\": it comes from"),
            ("a@https://x.example/a.tgz:\n    resolution: {integrity: sha1-}", "it comes from git, a URL or a file"),
            ("a@1.0.0:\n    resolution: {tarball: https://x.example/a.tgz, integrity: x}", "it comes from git, a URL"),
            ("a@1.0.0:\n    resolution: {commit: abc, repo: x, type: git}", "it comes from git, a URL or a file"),
        ] {
            let found = findings(&format!("lockfileVersion: '9.0'\n\npackages:\n\n  {packages}\n"));
            assert!(found.len() == 1 && found[0].contains(why), "{packages}: {found:?}");
        }
        for specifier in ["link:../a", "file:a.tgz", "git+https://x.example/a", "github:a/b", "https://x.example/a"] {
            let importer = format!("a:\n        specifier: {specifier}\n        version: 1.0.0");
            let found =
                findings(&format!("lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      {importer}\n"));
            assert_eq!(found, ["5 \"a\": it comes from git, a URL or a file"], "{specifier}");
        }
        let found = findings("lockfileVersion: '9.0'\nsnapshots:\n  a@1.0.0: {}\n");
        assert!(found[0].contains("no integrity"), "{found:?}");
        let importer =
            "importers:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n        version: 1.0.0(b@2.0.0)\n";
        let found = findings(&format!("lockfileVersion: '9.0'\n{importer}"));
        assert_eq!(found, ["5 \"a\": it is used, but not among the packages, so it has no integrity"]);
        for package in ["a@1.0.0", "1.0.0"] {
            let packages = format!("packages:\n  {package}:\n    resolution: {PINNED}\n");
            let found = findings(&format!("lockfileVersion: '9.0'\n{importer}{packages}"));
            assert_eq!(found.is_empty(), package == "a@1.0.0", "{found:?}");
        }
        let packages =
            format!("packages:\n  a@1.0.0:\n    resolution: {PINNED}\nsnapshots:\n  a@1.0.0:\n    dependencies:\n");
        let found = findings(&format!("lockfileVersion: '9.0'\n{packages}      c: 3.0.0\n"));
        assert!(found[0].contains("depends on something that is not among the packages"), "{found:?}");
        let found = findings("lockfileVersion: '9.0'\npatchedDependencies:\n  a@1.0.0: {hash: x, path: p}\n");
        assert!(found[0].contains("patched"), "{found:?}");
    }

    #[test]
    fn what_cannot_be_read_is_not_pinned() {
        for bad in [
            "",
            "lockfileVersion: '6.0'\n",
            "lockfileVersion: 5.4\n",
            "packages: {}\n",
            "lockfileVersion: '9.0'\nlockfileVersion: '9.0'\n",
            "lockfileVersion: '9.0'\npackages: &a\n  x@1.0.0: *a\n",
            "lockfileVersion: '9.0'\n---\nlockfileVersion: '9.0'\n",
            "lockfileVersion: '9.0'\npackages: [",
        ] {
            assert!(matches!(read(bad.as_bytes()), Lockfile::Unreadable(_)), "{bad:?}");
        }
        assert!(matches!(read(b"\xff"), Lockfile::Unreadable(_)));
    }
}
