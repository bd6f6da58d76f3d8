//! Apps and versions as ObjectStack's clients read them.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::wire::EvidenceKind;
use plimsoll_core::{Permission, PermissionKind, Tier};
use plimsoll_store::version::VersionRecord;
use serde_json::{Value, json};

use crate::app::marketplace::{Icon, Offer};

/// An App in a list.
pub(super) fn summary(offer: &Offer) -> Value {
    let Offer { entry, listing, icon, publisher, created_at, latest } = offer;
    // The id of a package is its manifest id, also in the paths.
    let id = &entry.package;
    let icon_url = icon.as_ref().map(|icon| match icon {
        // A path: the runtime forwards it, so that a browser asks nobody but its own server.
        Icon::Kept => format!("{}/{id}/icon", super::PACKAGES),
        Icon::Inline(address) | Icon::At(address) => address.clone(),
    });
    json!({
        "id": id,
        "manifest_id": id,
        "display_name": entry.display_name,
        "tagline": listing.tagline,
        "description": entry.description,
        "category": entry.category,
        "tags": null,
        "icon_url": icon_url,
        "homepage_url": listing.homepage_url,
        "license": listing.license,
        "publisher": publisher,
        "is_starter": false,
        "created_at": created_at,
        "updated_at": entry.updated_at,
        "translations": listing.translations,
        "latest_version": version(latest),
    })
}

/// An App by itself.
pub(super) fn detail(offer: &Offer) -> Value {
    let mut detail = summary(offer);
    detail["readme"] = json!(offer.listing.readme);
    detail
}

/// A version. What it discloses is that of all it bundles.
pub(super) fn version(record: &VersionRecord) -> Value {
    let tier = record.bundled.iter().map(|pin| pin.tier).fold(record.tier, Tier::max);
    let reviewed_at = record.decided_by.as_ref().and(record.decided_at);
    let signed = matches!(record.evidence_kind, EvidenceKind::Ed25519 | EvidenceKind::Statement);
    let artifact_kind = (record.evidence_kind != EvidenceKind::Hosted).then_some("plugin");
    json!({
        // The id of a version is its number, also in the paths.
        "id": record.version,
        "version": record.version,
        "status": status(record.on_show().status),
        "is_prerelease": record.version.is_pre_release(),
        "published_at": record.published_at,
        "release_notes": record.notes,
        "listing_status": "approved",
        "reviewed_at": reviewed_at,
        "artifact_kind": artifact_kind,
        "contains_code": record.has_code || tier > Tier::Declarative,
        "runtime": runtime(tier),
        "packaging": if record.manifest_deps { "manifest-deps" } else { "bundled" },
        "permissions": permissions(record),
        "engines": { "platform": record.engines.platform, "protocol": record.engines.protocol },
        "signed": signed,
        // Of what nobody signed there is nothing to verify, and we sign no counter-signature over it.
        "platform_verified": signed && record.approval_sha256.is_some(),
    })
}

/// Their word for whether a version may still be used.
fn status(availability: AvailabilityWord) -> &'static str {
    match availability {
        AvailabilityWord::Live => "published",
        AvailabilityWord::Deprecated | AvailabilityWord::Yanked | AvailabilityWord::Blocked => "deprecated",
    }
}

/// Their word for a tier, as the registry assigned it: not what the manifest asks for.
fn runtime(tier: Tier) -> Option<&'static str> {
    match tier {
        Tier::Declarative => None,
        Tier::Sandbox => Some("sandbox"),
        Tier::OutOfProcess => Some("worker"),
        Tier::InProcess => Some("node"),
    }
}

/// All that is asked for, in their structured form; null where that is nothing.
fn permissions(record: &VersionRecord) -> Option<BTreeMap<PermissionKind, Vec<&str>>> {
    let bundled = record.bundled.iter().flat_map(|pin| pin.permissions.iter());
    let all: BTreeSet<&Permission> = record.permissions.iter().chain(bundled).collect();
    if all.is_empty() {
        return None;
    }
    let always = [PermissionKind::Services, PermissionKind::Hooks, PermissionKind::Network, PermissionKind::Fs];
    let mut kinds = BTreeMap::from(always.map(|kind| (kind, Vec::new())));
    for permission in all {
        kinds.entry(permission.kind()).or_default().push(permission.value());
    }
    Some(kinds)
}
