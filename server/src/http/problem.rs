//! The one map from what went wrong to a problem document.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use plimsoll_core::InvalidText;
use plimsoll_core::access::Denied;
use plimsoll_core::gate::Report;
use plimsoll_core::problem::{FieldError, Problem, ProblemCode};
use plimsoll_store::StoreError;

use crate::app;

/// Seconds after which it is worth asking again.
const RETRY_AFTER_SECONDS: &str = "2";

/// A problem before it knows the id of its request. The envelope writes it.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    code: ProblemCode,
    detail: String,
    errors: Vec<FieldError>,
    report: Option<Report>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Failure {
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self(Box::new(Inner { code, detail: detail.into(), errors: Vec::new(), report: None, header: None }))
    }

    /// A request that is not well formed.
    pub(crate) fn request_invalid(detail: impl Into<String>) -> Self {
        Self::new(ProblemCode::RequestInvalid, detail)
    }

    /// Something that cannot be is: the cause goes to the log, not to the client.
    pub(crate) fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(cause = %cause, "the registry failed");
        Self::new(ProblemCode::Internal, INTERNAL)
    }

    pub(crate) fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.0.errors = errors;
        self
    }

    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        self.0.header = HeaderValue::from_str(value).ok().map(|value| (name, value));
        self
    }

    /// What stands for an error answer that came from the framework, not from us.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        let code = match status.as_u16() {
            404 => ProblemCode::NotFound,
            405 => ProblemCode::MethodNotAllowed,
            408 => ProblemCode::RequestTimeout,
            413 => ProblemCode::BodyTooLarge,
            415 => ProblemCode::MediaTypeUnsupported,
            503 => ProblemCode::Unavailable,
            500.. => ProblemCode::Internal,
            _ => ProblemCode::RequestInvalid,
        };
        Self::new(code, code.title())
    }

    pub(crate) fn code(&self) -> ProblemCode {
        self.0.code
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.code.status()).expect("the status of every problem code is one")
    }

    /// The problem document, and the headers that go with it.
    pub(crate) fn document(self, request_id: &str) -> (Problem, Vec<(HeaderName, HeaderValue)>) {
        let Inner { code, detail, errors, report, header } = *self.0;
        let mut headers: Vec<_> = header.into_iter().collect();
        match code.status() {
            401 => headers.push((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            429 | 503 if !headers.iter().any(|(name, _)| name == header::RETRY_AFTER) => {
                headers.push((header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS)))
            }
            _ => {}
        }
        let mut problem = Problem::new(code, detail, request_id);
        problem.errors = errors;
        problem.report = report;
        (problem, headers)
    }
}

const INTERNAL: &str = "the registry failed; its log has the cause under this request id";
const UNAVAILABLE: &str = "the registry cannot answer now: try again in a moment";

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.detail)
    }
}

impl std::error::Error for Failure {}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status());
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        let detail = error.to_string();
        match error {
            app::Error::Denied(denied) => Self::new(denied_code(&denied), detail),
            app::Error::CredentialsInvalid | app::Error::SignInRefused => {
                Self::new(ProblemCode::CredentialsInvalid, detail)
            }
            app::Error::NotFound(_) => Self::new(ProblemCode::NotFound, detail),
            app::Error::Conflict { code, .. } => Self::new(code, detail),
            app::Error::TooMany { code, retry_after_seconds, .. } => {
                Self::new(code, detail).with_header(header::RETRY_AFTER, &retry_after_seconds.to_string())
            }
            app::Error::Invalid { code, errors, .. } => Self::new(code, detail).with_errors(errors),
            app::Error::Refused(report) => {
                let mut failure = Self::new(ProblemCode::GateRefused, detail);
                failure.0.report = Some(*report);
                failure
            }
            app::Error::Store(StoreError::Unavailable(cause)) => {
                tracing::error!(cause, "the database is not available");
                Self::new(ProblemCode::Unavailable, UNAVAILABLE)
            }
            app::Error::Store(cause) => Self::internal(Chain(&cause)),
            app::Error::Blobs(cause) => Self::of_blobs(&cause),
            app::Error::Internal(cause) => Self::internal(cause),
        }
    }
}

