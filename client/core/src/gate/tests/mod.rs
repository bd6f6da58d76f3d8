//! Tests of the gate as a whole. Those of single checks go by group, like the checks.

mod bounds;
mod checks;
mod laws;
mod matrix;
mod namespaces;
mod samples;

use serde_json::{Value, json};

use super::*;
use crate::artifact::{Finding, Integrity, Lockfile, Malformed, NoManifest, SecretFinding};
use crate::{Limits, Permissions, Tier, artifact, manifest};

/// A version under test: small, of the publisher `acme`, and approved as it is.
struct Case {
    inspection: Result<Inspection, ArtifactError>,
    manifest: Value,
    request: Request,
    level: Option<Level>,
    evidence: Evidence,
    registry: Option<RegistryFacts>,
}

fn publisher(name: &str) -> PublisherName {
    name.parse().expect("publisher")
}

fn package(id: &str) -> PackageId {
    id.parse().expect("package id")
}

fn at(time: &str) -> Timestamp {
    time.parse().expect("time")
}

fn finding(path: &str, line: Option<u64>, what: &str) -> Finding {
    Finding { path: path.to_owned(), line, what: what.to_owned() }
}

/// Evidence by a key with these facts.
fn signed(key: Option<KeyFacts>) -> Evidence {
    let key_id = "acme-2026".parse().expect("key id");
    Evidence::Verified { kind: EvidenceKind::Ed25519, key_id, key, statement: None }
}

fn first_key() -> KeyFacts {
    KeyFacts { added_at: at("2026-01-01T00:00:00Z"), now: at("2026-01-01T01:00:00Z"), first: true, vouched: false }
}

impl Case {
    /// Data alone, private, signed with the publisher's first key.
    fn new() -> Self {
        let inspection = Inspection {
            members: Vec::new(),
            unpacked_bytes: 0,
            manifest: Err(NoManifest::Missing),
            integrity: Integrity::Match,
            code: Vec::new(),
            only_script_bodies: false,
            in_host: Vec::new(),
            capabilities: Permissions::default(),
            native: Vec::new(),
            install_scripts: Vec::new(),
            host_packages: Vec::new(),
            lockfile: Lockfile::Read { unpinned: Vec::new() },
            secrets: Vec::new(),
            apps: 0,
            objects: Vec::new(),
            reaches: [].into(),
            bundle: None,
        };
        Self {
            inspection: Ok(inspection),
            manifest: json!({ "id": "com.acme.notes", "version": "1.0.0", "type": "plugin", "name": "Notes" }),
            request: Request {
                package: Some(package("com.acme.notes")),
                version: None,
                manifest_differs: Vec::new(),
                publisher: Some(publisher("acme")),
                sha256: Some(Digest::of("artifact")),
                size: 8,
                visibility: Some(Visibility::Private),
                listing_lacks: Some(Vec::new()),
                listing_sha256: None,
            },
            level: Some(Level::Unverified),
            evidence: signed(Some(first_key())),
            registry: Some(RegistryFacts::default()),
        }
    }

    /// With a member of the manifest.
    fn with(mut self, key: &str, value: Value) -> Self {
        self.manifest[key] = value;
        self
    }

    /// With code, loaded as the runtime says.
    fn with_code(self, runtime: Option<&str>) -> Self {
        let case = self.with("main", json!("dist/index.mjs")).inspected(|inspection| {
            inspection.code.push(finding("dist/index.mjs", None, "a file of type .mjs"));
        });
        match runtime {
            Some(runtime) => case.with("runtime", json!(runtime)),
            None => case,
        }
    }

    fn inspected(mut self, change: impl FnOnce(&mut Inspection)) -> Self {
        change(self.inspection.as_mut().expect("an artifact that can be read"));
        self
    }

    fn requested(mut self, change: impl FnOnce(&mut Request)) -> Self {
        change(&mut self.request);
        self
    }

    fn known(mut self, change: impl FnOnce(&mut RegistryFacts)) -> Self {
        change(self.registry.as_mut().expect("a registry"));
        self
    }

    fn of_level(mut self, level: Level) -> Self {
        self.level = Some(level);
        self
    }

    fn with_evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = evidence;
        self
    }

    fn for_visibility(self, visibility: Visibility) -> Self {
        self.requested(|request| request.visibility = Some(visibility))
    }

    /// As `plimsoll check` sees it.
    fn offline(mut self) -> Self {
        self.level = None;
        self.registry = None;
        self.evidence = Evidence::NotEvaluated;
        self.request =
            Request { visibility: self.request.visibility, sha256: self.request.sha256, ..Request::default() };
        self
    }

    /// Without a readable manifest.
    fn without_manifest(mut self, why: NoManifest) -> Self {
        self.manifest = Value::Null;
        self.inspected(|inspection| inspection.manifest = Err(why))
    }

    fn report(mut self) -> Report {
        if let Ok(inspection) = &mut self.inspection
            && !self.manifest.is_null()
        {
            let text = self.manifest.to_string();
            inspection.manifest = Ok(manifest::parse(text.as_bytes()).expect("a manifest of a test"));
        }
        decide(&Facts {
            artifact: &self.inspection,
            request: self.request,
            level: self.level,
            evidence: self.evidence,
            registry: self.registry,
        })
    }

    fn verdict(self) -> Verdict {
        self.report().verdict
    }

    fn tier(self) -> Option<Tier> {
        self.report().tier
    }

    /// The checks that decide: code, outcome and places.
    fn findings(self) -> Vec<String> {
        let tell = |check: &Check| {
            let places =
                if check.pointers.is_empty() { String::new() } else { format!(" {}", check.pointers.join(" ")) };
            format!("{} {}{places}", check.outcome, check.code)
        };
        self.report().findings().map(tell).collect()
    }

    fn outcome(self, code: CheckCode) -> Outcome {
        self.report().check(code).outcome
    }

    fn message(self, code: CheckCode) -> String {
        self.report().check(code).message.clone()
    }
}

impl Report {
    fn check(&self, code: CheckCode) -> &Check {
        self.checks.iter().find(|check| check.code == code).expect("every check is in every report")
    }
}
