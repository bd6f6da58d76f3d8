//! What a runtime asks of the list. It passes on what its Console asked, of whichever release that is: so what is not known here
//! is not looked at, and what is empty is not asked.

use actix_web::HttpRequest;
use plimsoll_core::InvalidText;

use crate::app::marketplace::Query;
use crate::http::problem::Failure;

/// The most characters that are searched for.
const TEXT_CHARS: usize = 200;

/// Reads a query; `None` where it asks for something that no App can have.
pub(super) fn read(request: &HttpRequest) -> Result<Option<Query>, Failure> {
    let mut query = Query::default();
    for (name, value) in url::form_urlencoded::parse(request.query_string().as_bytes()) {
        if value.trim().is_empty() {
            continue;
        }
        match name.as_ref() {
            "q" => query.q = Some(text(&value)?),
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

fn text(text: &str) -> Result<String, InvalidText> {
    if text.chars().count() > TEXT_CHARS || text.chars().any(char::is_control) {
        let reason = "use at most 200 characters, none of them a control character";
        return Err(InvalidText::new("text", text, reason));
    }
    Ok(text.to_owned())
}
