//! Checks of the namespace: whose it is, and that objects are named after it.
//!
//! Namespaces are held by publishers, taken by their first package that gets into the marketplace, and not handed on
//! (ObjectStack ADR-0048). What stays out of the marketplace is held against nobody.

use super::super::policy::RESERVED_WORDS_FROM;
use super::answer::{Answer, Context, Judged, list};
use super::ownership::{NAMESPACE, publisher};
use crate::artifact::Reach;
use crate::{Namespace, Visibility, quote};

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
    let (registry, publisher, package) = (context.registry()?, publisher(context)?, context.package()?);
    Ok(match &registry.namespace {
        Some(holder) if holder.publisher != *publisher => Answer::refuse(format!(
            "The namespace `{namespace}` is held by the publisher {} since {}. Choose another one, in the manifest and at the \
             beginning of every object's name; publishing the same again will not help.",
            holder.publisher, holder.since
        ))
        .at([NAMESPACE.to_owned()]),
        Some(holder) if holder.package != *package => Answer::pass(format!(
            "The publisher itself holds the namespace `{namespace}` since {}, with {}. A host does not install two packages of \
             one namespace beside each other.",
            holder.since, holder.package
        ))
        .at([NAMESPACE.to_owned()]),
        // One sentence for a namespace that is free and one that this package took: else the review of its second version
        // would find another report than the one that was seen.
        _ => Answer::pass(format!("The namespace `{namespace}` is not held by anybody else.")),
    })
}

pub(super) fn namespace_prefix(context: &Context<'_>) -> Judged {
    let inspection = context.inspection()?;
    let (of_platform, own): (Vec<&String>, Vec<&String>) =
        inspection.objects.iter().partition(|name| name.starts_with(PLATFORM_PREFIX));
    let manifest = context.manifest()?;
    let namespace = manifest.namespace.as_ref();
    let names = |names: Vec<&String>| list(names, |name| quote(name));
    let strays = own.iter().filter(|name| namespace.is_some_and(|namespace| !is_of(namespace, name)));
    let strays: Vec<&String> = strays.copied().collect();
    match namespace {
        Some(namespace) if !strays.is_empty() => {
            return Ok(Answer::refuse(format!(
                "Objects are named `{namespace}_NAME`, with one underscore in between. Rename {}.",
                names(strays)
            ))
            .at([NAMESPACE.to_owned()]));
        }
        None if !own.is_empty() && context.visibility == Visibility::Marketplace => {
            return Ok(Answer::refuse(format!(
                "The compiled stack defines {}, and the manifest declares no namespace, so nothing keeps these from the objects of \
                 others. Declare `namespace`, and name the objects after it.",
                names(own)
            ))
            .at([NAMESPACE.to_owned()]));
        }
        _ => {}
    }
    // Acting on the objects of another package may be what an App is for; whether it should, a person says.
    let is_platform = context.level_below(RESERVED_WORDS_FROM)?.is_none();
    let is_own = |name: &String| {
        namespace.map_or_else(|| own.contains(&name), |namespace| is_of(namespace, name))
            || (is_platform && name.starts_with(PLATFORM_PREFIX))
            // A datasource mapping may name packages.
            || *name == manifest.id.as_str()
    };
    let foreign: Vec<&Reach> = inspection.reaches.iter().filter(|reach| !is_own(&reach.object)).collect();
    let defined = (!of_platform.is_empty() && !is_platform).then(|| {
        let names = names(of_platform);
        format!("Objects `{PLATFORM_PREFIX}…` are the platform's, and the compiled stack defines {names}.")
    });
    let acts = (!foreign.is_empty()).then(|| {
        let names = list(foreign, |reach| format!("{} ({})", quote(&reach.object), reach.member));
        format!("The package acts on objects that are not its own: {names}.")
    });
    let held: Vec<String> = defined.into_iter().chain(acts).collect();
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
