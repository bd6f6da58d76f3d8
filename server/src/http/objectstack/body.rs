//! Reading bodies: JSON whose unknown members are ignored, borrowed from the bytes, since an artifact may be inside.

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;

use crate::http::body::{invalid, read};
use crate::http::problem::Failure;

/// A JSON body with its bytes, to be read on the blocking pool.
pub(super) struct JsonBody(pub(super) Bytes);

/// A text that is not copied where JSON has it without escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl JsonBody {
    /// Parses the body, which is an object.
    pub(super) fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Failure> {
        if self.0.trim_ascii_start().first() != Some(&b'{') {
            return Err(invalid(String::new(), "use a JSON object".to_owned()));
        }
        read(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_core::PackageId;

    use super::*;

    #[derive(Deserialize)]
    struct Body<'a> {
        manifest_id: PackageId,
        #[serde(borrow)]
        osplugin: Option<Text<'a>>,
    }

    fn status(json: &'static str) -> u16 {
        let body = JsonBody(Bytes::from_static(json.as_bytes()));
        body.parse::<Body<'_>>().map(|_| ()).expect_err(json).status().as_u16()
    }

    #[test]
    fn what_is_known_is_read_and_the_rest_is_ignored() {
        let body =
            JsonBody(Bytes::from_static(br#" {"manifest_id": "a.b", "osplugin": "AA==", "later": {"x": [1]}} "#));
        let read: Body<'_> = body.parse().expect("a body");
        assert_eq!(read.manifest_id.as_str(), "a.b");
        assert!(matches!(read.osplugin, Some(Text(Cow::Borrowed("AA==")))));
        assert_eq!((status(r#"{"manifest_id": "nodots"}"#), status("{}"), status(r#"["a.b"]"#)), (422, 422, 422));
        assert_eq!((status("{"), status(""), status(r#"{"manifest_id": "a.b"} x"#)), (400, 422, 400));
    }
}
