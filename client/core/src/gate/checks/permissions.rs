//! Checks of what the version asks for.

use std::collections::BTreeMap;

use super::super::policy::SENSITIVE_SERVICES;
use super::answer::{Answer, Context, Judged, list};
use crate::permission::{Permission, PermissionKind};
use crate::{Manifest, quote};

pub(super) fn permission_sensitive(context: &Context<'_>) -> Judged {
    judge(context, sensitive, |found| match found {
        None => Answer::pass("No sensitive permission is asked for."),
        Some(found) => Answer::hold(format!(
            "The version asks for sensitive permissions: {found}. A reviewer must look; ask only for what is needed."
        )),
    })
}

pub(super) fn permission_invalid(context: &Context<'_>) -> Judged {
    judge(context, invalid, |found| match found {
        None => Answer::pass("Every permission has a meaning."),
        Some(found) => Answer::refuse(format!(
            "These permissions have no safe meaning: {found}. Name exact hosts, or `*.` before at least two labels; name paths \
             without `..`."
        )),
    })
}

/// Collects the permissions that meet the rule, with their places in the manifest.
fn judge(context: &Context<'_>, rule: fn(&Permission) -> bool, answer: fn(Option<String>) -> Answer) -> Judged {
    let places = places(context.manifest()?);
    let permissions = context.inspection()?.permissions();
    let found: Vec<&Permission> = permissions.iter().filter(|permission| rule(permission)).collect();
    let told = list(&found, |permission| format!("{} {}", permission.kind(), quote(permission.value())));
    // What a script body asks for has no place in the manifest.
    let pointers = found.iter().filter_map(|permission| places.get(permission)).flatten();
    Ok(answer((!found.is_empty()).then_some(told)).at_each(pointers, String::clone))
}

fn sensitive(permission: &Permission) -> bool {
    let value = permission.value();
    match permission.kind() {
        PermissionKind::Services => {
            value.contains('*') || SENSITIVE_SERVICES.iter().any(|service| service.eq_ignore_ascii_case(value))
        }
        PermissionKind::Network | PermissionKind::Hooks => value.contains('*'),
        PermissionKind::Fs => true,
        // Flat strings open no host API, and capabilities reach no further than the sandbox of a script.
        PermissionKind::Legacy | PermissionKind::Capabilities => false,
    }
}

fn invalid(permission: &Permission) -> bool {
    let value = permission.value();
    match permission.kind() {
        PermissionKind::Fs => value.contains(".."),
        PermissionKind::Network => match value.strip_prefix("*.") {
            Some(rest) => {
                let labels: Vec<&str> = rest.split('.').collect();
                rest.contains('*') || labels.len() < 2 || labels.iter().any(|label| label.is_empty())
            }
            None => value.contains('*'),
        },
        _ => false,
    }
}

/// Where the manifest asks for each permission.
fn places(manifest: &Manifest) -> BTreeMap<Permission, Vec<String>> {
    let declared = &manifest.json()["permissions"];
    let mut places: BTreeMap<Permission, Vec<String>> = BTreeMap::new();
    for kind in PermissionKind::ALL.iter().copied() {
        let (items, base) = match kind {
            PermissionKind::Legacy => (declared.as_array(), "#/permissions".to_owned()),
            _ => (declared[kind.as_str()].as_array(), format!("#/permissions/{kind}")),
        };
        for (index, item) in items.into_iter().flatten().enumerate() {
            if let Some(permission) = item.as_str().and_then(|text| Permission::new(kind, text).ok()) {
                places.entry(permission).or_default().push(format!("{base}/{index}"));
            }
        }
    }
    places
}
