use std::fmt;
use std::str::FromStr;

use ed25519_dalek::pkcs8::KeypairBytes;
use pkcs8::der::pem::LineEnding;
use pkcs8::{EncodePrivateKey as _, ObjectIdentifier, PrivateKeyInfoRef, SecretDocument};
use plimsoll_core::wire::Algorithm;
use plimsoll_core::{Digest, quote};
use sigstore::crypto::SigningScheme;
use sigstore::crypto::signing_key::ecdsa::{ECDSAKeys, EllipticCurve};
use sigstore::crypto::signing_key::ed25519::Ed25519Keys;
use sigstore::crypto::signing_key::{SigStoreKeyPair, SigStoreSigner};
use zeroize::Zeroizing;

use super::{EC, ED25519, KeyError, MAX_PEM_BYTES, P256, PublicKey, name_of};

const LABEL: &str = "PRIVATE KEY";

/// What signs for the registry, or for a publisher. In process it is a [`SigningKey`]; a key service can stand here too.
pub trait Signer: Send + Sync {
    /// The key that verifies what this signs.
    fn public_key(&self) -> &PublicKey;

    /// Signs a message: 64 bytes for Ed25519, ASN.1 DER for P-256.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError>;

    /// SHA-256 of the DER SubjectPublicKeyInfo: the `keyid` of envelopes.
    fn key_id(&self) -> Digest {
        self.public_key().fingerprint()
    }
}

/// A private key in memory. It is wiped when dropped, and never printed.
pub struct SigningKey {
    signer: SigStoreSigner,
    public: PublicKey,
}

impl SigningKey {
    /// Makes a new key with the operating system's randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::Ed25519 => Ed25519Keys::new().map(SigStoreKeyPair::ED25519),
            Algorithm::P256 => ECDSAKeys::new(EllipticCurve::P256).map(SigStoreKeyPair::ECDSA),
        };
        Self::from_pair(pair.map_err(|_| KeyError::Failed("generated"))?, algorithm)
    }

    fn from_pair(pair: SigStoreKeyPair, algorithm: Algorithm) -> Result<Self, KeyError> {
        let scheme = match algorithm {
            Algorithm::Ed25519 => SigningScheme::ED25519,
            Algorithm::P256 => SigningScheme::ECDSA_P256_SHA256_ASN1,
        };
        let signer = pair.to_sigstore_signer(&scheme).map_err(|_| KeyError::Failed("loaded"))?;
        let spki = pair.public_key_to_der().map_err(|_| KeyError::Failed("read"))?;
        Ok(Self { public: PublicKey::from_spki_der(&spki)?, signer })
    }

    /// The key as unencrypted PKCS#8 PEM, version 1, which OpenSSL and Node read too.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, KeyError> {
        const FAILED: KeyError = KeyError::Failed("written as PKCS#8");
        let der = self.signer.to_sigstore_keypair().and_then(|pair| pair.private_key_to_der()).map_err(|_| FAILED)?;
        let info = PrivateKeyInfoRef::try_from(der.as_slice()).map_err(|_| FAILED)?;
        if info.algorithm.oid == ED25519 {
            // Generated keys come as PKCS#8 version 2, with the public key appended, which OpenSSL before 3.5 refuses.
            let mut bytes = KeypairBytes::try_from(info).map_err(|_| FAILED)?;
            bytes.public_key = None;
            return bytes.to_pkcs8_pem(LineEnding::LF).map_err(|_| FAILED);
        }
        SecretDocument::try_from(der.as_slice())
            .and_then(|secret| secret.to_pem(LABEL, LineEnding::LF))
            .map_err(|_| FAILED)
    }
}

impl Signer for SigningKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.signer.sign(message).map_err(|_| KeyError::Failed("used to sign"))
    }
}

impl FromStr for SigningKey {
    type Err = KeyError;

