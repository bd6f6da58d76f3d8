//! The review queue and its decisions.

use actix_web::http::Method;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{PackageId, Version, wire};

use super::call::Call;
use super::openapi::{Credentials, Operation, Tag, examples};
use super::reply;
use super::route::{Answer, Route};
use crate::app::review;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            "/v1/reviews",
            queue,
            Operation::new("listReviews", Tag::Reviews, "The versions that wait for a reviewer, oldest first")
                .describe("With the reports of their submissions; `getVersion` shows the report that a review names.")
                .credentials(Credentials::Required)
                .paged()
                .answers::<wire::ReviewQueue>(200, "A page of the queue.", examples::review_queue()),
        ),
        Route::new(
            Method::POST,
            "/v1/packages/{package}/versions/{version}/review",
            decide,
            Operation::new("reviewVersion", Tag::Reviews, "Approve or reject a held version")
                .describe(
                    "Names the artifact and the report that were reviewed, as `getVersion` shows them; if they are not what is \
                     there, or the gate sees it otherwise by now, nothing is decided. Never by a member of the publisher. Rejected is final.",
                )
                .credentials(Credentials::Required)
                .takes::<wire::NewReview>(examples::new_review())
                .answers::<wire::Version>(200, "It is decided.", examples::version())
                .fails(&[
                    ProblemCode::NotFound,
                    ProblemCode::StateConflict,
                    ProblemCode::ReviewStale,
                    ProblemCode::GateRefused,
                    ProblemCode::TooManyRequests,
                ]),
        ),
    ]
}

async fn queue(call: Call) -> Answer {
    let (limit, cursor) = call.page()?;
    let queue = call.run(move |app, caller| review::queue(app, caller, limit, cursor.as_deref())).await?;
    reply::page(&call, &queue, queue.next.as_deref())
}

async fn decide(mut call: Call) -> Answer {
    let (id, version): (PackageId, Version) = (call.path("package")?, call.path("version")?);
    let new: wire::NewReview = call.json().await?;
    let version = call.run_examining(move |app, caller| review::decide(app, caller, &id, &version, new)).await?;
    reply::ok(&version)
}
