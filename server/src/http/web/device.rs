//! Showing what a device asks for, and deciding it.

use actix_web::http::StatusCode;
use plimsoll_core::quote;

use super::page::{self, Asked, Code, Confirm, Done, Frame, SignIn};
use super::session::{Form, SignedIn, sentence, signed_in};
use crate::app::Error;
use crate::app::devices::{self, UserCode, Waiting};
use crate::http::call::Call;
use crate::http::problem::Failure;
use crate::http::route::Answer;

pub(super) async fn show(call: Call) -> Answer {
    let pairs: Vec<_> = url::form_urlencoded::parse(call.request.query_string().as_bytes()).collect();
    let asked = Asked::read(pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())));
    let Some(session) = signed_in(&call).await? else {
        let page = SignIn { frame: Frame::new(&call.app, None), asked: &asked, email: "", error: None };
        return page::show(StatusCode::OK, &page);
    };
    if asked.user_code.is_empty() {
        return ask_for_code(&call, session, &asked, None);
    }
    let looked_up = with_code(&call, &session, &asked, devices::waiting).await?;
    match looked_up {
        Ok(waiting) => {
            let page = Confirm::new(&call.app, session.who, &asked, &waiting, None);
            page::show(StatusCode::OK, &page)
        }
        Err(error) => ask_for_code(&call, session, &asked, Some(error)),
    }
}

pub(super) async fn decide(mut call: Call) -> Answer {
    let form = Form::read(&mut call).await?;
    let asked = form.asked();
    let Some(session) = signed_in(&call).await? else {
        return Ok(page::go_on(&asked.address()).finish());
    };
    form.check(&session.who)?;
    let approved = match form.field("decision") {
        "approve" => true,
        "deny" => false,
        _ => return Err(Failure::request_invalid("the form says neither `approve` nor `deny`")),
    };
    if approved && form.field("confirmed") != "yes" {
        let found = with_code(&call, &session, &asked, devices::waiting).await?;
        return match found {
            Ok(waiting) => {
                let error = "Say that you started this yourself, or deny.";
                let page = Confirm::new(&call.app, session.who, &asked, &waiting, Some(error));
                page::show(StatusCode::UNPROCESSABLE_ENTITY, &page)
            }
            Err(error) => ask_for_code(&call, session, &asked, Some(error)),
        };
    }
    let secret = session.secret.clone();
    let decided = move |app: &_, caller: &_, code: &_| devices::decide(app, caller, &secret, code, approved);
    match with_code(&call, &session, &asked, decided).await? {
        Ok(waiting) => done(&call, session, &waiting, approved),
        Err(error) => ask_for_code(&call, session, &asked, Some(error)),
    }
}

fn done(call: &Call, session: SignedIn, waiting: &Waiting, approved: bool) -> Answer {
    let (title, outcome) = match approved {
        true => ("Device approved", "goes on by itself"),
        false => ("Device denied", "was not signed in"),
    };
    let text = format!("The program that calls itself {} {outcome}. You can close this page.", quote(&waiting.client));
    let frame = Frame::new(&call.app, Some(session.who));
    page::show(StatusCode::OK, &Done { frame, title, text })
}

/// Runs a use case with the code that was typed. What the person can do something about is the inner error.
async fn with_code<T, F>(call: &Call, session: &SignedIn, asked: &Asked, work: F) -> Result<Result<T, Error>, Failure>
where
    T: Send + 'static,
    F: FnOnce(&crate::App, &crate::app::Caller, &UserCode) -> Result<T, Error> + Send + 'static,
{
    let code = match asked.user_code.parse::<UserCode>() {
        Ok(code) => code,
        Err(error) => return Ok(Err(error.into())),
    };
    let caller = session.caller.clone();
    call.run(move |app, _| match work(app, &caller, &code) {
        Err(error @ (Error::NotFound(_) | Error::TooMany { .. })) => Ok(Err(error)),
        Err(error) => Err(error),
        Ok(done) => Ok(Ok(done)),
    })
    .await
}

/// Asks for the code, or for another one.
fn ask_for_code(call: &Call, session: SignedIn, asked: &Asked, error: Option<Error>) -> Answer {
    let status = match &error {
        None => StatusCode::OK,
        Some(Error::TooMany { .. }) => StatusCode::TOO_MANY_REQUESTS,
        Some(Error::NotFound(_)) => StatusCode::NOT_FOUND,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let error = error.map(|error| match error {
        Error::NotFound(_) => "No device waits with this code: it has expired, was used, or was mistyped.".to_owned(),
        error => sentence(&error),
    });
    let page = Code { frame: Frame::new(&call.app, Some(session.who)), typed: &asked.user_code, error };
    page::show(status, &page)
}
