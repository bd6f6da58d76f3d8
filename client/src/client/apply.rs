//! Doing what was planned and consented to. Every step can be repeated; until the last one, the state, nothing has changed
//! for those who load packages.

use std::fs::File;
use std::io::{self, Write};

use plimsoll_core::Digest;
use plimsoll_core::consent::{Acceptance, consent};
use plimsoll_core::digest::Hasher;
use plimsoll_core::resolve::Resolved;

use super::{Client, LeftAside, Plan, Step};
use crate::Error;
use crate::content::{self, ContentError};
use crate::environment::{Environment, Installed, LockedEnvironment};
use crate::home::failed;
use crate::progress::{Progress, Stage};
use crate::transport::{Registry, TransportError};
use crate::verify::{Fault, VerifiedArtifact};

/// How often a download is begun.
const DOWNLOADS: u32 = 3;

/// What was done.
#[derive(Clone, Debug, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// The packages that are installed now and were not before, or not in this version.
    pub installed: Vec<Resolved>,
    /// The packages that nothing needs any more.
    pub removed: Vec<plimsoll_core::PackageId>,
    /// Newer versions that wait for consent.
    pub left_aside: Vec<LeftAside>,
}

impl Client {
    /// Carries out a plan of this client for this environment, if the acceptance covers it. Refused if another process
    /// changed the environment since.
    pub fn apply(
        &self,
        environment: &Environment,
        plan: &Plan,
        acceptance: &Acceptance,
        progress: &dyn Progress,
    ) -> Result<Applied, Error> {
        let locked = environment.lock()?;
        let mut state = locked.state()?;
        if state != plan.base {
            return Err(Error::PlanStale(environment.name().to_owned()));
        }
        let grants = consent(&state.grants, &plan.closure, acceptance).map_err(Box::new)?;
        // Asked only where something has to be fetched, and then once: a host may apply a plan long after it was made.
        let mut registry = None;
        let mut leases = Vec::new();
        for step in &plan.steps {
            leases.push(content::lease(&self.home, &step.resolved.sha256)?);
            let artifact = self.obtain(&locked, step, &mut registry, progress)?;
            self.install(&locked, step, artifact, progress)?;
        }
        for package in &plan.removed {
            state.packages.remove(package);
        }
        for step in &plan.steps {
            let installed = self.record(step);
            state.packages.insert(installed.package.clone(), installed);
        }
        for (package, wanted) in &plan.wanted {
            if let Some(installed) = state.packages.get_mut(package) {
                installed.wanted.clone_from(wanted);
            }
        }
        for installed in state.packages.values_mut().filter(|here| here.registry == self.pinned.root.registry()) {
            let pending = plan.left_aside.iter().find(|aside| aside.package == installed.package);
            installed.pending = pending.map(|aside| aside.pending.clone());
        }
        state.grants = grants;
        if state != plan.base {
            locked.write(&state)?;
        }
        drop(leases);
        if !plan.removed.is_empty() || plan.steps.iter().any(|step| step.replaces.is_some()) {
            content::collect(&self.home, locked.tmp());
        }
        Ok(Applied {
            installed: plan.steps.iter().map(|step| step.resolved.clone()).collect(),
            removed: plan.removed.clone(),
            left_aside: plan.left_aside.clone(),
        })
    }

    /// The verified bytes: from the content store, or else from the registry.
    fn obtain<'c>(
        &'c self,
        locked: &LockedEnvironment<'_>,
        step: &Step,
        registry: &mut Option<&'c Registry>,
        progress: &dyn Progress,
    ) -> Result<VerifiedArtifact, Error> {
        let Resolved { package, version, sha256, .. } = &step.resolved;
        let (file, found) = match content::open_packed(&self.home, sha256) {
            Ok(file) => (file, *sha256),
            Err(ContentError::Missing | ContentError::Digest { .. }) => {
                let registry = match *registry {
                    Some(registry) => registry,
                    None => registry.insert(self.proven()?.0),
                };
                fetch(registry, locked, step, progress)?
            }
            Err(error) => return Err(Fault::from(error).of(package, version).into()),
        };
        progress.reached(Stage::Fetched, package, version);
        let artifact = VerifiedArtifact::verify(step.version.clone(), file, found)?;
        progress.reached(Stage::Verified, package, version);
        Ok(artifact)
    }

    /// Puts a verified artifact into the content store, packed and unpacked.
    fn install(
        &self,
        locked: &LockedEnvironment<'_>,
        step: &Step,
        mut artifact: VerifiedArtifact,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let Resolved { package, version, .. } = &step.resolved;
        let refuse = |error: ContentError| Error::from(Fault::from(error).of(package, version));
        content::store(&self.home, locked.tmp(), &mut artifact).map_err(refuse)?;
        progress.reached(Stage::Stored, package, version);
        content::unpack(&self.home, locked.tmp(), &mut artifact).map_err(refuse)?;
        progress.reached(Stage::Unpacked, package, version);
        Ok(())
    }

    fn record(&self, step: &Step) -> Installed {
        let resolved = step.resolved.clone();
        let approval = step.version.approval();
        Installed {
            package: resolved.package,
            version: resolved.version,
            sha256: resolved.sha256,
            size: resolved.size,
            address: self.pinned.address.clone(),
            registry: approval.registry.clone(),
            publisher: resolved.publisher,
            r#type: resolved.r#type,
            tier: approval.tier,
            permissions: resolved.permissions,
            audience: approval.audience,
            reviewed: step.reviewed,
            needs: resolved.needs,
            manifest_deps: resolved.manifest_deps,
            wanted: None,
            approval: step.approval.clone(),
            evidence: step.version.evidence().clone(),
            installed_at: (self.options.clock)(),
            pending: None,
        }
    }
}

/// Streams the bytes into a temporary file, hashing them, and stops at the signed size. Begins again, a few times, where
/// the connection breaks.
fn fetch(
    registry: &Registry,
    locked: &LockedEnvironment<'_>,
    step: &Step,
    progress: &dyn Progress,
) -> Result<(File, Digest), Error> {
    let Resolved { package, version, .. } = &step.resolved;
    let approval = step.version.approval();
    let mut attempt = 1;
    loop {
        let file = tempfile::tempfile_in(locked.tmp()).map_err(failed("make a file in", locked.tmp()))?;
        let mut out = Hashing { file, hasher: Hasher::new() };
        match registry.download(&approval.sha256, approval.size, &mut out, progress) {
            Ok(_) => return Ok((out.file, out.hasher.finish())),
            Err(TransportError::TooLarge { .. }) => {
                return Err(Fault::Size(approval.size).of(package, version).into());
            }
            Err(TransportError::Unreachable { .. }) if attempt < DOWNLOADS => attempt += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Writes to a file and hashes what passes.
struct Hashing {
    file: File,
    hasher: Hasher,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.file.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}
