//! Signing in by a code that somebody approves in a browser, as `os cloud login` does (RFC 8628). The answers have no envelope,
//! and errors have the form of OAuth (RFC 6749, 5.2).

use actix_web::http::{Method, StatusCode};
use plimsoll_core::problem::{Problem, ProblemCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::auth::BODY_BYTES;
use super::body::JsonBody;
use crate::app::devices::{self, Answer as Told, EXPIRES_SECONDS, INTERVAL_SECONDS};
use crate::app::sessions::SESSION_SECONDS;
use crate::http::call::Call;
use crate::http::envelope;
use crate::http::openapi::{Credentials, Operation, Tag};
use crate::http::reply;
use crate::http::route::{Answer, Route};
use crate::http::web;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Where the answers of this file begin.
pub(super) const PATHS: &str = "/api/v1/auth/device/";

pub(super) fn routes() -> Vec<Route> {
    let operation = |id, summary| Operation::new(id, Tag::Accounts, summary).credentials(Credentials::None);
    vec![
        Route::new(
            Method::POST,
            "/api/v1/auth/device/code",
            begin,
            operation("osDeviceCode", "Get the codes of a device"),
        ),
        Route::new(
            Method::POST,
            "/api/v1/auth/device/token",
            token,
            operation("osDeviceToken", "Ask whether a device is signed in"),
        ),
    ]
}

/// A `scope` is not looked at: the token has those of every session.
#[derive(Deserialize)]
struct Begin {
    client_id: String,
}

async fn begin(mut call: Call) -> Answer {
    let Begin { client_id } = JsonBody(call.json_bytes(BODY_BYTES).await?).parse()?;
    let from = call.client_address();
    let begun = call.run(move |app, _| devices::begin(app, &client_id, &from)).await?;
    let page = web::device_page(&call.app);
    let user_code = begun.user_code.to_string();
    reply::ok(&json!({
        "device_code": begun.device_code,
        "user_code": user_code,
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={user_code}"),
        "expires_in": EXPIRES_SECONDS,
        "interval": INTERVAL_SECONDS,
    }))
}

#[derive(Deserialize)]
struct Ask {
    grant_type: String,
    device_code: String,
    client_id: String,
}

async fn token(mut call: Call) -> Answer {
    let Ask { grant_type, device_code, client_id } = JsonBody(call.json_bytes(BODY_BYTES).await?).parse()?;
    if grant_type != GRANT_TYPE {
        return refused("unsupported_grant_type", &format!("use {GRANT_TYPE}"));
    }
    match call.run(move |app, caller| devices::ask(app, caller, &device_code, &client_id)).await? {
        Told::Pending => refused("authorization_pending", "nobody has approved the code yet: ask again"),
        Told::SlowDown => refused("slow_down", "wait five seconds longer between two questions"),
        Told::Expired => refused("expired_token", "the code has expired: begin again"),
        Told::Denied => refused("access_denied", "the code was refused"),
        Told::Unknown => refused("invalid_grant", "the code is not known, or was used: begin again"),
        Told::Granted(session) => reply::ok(&json!({
            "access_token": session.token,
            "token_type": "Bearer",
            "expires_in": SESSION_SECONDS,
            "scope": session.scopes.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        })),
    }
}

/// An error that the client is to read, not a failure of the request.
fn refused(code: &str, description: &str) -> Answer {
    let answer = reply::json(StatusCode::BAD_REQUEST, &error(code, description))?;
    Ok(envelope::as_it_is(answer))
}

/// The body of a request that failed.
pub(super) fn failed(problem: &Problem) -> Value {
    let code = match problem.code {
        ProblemCode::TooManyRequests => "slow_down",
        ProblemCode::Internal => "server_error",
        ProblemCode::Unavailable => "temporarily_unavailable",
        _ => "invalid_request",
    };
    error(code, &problem.detail)
}

fn error(code: &str, description: &str) -> Value {
    json!({ "error": code, "error_description": description })
}
