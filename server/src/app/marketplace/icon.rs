//! Icons: what a listing names, as an address or as the bytes themselves.

use base64::prelude::{BASE64_STANDARD, Engine as _};

/// The icon of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Icon {
    /// In the listing itself: an [`Image`].
    Kept,
    /// At an https address, which the registry never fetches.
    At(String),
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// One of a closed list.
    pub media_type: &'static str,
    /// The usual ending of the names of such files.
    pub extension: &'static str,
    /// The bytes, as the publisher gave them.
    pub bytes: Vec<u8>,
}

/// What an icon may be: media types, and the endings of file names.
const KINDS: [(&str, &str); 5] = [
    ("image/png", "png"),
    ("image/jpeg", "jpg"),
    ("image/webp", "webp"),
    ("image/gif", "gif"),
    ("image/svg+xml", "svg"),
];

impl Icon {
    /// Where the icon of a listing is. `None` where no image can be made of what it says.
    pub(super) fn read(text: &str) -> Option<Self> {
        match parse(text) {
            Some(_) => Some(Self::Kept),
            None => text.starts_with("https://").then(|| Self::At(text.to_owned())),
        }
    }
}

impl Image {
    /// Reads a `data:` URI.
    pub(super) fn read(text: &str) -> Option<Self> {
        let ((media_type, extension), data) = parse(text)?;
        Some(Self { media_type, extension, bytes: BASE64_STANDARD.decode(data).ok()? })
    }
}

/// The kind of a `data:` URI, and its bytes in base64.
fn parse(text: &str) -> Option<((&'static str, &'static str), &str)> {
    let (head, data) = text.strip_prefix("data:")?.split_once(',')?;
    let named = head.strip_suffix(";base64")?.split(';').next()?;
    let kind = KINDS.into_iter().find(|(media_type, _)| *media_type == named)?;
    Some((kind, data))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_icon_is_an_image_or_an_address() {
        let kept = |text: &str| {
            assert_eq!(Icon::read(text), Some(Icon::Kept));
            Image::read(text).map(|image| (image.media_type, image.extension, image.bytes))
        };
        assert_eq!(kept("data:image/svg+xml;base64,PHN2Zy8+"), Some(("image/svg+xml", "svg", b"<svg/>".to_vec())));
        assert_eq!(kept("data:image/png;charset=x;base64,AAA="), Some(("image/png", "png", vec![0, 0])));
        assert_eq!(kept("data:image/png;base64,AAA"), None);
        assert_eq!(Icon::read("https://a.example/i"), Some(Icon::At("https://a.example/i".to_owned())));
        for none in [
            "",
            "data:",
            "data:image/png,AAAA",
            "data:text/html;base64,AAAA",
            "data:image/svg+xml;utf8,<svg/>",
            "http://a.example/i",
            "javascript:alert(1)",
        ] {
            assert_eq!((Icon::read(none), Image::read(none)), (None, None), "{none}");
        }
    }
}
