//! What a catalog is to show of a package: its bounds, and what is said in the place of what.

use plimsoll_core::Manifest;
use plimsoll_core::wire::Listing;

use super::{Error, Result, check_text};

const DISPLAY_NAME_BYTES: usize = 128;
const DESCRIPTION_BYTES: usize = 512;
const README_BYTES: usize = 256 * 1024;
const ICON_BYTES: usize = 352 * 1024;

/// The bounds of the texts of a listing.
pub(super) fn check(listing: &Listing) -> Result<()> {
    let texts = [
        ("/listing/displayName", &listing.display_name, DISPLAY_NAME_BYTES),
        ("/listing/description", &listing.description, DESCRIPTION_BYTES),
        ("/listing/readme", &listing.readme, README_BYTES),
        ("/listing/icon", &listing.icon, ICON_BYTES),
    ];
    for (pointer, text, max) in texts {
        text.as_deref().map_or(Ok(()), |text| check_text(pointer, text, max))?;
    }
    let images = ["png", "jpeg", "webp", "gif", "svg+xml"].map(|image| format!("data:image/{image};"));
    let known = |icon: &String| icon.starts_with("https://") || images.iter().any(|start| icon.starts_with(start));
    if listing.icon.as_ref().is_some_and(|icon| !known(icon)) {
        let message = "use a data: URI of a PNG, JPEG, WebP, GIF or SVG image, or an https address";
        return Err(Error::invalid_at("/listing/icon", message));
    }
    Ok(())
}

/// What was said before, with what is said now in its place.
pub(super) fn overlay(before: Listing, now: Listing) -> Listing {
    Listing {
        display_name: now.display_name.or(before.display_name),
        description: now.description.or(before.description),
        category: now.category.or(before.category),
        readme: now.readme.or(before.readme),
        icon: now.icon.or(before.icon),
    }
}

/// What a manifest says of itself, as far as a catalog has room for it.
pub(super) fn declared(manifest: &Manifest) -> Listing {
    Listing {
        display_name: Some(cut(&manifest.name, DISPLAY_NAME_BYTES)),
        description: manifest.description.as_deref().map(|text| cut(text, DESCRIPTION_BYTES)),
        ..Listing::default()
    }
}

fn cut(text: &str, max: usize) -> String {
    text[..text.floor_char_boundary(max)].to_owned()
}
