//! The registry over HTTP: one typed call per route, bounded in size and time, redirects refused.

mod address;
mod administer;
mod calls;
mod error;
#[cfg(test)]
mod tests;
mod transfer;

use std::fmt;
use std::fs::File;
use std::io::Read;
use std::time::Duration;

use plimsoll_core::printable;
use plimsoll_core::problem::Problem;
use serde::de::DeserializeOwned;
use ureq::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use ureq::{Agent, Body, SendBody};

pub use address::{Address, Token};
pub use calls::{CatalogQuery, Index};
pub use error::TransportError;

use crate::progress::Progress;
use transfer::Watched;

/// The largest JSON answer: a page of a catalog or an index document is well below.
const JSON_ANSWER_BYTES: u64 = 16 * 1024 * 1024;
/// How often a call is made that may be repeated.
const ATTEMPTS: u32 = 3;
/// The wait before the second attempt; it doubles.
const BACKOFF: Duration = Duration::from_millis(200);

/// Whether a call may be made again when no answer came, or the registry is busy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Repeat {
    /// Twice is once.
    Safe,
    /// Twice might be two things.
    Never,
}

/// What a request carries.
#[derive(Clone, Copy)]
enum Payload<'a> {
    /// Nothing: for GET, HEAD and DELETE.
    None,
    /// Bytes at hand; may be empty.
    Bytes(&'a [u8]),
    /// A file, from its beginning.
    File {
        /// The file.
        file: &'a File,
        /// Its size in bytes.
        size: u64,
        /// Who watches.
        progress: &'a dyn Progress,
    },
}

impl Payload<'_> {
    fn size(&self) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::File { size, .. } => Some(*size),
        }
    }
}

/// A registry, and who asks it.
#[derive(Clone)]
pub struct Registry {
    address: Address,
    token: Option<Token>,
    agent: Agent,
}

impl Registry {
    /// A registry at an address. Nothing is sent yet.
    pub fn new(address: Address, token: Option<Token>) -> Self {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .accept_encoding("identity")
            .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .max_response_header_size(32 * 1024)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .timeout_per_read(Some(Duration::from_secs(30)))
            .timeout_per_write(Some(Duration::from_secs(30)))
            // Enough for the largest artifact at 75 kB/s; a peer that sends a byte now and then cannot hold a client for ever.
            .timeout_global(Some(Duration::from_secs(30 * 60)));
        if address.is_loopback() {
            // A proxy would see the token in clear.
            config = config.proxy(None);
        }
        Self { address, token, agent: config.build().new_agent() }
    }

    /// Its address.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Whether calls carry a token.
    pub fn has_token(&self) -> bool {
        self.token.is_some()
    }

    fn url(&self, segments: &[&str], query: &[(&str, &str)]) -> String {
        self.address.join(segments, query)
    }

