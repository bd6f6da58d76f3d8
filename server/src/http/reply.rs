//! Answers that went well.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use serde::Serialize;

use super::call::Call;
use super::conditional;
use super::route::Answer;
use crate::app::packages::Document;

/// `200` with a JSON body.
pub(crate) fn ok(body: &impl Serialize) -> Answer {
    json(StatusCode::OK, body)
}

/// `201` with a JSON body.
pub(crate) fn created(body: &impl Serialize) -> Answer {
    json(StatusCode::CREATED, body)
}

/// A JSON body with a status.
pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Answer {
    Ok(HttpResponse::build(status).json(body))
}

/// `204`, no body.
pub(crate) fn no_content() -> Answer {
    Ok(HttpResponse::NoContent().finish())
}

/// A page, with a `Link` to the next one.
pub(crate) fn page(call: &Call, body: &impl Serialize, next: Option<&str>) -> Answer {
    let mut answer = HttpResponse::Ok();
    if let Some(cursor) = next {
        answer.insert_header((header::LINK, format!("<{}>; rel=\"next\"", call.next_page(cursor))));
    }
    Ok(answer.json(body))
}

/// The exact text of a stored JSON document, named by its digest.
pub(crate) fn document(call: &Call, document: Document) -> Answer {
    let etag = format!("\"{}\"", document.sha256);
    // Who may read it can change, so a cache asks again each time.
    let headers = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, "private, no-cache")];
    let same = conditional::not_modified(&call.request, &etag);
    let mut answer = if same { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    for header in headers {
        answer.insert_header(header);
    }
    if same {
        return Ok(answer.finish());
    }
    Ok(answer.content_type("application/json").body(document.text))
}
