//! The parser.
use super::{Manifest, Problem};
/// Parses a manifest, finding every problem at once. At most 100 problems are listed.
pub fn parse(_bytes: &[u8]) -> Result<Manifest, Vec<Problem>> {
    todo!()
}
