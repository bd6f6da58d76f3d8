//! Conditional and partial requests (RFC 9110, sections 13 and 14), over strong entity tags.

use std::ops::Range;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderName, HttpDate};

/// What a request asks of an artifact of a known size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// All of it: no range, one that cannot be read, several, or one for other bytes.
    Whole,
    /// These bytes; never empty, never beyond the end.
    Part(Range<u64>),
    /// Bytes that are not there.
    Unsatisfiable,
}

/// Whether the client has these bytes already.
pub(crate) fn not_modified(request: &HttpRequest, etag: &str) -> bool {
    // Weak comparison, as If-None-Match has it.
    let same = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag;
    let values = request.headers().get_all(header::IF_NONE_MATCH);
    values.filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(',')).any(|tag| same(tag.trim()))
}

/// Whether the client has what was last changed then. Asked only where it names no entity tag; and only the very time that it
/// was told counts, since what is shown may also go back to something older.
pub(crate) fn not_modified_since(request: &HttpRequest, etag: &str, last_modified: Option<HttpDate>) -> bool {
    if request.headers().contains_key(header::IF_NONE_MATCH) {
        return not_modified(request, etag);
    }
    let since = request.headers().get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    since.and_then(|since| since.parse().ok()).is_some_and(|since: HttpDate| Some(since) == last_modified)
}

/// The range that a request asks for.
pub(crate) fn asked(request: &HttpRequest, etag: &str, size: u64) -> Asked {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    match text(header::RANGE) {
        None => Asked::Whole,
        // If-Range compares strongly; a date never matches, since artifacts have none.
        Some(_) if text(header::IF_RANGE).is_some_and(|tag| tag != etag) => Asked::Whole,
        Some(range) => parse_range(range, size),
    }
}

fn parse_range(text: &str, size: u64) -> Asked {
    let Some((unit, spec)) = text.split_once('=') else { return Asked::Whole };
    let Some((first, last)) = spec.trim().split_once('-') else { return Asked::Whole };
    let number = |digits: &str| match digits {
        _ if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) => None,
        // More digits than fit are beyond every end.
        _ => Some(digits.parse::<u64>().unwrap_or(u64::MAX)),
    };
    if !unit.eq_ignore_ascii_case("bytes") {
        return Asked::Whole;
    }
    let (start, end) = match (number(first), number(last)) {
        (None, Some(suffix)) if first.is_empty() => (size.saturating_sub(suffix), if suffix == 0 { 0 } else { size }),
        (Some(start), None) if last.is_empty() => (start, size),
        (Some(start), Some(last)) if start <= last => (start, last.saturating_add(1).min(size)),
        _ => return Asked::Whole,
    };
    if start < end { Asked::Part(start..end) } else { Asked::Unsatisfiable }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn one_range_is_answered_and_anything_else_is_the_whole() {
        for (text, asked) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=5-", Asked::Part(5..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=2-99999999999999999999999", Asked::Part(2..10)),
            ("Bytes= 9-9", Asked::Part(9..10)),
            ("bytes=10-", Asked::Unsatisfiable),
            ("bytes=-0", Asked::Unsatisfiable),
            ("bytes=99999999999999999999999-", Asked::Unsatisfiable),
            ("bytes=0-1,3-4", Asked::Whole),
            ("bytes=4-3", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("bytes=+1-2", Asked::Whole),
            ("lines=1-2", Asked::Whole),
            ("", Asked::Whole),
        ] {
            assert_eq!(parse_range(text, 10), asked, "{text}");
        }
        assert_eq!(parse_range("bytes=0-", 0), Asked::Unsatisfiable);
    }

    #[test]
    fn a_range_for_other_bytes_is_the_whole() {
        let request = |tag: &str| {
            TestRequest::get().insert_header(("range", "bytes=1-2")).insert_header(("if-range", tag)).to_http_request()
        };
        assert_eq!(asked(&request("\"a\""), "\"a\"", 10), Asked::Part(1..3));
        for other in ["\"b\"", "W/\"a\"", "Fri, 20 Nov 2026 09:30:00 GMT"] {
            assert_eq!(asked(&request(other), "\"a\"", 10), Asked::Whole, "{other}");
        }
    }

    #[test]
    fn a_time_counts_only_without_an_entity_tag_and_only_if_it_is_the_same() {
        let time = "Fri, 20 Nov 2026 09:30:00 GMT";
        let request = |headers: &[(&'static str, &str)]| {
            let add = |request: TestRequest, header: &(&'static str, &str)| request.insert_header(*header);
            headers.iter().fold(TestRequest::get(), add).to_http_request()
        };
        let same = |headers: &[(&'static str, &str)]| {
            not_modified_since(&request(headers), "\"a\"", Some(time.parse().expect("a time")))
        };
        assert!(same(&[("if-modified-since", time)]));
        assert!(same(&[("if-modified-since", "x"), ("if-none-match", "\"a\"")]));
        assert!(!same(&[("if-modified-since", time), ("if-none-match", "\"b\"")]));
        for other in ["Fri, 20 Nov 2026 09:29:59 GMT", "Fri, 20 Nov 2026 09:30:01 GMT", "yesterday", ""] {
            assert!(!same(&[("if-modified-since", other)]), "{other}");
        }
        assert!(!same(&[]));
        assert!(!not_modified_since(&request(&[("if-modified-since", time)]), "\"a\"", None));
    }

    #[test]
    fn entity_tags_are_compared_one_by_one() {
        for (header, same) in [("\"a\"", true), ("\"b\", W/\"a\"", true), ("*", true), ("\"b\"", false), ("a", false)] {
            let request = TestRequest::get().insert_header(("if-none-match", header)).to_http_request();
            assert_eq!(not_modified(&request, "\"a\""), same, "{header}");
        }
    }
}
