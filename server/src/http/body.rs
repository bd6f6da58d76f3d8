//! Reading bodies. Each is bounded in bytes, between two pieces, and as a whole: the framework's own timeout covers heads only.

mod unique;

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpMessage as _, HttpRequest, web};
use bytes::Bytes;
use futures_util::StreamExt as _;
use plimsoll_core::problem::{FieldError, ProblemCode};
use plimsoll_core::quote;
use serde::Deserialize;
use serde_json::error::Category;
use serde_path_to_error::Segment;
use tokio::time::Instant;

use super::problem::Failure;
use crate::config::Timeouts;

/// A body that is being read.
pub(crate) struct Pieces<'a> {
    payload: &'a mut web::Payload,
    left: u64,
    limit: u64,
    between: Duration,
    bytes_per_second: u64,
    begun: Instant,
    deadline: Instant,
}

impl<'a> Pieces<'a> {
    /// Begins to read. A declared length over the limit is refused before a byte is read.
    pub(crate) fn new(
        request: &HttpRequest,
        payload: &'a mut web::Payload,
        limit: u64,
        timeouts: &Timeouts,
        whole_seconds: u64,
    ) -> Result<Self, Failure> {
        let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if declared.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let between = Duration::from_secs(timeouts.body_chunk_seconds);
        let (begun, bytes_per_second) = (Instant::now(), timeouts.body_bytes_per_second);
        let deadline = begun + Duration::from_secs(whole_seconds);
        Ok(Self { payload, left: limit, limit, between, bytes_per_second, begun, deadline })
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        let until = self.deadline.min(Instant::now() + self.between);
        let piece = match tokio::time::timeout_at(until, self.payload.next()).await {
            Err(_) => {
                let detail = "the body did not arrive in time: send it again, without pauses";
                return Err(Failure::new(ProblemCode::RequestTimeout, detail));
            }
            Ok(None) => return Ok(None),
            Ok(Some(Err(error))) => {
                tracing::info!(%error, "a body broke off");
                return Err(Failure::request_invalid(
                    "the body broke off, or its encoding is not valid: send it again",
                ));
            }
            Ok(Some(Ok(piece))) => piece,
        };
        let size = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(size).ok_or_else(|| too_large(self.limit))?;
        if self.is_a_trickle() {
            let least = self.bytes_per_second;
            let detail = format!("the body comes too slowly: send it again, at {least} bytes a second or more");
            return Err(Failure::new(ProblemCode::RequestTimeout, detail));
        }
        Ok(Some(piece))
    }

    /// Whether what came so far is less than what had to come since the first moments: who sends a byte now and then would
    /// else keep a place for as long as a whole artifact may take.
    fn is_a_trickle(&self) -> bool {
        let seconds = self.begun.elapsed().saturating_sub(self.between).as_secs();
        self.limit - self.left < seconds.saturating_mul(self.bytes_per_second)
    }
}

fn too_large(limit: u64) -> Failure {
    Failure::new(ProblemCode::BodyTooLarge, format!("the body is larger than the {limit} bytes that are allowed here"))
}

/// Reads the bytes of a JSON body, at most so many.
pub(crate) async fn json_bytes(
    request: &HttpRequest,
    payload: &mut web::Payload,
    max: u64,
    timeouts: &Timeouts,
) -> Result<Bytes, Failure> {
    if !request.content_type().eq_ignore_ascii_case("application/json") {
        let detail = "send the body with `content-type: application/json`";
        return Err(Failure::new(ProblemCode::MediaTypeUnsupported, detail));
    }
    bytes(request, payload, max, timeouts).await
}

/// Reads the bytes of a form, at most so many.
pub(crate) async fn form_bytes(
    request: &HttpRequest,
    payload: &mut web::Payload,
    max: u64,
    timeouts: &Timeouts,
) -> Result<Bytes, Failure> {
    if !request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Failure::new(ProblemCode::MediaTypeUnsupported, "send the form as a browser does"));
    }
    bytes(request, payload, max, timeouts).await
}

/// Reads a body into memory, at most so many bytes.
pub(crate) async fn bytes(
    request: &HttpRequest,
    payload: &mut web::Payload,
    max: u64,
    timeouts: &Timeouts,
) -> Result<Bytes, Failure> {
    let mut pieces = Pieces::new(request, payload, max, timeouts, timeouts.body_seconds)?;
    let mut bytes = Vec::new();
    while let Some(piece) = pieces.next().await? {
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes.into())
}

/// Reads JSON to its end. What is no JSON is 400, a value that is not valid 422 with its pointer.
pub(crate) fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Failure> {
    let malformed =
        |error: &serde_json::Error| Failure::request_invalid(format!("the body is not valid JSON: {error}"));
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| match error.inner().classify() {
        Category::Data => invalid(pointer(error.path()), in_words(&without_place(error.inner()))),
        Category::Syntax | Category::Eof | Category::Io => malformed(error.inner()),
    })?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

