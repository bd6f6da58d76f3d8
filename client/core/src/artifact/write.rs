//! The writer of byte-reproducible artifacts.
use super::ArtifactError;
use crate::Limits;
use std::io::{Read, Write};
/// One member to be packed.
pub struct Source<'a> {
    /// The member path.
    pub path: String,
    /// The size in bytes.
    pub size: u64,
    /// Opens the content.
    pub open: Box<dyn Fn() -> std::io::Result<Box<dyn Read>> + 'a>,
}
/// Writes an artifact: completes the manifest with its integrity map, sorts the members, fixes every header.
pub fn pack(
    _manifest: &[u8],
    _sources: Vec<Source<'_>>,
    _limits: &Limits,
    _out: impl Write,
) -> Result<(), ArtifactError> {
    todo!()
}
