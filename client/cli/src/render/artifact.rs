//! What can be said of an artifact without a registry.

use std::io::{Read, Seek, SeekFrom};

use plimsoll_core::artifact::{self, ArtifactError, Inspection, Member};
use plimsoll_core::digest::Hasher;
use plimsoll_core::{Digest, Limits, PackageId, PackageType, Permissions, Tier, Version, gate};
use serde::Serialize;

use super::{bytes, line, permissions, tier};
use crate::output::{dim, plain};

/// An artifact file, read as everybody reads it.
pub(crate) struct Opened {
    pub(crate) sha256: Digest,
    pub(crate) size: u64,
    /// What the gate looks at.
    pub(crate) inspection: Result<Inspection, ArtifactError>,
}

impl Opened {
    /// Reads an artifact from its first byte, hashing and then inspecting.
    pub(crate) fn read(file: &mut (impl Read + Seek), limits: &Limits) -> std::io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let mut hasher = Hasher::new();
        let mut size = 0_u64;
        let mut chunk = vec![0; 256 * 1024];
        loop {
            let count = file.read(&mut chunk)?;
            if count == 0 {
                break;
            }
            hasher.update(&chunk[..count]);
            size = size.saturating_add(count as u64);
        }
        file.seek(SeekFrom::Start(0))?;
        let inspection = artifact::inspect(&mut *file, limits);
        Ok(Self { sha256: hasher.finish(), size, inspection })
    }
}

/// What an artifact is, by its own words and ours.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ArtifactSummary {
    pub(crate) package: PackageId,
    pub(crate) version: Version,
    r#type: PackageType,
    pub(crate) sha256: Digest,
    pub(crate) size: u64,
    tier: Option<Tier>,
    permissions: Permissions,
    members: Vec<SummaryMember>,
}

#[derive(Serialize)]
struct SummaryMember {
    path: String,
    size: u64,
    sha256: Digest,
}

impl ArtifactSummary {
    /// Summarises an artifact; `None` if it has no manifest that can be read, so nothing to be called by.
    pub(crate) fn of(opened: &Opened) -> Option<Self> {
        let inspection = opened.inspection.as_ref().ok()?;
        let manifest = inspection.manifest.as_ref().ok()?;
        let member =
            |Member { path, size, sha256 }: &Member| SummaryMember { path: path.clone(), size: *size, sha256: *sha256 };
        Some(Self {
            package: manifest.id.clone(),
            version: manifest.version.clone(),
            r#type: manifest.package_type,
            sha256: opened.sha256,
            size: opened.size,
            tier: gate::tier_of(inspection),
            permissions: inspection.permissions(),
            members: inspection.members.iter().map(member).collect(),
        })
    }

    /// The tier that the registry would assign.
    #[cfg(test)]
    pub(crate) fn tier(&self) -> Option<Tier> {
        self.tier
    }

    /// The paths of the members, in their order.
    #[cfg(test)]
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.members.iter().map(|member| member.path.as_str()).collect()
    }

    /// The summary for people.
    pub(crate) fn text(&self) -> String {
        let mut text = line("Package", &format!("{} {} ({})", self.package, self.version, self.r#type));
        text.push_str(&line("Digest", &format!("sha256 {}", self.sha256)));
        text.push_str(&line("Size", &bytes(self.size)));
        if let Some(assigned) = self.tier {
            text.push_str(&line("Tier", &format!("{} ({})", tier(assigned), assigned.in_words())));
        }
        if !self.permissions.is_empty() {
            text.push_str(&line("Asks to", ""));
            text.push_str(&permissions(&self.permissions, "    "));
        }
        text.push_str(&line("Members", &self.members.len().to_string()));
        const SHOWN: usize = 20;
        for member in self.members.iter().take(SHOWN) {
            text.push_str(&format!("    {} {}\n", plain(&member.path), dim(&bytes(member.size))));
        }
        if let Some(more) = self.members.len().checked_sub(SHOWN).filter(|more| *more > 0) {
            text.push_str(&format!("    {}\n", dim(&format!("and {more} more"))));
        }
        text
    }
}
