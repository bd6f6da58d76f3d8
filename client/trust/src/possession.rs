//! Proof of possession: a publisher shows that it holds the private half of a key it adds.

use plimsoll_core::{KeyId, PublisherName};

use crate::encoding::{decode_lenient, encode_standard};
use crate::{KeyError, PublicKey, SignatureError, Signer};

/// The longest proof that is looked at: a signature has at most 72 bytes.
const MAX_PROOF_BYTES: usize = 1024;

/// What a proof signs. It names registry, publisher and key id, so that it proves nothing elsewhere.
pub fn possession_message(registry: &str, publisher: &PublisherName, key_id: &KeyId) -> String {
    format!("plimsoll-key/v1\n{registry}\n{publisher}\n{key_id}")
}

/// Makes a proof: a signature over [`possession_message`], in standard base64.
pub fn prove_possession(
    signer: &dyn Signer,
    registry: &str,
    publisher: &PublisherName,
    key_id: &KeyId,
) -> Result<String, KeyError> {
    Ok(encode_standard(&signer.sign(possession_message(registry, publisher, key_id).as_bytes())?))
}

/// Verifies a proof in standard or URL-safe base64, with or without padding.
pub fn verify_possession(
    key: &PublicKey,
    proof: &str,
    registry: &str,
    publisher: &PublisherName,
    key_id: &KeyId,
) -> Result<(), SignatureError> {
    let signature = (proof.len() <= MAX_PROOF_BYTES)
        .then(|| decode_lenient(proof))
        .flatten()
        .ok_or(SignatureError::Base64("base64 of a signature"))?;
    key.verify(possession_message(registry, publisher, key_id).as_bytes(), &signature)
}

#[cfg(test)]
mod tests {
    use plimsoll_core::wire::Algorithm;

    use super::*;
    use crate::SigningKey;

    #[test]
    fn a_proof_holds_for_one_registry_publisher_and_key_id() {
        let acme: PublisherName = "acme".parse().expect("name");
        let key_id: KeyId = "acme-2026".parse().expect("key id");
        for &algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).expect("key");
            let proof = prove_possession(&key, "registry.example", &acme, &key_id).expect("proof");
            let verify = |proof: &str, registry, publisher: &str, key_id: &str| {
                let (publisher, key_id) = (publisher.parse().expect("name"), key_id.parse().expect("key id"));
                verify_possession(key.public_key(), proof, registry, &publisher, &key_id)
            };
            let url_safe = proof.replace('+', "-").replace('/', "_");
            for spelling in [proof.as_str(), proof.trim_end_matches('='), url_safe.as_str(), &format!("{proof}\n")] {
                assert_eq!(verify(spelling, "registry.example", "acme", "acme-2026"), Ok(()), "{spelling}");
            }
            assert_eq!(verify(&proof, "other.example", "acme", "acme-2026"), Err(SignatureError::Mismatch));
            assert_eq!(verify(&proof, "registry.example", "evil", "acme-2026"), Err(SignatureError::Mismatch));
            assert_eq!(verify(&proof, "registry.example", "acme", "acme-2027"), Err(SignatureError::Mismatch));
            let error = verify("not base64", "registry.example", "acme", "acme-2026");
            assert_eq!(error, Err(SignatureError::Base64("base64 of a signature")));
        }
    }

    #[test]
    fn the_message_is_the_documented_one() {
        let message = possession_message(
            "registry.example",
            &"acme".parse().expect("name"),
            &"acme-2026".parse().expect("key id"),
        );
        assert_eq!(message, "plimsoll-key/v1\nregistry.example\nacme\nacme-2026");
    }
}
