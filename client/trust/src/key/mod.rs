//! Keys: Ed25519 and P-256, read from and written to PEM.

mod error;
mod public;
mod signing;

pub use error::KeyError;
pub use public::PublicKey;
pub use signing::{Signer, SigningKey};

use pkcs8::ObjectIdentifier;

/// RFC 8410 `id-Ed25519`.
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// RFC 5480 `id-ecPublicKey`.
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// RFC 5480 `secp256r1`.
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");

/// The longest PEM that is looked at; a key of ours has less than 300 bytes.
const MAX_PEM_BYTES: usize = 16 * 1024;

/// The algorithm of a key that is not taken, in words.
fn name_of(algorithm: ObjectIdentifier, curve: Option<ObjectIdentifier>) -> String {
    let curve = curve.map(|curve| curve.to_string());
    match (algorithm.to_string().as_str(), curve.as_deref()) {
        ("1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10", _) => "an RSA key".to_owned(),
        ("1.2.840.10040.4.1", _) => "a DSA key".to_owned(),
        ("1.3.101.110", _) => "an X25519 key, which cannot sign".to_owned(),
        ("1.3.101.113", _) => "an Ed448 key".to_owned(),
        ("1.2.840.10045.2.1", Some("1.3.132.0.34")) => "a P-384 key".to_owned(),
        ("1.2.840.10045.2.1", Some("1.3.132.0.35")) => "a P-521 key".to_owned(),
        ("1.2.840.10045.2.1", Some("1.3.132.0.10")) => "a secp256k1 key".to_owned(),
        ("1.2.840.10045.2.1", _) => "a key on another elliptic curve".to_owned(),
        (other, _) => format!("a key of the algorithm {other}"),
    }
}
