//! The frame: in-toto Statement v1 (<https://github.com/in-toto/attestation>) with exactly one subject.

use plimsoll_core::{Digest, PackageId, Version, quote};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::error::expect_equal;
use crate::{Fault, KeyError, Signer, dsse};

const STATEMENT_V1: &str = "https://in-toto.io/Statement/v1";

/// What a statement says of its subject.
pub(super) trait Predicate: Serialize + DeserializeOwned {
    /// The predicate type. A URN of our own: a URI that names no host.
    const TYPE: &'static str;

    /// The package, the version and the artifact it is about, as its own members say.
    fn subject(&self) -> (&PackageId, &Version, Digest);
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Statement<P> {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: P,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: SubjectDigest,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectDigest {
    sha256: Digest,
}

fn subject_name(package: &PackageId, version: &Version) -> String {
    format!("pkg:plimsoll/{package}@{version}")
}

/// Signs a predicate as a statement in an envelope.
pub(super) fn sign<P: Predicate>(predicate: &P, signer: &dyn Signer) -> Result<String, KeyError> {
    let (package, version, sha256) = predicate.subject();
    let statement = Statement {
        kind: STATEMENT_V1.to_owned(),
        subject: vec![Subject { name: subject_name(package, version), digest: SubjectDigest { sha256 } }],
        predicate_type: P::TYPE.to_owned(),
        predicate,
    };
    let payload = serde_json::to_vec(&statement).expect("a statement is plain data");
    dsse::sign(dsse::IN_TOTO, &payload, signer)
}

/// Reads a payload whose signature was verified: the type first, so that another one is refused by name; then everything,
/// where a member that we do not know is refused at any depth.
pub(super) fn read<P: Predicate>(payload: &[u8]) -> Result<P, Fault> {
    let head: Statement<IgnoredAny> = parse(payload)?;
    expect_equal("statement type", &quote(&head.kind), &quote(STATEMENT_V1))?;
    expect_equal("predicate type", &quote(&head.predicate_type), &quote(P::TYPE))?;
    let [subject] = &head.subject[..] else {
        return Err(Fault::Malformed(format!("it has {} subjects; exactly one is taken", head.subject.len())));
    };
    let statement: Statement<P> = parse(payload)?;
    let whole: serde_json::Value = parse(payload)?;
    if serde_json::to_value(&statement).ok() != Some(whole) {
        return Err(Fault::Malformed(
            "it has members that this version does not know, lacks some, or has values in another form".into(),
        ));
    }
    let (package, version, sha256) = statement.predicate.subject();
    expect_equal("subject", &quote(&subject.name), &quote(&subject_name(package, version)))?;
    expect_equal("subject's sha256", &subject.digest.sha256, &sha256)?;
    Ok(statement.predicate)
}

/// Reads JSON; the reason of a failure is safe to print.
pub(super) fn parse<T: DeserializeOwned>(payload: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(payload).map_err(|error| Fault::Malformed(quote(&error.to_string())))
}
