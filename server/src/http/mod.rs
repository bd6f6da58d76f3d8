//! The HTTP interface: the route table below, one file for each resource, and the few files they share.
//!
//! A handler extracts, runs one use case on the blocking pool, and writes what came out. `call` is what it gets, `reply`
//! what it gives, `problem` what becomes of errors, `envelope` what surrounds every request.

mod accounts;
mod artifacts;
mod audit;
mod body;
mod call;
mod catalogs;
mod client_address;
mod conditional;
mod connection;
mod discovery;
mod envelope;
mod index;
mod keys;
pub(crate) mod objectstack;
pub mod openapi;
mod packages;
mod problem;
mod publishers;
mod reply;
mod reviews;
mod route;
mod sending;
mod serve;
mod stream;
#[cfg(test)]
mod tests;
mod versions;
mod web;

use actix_web::HttpRequest;
use actix_web::web::ServiceConfig;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::quote;

use self::problem::Failure;
use self::route::{Answer, Route};
pub(crate) use self::sending::STREAM_BYTES;
pub use self::serve::{ServeError, serve};

/// Every operation of `/v1`, in the order of the documentation.
fn routes() -> Vec<Route> {
    [
        discovery::routes(),
        accounts::routes(),
        publishers::routes(),
        keys::routes(),
        artifacts::routes(),
        versions::routes(),
        packages::routes(),
        index::routes(),
        reviews::routes(),
        catalogs::routes(),
        audit::routes(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Attaches every route. Whatever no route answers is not found.
fn configure(config: &mut ServiceConfig) {
    for routes in [routes(), objectstack::routes(), web::routes()] {
        for resource in route::resources(&routes) {
            config.service(resource);
        }
    }
    config.default_service(actix_web::web::to(|request: HttpRequest| {
        let path = request.path();
        let mut detail = format!("there is nothing at {}", quote(path));
        if let Some(why) = objectstack::why_absent(path) {
            detail = format!("{detail}: {why}");
        }
        std::future::ready(Answer::Err(Failure::new(ProblemCode::NotFound, detail)))
    }));
}
