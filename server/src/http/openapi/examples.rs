//! The examples of the document. A test reads each as the type it stands for.

use plimsoll_core::gate::{Check, CheckCode, Outcome, Report, Verdict};
use plimsoll_core::problem::ProblemCode;
use plimsoll_core::{Limits, Tier};
use serde_json::{Value, json};

const TIME: &str = "2026-11-20T09:30:00Z";
const LATER: &str = "2027-02-18T09:30:00Z";
const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n";

pub(crate) fn discovery() -> Value {
    let key = json!({ "keyId": DIGEST, "algorithm": "ed25519", "publicKey": PEM, "notBefore": TIME, "notAfter": null });
    json!({ "registry": "plugins.example.org", "api": "/v1", "keys": [key], "limits": Limits::default(), "demo": false })
}

pub(crate) fn health() -> Value {
    json!({ "status": "ok" })
}

pub(crate) fn openapi() -> Value {
    json!({ "openapi": "3.1.0" })
}

pub(crate) fn me() -> Value {
    json!({
        "account": "dana", "roles": [], "scopes": ["read", "publish"], "expiresAt": LATER,
        "publishers": [{ "publisher": "acme", "role": "owner" }],
    })
}

pub(crate) fn new_account() -> Value {
    json!({ "name": "dana", "roles": ["reviewer"], "email": "dana@example.org" })
}

pub(crate) fn account() -> Value {
    json!({ "name": "dana", "roles": ["reviewer"], "email": "dana@example.org", "createdAt": TIME })
}

pub(crate) fn set_password() -> Value {
    json!({ "password": "four words from a dictionary", "presentPassword": "the one until now" })
}

pub(crate) fn set_email() -> Value {
    json!({ "email": "dana@example.org" })
}

pub(crate) fn account_page() -> Value {
    json!({ "items": [account()], "next": null })
}

pub(crate) fn set_disabled() -> Value {
    json!({ "disabled": true, "reason": "Left the company." })
}

pub(crate) fn disabled_account() -> Value {
    json!({ "name": "dana", "roles": ["reviewer"], "createdAt": TIME, "disabledAt": LATER })
}

pub(crate) fn token_page() -> Value {
    let token = json!({
        "id": "0199a1de-0000-7000-8000-000000000001", "account": "dana", "scopes": ["read", "publish"], "createdAt": TIME,
        "expiresAt": LATER, "session": false,
    });
    json!({ "items": [token], "next": null })
}

pub(crate) fn new_token() -> Value {
    json!({ "scopes": ["read", "publish"], "expiresAt": LATER })
}

pub(crate) fn created_token() -> Value {
    json!({
        "id": "0199a1de-0000-7000-8000-000000000001", "token": "plim_…", "account": "dana",
        "scopes": ["read", "publish"], "expiresAt": LATER,
    })
}

pub(crate) fn new_publisher() -> Value {
    json!({ "publisher": "acme" })
}

pub(crate) fn publisher() -> Value {
    json!({ "publisher": "acme", "level": "verified", "prefixes": ["com.acme"], "createdAt": TIME })
}

pub(crate) fn publisher_page() -> Value {
    json!({ "items": [publisher()], "next": null })
}

pub(crate) fn set_level() -> Value {
    json!({ "level": "verified", "reason": "The company register and a call back." })
}

pub(crate) fn set_member() -> Value {
    json!({ "role": "maintainer" })
}

pub(crate) fn member() -> Value {
    json!({ "account": "dana", "role": "maintainer" })
}

pub(crate) fn member_page() -> Value {
    json!({ "items": [member()], "next": null })
}

pub(crate) fn new_key() -> Value {
    json!({ "keyId": "acme-2026", "publicKey": PEM, "proof": "c2lnbmF0dXJl" })
}

pub(crate) fn publisher_key() -> Value {
    let revoked = json!({ "reason": "superseded", "from": LATER });
    json!({
        "keyId": "acme-2026", "algorithm": "ed25519", "publicKey": PEM, "proven": true, "addedAt": TIME, "revoked": revoked,
    })
}

pub(crate) fn publisher_keys() -> Value {
    json!({ "items": [publisher_key()] })
}

pub(crate) fn revoke_key() -> Value {
    json!({ "reason": "compromised", "from": TIME })
}

