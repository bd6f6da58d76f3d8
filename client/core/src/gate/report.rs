//! The gate report: every check, with its outcome and its reason.

use crate::{Digest, Tier};

closed_words! {
    /// The outcome of one check.
    Outcome, "outcome" {
        /// Looked at, and fine.
        Pass = "pass",
        /// Does not concern this version.
        NotApplicable = "not-applicable",
        /// Needs facts that are not at hand here, such as the registry's when checking offline.
        NotEvaluated = "not-evaluated",
        /// Could not be decided. Never a pass: the version is held.
        Unknown = "unknown",
        /// A reviewer must look.
        Hold = "hold",
        /// The version cannot be accepted.
        Refuse = "refuse",
    }
}

closed_words! {
    /// What the checks come to.
    Verdict, "verdict" {
        /// Every check passed or does not apply.
        Approved = "approved",
        /// At least one hold or unknown, no refuse.
        Held = "held",
        /// At least one refuse.
        Refused = "refused",
    }
}

closed_words! {
    /// The closed list of checks. The order is the order in the report.
    CheckCode, "check code" {
        /// The archive is one gzip member of plain ustar within the limits.
        ArtifactMalformed = "artifact-malformed",
        /// There is a manifest.
        ManifestMissing = "manifest-missing",
        /// There is one manifest only.
        ManifestDuplicate = "manifest-duplicate",
        /// The manifest follows its schema.
        ManifestInvalid = "manifest-invalid",
        /// The manifest lists the digests of the members.
        IntegrityMissing = "integrity-missing",
        /// The listed digests are those of the members.
        IntegrityMismatch = "integrity-mismatch",
        /// Request, bytes and statement speak of the same package, version and manifest.
        IdentityMismatch = "identity-mismatch",
        /// The version is new.
        VersionExists = "version-exists",
        /// The same bytes were not rejected before.
        VersionRejected = "version-rejected",
        /// The package belongs to the publisher.
        PublisherNotOwner = "publisher-not-owner",
        /// The id is not reserved for another publisher, and neither it nor the namespace for the platform.
        IdReserved = "id-reserved",
        /// The namespace is not held by another publisher.
        NamespaceHeld = "namespace-held",
        /// The objects are named after the namespace.
        NamespacePrefix = "namespace-prefix",
        /// There is evidence of the publisher where it is needed.
        SignatureMissing = "signature-missing",
        /// The evidence verifies.
        SignatureInvalid = "signature-invalid",
        /// The key is one of the publisher's.
        KeyUnknown = "key-unknown",
        /// The key is not revoked.
        KeyRevoked = "key-revoked",
        /// The key is not new and unvouched for.
        KeyFresh = "key-fresh",
        /// The publisher's level permits the tier.
        TierNotPermitted = "tier-not-permitted",
        /// The publisher's level permits the packaging.
        PackagingNotPermitted = "packaging-not-permitted",
        /// The tier needs a reviewer below a level.
        TierReview = "tier-review",
        /// Nothing runs at install.
        InstallScript = "install-script",
        /// A manifest-deps package brings its lockfile.
        LockfileMissing = "lockfile-missing",
        /// The lockfile pins every entry.
        LockfileUnpinned = "lockfile-unpinned",
        /// No machine code in a bundled artifact.
        NativeAddon = "native-addon",
        /// The host's own packages are not bundled.
        HostPackageBundled = "host-package-bundled",
        /// Code is declared as code.
        CodeUndeclared = "code-undeclared",
        /// No sensitive permission is asked for.
        PermissionSensitive = "permission-sensitive",
        /// Every permission has a meaning.
        PermissionInvalid = "permission-invalid",
        /// Every dependency can be satisfied.
        DependencyUnresolved = "dependency-unresolved",
        /// The compatibility range can be read.
        EngineRangeUnreadable = "engine-range-unreadable",
        /// The scope is an ordinary one.
        ScopePrivileged = "scope-privileged",
        /// No secret is in the artifact.
        SecretFound = "secret-found",
        /// One app per package.
        AppMultiple = "app-multiple",
        /// What an App bundles is approved for its audience.
        AppBundlesUnapproved = "app-bundles-unapproved",
        /// The listing has what a catalog shows.
        ListingIncomplete = "listing-incomplete",
        /// The marketplace is reviewed.
        ReviewRequired = "review-required",
    }
}

impl Verdict {
    /// What outcomes come to, in any order. What was not evaluated does not count: the verdict is over the rest.
    pub fn of(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let verdict = |outcome| match outcome {
            Outcome::Pass | Outcome::NotApplicable | Outcome::NotEvaluated => Self::Approved,
            Outcome::Unknown | Outcome::Hold => Self::Held,
            Outcome::Refuse => Self::Refused,
        };
        outcomes.into_iter().map(verdict).max().unwrap_or(Self::Held)
    }
}

/// One check of a report.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Check {
    /// Which check.
    pub code: CheckCode,
    /// What came out.
    pub outcome: Outcome,
    /// A sentence for people: what is the case, and what to do about it.
    pub message: String,
    /// Where: JSON pointers into the manifest (`#/permissions/network/0`), or `path` or `path:line` of members.
    #[serde(default)]
    pub pointers: Vec<String>,
}

/// What the gate decided of one version, and why.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Report {
    /// What the checks come to.
    pub verdict: Verdict,
    /// The tier, also when refused; absent only if the artifact or its manifest could not be read.
    pub tier: Option<Tier>,
    /// The version of the policy table that was applied.
    pub policy_version: u32,
    /// Every check, in the order of [`CheckCode`].
    pub checks: Vec<Check>,
}

impl Report {
    /// The report as the exact text that is stored, signed over and served.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a report is plain data")
    }

    /// The digest of [`Report::to_text`], by which a review names the report it saw.
    pub fn digest(&self) -> Digest {
        Digest::of(self.to_text())
    }

    /// The checks that passed and still have something to say of a place.
    pub fn warnings(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.outcome == Outcome::Pass && !check.pointers.is_empty())
    }

    /// The checks with an outcome that decides: refuse, hold or unknown.
    pub fn findings(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| matches!(check.outcome, Outcome::Refuse | Outcome::Hold | Outcome::Unknown))
    }
}
