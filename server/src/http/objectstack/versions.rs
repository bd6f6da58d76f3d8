//! Versions: as `os plugin publish` sends them, with the artifact inside of the JSON; and as `os package publish` does, with a
//! compiled stack, of which the artifact is built here.

use actix_web::http::{Method, StatusCode};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use plimsoll_core::problem::{FieldError, ProblemCode};
use plimsoll_core::{Digest, PackageId, State, Version, Visibility, artifact, wire};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::body::{JsonBody, Text};
use super::envelope;
use crate::App;
use crate::app::publish::{self, Origin, Published};
use crate::app::{Caller, announce, artifacts, submit};
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
    vec![
        Route::new(
            Method::POST,
            "/api/v1/cloud/packages/{package}/versions",
            create,
            Operation::new(
                "osPublishVersion",
                Tag::Versions,
                "Publish a version whose artifact, or compiled stack, is in the body",
            )
            .credentials(Credentials::Required),
        ),
        Route::new(
            Method::POST,
            "/api/v1/cloud/packages/{package}/versions/{version}/submit",
            submit_draft,
            Operation::new("osSubmitVersion", Tag::Versions, "Submit a version that is there, for review")
                .credentials(Credentials::Required),
        ),
    ]
}

#[derive(Deserialize)]
struct NewVersion<'a> {
    version: Version,
    artifact_kind: Option<String>,
    #[serde(borrow)]
    osplugin: Option<Text<'a>>,
    #[serde(borrow)]
    plugin_manifest: Option<&'a RawValue>,
    artifact_checksum: Option<Digest>,
    #[serde(borrow)]
    bundle: Option<&'a RawValue>,
    signature: Option<String>,
    release_notes: Option<String>,
    #[serde(default)]
    is_pre_release: bool,
    #[serde(default)]
    submit_for_review: bool,
    #[serde(default)]
    auto_approve: bool,
    install_env_id: Option<String>,
}

/// An artifact, and how it came.
struct Brought {
    bytes: Vec<u8>,
    origin: Origin,
}

async fn create(mut call: Call) -> Answer {
    let id: PackageId = call.path("package")?;
    call.run(|app, caller| artifacts::may_upload(app, caller, None)).await?;
    let app = call.app.clone();
    let share = app.buffered.take(call.caller.account()?).await?;
    let body = JsonBody(call.json_bytes(BODY_BYTES).await.map_err(|failure| match failure.code() {
        ProblemCode::BodyTooLarge => too_large(),
        _ => failure,
    })?);
    let accepting = move |app: &App, caller: &Caller| {
        let _share = share;
        accept(app, caller, &id, &body)
    };
    let Published { version, created, listing_stays } = call.run_examining(accepting).await?;
    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let mut warnings = warnings(&version);
    if listing_stays {
        warnings.push(format!(
            "the listing of {} {} is what a reviewer looked at, and stays: another readme, icon, category or description is for \
             later versions",
            version.package, version.version
        ));
    }
    envelope::done(status, &shape(&version, warnings))
}

/// What `os package publish` tells its users to ask for, where they left out `--submit`. A body is not looked at.
async fn submit_draft(call: Call) -> Answer {
    let (id, number): (PackageId, Version) = (call.path("package")?, call.path("version")?);
    let Published { version, .. } =
        call.run_examining(move |app, caller| submit::submit(app, caller, &id, &number)).await?;
    let mut warnings = warnings(&version);
    if is_unlisted(&version) {
        warnings.push(format!(
            "nothing was submitted: {} {} is {} and needs no review; to have it in the marketplace, publish it again with \
             `--visibility marketplace --submit`",
            version.package, version.version, version.visibility
        ));
    }
    envelope::done(StatusCode::OK, &shape(&version, warnings))
}

/// A version as the clients read it, which is known by its number, also in paths.
fn shape(version: &wire::Version, warnings: Vec<String>) -> Value {
    json!({
        "id": version.version, "version": version.version, "package_id": version.package,
        "listing_status": listing_status(version), "visibility": version.visibility, "checksum": version.sha256,
        "warnings": warnings,
    })
}

fn warnings(version: &wire::Version) -> Vec<String> {
    version.report.as_ref().map(envelope::warnings).unwrap_or_default()
}

