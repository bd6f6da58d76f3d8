//! Packages, as far as the one who asks may see them.

use actix_web::http::Method;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{PackageId, wire};

use super::call::Call;
use super::openapi::{Operation, Tag, examples};
use super::reply;
use super::route::{Answer, Route};
use crate::app::packages;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Method::GET,
        "/v1/packages/{package}",
        show,
        Operation::new("getPackage", Tag::Packages, "A package")
            .answers::<wire::Package>(200, "The package.", examples::package())
            .fails(&[ProblemCode::NotFound]),
    )]
}

async fn show(call: Call) -> Answer {
    let id: PackageId = call.path("package")?;
    let package = call.run(move |app, caller| packages::get(app, caller, &id)).await?;
    reply::ok(&package)
}
