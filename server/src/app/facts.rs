//! The facts that the gate decides on: first what the bytes and the evidence say, then, inside the transaction that applies
//! the decision, what the registry knows.

use std::collections::BTreeMap;

use plimsoll_core::access::Account;
use plimsoll_core::artifact::{self, ArtifactError, Inspection};
use plimsoll_core::bundle::{self, Candidate};
use plimsoll_core::gate::{self, Facts, KeyFacts, RegistryFacts, Report, Request};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::{Evidence, EvidenceKind, Listing, Pin, PublisherKey, StoredArtifact};
use plimsoll_core::{Digest, KeyId, Manifest, PackageId, PackageType, PublisherName, Timestamp, Version, Visibility};
use plimsoll_store::version::VersionRecord;
use plimsoll_store::{Conn, artifact as artifacts, key, namespace, package, prefix, publisher, version};
use plimsoll_trust::evidence::{self, gate_evidence};

use super::submitted::Submitted;
use super::{Error, Result, publishers};
use crate::App;

/// The most versions of other packages that are looked at for one decision, since that is done inside of its transaction.
const VERSIONS_MAX: usize = 5_000;

/// What the bytes and the evidence say. Found outside of any transaction, since it reads the whole artifact.
pub(super) struct Examined {
    /// The artifact.
    pub(super) stored: StoredArtifact,
    /// Its content.
    pub(super) content: std::result::Result<Inspection, ArtifactError>,
    /// The publisher's evidence, verbatim.
    pub(super) evidence: Evidence,
    /// The `ed25519:` string that came beside a statement.
    pub(super) signature: Option<String>,
    /// Which of the publisher's keys they were held against, and what came out.
    keys: Vec<PublisherKey>,
    outcome: gate::Evidence,
    /// The moment for which its key was looked at.
    pub(super) at: Timestamp,
}

/// What somebody wants to be decided.
pub(super) struct Submission<'a> {
    pub(super) package: &'a PackageId,
    pub(super) publisher: &'a PublisherName,
    pub(super) visibility: Visibility,
    pub(super) listing: &'a Listing,
    /// What the request says again of what the manifest says.
    pub(super) claims: Claims,
}

/// What a request says again of what the manifest says; the gate refuses what differs.
#[derive(Clone, Debug, Default)]
pub(super) struct Claims {
    pub(super) version: Option<Version>,
    pub(super) manifest_differs: Vec<String>,
}

/// The keys, or what vouches for the version, changed between the examination and the decision: examine again.
pub(super) struct Outdated;

/// How often that is done.
pub(super) const ATTEMPTS: u32 = 3;

impl From<Outdated> for Error {
    fn from(_: Outdated) -> Self {
        let message = "the publisher's keys, or what vouches for the version, change all the time: try again";
        Self::conflict(ProblemCode::StateConflict, message)
    }
}

/// A decision, and what an App's bundle came to.
pub(super) struct Decided {
    pub(super) report: Report,
    pub(super) bundled: Vec<Pin>,
}

/// Refuses an artifact that the account did not upload itself: who knows only the digest of somebody's private artifact must
/// not get at its bytes by publishing it.
pub(super) fn uploaded(app: &App, account: &Account, sha256: Digest) -> Result<StoredArtifact> {
    let found = app.store.read("uploaded", |conn| artifacts::find_uploaded(conn, &sha256, &account.name))?;
    found.ok_or_else(|| not_uploaded(sha256))
}

/// The artifact is not there, or not any more.
pub(super) fn not_uploaded(sha256: Digest) -> Error {
    Error::Invalid {
        code: ProblemCode::ArtifactUnknown,
        message: format!(
            "upload the artifact first: PUT /v1/artifacts/{sha256}. What no version refers to is kept for a day"
        ),
        errors: Vec::new(),
    }
}

impl Examined {
    /// The publisher's key that the evidence was made with.
    pub(super) fn key_id(&self) -> Option<KeyId> {
        match &self.outcome {
            gate::Evidence::Verified { key_id, .. } => Some(key_id.clone()),
            _ => None,
        }
    }

    /// Whether a version as it is now was examined, and not what was submitted before it.
    pub(super) fn is_of(&self, submitted: &Submitted) -> bool {
        let Submitted { record, documents, .. } = submitted;
        self.stored.sha256 == record.sha256
            && self.at == record.published_at
            && self.evidence.kind == record.evidence_kind
            && self.evidence.text == documents.evidence
            && self.signature == documents.signature
    }

    /// The manifest, if there is one that can be read.
    pub(super) fn manifest(&self) -> Option<&Manifest> {
        self.content.as_ref().ok()?.manifest.as_ref().ok()
    }
}

