//! What surrounds every request: its id, its log span, the headers every answer has, and the problem document where it failed.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, HttpResponse, web};
use tracing::Instrument as _;

use super::problem::Failure;
use super::{connection, objectstack, sending, web as page};
use crate::App;

/// The header that carries the id of a request, both ways.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The media type of problem documents (RFC 9457).
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// What is no page is never shown as one, and nothing may be guessed or embedded. There is no CORS: but for the page that
/// approves devices, browsers reach the registry through a host application's own server.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// The id of the request, kept in its extensions.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// The mark of an answer that is what the client is to get, whatever its status.
struct AsItIs;

/// Marks an answer as what the client is to get, also with the status of an error.
pub(crate) fn as_it_is(mut answer: HttpResponse) -> HttpResponse {
    answer.extensions_mut().insert(AsItIs);
    answer
}

/// The middleware.
pub(crate) async fn envelope(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let app = app_of(&request)?;
    let id = incoming_id(&request).unwrap_or_else(|| app.ids.id());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", id, method = %request.method(), path = request.path());
    async move {
        let started = Instant::now();
        let mut response = next.call(request).await?.map_into_boxed_body();
        let failed = response.status().is_client_error() || response.status().is_server_error();
        if failed && !response.response().extensions().contains::<AsItIs>() {
            response = as_problem(response, &id);
        }
        response = sending::bounded(&app, response, |refused| as_problem(refused, &id));
        connection::close_if_brief(&mut response);
        let headers = response.headers_mut();
        for (name, value) in HEADERS {
            // A page has its own.
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        if !headers.contains_key(header::CACHE_CONTROL) {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        if let Ok(value) = HeaderValue::from_str(&id) {
            headers.insert(REQUEST_ID, value);
        }
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(status = response.status().as_u16(), micros, "answered");
        Ok(response)
    }
    .instrument(span)
    .await
}

fn app_of(request: &ServiceRequest) -> Result<web::Data<App>, actix_web::Error> {
    let app = request.app_data::<web::Data<App>>().cloned();
    app.ok_or_else(|| Failure::internal("the application is not attached").into())
}

/// The id that the client gave, if it is fit for headers and logs.
fn incoming_id(request: &ServiceRequest) -> Option<String> {
    let id = request.headers().get(&REQUEST_ID)?.to_str().ok()?;
    let sane = !id.is_empty()
        && id.len() <= 64
        && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    sane.then(|| id.to_owned())
}

/// The problem document of a failed answer, whoever made that answer; in ObjectStack's own form where its clients ask.
fn as_problem(response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let failure = response.response().extensions().get::<Failure>().cloned();
    let failure = failure.unwrap_or_else(|| Failure::of_status(response.status()));
    let mut answer = HttpResponse::build(failure.status());
    let (problem, headers) = failure.document(id);
    for header in headers {
        answer.insert_header(header);
    }
    let path = response.request().path();
    if page::owns(path)
        && let Some(app) = response.request().app_data::<web::Data<App>>().cloned()
    {
        let answer = page::failed(&app, &mut answer, &problem);
        return response.into_response(answer).map_into_boxed_body();
    }
    if objectstack::owns(path) {
        let body = objectstack::failed(path, &problem);
        return response.into_response(answer.json(body)).map_into_boxed_body();
    }
    let body = serde_json::to_vec(&problem).expect("a problem is plain data");
    response.into_response(answer.content_type(PROBLEM_JSON).body(body)).map_into_boxed_body()
}
