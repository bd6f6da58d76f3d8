//! What a catalog shows of a package: its bounds, and how what is said now lies over what was said before.

use std::collections::BTreeMap;

use plimsoll_core::Manifest;
use plimsoll_core::wire::{Listing, Locale, Translation};

use super::{Error, Result, check_text, icon};

const DISPLAY_NAME_CHARS: usize = 128;
const TAGLINE_CHARS: usize = 120;
const DESCRIPTION_CHARS: usize = 512;
const LICENSE_CHARS: usize = 128;
const README_BYTES: usize = 256 * 1024;
const ICON_BYTES: usize = 352 * 1024;
const ADDRESS_BYTES: usize = 2048;
const TRANSLATIONS_BYTES: usize = 512 * 1024;
/// The most bytes that UTF-8 takes for a character.
const CHAR_BYTES: usize = 4;

/// Refuses a listing with a text that is empty, too long, or not what it says.
pub(super) fn check(listing: &Listing) -> Result<()> {
    let at = "/listing";
    short(at, "displayName", listing.display_name.as_deref(), DISPLAY_NAME_CHARS)?;
    short(at, "tagline", listing.tagline.as_deref(), TAGLINE_CHARS)?;
    short(at, "description", listing.description.as_deref(), DESCRIPTION_CHARS)?;
    short(at, "license", listing.license.as_deref(), LICENSE_CHARS)?;
    long("/listing/readme", listing.readme.as_deref(), README_BYTES)?;
    long("/listing/icon", listing.icon.as_deref(), ICON_BYTES)?;
    long("/listing/homepageUrl", listing.homepage_url.as_deref(), ADDRESS_BYTES)?;
    listing.translations.as_ref().map_or(Ok(()), check_translations)?;
    listing.icon.as_deref().map_or(Ok(()), |icon| icon::check("/listing/icon", icon))?;
    // Pages show it as a link, so it must not be one that runs something.
    if listing.homepage_url.as_ref().is_some_and(|address| !is_web_address(address)) {
        return Err(Error::invalid_at("/listing/homepageUrl", "use an https or http address"));
    }
    Ok(())
}

fn check_translations(translations: &BTreeMap<Locale, Translation>) -> Result<()> {
    let mut bytes = 0;
    for (locale, texts) in translations {
        let at = format!("/listing/translations/{locale}");
        short(&at, "displayName", texts.display_name.as_deref(), DISPLAY_NAME_CHARS)?;
        short(&at, "tagline", texts.tagline.as_deref(), TAGLINE_CHARS)?;
        short(&at, "description", texts.description.as_deref(), DESCRIPTION_CHARS)?;
        long(&format!("{at}/readme"), texts.readme.as_deref(), README_BYTES)?;
        let all = [&texts.display_name, &texts.tagline, &texts.description, &texts.readme];
        bytes += all.into_iter().flatten().map(String::len).sum::<usize>();
    }
    if bytes > TRANSLATIONS_BYTES {
        let message = format!("use at most {TRANSLATIONS_BYTES} bytes for all translations: they have {bytes}");
        return Err(Error::invalid_at("/listing/translations", message));
    }
    Ok(())
}

/// A text whose length is counted as people count it.
fn short(at: &str, member: &str, text: Option<&str>, max_chars: usize) -> Result<()> {
    let Some(text) = text else { return Ok(()) };
    let (pointer, chars) = (format!("{at}/{member}"), text.chars().count());
    if chars > max_chars {
        return Err(Error::invalid_at(&pointer, format!("use at most {max_chars} characters: it has {chars}")));
    }
    check_text(&pointer, text, max_chars * CHAR_BYTES)
}

fn long(pointer: &str, text: Option<&str>, max_bytes: usize) -> Result<()> {
    text.map_or(Ok(()), |text| check_text(pointer, text, max_bytes))
}

fn is_web_address(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host())
}

/// What a manifest says of it.
pub(super) fn declared(manifest: &Manifest) -> Listing {
    Listing {
        display_name: Some(cut(&manifest.name, DISPLAY_NAME_CHARS)),
        description: manifest.description.as_deref().map(|text| cut(text, DESCRIPTION_CHARS)),
        ..Listing::default()
    }
}

/// The beginning of a text, where a catalog has no room for all of it.
fn cut(text: &str, max_chars: usize) -> String {
    text.chars().take(max_chars).collect()
}

/// What was said before, with what is said now in its place.
pub(super) fn overlay(before: Listing, now: Listing) -> Listing {
    Listing {
        display_name: now.display_name.or(before.display_name),
        tagline: now.tagline.or(before.tagline),
        description: now.description.or(before.description),
        category: now.category.or(before.category),
        readme: now.readme.or(before.readme),
        icon: now.icon.or(before.icon),
        homepage_url: now.homepage_url.or(before.homepage_url),
        license: now.license.or(before.license),
        translations: now.translations.or(before.translations),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(listing: serde_json::Value) -> std::result::Result<(), String> {
        check(&serde_json::from_value(listing).expect("a listing")).map_err(|error| error.to_string())
    }

    #[test]
    fn a_length_is_counted_in_characters() {
        assert_eq!(checked(json!({ "tagline": "客".repeat(120) })), Ok(()));
        assert_eq!(
            checked(json!({ "tagline": "a".repeat(121) })),
            Err("use at most 120 characters: it has 121".to_owned())
        );
        assert!(checked(json!({ "translations": { "de": { "displayName": "x".repeat(129) } } })).is_err());
    }

    #[test]
    fn translations_are_bounded_together() {
        let translated = |locales: &[&str]| {
            let texts = json!({ "readme": "x".repeat(README_BYTES) });
            let all: serde_json::Map<_, _> =
                locales.iter().map(|locale| ((*locale).to_owned(), texts.clone())).collect();
            checked(json!({ "translations": all }))
        };
        assert_eq!(translated(&["de", "fr"]), Ok(()));
        assert!(translated(&["de", "fr", "zh-CN"]).is_err());
    }

    #[test]
    fn a_homepage_is_a_web_address() {
        assert_eq!(checked(json!({ "homepageUrl": "https://acme.example/crm" })), Ok(()));
        for bad in ["javascript:alert(1)", "acme.example", "https://", "data:text/html,x", " "] {
            assert!(checked(json!({ "homepageUrl": bad })).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_text_is_what_people_see_of_it() {
        for member in ["displayName", "tagline", "description", "readme"] {
            let error = check(&serde_json::from_value(json!({ member: "dusk\u{202e}emeht" })).expect("a listing"));
            let Err(Error::Invalid { errors, message, .. }) = error else { panic!("{member}: {error:?}") };
            assert_eq!(errors[0].pointer, format!("/listing/{member}"));
            assert!(message.contains("\\u{202e}"), "{message}");
        }
        assert_eq!(checked(json!({ "displayName": "نرم\u{200c}افزار", "tagline": "fast ⚡\u{fe0f}" })), Ok(()));
    }

    #[test]
    fn what_is_said_now_replaces_only_itself() {
        let before = Listing { tagline: Some("old".into()), license: Some("MIT".into()), ..Listing::default() };
        let now = Listing { tagline: Some("new".into()), ..Listing::default() };
        let both = overlay(before, now);
        assert_eq!((both.tagline.as_deref(), both.license.as_deref()), (Some("new"), Some("MIT")));
    }
}
