//! Checks of what the version needs around it: dependencies, hosts, and what an App bundles.

use super::answer::{Answer, Context, Gap, Judged, list};
use crate::manifest::Dependency;
use crate::range::{DeclaredEngine, EngineSource, declared_engine};
use crate::{Digest, PackageId, PackageType, Visibility, quote};

pub(super) fn dependency_unresolved(context: &Context<'_>) -> Judged {
    if context.visibility != Visibility::Marketplace {
        return Ok(Answer::not_applicable(
            "The version is not for the marketplace; its dependencies are resolved at install.",
        ));
    }
    let dependencies = &context.manifest()?.dependencies;
    if dependencies.is_empty() {
        return Ok(Answer::not_applicable("The version has no dependencies."));
    }
    let satisfied = &context.registry()?.dependencies;
    let those = |state: Option<bool>| -> Vec<(&PackageId, &Dependency)> {
        dependencies.iter().filter(|(id, _)| satisfied.get(*id).copied() == state).collect()
    };
    let (unsatisfied, unknown) = (those(Some(false)), those(None));
    let told = |those: &[(&PackageId, &Dependency)]| {
        list(those, |(id, dependency)| format!("{id} {}", quote(dependency.range.as_str())))
    };
    let pointer = |(_, dependency): (&PackageId, &Dependency)| format!("#{}", dependency.pointer);
    Ok(if !unsatisfied.is_empty() {
        Answer::hold(format!(
            "No approved version that is for the marketplace satisfies {}. Widen the range, or publish the dependency first.",
            told(&unsatisfied)
        ))
        .at_each(unsatisfied, pointer)
    } else if !unknown.is_empty() {
        Answer::unknown(format!(
            "Whether anything satisfies {} could not be decided. A reviewer must look.",
            told(&unknown)
        ))
        .at_each(unknown, pointer)
    } else {
        Answer::pass("Every dependency is satisfied by an approved version.")
    })
}

pub(super) fn engine_range_unreadable(context: &Context<'_>) -> Judged {
    Ok(match declared_engine(&context.manifest()?.engines) {
        None => Answer::pass("No compatibility range is declared; hosts will warn."),
        Some(DeclaredEngine { source, range: Ok(range), .. }) => {
            Answer::pass(format!("{source} can be read: {}.", quote(&range.to_string())))
        }
        Some(DeclaredEngine { source, range: Err(error), .. }) => {
            let pointer = match source {
                EngineSource::Protocol => "#/engines/protocol",
                EngineSource::Platform => "#/engines/platform",
                EngineSource::Objectstack => "#/engine/objectstack",
            };
            Answer::hold(format!(
                "{source} decides over compatibility and cannot be read: {error}. Hosts would leave the version out."
            ))
            .at([pointer.to_owned()])
        }
    })
}

pub(super) fn app_multiple(context: &Context<'_>) -> Judged {
    Ok(match context.inspection()?.apps {
        0 | 1 => Answer::pass("The package declares no more than one app."),
        apps => Answer::refuse(format!("The package declares {apps} apps. Publish each in a package of its own.")),
    })
}

pub(super) fn app_bundles_unapproved(context: &Context<'_>) -> Judged {
    let manifest = context.manifest()?;
    if manifest.package_type != PackageType::App {
        return Ok(Answer::not_applicable("Only Apps bundle."));
    }
    let bundle = &context.inspection()?.bundle;
    let bundles = match bundle {
        Some(bundle) => !bundle.is_empty(),
        None => !manifest.dependencies.is_empty(),
    };
    if !bundles {
        return Ok(Answer::pass("The App bundles nothing."));
    }
    match &context.registry()?.bundle {
        None => Err(Gap::FactMissing("what the App bundles")),
        // The digest, so that a review, which names the report, is about these pins.
        Some(Ok(pins)) => Ok(Answer::pass(format!(
            "The App bundles {} approved packages for the audience {}. Their list has the sha256 {}.",
            pins.len(),
            context.visibility,
            Digest::of(serde_json::to_vec(pins).expect("pins have text keys only"))
        ))),
        Some(Err(sentences)) => {
            let told = list(sentences, |sentence| sentence.trim_end_matches('.').to_owned());
            let declared = bundle.is_none().then(|| "#/dependencies".to_owned());
            Ok(Answer::refuse(format!("The bundle cannot be pinned: {told}.")).at(declared))
        }
    }
}
