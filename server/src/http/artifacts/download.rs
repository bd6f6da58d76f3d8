//! From the artifact store to the network.

use std::ops::Range;

use actix_web::body::BoxBody;
use plimsoll_core::Digest;

use crate::http::call::{Call, blocking};
use crate::http::problem::Failure;
use crate::http::stream;

/// The body of an answer with these bytes of an artifact.
pub(super) async fn body(call: &Call, digest: Digest, range: Range<u64>) -> Result<BoxBody, Failure> {
    let size = range.end - range.start;
    if let Some(body) = stream::of_head(&call.request, size) {
        return Ok(body);
    }
    let app = call.app.clone();
    let reader =
        blocking(move || app.blobs.range_reader(&digest, range)).await?.map_err(|error| Failure::of_blobs(&error))?;
    Ok(stream::body(reader, size))
}
