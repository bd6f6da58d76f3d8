//! Base64, decoded so that a value has one spelling: no trailing bits, no missing or extra padding.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Standard base64 with padding, as DSSE envelopes carry it.
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Reads what [`encode_standard`] writes. `None` for any other spelling.
pub(crate) fn decode_standard(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// URL-safe base64 without padding, as signature strings carry it.
pub(crate) fn encode_url_safe(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what [`encode_url_safe`] writes. `None` for any other spelling.
pub(crate) fn decode_url_safe(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Reads base64 as people paste it: either alphabet, padding or none, a final newline.
pub(crate) fn decode_lenient(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let unpadded = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    STANDARD_NO_PAD.decode(unpadded.replace('-', "+").replace('_', "/")).ok()
}
