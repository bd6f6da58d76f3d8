//! DSSE envelopes: a payload, its type, and one signature over both.
//!
//! Stricter than the specification (<https://github.com/secure-systems-lab/dsse>): exactly one signature, base64 in its one
//! spelling, and no unknown members, since what is not signed must not be able to mean anything.

use std::borrow::Cow;

use plimsoll_core::{Digest, quote};

use crate::encoding::{decode_standard, encode_standard};
use crate::{KeyError, PublicKey, SignatureError, Signer};

/// The payload type of in-toto statements.
pub const IN_TOTO: &str = "application/vnd.in-toto+json";
/// The payload type of index documents: an index is about a package, not about an artifact, so it is no in-toto statement.
pub const INDEX: &str = "application/vnd.plimsoll.index.v1+json";

/// Why an envelope is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// Too long.
    #[error("the envelope has {bytes} bytes, {max} are allowed")]
    TooLarge {
        /// How long it is.
        bytes: usize,
        /// How long it may be.
        max: usize,
    },
    /// Not the JSON of an envelope. The parser's words, quoted.
    #[error("the envelope cannot be read: {0}")]
    Json(String),
    /// Another type of payload. Quoted.
    #[error("the payload type is {found}, not {expected}")]
    PayloadType {
        /// What it says, quoted.
        found: String,
        /// What it has to be.
        expected: &'static str,
    },
    /// Not exactly one signature.
    #[error("the envelope has {0} signatures; exactly one is taken")]
    Signatures(usize),
    /// Not base64 in its one spelling.
    #[error("the {0} is not base64 in its one spelling")]
    Base64(&'static str),
    /// Not the SHA-256 of a key. Quoted.
    #[error("the key id {0} is not the SHA-256 of a public key")]
    KeyId(String),
    /// It was signed with another key than the one it is verified with.
    #[error("it names the key {found}, not {expected}")]
    OtherKey {
        /// The key it names.
        found: Digest,
        /// The key it is verified with.
        expected: Digest,
    },
    /// The signature does not verify.
    #[error("its payload or its signature was changed: {0}")]
    Signature(#[from] SignatureError),
}

/// An envelope that can be read. Nobody has vouched for its payload yet; [`Envelope::open`] hands it out.
#[derive(Clone, Debug)]
pub struct Envelope {
    payload_type: &'static str,
    payload: Vec<u8>,
    key_id: Digest,
    signature: Vec<u8>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawEnvelope<'a> {
    #[serde(borrow)]
    payload: Cow<'a, str>,
    #[serde(borrow)]
    payload_type: Cow<'a, str>,
    signatures: Vec<RawSignature>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSignature {
    keyid: String,
    sig: String,
}

impl Envelope {
    /// Reads the JSON of an envelope of at most `max` bytes, around a payload of the given type.
    pub fn parse(text: &str, payload_type: &'static str, max: usize) -> Result<Self, EnvelopeError> {
        if text.len() > max {
            return Err(EnvelopeError::TooLarge { bytes: text.len(), max });
        }
        let raw: RawEnvelope<'_> =
            serde_json::from_str(text).map_err(|error| EnvelopeError::Json(quote(&error.to_string())))?;
        if raw.payload_type != payload_type {
            return Err(EnvelopeError::PayloadType { found: quote(&raw.payload_type), expected: payload_type });
        }
        let [signature] = &raw.signatures[..] else {
            return Err(EnvelopeError::Signatures(raw.signatures.len()));
        };
        Ok(Self {
            payload_type,
            payload: decode_standard(&raw.payload).ok_or(EnvelopeError::Base64("payload"))?,
            key_id: signature.keyid.parse().map_err(|_| EnvelopeError::KeyId(quote(&signature.keyid)))?,
            signature: decode_standard(&signature.sig).ok_or(EnvelopeError::Base64("signature"))?,
        })
    }

    /// The key it says it was signed with.
    pub fn key_id(&self) -> Digest {
        self.key_id
    }

    /// The payload, whoever signed it.
    pub(crate) fn unverified(&self) -> &[u8] {
        &self.payload
    }

    /// The payload, if the key vouches for it.
    pub fn open(&self, key: &PublicKey) -> Result<&[u8], EnvelopeError> {
        let expected = key.fingerprint();
        if self.key_id != expected {
            return Err(EnvelopeError::OtherKey { found: self.key_id, expected });
        }
        key.verify(&pae(self.payload_type, &self.payload), &self.signature)?;
        Ok(&self.payload)
    }
}

/// Signs a payload and writes the envelope.
pub fn sign(payload_type: &str, payload: &[u8], signer: &dyn Signer) -> Result<String, KeyError> {
    let signature = signer.sign(&pae(payload_type, payload))?;
    let raw = RawEnvelope {
        payload: encode_standard(payload).into(),
        payload_type: payload_type.into(),
        signatures: vec![RawSignature { keyid: signer.key_id().to_string(), sig: encode_standard(&signature) }],
    };
    Ok(serde_json::to_string(&raw).expect("texts alone are plain JSON"))
}

/// DSSE's pre-authentication encoding: what is signed.
fn pae(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut out = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    out.extend_from_slice(payload);
    out
}

#[cfg(test)]
mod tests {
    use plimsoll_core::wire::Algorithm;

    use super::*;
    use crate::SigningKey;

    const MAX: usize = 4096;

    fn key(algorithm: Algorithm) -> SigningKey {
        SigningKey::generate(algorithm).expect("key")
    }

    fn open(text: &str, key: &SigningKey) -> Result<Vec<u8>, EnvelopeError> {
        Envelope::parse(text, IN_TOTO, MAX)?.open(key.public_key()).map(<[u8]>::to_vec)
    }

    #[test]
    fn the_encoding_is_that_of_the_specification() {
        assert_eq!(
            pae("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn a_signed_payload_comes_back() {
        for &algorithm in Algorithm::ALL {
            let key = key(algorithm);
            let text = sign(IN_TOTO, b"{\"a\": 1}", &key).expect("envelope");
            assert_eq!(open(&text, &key), Ok(b"{\"a\": 1}".to_vec()));
        }
    }

    #[test]
    fn any_changed_bit_of_an_envelope_is_refused() {
        for &algorithm in Algorithm::ALL {
            let key = key(algorithm);
            let text = sign(IN_TOTO, b"{\"package\": \"com.acme.x\"}", &key).expect("envelope");
            for at in 0..text.len() * 8 {
                let mut bytes = text.clone().into_bytes();
                bytes[at / 8] ^= 1 << (at % 8);
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                assert!(open(&changed, &key).is_err(), "bit {at}: {changed}");
            }
        }
    }

    #[test]
    fn an_envelope_is_refused_by_what_is_wrong_with_it() {
        let key = key(Algorithm::Ed25519);
        let text = sign(IN_TOTO, b"ab", &key).expect("envelope");
        let refused = |text: &str| open(text, &key).expect_err(text);
        let with = |from: &str, to: &str| {
            assert!(text.contains(from), "{text} has no {from}");
            refused(&text.replacen(from, to, 1))
        };
        assert_eq!(refused(&" ".repeat(MAX + 1)), EnvelopeError::TooLarge { bytes: MAX + 1, max: MAX });
        assert!(matches!(refused("[]"), EnvelopeError::Json(_)));
        assert!(matches!(with("{", "{\"critical\":1,"), EnvelopeError::Json(_)));
        assert!(
            matches!(with("\"payload\"", "\"payload\":\"\",\"payload\""), EnvelopeError::Json(_)),
            "a member twice"
        );
        assert!(matches!(with(IN_TOTO, INDEX), EnvelopeError::PayloadType { .. }));
        assert_eq!(with("YWI=", "YWI"), EnvelopeError::Base64("payload"));
        assert_eq!(with("YWI=", "YWJ="), EnvelopeError::Base64("payload"), "the same bytes in another spelling");
        assert!(matches!(with("YWI=", "YWM="), EnvelopeError::Signature(_)));
        let keyid = key.key_id().to_string();
        assert!(matches!(with(&keyid, "acme-2026"), EnvelopeError::KeyId(_)));
        assert!(matches!(with(&keyid, &Digest::of("other").to_string()), EnvelopeError::OtherKey { .. }));
        let signatures = &text[text.find('[').expect("signatures")..text.len() - 1];
        assert_eq!(with(signatures, "[]"), EnvelopeError::Signatures(0));
        let twice = format!("[{0},{0}]", &signatures[1..signatures.len() - 1]);
        assert_eq!(with(signatures, &twice), EnvelopeError::Signatures(2));
    }

    #[test]
    fn a_signature_over_one_type_is_none_over_another() {
        let key = key(Algorithm::Ed25519);
        let text = sign(INDEX, b"{}", &key).expect("envelope").replace(INDEX, IN_TOTO);
        assert!(matches!(open(&text, &key), Err(EnvelopeError::Signature(_))));
    }
}
