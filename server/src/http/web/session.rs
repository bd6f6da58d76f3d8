//! Who is signed in at the page, and how a form of ours is told from a forgery.
//!
//! The cookie is `HttpOnly` and `SameSite=Lax`, and on https also `Secure` with the prefix `__Host-`, so that no other host can
//! plant one. Its secret is made anew at each sign-in and opens nothing else. A form is taken only from our own origin; and from
//! somebody signed in only with a token derived from the secret.

use std::collections::BTreeMap;

use actix_web::HttpRequest;
use actix_web::http::{StatusCode, header};
use plimsoll_core::Digest;
use plimsoll_core::access::Actor;
use plimsoll_core::problem::ProblemCode;
use subtle::ConstantTimeEq as _;

use super::page::{self, Asked, Frame, SignIn, Who};
use crate::app::{Caller, Error, sessions};
use crate::http::body;
use crate::http::call::Call;
use crate::http::problem::Failure;
use crate::http::route::Answer;

/// The largest form, in bytes.
const FORM_BYTES: u64 = 8 * 1024;

/// Somebody who is signed in at the page.
pub(super) struct SignedIn {
    pub(super) who: Who,
    pub(super) caller: Caller,
    pub(super) secret: String,
}

/// Who is signed in. A cookie that is not valid is none.
pub(super) async fn signed_in(call: &Call) -> Result<Option<SignedIn>, Failure> {
    let Some(secret) = cookie(call) else { return Ok(None) };
    let asked = secret.clone();
    let actor = call
        .run(move |app, _| match sessions::web_actor(app, &asked) {
            Err(Error::CredentialsInvalid) => Ok(None),
            found => found.map(Some),
        })
        .await?;
    let Some(Actor::Account(account)) = actor else { return Ok(None) };
    let form = Digest::of(format!("form {secret}")).to_string();
    let who = Who { account: account.name.clone(), form };
    let caller = call.caller.turned_into(Actor::Account(account));
    Ok(Some(SignedIn { who, caller, secret }))
}

/// A form that came from our own page.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads the form of a request from our own origin.
    pub(super) async fn read(call: &mut Call) -> Result<Self, Failure> {
        check_origin(&call.request, &call.app.config.public_url())?;
        let bytes = body::form_bytes(&call.request, &mut call.payload, FORM_BYTES, &call.app.timeouts).await?;
        let mut fields = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(&bytes) {
            fields.entry(name.into_owned()).or_insert(value.into_owned());
        }
        Ok(Self(fields))
    }

    /// A field; empty where it is absent.
    pub(super) fn field(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// What it says of a device.
    pub(super) fn asked(&self) -> Asked {
        Asked::read(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// Refuses a form that was not made for this session.
    pub(super) fn check(&self, who: &Who) -> Result<(), Failure> {
        let same: bool = self.field("form").as_bytes().ct_eq(who.form.as_bytes()).into();
        if same { Ok(()) } else { Err(forged("the form is of another session")) }
    }
}

fn forged(why: &str) -> Failure {
    Failure::new(ProblemCode::NotAllowed, format!("{why}: open the page again, and send its own form"))
}

/// Refuses what another site makes a browser send. Browsers say where a request comes from in `Sec-Fetch-Site` or in `Origin`;
/// whichever is there must be right, and one of them must be.
fn check_origin(request: &HttpRequest, public_url: &str) -> Result<(), Failure> {
    let text = |name| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let (site, origin) = (text(header::HeaderName::from_static("sec-fetch-site")), text(header::ORIGIN));
    let host = text(header::HOST).unwrap_or_default();
    let own = |origin: &str| {
        let authority = origin.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme));
        origin == public_url || authority.is_some_and(|(_, authority)| !host.is_empty() && authority == host)
    };
    let right = site.is_none_or(|site| site == "same-origin") && origin.is_none_or(own);
    if right && (site.is_some() || origin.is_some()) { Ok(()) } else { Err(forged("the form was not sent from here")) }
}

