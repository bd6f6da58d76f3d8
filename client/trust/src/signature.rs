//! The signature string `ed25519:<keyId>:<base64url>`, as ObjectStack's command line makes it, over raw bytes.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, StreamVerifier, VerifyingKey};
use plimsoll_core::{Digest, InvalidText, KeyId, PackageId, Version, quote};

use crate::encoding::{decode_url_safe, encode_url_safe};
use crate::{KeyError, PublicKey, Signer};

/// Why a signature is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The text has not the three parts.
    #[error(
        "{text} is not a signature: it has {parts} parts, separated by colons, where ed25519:KEY-ID:SIGNATURE has three"
    )]
    Parts {
        /// The text, quoted.
        text: String,
        /// How many parts it has.
        parts: usize,
    },
    /// The text starts with another algorithm. Quoted.
    #[error("the signature names the algorithm {0}; only ed25519 is written as a string")]
    Algorithm(String),
    /// The key id breaks its grammar.
    #[error(transparent)]
    KeyId(#[from] InvalidText),
    /// The signature itself is not base64 in its one spelling.
    #[error("the signature is not {0}")]
    Base64(&'static str),
    /// An Ed25519 signature of another length.
    #[error("the signature has {bytes} bytes, Ed25519 has 64{}", rsa_hint(*.bytes))]
    Length {
        /// How many bytes it has.
        bytes: usize,
    },
    /// An `ed25519:` string, and a key of another algorithm.
    #[error("the signature says ed25519, but the key is of the algorithm {0}")]
    KeyAlgorithm(plimsoll_core::wire::Algorithm),
    /// The signature does not fit the bytes and the key.
    #[error("the signature does not verify: other bytes were signed, or with another key")]
    Mismatch,
}

/// ObjectStack's command line signs with RSA keys too, and still writes `ed25519:`.
fn rsa_hint(bytes: usize) -> &'static str {
    if matches!(bytes, 128 | 256 | 384 | 512) { ": it was probably made with an RSA key" } else { "" }
}

/// A signature string: `ed25519:<keyId>:<base64url without padding>`.
///
/// Invariants: three parts, a valid key id, 64 bytes of signature in their one spelling; so it prints as it was read.
#[derive(Clone, PartialEq, Eq)]
pub struct LegacySignature {
    key_id: KeyId,
    bytes: [u8; 64],
}

impl LegacySignature {
    /// Signs bytes, all at once: Ed25519 reads them twice.
    pub fn sign(signer: &dyn Signer, key_id: KeyId, bytes: &[u8]) -> Result<Self, KeyError> {
        if signer.public_key().as_ed25519().is_none() {
            return Err(KeyError::Algorithm(format!(
                "a {} key, and a signature string takes Ed25519 alone",
                signer.public_key().algorithm()
            )));
        }
        let signature = signer.sign(bytes)?;
        let bytes = signature.try_into().map_err(|_| KeyError::Failed("used to sign"))?;
        Ok(Self { key_id, bytes })
    }

    /// The key that it names; a name, which means something only together with a publisher.
    pub fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// Starts verifying over bytes that come in pieces, so that no artifact has to be in memory.
    pub fn verifier(&self, key: &PublicKey) -> Result<SignatureVerifier, SignatureError> {
        let ed25519 = key.as_ed25519().ok_or(SignatureError::KeyAlgorithm(key.algorithm()))?;
        SignatureVerifier::new(ed25519, &self.bytes)
    }
}

/// Verifies one signature over bytes that come in pieces. Exactly as strict as `verify_strict` of ed25519-dalek.
pub struct SignatureVerifier(StreamVerifier);

impl SignatureVerifier {
    fn new(key: &VerifyingKey, signature: &[u8; 64]) -> Result<Self, SignatureError> {
        let signature = Signature::from_bytes(signature);
        // What `verify_strict` does beyond `verify`: neither the key nor R may have a small order. Decompressing R is the
        // same as reading it as a key.
        let r = VerifyingKey::from_bytes(signature.r_bytes()).map_err(|_| SignatureError::Mismatch)?;
        if r.is_weak() || key.is_weak() {
            return Err(SignatureError::Mismatch);
        }
        key.verify_stream(&signature).map(Self).map_err(|_| SignatureError::Mismatch)
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Whether the signature is one over all bytes taken.
    pub fn finish(self) -> Result<(), SignatureError> {
        self.0.finalize_and_verify().map_err(|_| SignatureError::Mismatch)
    }
}

impl FromStr for LegacySignature {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let parts: Vec<&str> = text.splitn(5, ':').collect();
        let [algorithm, key_id, signature] = parts[..] else {
            return Err(SignatureError::Parts { text: quote(text), parts: parts.len() });
        };
        if algorithm != "ed25519" {
            return Err(SignatureError::Algorithm(quote(algorithm)));
        }
        let key_id = key_id.parse()?;
        // 512 bytes is the longest RSA signature that people meet.
        if signature.len() > 1024 {
            return Err(SignatureError::Base64("a signature: it has more than 1024 characters"));
        }
        let bytes = decode_url_safe(signature)
            .ok_or(SignatureError::Base64("base64url without padding, in its one spelling"))?;
        let bytes = bytes.try_into().map_err(|bytes: Vec<u8>| SignatureError::Length { bytes: bytes.len() })?;
        Ok(Self { key_id, bytes })
    }
}

impl fmt::Display for LegacySignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ed25519:{}:{}", self.key_id, encode_url_safe(&self.bytes))
    }
}

impl fmt::Debug for LegacySignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// ObjectStack's counter-signature: a signature string by the registry over `id\nversion\nblobKey\nsignature`.
///
/// It binds the bytes only through the publisher's signature, so there is none without that; and the blob key names the
/// digest. Nothing of ours relies on it.
pub fn platform_signature(
    signer: &dyn Signer,
    package: &PackageId,
    version: &Version,
    artifact: &Digest,
    publisher_signature: &LegacySignature,
) -> Result<LegacySignature, KeyError> {
    let key_id = signer.key_id().to_string().parse()?;
    let message = format!("{package}\n{version}\n{}\n{publisher_signature}", blob_key(artifact));
    LegacySignature::sign(signer, key_id, message.as_bytes())
}

/// The name of an artifact that a counter-signature covers.
pub fn blob_key(artifact: &Digest) -> String {
    format!("sha256/{artifact}.osplugin")
}
