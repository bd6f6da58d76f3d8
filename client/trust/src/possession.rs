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
