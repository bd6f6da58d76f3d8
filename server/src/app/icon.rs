//! Icons: small images, kept inside of listings as `data:` URIs. The registry looks at how they begin, and fetches none.
//!
//! An SVG image may have scripts. They run nowhere: pages show icons as images, and nothing serves SVG by itself (decision 11).

use base64::prelude::{BASE64_STANDARD, Engine as _};
use plimsoll_core::PackageId;
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::wire::Listing;

use super::announce::{self, NewAnnouncement};
use super::{Caller, Error, Result};
use crate::App;

/// The largest icon.
pub const ICON_BYTES: u64 = 256 * 1024;
/// The largest SVG icon. Lists carry it, since nothing serves it by itself.
pub(super) const SVG_BYTES: u64 = 16 * 1024;
const IMAGES: &str = "a PNG, JPEG, WebP, GIF or SVG image";

/// What an icon may be.
pub(super) struct Kind {
    pub(super) media_type: &'static str,
    /// Whether it runs nothing wherever it is opened, so that it may be served by itself.
    pub(super) is_inert: bool,
    max_bytes: u64,
    /// Whether bytes begin as such images do.
    begins: fn(&[u8]) -> bool,
}

const fn inert(media_type: &'static str, begins: fn(&[u8]) -> bool) -> Kind {
    Kind { media_type, is_inert: true, max_bytes: ICON_BYTES, begins }
}

const KINDS: [Kind; 5] = [
    inert("image/png", |bytes| bytes.starts_with(b"\x89PNG\r\n\x1a\n")),
    inert("image/jpeg", |bytes| bytes.starts_with(b"\xff\xd8\xff")),
    inert("image/webp", |bytes| bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")),
    inert("image/gif", |bytes| bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a")),
    Kind {
        media_type: "image/svg+xml",
        is_inert: false,
        max_bytes: SVG_BYTES,
        begins: |bytes| std::str::from_utf8(bytes).is_ok_and(is_svg),
    },
];

/// Sets the icon of a package, to be shown from its next version on; also before there is a version.
pub fn set(app: &App, caller: &Caller, id: &PackageId, media_type: &str, image: &[u8]) -> Result<()> {
    if kind(media_type).is_none() {
        let (code, message) = (ProblemCode::MediaTypeUnsupported, format!("send {IMAGES}, with its content-type"));
        return Err(Error::Invalid { code, message, errors: Vec::new() });
    }
    let icon = format!("data:{media_type};base64,{}", BASE64_STANDARD.encode(image));
    let listing = Listing { icon: Some(icon), ..Listing::default() };
    announce::announce(app, caller, id, NewAnnouncement { listing, ..NewAnnouncement::default() }).map(drop)
}

/// Refuses what is no icon: neither an `https:` address nor a `data:` URI of an image.
pub(super) fn check(pointer: &str, icon: &str) -> Result<()> {
    let refuse = |message: String| Err(Error::invalid_at(pointer, message));
    if icon.starts_with("https://") {
        return Ok(());
    }
    let Some((kind, data)) = parts(icon) else {
        return refuse(format!("use a data: URI of {IMAGES}, in base64, or an https address"));
    };
    let Kind { media_type, max_bytes, .. } = kind;
    match BASE64_STANDARD.decode(data) {
        Err(error) => refuse(format!("use standard base64: {error}")),
        Ok(image) if image.len() as u64 <= *max_bytes => {
            if (kind.begins)(&image) {
                Ok(())
            } else {
                refuse(format!("these bytes are no {media_type}"))
            }
        }
        Ok(image) if kind.is_inert => {
            refuse(format!("use an image of at most {max_bytes} bytes: it has {}", image.len()))
        }
        Ok(image) => refuse(format!(
            "use an SVG image of at most {max_bytes} bytes, or a PNG of at most {ICON_BYTES}: it has {}",
            image.len()
        )),
    }
}

/// What a `data:` URI is, and its bytes in base64.
pub(super) fn parts(uri: &str) -> Option<(&'static Kind, &str)> {
    let (media_type, data) = uri.strip_prefix("data:")?.split_once(";base64,")?;
    Some((kind(media_type)?, data))
}

/// Whether images of a media type are served by themselves.
pub fn is_served(media_type: &str) -> bool {
    kind(media_type).is_some_and(|kind| kind.is_inert)
}

fn kind(media_type: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.media_type == media_type)
}

/// Whether the first element of an XML text, behind its declaration, comments and document type, is `svg`.
fn is_svg(text: &str) -> bool {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let end = match rest {
            declaration if declaration.starts_with("<?") => "?>",
            comment if comment.starts_with("<!--") => "-->",
            document_type if document_type.starts_with("<!") => ">",
            element => {
                let name = element.strip_prefix('<').unwrap_or_default();
                return name
                    .strip_prefix("svg")
                    .is_some_and(|after| after.starts_with([' ', '\t', '\r', '\n', '/', '>']));
            }
        };
        let Some((_, after)) = rest.split_once(end) else { return false };
        rest = after.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(media_type: &str, bytes: &[u8]) -> bool {
        check("/icon", &format!("data:{media_type};base64,{}", BASE64_STANDARD.encode(bytes))).is_ok()
    }

    #[test]
    fn an_icon_is_the_image_that_it_says() {
        let images: [(&str, &[u8]); 5] = [
            ("image/png", b"\x89PNG\r\n\x1a\n...."),
            ("image/jpeg", b"\xff\xd8\xff\xe0...."),
            ("image/webp", b"RIFF\x04\0\0\0WEBPVP8 "),
            ("image/gif", b"GIF89a...."),
            ("image/svg+xml", b"<?xml version=\"1.0\"?><!-- x --><!DOCTYPE svg><svg xmlns=\"x\"/>"),
        ];
        for (says, _) in images {
            for (is, bytes) in images {
                assert_eq!(checked(says, bytes), says == is, "{is} as {says}");
            }
        }
        for none in ["", "<html><svg/></html>", "<svgx/>", "<!-- <svg/>", "svg", "\u{feff}"] {
            assert!(!checked("image/svg+xml", none.as_bytes()), "{none}");
        }
        assert!(checked("image/svg+xml", b"\xef\xbb\xbf <svg/>"));
    }

    #[test]
    fn an_svg_icon_is_so_small_that_lists_can_carry_it() {
        let sized = |bytes: u64| {
            let svg = format!("<svg>{}", " ".repeat(usize::try_from(bytes).expect("a size") - 5));
            let icon = format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg));
            check("/icon", &icon).map_err(|error| error.to_string())
        };
        assert_eq!(sized(SVG_BYTES), Ok(()));
        assert_eq!(
            sized(SVG_BYTES + 1),
            Err("use an SVG image of at most 16384 bytes, or a PNG of at most 262144: it has 16385".to_owned())
        );
    }

    #[test]
    fn an_icon_is_small_and_comes_from_nowhere() {
        let sized = |bytes: u64| {
            let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
            png.resize(usize::try_from(bytes).expect("a size"), 0);
            checked("image/png", &png)
        };
        assert_eq!((sized(ICON_BYTES), sized(ICON_BYTES + 1)), (true, false));
        assert!(check("/icon", "https://acme.example/icon.png").is_ok());
        for none in [
            "http://acme.example/icon.png",
            "/icons/crm.png",
            "javascript:alert(1)",
            "data:text/html;base64,PHN2Zy8+",
            "data:image/svg+xml,<svg/>",
            "data:image/svg+xml;base64,P",
        ] {
            assert!(check("/icon", none).is_err(), "{none}");
        }
    }
}
