//! Checks of the publisher's evidence. The verifying itself was done by whoever gathered the facts.

use super::super::Evidence;
use super::super::policy::{KEY_FRESH_HOURS, brings_code};
use super::answer::{Answer, Context, Gap, Judged, list};
use crate::wire::EvidenceKind;
use crate::{Tier, Visibility, quote};

const NOT_LOOKED_AT: Gap = Gap::FactMissing("the publisher's evidence");
const NO_EVIDENCE: &str = "No signature of the publisher was given.";
const BUILT_HERE: &str = "The registry built the artifact; there is no signature of the publisher.";

pub(super) fn signature_missing(context: &Context<'_>) -> Judged {
    let brings_code = brings_code(context.inspection()?);
    let for_marketplace = (context.visibility == Visibility::Marketplace).then_some("it is for the marketplace");
    match (&context.facts.evidence, brings_code.or(for_marketplace)) {
        (Evidence::NotEvaluated | Evidence::Missing, None) => Ok(Answer::not_applicable(
            "A version without code that is not for the marketplace needs no signature of its publisher.",
        )),
        (Evidence::NotEvaluated, Some(_)) => Err(NOT_LOOKED_AT),
        (Evidence::Missing, Some(why)) => Ok(Answer::refuse(format!(
            "The version needs a signature of its publisher, since {why}. Sign it with `plimsoll sign`, and publish it with the \
             signature or the statement."
        ))),
        (Evidence::Hosted, _) if brings_code.is_none() && context.tier()? == Tier::Declarative => {
            Ok(Answer::pass("The registry built this artifact, of data alone; it is not signed by its publisher."))
        }
        (Evidence::Hosted, _) => {
            let found = list(&context.inspection()?.code, |finding| finding.what.clone());
            let found = if found.is_empty() { "the manifest asks for it".to_owned() } else { found };
            Ok(Answer::refuse(format!(
                "The registry built this artifact, and it is more than data ({found}). Pack it yourself with `plimsoll pack`, \
                 sign it with `plimsoll sign`, and publish the signed artifact."
            )))
        }
        (Evidence::Invalid(_) | Evidence::KeyUnknown(_) | Evidence::KeyRevoked(_) | Evidence::Verified { .. }, _) => {
            Ok(Answer::pass("The version carries evidence of its publisher."))
        }
    }
}

pub(super) fn signature_invalid(context: &Context<'_>) -> Judged {
    match &context.facts.evidence {
        Evidence::NotEvaluated => Err(NOT_LOOKED_AT),
        Evidence::Missing => Ok(Answer::not_applicable(NO_EVIDENCE)),
        Evidence::Hosted => Ok(Answer::not_applicable(BUILT_HERE)),
        Evidence::KeyUnknown(_) | Evidence::KeyRevoked(_) => {
            Err(Gap::DecidedElsewhere("there is no good key to verify the signature with"))
        }
        Evidence::Invalid(why) => Ok(Answer::refuse(format!(
            "The publisher's signature is not valid: {why}. Sign exactly these bytes again with `plimsoll sign`."
        ))),
        // Which of them it is, so that a review, which names the report, is about it.
        Evidence::Verified { key_id, kind: EvidenceKind::Statement, .. } => {
            Ok(Answer::pass(format!("The statement of the key {key_id} verifies.")))
        }
        Evidence::Verified { key_id, .. } => Ok(Answer::pass(format!("The signature of the key {key_id} verifies."))),
    }
}

pub(super) fn key_unknown(context: &Context<'_>) -> Judged {
    match &context.facts.evidence {
        Evidence::NotEvaluated => Err(NOT_LOOKED_AT),
        Evidence::Missing => Ok(Answer::not_applicable(NO_EVIDENCE)),
        Evidence::Hosted => Ok(Answer::not_applicable(BUILT_HERE)),
        Evidence::Invalid(_) => Err(Gap::DecidedElsewhere("the signature does not verify")),
        Evidence::KeyUnknown(key_id) => Ok(Answer::refuse(format!(
            "The publisher has no key {}. Register it with `plimsoll key add`, or sign with a registered key.",
            quote(key_id.as_str())
        ))),
        Evidence::KeyRevoked(key_id) | Evidence::Verified { key_id, .. } => {
            Ok(Answer::pass(format!("The key {key_id} is one of the publisher's.")))
        }
    }
}

pub(super) fn key_revoked(context: &Context<'_>) -> Judged {
    match &context.facts.evidence {
        Evidence::NotEvaluated => Err(NOT_LOOKED_AT),
        Evidence::Missing => Ok(Answer::not_applicable(NO_EVIDENCE)),
        Evidence::Hosted => Ok(Answer::not_applicable(BUILT_HERE)),
        Evidence::Invalid(_) => Err(Gap::DecidedElsewhere("the signature does not verify")),
        Evidence::KeyUnknown(_) => Err(Gap::DecidedElsewhere("the publisher has no such key")),
        Evidence::KeyRevoked(key_id) => Ok(Answer::refuse(format!(
            "The key {} is revoked. Sign with another key of the publisher.",
            quote(key_id.as_str())
        ))),
        Evidence::Verified { key_id, .. } => Ok(Answer::pass(format!("The key {key_id} is not revoked."))),
    }
}

pub(super) fn key_fresh(context: &Context<'_>) -> Judged {
    let (key_id, key) = match &context.facts.evidence {
        Evidence::NotEvaluated => return Err(NOT_LOOKED_AT),
        Evidence::Missing => return Ok(Answer::not_applicable(NO_EVIDENCE)),
        Evidence::Hosted => return Ok(Answer::not_applicable(BUILT_HERE)),
        Evidence::Invalid(_) | Evidence::KeyUnknown(_) | Evidence::KeyRevoked(_) => {
            return Err(Gap::DecidedElsewhere("no good key was used"));
        }
        Evidence::Verified { key_id, key, .. } => (key_id, key.as_ref()),
    };
    let key = key.ok_or(Gap::FactMissing("the age of the publisher's key"))?;
    Ok(if key.first {
        Answer::pass(format!("The key {key_id} is the publisher's first."))
    } else if key.vouched {
        Answer::pass(format!("An older key or an administrator vouches for the key {key_id}."))
    } else if key.now >= key.added_at.plus_seconds(KEY_FRESH_HOURS * 3600) {
        Answer::pass(format!("The key {key_id} is older than {KEY_FRESH_HOURS} hours."))
    } else {
        Answer::hold(format!(
            "The key {key_id} was added at {}, less than {KEY_FRESH_HOURS} hours ago, and nobody vouches for it. Wait, sign \
             with an older key, or let a reviewer look.",
            key.added_at
        ))
    })
}
