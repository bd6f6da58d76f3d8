//! Keys of publishers.

use actix_web::http::Method;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{KeyId, PublisherName, wire};

use super::call::Call;
use super::openapi::{Credentials, Operation, Tag, examples};
use super::reply;
use super::route::{Answer, Route};
use crate::app::keys;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::POST,
            "/v1/publishers/{publisher}/keys",
            add,
            Operation::new("addKey", Tag::Keys, "Add a key to a publisher")
                .describe(
                    "With a proof of possession by an owner, or without one by an administrator, recorded as asserted.",
                )
                .credentials(Credentials::Required)
                .takes::<wire::NewKey>(examples::new_key())
                .answers::<wire::PublisherKey>(201, "The key is added.", examples::publisher_key())
                .fails(&[
                    ProblemCode::NotFound,
                    ProblemCode::StateConflict,
                    ProblemCode::KeyExists,
                    ProblemCode::KeyRefused,
                    ProblemCode::KeyProofInvalid,
                ]),
        ),
        Route::new(
            Method::GET,
            "/v1/publishers/{publisher}/keys",
            list,
            Operation::new("listKeys", Tag::Keys, "The keys of a publisher, revoked ones included")
                .credentials(Credentials::Required)
                .answers::<wire::PublisherKeys>(200, "The keys.", examples::publisher_keys())
                .fails(&[ProblemCode::NotFound]),
        ),
        Route::new(
            Method::POST,
            "/v1/publishers/{publisher}/keys/{keyId}/revoke",
            revoke,
            Operation::new("revokeKey", Tag::Keys, "Revoke a key")
                .describe(
                    "Superseded: older signatures stay good. Compromised: everything from a moment on is refused.",
                )
                .credentials(Credentials::Required)
                .takes::<wire::RevokeKey>(examples::revoke_key())
                .answers::<wire::PublisherKey>(200, "The key is revoked.", examples::publisher_key())
                .fails(&[ProblemCode::NotFound, ProblemCode::StateConflict]),
        ),
    ]
}

async fn add(mut call: Call) -> Answer {
    let publisher: PublisherName = call.path("publisher")?;
    let new: wire::NewKey = call.json().await?;
    let key = call.run(move |app, caller| keys::add(app, caller, &publisher, new)).await?;
    reply::created(&key)
}

async fn list(call: Call) -> Answer {
    let publisher: PublisherName = call.path("publisher")?;
    let keys = call.run(move |app, caller| keys::list(app, caller, &publisher)).await?;
    reply::ok(&keys)
}

async fn revoke(mut call: Call) -> Answer {
    let (publisher, key_id): (PublisherName, KeyId) = (call.path("publisher")?, call.path("keyId")?);
    let revocation: wire::RevokeKey = call.json().await?;
    let key = call.run(move |app, caller| keys::revoke(app, caller, &publisher, &key_id, revocation)).await?;
    reply::ok(&key)
}