pub(crate) fn stored_artifact() -> Value {
    json!({ "sha256": DIGEST, "size": 18_204 })
}

pub(crate) fn new_version() -> Value {
    json!({
        "publisher": "acme", "sha256": DIGEST, "signature": "ed25519:acme-2026:c2lnbmF0dXJl", "visibility": "marketplace",
        "submit": true, "notes": "Reads the new register.", "listing": listing(),
    })
}

fn listing() -> Value {
    json!({
        "displayName": "CRM enrichment", "description": "Fills in what is known of a company.", "category": "crm",
        "readme": "# CRM enrichment", "icon": "https://acme.example/icon.png", "tagline": "Know whom you sell to",
        "homepageUrl": "https://acme.example/crm-enrich", "license": "MIT",
        "translations": { "de": { "displayName": "CRM-Anreicherung" } },
    })
}

pub(crate) fn version() -> Value {
    json!({
        "package": "com.acme.crm-enrich", "version": "1.4.0", "sha256": DIGEST, "size": 18_204, "type": "plugin",
        "tier": "sandbox", "state": "pending_review", "availability": { "status": "live" }, "visibility": "marketplace",
        "publisher": "acme", "permissions": [permission()], "hasCode": true, "publishedAt": TIME,
        "report": report(), "reportSha256": DIGEST, "listing": listing(),
    })
}

fn permission() -> Value {
    json!({ "kind": "network", "value": "api.example.com" })
}

pub(crate) fn versions() -> Value {
    json!({ "items": [listed_version()], "next": null })
}

/// As lists have it.
fn listed_version() -> Value {
    let mut version = version();
    version.as_object_mut().expect("an object").remove("listing");
    version
}

pub(crate) fn report() -> Value {
    json!(report_of(Verdict::Held, CheckCode::ReviewRequired, Outcome::Hold, "Marketplace versions are reviewed."))
}

pub(super) fn refused() -> Report {
    let message = "A marketplace version needs a signature of its publisher: sign it and publish again.";
    report_of(Verdict::Refused, CheckCode::SignatureMissing, Outcome::Refuse, message)
}

fn report_of(verdict: Verdict, code: CheckCode, outcome: Outcome, message: &str) -> Report {
    let check = Check { code, outcome, message: message.to_owned(), pointers: Vec::new() };
    Report { verdict, tier: Some(Tier::Sandbox), policy_version: 1, checks: vec![check] }
}

pub(crate) fn envelope() -> Value {
    json!({
        "payloadType": "application/vnd.in-toto+json", "payload": "eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEifQ==",
        "signatures": [{ "keyid": DIGEST, "sig": "c2lnbmF0dXJl" }],
    })
}

pub(crate) fn evidence() -> Value {
    let signature = "ed25519:acme-2026:c2lnbmF0dXJl";
    json!({
        "kind": "ed25519", "keyId": "acme-2026", "text": signature,
        "counterSignature": {
            "signature": signature, "blobKey": format!("sha256/{DIGEST}.osplugin"),
            "platformSignature": format!("ed25519:{DIGEST}:c2lnbmF0dXJl"),
        },
    })
}

pub(crate) fn manifest() -> Value {
    json!({ "id": "com.acme.crm-enrich", "version": "1.4.0", "type": "plugin" })
}

pub(crate) fn set_availability() -> Value {
    json!({ "to": "deprecated", "reason": "The service it asks is switched off in March.", "replacement": "com.acme.crm-plus" })
}

pub(crate) fn package() -> Value {
    json!({
        "package": "com.acme.crm-enrich", "publisher": "acme", "publisherLevel": "verified", "type": "plugin",
        "defaultVisibility": "marketplace", "listing": listing(), "latest": "1.4.0", "createdAt": TIME, "updatedAt": TIME,
    })
}

pub(crate) fn new_review() -> Value {
    json!({ "decision": "approve", "reason": "Calls one host, as it says.", "sha256": DIGEST, "reportSha256": DIGEST })
}

pub(crate) fn review_queue() -> Value {
    versions()
}

