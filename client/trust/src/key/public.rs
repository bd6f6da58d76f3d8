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
    /// signature with SHA-256. ECDSA has a second signature for each, `n - s`, which anybody can compute: so no digest of a
    /// signature is an identity.
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

#[cfg(test)]
mod tests {
    use curve25519_dalek::constants::EIGHT_TORSION;
    use pkcs8::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfo};

    use super::*;
    use crate::{Signer as _, SigningKey};

    const RSA: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEApH/QP5/CXOyydSbc9AP3
lb3u2uBg7ELqtYTXdrTI31JoG8dKvTvsvxLEyqnqTGgkJsIjn26N7bdzGs6FAAfX
8xya57Jy4sF0I9v3sE5nC6OCkyr0OE4qSmcx2lZ8OaK3vdZPEGc8/V7lK+NFi50z
AX7HzM9HybO2h1EOMG0PUknh15mmRHRW5bi5RWj4cnx7YDvE2vGSVVJ7MIlMHbHg
PtZuW8XhginEy3RyZMQGb1CDf7RlDUrbIuDrfjFGU4nPYCxmNlsTD8bbvwyRbd0J
bVejz5lZmcQlTF0lMvCBc7S/5vkY5owPpkwjgR/lg0itrna+Evi5bXyrVyTRzm9E
KwIDAQAB
-----END PUBLIC KEY-----
";
    const P384: &str = "-----BEGIN PUBLIC KEY-----
MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEaXIdcEN285BKMW6iTKUNjBUduKj7dycT
s0o66/RyTX/5uQ3U3lWkg0yR7b+CP9/0VaSt5LmQ3g0eNF8JnMYjJtbtjie9TtyL
NDDhp9dBnIE9/L6rVhI1XD4EXHvNXJjp
-----END PUBLIC KEY-----
";
    const ACME: &str = include_str!("../../../../tests/fixtures/objectstack/acme-2026.pub.pem");

    fn refused(text: &str) -> KeyError {
        text.parse::<PublicKey>().expect_err(text)
    }

    fn ed25519_der(point: &[u8]) -> Vec<u8> {
        let subject_public_key = pkcs8::der::asn1::BitStringRef::from_bytes(point).expect("bits");
        let algorithm = AlgorithmIdentifierRef { oid: ED25519, parameters: None };
        SubjectPublicKeyInfo { algorithm, subject_public_key }.to_der().expect("der")
    }

    #[test]
    fn a_key_made_by_openssl_reads_and_prints_the_same() {
        let key: PublicKey = ACME.parse().expect("key");
        assert_eq!((key.algorithm(), key.to_pem().as_str()), (Algorithm::Ed25519, ACME));
        assert_eq!(key.fingerprint(), Digest::of(key.spki_der()));
        assert_eq!(format!("\n  {}  \r\n", ACME.replace('\n', "\r\n")).parse(), Ok(key));
    }

    #[test]
    fn other_algorithms_are_refused_by_name() {
        assert_eq!(refused(RSA).to_string(), "this is an RSA key; use an Ed25519 or a P-256 key");
        assert_eq!(refused(&RSA.replace("PUBLIC", "RSA PUBLIC")), KeyError::Algorithm("an RSA key".to_owned()));
        assert_eq!(refused(P384), KeyError::Algorithm("a P-384 key".to_owned()));
    }

    #[test]
    fn weak_keys_are_refused() {
        for point in EIGHT_TORSION {
            assert_eq!(PublicKey::from_spki_der(&ed25519_der(point.compress().as_bytes())), Err(KeyError::Weak));
        }
    }

    #[test]
    fn a_point_has_one_spelling() {
        // y = 3 written as p + 3: a full-order point in a second spelling.
        let mut point = [0xff; 32];
        (point[0], point[31]) = (0xf0, 0x7f);
        assert_eq!(
            PublicKey::from_spki_der(&ed25519_der(&point)),
            Err(KeyError::Malformed("its point is not in canonical form"))
        );
    }

    #[test]
    fn a_private_key_is_refused_before_anything_else() {
        let pem = SigningKey::generate(Algorithm::Ed25519).expect("key").to_pem().expect("pem");
        assert_eq!(refused(&pem), KeyError::Private);
        assert_eq!(refused(&format!("{ACME}{}", *pem)), KeyError::Private);
    }

    #[test]
    fn one_key_alone_is_taken() {
        assert!(matches!(refused(""), KeyError::NotPem(_)));
        assert!(matches!(refused(&format!("{ACME}{ACME}")), KeyError::NotPem(_)));
        assert!(matches!(refused(&format!("{ACME}and more")), KeyError::NotPem(_)));
        assert!(matches!(refused(&ACME.repeat(400)), KeyError::NotPem(_)));
        assert!(matches!(refused(&ACME.replace("MCow", "M:ow")), KeyError::NotPem(_)));
        assert_eq!(refused(&ACME.replace("PUBLIC KEY", "CERTIFICATE")), KeyError::Label("\"CERTIFICATE\"".to_owned()));
        let mut der = ACME.parse::<PublicKey>().expect("key").spki_der().to_vec();
        der.push(0);
        assert!(matches!(PublicKey::from_spki_der(&der), Err(KeyError::Malformed(_))));
    }

    #[test]
    fn a_p256_key_is_an_uncompressed_point_on_the_curve() {
        let key = SigningKey::generate(Algorithm::P256).expect("key");
        let good = key.public_key().spki_der().to_vec();
        assert_eq!(key.public_key().to_pem().parse().as_ref(), Ok(key.public_key()));
        let mut off_curve = good.clone();
        off_curve[90] ^= 1;
        assert_eq!(PublicKey::from_spki_der(&off_curve), Err(KeyError::Malformed("it is not a point on the curve")));
    }

    #[test]
    fn signatures_of_another_length_or_shape_are_refused() {
        let key = SigningKey::generate(Algorithm::Ed25519).expect("key");
        let mut signature = key.sign(b"bytes").expect("signature");
        assert_eq!(key.public_key().verify(b"other", &signature), Err(SignatureError::Mismatch));
        signature.push(0);
        assert_eq!(key.public_key().verify(b"bytes", &signature), Err(SignatureError::Length { bytes: 65 }));
        assert_eq!(
            key.public_key().verify(b"bytes", &[0; 256]).expect_err("RSA").to_string(),
            "the signature has 256 bytes, Ed25519 has 64: it was probably made with an RSA key"
        );

        let key = SigningKey::generate(Algorithm::P256).expect("key");
        let mut signature = key.sign(b"bytes").expect("signature");
        assert_eq!(key.public_key().verify(b"bytes", &signature), Ok(()));
        signature.push(0);
        assert_eq!(key.public_key().verify(b"bytes", &signature), Err(SignatureError::Mismatch), "trailing data");
    }
}
