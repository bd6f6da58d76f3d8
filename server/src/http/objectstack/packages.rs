//! Packages, as `os plugin publish` and `os package publish` register them.

use actix_web::http::{Method, StatusCode};
use plimsoll_core::wire::{Category, Listing};
use plimsoll_core::{PackageId, PublisherName, Visibility};
use serde::Deserialize;
use serde_json::json;

use super::envelope;
use crate::app::announce::{self, NewAnnouncement};
use crate::http::call::Call;
use crate::http::openapi::{Credentials, Operation, Tag};
use crate::http::route::{Answer, Route};

pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Method::POST,
        "/api/v1/cloud/packages",
        register,
        Operation::new("osRegisterPackage", Tag::Packages, "Say what later versions of a package are by default")
            .credentials(Credentials::Required),
    )]
}

/// What the clients send. `namespace` is read from the manifest instead; `tagline`, `homepage_url`, `license` and
/// `translations` have no place in a listing.
#[derive(Deserialize)]
struct Registration {
    manifest_id: PackageId,
    display_name: Option<String>,
    visibility: Option<Visibility>,
    owner_org_id: Option<PublisherName>,
    description: Option<String>,
    category: Option<Category>,
    icon_url: Option<String>,
    readme: Option<String>,
}

async fn register(mut call: Call) -> Answer {
    let said = super::body::JsonBody(call.json_bytes(call.app.limits.json_bytes).await?);
    let Registration {
        manifest_id: id,
        display_name,
        visibility,
        owner_org_id,
        description,
        category,
        icon_url,
        readme,
    } = said.parse()?;
    let listing = Listing { display_name, description, category, readme, icon: icon_url };
    let new = NewAnnouncement { publisher: owner_org_id, default_visibility: visibility, listing };
    let package = id.clone();
    let announced = call.run(move |app, caller| announce::announce(app, caller, &package, new)).await?;
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
