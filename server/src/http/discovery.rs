//! What anyone asks first: who this registry is, whether it runs, how it is called.

use actix_web::http::Method;
use actix_web::{HttpResponse, web};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire;

use super::call::Call;
use super::openapi::{self, Credentials, Operation, Tag, examples};
use super::reply;
use super::route::{Answer, Route};
use crate::app::discovery;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::GET,
            "/.well-known/plimsoll.json",
            show,
            Operation::new("getDiscovery", Tag::Registry, "Who this registry is")
                .describe("Its fixed name, its keys and its limits. A client pins the name and the keys when it is provisioned.")
                .credentials(Credentials::None)
                .answers::<wire::Discovery>(200, "The registry.", examples::discovery()),
        ),
        Route::new(
            Method::GET,
            "/healthz",
            alive,
            Operation::new("getHealth", Tag::Registry, "Whether the process runs")
                .credentials(Credentials::None)
                .answers::<openapi::Health>(200, "It runs.", examples::health()),
        ),
        Route::new(
            Method::GET,
            "/readyz",
            ready,
            Operation::new("getReadiness", Tag::Registry, "Whether the registry can answer")
                .describe("Asks the database and the artifact store.")
                .credentials(Credentials::None)
                .answers::<openapi::Health>(200, "It can.", examples::health())
                .fails(&[ProblemCode::Unavailable]),
        ),
        Route::new(
            Method::GET,
            "/openapi.json",
            document,
            Operation::new("getOpenApi", Tag::Registry, "This document")
                .credentials(Credentials::None)
                .answers::<openapi::AnyObject>(200, "The OpenAPI document.", examples::openapi()),
        ),
    ]
}

async fn show(call: Call) -> Answer {
    let discovery = call.run(|app, _| discovery::discovery(app)).await?;
    reply::ok(&discovery)
}

async fn alive(_: Call) -> Answer {
    reply::ok(&openapi::Health::ok())
}

async fn ready(call: Call) -> Answer {
    call.run(|app, _| discovery::ready(app)).await?;
    reply::ok(&openapi::Health::ok())
}

async fn document(_: Call) -> Answer {
    static TEXT: std::sync::LazyLock<web::Bytes> = std::sync::LazyLock::new(|| openapi::text().into());
    Ok(HttpResponse::Ok().content_type("application/json").body(TEXT.clone()))
}
