//! What the catalog is to show, from files and flags.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use plimsoll_core::wire::Listing;
use serde_json::Value;

use crate::args::Publish;
use crate::failure::Failure;

/// The largest readme or icon, in bytes.
const FILE_BYTES: u64 = 256 * 1024;

/// The listing, if any member of it was given.
pub(super) fn listing(args: &Publish) -> Result<Option<Listing>, Failure> {
    let listing = Listing {
        display_name: args.display_name.clone(),
        tagline: args.tagline.clone(),
        description: args.description.clone(),
        category: args.category.clone(),
        readme: args.readme.as_deref().map(readme).transpose()?,
        icon: args.icon.as_deref().map(icon).transpose()?,
        homepage_url: args.homepage_url.clone(),
        license: args.license.clone(),
        translations: None,
    };
    Ok((listing != Listing::default()).then_some(listing))
}

/// The members of what was sent that the version does not have: a reviewer looks or looked at what it has.
pub(super) fn for_later(sent: Option<&Listing>, of_version: Option<&Listing>) -> Vec<String> {
    let (Some(sent), Some(of_version)) = (sent, of_version) else { return Vec::new() };
    let members = |listing| serde_json::to_value(listing).unwrap_or_default();
    let (sent, of_version): (Value, Value) = (members(sent), members(of_version));
    let sent = sent.as_object().into_iter().flatten();
    sent.filter(|(name, value)| of_version.get(name) != Some(value)).map(|(name, _)| name.clone()).collect()
}

/// Says that those members are not of this version.
pub(super) fn only_later(reference: &str, members: &[String]) -> String {
    format!(
        "Only for later versions: {}. What {reference} shows is what reviewers look at, and stays; for another listing, \
         publish a new version.",
        members.join(", ")
    )
}

fn readme(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read(path)?)
        .map_err(|_| Failure::usage(format!("the readme {} is not UTF-8 text", path.display())))
}

/// The image as a data URI, so that the registry has nothing to fetch.
fn icon(path: &Path) -> Result<String, Failure> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let media_type = match extension.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        _ => {
            let message = format!("the icon {} is not a .png, .jpg, .webp, .gif or .svg file", path.display());
            return Err(Failure::usage(message));
        }
    };
    Ok(format!("data:{media_type};base64,{}", STANDARD.encode(read(path)?)))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error: std::io::Error| Failure::file("cannot read", path, &error);
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(FILE_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.is_empty() || bytes.len() as u64 > FILE_BYTES {
        return Err(Failure::usage(format!("{} is empty or has more than {FILE_BYTES} bytes", path.display())));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_version_does_not_show_is_named() {
        let said = |readme: &str| Listing { readme: Some(readme.to_owned()), ..Listing::default() };
        let kept = Listing { license: Some("MIT".to_owned()), ..said("old") };
        assert_eq!(for_later(Some(&said("new")), Some(&kept)), ["readme"]);
        assert!(for_later(Some(&said("old")), Some(&kept)).is_empty());
        assert!(for_later(None, Some(&kept)).is_empty());
    }

    #[test]
    fn an_icon_travels_as_a_data_uri_and_is_bounded() {
        let dir = tempfile::tempdir().expect("directory");
        let file = dir.path().join("icon.SVG");
        std::fs::write(&file, "<svg/>").expect("file");
        assert_eq!(icon(&file).expect("icon"), "data:image/svg+xml;base64,PHN2Zy8+");
        std::fs::write(&file, vec![b' '; FILE_BYTES as usize + 1]).expect("file");
        assert!(icon(&file).is_err());
        let other = dir.path().join("icon.exe");
        std::fs::write(&other, "MZ").expect("file");
        assert!(icon(&other).is_err());
    }
}
