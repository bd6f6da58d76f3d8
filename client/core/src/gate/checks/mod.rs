//! The checks: one function and one entry each, grouped by what they look at.

mod answer;
mod bytes;
mod contents;
mod evidence;
mod identity;
mod listing;
mod namespace;
mod ownership;
mod permissions;
mod requirements;
mod tier;

use answer::{Context, Judged};

use super::{CheckCode, Facts, POLICY_VERSION, Report, Verdict};

/// Runs every check, in the order of the codes. No check sees the outcome of another.
pub(super) fn run(facts: &Facts<'_>) -> Report {
    let context = Context::of(facts);
    let checks = CheckCode::ALL.iter().map(|code| context.check(*code, judge(*code, &context))).collect::<Vec<_>>();
    Report {
        verdict: Verdict::of(checks.iter().map(|check| check.outcome)),
        tier: context.tier,
        policy_version: POLICY_VERSION,
        checks,
    }
}

fn judge(code: CheckCode, context: &Context<'_>) -> Judged {
    match code {
        CheckCode::ArtifactMalformed => bytes::artifact_malformed(context),
        CheckCode::ManifestMissing => bytes::manifest_missing(context),
        CheckCode::ManifestDuplicate => bytes::manifest_duplicate(context),
        CheckCode::ManifestInvalid => bytes::manifest_invalid(context),
        CheckCode::IntegrityMissing => bytes::integrity_missing(context),
        CheckCode::IntegrityMismatch => bytes::integrity_mismatch(context),
        CheckCode::IdentityMismatch => identity::identity_mismatch(context),
        CheckCode::VersionExists => identity::version_exists(context),
        CheckCode::VersionRejected => identity::version_rejected(context),
        CheckCode::PublisherNotOwner => ownership::publisher_not_owner(context),
        CheckCode::IdReserved => ownership::id_reserved(context),
        CheckCode::NamespaceHeld => namespace::namespace_held(context),
        CheckCode::NamespacePrefix => namespace::namespace_prefix(context),
        CheckCode::SignatureMissing => evidence::signature_missing(context),
        CheckCode::SignatureInvalid => evidence::signature_invalid(context),
        CheckCode::KeyUnknown => evidence::key_unknown(context),
        CheckCode::KeyRevoked => evidence::key_revoked(context),
        CheckCode::KeyFresh => evidence::key_fresh(context),
        CheckCode::TierNotPermitted => tier::tier_not_permitted(context),
        CheckCode::PackagingNotPermitted => tier::packaging_not_permitted(context),
        CheckCode::TierReview => tier::tier_review(context),
        CheckCode::InstallScript => contents::install_script(context),
        CheckCode::LockfileMissing => contents::lockfile_missing(context),
        CheckCode::LockfileUnpinned => contents::lockfile_unpinned(context),
        CheckCode::NativeAddon => contents::native_addon(context),
        CheckCode::HostPackageBundled => contents::host_package_bundled(context),
        CheckCode::CodeUndeclared => tier::code_undeclared(context),
        CheckCode::PermissionSensitive => permissions::permission_sensitive(context),
        CheckCode::PermissionInvalid => permissions::permission_invalid(context),
        CheckCode::DependencyUnresolved => requirements::dependency_unresolved(context),
        CheckCode::EngineRangeUnreadable => requirements::engine_range_unreadable(context),
        CheckCode::ScopePrivileged => tier::scope_privileged(context),
        CheckCode::SecretFound => contents::secret_found(context),
        CheckCode::AppMultiple => requirements::app_multiple(context),
        CheckCode::AppBundlesUnapproved => requirements::app_bundles_unapproved(context),
        CheckCode::ListingIncomplete => listing::listing_incomplete(context),
        CheckCode::ReviewRequired => listing::review_required(context),
    }
}
