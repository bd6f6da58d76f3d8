//! Checks of what the version asks for.

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
    let manifest = context.manifest()?;
    let permissions = context.inspection()?.permissions();
    let found: Vec<&Permission> = permissions.iter().filter(|permission| rule(permission)).collect();
    let told = list(found.iter().map(|permission| format!("{} {}", permission.kind(), quote(permission.value()))));
    let pointers = found.iter().flat_map(|permission| pointers(manifest, permission));
    Ok(answer((!found.is_empty()).then_some(told)).at(pointers))
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

/// Where the manifest asks for it. A permission that a script body asks for has no place there.
fn pointers(manifest: &Manifest, permission: &Permission) -> Vec<String> {
    let kind = permission.kind();
    let declared = &manifest.json()["permissions"];
    let (items, base) = match kind {
        PermissionKind::Legacy => (declared.as_array(), "#/permissions".to_owned()),
        _ => (declared[kind.as_str()].as_array(), format!("#/permissions/{kind}")),
    };
    let asks = |item: &serde_json::Value| {
        item.as_str().and_then(|text| Permission::new(kind, text).ok()).as_ref() == Some(permission)
    };
    let items = items.into_iter().flatten().enumerate();
    items.filter(|(_, item)| asks(item)).map(|(index, _)| format!("{base}/{index}")).collect()
}
