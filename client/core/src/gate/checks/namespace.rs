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
    let objects = &context.inspection()?.objects;
    let (of_platform, own): (Vec<&String>, Vec<&String>) =
        objects.iter().partition(|name| name.starts_with(PLATFORM_PREFIX));
    let namespace = context.manifest()?.namespace.as_ref();
    let strays = own.into_iter().filter(|name| namespace.is_some_and(|namespace| !is_of(namespace, name)));
    let strays: Vec<&String> = strays.collect();
    Ok(match namespace {
        Some(namespace) if !strays.is_empty() => {
            let names = list(strays, |name| quote(name));
            Answer::refuse(format!(
                "Objects are named `{namespace}_NAME`, with one underscore in between. Rename {names}."
            ))
            .at([POINTER.to_owned()])
        }
        _ if !of_platform.is_empty() && context.level_below(RESERVED_WORDS_FROM)?.is_some() => {
            let names = list(of_platform, |name| quote(name));
            Answer::hold(format!(
                "Objects `{PLATFORM_PREFIX}…` are the platform's, and the compiled stack defines {names}. A reviewer must look."
            ))
        }
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
