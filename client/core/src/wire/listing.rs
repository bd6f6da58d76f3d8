use std::collections::BTreeMap;

use crate::Digest;

checked_text! {
    /// A category of a catalog, such as `crm`.
    ///
    /// Invariants: 2 to 40 of `[a-z0-9-]`, starting with a letter.
    Category, "category", pattern r"^[a-z][a-z0-9-]+$", max 40, example "crm",
    |text| if text.len() >= 2
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    {
        Ok(())
    } else {
        Err("use 2 to 40 lower-case letters, digits and hyphens, such as crm".to_owned())
    }
}

checked_text! {
    /// The language of a translation, with or without its region, such as `de` or `zh-CN`.
    ///
    /// Invariants: `^[a-z]{2,3}(-[A-Z]{2})?$`, which is what ObjectStack's clients look up.
    Locale, "locale", pattern r"^[a-z]{2,3}(-[A-Z]{2})?$", max 6, example "de",
    |text| {
        let (language, region) = text.split_once('-').map_or((text, None), |(language, region)| (language, Some(region)));
        let is_language = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
        let is_region = |region: &str| region.len() == 2 && region.bytes().all(|byte| byte.is_ascii_uppercase());
        if is_language && region.is_none_or(is_region) {
            Ok(())
        } else {
            Err("use a language and perhaps a region, such as de or zh-CN".to_owned())
        }
    }
}

/// What a catalog shows of a package. Each version replaces the members that it gives.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Listing {
    /// The name to show; by default the manifest's `name`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub display_name: Option<String>,
    /// One line under the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub tagline: Option<String>,
    /// One paragraph; by default the manifest's `description`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 512))]
    pub description: Option<String>,
    /// The category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// Markdown, at most 256 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 262144))]
    pub readme: Option<String>,
    /// An image as a `data:image/…;base64,` URI, of at most 256 KiB, as SVG of at most 16 KiB; or an `https:` address, which the registry never fetches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 360448))]
    pub icon: Option<String>,
    /// The address of the project: `https:` or `http:`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 2048))]
    pub homepage_url: Option<String>,
    /// The licence, as an SPDX expression such as `MIT`. Nobody checks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub license: Option<String>,
    /// The same in other languages; at most 512 KiB in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translations: Option<BTreeMap<Locale, Translation>>,
}

impl Listing {
    /// The digest of its JSON, by which a gate report names it.
    pub fn digest(&self) -> Digest {
        Digest::of(serde_json::to_vec(self).expect("a listing has text keys only"))
    }
}

/// What a catalog shows of a package in one language. What is absent is shown as in [`Listing`].
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Translation {
    /// The name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub display_name: Option<String>,
    /// One line under the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 120))]
    pub tagline: Option<String>,
    /// One paragraph.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 512))]
    pub description: Option<String>,
    /// Markdown, at most 256 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 262144))]
    pub readme: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locale_is_a_language_and_perhaps_a_region() {
        for good in ["de", "fil", "zh-CN"] {
            assert!(good.parse::<Locale>().is_ok(), "{good}");
        }
        for bad in ["", "d", "DE", "deutsch", "de-", "de-de", "de-DEU", "zh-Hant", "de_DE"] {
            assert!(bad.parse::<Locale>().is_err(), "{bad}");
        }
    }
}
