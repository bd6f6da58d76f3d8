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
            return Err(KeyError::NotEd25519);
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

#[cfg(test)]
mod tests {
    use curve25519_dalek::scalar::Scalar;
    use ed25519_dalek::Verifier as _;
    use ed25519_dalek::hazmat::ExpandedSecretKey;
    use plimsoll_core::wire::Algorithm;
    use proptest::prelude::*;
    use sha2::{Digest as _, Sha512};

    use super::*;
    use crate::SigningKey;

    const ACME: &str = include_str!("../../../tests/fixtures/objectstack/acme-2026.pub.pem");
    const VAT_CHECK: &[u8] = include_bytes!("../../../tests/fixtures/objectstack/com.acme.vat-check-1.0.0.osplugin");
    const VAT_CHECK_SIGNATURE: &str =
        include_str!("../../../tests/fixtures/objectstack/com.acme.vat-check-1.0.0.osplugin.sig");

    fn verify(signature: &LegacySignature, key: &PublicKey, bytes: &[u8]) -> Result<(), SignatureError> {
        let mut verifier = signature.verifier(key)?;
        for chunk in bytes.chunks(1000) {
            verifier.update(chunk);
        }
        verifier.finish()
    }

    fn key_id() -> KeyId {
        "acme-2026".parse().expect("key id")
    }

    #[test]
    fn a_signature_of_the_real_command_line_verifies() {
        let key: PublicKey = ACME.parse().expect("key");
        let signature: LegacySignature = VAT_CHECK_SIGNATURE.trim().parse().expect("signature");
        assert_eq!((signature.key_id(), signature.to_string().as_str()), (&key_id(), VAT_CHECK_SIGNATURE.trim()));
        assert_eq!(verify(&signature, &key, VAT_CHECK), Ok(()));
        let mut changed = VAT_CHECK.to_vec();
        changed[0] ^= 1;
        assert_eq!(verify(&signature, &key, &changed), Err(SignatureError::Mismatch));
        assert_eq!(verify(&signature, &key, &VAT_CHECK[1..]), Err(SignatureError::Mismatch));
    }

    #[test]
    fn a_malformed_string_is_refused_by_name() {
        let refused = |text: &str| text.parse::<LegacySignature>().expect_err(text);
        let base64 = |bytes: usize| encode_url_safe(&vec![0; bytes]);
        for (text, parts) in [("", 1), ("ed25519:acme", 2), ("ed25519:a:b:c", 4), ("a:b:c:d:e:f", 5)] {
            assert!(matches!(refused(text), SignatureError::Parts { parts: found, .. } if found == parts), "{text}");
        }
        assert!(matches!(refused(&format!("rsa:acme:{}", base64(64))), SignatureError::Algorithm(_)));
        assert!(matches!(refused(&format!("ed25519:a b:{}", base64(64))), SignatureError::KeyId(_)));
        assert_eq!(
            refused(&format!("ed25519:acme:{}", base64(256))).to_string(),
            "the signature has 256 bytes, Ed25519 has 64: it was probably made with an RSA key"
        );
        assert_eq!(refused(&format!("ed25519:acme:{}", base64(63))), SignatureError::Length { bytes: 63 });
        // The last character carries four bits of nothing, which have to be zero.
        let other_spelling = format!("{}B", &base64(64)[..85]);
        for bad in [format!("{}==", base64(64)), format!("{}\n", base64(64)), other_spelling, "+".repeat(86)] {
            assert!(matches!(refused(&format!("ed25519:acme:{bad}")), SignatureError::Base64(_)), "{bad}");
        }
        assert!(matches!(refused(&format!("ed25519:acme:{}", base64(4096))), SignatureError::Base64(_)));
    }

