//! What a runtime asks of the list. It passes on what its Console asked, of whichever release that is: so what is not known here
//! is not looked at, and what is empty is not asked.

use actix_web::HttpRequest;

use crate::app::marketplace::Query;
use crate::http::call::search_text;
use crate::http::problem::Failure;

/// Reads a query; `None` where it asks for something that no App can have.
pub(super) fn read(request: &HttpRequest) -> Result<Option<Query>, Failure> {
    let mut query = Query::default();
    for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
        if value.trim().is_empty() {
            continue;
        }
        match name.as_ref() {
            "q" => query.q = Some(search_text(&value)?),
            "category" => match value.parse() {
                Ok(category) => query.category = Some(category),
                Err(_) => return Ok(None),
            },
            "limit" => query.limit = value.parse()?,
            "offset" => query.offset = value.parse()?,
            _ => {}
        }
    }
    Ok(Some(query))
}
