//! Sizes and counts that bound every input.

/// Every limit of a registry. Shown at `/.well-known/plimsoll.json`; units last in the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    /// The largest artifact, packed.
    pub artifact_bytes: u64,
    /// The largest artifact, unpacked.
    pub unpacked_bytes: u64,
    /// The most members in an artifact.
    pub members: u32,
    /// The longest member path, in UTF-8 bytes.
    pub path_bytes: u32,
    /// The largest manifest.
    pub manifest_bytes: u64,
    /// The largest statement or envelope.
    pub statement_bytes: u64,
    /// The largest unpacked-to-packed ratio, counted only beyond `ratio_free_bytes` unpacked.
    pub ratio: u32,
    /// Unpacked bytes below which the ratio is not looked at: small honest artifacts reach 476:1.
    pub ratio_free_bytes: u64,
    /// The largest JSON request body.
    pub json_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            artifact_bytes: 128 * MIB,
            unpacked_bytes: 512 * MIB,
            members: 10_000,
            path_bytes: 100,
            manifest_bytes: MIB,
            statement_bytes: 64 * 1024,
            ratio: 200,
            ratio_free_bytes: 16 * MIB,
            json_bytes: MIB,
        }
    }
}
