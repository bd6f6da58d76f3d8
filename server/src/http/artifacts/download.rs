//! From the artifact store to the network.

use std::io::Read as _;
use std::ops::Range;

use actix_web::body::{BodySize, BoxBody, MessageBody, SizedStream};
use actix_web::http::Method;
use actix_web::web::Bytes;
use futures_util::stream;
use plimsoll_core::Digest;

use super::PIECE_BYTES;
use crate::blobs::Reader;
use crate::http::call::{Call, blocking};
use crate::http::problem::Failure;

/// The body of an answer with these bytes of an artifact: with their number at once, and piece by piece as the client takes
/// them. For `HEAD` it is their number alone.
pub(super) async fn body(call: &Call, digest: Digest, range: Range<u64>) -> Result<BoxBody, Failure> {
    let size = range.end - range.start;
    if call.request.method() == Method::HEAD {
        return Ok(BoxBody::new(SizeOnly(size)));
    }
    let app = call.app.clone();
    let reader =
        blocking(move || app.blobs.range_reader(&digest, range)).await?.map_err(|error| Failure::of_blobs(&error))?;
    Ok(BoxBody::new(SizedStream::new(size, stream::try_unfold(reader, next_piece))))
}

async fn next_piece(mut reader: Reader) -> Result<Option<(Bytes, Reader)>, Failure> {
    let size = usize::try_from(reader.left()).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
    if size == 0 {
        return Ok(None);
    }
    let piece = blocking(move || {
        let mut piece = vec![0; size];
        reader.read_exact(&mut piece)?;
        Ok((piece.into(), reader))
    });
    // The head of the answer is gone already: all that can be done is to break off, which the client sees.
    piece.await?.map(Some).map_err(|error: std::io::Error| Failure::internal(error))
}

/// The length of a body, without the body.
struct SizeOnly(u64);

impl MessageBody for SizeOnly {
    type Error = std::convert::Infallible;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0)
    }

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Bytes, Self::Error>>> {
        std::task::Poll::Ready(None)
    }
}
