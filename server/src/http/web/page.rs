//! What is shown. Everything that comes from outside is escaped by the templates.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use plimsoll_core::access::TokenScope;
use plimsoll_core::printable;
use plimsoll_core::problem::Problem;
use plimsoll_core::{AccountName, Timestamp};

use crate::App;
use crate::app::devices::Waiting;
use crate::app::sessions::SESSION_SECONDS;
use crate::http::envelope;
use crate::http::problem::Failure;
use crate::http::route::Answer;

/// Nothing is loaded but our style, nothing runs, forms go to us alone, and nobody frames the page.
const CONTENT_SECURITY_POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
/// Others learn nothing. We do learn where a form comes from: without a referrer, browsers would call its origin `null`.
const REFERRER_POLICY: &str = "same-origin";

/// What surrounds every page.
pub(super) struct Frame {
    registry: String,
    who: Option<Who>,
}

/// Who is signed in.
#[derive(Clone)]
pub(super) struct Who {
    pub(super) account: AccountName,
    /// The token of every form, which no other site can know.
    pub(super) form: String,
}

impl Frame {
    pub(super) fn new(app: &App, who: Option<Who>) -> Self {
        Self { registry: app.registry().to_owned(), who }
    }
}

/// What the address says of the device, as it was typed or claimed. Each is cut to what a code and a name need.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) user_code: String,
    pub(super) runtime_name: String,
    pub(super) runtime_version: String,
}

impl Asked {
    /// Reads names and values. The first of a name counts, unknown names mean nothing.
    pub(super) fn read<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut asked = Self::default();
        for (name, value) in pairs {
            let (field, chars_max) = match name {
                "user_code" => (&mut asked.user_code, 20),
                "runtime_name" => (&mut asked.runtime_name, 80),
                "runtime_version" => (&mut asked.runtime_version, 40),
                _ => continue,
            };
            if field.is_empty() {
                *field = printable(value, chars_max);
            }
        }
        asked
    }

    /// The address that shows the same again.
    pub(super) fn address(&self) -> String {
        let pairs = [
            ("user_code", &self.user_code),
            ("runtime_name", &self.runtime_name),
            ("runtime_version", &self.runtime_version),
        ];
        let said = pairs.into_iter().filter(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(said).finish();
        if query.is_empty() { super::PATH.to_owned() } else { format!("{}?{query}", super::PATH) }
    }
}

/// The form to sign in.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(super) struct SignIn<'a> {
    pub(super) frame: Frame,
    pub(super) asked: &'a Asked,
    pub(super) email: &'a str,
    pub(super) error: Option<String>,
}

/// The form for the code of a device.
#[derive(Template)]
#[template(path = "code.html")]
pub(super) struct Code<'a> {
    pub(super) frame: Frame,
    pub(super) typed: &'a str,
    pub(super) error: Option<String>,
}

/// What a device asks for, and the form to decide.
#[derive(Template)]
#[template(path = "confirm.html")]
pub(super) struct Confirm<'a> {
    frame: Frame,
    asked: &'a Asked,
    account: String,
    form: String,
    client: String,
    user_code: String,
    may: Vec<&'static str>,
    days: i64,
    since: Timestamp,
    since_text: String,
    error: Option<&'static str>,
}

impl<'a> Confirm<'a> {
    pub(super) fn new(app: &App, who: Who, asked: &'a Asked, waiting: &Waiting, error: Option<&'static str>) -> Self {
        Self {
            asked,
            account: who.account.to_string(),
            form: who.form.clone(),
            frame: Frame::new(app, Some(who)),
            client: waiting.client.clone(),
            user_code: waiting.user_code.to_string(),
            may: waiting.scopes.iter().map(|scope| in_words(*scope)).collect(),
            days: SESSION_SECONDS / (24 * 60 * 60),
            since: waiting.since,
            since_text: when(waiting.since, app.clock.now()),
            error,
        }
    }
}

/// That something is done.
#[derive(Template)]
#[template(path = "done.html")]
pub(super) struct Done {
    pub(super) frame: Frame,
    pub(super) title: &'static str,
    pub(super) text: String,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Failed<'a> {
    frame: Frame,
    title: &'a str,
    detail: &'a str,
    request_id: &'a str,
}

/// What a scope lets a device do.
fn in_words(scope: TokenScope) -> &'static str {
    match scope {
        TokenScope::Read => "read what the account may read",
        TokenScope::Publish => "upload, publish and yank for the account's publishers",
        TokenScope::Manage => "manage the account's publishers, keys and tokens",
        TokenScope::Review => "review and block",
        TokenScope::Operate => "download artifacts to provision tenants",
        TokenScope::Admin => "administer the registry",
    }
}

/// A time for people: `2026-11-20 09:30 UTC (3 min ago)`.
fn when(time: Timestamp, now: Timestamp) -> String {
    let text = time.to_string().replacen('T', " ", 1);
    let minutes = now.as_micros().saturating_sub(time.as_micros()).max(0) / 60_000_000;
    format!("{} UTC ({minutes} min ago)", text.get(..16).unwrap_or(&text))
}

/// A page with a status.
pub(super) fn show(status: StatusCode, page: &impl Template) -> Answer {
    let html = page.render().map_err(Failure::internal)?;
    let mut answer = HttpResponse::build(status);
    headers(&mut answer);
    Ok(envelope::as_it_is(answer.body(html)))
}

/// Goes on to another page of ours.
pub(super) fn go_on(to: &str) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::SeeOther();
    headers(&mut answer);
    answer.insert_header((header::LOCATION, to));
    answer
}

/// The page of a request that failed.
pub(in crate::http) fn failed(
    app: &App,
    answer: &mut actix_web::HttpResponseBuilder,
    problem: &Problem,
) -> HttpResponse {
    let Problem { title, detail, request_id, .. } = problem;
    let page = Failed { frame: Frame::new(app, None), title, detail, request_id };
    headers(answer);
    match page.render() {
        Ok(html) => answer.body(html),
        Err(_) => answer.finish(),
    }
}

fn headers(answer: &mut actix_web::HttpResponseBuilder) {
    answer.content_type("text/html; charset=utf-8");
    answer.insert_header((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY));
    answer.insert_header((header::REFERRER_POLICY, REFERRER_POLICY));
    answer.insert_header(("cross-origin-opener-policy", "same-origin"));
}
