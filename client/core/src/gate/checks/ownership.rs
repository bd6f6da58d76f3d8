//! Checks that the names of the package are the publisher's to use.

use super::super::policy::{RESERVED_WORDS, RESERVED_WORDS_FROM};
use super::answer::{Answer, Context, Gap, Judged};
use crate::PublisherName;

pub(super) fn publisher<'a>(context: &Context<'a>) -> Result<&'a PublisherName, Gap> {
    context.facts.request.publisher.as_ref().ok_or(Gap::FactMissing("the publisher that the request names"))
}

/// Refuses a word of the platform to everybody but the registry's operator.
pub(super) fn reserved(context: &Context<'_>, word: &str, pointer: &str) -> Result<Option<Answer>, Gap> {
    if !RESERVED_WORDS.contains(&word) || context.level_below(RESERVED_WORDS_FROM)?.is_none() {
        return Ok(None);
    }
    Ok(Some(Answer::refuse(reserved_sentence(word)).at([pointer.to_owned()])))
}

pub(super) fn reserved_sentence(word: &str) -> String {
    format!("`{word}` is reserved for the platform itself. Choose a word of your own.")
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
    let first_word = package.as_str().split('.').next().unwrap_or_default();
    if let Some(answer) = reserved(context, first_word, "#/id")? {
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
        _ => Answer::pass("The id is not reserved for anybody else."),
    })
}
