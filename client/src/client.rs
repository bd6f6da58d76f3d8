//! The client: one registry, one home.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::SystemTime;

use plimsoll_core::range::{HostProfile, VersionRange};
use plimsoll_core::{
    Digest, Manifest, PackageId, PackageType, Permission, Permissions, PublisherName, Tier, Timestamp, Version,
    Visibility,
};

use crate::Error;
use crate::environment::{Environment, Pending};
use crate::home::{Home, PinnedRegistry};
use crate::progress::Progress;
use crate::transport::{Address, Registry, Token};

/// How a client works.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Never ask the registry: cached index documents and the content store alone.
    pub offline: bool,
    /// How long an expired index document is still good, in seconds, where the registry cannot be asked.
    pub offline_grace_seconds: i64,
    /// What time it is.
    pub clock: fn() -> Timestamp,
}

impl Default for Options {
    fn default() -> Self {
        Self { offline: false, offline_grace_seconds: 0, clock: || SystemTime::now().into() }
    }
}

/// A registry whose keys are pinned, and the home that keeps what comes from it.
#[derive(Clone, Debug)]
pub struct Client {
    home: Home,
    registry: Registry,
    pinned: PinnedRegistry,
    options: Options,
}

/// A package that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The package.
    pub package: PackageId,
    /// Which versions will do.
    pub range: VersionRange,
}

/// What to look for, and what to look past.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The packages.
    pub wanted: Vec<Wanted>,
    /// What the host is; by default what the environment's settings say.
    pub host: Option<HostProfile>,
    /// Take pre-releases too.
    pub pre_releases: bool,
    /// Go below an installed version.
    pub allow_downgrade: bool,
    /// Take versions whose compatibility cannot be read.
    pub allow_unknown_compat: bool,
}

/// One version of a solution, from a verified index document.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Chosen {
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// Its artifact.
    pub sha256: Digest,
    /// The artifact's size in bytes.
    pub size: u64,
    /// The owner of the package.
    pub publisher: PublisherName,
    /// The type of the package.
    pub r#type: PackageType,
    /// The tier.
    pub tier: Tier,
    /// What it asks for.
    pub permissions: Permissions,
}

/// What [`Client::resolve`] found: what is needed first comes first.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Resolution {
    /// The versions.
    pub packages: Vec<Chosen>,
    /// What a person should know, in sentences.
    pub warnings: Vec<String>,
}

/// One package that a plan would install or replace.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// What would be installed.
    #[serde(flatten)]
    pub chosen: Chosen,
    /// The installed version that it replaces.
    pub replaces: Option<Version>,
    /// Who it is for, as the approval says.
    pub audience: Visibility,
    /// Whether a reviewer approved it; else it is *not reviewed*.
    pub reviewed: bool,
    /// Whether its publisher signed it; `false` is to be shown as *not signed by its publisher*.
    pub signed_by_publisher: bool,
    /// What needs consent: a tier above what was consented to.
    pub new_tier: Option<Tier>,
    /// What needs consent: permissions that are not granted.
    pub new_permissions: Permissions,
    /// What needs consent, in words: new dependencies, another publisher, packaging.
    pub news: Vec<String>,
    /// Grants that fall away, since the version does not ask for them any more.
    pub dropped: Permissions,
}

impl Step {
    /// Whether consent is needed.
    pub fn needs_consent(&self) -> bool {
        self.new_tier.is_some() || !self.new_permissions.is_empty() || !self.news.is_empty()
    }
}

/// What would be done. Nothing has happened yet.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The packages to install, what is needed first comes first. Packages that are installed already are not listed.
    pub steps: Vec<Step>,
    /// Newer versions that were left aside, since they widen: only for updates.
    pub left_aside: Vec<LeftAside>,
    /// What a person should know, in sentences.
    pub warnings: Vec<String>,
}

/// A newer version that was left aside.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftAside {
    /// The package.
    pub package: PackageId,
    /// The version, and why.
    #[serde(flatten)]
    pub pending: Pending,
}

/// What a person, or an operator's script, consents to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// Everything in the plan.
    pub all: bool,
    /// These permissions, for whichever package of the plan asks.
    pub permissions: BTreeSet<Permission>,
    /// Tiers up to this one. Without it, `declarative` alone.
    pub highest_tier: Option<Tier>,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// The packages that are installed now and were not before, or not in this version.
    pub installed: Vec<Chosen>,
    /// Newer versions that wait for consent.
    pub left_aside: Vec<LeftAside>,
}

/// Something wrong with an installed package.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The package.
    pub package: PackageId,
    /// The version.
    pub version: Version,
    /// What is wrong, and what to do.
    pub message: String,
}

/// A verified package, handed over to a host.
#[derive(Debug)]
pub struct Loaded {
    /// The directory of its members; read-only.
    pub path: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// How it may be loaded.
    pub tier: Tier,
    /// What it may do, and nothing else.
    pub granted: Permissions,
}

impl Client {
    /// A client of a pinned registry.
    pub fn open(home: Home, address: &Address, token: Option<Token>, options: Options) -> Result<Self, Error> {
        let pinned = home.pinned(address)?;
        Ok(Self { home, registry: Registry::new(address.clone(), token), pinned, options })
    }

    /// The registry, for calls that need no verification.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Finds versions that work together, with the host, and with what is installed.
    pub fn resolve(&self, _environment: &Environment, _request: &Request) -> Result<Resolution, Error> {
        todo!()
    }

    /// Plans to install packages.
    pub fn plan_install(&self, _environment: &Environment, _request: &Request) -> Result<Plan, Error> {
        todo!()
    }

    /// Plans to update packages, or all that came from this registry. Versions that widen are left aside.
    pub fn plan_update(&self, _environment: &Environment, _packages: &[PackageId]) -> Result<Plan, Error> {
        todo!()
    }

    /// Carries out a plan that the consent covers.
    pub fn apply(
        &self,
        _environment: &Environment,
        _plan: &Plan,
        _consent: &Consent,
        _progress: &dyn Progress,
    ) -> Result<Applied, Error> {
        todo!()
    }
}

impl Environment {
    /// Checks every installed package again, without a registry.
    pub fn verify(&self, _now: Timestamp) -> Result<Vec<Problem>, Error> {
        todo!()
    }

    /// Verifies an installed package and hands it over.
    pub fn load(&self, _package: &PackageId, _now: Timestamp) -> Result<Loaded, Error> {
        todo!()
    }
}
