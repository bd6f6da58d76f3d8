//! Bodies that are read as the client takes them, so that memory does not grow with their size.

use std::io::Read;

use actix_web::HttpRequest;
use actix_web::body::{BodySize, BoxBody, MessageBody, SizedStream};
use actix_web::http::Method;
use actix_web::web::Bytes;
use futures_util::stream;

use super::call::blocking;
use super::problem::Failure;

/// Bytes that are read or written at once.
pub(super) const PIECE_BYTES: usize = 256 * 1024;

/// A body of so many bytes: with their number at once, and piece by piece as the client takes them.
pub(super) fn body(reader: impl Read + Send + 'static, size: u64) -> BoxBody {
    BoxBody::new(SizedStream::new(size, stream::try_unfold((reader, size), next_piece)))
}

/// For `HEAD`, the body of so many bytes is their number alone.
pub(super) fn of_head(request: &HttpRequest, size: u64) -> Option<BoxBody> {
    (request.method() == Method::HEAD).then(|| BoxBody::new(SizeOnly(size)))
}

async fn next_piece<R: Read + Send + 'static>(
    (mut reader, left): (R, u64),
) -> Result<Option<(Bytes, (R, u64))>, Failure> {
    let size = usize::try_from(left).map_or(PIECE_BYTES, |left| left.min(PIECE_BYTES));
    if size == 0 {
        return Ok(None);
    }
    let piece = blocking(move || {
        let mut piece = vec![0; size];
        reader.read_exact(&mut piece)?;
        Ok((piece.into(), (reader, left - size as u64)))
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