    #[test]
    fn a_string_takes_ed25519_keys_alone() {
        let p256 = SigningKey::generate(Algorithm::P256).expect("key");
        assert_eq!(LegacySignature::sign(&p256, key_id(), b"bytes"), Err(KeyError::NotEd25519));
        let signature: LegacySignature = VAT_CHECK_SIGNATURE.trim().parse().expect("signature");
        let error = verify(&signature, p256.public_key(), VAT_CHECK);
        assert_eq!(error, Err(SignatureError::KeyAlgorithm(Algorithm::P256)));
    }

    #[test]
    fn a_counter_signature_covers_the_digest_through_the_blob_key() {
        let registry = SigningKey::generate(Algorithm::Ed25519).expect("key");
        let publisher: LegacySignature = VAT_CHECK_SIGNATURE.trim().parse().expect("signature");
        let package: PackageId = "com.acme.vat-check".parse().expect("id");
        let version: Version = "1.0.0".parse().expect("version");
        let sha256 = Digest::of(VAT_CHECK);
        let counter = platform_signature(&registry, &package, &version, &sha256, &publisher).expect("signature");
        let message = format!("com.acme.vat-check\n1.0.0\nsha256/{sha256}.osplugin\n{publisher}");
        assert_eq!(verify(&counter, registry.public_key(), message.as_bytes()), Ok(()));
    }

    /// A signature with the identity as R, over any message: a lax verifier takes it, a strict one must not.
    fn small_order_signature(key: &ed25519_dalek::SigningKey, message: &[u8]) -> [u8; 64] {
        let mut signature = [0; 64];
        signature[0] = 1;
        let hash = Sha512::new()
            .chain_update(&signature[..32])
            .chain_update(key.verifying_key().as_bytes())
            .chain_update(message)
            .finalize();
        let k = Scalar::from_bytes_mod_order_wide(&hash.into());
        let s = k * ExpandedSecretKey::from(&key.to_bytes()).scalar;
        signature[32..].copy_from_slice(s.as_bytes());
        signature
    }

    /// The same signature with the group's order added to `s`: a second spelling.
    fn with_order_added(mut signature: [u8; 64]) -> [u8; 64] {
        // RFC 8032: 2^252 + 27742317777372353535851937790883648493, little-endian.
        let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let mut carry = 0;
        for (byte, order) in signature[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(order) + carry;
            *byte = sum.to_le_bytes()[0];
            carry = sum >> 8;
        }
        signature
    }

    fn hex(text: &str) -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).expect("hex")).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn verifying_in_pieces_is_as_strict_as_verifying_at_once(
            seed: [u8; 32],
            message in prop::collection::vec(any::<u8>(), 0..5000),
            chunk in 1_usize..2000,
            flip in 0_usize..512,
        ) {
            let key = ed25519_dalek::SigningKey::from_bytes(&seed);
            let public = key.verifying_key();
            let good = ed25519_dalek::Signer::sign(&key, &message).to_bytes();
            let mut flipped = good;
            flipped[flip / 8] ^= 1 << (flip % 8);
            let small_order = small_order_signature(&key, &message);
            prop_assert!(public.verify(&message, &small_order.into()).is_ok(), "a lax verifier takes it");
            for (signature, expected) in
                [(good, true), (flipped, false), (small_order, false), (with_order_added(good), false)]
            {
                let in_pieces = SignatureVerifier::new(&public, &signature).and_then(|mut verifier| {
                    message.chunks(chunk).for_each(|chunk| verifier.update(chunk));
                    verifier.finish()
                });
                prop_assert_eq!(in_pieces.is_ok(), expected);
                prop_assert_eq!(public.verify_strict(&message, &signature.into()).is_ok(), expected);
            }
        }

        #[test]
        fn reading_a_signature_never_panics_and_prints_what_it_read(text in "(ed25519:)?[ -~]{0,20}:?[A-Za-z0-9_-]{80,90}") {
            if let Ok(signature) = text.parse::<LegacySignature>() {
                prop_assert_eq!(signature.to_string(), text);
            }
        }
    }
}
