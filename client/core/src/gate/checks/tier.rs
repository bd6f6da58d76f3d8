//! Checks of how the version wants to be loaded, against how far its publisher is verified.

use super::super::policy::{brings_code, packaging_needs, scope_needs, tier_needs};
use super::answer::{Answer, Context, Judged, list, place, places};
use crate::manifest::Packaging;

/// With the places that the tier comes from: the manifest, or what a host runs in its own page or process whatever that says.
fn at_origin(answer: Answer, context: &Context<'_>) -> Judged {
    let in_host = &context.inspection()?.in_host;
    Ok(match in_host.is_empty() {
        true => answer.at(["#/runtime".to_owned()]),
        false => answer.at_each(places(in_host), place),
    })
}

pub(super) fn tier_not_permitted(context: &Context<'_>) -> Judged {
    let tier = context.tier()?;
    let (least, in_host) = (tier_needs(tier).least, &context.inspection()?.in_host);
    let refused = match context.level_below(least)? {
        None => return Ok(Answer::pass(format!("The publisher may ship the tier {tier}."))),
        Some(level) if !in_host.is_empty() => Answer::refuse(format!(
            "A host runs some of it in its own page or process ({}), so the tier is {tier} ({}), which needs a publisher of level \
             {least}; this one is {level}. Write pages as `kind: html`, and tokens of flows as a path or as a calculation \
             without texts; or have the publisher verified.",
            list(in_host, |finding| finding.what.clone()),
            tier.in_words()
        )),
        Some(level) => Answer::refuse(format!(
            "The tier is {tier} ({}), which needs a publisher of level {least}; this one is {level}. Choose a `runtime` of a \
             lower tier, such as sandbox, or have the publisher verified.",
            tier.in_words()
        )),
    };
    at_origin(refused, context)
}

pub(super) fn packaging_not_permitted(context: &Context<'_>) -> Judged {
    let packaging = context.manifest()?.packaging;
    let least = packaging_needs(packaging).least;
    Ok(match context.level_below(least)? {
        None => Answer::pass(format!("The publisher may ship the packaging {packaging}.")),
        Some(level) => Answer::refuse(format!(
            "The packaging {packaging} needs a publisher of level {least}; this one is {level}. Bundle all code into the \
             artifact, or have the publisher verified."
        ))
        .at(["#/packaging".to_owned()]),
    })
}

pub(super) fn tier_review(context: &Context<'_>) -> Judged {
    let tier = context.tier()?;
    let from = tier_needs(tier).unreviewed;
    let Some(level) = context.level_below(from)? else {
        return Ok(Answer::pass(format!("The tier {tier} needs no review for this publisher.")));
    };
    let held = Answer::hold(format!(
        "The tier is {tier} ({}). A reviewer must look, since the publisher's level is {level}, below {from}.",
        tier.in_words()
    ));
    at_origin(held, context)
}

pub(super) fn scope_privileged(context: &Context<'_>) -> Judged {
    let scope = context.manifest()?.scope;
    let from = scope_needs(scope).unreviewed;
    Ok(match context.level_below(from)? {
        None => Answer::pass(format!("The scope {scope} needs no review for this publisher.")),
        Some(level) => Answer::hold(format!(
            "The scope {scope} reaches beyond one project. A reviewer must look, since the publisher's level is {level}, below \
             {from}; or declare `scope: project`."
        ))
        .at(["#/scope".to_owned()]),
    })
}

pub(super) fn code_undeclared(context: &Context<'_>) -> Judged {
    let (inspection, manifest) = (context.inspection()?, context.manifest()?);
    if brings_code(inspection).is_none() {
        return Ok(Answer::not_applicable("There is no code in the artifact, and none is installed for it."));
    }
    if let Some(runtime) = manifest.runtime {
        return Ok(Answer::pass(format!("The code is declared as runtime {runtime}.")));
    }
    let main = manifest.main.as_ref().map(|_| ("#/main", "`main` names it"));
    let packages = (manifest.packaging == Packaging::ManifestDeps)
        .then_some(("#/packaging", "the host installs npm packages for it"));
    let declared = main.into_iter().chain(packages);
    let found = match inspection.code.is_empty() {
        true => list(declared.clone(), |(_, what)| what.to_owned()),
        false => list(&inspection.code, |finding| finding.what.clone()),
    };
    let pointers = declared.map(|(pointer, _)| pointer.to_owned());
    Ok(Answer::hold(format!(
        "There is code, although the manifest declares no `runtime` ({found}). It gets the tier {} and a review; declare \
         `runtime: sandbox`, or leave the code out.",
        context.tier()?
    ))
    .at(pointers.chain(places(&inspection.code).map(place))))
}