pub(crate) fn catalog_page() -> Value {
    let item = json!({
        "package": "com.acme.crm-enrich", "publisher": "acme", "publisherLevel": "verified", "type": "plugin",
        "latestVersion": "1.4.0", "tier": "sandbox", "displayName": "CRM enrichment",
        "description": "Fills in what is known of a company.", "category": "crm", "updatedAt": TIME,
    });
    json!({ "items": [item], "next": "WyJjYXRhbG9nIixbImNvbS5hY21lLmNybS1lbnJpY2giXV0" })
}

pub(crate) fn audit_page() -> Value {
    let event = json!({
        "id": "0199a1de-0000-7000-8000-000000000002", "at": TIME, "actor": "dana", "action": "version.published",
        "publisher": "acme", "package": "com.acme.crm-enrich", "version": "1.4.0",
        "requestId": "0199a1de-0000-7000-8000-000000000000", "detail": { "state": "pending_review" },
    });
    json!({ "items": [event], "next": null })
}

/// What a problem of a code says, for example.
pub(super) fn detail(code: ProblemCode) -> &'static str {
    use ProblemCode as P;
    match code {
        P::RequestInvalid => {
            "\"Acme\" is not a valid publisher name: use at least 2 lower-case letters, digits and inner hyphens, starting with a letter"
        }
        P::CursorInvalid => {
            "\"x\" is not a valid cursor: use the `next` of an earlier page of the same list, unchanged"
        }
        P::CredentialsMissing => "this needs a token: send it as `Authorization: Bearer …`",
        P::CredentialsInvalid => {
            "the token is unknown, revoked or expired, or its account is disabled: sign in again, or ask for another one"
        }
        P::ScopeMissing => "the token lacks the scope `publish`: use or create a token that has it",
        P::NotAllowed => "only a reviewer or an administrator may do this",
        P::NotFound => "there is no package com.acme.crm-enrich here that you may see",
        P::MethodNotAllowed => "\"DELETE\" is not for this path: use GET, HEAD",
        P::RequestTimeout => "the body did not arrive in time: send it again, without pauses",
        P::AccountExists => "the account dana exists: choose another name",
        P::PublisherExists => "the publisher acme exists: choose another name, or ask its owner to add you",
        P::KeyExists => "the publisher acme has a key acme-2026: choose another key id",
        P::VersionExists => "com.acme.crm-enrich 1.4.0 exists with other bytes: publish under another version",
        P::VersionRejected => "com.acme.crm-enrich 1.4.0 was rejected, which is final: publish a new version",
        P::IndexFull => {
            "the index of com.acme.crm-enrich has no room left for 1.4.0: publish it with fewer permissions, dependencies and \
             bundled packages, or go on under another package id"
        }
        P::PublisherFull => {
            "the publisher acme keeps 21474000000 bytes of the 21474836480 that it may, and the artifact of com.acme.crm-enrich \
             1.4.0 has 1048576: publish a smaller one, or ask the operator for a larger quota (quotas.publisher_bytes)"
        }
        P::StateConflict => "version 1.4.0 is draft; only an approved version has an availability",
        P::ReviewStale => "the report that was reviewed is not the present one: look again, then decide",
        P::BodyTooLarge => "the body is larger than the 1048576 bytes that are allowed here",
        P::MediaTypeUnsupported => "send the body with `content-type: application/json`",
        P::RangeNotSatisfiable => "the artifact has 18204 bytes; none of them lie in the range",
        P::BodyInvalid => "\"/publisher\": \"Acme\" is not a valid publisher name",
        P::DigestMismatch => "the bytes have another digest than the path says: upload them under their own",
        P::ArtifactUnknown => "no artifact with this digest was uploaded: upload it first",
        P::KeyRefused => "an RSA key is not accepted: use Ed25519 or P-256",
        P::KeyProofInvalid => "the proof does not verify with the key: sign the text of the documentation with it",
        P::GateRefused => "the gate refused the version: signature-missing; the report says what to do",
        P::TooManyRequests => "too many uploads at once: try again in a moment",
        P::QuotaExceeded => {
            "the account dana has uploaded 1000 artifacts that no version refers to, its whole share: publish them, or wait until they are collected, a day after their upload"
        }
        P::Internal => "the registry failed; its log has the cause under this request id",
        P::Unavailable => "the registry cannot answer now: try again in a moment",
    }
}
