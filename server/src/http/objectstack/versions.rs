//! Versions, as `os plugin publish` sends them: the artifact inside of the JSON.

use actix_web::http::{Method, StatusCode};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{Digest, PackageId, Version, wire};
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::{JsonBody, Text};
use super::envelope;
use crate::App;
use crate::app::publish::{self, Origin, Published};
use crate::app::{Caller, announce, artifacts};
use crate::http::body::invalid;
use crate::http::call::Call;
use crate::http::openapi::{Credentials, Operation, Tag};
use crate::http::problem::Failure;
use crate::http::route::{Answer, Route};

const MIB: u64 = 1024 * 1024;
/// The largest artifact that is taken inside of JSON, which has to be in memory as a whole.
const ARTIFACT_BYTES: u64 = 32 * MIB;
/// The artifact in base64, the manifest beside it, and some room for the rest.
const BODY_BYTES: u64 = ARTIFACT_BYTES.div_ceil(3) * 4 + 4 * MIB;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Method::POST,
        "/api/v1/cloud/packages/{package}/versions",
        create,
        Operation::new("osPublishVersion", Tag::Versions, "Publish a version whose artifact is in the body")
            .credentials(Credentials::Required),
    )]
}

#[derive(Deserialize)]
struct NewVersion<'a> {
    version: Version,
    artifact_kind: Option<String>,
    #[serde(borrow)]
    osplugin: Option<Text<'a>>,
    plugin_manifest: Option<Value>,
    artifact_checksum: Option<Digest>,
    signature: Option<String>,
    release_notes: Option<String>,
    #[serde(default)]
    is_pre_release: bool,
    #[serde(default)]
    submit_for_review: bool,
    #[serde(default)]
    auto_approve: bool,
}

async fn create(mut call: Call) -> Answer {
    let id: PackageId = call.path("package")?;
    call.run(artifacts::may_upload).await?;
    let app = call.app.clone();
    let _share = app.buffered.take(call.caller.account()?).await?;
    let body = JsonBody(call.json_bytes(BODY_BYTES).await.map_err(|failure| match failure.code() {
        ProblemCode::BodyTooLarge => too_large(),
        _ => failure,
    })?);
    let Published { version, created } = call.run(move |app, caller| accept(app, caller, &id, &body)).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let warnings = version.report.as_ref().map(envelope::warnings).unwrap_or_default();
    envelope::done(
        status,
        // A version is known by its number, also in paths.
        &json!({
            "id": version.version, "version": version.version, "package_id": version.package,
            "listing_status": version.state, "visibility": version.visibility, "checksum": version.sha256,
            "warnings": warnings,
        }),
    )
}

fn too_large() -> Failure {
    let detail = format!(
        "the artifact is larger than the {} MiB that are taken this way: publish it with `plimsoll publish`, which streams it",
        ARTIFACT_BYTES / MIB
    );
    Failure::new(ProblemCode::BodyTooLarge, detail)
}

/// Publishes what a body says, by the same use cases as an upload and a publish after it.
fn accept(app: &App, caller: &Caller, id: &PackageId, body: &JsonBody) -> Result<Published, Failure> {
    let new: NewVersion<'_> = body.parse()?;
    check(&new)?;
    let publisher = announce::publisher(app, caller, id)?;
    let bytes = artifact(&new)?;
    let stored = artifacts::store(app, caller, &bytes)?;
    let asked = wire::NewVersion {
        publisher,
        sha256: stored.sha256,
        signature: new.signature,
        statement: None,
        visibility: None,
        submit: new.submit_for_review,
        notes: new.release_notes,
        listing: None,
    };
    let origin = Origin { version: Some(new.version), manifest: new.plugin_manifest, hosted: false };
    Ok(publish::publish(app, caller, id, asked, &origin, false)?)
}

/// Refuses what cannot be done as asked, instead of doing something else.
fn check(new: &NewVersion<'_>) -> Result<(), Failure> {
    if new.auto_approve {
        let detail = "`auto_approve` would be a review, and no member of a publisher reviews its versions: publish with \
                      `--submit`, and let a reviewer who is not a member decide";
        return Err(Failure::new(ProblemCode::NotAllowed, detail));
    }
    if new.is_pre_release && !new.version.is_pre_release() {
        let message = format!(
            "{} is the number of a release, and who resolves it goes by the number: publish it as one, or as a number such as \
             {0}-rc.1",
            new.version
        );
        return Err(invalid("/is_pre_release".to_owned(), message));
    }
    match new.artifact_kind.as_deref() {
        Some("plugin") => Ok(()),
        _ => Err(invalid("/artifact_kind".to_owned(), "this registry takes `plugin` here".to_owned())),
    }
}

/// The bytes of the artifact, which are those that the client meant.
fn artifact(new: &NewVersion<'_>) -> Result<Vec<u8>, Failure> {
    let wrong = |message: String| invalid("/osplugin".to_owned(), message);
    let text = &new.osplugin.as_ref().ok_or_else(|| wrong("send the artifact, in base64".to_owned()))?.0;
    let bytes =
        BASE64_STANDARD.decode(text.as_bytes()).map_err(|error| wrong(format!("use standard base64: {error}")))?;
    if bytes.is_empty() {
        return Err(wrong("the artifact is empty".to_owned()));
    }
    if bytes.len() as u64 > ARTIFACT_BYTES {
        return Err(too_large());
    }
    let found = Digest::of(&bytes);
    if let Some(claimed) = new.artifact_checksum.filter(|claimed| *claimed != found) {
        let detail =
            format!("the artifact has the digest {found}, but `artifact_checksum` says {claimed}: send it again");
        return Err(Failure::new(ProblemCode::DigestMismatch, detail));
    }
    Ok(bytes)
}
