//! Versions of packages: publishing them, reading them and what vouches for them, taking them back.

use actix_web::http::{Method, StatusCode};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{PackageId, Version, gate, wire};

use super::call::Call;
use super::openapi::{AnyObject, Credentials, Envelope, Operation, Parameter, Tag, examples};
use super::problem::Failure;
use super::reply;
use super::route::{Answer, Route};
use crate::App;
use crate::app::publish::{self, Origin};
use crate::app::{self, Caller, availability, packages};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/v1/packages/{package}/versions",
            create,
            Operation::new("publishVersion", Tag::Versions, "Publish a version")
                .describe(
                    "Upload the artifact first. The gate decides: approved, held for review (then the state is \
                     `pending_review`), or refused, with its report either way. The first accepted version makes the package.",
                )
                .credentials(Credentials::Required)
                .query(Parameter::flag("validate_only", "Answer the same, status included, and do nothing."))
                .takes::<wire::NewVersion>(examples::new_version())
                .answers::<wire::Version>(201, "The version was accepted.", examples::version())
                .answers::<wire::Version>(200, "The same version was there already.", examples::version())
                .fails(&[
                    ProblemCode::NotFound,
                    ProblemCode::VersionExists,
                    ProblemCode::VersionRejected,
                    ProblemCode::IndexFull,
                    ProblemCode::PublisherFull,
                    ProblemCode::StateConflict,
                    ProblemCode::ArtifactUnknown,
                    ProblemCode::GateRefused,
                    ProblemCode::TooManyRequests,
                ]),
        ),
        Route::new(
            Method::GET,
            "/v1/packages/{package}/versions",
            list,
            Operation::new("listVersions", Tag::Versions, "The versions of a package, highest first")
                .paged()
                .answers::<wire::Versions>(200, "A page of versions.", examples::versions())
                .fails(&[ProblemCode::NotFound]),
        ),
        Route::new(
            Method::GET,
            "/v1/packages/{package}/versions/{version}",
            show,
            Operation::new("getVersion", Tag::Versions, "A version")
                .describe(
                    "With the gate report for members of the publisher, reviewers and administrators; of a version that waits \
                     for a reviewer, the report of now, which is what a review names.",
                )
                .answers::<wire::Version>(200, "The version.", examples::version())
                .fails(&[ProblemCode::NotFound, ProblemCode::TooManyRequests]),
        ),
        Route::new(
            Method::GET,
            "/v1/packages/{package}/versions/{version}/report",
            report,
            Operation::new("getReport", Tag::Versions, "The gate report of a version, as its exact text")
                .credentials(Credentials::Required)
                .answers_document::<gate::Report>("The report.", examples::report())
                .fails(&[ProblemCode::NotFound, ProblemCode::TooManyRequests]),
        ),
        Route::new(
            Method::GET,
            "/v1/packages/{package}/versions/{version}/approval",
            approval,
            Operation::new("getApproval", Tag::Versions, "The registry's approval of a version, as its exact text")
                .describe("An approval/v1 statement in a DSSE envelope, signed by a key of the discovery document.")
                .answers_document::<Envelope>("The approval.", examples::envelope())
                .fails(&[ProblemCode::NotFound]),
        ),
        Route::new(
            Method::GET,
            "/v1/packages/{package}/versions/{version}/evidence",
            evidence,
            Operation::new("getEvidence", Tag::Versions, "What vouches for a version on its publisher's side")
                .answers::<wire::VersionEvidence>(200, "The evidence.", examples::evidence())
                .fails(&[ProblemCode::NotFound]),
        ),
        Route::new(
            Method::GET,
            "/v1/packages/{package}/versions/{version}/manifest",
            manifest,
            Operation::new("getManifest", Tag::Versions, "The manifest of a version, byte for byte")
                .answers_document::<AnyObject>("The manifest.", examples::manifest())
                .fails(&[ProblemCode::NotFound]),
        ),
        Route::new(
            Method::POST,
            "/v1/packages/{package}/versions/{version}/availability",
            set_availability,
            Operation::new("setAvailability", Tag::Versions, "Deprecate, yank or block a version, or make it live again")
                .describe("By its publisher; blocking, and lifting a block, by a reviewer or an administrator.")
                .credentials(Credentials::Required)
                .takes::<wire::SetAvailability>(examples::set_availability())
                .answers::<wire::Version>(200, "The availability is set.", examples::version())
                .fails(&[ProblemCode::NotFound, ProblemCode::StateConflict]),
        ),
    ]
}

/// The package and the version that the path names.
fn named(call: &Call) -> Result<(PackageId, Version), Failure> {
    Ok((call.path("package")?, call.path("version")?))
}

async fn create(mut call: Call) -> Answer {
    let id: PackageId = call.path("package")?;
    let validate_only = call.query_flag("validate_only")?;
    let new: wire::NewVersion = call.json().await?;
    let published = call
        .run_examining(move |app, caller| publish::publish(app, caller, &id, new, &Origin::default(), validate_only))
        .await?;
    let status = if published.created { StatusCode::CREATED } else { StatusCode::OK };
    reply::json(status, &published.version)
}

async fn list(call: Call) -> Answer {
    let id: PackageId = call.path("package")?;
    let (limit, cursor) = call.page()?;
    let page = call.run(move |app, caller| packages::versions(app, caller, &id, limit, cursor.as_deref())).await?;
    reply::page(&call, &page, page.next.as_deref())
}

async fn show(call: Call) -> Answer {
    reply::ok(&read(&call, packages::version).await?)
}

async fn report(call: Call) -> Answer {
    let report = read(&call, packages::report).await?;
    reply::document(&call, report)
}

/// A use case that reads a version with its report, or the report alone.
type Reading<T> = fn(&App, &Caller, &PackageId, &Version) -> app::Result<T>;

/// Reads a version; where that examines its artifact, in a place for that.
async fn read<T: Send + 'static>(call: &Call, reading: Reading<T>) -> Result<T, Failure> {
    let (id, version) = named(call)?;
    let examines = call.run({
        let (id, version) = (id.clone(), version.clone());
        move |app, caller| packages::reading_examines(app, caller, &id, &version)
    });
    let examines = examines.await?;
    let work = move |app: &App, caller: &Caller| reading(app, caller, &id, &version);
    if examines { call.run_examining(work).await } else { call.run(work).await }
}

async fn approval(call: Call) -> Answer {
    let (id, version) = named(&call)?;
    let approval = call.run(move |app, caller| packages::approval(app, caller, &id, &version)).await?;
    reply::document(&call, approval)
}

async fn evidence(call: Call) -> Answer {
    let (id, version) = named(&call)?;
    let evidence = call.run(move |app, caller| packages::evidence(app, caller, &id, &version)).await?;
    reply::ok(&evidence)
}

async fn manifest(call: Call) -> Answer {
    let (id, version) = named(&call)?;
    let manifest = call.run(move |app, caller| packages::manifest(app, caller, &id, &version)).await?;
    reply::document(&call, manifest)
}

async fn set_availability(mut call: Call) -> Answer {
    let (id, version) = named(&call)?;
    let to: wire::SetAvailability = call.json().await?;
    let version = call.run(move |app, caller| availability::set(app, caller, &id, &version, to)).await?;
    reply::ok(&version)
}
