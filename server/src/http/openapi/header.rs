//! The headers that answers carry beside their bodies, each described once.

use serde_json::{Map, Value, json};

/// A header of an answer.
#[derive(Clone, Copy, Debug)]
pub(super) enum Header {
    AcceptRanges,
    ContentRange,
    ETag,
    Link,
    RequestId,
    RetryAfter,
    WwwAuthenticate,
}

impl Header {
    const ALL: [Self; 7] = [
        Self::AcceptRanges,
        Self::ContentRange,
        Self::ETag,
        Self::Link,
        Self::RequestId,
        Self::RetryAfter,
        Self::WwwAuthenticate,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::AcceptRanges => "Accept-Ranges",
            Self::ContentRange => "Content-Range",
            Self::ETag => "ETag",
            Self::Link => "Link",
            Self::RequestId => "X-Request-Id",
            Self::RetryAfter => "Retry-After",
            Self::WwwAuthenticate => "WWW-Authenticate",
        }
    }

    const fn description(self) -> &'static str {
        match self {
            Self::AcceptRanges => "`bytes`: one range may be asked for.",
            Self::ContentRange => "Which range it is, of how many bytes.",
            Self::ETag => "Changes with the content; send it as `If-None-Match` to ask whether it did.",
            Self::Link => "The next page, as `rel=\"next\"`; absent at the end.",
            Self::RequestId => "The id of the request: the one that it sent in this header, or a new one.",
            Self::RetryAfter => "After how many seconds it is worth trying again.",
            Self::WwwAuthenticate => "`Bearer`: send a token.",
        }
    }

    /// All of them, as the components that answers refer to.
    pub(super) fn components() -> Map<String, Value> {
        let component = |header: Self| {
            let schema = match header {
                Self::RetryAfter => json!({ "type": "integer", "minimum": 0 }),
                _ => json!({ "type": "string" }),
            };
            // Whether there is another page depends on the list.
            let required = !matches!(header, Self::Link);
            let component = json!({ "description": header.description(), "required": required, "schema": schema });
            (header.name().to_owned(), component)
        };
        Self::ALL.into_iter().map(component).collect()
    }

    /// The headers of an answer, with the one that every answer has.
    pub(super) fn references(of_answer: impl IntoIterator<Item = Self>) -> Map<String, Value> {
        let reference = |header: Self| {
            let name = header.name();
            (name.to_owned(), json!({ "$ref": format!("#/components/headers/{name}") }))
        };
        of_answer.into_iter().chain([Self::RequestId]).map(reference).collect()
    }

    /// What goes with a problem of this status.
    pub(super) const fn of_problem(status: u16) -> Option<Self> {
        match status {
            401 => Some(Self::WwwAuthenticate),
            416 => Some(Self::ContentRange),
            429 | 503 => Some(Self::RetryAfter),
            _ => None,
        }
    }
}
