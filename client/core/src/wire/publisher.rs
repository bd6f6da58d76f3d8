use super::Algorithm;
use crate::access::MemberRole;
use crate::{AccountName, KeyId, Level, Prefix, PublisherName, Timestamp};

/// Body of `POST /v1/publishers`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewPublisher {
    /// Its name.
    pub publisher: PublisherName,
}

/// A publisher.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Publisher {
    /// Its name.
    pub publisher: PublisherName,
    /// How far it is verified.
    pub level: Level,
    /// The id prefixes it was granted.
    pub prefixes: Vec<Prefix>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A page of publishers, by name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublisherPage {
    /// The publishers.
    pub items: Vec<Publisher>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// Body of `PUT /v1/publishers/{publisher}/level`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetLevel {
    /// The new level.
    pub level: Level,
    /// Why; kept in the audit events.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1000))]
    pub reason: String,
}

/// Body of `PUT /v1/publishers/{publisher}/members/{account}`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetMember {
    /// The role.
    pub role: MemberRole,
}

/// A member of a publisher.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// The account.
    pub account: AccountName,
    /// Its role.
    pub role: MemberRole,
}

/// A page of the members of a publisher, by name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MemberPage {
    /// The members.
    pub items: Vec<Member>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// Body of `POST /v1/publishers/{publisher}/keys`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewKey {
    /// The name by which signatures refer to the key.
    pub key_id: KeyId,
    /// SubjectPublicKeyInfo in PEM: Ed25519 or P-256.
    pub public_key: String,
    /// Base64 of a signature by the key over `plimsoll-key/v1\n<registry>\n<publisher>\n<keyId>`. Without it only an
    /// administrator may add the key, recorded as asserted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
}

closed_words! {
    /// Why a key is revoked.
    RevocationReason, "revocation reason" {
        /// Replaced: older signatures stay good.
        Superseded = "superseded",
        /// In other hands: everything from a moment on is refused.
        Compromised = "compromised",
    }
}

/// The revocation of a key.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Revocation {
    /// Why.
    pub reason: RevocationReason,
    /// Versions published from this moment on are refused.
    pub from: Timestamp,
}

/// Body of `POST /v1/publishers/{publisher}/keys/{keyId}/revoke`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevokeKey {
    /// Why.
    pub reason: RevocationReason,
    /// From when on; by default now. Only a compromised key may be revoked from an earlier moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
}

/// A key of a publisher.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublisherKey {
    /// Its name.
    pub key_id: KeyId,
    /// Its algorithm.
    pub algorithm: Algorithm,
    /// SubjectPublicKeyInfo in PEM.
    pub public_key: String,
    /// Whether its possession was proven; else an administrator asserted it.
    pub proven: bool,
    /// When it was added.
    pub added_at: Timestamp,
    /// Its revocation, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revocation>,
}

/// Answer of `GET /v1/publishers/{publisher}/keys`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublisherKeys {
    /// Every key that was ever added, oldest first.
    pub items: Vec<PublisherKey>,
}
