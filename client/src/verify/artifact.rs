//! A version with its bytes.

use std::fs::File;
use std::io::{BufReader, Seek};

use plimsoll_core::artifact::{self, Declared, Integrity, Member, NoManifest};
use plimsoll_core::{Digest, Limits, Manifest, Tier};

use super::{Fault, VerifiedVersion, VerifyError};
use crate::content::ContentError;
use crate::home::failed;

/// A version whose bytes are those that were approved and signed. Only this can be installed or loaded.
#[derive(Debug)]
pub struct VerifiedArtifact {
    version: VerifiedVersion,
    file: File,
    members: Vec<Member>,
    manifest: Manifest,
}

impl VerifiedArtifact {
    /// Verifies bytes in a file that nobody else writes to; `found` is their digest, taken as they passed. The archive is
    /// opened last.
    pub(crate) fn verify(version: VerifiedVersion, mut file: File, found: Digest) -> Result<Self, VerifyError> {
        match Self::try_verify(&version, &mut file, found) {
            Ok((members, manifest)) => Ok(Self { version, file, members, manifest }),
            Err(fault) => {
                let (package, name) = version.name();
                Err(fault.of(package, name))
            }
        }
    }

    fn try_verify(version: &VerifiedVersion, file: &mut File, found: Digest) -> Result<(Vec<Member>, Manifest), Fault> {
        let approval = version.approval();
        if found != approval.sha256 {
            return Err(Fault::Digest { found, approved: approval.sha256 });
        }
        let size = file.metadata().map_err(unreadable)?.len();
        if size != approval.size {
            return Err(Fault::Size(approval.size));
        }
        file.rewind().map_err(unreadable)?;
        let evidence = version.verify_evidence(file)?;
        file.rewind().map_err(unreadable)?;
        let declared = artifact::declared(BufReader::new(&*file), &Limits::default())?;
        let Declared { members, manifest, integrity, permissions, has_code } = declared;
        let manifest = manifest.map_err(|error| Fault::Manifest(in_words(&error)))?;
        if manifest.id != approval.package || manifest.version != approval.version {
            return Err(Fault::Identity { found: format!("{}@{}", manifest.id, manifest.version) });
        }
        let digest = Digest::of(manifest.bytes());
        if let Some(signed) = evidence.manifest_sha256().filter(|signed| *signed != digest) {
            return Err(Fault::ManifestDigest { found: digest, signed });
        }
        match integrity {
            Integrity::Match => {}
            Integrity::Missing => return Err(Fault::Integrity("there is none".to_owned())),
            Integrity::Mismatch(findings) => {
                let first = findings.first().map(|finding| format!("{}: {}", finding.path, finding.what));
                return Err(Fault::Integrity(first.unwrap_or_default()));
            }
        }
        if permissions.digest() != approval.permissions_sha256 {
            return Err(Fault::Permissions);
        }
        if has_code && approval.tier == Tier::Declarative {
            return Err(Fault::Code(approval.tier));
        }
        Ok((members, manifest))
    }

    /// The version.
    pub fn version(&self) -> &VerifiedVersion {
        &self.version
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Its members.
    pub fn members(&self) -> &[Member] {
        &self.members
    }

    /// The bytes, from the first one.
    pub(crate) fn rewound(&mut self) -> std::io::Result<&File> {
        self.file.rewind()?;
        Ok(&self.file)
    }

    pub(crate) fn into_manifest(self) -> Manifest {
        self.manifest
    }
}

fn unreadable(error: std::io::Error) -> Fault {
    ContentError::from(failed("read", std::path::Path::new("the artifact"))(error)).into()
}

fn in_words(error: &NoManifest) -> String {
    match error {
        NoManifest::Missing => "there is none".to_owned(),
        NoManifest::Duplicate(_) => "there is more than one".to_owned(),
        NoManifest::Invalid(problems) => problems.first().map(ToString::to_string).unwrap_or_default(),
    }
}
