//! The way of one sample: packed, signed, uploaded, published, reviewed, and perhaps taken back, as every package.

use std::io::Read;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use plimsoll_core::artifact::{self, Source};
use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::{self, Algorithm, Decision, Listing, NewReview, NewVersion, SetAvailability, StoredArtifact};
use plimsoll_core::{Digest, State, Visibility};
use plimsoll_trust::statement::{Publish, PublishedArtifact};
use plimsoll_trust::{LegacySignature, SigningKey};

use super::cast::{self, Publisher, REVIEWER};
use super::samples::{Fate, Sample};
use super::{DemoError, word};
use crate::App;
use crate::app::publish::{self, Origin};
use crate::app::{Caller, artifacts, availability, review};

/// Brings a sample where its fate wants it. What was done before, by a start that was interrupted, is not done again.
pub(super) fn play(app: &App, sample: &Sample) -> Result<(), DemoError> {
    let bytes = pack(app, sample)?;
    let owner = cast::caller(app, sample.package.publisher.account)?;
    let stored = artifacts::store(app, &owner, &bytes)?;
    let version = submit(app, &owner, sample, &bytes, stored)?;
    if version.state == State::PendingReview && !matches!(sample.fate, Fate::Waiting) {
        approve(app, &version)?;
    }
    let (to, reason, replacement) = match sample.fate {
        Fate::Listed | Fate::Waiting => return Ok(()),
        Fate::Deprecated { reason, replacement } => {
            (AvailabilityWord::Deprecated, reason, Some(replacement.to_owned()))
        }
        Fate::Yanked { reason } => (AvailabilityWord::Yanked, reason, None),
    };
    if version.availability.status != to {
        let set = SetAvailability { to, reason: reason.to_owned(), replacement };
        availability::set(app, &owner, &version.package, &version.version, set)?;
    }
    Ok(())
}

fn pack(app: &App, sample: &Sample) -> Result<Vec<u8>, DemoError> {
    let package = sample.package;
    let beside = [("assets/README.md", package.readme), ("assets/icon.svg", package.icon)];
    let sources = beside.iter().chain(package.members).map(|(path, content)| Source {
        path: (*path).to_owned(),
        size: content.len() as u64,
        open: Box::new(|| Ok(Box::new(content.as_bytes()) as Box<dyn Read>)),
    });
    let mut bytes = Vec::new();
    artifact::pack(sample.manifest.as_bytes(), sources.collect(), &app.limits, &mut bytes)?;
    Ok(bytes)
}

fn submit(
    app: &App,
    owner: &Caller,
    sample: &Sample,
    bytes: &[u8],
    stored: StoredArtifact,
) -> Result<wire::Version, DemoError> {
    let package = sample.package;
    let inspection = artifact::inspect(bytes, &app.limits)?;
    let manifest = inspection.manifest.expect("what was packed has a manifest");
    let key = cast::key(app, package.publisher)?;
    let statement = Publish {
        registry: app.registry().to_owned(),
        package: manifest.id.clone(),
        version: manifest.version.clone(),
        artifact: PublishedArtifact {
            filename: format!("{}-{}.osplugin", manifest.id, manifest.version),
            size: stored.size,
            sha256: stored.sha256,
        },
        manifest_sha256: Digest::of(manifest.bytes()),
        publisher: word(package.publisher.name),
    };
    let new = NewVersion {
        publisher: word(package.publisher.name),
        sha256: stored.sha256,
        signature: signature(&key, package.publisher, bytes)?,
        statement: Some(statement.sign(&key)?),
        visibility: Some(Visibility::Marketplace),
        submit: true,
        notes: None,
        listing: Some(Listing {
            category: Some(word(package.category)),
            readme: Some(package.readme.to_owned()),
            icon: Some(format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(package.icon))),
            ..Listing::default()
        }),
    };
    Ok(publish::publish(app, owner, &manifest.id, new, &Origin::default(), false)?.version)
}

/// The `ed25519:` string that ObjectStack's own tools read, where the key is of that kind.
fn signature(key: &SigningKey, publisher: &Publisher, bytes: &[u8]) -> Result<Option<String>, DemoError> {
    if publisher.algorithm != Algorithm::Ed25519 {
        return Ok(None);
    }
    Ok(Some(LegacySignature::sign(key, word(publisher.key_id), bytes)?.to_string()))
}

/// Approves a version as the reviewer, over its present report.
pub(super) fn approve(app: &App, version: &wire::Version) -> Result<(), DemoError> {
    let review = NewReview {
        decision: Decision::Approve,
        reason: "a sample of the demonstration".to_owned(),
        sha256: version.sha256,
        report_sha256: version.report_sha256.expect("its publisher sees the report"),
    };
    review::decide(app, &cast::caller(app, REVIEWER)?, &version.package, &version.version, review)?;
    Ok(())
}
