//! Sending large answers: a client that takes them slowly, or not at all, holds no more memory than was set apart for such.
//!
//! Answers of at most [`PIECE_BYTES`] go out as they are. Whatever is larger takes its part of `concurrency.answer_bytes` until
//! it is sent, and is taken back from clients that are slower than uploads may be. The framework has no limit of either kind.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::Method;
use actix_web::web::Bytes;
use actix_web::{ResponseError as _, rt};
use plimsoll_core::problem::ProblemCode;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::client_address;
use super::problem::Failure;
use crate::App;
use crate::address_shares::{AddressShare, Full};
use crate::config::Timeouts;

/// Bytes that are handed to the network at once.
const PIECE_BYTES: usize = 64 * 1024;

/// What an answer counts that is read piece by piece: a piece on its way from the disk, and one on its way to the network.
pub(crate) const STREAM_BYTES: u64 = 256 * 1024;

/// Sets a part apart for a large answer. Where there is none left, the answer is what `refused` makes of the failure.
pub(super) fn bounded(
    app: &App,
    response: ServiceResponse<BoxBody>,
    refused: impl FnOnce(ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody>,
) -> ServiceResponse<BoxBody> {
    let size = response.response().body().size();
    match size {
        _ if response.request().method() == Method::HEAD => return response,
        BodySize::None => return response,
        BodySize::Sized(bytes) if bytes <= PIECE_BYTES as u64 => return response,
        BodySize::Sized(_) | BodySize::Stream => {}
    }
    let (request, answer) = response.into_parts();
    let (head, body) = answer.into_parts();
    let (piece, rest, amount) = match body.try_into_bytes() {
        Ok(bytes) => {
            let amount = bytes.len() as u64;
            (bytes, None, amount)
        }
        Err(stream) => (Bytes::new(), Some(stream), STREAM_BYTES),
    };
    let address = client_address::of_request(&request, &app.config.trusted_proxies);
    match app.answers.take(address, amount) {
        Ok(share) => {
            let body = Sending::new(size, Left { piece, rest, _share: share }, Pace::of(&app.timeouts));
            ServiceResponse::new(request, head.set_body(BoxBody::new(body)))
        }
        Err(full) => refused(ServiceResponse::new(request, refusal(full).error_response())),
    }
}

fn refusal(full: Full) -> Failure {
    let detail = match full {
        Full::All => "the registry is sending as much as it can hold: try again in a moment",
        Full::Address => "your network address is being sent its whole share: take what is under way, then try again",
    };
    Failure::new(ProblemCode::Unavailable, detail)
}

/// How slowly clients may take an answer.
#[derive(Clone, Copy)]
struct Pace {
    /// The time in which nobody looks.
    grace: Duration,
    bytes_per_second: u64,
}

impl Pace {
    fn of(timeouts: &Timeouts) -> Self {
        Self {
            grace: Duration::from_secs(timeouts.body_chunk_seconds),
            bytes_per_second: timeouts.body_bytes_per_second.max(1),
        }
    }

    /// How long after the start more than these bytes have to be taken.
    fn allows(&self, bytes: u64) -> Duration {
        self.grace.saturating_add(Duration::from_millis(bytes.saturating_mul(1000) / self.bytes_per_second))
    }
}

/// A body on its way to a client.
struct Sending {
    size: BodySize,
    state: Rc<RefCell<State>>,
    watch: JoinHandle<()>,
}

struct State {
    /// `None` once it was taken back.
    left: Option<Left>,
    /// Bytes that the network took.
    taken: u64,
    /// Since when the next bytes are waited for, which is not the client's fault.
    reading_since: Option<Instant>,
    /// How long that took in all, before.
    read_for: Duration,
}

/// What is not sent yet.
struct Left {
    piece: Bytes,
    rest: Option<BoxBody>,
    _share: AddressShare,
}

impl Sending {
    fn new(size: BodySize, left: Left, pace: Pace) -> Self {
        let state =
            Rc::new(RefCell::new(State { left: Some(left), taken: 0, reading_since: None, read_for: Duration::ZERO }));
        // The body itself is asked only when the network has taken what it had: it cannot look at the clock.
        let watch = rt::spawn(watch(Rc::clone(&state), pace));
        Self { size, state, watch }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        // The watch has the state too, until it notices.
        self.watch.abort();
        self.state.borrow_mut().left = None;
    }
}

/// Takes the body back as soon as its client has taken too little of it.
async fn watch(state: Rc<RefCell<State>>, pace: Pace) {
    let begun = Instant::now();
    let mut until = begun + pace.grace;
    loop {
        sleep_until(until).await;
        let mut state = state.borrow_mut();
        let now = Instant::now();
        until = begun + state.read_for + pace.allows(state.taken);
        if state.reading_since.is_some() {
            until = until.max(now + pace.grace);
        }
        if until <= now {
            tracing::info!(bytes = state.taken, "an answer was taken too slowly: the connection is dropped");
            state.left = None;
            return;
        }
    }
}

/// The client takes an answer too slowly.
#[derive(Debug, thiserror::Error)]
#[error("the client takes the answer too slowly")]
struct TooSlow;

impl MessageBody for Sending {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.size
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        let State { left, taken, reading_since, read_for } = &mut *self.state.borrow_mut();
        let Some(Left { piece, rest, .. }) = left else { return Poll::Ready(Some(Err(TooSlow.into()))) };
        while piece.is_empty() {
            let Some(body) = rest else { return Poll::Ready(None) };
            let next = Pin::new(body).poll_next(cx);
            if next.is_pending() {
                reading_since.get_or_insert_with(Instant::now);
            } else if let Some(since) = reading_since.take() {
                *read_for += since.elapsed();
            }
            match std::task::ready!(next) {
                Some(next) => *piece = next?,
                None => return Poll::Ready(None),
            }
        }
        let next = piece.split_to(piece.len().min(PIECE_BYTES));
        *taken += next.len() as u64;
        Poll::Ready(Some(Ok(next)))
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::sync::Arc;

    use actix_web::body::{BodyStream, to_bytes};
    use futures_util::stream;

    use super::*;
    use crate::address_shares::AddressShares;

    const PACE: Pace = Pace { grace: Duration::from_millis(500), bytes_per_second: 1024 * 1024 };

    /// Waits for what has to come about.
    async fn eventually(what: impl Fn() -> bool) {
        let until = Instant::now() + Duration::from_secs(20);
        while !what() {
            assert!(Instant::now() < until, "it never came about");
            rt::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// A body, and the shares in all of which it has one.
    fn sending(piece: Bytes, rest: Option<BoxBody>) -> (Sending, Arc<AddressShares>) {
        let shares = AddressShares::new(4);
        let share = shares.take("192.0.2.1".to_owned(), 1).expect("a share");
        (Sending::new(BodySize::Stream, Left { piece, rest, _share: share }, PACE), shares)
    }

    fn is_free(shares: &Arc<AddressShares>) -> bool {
        shares.take("192.0.2.1".to_owned(), 1).is_ok()
    }

    async fn next(body: &mut Sending) -> Option<Result<Bytes, String>> {
        poll_fn(|cx| Pin::new(&mut *body).poll_next(cx)).await.map(|next| next.map_err(|error| error.to_string()))
    }

    #[actix_web::test]
    async fn bytes_arrive_as_they_are_and_their_share_is_given_back() {
        let bytes: Vec<u8> = (0..500_000_u32).map(|number| number.to_le_bytes()[1]).collect();
        let (body, shares) = sending(bytes.clone().into(), None);
        assert!(!is_free(&shares));
        assert_eq!(to_bytes(body).await.expect("a body"), bytes);
        assert!(is_free(&shares));

        let pieces = bytes.chunks(100_000).map(|piece| Ok::<_, actix_web::Error>(Bytes::copy_from_slice(piece)));
        let pieces: Vec<_> = [Ok(Bytes::new())].into_iter().chain(pieces).collect();
        let (body, _) = sending(Bytes::new(), Some(BoxBody::new(BodyStream::new(stream::iter(pieces)))));
        assert_eq!(to_bytes(body).await.expect("a body"), bytes);
    }

    #[actix_web::test]
    async fn who_stops_taking_an_answer_gives_back_its_share_and_gets_no_more() {
        let (mut body, shares) = sending(vec![7; 1024 * 1024].into(), None);
        assert_eq!(next(&mut body).await.expect("more").expect("a piece").len(), PIECE_BYTES);
        assert!(!is_free(&shares));
        eventually(|| is_free(&shares)).await;
        assert_eq!(next(&mut body).await.expect("an end").expect_err("no piece"), TooSlow.to_string());
    }

    #[actix_web::test]
    async fn who_waits_for_the_registry_is_not_too_slow() {
        let late = stream::once(async {
            rt::time::sleep(Duration::from_millis(1500)).await;
            Ok::<_, actix_web::Error>(Bytes::from_static(b"late"))
        });
        let (mut body, _) = sending(Bytes::new(), Some(BoxBody::new(BodyStream::new(Box::pin(late)))));
        assert_eq!(next(&mut body).await, Some(Ok(Bytes::from_static(b"late"))));
    }
}
