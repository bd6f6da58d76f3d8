//! Looking again at what is installed, without a registry: for `verify`, and before each load.

use std::path::PathBuf;

use plimsoll_core::version_state::AvailabilityWord;
use plimsoll_core::{Availability, Manifest, PackageId, Permissions, Tier, Timestamp, Version};
use plimsoll_trust::TrustRoot;
use plimsoll_trust::statement::{ApprovalDecision, ExpectedApproval, VerifiedIndex};

use super::{Environment, Installed, Settings, State};
use crate::Error;
use crate::content::{Lease, check_unpacked, lease, open_packed, unpacked_path};
use crate::home::HomeError;
use crate::index_cache::IndexCache;
use crate::verify::{Claim, Fault, VerifiedArtifact, VerifiedVersion, VerifyError, check_availability, listed};

/// An expired index document still tells what was blocked and revoked; that it may lack the latest is the price of being
/// able to start without a registry.
const ANY_AGE_SECONDS: u32 = u32::MAX;

/// What looking again came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// What must not be used as it is. Empty if all is well.
    pub problems: Vec<Problem>,
    /// What goes on being used, and yet is to be known.
    pub warnings: Vec<Problem>,
}

/// Something wrong with an installed package, or to be known of it.
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

/// A verified package, handed over to a host. Its files are there for as long as this is kept.
#[derive(Debug)]
pub struct Loaded {
    /// The directory of its members. Its files are read-only.
    pub path: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// The version.
    pub version: Version,
    /// How it may be loaded, as the registry approved it.
    pub tier: Tier,
    /// What it may do, and nothing else.
    pub granted: Permissions,
    /// Whether a reviewer approved it; else it is *not reviewed*.
    pub reviewed: bool,
    /// Keeps the directory from being collected when the package is updated or removed meanwhile.
    _lease: Lease,
}

impl Environment {
    /// Checks every installed package again, without a registry: the approval and the evidence, revocations and blocks as
    /// last seen, the stored artifact and every unpacked file; and that the environment accepts its tier and audience.
    pub fn verify(&self, now: Timestamp) -> Result<Checked, Error> {
        loop {
            let state = self.state()?;
            let checked = self.check_all(&state, now)?;
            // What another process has just replaced is not there any more, and is no problem.
            if checked.problems.is_empty() || self.state()? == state {
                return Ok(checked);
            }
        }
    }

    fn check_all(&self, state: &State, now: Timestamp) -> Result<Checked, Error> {
        let settings = self.settings()?;
        let mut checked = Checked::default();
        for installed in state.packages.values() {
            let (message, warning) = match self.check(state, &settings, installed, now) {
                Ok((_, warning)) => (None, warning),
                Err(error @ (Error::Home(HomeError::Io { .. }) | Error::Transport(_))) => return Err(error),
                Err(error) => (Some(error.to_string()), None),
            };
            let missing = installed.needs.iter().find(|needed| !state.packages.contains_key(needed));
            let missing = missing.map(|needed| format!("it needs {needed}, which is not installed"));
            let told =
                |message| Problem { package: installed.package.clone(), version: installed.version.clone(), message };
            checked.problems.extend(message.into_iter().chain(missing).map(told));
            checked.warnings.extend(warning.map(told));
        }
        Ok(checked)
    }

    /// Verifies an installed package, as [`Environment::verify`] does, and hands it over. Refused if it was blocked, as far
    /// as is known here, or if the environment does not accept its tier or audience.
    pub fn load(&self, package: &PackageId, now: Timestamp) -> Result<Loaded, Error> {
        let (state, lease) = self.leased(package)?;
        let installed = state.packages.get(package).ok_or_else(|| self.not_installed(package))?;
        let (artifact, _) = self.check(&state, &self.settings()?, installed, now)?;
        let approval = artifact.version().approval();
        Ok(Loaded {
            path: unpacked_path(&self.home, &installed.sha256),
            version: installed.version.clone(),
            tier: approval.tier,
            granted: installed.permissions.clone(),
            reviewed: approval.decision == ApprovalDecision::Reviewed,
            manifest: artifact.into_manifest(),
            _lease: lease,
        })
    }

