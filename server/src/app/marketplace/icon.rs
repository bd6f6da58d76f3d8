//! Icons: what a listing names, as an address or as the bytes themselves.

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::app::icon;

/// The icon of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Icon {
    /// In the listing itself: an [`Image`].
    Kept,
    /// An SVG image, as the `data:` URI that it is. It may have scripts, which run where a browser opens it by itself; as the
    /// source of an `img` they never do.
    Inline(String),
    /// At an https address, which the registry never fetches.
    At(String),
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// One of a closed list.
    pub media_type: &'static str,
    /// The bytes, as the publisher gave them.
    pub bytes: Vec<u8>,
}

/// What an image that is served by itself may be.
const KINDS: [&str; 4] = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const SVG: &str = "data:image/svg+xml;base64,";
/// The longest `data:` URI that is shown in lists.
const INLINE_BYTES: usize = 16 * 1024;

impl Icon {
    /// Where the icon of a listing is. `None` where none can be shown.
    pub(super) fn read(text: &str) -> Option<Self> {
        match parse(text) {
            Some(_) => Some(Self::Kept),
            None if text.starts_with(SVG) => (text.len() <= INLINE_BYTES).then(|| Self::Inline(text.to_owned())),
            None => text.starts_with("https://").then(|| Self::At(text.to_owned())),
        }
    }
}

impl Image {
    /// Reads a `data:` URI.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (media_type, data) = parse(text)?;
        Some(Self { media_type, bytes: BASE64_STANDARD.decode(data).ok()? })
    }
}

/// The media type of an image that is served by itself, and its bytes in base64.
fn parse(text: &str) -> Option<(&'static str, &str)> {
    let (named, data) = icon::parts(text)?;
    let kind = KINDS.into_iter().find(|media_type| *media_type == named)?;
    Some((kind, data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_is_an_image_or_an_address() {
        let kept = |text: &str| {
            assert_eq!(Icon::read(text), Some(Icon::Kept));
            Image::read(text).map(|image| (image.media_type, image.bytes))
        };
        assert_eq!(kept("data:image/png;base64,AAA="), Some(("image/png", vec![0, 0])));
        assert_eq!(kept("data:image/png;base64,AAA"), None);
        assert_eq!(Icon::read("https://a.example/i"), Some(Icon::At("https://a.example/i".to_owned())));
        let svg = format!("{SVG}PHN2Zy8+");
        assert_eq!((Icon::read(&svg), Image::read(&svg)), (Some(Icon::Inline(svg.clone())), None));
        assert_eq!(Icon::read(&format!("{SVG}{}", "A".repeat(INLINE_BYTES))), None);
        for none in [
            "",
            "data:",
            "data:image/png,AAAA",
            "data:image/png;charset=x;base64,AAAA",
            "data:text/html;base64,AAAA",
            "data:image/svg+xml;utf8,<svg/>",
            "http://a.example/i",
            "javascript:alert(1)",
        ] {
            assert_eq!((Icon::read(none), Image::read(none)), (None, None), "{none}");
        }
    }
}
