//! Ranges.
/// npm range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRange(String);