pub(super) async fn sign_in(mut call: Call) -> Answer {
    let form = Form::read(&mut call).await?;
    let (email, password) = (form.field("email").to_owned(), form.field("password").to_owned());
    let (from, before) = (call.client_address(), cookie(&call));
    let sign_in = move |app: &_, caller: &_| {
        Ok::<_, Failure>(match sessions::sign_in_web(app, caller, before.as_deref(), &email, &password, &from) {
            Ok(cookie) => Ok(cookie),
            Err(error @ (Error::SignInRefused | Error::TooMany { .. })) => Err(error),
            Err(error) => return Err(error.into()),
        })
    };
    let asked = form.asked();
    match call.run_hashing(sign_in).await? {
        Ok(made) => {
            let set = set_cookie(&call, &made.secret, made.seconds);
            Ok(page::go_on(&asked.address()).insert_header((header::SET_COOKIE, set)).finish())
        }
        Err(error) => {
            let stopped = matches!(error, Error::TooMany { .. });
            let status = if stopped { StatusCode::TOO_MANY_REQUESTS } else { StatusCode::UNPROCESSABLE_ENTITY };
            let (frame, email) = (Frame::new(&call.app, None), form.field("email"));
            page::show(status, &SignIn { frame, asked: &asked, email, error: Some(sentence(&error)) })
        }
    }
}

pub(super) async fn sign_out(mut call: Call) -> Answer {
    let form = Form::read(&mut call).await?;
    if let Some(session) = signed_in(&call).await? {
        form.check(&session.who)?;
        call.run(move |app, _| sessions::sign_out_web(app, &session.secret)).await?;
    }
    let unset = set_cookie(&call, "", 0);
    Ok(page::go_on(super::PATH).insert_header((header::SET_COOKIE, unset)).finish())
}

/// An error as a sentence of its own.
pub(super) fn sentence(error: &impl std::fmt::Display) -> String {
    let text = error.to_string();
    let mut chars = text.chars();
    let first = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// The name of the cookie, and its attributes beside the age. Browsers take the prefix on https alone.
fn cookie_form(call: &Call) -> (&'static str, &'static str) {
    if call.app.config.public_url().starts_with("https://") {
        ("__Host-plimsoll", "Path=/; HttpOnly; SameSite=Lax; Secure")
    } else {
        ("plimsoll", "Path=/; HttpOnly; SameSite=Lax")
    }
}

fn set_cookie(call: &Call, secret: &str, seconds: i64) -> String {
    let (name, attributes) = cookie_form(call);
    format!("{name}={secret}; Max-Age={seconds}; {attributes}")
}

/// The secret of the cookie, if it can be one of ours.
fn cookie(call: &Call) -> Option<String> {
    let (name, _) = cookie_form(call);
    let values = call.request.headers().get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = pairs.find(|(found, _)| *found == name)?;
    (secret.len() == 64 && secret.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| secret.to_owned())
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_form_comes_from_our_own_page() {
        let taken = |headers: &[(&'static str, &str)]| {
            let mut request = TestRequest::post();
            for header in headers {
                request = request.insert_header(*header);
            }
            check_origin(&request.to_http_request(), "https://plugins.example.org").is_ok()
        };
        let host = ("host", "127.0.0.1:7700");
        let behind = ("host", "backend:7700");
        assert!(taken(&[host, ("origin", "http://127.0.0.1:7700")]));
        assert!(taken(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(taken(&[host, ("origin", "http://127.0.0.1:7700"), ("sec-fetch-site", "same-origin")]));
        assert!(taken(&[behind, ("origin", "https://plugins.example.org")]), "a proxy may change the host");
        for headers in [
            &[host][..],
            &[host, ("origin", "https://evil.example")],
            &[host, ("origin", "null")],
            &[host, ("origin", "")],
            &[host, ("origin", "127.0.0.1:7700")],
            &[host, ("origin", "http://127.0.0.1:7701")],
            &[host, ("origin", "http://plugins.example.org")],
            &[("host", ""), ("origin", "http://")],
            &[host, ("sec-fetch-site", "same-site")],
            &[host, ("sec-fetch-site", "cross-site")],
            &[host, ("sec-fetch-site", "none")],
            &[host, ("origin", "https://evil.example"), ("sec-fetch-site", "same-origin")],
            &[host, ("origin", "http://127.0.0.1:7700"), ("sec-fetch-site", "cross-site")],
        ] {
            assert!(!taken(headers), "{headers:?}");
        }
    }
}
