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

/// The longest `data:` URI that is shown in lists: that of the largest SVG image that is taken. There may be larger ones of
/// before.
const INLINE_BYTES: usize = "data:image/svg+xml;base64,".len() + (icon::SVG_BYTES as usize).div_ceil(3) * 4;

impl Icon {
    /// Where the icon of a listing is. `None` where none can be shown.
    pub(super) fn read(text: &str) -> Option<Self> {
        match icon::parts(text) {
            Some((kind, _)) if kind.is_inert => Some(Self::Kept),
            Some(_) => (text.len() <= INLINE_BYTES).then(|| Self::Inline(text.to_owned())),
            None => text.starts_with("https://").then(|| Self::At(text.to_owned())),
        }
    }
}

impl Image {
    /// Reads a `data:` URI of an image that may be served by itself.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (kind, data) = icon::parts(text).filter(|(kind, _)| kind.is_inert)?;
        Some(Self { media_type: kind.media_type, bytes: BASE64_STANDARD.decode(data).ok()? })
    }
}

/// What lists need of the icon of a listing: of one that is kept here, only how it begins.
pub(super) fn brief(text: &str) -> Option<String> {
    Some(match Icon::read(text)? {
        Icon::Kept => text[..text.find(',')? + 1].to_owned(),
        Icon::Inline(address) | Icon::At(address) => address,
    })
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
        assert_eq!(brief("data:image/png;base64,AAA=").as_deref(), Some("data:image/png;base64,"));
        assert_eq!(Icon::read("data:image/png;base64,"), Some(Icon::Kept));
        let svg = "data:image/svg+xml;base64,PHN2Zy8+".to_owned();
        assert_eq!((Icon::read(&svg), Image::read(&svg)), (Some(Icon::Inline(svg.clone())), None));
        assert_eq!(Icon::read(&format!("{svg}{}", "A".repeat(INLINE_BYTES))), None);
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