    /// Sends a request once. Any status but an error or a redirect is an answer.
    fn send_once(
        &self,
        method: &Method,
        url: &str,
        headers: &[(HeaderName, String)],
        payload: Payload<'_>,
    ) -> Result<Response<Body>, TransportError> {
        let mut request = Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        if let Some(size) = payload.size() {
            request = request.header(header::CONTENT_LENGTH, size);
        }
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(&token.bearer()).map_err(|_| TransportError::Token)?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        let run = |request: ureq::http::Result<Request<SendBody<'_>>>| {
            let request = request.map_err(ureq::Error::from)?;
            self.agent.run(request)
        };
        let answer = match payload {
            Payload::None => run(request.body(SendBody::none())),
            Payload::Bytes(mut bytes) => run(request.body(SendBody::from_reader(&mut bytes))),
            Payload::File { file, progress, .. } => {
                let mut reader = Watched::rewound(file, progress).map_err(TransportError::Local)?;
                run(request.body(reader.as_body()))
            }
        };
        let response = answer.map_err(|error| connection_error(url, error))?;
        let status = response.status();
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            return Err(TransportError::Redirected { url: url.to_owned() });
        }
        if status.is_client_error() || status.is_server_error() {
            return Err(refusal(url, response));
        }
        Ok(response)
    }

    /// Sends a request, again where that is safe and no answer came.
    fn send(
        &self,
        repeat: Repeat,
        method: &Method,
        url: &str,
        headers: &[(HeaderName, String)],
        payload: Payload<'_>,
    ) -> Result<Response<Body>, TransportError> {
        let mut attempt = 1;
        let mut wait = BACKOFF;
        loop {
            let error = match self.send_once(method, url, headers, payload) {
                Ok(response) => return Ok(response),
                Err(error) => error,
            };
            if repeat == Repeat::Never || attempt == ATTEMPTS || !is_worth_repeating(&error) {
                return Err(error);
            }
            tracing::debug!(url, attempt, ?wait, %error, "trying again");
            std::thread::sleep(wait);
            attempt += 1;
            wait *= 2;
        }
    }

    fn get(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<(String, Response<Body>), TransportError> {
        let url = self.url(segments, query);
        let response = self.send(Repeat::Safe, &Method::GET, &url, &[], Payload::None)?;
        Ok((url, response))
    }

    fn get_json<T: DeserializeOwned>(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<T, TransportError> {
        let (url, response) = self.get(segments, query)?;
        read_json(&url, response)
    }

    fn get_text(&self, segments: &[&str], limit_bytes: u64) -> Result<String, TransportError> {
        let (url, response) = self.get(segments, &[])?;
        let bytes = read_bounded(&url, response, limit_bytes)?;
        String::from_utf8(bytes).map_err(|_| TransportError::Answer { url, reason: "it is not UTF-8".to_owned() })
    }

    /// Sends a JSON body.
    fn write_json(
        &self,
        repeat: Repeat,
        method: &Method,
        url: &str,
        body: &impl serde::Serialize,
    ) -> Result<Response<Body>, TransportError> {
        let bytes = serde_json::to_vec(body).map_err(|error| TransportError::Local(error.into()))?;
        let headers = [(header::CONTENT_TYPE, "application/json".to_owned())];
        self.send(repeat, method, url, &headers, Payload::Bytes(&bytes))
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("address", &self.address).field("token", &self.token).finish_non_exhaustive()
    }
}

/// Reads an error answer.
fn refusal(url: &str, response: Response<Body>) -> TransportError {
    let status = response.status().as_u16();
    let media_type = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let problem = match media_type {
        Some(text) if text.starts_with("application/problem+json") => read_json::<Problem>(url, response).ok(),
        _ => None,
    };
    match problem {
        Some(problem) => TransportError::Problem(Box::new(problem)),
        None => TransportError::Status { url: url.to_owned(), status },
    }
}

fn is_worth_repeating(error: &TransportError) -> bool {
    match error {
        TransportError::Unreachable { .. } => true,
        TransportError::Status { status, .. } => *status == 503,
        TransportError::Problem(problem) => problem.status == 503,
        _ => false,
    }
}

/// An answer that cannot be read. Parsers repeat what they read, so their words are made safe to print.
fn answer_error(url: &str, error: &dyn std::error::Error) -> TransportError {
    TransportError::Answer { url: url.to_owned(), reason: printable(&error.to_string(), 300) }
}

fn connection_error(url: &str, error: ureq::Error) -> TransportError {
    match error {
        ureq::Error::Http(_)
        | ureq::Error::BadUri(_)
        | ureq::Error::Protocol(_)
        | ureq::Error::LargeResponseHeader(..) => answer_error(url, &error),
        error => TransportError::Unreachable { url: url.to_owned(), reason: error.to_string() },
    }
}

/// The whole body, if it is not larger than the limit.
fn read_bounded(url: &str, response: Response<Body>, limit_bytes: u64) -> Result<Vec<u8>, TransportError> {
    let mut bytes = Vec::new();
    // One byte more than allowed tells a body at the limit from one beyond.
    let mut reader =
        response.into_body().into_with_config().limit(u64::MAX).reader().take(limit_bytes.saturating_add(1));
    reader
        .read_to_end(&mut bytes)
        .map_err(|error| TransportError::Unreachable { url: url.to_owned(), reason: error.to_string() })?;
    if bytes.len() as u64 > limit_bytes {
        return Err(TransportError::TooLarge { url: url.to_owned(), limit_bytes });
    }
    Ok(bytes)
}

fn read_json<T: DeserializeOwned>(url: &str, response: Response<Body>) -> Result<T, TransportError> {
    let bytes = read_bounded(url, response, JSON_ANSWER_BYTES)?;
    serde_json::from_slice(&bytes).map_err(|error| answer_error(url, &error))
}
