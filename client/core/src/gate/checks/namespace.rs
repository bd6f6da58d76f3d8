//! Checks of the namespace: whose it is, and that objects are named after it.
//!
//! Namespaces are held by publishers, taken by their first package that gets into the marketplace, and not handed on
//! (ObjectStack ADR-0048). What stays out of the marketplace is held against nobody.

use super::super::policy::{RESERVED_WORDS, RESERVED_WORDS_FROM};
use super::super::{Check, CheckCode};
use super::answer::{Answer, Context, Judged, list};
use super::ownership::{publisher, reserved, reserved_sentence};
use crate::{Namespace, Visibility, quote};

const POINTER: &str = "#/namespace";
/// Objects of the platform begin so, whichever package they are in.
const PLATFORM_PREFIX: &str = "sys_";

pub(super) fn namespace_held(context: &Context<'_>) -> Judged {
    let Some(namespace) = &context.manifest()?.namespace else {
        return Ok(Answer::not_applicable("The manifest declares no namespace."));
    };
    if context.visibility != Visibility::Marketplace {
        return Ok(Answer::not_applicable(
            "The version is not for the marketplace; outside of it nobody holds a namespace.",
        ));
    }
    if let Some(answer) = reserved(context, namespace.as_str(), POINTER)? {
        return Ok(answer);
    }
    let (registry, publisher, package) = (context.registry()?, publisher(context)?, context.package()?);
    Ok(match &registry.namespace {
        Some(holder) if holder.publisher != *publisher => Answer::refuse(format!(
            "The namespace `{namespace}` is held by the publisher {} since {}. Choose another one, in the manifest and at the \
             beginning of every object's name; publishing the same again will not help.",
            holder.publisher, holder.since
        ))
        .at([POINTER.to_owned()]),
        Some(holder) if holder.package != *package => Answer::pass(format!(
            "The publisher itself holds the namespace `{namespace}` since {}, with {}. A host does not install two packages of \
             one namespace beside each other.",
            holder.since, holder.package
        ))
        .at([POINTER.to_owned()]),
        // One sentence for a namespace that is free and one that this package took: else the review of its second version
        // would find another report than the one that was seen.
        _ => Answer::pass(format!("The namespace `{namespace}` is not held by anybody else.")),
    })
}

pub(super) fn namespace_prefix(context: &Context<'_>) -> Judged {
    let inspection = context.inspection()?;
    let (of_platform, own): (Vec<&String>, Vec<&String>) =
        inspection.objects.iter().partition(|name| name.starts_with(PLATFORM_PREFIX));
    let namespace = context.manifest()?.namespace.as_ref();
    let names = |names: Vec<&String>| list(names, |name| quote(name));
    let strays = own.iter().filter(|name| namespace.is_some_and(|namespace| !is_of(namespace, name)));
    let strays: Vec<&String> = strays.copied().collect();
    match namespace {
        Some(namespace) if !strays.is_empty() => {
            return Ok(Answer::refuse(format!(
                "Objects are named `{namespace}_NAME`, with one underscore in between. Rename {}.",
                names(strays)
            ))
            .at([POINTER.to_owned()]));
        }
        None if !own.is_empty() && context.visibility == Visibility::Marketplace => {
            return Ok(Answer::refuse(format!(
                "The compiled stack defines {}, and the manifest declares no namespace, so nothing keeps these from the objects of \
                 others. Declare `namespace`, and name the objects after it.",
                names(own)
            ))
            .at([POINTER.to_owned()]));
        }
        _ => {}
    }
    // Adding to the objects of another package may be what an App is for; whether it should, a person says.
    let is_platform = context.level_below(RESERVED_WORDS_FROM)?.is_none();
    let is_own = |name: &String| {
        namespace.map_or_else(|| own.contains(&name), |namespace| is_of(namespace, name))
            || (is_platform && name.starts_with(PLATFORM_PREFIX))
    };
    let extended: Vec<&String> = inspection.extended.iter().filter(|name| !is_own(name)).collect();
    let defined = (!of_platform.is_empty() && !is_platform).then(|| {
        let names = names(of_platform);
        format!("Objects `{PLATFORM_PREFIX}…` are the platform's, and the compiled stack defines {names}.")
    });
    let extends = (!extended.is_empty()).then(|| {
        let names = names(extended);
        format!("The compiled stack extends objects that are not its own: {names}.")
    });
    let held: Vec<String> = defined.into_iter().chain(extends).collect();
    Ok(match namespace {
        _ if !held.is_empty() => Answer::hold(format!("{} A reviewer must look.", held.join(" "))),
        Some(_) => Answer::pass("Every object that a compiled stack defines is named after the namespace."),
        None => Answer::not_applicable("The manifest declares no namespace."),
    })
}

/// `<namespace>_<name>`; two underscores in a row are the form of earlier releases.
fn is_of(namespace: &Namespace, object: &str) -> bool {
    let rest = object.strip_prefix(namespace.as_str()).and_then(|rest| rest.strip_prefix('_'));
    rest.is_some_and(|rest| !rest.is_empty()) && !object.contains("__")
}

/// Whether a check refuses the namespace as a word of the platform, rather than as one that somebody holds.
pub fn is_platform_word(check: &Check) -> bool {
    check.code == CheckCode::NamespaceHeld && RESERVED_WORDS.iter().any(|word| check.message == reserved_sentence(word))
}
