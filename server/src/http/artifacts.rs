//! Artifacts, up and down: streamed in pieces, so that memory does not grow with their size.

mod download;
mod upload;

use actix_web::http::{Method, StatusCode, header};
use actix_web::{HttpResponse, HttpResponseBuilder};
use plimsoll_core::access::Actor;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{Digest, wire};

use super::call::Call;
use super::conditional::{self, Asked};
use super::openapi::{Credentials, Operation, Tag, examples};
use super::problem::Failure;
use super::reply;
use super::route::{Answer, Route};
use crate::app::artifacts;

pub(super) fn routes() -> Vec<Route> {
    vec![
        Route::new(
            Method::PUT,
            "/v1/artifacts/{sha256}",
            put,
            Operation::new("putArtifact", Tag::Artifacts, "Upload an artifact")
                .describe("Its bytes, named by their digest. Repeating is harmless. A version then refers to it.")
                .credentials(Credentials::Required)
                .takes_bytes("The `.osplugin` file.")
                .answers::<wire::StoredArtifact>(201, "The artifact is stored.", examples::stored_artifact())
                .answers::<wire::StoredArtifact>(200, "The same account stored it before.", examples::stored_artifact())
                .fails(&[ProblemCode::StateConflict, ProblemCode::DigestMismatch, ProblemCode::TooManyRequests, ProblemCode::QuotaExceeded]),
        ),
        Route::new(
            Method::GET,
            "/v1/artifacts/{sha256}",
            get,
            Operation::new("getArtifact", Tag::Artifacts, "Download an artifact")
                .describe("Whole, or one range of it. It is there if a version that has it may be downloaded by the one who asks.")
                .answers_bytes()
                .fails(&[ProblemCode::NotFound, ProblemCode::RangeNotSatisfiable]),
        ),
        Route::new(
            Method::HEAD,
            "/v1/artifacts/{sha256}",
            get,
            Operation::new("headArtifact", Tag::Artifacts, "The size of an artifact, and whether it is there")
                .answers_size()
                .fails(&[ProblemCode::NotFound, ProblemCode::RangeNotSatisfiable]),
        ),
    ]
}

async fn put(mut call: Call) -> Answer {
    let digest: Digest = call.path("sha256")?;
    call.run(move |app, caller| artifacts::may_upload(app, caller, Some(&digest))).await?;
    let (artifact, new) = upload::receive(&mut call, digest).await?;
    reply::json(if new { StatusCode::CREATED } else { StatusCode::OK }, &artifact)
}

async fn get(call: Call) -> Answer {
    let digest: Digest = call.path("sha256")?;
    let artifact = call.run(move |app, caller| artifacts::find(app, caller, digest)).await?;
    // What a stranger may read, anyone may.
    let public = call.caller.actor == Actor::Anonymous;
    let etag = format!("\"{digest}\"");
    if conditional::not_modified(&call.request, &etag) {
        return Ok(headers(HttpResponse::NotModified(), &etag, public).finish());
    }
    let (mut answer, range) = match conditional::asked(&call.request, &etag, artifact.size) {
        Asked::Whole => (HttpResponse::Ok(), 0..artifact.size),
        Asked::Part(range) => {
            let mut answer = HttpResponse::PartialContent();
            let content_range = format!("bytes {}-{}/{}", range.start, range.end - 1, artifact.size);
            answer.insert_header((header::CONTENT_RANGE, content_range));
            (answer, range)
        }
        Asked::Unsatisfiable => {
            let detail = format!("the artifact has {} bytes; none of them lie in the range", artifact.size);
            let failure = Failure::new(ProblemCode::RangeNotSatisfiable, detail);
            return Err(failure.with_header(header::CONTENT_RANGE, &format!("bytes */{}", artifact.size)));
        }
    };
    answer = headers(answer, &etag, public);
    let body = download::body(&call, digest, range).await?;
    Ok(answer.content_type("application/octet-stream").body(body))
}

fn headers(mut answer: HttpResponseBuilder, etag: &str, public: bool) -> HttpResponseBuilder {
    let cache = if public { "public, max-age=31536000, immutable" } else { "private, max-age=31536000, immutable" };
    answer.insert_header((header::ETAG, etag));
    answer.insert_header((header::CACHE_CONTROL, cache));
    answer.insert_header((header::VARY, "authorization"));
    answer.insert_header((header::ACCEPT_RANGES, "bytes"));
    answer
}
