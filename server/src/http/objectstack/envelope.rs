//! The envelope of every answer: `{success: true, data}`, or `{success: false, error: {code, message, …}, violations?}`.
//!
//! The clients print `error.message`, so it is always a sentence; they print each of `violations` as it is, so these are
//! texts, beside `error` and not inside.

use actix_web::http::StatusCode;
use plimsoll_core::gate::{Check, CheckCode, Outcome, Report};
use plimsoll_core::problem::{FieldError, Problem, ProblemCode};
use serde::Serialize;
use serde_json::{Value, json};

use super::device;
use crate::http::reply;
use crate::http::route::Answer;

/// What comes before a finding that alone would not refuse a version.
const HELD: &str = "(held for a reviewer) ";

/// Whether a path belongs to this face.
pub(in crate::http) fn owns(path: &str) -> bool {
    path.starts_with("/api/v1/")
}

/// An answer that went well.
pub(super) fn done(status: StatusCode, data: &impl Serialize) -> Answer {
    reply::json(status, &json!({ "success": true, "data": data }))
}

/// The body of such an answer.
pub(super) fn body(data: &Value) -> Vec<u8> {
    json!({ "success": true, "data": data }).to_string().into_bytes()
}

/// The body of an answer that did not.
pub(in crate::http) fn failed(path: &str, problem: &Problem) -> Value {
    if path.starts_with(device::PATHS) {
        return device::failed(problem);
    }
    let mut body = json!({
        "success": false,
        "error": {
            "code": code(problem),
            "declaredCode": declared_code(problem),
            "message": message(problem),
            "httpStatus": problem.status,
            "requestId": problem.request_id,
        },
    });
    if path.starts_with("/api/v1/auth/") {
        // Here the clients look for both outside of `error` as well.
        body["code"] = json!(code(problem));
        body["message"] = json!(message(problem));
    }
    if let Some(report) = &problem.report {
        body["violations"] = json!(findings(report));
    } else if untold(problem).next().is_some() {
        body["violations"] = json!(problem.errors.iter().map(placed).collect::<Vec<_>>());
    }
    body
}

/// A wrong value, as a text.
fn placed(error: &FieldError) -> String {
    format!("{}: {}", error.pointer, error.message)
}

/// What a report found, as texts: `code: sentence (places)`. The clients call all of it violations, so what is none says so.
fn findings(report: &Report) -> Vec<String> {
    let (refused, held): (Vec<&Check>, Vec<&Check>) =
        report.findings().partition(|check| check.outcome == Outcome::Refuse);
    let held = held.into_iter().map(|check| format!("{HELD}{}", text(check)));
    refused.into_iter().map(text).chain(held).collect()
}

/// What an accepted version is held for, and what else its publisher should know, as texts.
pub(super) fn warnings(report: &Report) -> Vec<String> {
    report.findings().chain(report.warnings()).map(text).collect()
}

fn text(check: &Check) -> String {
    match check.pointers.as_slice() {
        [] => format!("{}: {}", check.code, check.message),
        places => format!("{}: {} ({})", check.code, check.message, places.join(", ")),
    }
}

/// The wrong values that the sentence of a problem says nothing of.
fn untold(problem: &Problem) -> impl Iterator<Item = &FieldError> {
    problem.errors.iter().filter(|error| !problem.detail.contains(&error.message))
}

/// The sentence that the clients print, with the places in the body where it is about some, or else the first wrong value and
/// how many more there are.
fn message(problem: &Problem) -> String {
    let mut untold = untold(problem);
    if let Some(first) = untold.next() {
        let told = format!("{}: {}", problem.detail, placed(first));
        return match untold.count() {
            0 => told,
            more => format!("{told} (and {more} more)"),
        };
    }
    let places: Vec<&str> = problem
        .errors
        .iter()
        .map(|error| error.pointer.as_str())
        .filter(|pointer| !problem.detail.contains(pointer))
        .collect();
    match places.as_slice() {
        [] => problem.detail.clone(),
        places => format!("{}: {}", places.join(", "), problem.detail),
    }
}

/// The code of upstream's closed list that comes nearest; our own is beside it.
fn code(problem: &Problem) -> &'static str {
    use ProblemCode as P;
    match problem.code {
        P::RequestInvalid | P::CursorInvalid | P::MediaTypeUnsupported | P::RangeNotSatisfiable => "INVALID_REQUEST",
        P::CredentialsMissing | P::CredentialsInvalid => "UNAUTHENTICATED",
        P::ScopeMissing | P::NotAllowed => "FORBIDDEN",
        P::NotFound => "RESOURCE_NOT_FOUND",
        P::MethodNotAllowed => "METHOD_NOT_ALLOWED",
        P::RequestTimeout => "TIMEOUT",
        P::AccountExists | P::PublisherExists | P::KeyExists | P::VersionExists | P::VersionRejected => {
            "RESOURCE_CONFLICT"
        }
        P::IndexFull | P::PublisherFull | P::StateConflict | P::ReviewStale => "CONFLICT",
        P::BodyTooLarge => "PAYLOAD_TOO_LARGE",
        P::BodyInvalid | P::DigestMismatch | P::ArtifactUnknown => "VALIDATION_FAILED",
        P::KeyRefused | P::KeyProofInvalid => "INVALID_SIGNATURE",
        P::GateRefused => problem.report.as_ref().map_or("PACKAGE_PUBLISH_FAILED", refusal_code),
        P::TooManyRequests | P::QuotaExceeded => "RATE_LIMIT_EXCEEDED",
        P::Internal => "INTERNAL_ERROR",
        P::Unavailable => "SERVICE_UNAVAILABLE",
    }
}