impl Failure {
    /// The artifact store failed: absent bytes are our fault, everything else may pass.
    pub(crate) fn of_blobs(cause: &object_store::Error) -> Self {
        if let object_store::Error::NotFound { .. } = cause {
            return Self::internal(Chain(cause));
        }
        tracing::error!(cause = %Chain(cause), "the artifact store failed");
        Self::new(ProblemCode::Unavailable, UNAVAILABLE)
    }
}

impl From<InvalidText> for Failure {
    fn from(error: InvalidText) -> Self {
        app::Error::from(error).into()
    }
}

fn denied_code(denied: &Denied) -> ProblemCode {
    match denied {
        Denied::NotAuthenticated => ProblemCode::CredentialsMissing,
        Denied::ScopeMissing(_) => ProblemCode::ScopeMissing,
        Denied::NotAllowed(_) => ProblemCode::NotAllowed,
    }
}

/// An error with its causes, on one line.
struct Chain<'a>(&'a dyn std::error::Error);

impl std::fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = self.0.to_string();
        for cause in std::iter::successors(self.0.source(), |cause| cause.source()) {
            let cause = cause.to_string();
            // Some errors print their causes themselves.
            if !text.contains(&cause) {
                text.push_str(": ");
                text.push_str(&cause);
            }
        }
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::access::TokenScope;

    use super::*;

    fn problem(error: app::Error) -> Problem {
        Failure::from(error).document("r").0
    }

    fn too_many() -> app::Error {
        app::Error::TooMany { code: ProblemCode::QuotaExceeded, message: "full".to_owned(), retry_after_seconds: 3600 }
    }

    #[test]
    fn who_has_too_much_is_told_when_to_come_back() {
        let retry_after = |failure: Failure| {
            let (_, headers) = failure.document("r");
            let found = headers.iter().filter(|(name, _)| name == header::RETRY_AFTER);
            found.map(|(_, value)| value.to_str().expect("text").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(retry_after(too_many().into()), ["3600"]);
        assert_eq!(retry_after(Failure::new(ProblemCode::TooManyRequests, "busy")), ["2"]);
    }

    #[test]
    fn every_error_of_a_use_case_has_its_problem() {
        let report =
            Report { verdict: plimsoll_core::gate::Verdict::Refused, tier: None, policy_version: 1, checks: vec![] };
        let blobs = |path: &str| object_store::Error::NotFound { path: path.to_owned(), source: "gone".into() };
        let table: Vec<(app::Error, &str, u16)> = vec![
            (Denied::NotAuthenticated.into(), "credentials-missing", 401),
            (Denied::ScopeMissing(TokenScope::Read).into(), "scope-missing", 403),
            (Denied::NotAllowed("no".to_owned()).into(), "not-allowed", 403),
            (app::Error::CredentialsInvalid, "credentials-invalid", 401),
            (app::Error::SignInRefused, "credentials-invalid", 401),
            (app::Error::NotFound("package".to_owned()), "not-found", 404),
            (app::Error::conflict(ProblemCode::ReviewStale, "stale"), "review-stale", 412),
            (app::Error::invalid_at("/reason", "say why"), "body-invalid", 422),
            (too_many(), "quota-exceeded", 429),
            (app::Error::Refused(Box::new(report)), "gate-refused", 422),
            (app::Error::Blobs(blobs("secret/path")), "internal", 500),
            (
                app::Error::Blobs(object_store::Error::NotImplemented {
                    operation: "x".into(),
                    implementer: "y".into(),
                }),
                "unavailable",
                503,
            ),
            (StoreError::Unavailable("secret".to_owned()).into(), "unavailable", 503),
            (StoreError::Corrupt { table: "secret", key: String::new(), column: "c" }.into(), "internal", 500),
            (app::Error::Internal("secret".to_owned()), "internal", 500),
        ];
        for (error, code, status) in table {
            let problem = problem(error);
            assert_eq!((problem.code.as_str(), problem.status), (code, status));
            assert!(!problem.detail.contains("secret"), "{}", problem.detail);
        }
    }

    #[test]
    fn refusals_carry_the_report_and_invalid_values_their_pointers() {
        let refused =
            Report { verdict: plimsoll_core::gate::Verdict::Refused, tier: None, policy_version: 1, checks: vec![] };
        assert_eq!(problem(app::Error::Refused(Box::new(refused.clone()))).report, Some(refused));
        assert_eq!(problem(app::Error::invalid_at("/reason", "say why")).errors[0].pointer, "/reason");
    }
}