/// What a publisher vouches with: a statement, a signature string, both or nothing. `hosted` where the registry built the
/// artifact itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Vouchers {
    pub(super) statement: Option<String>,
    pub(super) signature: Option<String>,
    pub(super) hosted: bool,
}

impl Vouchers {
    /// What a version was vouched for with.
    pub(super) fn kept(of: &Submitted) -> Self {
        let (evidence, signature) = (of.documents.evidence.clone(), of.documents.signature.clone());
        match of.record.evidence_kind {
            EvidenceKind::Statement => Self { statement: evidence, signature, hosted: false },
            kind => Self { statement: None, signature: evidence, hosted: kind == EvidenceKind::Hosted },
        }
    }

    /// Whether there is a signature or a statement among them that is not among others.
    pub(super) fn add_to(&self, others: &Self) -> bool {
        let adds = |one: &Option<String>, other: &Option<String>| one.is_some() && one != other;
        adds(&self.statement, &others.statement) || adds(&self.signature, &others.signature)
    }
}

/// Reads the artifact, and holds the publisher's vouchers against its keys as of a moment.
pub(super) fn examine(
    app: &App,
    publisher: &PublisherName,
    stored: StoredArtifact,
    vouchers: Vouchers,
    at: Timestamp,
) -> Result<Examined> {
    let open = || {
        app.blobs.reader(&stored.sha256).map_err(|error| match error {
            // Uploads that no version refers to are collected.
            object_store::Error::NotFound { .. } => not_uploaded(stored.sha256),
            error => Error::Blobs(error),
        })
    };
    let failed = |error: std::io::Error| Error::Internal(format!("reading {}: {error}", stored.sha256));
    let content = match artifact::inspect(open()?, &app.limits) {
        // The store failed, not the publisher.
        Err(ArtifactError::Io(error)) => return Err(failed(error)),
        content => content,
    };
    let keys = app.store.read("keys", |conn| keys_of(conn, publisher))?;
    let check = |evidence: &Evidence| -> Result<gate::Evidence> {
        let artifact = evidence::Artifact { bytes: &mut open()?, sha256: stored.sha256 };
        let outcome = evidence::check(evidence, &keys, artifact, at).map_err(failed)?;
        Ok(gate_evidence(outcome, &app.registry))
    };
    let string =
        vouchers.signature.map(|text| Evidence { kind: EvidenceKind::Ed25519, key_id: None, text: Some(text) });
    let (evidence, signature, outcome) = match (vouchers.statement, string) {
        (None, None) => {
            let kind = if vouchers.hosted { EvidenceKind::Hosted } else { EvidenceKind::None };
            let none = Evidence { kind, key_id: None, text: None };
            let outcome = check(&none)?;
            (none, None, outcome)
        }
        (None, Some(string)) => {
            let outcome = check(&string)?;
            (string, None, outcome)
        }
        (Some(text), string) => {
            let statement = Evidence { kind: EvidenceKind::Statement, key_id: None, text: Some(text) };
            // The statement says more, so it is the evidence; but a string beside it must not be wrong.
            let beside = string.as_ref().map(check).transpose()?;
            let outcome = match beside {
                Some(wrong) if !matches!(wrong, gate::Evidence::Verified { .. }) => wrong,
                _ => check(&statement)?,
            };
            (statement, string.and_then(|string| string.text), outcome)
        }
    };
    Ok(Examined { stored, content, evidence, signature, keys, outcome, at })
}

fn keys_of(conn: &mut Conn, publisher: &PublisherName) -> Result<Vec<PublisherKey>> {
    Ok(key::list(conn, publisher)?.into_iter().map(|key| key.key).collect())
}

/// Gathers what the registry knows and lets the gate decide.
pub(super) fn decide(
    app: &App,
    conn: &mut Conn,
    examined: &Examined,
    submission: &Submission<'_>,
) -> Result<std::result::Result<Decided, Outdated>> {
    if keys_of(conn, submission.publisher)? != examined.keys {
        return Ok(Err(Outdated));
    }
    let level = publishers::found(conn, submission.publisher)?.level;
    let registry = registry_facts(conn, examined, submission)?;
    let bundled = registry.bundle.clone().and_then(std::result::Result::ok).unwrap_or_default();
    let mut evidence = examined.outcome.clone();
    if let gate::Evidence::Verified { key_id, key: facts, .. } = &mut evidence {
        *facts = key::find(conn, submission.publisher, key_id)?.map(|key| KeyFacts {
            added_at: key.key.added_at,
            now: app.clock.now(),
            first: key.is_first,
            vouched: key.vouched_by.is_some(),
        });
    }
    let report = gate::decide(&Facts {
        artifact: &examined.content,
        request: Request {
            package: Some(submission.package.clone()),
            version: submission.claims.version.clone(),
            manifest_differs: submission.claims.manifest_differs.clone(),
            publisher: Some(submission.publisher.clone()),
            sha256: Some(examined.stored.sha256),
            size: examined.stored.size,
            visibility: Some(submission.visibility),
            listing_lacks: Some(gate::listing_lacks(submission.listing, examined.manifest())),
            listing_sha256: Some(submission.listing.digest()),
        },
        level: Some(level),
        evidence,
        registry: Some(registry),
    });
    Ok(Ok(Decided { report, bundled }))
}