/// What is wrong with a value, which its pointer has told the place of: lines and columns of a body are nobody's.
fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&place).unwrap_or(&text).to_owned()
}

/// Parses a JSON body, whose objects have each member once.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    // Read as JSON first: so what is not JSON and what is not the right JSON are told apart.
    let unique::Unique(value) = read(bytes)?;
    if !value.is_object() {
        // Serde would read the members of a struct from an array as well.
        return Err(invalid(String::new(), "use a JSON object".to_owned()));
    }
    serde_path_to_error::deserialize(value)
        .map_err(|error| invalid(pointer(error.path()), in_words(&error.inner().to_string())))
}

/// What a reader says is wrong, with what to do. Sentences of our own types say that already.
fn in_words(message: &str) -> String {
    if let Some(member) = message.strip_prefix("missing field ") {
        return format!("{member} is missing: send it");
    }
    let wrong = message.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected "));
    match wrong {
        Some((is, expected)) => format!("it is {is}: send {expected}"),
        None => message.to_owned(),
    }
}

/// A value of the body that is not valid.
pub(crate) fn invalid(pointer: String, message: String) -> Failure {
    let place = if pointer.is_empty() { "the body".to_owned() } else { quote(&pointer) };
    Failure::new(ProblemCode::BodyInvalid, format!("{place}: {message}"))
        .with_errors(vec![FieldError { pointer, message }])
}

/// The RFC 6901 pointer of a path.
pub(crate) fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use plimsoll_core::wire::NewVersion;

    use super::*;

    fn problem(body: &str) -> plimsoll_core::problem::Problem {
        parse::<NewVersion>(body.as_bytes()).expect_err(body).document("r").0
    }

    #[test]
    fn what_is_missing_or_of_another_type_is_told_with_what_to_send() {
        let told = |body: &str| problem(body).errors[0].message.clone();
        assert_eq!(told("{}"), "`publisher` is missing: send it");
        let digest = "0".repeat(64);
        let text = format!(r#"{{"publisher": "acme", "sha256": "{digest}", "submit": "yes"}}"#);
        assert_eq!(told(&text), "it is string \"yes\": send a boolean");
    }

    #[test]
    fn wrong_values_are_named_by_their_pointers() {
        let digest = "0".repeat(64);
        for (body, pointer) in [
            (format!(r#"{{"publisher": "Acme", "sha256": "{digest}"}}"#), "/publisher"),
            (
                format!(r#"{{"publisher": "acme", "sha256": "{digest}", "listing": {{"category": "!"}}}}"#),
                "/listing/category",
            ),
            (format!(r#"{{"publisher": "acme", "sha256": "{digest}", "extra": 1}}"#), "/extra"),
            (r#"{"publisher": "acme"}"#.to_owned(), ""),
            (r#"{"publisher": 1}"#.to_owned(), "/publisher"),
            (format!(r#"["acme", "{digest}"]"#), ""),
        ] {
            let problem = problem(&body);
            assert_eq!(
                (problem.code, problem.errors[0].pointer.as_str()),
                (ProblemCode::BodyInvalid, pointer),
                "{body}"
            );
        }
    }

    #[test]
    fn a_wrong_value_is_told_without_lines_and_columns() {
        let problem = read::<NewVersion>(br#"{"publisher": "Acme Corp"}"#).expect_err("a wrong value").document("r").0;
        assert_eq!(problem.errors[0].pointer, "/publisher");
        assert!(!problem.detail.contains("line") && !problem.detail.contains("column"), "{}", problem.detail);
    }

    #[test]
    fn a_member_is_there_once() {
        let digest = "0".repeat(64);
        for (body, pointer) in [
            (r#"{"publisher": "acme", "publisher": "globex"}"#.to_owned(), "/publisher"),
            (
                format!(r#"{{"publisher": "acme", "sha256": "{digest}", "listing": {{"a/b": 1, "a\u002fb": 2}}}}"#),
                "/listing/a~1b",
            ),
            (r#"{"x": [0, {"y": null, "y": null}]}"#.to_owned(), "/x/1/y"),
        ] {
            let problem = problem(&body);
            let (code, error) = (problem.code, &problem.errors[0]);
            assert_eq!((code, error.pointer.as_str()), (ProblemCode::BodyInvalid, pointer), "{body}");
            assert!(error.message.contains("more than once"), "{}", error.message);
        }
    }

    #[test]
    fn what_is_not_json_is_not_well_formed() {
        for body in ["", "{", "nonsense", "{\"publisher\": \"\u{1}", &"[".repeat(1000)] {
            assert_eq!(problem(body).status, 400, "{body}");
        }
        let trailing = parse::<plimsoll_core::wire::NewPublisher>(br#"{"publisher": "acme"} x"#);
        assert_eq!(trailing.expect_err("trailing").status(), 400);
    }
}
