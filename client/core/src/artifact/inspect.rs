//! Inspection.
use super::{ArtifactError, Inspection};
use crate::Limits;
use std::io::Read;
/// Inspects an artifact in one pass, with memory bounded by the limits of the manifest, not of the artifact.
pub fn inspect(_input: impl Read, _limits: &Limits) -> Result<Inspection, ArtifactError> {
    todo!()
}
