//! The marketplace that runtimes browse and install Apps from, without credentials.
//!
//! A runtime asks for a file, and a static host can hold the same files (`crate::export`); so each is made by one function
//! here, and the routes below only send it.

mod file;
mod query;
mod shape;

use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, header};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{InvalidText, PackageId, wire};
use serde_json::json;

pub(crate) use self::file::File;
use super::envelope;
use crate::App;
use crate::app::marketplace::{self, Detail, From, Installable, Offers, Pick, Query};
use crate::app::{self, Result};
use crate::http::call::Call;
use crate::http::openapi::{Credentials, Operation, Parameter, Tag};
use crate::http::problem::Failure;
use crate::http::route::{Answer, Route};
use crate::shares::Place;

/// Where the Apps are.
const PACKAGES: &str = "/api/v1/marketplace/packages";

pub(super) fn routes() -> Vec<Route> {
    // A runtime passes on what its Console asks, which may say more in a later release.
    let operation = |id, summary| Operation::new(id, Tag::Catalogs, summary).credentials(Credentials::None).any_query();
    vec![
        Route::new(
            Method::GET,
            PACKAGES,
            list,
            operation("osListMarketplace", "Browse and search Apps")
                .query(Parameter::text("q", "Parts of the name, the description or the id."))
                .query(Parameter::of::<wire::Category>("category", "Apps of this category only."))
                .query(Parameter::text("limit", "How many."))
                .query(Parameter::text("offset", "After how many.")),
        ),
        Route::new(
            Method::GET,
            "/api/v1/marketplace/packages/{package}",
            detail,
            operation("osGetMarketplacePackage", "An App and its versions"),
        ),
        Route::new(
            Method::GET,
            "/api/v1/marketplace/packages/{package}/versions/{version}/manifest",
            manifest,
            operation("osGetMarketplaceManifest", "What a runtime installs a version from")
                .credentials(Credentials::Optional),
        ),
        Route::new(
            Method::GET,
            "/api/v1/marketplace/packages/{package}/icon",
            icon,
            operation("osGetMarketplaceIcon", "The icon of an App"),
        ),
    ]
}

async fn list(call: Call) -> Answer {
    let Some(query) = query::read(&call.request)? else {
        let Query { limit, offset, .. } = Query::default();
        return Ok(list_file(&Offers::default(), limit.get(), offset.get()).answer(&call));
    };
    let (limit, offset) = (query.limit.get(), query.offset.get());
    let file = call.run(move |app, _| Ok::<_, app::Error>(list_file(&marketplace::list(app, query)?, limit, offset)));
    Ok(file.await?.answer(&call))
}

async fn detail(call: Call) -> Answer {
    let id: PackageId = there(&call, "package")?;
    let file = call.run(move |app, _| Ok::<_, app::Error>(detail_file(&marketplace::detail(app, &id)?)));
    Ok(file.await?.answer(&call))
}

async fn manifest(call: Call) -> Answer {
    let (id, pick): (PackageId, Pick) = (there(&call, "package")?, there(&call, "version")?);
    let found = call.run(move |app, caller| marketplace::installable(app, caller, &id, &pick)).await?;
    let place = match found.from {
        From::Manifest(_) => None,
        From::StackOf(_) => Some(place(&call.app).await?),
    };
    let mut answer = call.run_in(place, move |app, _| manifest_file(app, found)).await?.answer(&call);
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("authorization"));
    Ok(answer)
}

/// A place to unpack an artifact, as soon as there is one.
async fn place(app: &App) -> std::result::Result<Place, Failure> {
    let full = || Failure::new(ProblemCode::TooManyRequests, "too many Apps are being installed at once: try again");
    app.unpacking.take().await.ok_or_else(full)
}

async fn icon(call: Call) -> Answer {
    let id: PackageId = there(&call, "package")?;
    let file = call.run(move |app, _| marketplace::icon(app, &id).map(|(image, at)| File::image(image, at)));
    Ok(file.await?.answer(&call))
}

/// A parameter of the path. Nothing is at one that is none: runtimes tell 404 apart from a registry that fails.
fn there<T: std::str::FromStr<Err = InvalidText>>(call: &Call, name: &str) -> std::result::Result<T, Failure> {
    let text = call.request.match_info().query(name);
    text.parse().map_err(|error: InvalidText| Failure::new(ProblemCode::NotFound, error.to_string()))
}

/// A part of the list of Apps.
pub(crate) fn list_file(offers: &Offers, limit: usize, offset: u16) -> File {
    let items: Vec<_> = offers.items.iter().map(shape::summary).collect();
    let data = json!({ "items": items, "total": offers.total, "limit": limit, "offset": offset });
    File::json(envelope::body(&data), offers.changed_at)
}

/// An App and its versions.
pub(crate) fn detail_file(detail: &Detail) -> File {
    let versions: Vec<_> = detail.versions.iter().map(shape::version).collect();
    let data = json!({ "package": shape::detail(&detail.offer), "versions": versions });
    File::json(envelope::body(&data), detail.changed_at)
}

/// What a runtime installs a version from: its manifest, or its compiled stack, which has the manifest inside.
pub(crate) fn manifest_file(app: &App, Installable { version, from, public, changed_at }: Installable) -> Result<File> {
    let manifest = match from {
        From::Manifest(text) => text,
        From::StackOf(artifact) => marketplace::stack(app, &artifact)?,
    };
    // It goes in as it is: reading and writing it again would take many times its size, and could change its numbers.
    let version = json!(version);
    let body =
        format!(r#"{{"success":true,"data":{{"manifest":{manifest},"version_id":{version},"version":{version}}}}}"#);
    let file = File::json(body.into_bytes(), changed_at);
    Ok(if public { file } else { file.for_one() })
}
