//! Checks of how the version wants to be loaded, against how far its publisher is verified.

use super::super::policy::{packaging_needs, scope_needs, tier_needs};
use super::answer::{Answer, Context, Judged, list, places};

pub(super) fn tier_not_permitted(context: &Context<'_>) -> Judged {
    let (tier, level) = (context.tier()?, context.level()?);
    let least = tier_needs(tier).least;
    Ok(if level >= least {
        Answer::pass(format!("A publisher of level {level} may ship the tier {tier}."))
    } else {
        Answer::refuse(format!(
            "The tier is {tier} ({}), which needs a publisher of level {least}; this one is {level}. Choose a `runtime` of a \
             lower tier, such as sandbox, or have the publisher verified.",
            tier.in_words()
        ))
        .at(["#/runtime".to_owned()])
    })
}

pub(super) fn packaging_not_permitted(context: &Context<'_>) -> Judged {
    let (packaging, level) = (context.manifest()?.packaging, context.level()?);
    let least = packaging_needs(packaging).least;
    Ok(if level >= least {
        Answer::pass(format!("A publisher of level {level} may ship the packaging {packaging}."))
    } else {
        Answer::refuse(format!(
            "The packaging {packaging} needs a publisher of level {least}; this one is {level}. Bundle all code into the \
             artifact, or have the publisher verified."
        ))
        .at(["#/packaging".to_owned()])
    })
}

pub(super) fn tier_review(context: &Context<'_>) -> Judged {
    let (tier, level) = (context.tier()?, context.level()?);
    let from = tier_needs(tier).unreviewed;
    Ok(if level >= from {
        Answer::pass(format!("The tier {tier} needs no review for a publisher of level {level}."))
    } else {
        Answer::hold(format!(
            "The tier is {tier} ({}). A reviewer must look, since the publisher's level is {level}, below {from}.",
            tier.in_words()
        ))
        .at(["#/runtime".to_owned()])
    })
}

pub(super) fn scope_privileged(context: &Context<'_>) -> Judged {
    let scope = context.manifest()?.scope;
    let from = scope_needs(scope).unreviewed;
    let pass = format!("The scope {scope} needs no review here.");
    if from == crate::Level::Unverified {
        return Ok(Answer::pass(pass));
    }
    let level = context.level()?;
    Ok(if level >= from {
        Answer::pass(pass)
    } else {
        Answer::hold(format!(
            "The scope {scope} reaches beyond one project. A reviewer must look, since the publisher's level is {level}, below \
             {from}; or declare `scope: project`."
        ))
        .at(["#/scope".to_owned()])
    })
}

pub(super) fn code_undeclared(context: &Context<'_>) -> Judged {
    let (inspection, manifest) = (context.inspection()?, context.manifest()?);
    if !inspection.has_code() {
        return Ok(Answer::not_applicable("There is no code in the artifact."));
    }
    if let Some(runtime) = manifest.runtime {
        return Ok(Answer::pass(format!("The code is declared as runtime {runtime}.")));
    }
    let main = manifest.main.as_ref().map(|_| "#/main".to_owned());
    let found = list(inspection.code.iter().map(|finding| finding.what.as_str()));
    let found = if found.is_empty() { "`main` names it".to_owned() } else { found };
    Ok(Answer::hold(format!(
        "There is code, although the manifest declares no `runtime` ({found}). It gets the tier sandbox and a review; declare \
         `runtime: sandbox`, or leave the code out."
    ))
    .at(main.into_iter().chain(places(&inspection.code))))
}
