//! Checks of what the marketplace asks beyond the bytes.

use super::answer::{Answer, Context, Gap, Judged};
use crate::Visibility;
use crate::catalog::Catalog;

const NOT_FOR_MARKETPLACE: &str = "The version is not for the marketplace.";

pub(super) fn listing_incomplete(context: &Context<'_>) -> Judged {
    if context.visibility != Visibility::Marketplace {
        return Ok(Answer::not_applicable(NOT_FOR_MARKETPLACE));
    }
    let package_type = context.manifest()?.package_type;
    let lacks = context.facts.request.listing_lacks.as_ref().ok_or(Gap::FactMissing("the listing"))?;
    if lacks.is_empty() {
        return Ok(Answer::pass("The listing has all that a catalog shows."));
    }
    let lacks = lacks.join(", ");
    Ok(match Catalog::of(package_type) {
        Catalog::Apps => Answer::refuse(format!("The marketplace listing lacks {lacks}. Give them when publishing.")),
        // ObjectStack's client sends none of them for a plugin.
        Catalog::Contributions => Answer::hold(format!(
            "The marketplace listing lacks {lacks}. That alone refuses nothing; `plimsoll publish` gives them (`--readme`, \
             `--icon`, `--category`, `--description`)."
        )),
    })
}

pub(super) fn review_required(context: &Context<'_>) -> Judged {
    if context.visibility != Visibility::Marketplace {
        return Ok(Answer::not_applicable(NOT_FOR_MARKETPLACE));
    }
    let listing = context.facts.request.listing_sha256.map(|sha256| format!(" Its listing has the sha256 {sha256}."));
    Ok(Answer::hold(format!(
        "A reviewer looks at every version for the marketplace, once it is submitted, before anybody else sees it.{}",
        listing.unwrap_or_default()
    )))
}
