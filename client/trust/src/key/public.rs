use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey};
use ed25519_dalek::VerifyingKey;
use pkcs8::ObjectIdentifier;
use pkcs8::der::pem::{self, LineEnding};
use pkcs8::der::{Decode as _, Encode as _};
use pkcs8::spki::SubjectPublicKeyInfoRef;
use plimsoll_core::wire::Algorithm;
use plimsoll_core::{Digest, quote};
use sigstore::crypto::verification_key::CosignVerificationKey;
use sigstore::crypto::{Signature, SigningScheme};

use super::{EC, ED25519, KeyError, MAX_PEM_BYTES, P256, name_of};
use crate::SignatureError;

const LABEL: &str = "PUBLIC KEY";

/// A public key that can verify.
///
/// Invariants: Ed25519, not of small order; or P-256, a point on the curve, uncompressed. Its SubjectPublicKeyInfo is the
/// canonical DER, so one key has one fingerprint.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    spki: Vec<u8>,
    kind: Kind,
}

#[derive(Clone, PartialEq, Eq)]
enum Kind {
    Ed25519(VerifyingKey),
    P256,
}

impl PublicKey {
    /// Reads a DER SubjectPublicKeyInfo (RFC 5280 § 4.1.2.7).
    pub fn from_spki_der(der: &[u8]) -> Result<Self, KeyError> {
        let spki = SubjectPublicKeyInfoRef::from_der(der)
            .map_err(|_| KeyError::Malformed("it is not exactly one SubjectPublicKeyInfo in DER"))?;
        let point =
            spki.subject_public_key.as_bytes().ok_or(KeyError::Malformed("its bits do not fill whole bytes"))?;
        let curve = spki.algorithm.parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        let kind = match (spki.algorithm.oid, curve) {
            (ED25519, _) if spki.algorithm.parameters.is_some() => {
                return Err(KeyError::Malformed("an Ed25519 key has no algorithm parameters"));
            }
            (ED25519, _) => Kind::Ed25519(ed25519(point)?),
            (EC, Some(P256)) => {
                p256(point)?;
                Kind::P256
            }
            (other, curve) => return Err(KeyError::Algorithm(name_of(other, curve))),
        };
        match spki.to_der() {
            Ok(canonical) if canonical == der => Ok(Self { spki: canonical, kind }),
            _ => Err(KeyError::Malformed("it is not in canonical DER")),
        }
    }

    /// The canonical DER SubjectPublicKeyInfo.
    pub fn spki_der(&self) -> &[u8] {
        &self.spki
    }

    /// The canonical PEM, ended by a newline.
    pub fn to_pem(&self) -> String {
        pem::encode_string(LABEL, LineEnding::LF, &self.spki).expect("a key of at most 91 bytes fits into PEM")
    }

    /// SHA-256 of the DER SubjectPublicKeyInfo: what a client pins, and the `keyid` of our envelopes.
    pub fn fingerprint(&self) -> Digest {
        Digest::of(&self.spki)
    }

    /// Its algorithm.
    pub fn algorithm(&self) -> Algorithm {
        match self.kind {
            Kind::Ed25519(_) => Algorithm::Ed25519,
            Kind::P256 => Algorithm::P256,
        }
    }

    /// Verifies a signature over a message: for Ed25519 the 64 bytes of RFC 8032, strictly; for P-256 an ASN.1 DER ECDSA
    /// signature with SHA-256.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
        match &self.kind {
            Kind::Ed25519(key) => {
                let signature: [u8; 64] =
                    signature.try_into().map_err(|_| SignatureError::Length { bytes: signature.len() })?;
                key.verify_strict(message, &signature.into()).map_err(|_| SignatureError::Mismatch)
            }
            Kind::P256 => CosignVerificationKey::from_der(&self.spki, &SigningScheme::ECDSA_P256_SHA256_ASN1)
                .and_then(|key| key.verify_signature(Signature::Raw(signature), message))
                .map_err(|_| SignatureError::Mismatch),
        }
    }

    /// The key itself, where it is an Ed25519 key.
    pub(crate) fn as_ed25519(&self) -> Option<&VerifyingKey> {
        match &self.kind {
            Kind::Ed25519(key) => Some(key),
            Kind::P256 => None,
        }
    }
}

fn ed25519(point: &[u8]) -> Result<VerifyingKey, KeyError> {
    let bytes: &[u8; 32] = point.try_into().map_err(|_| KeyError::Malformed("an Ed25519 key has 32 bytes"))?;
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Malformed("it is not a point on the curve"))?;
    if key.is_weak() {
        return Err(KeyError::Weak);
    }
    // Decompressing takes two spellings of a few points; one key must have one fingerprint.
    if key.to_edwards().compress().to_bytes() != *bytes {
        return Err(KeyError::Malformed("its point is not in canonical form"));
    }
    Ok(key)
}

fn p256(point: &[u8]) -> Result<(), KeyError> {
    if point.first() != Some(&4) {
        return Err(KeyError::Malformed(
            "its point is compressed; convert it: openssl ec -pubin -in KEY -conv_form uncompressed",
        ));
    }
    ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point)
        .map(drop)
        .map_err(|_| KeyError::Malformed("it is not a point on the curve"))
}

impl FromStr for PublicKey {
    type Err = KeyError;

    /// Reads one PEM block labelled `PUBLIC KEY`, with white space around it and nothing else.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.len() > MAX_PEM_BYTES {
            return Err(KeyError::NotPem("it has more than 16 KiB"));
        }
        if text.contains("PRIVATE KEY-----") {
            return Err(KeyError::Private);
        }
        if !text.starts_with("-----BEGIN ") {
            return Err(KeyError::NotPem("it does not start with \"-----BEGIN PUBLIC KEY-----\""));
        }
        if text.matches("-----BEGIN ").count() > 1 || !text.ends_with("-----") {
            return Err(KeyError::NotPem("something follows the key; give one key alone"));
        }
        match pem::decode_label(text.as_bytes()) {
            Ok(LABEL) => {}
            Ok("RSA PUBLIC KEY") => return Err(KeyError::Algorithm("an RSA key".to_owned())),
            Ok(label) => return Err(KeyError::Label(quote(label))),
            Err(_) => return Err(KeyError::NotPem("its first and last line do not match")),
        }
        let (_, der) = pem::decode_vec(text.as_bytes())
            .map_err(|_| KeyError::NotPem("between its first and last line is not base64 in lines of 64 characters"))?;
        Self::from_spki_der(&der)
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.algorithm(), self.fingerprint())
    }
}
