//! What a catalog would show of a version, for the one who decides it: every text quoted, with its length where it is cut.

use plimsoll_core::printable;
use plimsoll_core::wire::{Listing, Translation};

use super::{bytes, line};

/// The most characters that are shown of a text. Only the texts of Markdown and addresses may be longer.
const TEXT_CHARS: usize = 512;
/// How much of a readme is shown.
const README_LINES: usize = 8;
const README_LINE_CHARS: usize = 120;
/// The most translations that are shown.
const TRANSLATIONS: usize = 50;

/// A listing, its readmes by their first lines.
pub(crate) fn listing(listing: &Listing) -> String {
    let mut text = line("Listing", "");
    text.push_str(&member("Name", listing.display_name.as_deref()));
    text.push_str(&member("Tagline", listing.tagline.as_deref()));
    text.push_str(&member("Description", listing.description.as_deref()));
    text.push_str(&member("Category", listing.category.as_ref().map(|category| category.as_str())));
    text.push_str(&member("Homepage", listing.homepage_url.as_deref()));
    text.push_str(&member("Licence", listing.license.as_deref()));
    text.push_str(&listing.icon.as_deref().map(icon).unwrap_or_default());
    text.push_str(&listing.readme.as_deref().map(readme).unwrap_or_default());
    let translations = listing.translations.iter().flatten();
    for (locale, translation) in translations.clone().take(TRANSLATIONS) {
        text.push_str(&translated(locale.as_str(), translation));
    }
    match translations.count().saturating_sub(TRANSLATIONS) {
        0 => text,
        more => text + &nested("Translations", &format!("{more} more")),
    }
}

fn translated(locale: &str, translation: &Translation) -> String {
    let mut text = nested("In", locale);
    text.push_str(&member("Name", translation.display_name.as_deref()));
    text.push_str(&member("Tagline", translation.tagline.as_deref()));
    text.push_str(&member("Description", translation.description.as_deref()));
    text.push_str(&translation.readme.as_deref().map(readme).unwrap_or_default());
    text
}

fn nested(name: &str, value: &str) -> String {
    format!("  {}", line(name, value))
}

fn member(name: &str, text: Option<&str>) -> String {
    text.map(|text| nested(name, &format!("\"{}\"", printable(text, TEXT_CHARS)))).unwrap_or_default()
}

/// An image is named by its type and size: a terminal does not show it.
fn icon(icon: &str) -> String {
    match icon.split_once(";base64,") {
        Some((media_type, data)) => {
            let media_type = printable(media_type, README_LINE_CHARS);
            nested("Icon", &format!("\"{media_type}\", {} of base64", bytes(data.len() as u64)))
        }
        None => member("Icon", Some(icon)),
    }
}

fn readme(readme: &str) -> String {
    let lines = readme.lines().count();
    let mut text = nested("Readme", &format!("{}, lines: {lines}, of which the first are", bytes(readme.len() as u64)));
    for shown in readme.lines().take(README_LINES) {
        text.push_str(&format!("      | {}\n", printable(shown, README_LINE_CHARS)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_shown_within_bounds_and_cannot_pass_for_other_lines() {
        let readme = format!("# Dusk\n{}\n{}", "x".repeat(1000), "more\n".repeat(1000));
        let shown = listing(&Listing {
            display_name: Some("Dusk\n  State: approved".to_owned()),
            icon: Some(format!("data:image/png;base64,{}", "A".repeat(4096))),
            readme: Some(readme),
            ..Listing::default()
        });
        assert!(shown.lines().all(|line| line.trim() != "State: approved"), "{shown}");
        assert!(shown.contains("      | # Dusk\n") && shown.contains("lines: 1002"), "{shown}");
        assert!(shown.contains("\"data:image/png\", 4.00 KiB of base64"), "{shown}");
        assert!(shown.lines().count() < 20 && shown.len() < 2000, "{shown}");
    }
}