fn registry_facts(conn: &mut Conn, examined: &Examined, submission: &Submission<'_>) -> Result<RegistryFacts> {
    let package = package::find(conn, submission.package)?;
    let mut facts = RegistryFacts {
        owner: package.as_ref().map(|package| package.publisher.clone()),
        owner_is_public: version::any_listed(conn, submission.package)?,
        package_type: package.map(|package| package.package_type),
        prefixes: prefix::covering(conn, submission.package)?,
        ..RegistryFacts::default()
    };
    let (Ok(content), Some(manifest)) = (&examined.content, examined.manifest()) else { return Ok(facts) };
    // Namespaces are public, and so only what becomes public can collide.
    if let Some(name) = manifest.namespace.as_ref().filter(|_| submission.visibility == Visibility::Marketplace) {
        facts.namespace = namespace::find(conn, name)?;
        facts.package_namespace = namespace::of_package(conn, submission.package)?;
    }
    facts.dependencies = dependency_facts(conn, manifest, submission)?;
    if manifest.package_type == PackageType::App {
        let app = bundle::App {
            id: submission.package,
            publisher: submission.publisher,
            audience: submission.visibility,
            bundles: bundle::bundled_by(content),
        };
        let mut left = VERSIONS_MAX;
        facts.bundle = match bundle::resolve(&app, |id| candidates(conn, id, &mut left)) {
            Ok(pins) => Some(pins),
            Err(Stop::TooMany) => Some(Err(vec![format!(
                "the packages that it takes in have more than {VERSIONS_MAX} versions together: bundle fewer"
            )])),
            Err(Stop::Failed(error)) => return Err(error),
        };
    }
    Ok(facts)
}

/// For each dependency, whether a version that the audience may see satisfies it. Those for which too many versions would
/// have to be looked at are left out: undecided.
fn dependency_facts(
    conn: &mut Conn,
    manifest: &Manifest,
    submission: &Submission<'_>,
) -> Result<BTreeMap<PackageId, bool>> {
    let mut facts = BTreeMap::new();
    let mut left = VERSIONS_MAX;
    for (id, dependency) in &manifest.dependencies {
        let satisfies = |candidate: &Candidate| {
            candidate.serves(submission.visibility, submission.publisher)
                && dependency.range.matches(&candidate.version, false)
        };
        match candidates(conn, id, &mut left) {
            Ok(candidates) => facts.insert(id.clone(), candidates.iter().any(satisfies)),
            Err(Stop::TooMany) => break,
            Err(Stop::Failed(error)) => return Err(error),
        };
    }
    Ok(facts)
}

/// Why candidates are not given.
enum Stop {
    /// There are more than one decision looks at.
    TooMany,
    Failed(Error),
}

/// The versions of a package that may still be resolved, as long as `left` allows it.
fn candidates(conn: &mut Conn, id: &PackageId, left: &mut usize) -> std::result::Result<Vec<Candidate>, Stop> {
    let failed = |error: Error| Stop::Failed(error);
    let records = version::approved_at_most(conn, id, *left + 1).map_err(|error| failed(error.into()))?;
    *left = left.checked_sub(records.len()).ok_or(Stop::TooMany)?;
    let mut found = Vec::new();
    for record in records {
        if let (true, Some(visibility)) = (record.may_be_resolved(), record.approved_for) {
            found.push(candidate(record, visibility).map_err(failed)?);
        }
    }
    Ok(found)
}

fn candidate(record: VersionRecord, visibility: Visibility) -> Result<Candidate> {
    let mut dependencies = BTreeMap::new();
    for (id, range) in &record.dependencies {
        let range = range.parse().map_err(|error| Error::Internal(format!("a stored dependency: {error}")))?;
        dependencies.insert(id.clone(), range);
    }
    Ok(Candidate {
        version: record.version,
        publisher: record.publisher,
        visibility,
        sha256: record.sha256,
        tier: record.tier,
        permissions: record.permissions,
        dependencies,
    })
}

/// Takes the publisher's row for this transaction, so that its level and keys stay as they are until the end.
pub(super) fn lock_publisher(conn: &mut Conn, name: &PublisherName) -> Result<()> {
    publisher::lock(conn, name)?.map(drop).ok_or_else(|| publishers::missing(name))
}
