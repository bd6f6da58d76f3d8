//! The web page: where a person signs in, and approves or denies a device.
//!
//! It works without scripts, has none, and is the only HTML of the registry. `page` is what is shown, `session` who is signed
//! in and how forms are told from forgeries, `device` what is done.

mod device;
mod page;
mod session;

use actix_web::HttpResponse;
use actix_web::http::{Method, header};

use super::call::Call;
use super::openapi::{Credentials, Operation, Tag};
use super::route::{Answer, Route};
use crate::App;

pub(super) use self::page::failed;

/// The path of the page; everything of it lies below.
const PATH: &str = "/device";

/// Whether a path belongs to the page.
pub(super) fn owns(path: &str) -> bool {
    path.strip_prefix(PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The address at which a person approves a device.
pub(super) fn device_page(app: &App) -> String {
    format!("{}{PATH}", app.config.public_url())
}

/// As those of ObjectStack's face, they are not part of the OpenAPI document.
pub(super) fn routes() -> Vec<Route> {
    // The cookie is not a credential of the interface: `session` reads it.
    let operation = |id, summary| Operation::new(id, Tag::Accounts, summary).credentials(Credentials::None);
    vec![
        Route::new(
            Method::GET,
            "/device",
            device::show,
            operation("webDevice", "Show what a device asks for").any_query(),
        ),
        Route::new(Method::POST, "/device", device::decide, operation("webDecide", "Approve or deny a device")),
        Route::new(Method::POST, "/device/sign-in", session::sign_in, operation("webSignIn", "Sign in at the page")),
        Route::new(
            Method::POST,
            "/device/sign-out",
            session::sign_out,
            operation("webSignOut", "Sign out at the page"),
        ),
        Route::new(Method::GET, "/device/style.css", style, operation("webStyle", "How the page looks")),
    ]
}

async fn style(_: Call) -> Answer {
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/css; charset=utf-8").insert_header((header::CACHE_CONTROL, "public, max-age=300"));
    Ok(answer.body(include_str!("style.css")))
}