/// Our own code; for a refused namespace, the one that ObjectStack proposes (its ADR-0048), which its list lacks as yet.
fn declared_code(problem: &Problem) -> &'static str {
    match problem.report.as_ref().and_then(first_refusal) {
        Some(check) if is_reserved_namespace(check) => "NAMESPACE_RESERVED_PLATFORM",
        Some(check) if check.code == CheckCode::NamespaceHeld => "NAMESPACE_ALREADY_RESERVED",
        _ => problem.code.as_str(),
    }
}

/// Whether a check is about the namespace as a word of the platform, rather than about the id.
fn is_reserved_namespace(check: &Check) -> bool {
    check.code == CheckCode::IdReserved && check.pointers == ["#/namespace"]
}

fn first_refusal(report: &Report) -> Option<&Check> {
    report.checks.iter().find(|check| check.outcome == Outcome::Refuse)
}

/// The code of a refusal: that of its first refusing check.
fn refusal_code(report: &Report) -> &'static str {
    use CheckCode as C;
    let first = first_refusal(report);
    if first.is_some_and(is_reserved_namespace) {
        return "NAMESPACE_CONFLICT";
    }
    match first.map(|check| check.code) {
        Some(C::ManifestMissing | C::ManifestDuplicate | C::ManifestInvalid) => "PLUGIN_MANIFEST_INVALID",
        Some(C::IdentityMismatch) => "MANIFEST_CONFLICT",
        Some(C::NamespaceHeld) => "NAMESPACE_CONFLICT",
        Some(C::NamespacePrefix) => "NAMESPACE_PREFIX",
        Some(C::PublisherNotOwner | C::IdReserved) => "RESOURCE_CONFLICT",
        Some(C::SignatureMissing | C::SignatureInvalid | C::KeyUnknown | C::KeyRevoked) => "INVALID_SIGNATURE",
        _ => "PACKAGE_PUBLISH_FAILED",
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::gate::Verdict;

    use super::*;

    #[test]
    fn every_error_has_a_code_and_a_sentence() {
        for code in ProblemCode::ALL {
            let body = failed("/api/v1/cloud", &Problem::new(*code, "a sentence", "r"));
            let error = &body["error"];
            assert_eq!((&body["success"], &error["message"]), (&json!(false), &json!("a sentence")), "{code}");
            assert_eq!((&error["declaredCode"], &error["httpStatus"]), (&json!(code.as_str()), &json!(code.status())));
            assert!(error["code"].as_str().is_some_and(|code| code.len() > 4), "{code}");
            assert!(body.get("violations").is_none(), "{code}");
        }
    }

    #[test]
    fn a_wrong_value_is_named_by_its_place() {
        let mut problem = Problem::new(ProblemCode::BodyInvalid, "use at most 128 bytes", "r");
        problem.errors = vec![FieldError { pointer: "/display_name".to_owned(), message: problem.detail.clone() }];
        let body = failed("/api/v1/cloud", &problem);
        assert_eq!(body["error"]["message"], "/display_name: use at most 128 bytes");
        assert!(body.get("violations").is_none(), "it is said");
        problem.errors.push(FieldError { pointer: "/readme".to_owned(), message: "it is empty".to_owned() });
        let body = failed("/api/v1/cloud", &problem);
        assert_eq!(body["error"]["message"], "use at most 128 bytes: /readme: it is empty");
        assert_eq!(body["violations"], json!(["/display_name: use at most 128 bytes", "/readme: it is empty"]));
    }

    #[test]
    fn a_sentence_tells_the_first_wrong_value_and_how_many_more_there_are() {
        let mut problem = Problem::new(ProblemCode::BodyInvalid, "the compiled stack cannot be published", "r");
        let error =
            |pointer: &str, message: &str| FieldError { pointer: pointer.to_owned(), message: message.to_owned() };
        problem.errors = vec![error("/bundle/manifest", "the key `name` is missing")];
        let said = "the compiled stack cannot be published: /bundle/manifest: the key `name` is missing";
        assert_eq!(failed("/api/v1/cloud", &problem)["error"]["message"], said);
        problem.errors.extend([error("/bundle/a", "it is there twice"), error("/bundle/b", "it is there twice")]);
        assert_eq!(failed("/api/v1/cloud", &problem)["error"]["message"], format!("{said} (and 2 more)"));
        assert_eq!(failed("/api/v1/cloud", &problem)["violations"].as_array().map(Vec::len), Some(3));
    }

    #[test]
    fn a_refusal_lists_its_findings_as_texts() {
        let check = |code, outcome, message: &str, pointers: &[&str]| Check {
            code,
            outcome,
            message: message.to_owned(),
            pointers: pointers.iter().map(|pointer| (*pointer).to_owned()).collect(),
        };
        let mut problem = Problem::new(ProblemCode::GateRefused, "refused", "r");
        problem.report = Some(Report {
            verdict: Verdict::Refused,
            tier: None,
            policy_version: 1,
            checks: vec![
                check(CheckCode::ManifestInvalid, Outcome::Pass, "Fine.", &[]),
                check(CheckCode::CodeUndeclared, Outcome::Hold, "Say so.", &[]),
                check(CheckCode::NamespaceHeld, Outcome::Refuse, "Held by bolt.", &["#/namespace"]),
            ],
        });
        let body = failed("/api/v1/cloud", &problem);
        assert_eq!(body["error"]["code"], "NAMESPACE_CONFLICT");
        assert_eq!(body["error"]["declaredCode"], "NAMESPACE_ALREADY_RESERVED");
        assert_eq!(
            body["violations"],
            json!(["namespace-held: Held by bolt. (#/namespace)", "(held for a reviewer) code-undeclared: Say so.",])
        );
    }
}