/// The state of a version in the catalog: of `approved`, the clients tell their user that everybody finds it there.
fn listing_status(version: &wire::Version) -> State {
    if is_unlisted(version) { State::Draft } else { version.state }
}

/// Whether a version may be used by those whom it is for, but is in no catalog.
fn is_unlisted(version: &wire::Version) -> bool {
    version.state == State::Approved && version.visibility != Visibility::Marketplace
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
    let Brought { bytes, origin } = match &new.bundle {
        None => plugin(app, &new)?,
        Some(stack) => bundle(app, id, &new, stack)?,
    };
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
    Ok(publish::publish(app, caller, id, asked, &origin, false)?)
}

/// Refuses what cannot be done as asked, instead of doing something else.
fn check(new: &NewVersion<'_>) -> Result<(), Failure> {
    let refused = |code, why: String| Err(Failure::new(code, format!("nothing was published: {why}")));
    if new.auto_approve {
        let why = "`--auto-approve` would be a review, and no member of a publisher reviews its versions; publish with \
                   `--submit` instead, and a reviewer who is no member decides (`plimsoll review approve`)";
        return refused(ProblemCode::NotAllowed, why.to_owned());
    }
    if new.is_pre_release && !new.version.is_pre_release() {
        let why = format!(
            "{} is the number of a release, which `--pre-release` does not change for those who resolve it; give it a number \
             such as {0}-rc.1 (`os package publish --version`), or leave the flag out",
            new.version
        );
        return refused(ProblemCode::BodyInvalid, why);
    }
    if new.install_env_id.is_some() {
        let why = "the registry has no environments to install into; publish without `--install`, then let a runtime install \
                   the App (`os package install`)";
        return refused(ProblemCode::BodyInvalid, why.to_owned());
    }
    match (new.artifact_kind.as_deref(), &new.osplugin, &new.bundle) {
        (Some("plugin"), Some(_), None) | (None, None, Some(_)) => Ok(()),
        (Some("plugin") | None, ..) => {
            let message =
                "send either `artifact_kind: plugin` with the artifact as `osplugin`, or a compiled stack as `bundle`";
            Err(invalid(String::new(), message.to_owned()))
        }
        (Some(_), ..) => Err(invalid("/artifact_kind".to_owned(), "the one kind with a name is `plugin`".to_owned())),
    }
}

/// The artifact in the body, which is the one that the client meant.
fn plugin(app: &App, new: &NewVersion<'_>) -> Result<Brought, Failure> {
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
    let wrong = |message: String| invalid("/plugin_manifest".to_owned(), message);
    let manifest = match new.plugin_manifest {
        Some(text) if text.get().len() as u64 > app.limits.manifest_bytes => {
            return Err(wrong(format!("a manifest has at most {} bytes", app.limits.manifest_bytes)));
        }
        Some(text) => Some(serde_json::from_str(text.get()).map_err(|error| wrong(error.to_string()))?),
        None => None,
    };
    Ok(Brought { bytes, origin: Origin { version: Some(new.version.clone()), manifest, hosted: false } })
}

/// The artifact of the compiled stack in the body. Nobody signed it.
fn bundle(app: &App, id: &PackageId, new: &NewVersion<'_>, stack: &RawValue) -> Result<Brought, Failure> {
    if new.signature.is_some() {
        let message = "a signature is over the bytes of an artifact, and this one is built here: leave it out, or build the \
                       artifact with `plimsoll pack`, sign it and publish it";
        return Err(invalid("/signature".to_owned(), message.to_owned()));
    }
    let built = artifact::pack_stack(stack.get().as_bytes(), id, &new.version, &app.limits);
    let bytes = built.map_err(|problems| {
        let at = |pointer: &str| format!("/bundle{pointer}");
        let errors: Vec<FieldError> =
            problems.into_iter().map(|it| FieldError { pointer: at(&it.pointer), message: it.message }).collect();
        let detail = "mend the compiled stack and build it again, since it cannot be published as it is";
        Failure::new(ProblemCode::BodyInvalid, detail).with_errors(errors)
    })?;
    Ok(Brought { bytes, origin: Origin { version: Some(new.version.clone()), manifest: None, hosted: true } })
}
