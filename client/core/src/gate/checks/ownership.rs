//! Checks that the names of the package are the publisher's to use.

use super::super::level::first_word;
use super::super::policy::reserved_word_needs;
use super::answer::{Answer, Context, Gap, Judged};
use crate::{PublisherName, Visibility};

/// Where a manifest has its namespace.
pub(super) const NAMESPACE: &str = "#/namespace";

pub(super) fn publisher<'a>(context: &Context<'a>) -> Result<&'a PublisherName, Gap> {
    context.facts.request.publisher.as_ref().ok_or(Gap::FactMissing("the publisher that the request names"))
}

/// Refuses a word of the platform to everybody but the registry's operator.
fn reserved(context: &Context<'_>, word: &str, pointer: &str) -> Result<Option<Answer>, Gap> {
    let below = context.level_below(reserved_word_needs(word).least)?;
    let sentence = format!("`{word}` is reserved for the platform itself. Choose a word of your own.");
    Ok(below.map(|_| Answer::refuse(sentence).at([pointer.to_owned()])))
}

pub(super) fn publisher_not_owner(context: &Context<'_>) -> Judged {
    let owner = context.registry()?.owner.as_ref();
    let (publisher, package) = (publisher(context)?, context.package()?);
    Ok(match owner {
        Some(owner) if owner != publisher => {
            // Whose it is, is told of what everybody who publishes may see anyway.
            let whose = match context.registry()?.owner_is_public {
                true => format!("the publisher {owner}"),
                false => "another publisher".to_owned(),
            };
            Answer::refuse(format!(
                "{package} belongs to {whose}, not to {publisher}. Publish in the name of its owner, or choose another package id."
            ))
            .at(["#/id".to_owned()])
        }
        // One sentence for a new package and one of the publisher's own: else the review of a package's first version would
        // find another report than the one that was seen.
        _ => Answer::pass("Nobody else owns the package."),
    })
}

pub(super) fn id_reserved(context: &Context<'_>) -> Judged {
    let package = context.package()?;
    if let Some(answer) = reserved(context, first_word(package), "#/id")? {
        return Ok(answer);
    }
    // Outside of the marketplace nobody holds a namespace, and nothing keeps one from anybody.
    let namespace = context.manifest()?.namespace.as_ref().filter(|_| context.visibility == Visibility::Marketplace);
    if let Some(namespace) = namespace
        && let Some(answer) = reserved(context, namespace.as_str(), NAMESPACE)?
    {
        return Ok(answer);
    }
    let prefixes = &context.registry()?.prefixes;
    let publisher = publisher(context)?;
    // The longest prefix is the most exact grant, and decides alone.
    let covering = prefixes.iter().filter(|(prefix, _)| package.is_under(prefix));
    Ok(match covering.max_by_key(|(prefix, holder)| (prefix.as_str().len(), holder == publisher)) {
        Some((prefix, holder)) if holder != publisher => Answer::refuse(format!(
            "Package ids below `{prefix}` are granted to the publisher {holder}. Choose an id outside of it."
        ))
        .at(["#/id".to_owned()]),
        _ => Answer::pass("Neither the id nor the namespace is reserved for anybody else."),
    })
}