    /// Reads one block of unencrypted PKCS#8 PEM (RFC 5958), with white space around it and nothing else.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let text = text.trim();
        if text.len() > MAX_PEM_BYTES {
            return Err(KeyError::NotPem("it has more than 16 KiB"));
        }
        if !text.starts_with("-----BEGIN ") {
            return Err(KeyError::NotPem("it does not start with \"-----BEGIN PRIVATE KEY-----\""));
        }
        let (label, der) = SecretDocument::from_pem(text)
            .map_err(|_| KeyError::NotPem("it is not one block of base64 in lines of 64 characters"))?;
        match label {
            LABEL => {}
            "PUBLIC KEY" => return Err(KeyError::Public),
            "RSA PRIVATE KEY" => return Err(KeyError::Algorithm("an RSA key".to_owned())),
            "EC PRIVATE KEY" => return Err(KeyError::Malformed("convert it to PKCS#8: openssl pkcs8 -topk8 -nocrypt")),
            label if label.starts_with("ENCRYPTED ") => return Err(KeyError::Encrypted),
            label => return Err(KeyError::Label(quote(label))),
        }
        let info = PrivateKeyInfoRef::try_from(der.as_bytes())
            .map_err(|_| KeyError::Malformed("it is not exactly one PKCS#8 structure in DER"))?;
        let curve = info.algorithm.parameters.and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        let algorithm = match (info.algorithm.oid, curve) {
            (ED25519, _) => Algorithm::Ed25519,
            (EC, Some(P256)) => Algorithm::P256,
            (other, curve) => return Err(KeyError::Algorithm(name_of(other, curve))),
        };
        let pair = match algorithm {
            Algorithm::Ed25519 => Ed25519Keys::from_der(der.as_bytes()).map(SigStoreKeyPair::ED25519),
            Algorithm::P256 => ECDSAKeys::from_der(der.as_bytes()).map(SigStoreKeyPair::ECDSA),
        };
        Self::from_pair(pair.map_err(|_| KeyError::Malformed("its numbers do not make a key"))?, algorithm)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({:?})", self.public)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_being_written_and_read() {
        for &algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).expect("key");
            let again: SigningKey = key.to_pem().expect("pem").parse().expect("the same key");
            assert_eq!(again.public_key(), key.public_key());
            assert_eq!(again.to_pem(), key.to_pem());
            let signature = again.sign(b"bytes").expect("signature");
            assert_eq!(key.public_key().verify(b"bytes", &signature), Ok(()));
            assert_ne!(SigningKey::generate(algorithm).expect("key").public_key(), key.public_key());
        }
    }

    #[test]
    fn ed25519_keys_are_written_in_the_version_that_openssl_reads() {
        let pem = SigningKey::generate(Algorithm::Ed25519).expect("key").to_pem().expect("pem");
        let (label, der) = SecretDocument::from_pem(&pem).expect("pem");
        assert_eq!((label, der.as_bytes().len(), der.as_bytes()[4]), (LABEL, 48, 0), "PKCS#8 version 1");
    }

    #[test]
    fn a_private_key_is_never_printed() {
        let key = SigningKey::generate(Algorithm::P256).expect("key");
        assert_eq!(format!("{key:?}"), format!("SigningKey(p256:{})", key.public_key().fingerprint()));
    }

    #[test]
    fn what_cannot_sign_is_refused_by_name() {
        let refused = |text: &str| text.parse::<SigningKey>().expect_err(text);
        let key = SigningKey::generate(Algorithm::Ed25519).expect("key");
        assert_eq!(refused(&key.public_key().to_pem()), KeyError::Public);
        let pem = key.to_pem().expect("pem");
        assert_eq!(refused(&pem.replace("PRIVATE", "ENCRYPTED PRIVATE")), KeyError::Encrypted);
        assert_eq!(refused(&pem.replace("PRIVATE", "RSA PRIVATE")), KeyError::Algorithm("an RSA key".to_owned()));
        assert!(matches!(refused(&pem.replace("PRIVATE", "EC PRIVATE")), KeyError::Malformed(_)));
        assert!(matches!(refused(&format!("{}{}", *pem, *pem)), KeyError::NotPem(_)));
        assert!(matches!(refused("hunter2"), KeyError::NotPem(_)));
    }
}
