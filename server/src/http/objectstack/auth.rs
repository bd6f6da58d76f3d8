//! Signing in by e-mail, as `os cloud login --email` does; who one is; signing out. The answers have no envelope.

use actix_web::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::body::JsonBody;
use crate::app::sessions::{self, Session};
use crate::http::call::Call;
use crate::http::openapi::{Credentials, Operation, Tag};
use crate::http::reply;
use crate::http::route::{Answer, Route};

/// The largest body: an address, a password, and some room.
pub(super) const BODY_BYTES: u64 = 8 * 1024;

pub(super) fn routes() -> Vec<Route> {
    let operation = |id, summary, credentials| Operation::new(id, Tag::Accounts, summary).credentials(credentials);
    vec![
        Route::new(
            Method::POST,
            "/api/v1/auth/sign-in/email",
            sign_in,
            operation("osSignIn", "Make the token of a session", Credentials::None),
        ),
        Route::new(
            Method::GET,
            "/api/v1/auth/get-session",
            session,
            operation("osGetSession", "Who the token acts for", Credentials::Optional),
        ),
        Route::new(
            Method::POST,
            "/api/v1/auth/sign-out",
            sign_out,
            operation("osSignOut", "End the session of the token", Credentials::Required),
        ),
    ]
}

#[derive(Deserialize)]
struct SignIn {
    email: String,
    password: String,
}

async fn sign_in(mut call: Call) -> Answer {
    let SignIn { email, password } = JsonBody(call.json_bytes(BODY_BYTES).await?).parse()?;
    let from = call.client_address();
    let sign_in = move |app: &_, caller: &_| sessions::sign_in(app, caller, &email, &password, &from);
    let session = call.run_hashing(sign_in).await?;
    reply::ok(&json!({ "token": session.token, "user": user(&session) }))
}

/// `null` where nobody asks: so the clients find out whether they are signed in.
async fn session(call: Call) -> Answer {
    let session = call.run(sessions::current).await?;
    reply::ok(&session.map(|session| json!({ "user": user(&session), "session": { "scopes": session.scopes } })))
}

async fn sign_out(call: Call) -> Answer {
    call.run(sessions::sign_out).await?;
    reply::ok(&json!({ "success": true }))
}

/// The account, as the clients print it.
fn user(session: &Session) -> Value {
    let account = &session.account;
    json!({ "id": account.name, "name": account.name, "email": account.email, "createdAt": account.created_at })
}
