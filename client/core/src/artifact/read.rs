//! The strict reader.
use super::{ArtifactError, Member};
use crate::Limits;
use std::io::Read;
/// Reads an artifact strictly, handing each member to `visit` with a reader of its content; what `visit` leaves unread is
/// skipped. Nothing that `visit` saw is good before this returned `Ok`.
pub fn read(
    _input: impl Read,
    _limits: &Limits,
    _visit: impl FnMut(&str, u64, &mut dyn Read) -> std::io::Result<()>,
) -> Result<Vec<Member>, ArtifactError> {
    todo!()
}
/// Reads every member into memory: for small artifacts, such as in tests and tools.
pub fn read_members(_input: impl Read, _limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, ArtifactError> {
    todo!()
}
