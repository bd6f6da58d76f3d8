//! Packages, as `os plugin publish` and `os package publish` register them.

use std::collections::BTreeMap;

use actix_web::HttpMessage as _;
use actix_web::http::{Method, StatusCode};
use plimsoll_core::access::Denied;
use plimsoll_core::problem::{FieldError, ProblemCode};
use plimsoll_core::wire::{Category, Listing, Locale, Translation};
use plimsoll_core::{PackageId, PublisherName, Visibility};
use serde::Deserialize;
use serde_json::json;

use super::body::JsonBody;
use super::envelope;
use crate::app;
use crate::app::announce::{self, NewAnnouncement};
use crate::app::icon;
use crate::http::call::Call;
use crate::http::openapi::{Credentials, Operation, Tag};
use crate::http::problem::Failure;
use crate::http::route::{Answer, Route};

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/api/v1/cloud/packages",
            register,
            Operation::new("osRegisterPackage", Tag::Packages, "Say what later versions of a package are by default")
                .credentials(Credentials::Required),
        ),
        Route::new(
            Method::POST,
            "/api/v1/cloud/packages/{package}/icon",
            upload_icon,
            Operation::new("osUploadIcon", Tag::Packages, "Set the icon of a package")
                .credentials(Credentials::Required),
        ),
    ]
}

/// What the clients send. `namespace` is read from the manifest instead.
#[derive(Deserialize)]
struct Registration {
    manifest_id: PackageId,
    display_name: Option<String>,
    visibility: Option<Visibility>,
    owner_org_id: Option<PublisherName>,
    tagline: Option<String>,
    description: Option<String>,
    category: Option<Category>,
    icon_url: Option<String>,
    homepage_url: Option<String>,
    license: Option<String>,
    readme: Option<String>,
    translations: Option<BTreeMap<Locale, Texts>>,
}

/// A listing in another language. A listing has no screenshots, so their captions are left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Texts {
    display_name: Option<String>,
    tagline: Option<String>,
    description: Option<String>,
    readme: Option<String>,
}

impl Registration {
    fn into_announcement(self) -> (PackageId, NewAnnouncement) {
        let translated = |Texts { display_name, tagline, description, readme }| Translation {
            display_name,
            tagline,
            description,
            readme,
        };
        let listing = Listing {
            display_name: self.display_name,
            tagline: self.tagline,
            description: self.description,
            category: self.category,
            readme: self.readme,
            icon: self.icon_url,
            homepage_url: self.homepage_url,
            license: self.license,
            translations: self
                .translations
                .map(|all| all.into_iter().map(|(locale, texts)| (locale, translated(texts))).collect()),
        };
        let new = NewAnnouncement { publisher: self.owner_org_id, default_visibility: self.visibility, listing };
        (self.manifest_id, new)
    }
}

async fn register(mut call: Call) -> Answer {
    let said = JsonBody(call.json_bytes(call.app.limits.json_bytes).await?);
    let (id, new) = said.parse::<Registration>()?.into_announcement();
    let package = id.clone();
    let announced = call.run(move |app, caller| announce::announce(app, caller, &package, new).map_err(in_their_words));
    let announced = announced.await?;
    let status = if announced.created { StatusCode::CREATED } else { StatusCode::OK };
    envelope::done(
        status,
        // The id of a package is its manifest id, also in the paths below.
        &json!({
            "id": id, "manifest_id": id, "created": announced.created,
            "visibility": announced.default_visibility, "owner_org_id": announced.publisher,
        }),
    )
}

/// The same, as it is told to whoever sent this body: the members of the listing have other names here.
fn in_their_words(mut error: app::Error) -> app::Error {
    match &mut error {
        app::Error::Invalid { errors, .. } => {
            for FieldError { pointer, .. } in errors {
                *pointer = match pointer.strip_prefix("/listing").unwrap_or(pointer) {
                    "/displayName" => "/display_name",
                    "/homepageUrl" => "/homepage_url",
                    "/icon" => "/icon_url",
                    same => same,
                }
                .to_owned();
            }
        }
        app::Error::Denied(Denied::NotAllowed(why)) => why.push_str(
            ": publish for a publisher of yours (`--org`), or have its owner make you a member (`plimsoll publisher member`)",
        ),
        _ => {}
    }
    error
}

async fn upload_icon(mut call: Call) -> Answer {
    let id: PackageId = call.path("package")?;
    let media_type = call.request.content_type().to_ascii_lowercase();
    let image = call.bytes(icon::ICON_BYTES).await.map_err(|failure| match failure.code() {
        ProblemCode::BodyTooLarge => Failure::new(
            failure.code(),
            format!("the icon is larger than {} KiB: use a smaller one", icon::ICON_BYTES / 1024),
        ),
        _ => failure,
    })?;
    // Where the marketplace serves it, once a version with it is there. SVG is shown in place, and served nowhere.
    let address = icon::is_served(&media_type).then(|| format!("/api/v1/marketplace/packages/{id}/icon"));
    let package = id.clone();
    let set = move |app: &_, caller: &_| icon::set(app, caller, &package, &media_type, &image).map_err(of_the_icon);
    call.run(set).await?;
    envelope::done(StatusCode::OK, &json!({ "id": id, "icon_url": address }))
}

/// The same, where the whole body is the icon: no place in it is to be named.
fn of_the_icon(mut error: app::Error) -> app::Error {
    if let app::Error::Invalid { errors, .. } = &mut error {
        errors.clear();
    }
    error
}
