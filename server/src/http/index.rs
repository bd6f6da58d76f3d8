//! Index documents: what a client resolves from.

use actix_web::HttpResponse;
use actix_web::http::{Method, header};
use plimsoll_core::PackageId;
use plimsoll_core::problem::ProblemCode;

use super::call::Call;
use super::conditional;
use super::openapi::{Envelope, Operation, Tag, examples};
use super::route::{Answer, Route};
use crate::app::index;

pub(super) fn routes() -> Vec<Route> {
    vec![Route::new(
        Method::GET,
        "/v1/index/{package}",
        show,
        Operation::new("getIndex", Tag::Packages, "The signed index of a package")
            .describe(
                "An index/v1 statement in a DSSE envelope: the approved versions that the one who asks may see, with a serial \
                 that only grows and an expiry.",
            )
            .answers_document::<Envelope>("The index.", examples::envelope())
            .fails(&[ProblemCode::NotFound]),
    )]
}

async fn show(call: Call) -> Answer {
    let id: PackageId = call.path("package")?;
    let file = call.run(move |app, caller| index::index(app, caller, &id)).await?;
    let same = conditional::not_modified(&call.request, &file.etag);
    let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    let who = if file.public { "public" } else { "private" };
    answer.insert_header((header::ETAG, file.etag));
    answer.insert_header((header::CACHE_CONTROL, format!("{who}, max-age={}", file.max_age_seconds)));
    answer.insert_header((header::VARY, "authorization"));
    if same {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("application/json").body(file.body))
}
