//! Checks that request, bytes, statement and registry speak of the same thing.

use std::fmt::Display;

use super::super::{Evidence, Request, StatementFacts};
use super::answer::{Answer, Context, Gap, Judged, list};
use crate::manifest::pointer::Pointer;
use crate::wire::EvidenceKind;
use crate::{Digest, Manifest, State, Visibility, quote};

/// Two that must be equal, each with the name of where it stands.
struct Pair {
    what: &'static str,
    pointer: Option<&'static str>,
    left: (&'static str, String),
    right: (&'static str, String),
}

impl Pair {
    fn of(
        what: &'static str,
        left: (&'static str, &(impl Display + ?Sized)),
        right: (&'static str, &(impl Display + ?Sized)),
    ) -> Self {
        let pointer = match what {
            "package" => Some("#/id"),
            "version" => Some("#/version"),
            "type" => Some("#/type"),
            "namespace" => Some("#/namespace"),
            _ => None,
        };
        Self { what, pointer, left: (left.0, left.1.to_string()), right: (right.0, right.1.to_string()) }
    }

    fn differs(&self) -> bool {
        self.left.1 != self.right.1
    }
}

impl Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (left, right) = (quote(&self.left.1), quote(&self.right.1));
        write!(f, "the {} is {left} in {}, but {right} in {}", self.what, self.left.0, self.right.0)
    }
}

fn with_request(request: &Request, manifest: &Manifest) -> Vec<Pair> {
    let (asked, declared) = ("the request", "the manifest");
    let package = request.package.as_ref().map(|id| Pair::of("package", (asked, id), (declared, &manifest.id)));
    let version = request.version.as_ref().map(|it| Pair::of("version", (asked, it), (declared, &manifest.version)));
    package.into_iter().chain(version).collect()
}

fn with_statement(said: &StatementFacts, request: &Request, manifest: &Manifest) -> Result<Vec<Pair>, Gap> {
    let sha256 = request.sha256.as_ref().ok_or(Gap::FactMissing("the digest of the artifact"))?;
    let (statement, bytes) = ("the statement", "the artifact");
    let mut pairs = vec![
        Pair::of("registry", (statement, &said.registry), ("this registry", &said.this_registry)),
        Pair::of("package", (statement, &said.package), ("the manifest", &manifest.id)),
        Pair::of("version", (statement, &said.version), ("the manifest", &manifest.version)),
        Pair::of("digest", (statement, &said.sha256), (bytes, sha256)),
        Pair::of("size", (statement, &said.size), (bytes, &request.size)),
        Pair::of("manifest digest", (statement, &said.manifest_sha256), (bytes, &Digest::of(manifest.bytes()))),
    ];
    if let Some(publisher) = &request.publisher {
        pairs.push(Pair::of("publisher", (statement, &said.publisher), ("the request", publisher)));
    }
    Ok(pairs)
}

/// Where the namespace of a package is from, and what to do about it.
const LISTED: &str = "its versions in the marketplace, and stays: keep it, or publish under another package id";

/// What stays the same for all versions of a package: its type, and the namespace with which it is in the marketplace, since
/// hosts keep the data of its objects under that.
fn with_earlier(context: &Context<'_>, manifest: &Manifest) -> Vec<Pair> {
    let Some(registry) = &context.facts.registry else { return Vec::new() };
    let (declared, kept) = ("the manifest", "earlier versions");
    let package_type = registry.package_type.as_ref();
    let package_type = package_type.map(|it| Pair::of("type", (declared, &manifest.package_type), (kept, it)));
    let namespaces = manifest.namespace.as_ref().zip(registry.package_namespace.as_ref());
    let namespaces = namespaces.filter(|_| context.visibility == Visibility::Marketplace);
    let namespace = namespaces.map(|(now, before)| Pair::of("namespace", (declared, now), (LISTED, before)));
    package_type.into_iter().chain(namespace).collect()
}

pub(super) fn identity_mismatch(context: &Context<'_>) -> Judged {
    let manifest = context.manifest()?;
    let request = &context.facts.request;
    let mut pairs = with_request(request, manifest);
    pairs.extend(with_earlier(context, manifest));
    match &context.facts.evidence {
        Evidence::Verified { statement: Some(statement), .. } => {
            pairs.extend(with_statement(statement, request, manifest)?);
        }
        Evidence::Verified { kind: EvidenceKind::Statement, statement: None, .. } => {
            return Err(Gap::FactMissing("what the statement says"));
        }
        _ => {}
    }
    let different: Vec<&Pair> = pairs.iter().filter(|pair| pair.differs()).collect();
    // What is told of a pair need not be told of the key again.
    let told = |pointer: &String| different.iter().any(|pair| pair.pointer == Some(pointer.as_str()));
    let keys = request.manifest_differs.iter().map(|key| format!("#{}", Pointer::Root.key(key)));
    let keys: Vec<String> = keys.filter(|pointer| !told(pointer)).collect();
    if !different.is_empty() || !keys.is_empty() {
        let of_keys =
            (!keys.is_empty()).then(|| "the manifest in the request is not the one in the artifact".to_owned());
        let told = different.iter().map(|pair| pair.to_string()).chain(of_keys);
        let sentence = list(told, |sentence| sentence);
        let pointers = different.iter().filter_map(|pair| pair.pointer).map(str::to_owned).chain(keys);
        return Ok(
            Answer::refuse(format!("{sentence}. Publish, and sign, exactly what the manifest names.")).at(pointers)
        );
    }
    if request.package.is_none() {
        return Err(Gap::FactMissing("the package that the request names"));
    }
    if request.publisher.is_none() {
        return Err(Gap::FactMissing("the publisher that the request names"));
    }
    Ok(Answer::pass(format!("All speak of {} {}.", manifest.id, manifest.version)))
}

pub(super) fn version_exists(context: &Context<'_>) -> Judged {
    let existing = context.registry()?.existing.as_ref();
    let sha256 = context.facts.request.sha256.ok_or(Gap::FactMissing("the digest of the artifact"))?;
    Ok(match existing {
        None => Answer::pass("The version is new."),
        Some((there, _)) if *there == sha256 => Answer::pass("The version is there already, with the same bytes."),
        Some((there, state)) => Answer::refuse(format!(
            "This version exists ({state}) with other bytes, of digest {there}. The bytes of a version never change: raise \
             `version` and publish again."
        ))
        .at(["#/version".to_owned()]),
    })
}

pub(super) fn version_rejected(context: &Context<'_>) -> Judged {
    let existing = context.registry()?.existing.as_ref();
    let sha256 = context.facts.request.sha256.ok_or(Gap::FactMissing("the digest of the artifact"))?;
    Ok(match existing {
        Some((there, State::Rejected)) if *there == sha256 => Answer::refuse(
            "A reviewer rejected this version, and that is final. Mend what the review says, raise `version` and publish again.",
        )
        .at(["#/version".to_owned()]),
        _ => Answer::pass("No reviewer rejected these bytes under this version."),
    })
}