    /// The state, with a lease on the content that it names for a package.
    fn leased(&self, package: &PackageId) -> Result<(State, Lease), Error> {
        loop {
            let state = self.state()?;
            let installed = state.packages.get(package).ok_or_else(|| self.not_installed(package))?;
            let lease = lease(&self.home, &installed.sha256)?;
            // Else it may have been replaced, and collected, before there was a lease.
            if self.state()? == state {
                return Ok((state, lease));
            }
        }
    }

    /// The verified artifact, with what is to be known of it.
    fn check(
        &self,
        state: &State,
        settings: &Settings,
        installed: &Installed,
        now: Timestamp,
    ) -> Result<(VerifiedArtifact, Option<String>), Error> {
        let Installed { package, version, .. } = installed;
        let refuse = |fault: Fault| -> VerifyError { fault.of(package, version) };
        let pinned = self.home.pinned(&installed.address)?;
        let indexes = IndexCache { home: &self.home, root: &pinned.root }.offline(package, now, ANY_AGE_SECONDS)?;
        let (verified, warning) = check_version(installed, &pinned.root, &indexes)?;
        // Never more than was granted, and never more than was approved.
        if !state.grants.cover(&installed.ask()) {
            return Err(refuse(Fault::Granted).into());
        }
        let file = open_packed(&self.home, &installed.sha256).map_err(|error| refuse(error.into()))?;
        let artifact = VerifiedArtifact::verify(verified, file, installed.sha256)?;
        check_unpacked(&self.home, &installed.sha256, artifact.members()).map_err(|error| refuse(error.into()))?;
        settings.accept(artifact.version().approval())?;
        Ok((artifact, warning))
    }
}

/// The version, by what was kept of it and by what the cached index documents say, the newest first.
fn check_version(
    installed: &Installed,
    root: &TrustRoot,
    indexes: &[VerifiedIndex],
) -> Result<(VerifiedVersion, Option<String>), VerifyError> {
    let Installed { package, version, .. } = installed;
    let availability = last_said(installed, indexes).map_err(|fault| fault.of(package, version))?;
    if let Some(availability) = availability {
        check_availability(availability).map_err(|fault| fault.of(package, version))?;
    }
    let Some(newest) = indexes.first() else {
        return Err(Fault::IndexMissing.of(package, version));
    };
    let expected = ExpectedApproval {
        package,
        version,
        publisher: &installed.publisher,
        sha256: installed.sha256,
        size: installed.size,
        tier: installed.tier,
        permissions_sha256: installed.permissions.digest(),
        approval_sha256: plimsoll_core::Digest::of(&installed.approval),
        audience: installed.audience,
    };
    let claim = Claim { approval: &installed.approval, evidence: &installed.evidence };
    let verified = VerifiedVersion::verify_kept(claim, root, &expected, &newest.document().keys)?;
    let yanked = availability.filter(|availability| availability.status == AvailabilityWord::Yanked);
    let warning = yanked.map(|yanked| {
        let reason = plimsoll_core::quote(&yanked.reason);
        format!("it was yanked ({reason}): it goes on here, and nothing new resolves to it. Update it when you can")
    });
    Ok((verified, warning))
}

/// What was last said of the availability of an installed version, by the documents from the newest on. One for fewer people
/// than the version is for, or for just them, lists it for good once it was approved: where it does not, the registry has
/// taken the version back. One for more people need not list it.
fn last_said<'i>(installed: &Installed, indexes: &'i [VerifiedIndex]) -> Result<Option<&'i Availability>, Fault> {
    for index in indexes {
        match listed(index, &installed.version) {
            Some(listed) => return Ok(Some(&listed.availability)),
            None if index.document().audience <= installed.audience => return Err(Fault::Withdrawn),
            None => {}
        }
    }
    Ok(None)
}
