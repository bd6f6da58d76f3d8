//! Problem documents (RFC 9457): the one shape of every error under `/v1`.

use crate::gate::Report;

/// The closed list of problems, with the status and the title of each. The order is by status.
macro_rules! problems {
    ($($(#[$meta:meta])* $variant:ident = $code:tt, $status:literal, $title:literal;)+) => {
        closed_words! {
            /// The code of a problem.
            ProblemCode, "problem code" {
                $($(#[$meta])* $variant = $code,)+
            }
        }

        impl ProblemCode {
            /// The HTTP status that goes with the code.
            pub const fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)+
                }
            }

            /// What kind of problem this is, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$variant => $title,)+
                }
            }
        }
    };
}

problems! {
    /// The request is not well formed.
    RequestInvalid = "request-invalid", 400, "The request is not well formed";
    /// The cursor is not one that this registry gave.
    CursorInvalid = "cursor-invalid", 400, "The cursor is not one that this registry gave";
    /// The endpoint needs a token.
    CredentialsMissing = "credentials-missing", 401, "A token is needed";
    /// The token is unknown, revoked or expired; or the e-mail address and the password do not belong together.
    CredentialsInvalid = "credentials-invalid", 401, "The credentials are not valid";
    /// The token does not have the scope.
    ScopeMissing = "scope-missing", 403, "The token lacks a scope";
    /// The account may not do this.
    NotAllowed = "not-allowed", 403, "The account may not do this";
    /// Nothing is here, or nothing that the account may see.
    NotFound = "not-found", 404, "Not found";
    /// The path exists, but not for this method.
    MethodNotAllowed = "method-not-allowed", 405, "The method is not allowed here";
    /// The body did not arrive in time.
    RequestTimeout = "request-timeout", 408, "The request did not arrive in time";
    /// The account exists.
    AccountExists = "account-exists", 409, "The account exists";
    /// The publisher exists.
    PublisherExists = "publisher-exists", 409, "The publisher exists";
    /// The key id, or a proven key, is taken.
    KeyExists = "key-exists", 409, "The key exists";
    /// The version exists, with other bytes or other facts.
    VersionExists = "version-exists", 409, "The version exists";
    /// The version was rejected, which is final.
    VersionRejected = "version-rejected", 409, "The version was rejected";
    /// The index documents of the package have no room for one more version.
    IndexFull = "index-full", 409, "The index of the package is full";
    /// The artifacts of the publisher's versions have as many bytes as it may keep.
    PublisherFull = "publisher-full", 409, "The publisher keeps as many bytes as it may";
    /// What is asked does not fit the present state.
    StateConflict = "state-conflict", 409, "The present state does not allow this";
    /// The review names other bytes or another report than are there now.
    ReviewStale = "review-stale", 412, "What was reviewed is not what is there";
    /// The body is larger than the limit.
    BodyTooLarge = "body-too-large", 413, "The body is too large";
    /// The body is of a type that is not read here.
    MediaTypeUnsupported = "media-type-unsupported", 415, "The media type is not read here";
    /// The range lies outside the artifact.
    RangeNotSatisfiable = "range-not-satisfiable", 416, "The range cannot be satisfied";
    /// The body is well formed, but a value in it is not valid.
    BodyInvalid = "body-invalid", 422, "A value in the body is not valid";
    /// The uploaded bytes have another digest than the path says.
    DigestMismatch = "digest-mismatch", 422, "The bytes do not match the digest";
    /// No such artifact was uploaded, so no version can have it.
    ArtifactUnknown = "artifact-unknown", 422, "The artifact was not uploaded";
    /// The key is of a kind that is not accepted, or weak.
    KeyRefused = "key-refused", 422, "The key is not accepted";
    /// The proof of possession does not verify.
    KeyProofInvalid = "key-proof-invalid", 422, "The proof of possession does not verify";
    /// The gate refused the version; the report says why.
    GateRefused = "gate-refused", 422, "The gate refused the version";
    /// Too many requests at once.
    TooManyRequests = "too-many-requests", 429, "Too many requests";
    /// The account keeps more uploads that no version refers to than its share.
    QuotaExceeded = "quota-exceeded", 429, "The account has used up its share";
    /// The registry failed. Its log has the request id.
    Internal = "internal", 500, "The registry failed";
    /// The registry cannot answer now.
    Unavailable = "unavailable", 503, "The registry cannot answer now";
}

impl ProblemCode {
    /// The `type` URI of the problem.
    pub fn type_uri(self) -> String {
        format!("urn:plimsoll:problem:{self}")
    }
}

/// One wrong value in a body.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// RFC 6901 pointer into the body.
    pub pointer: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

/// A problem document, of media type `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// `urn:plimsoll:problem:<code>`
    pub r#type: String,
    /// What kind of problem this is.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened, to what, and what to do next.
    pub detail: String,
    /// The closed code.
    pub code: ProblemCode,
    /// The id of the request, also in the registry's log and in the header `x-request-id`.
    pub request_id: String,
    /// The values that are wrong, where the body was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// The gate report, where the gate decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
}

impl Problem {
    /// A problem of a code, without errors and report.
    pub fn new(code: ProblemCode, detail: impl Into<String>, request_id: impl Into<String>) -> Self {
        Self {
            r#type: code.type_uri(),
            title: code.title().to_owned(),
            status: code.status(),
            detail: detail.into(),
            code,
            request_id: request_id.into(),
            errors: Vec::new(),
            report: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_reads_back() {
        for code in ProblemCode::ALL {
            let problem = Problem::new(*code, "detail", "id");
            let text = serde_json::to_string(&problem).expect("problem");
            assert_eq!(serde_json::from_str::<Problem>(&text).expect("problem"), problem);
        }
        let mut sorted = ProblemCode::ALL.to_vec();
        sorted.sort_by_key(|code| code.status());
        assert_eq!(sorted, ProblemCode::ALL, "keep the list by status");
    }
}
