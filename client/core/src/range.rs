//! Ranges.
/// npm range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRange(String);
impl std::str::FromStr for VersionRange {
    type Err = crate::InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}
impl std::fmt::Display for VersionRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
