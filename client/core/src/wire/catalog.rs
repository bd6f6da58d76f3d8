use super::Category;
use crate::{Level, PackageId, PackageType, PublisherName, Tier, Timestamp, Version};

/// One package in a catalog.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogItem {
    /// The package.
    pub package: PackageId,
    /// Its publisher.
    pub publisher: PublisherName,
    /// How far the publisher is verified.
    pub publisher_level: Level,
    /// Its type.
    pub r#type: PackageType,
    /// The highest listed version.
    pub latest_version: Version,
    /// The highest tier of that version and of what it bundles.
    pub tier: Tier,
    /// The name to show.
    pub display_name: String,
    /// One paragraph.
    pub description: Option<String>,
    /// The category.
    pub category: Option<Category>,
    /// When a version was last listed.
    pub updated_at: Timestamp,
}

/// A page of a catalog.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogPage {
    /// The packages, by id.
    pub items: Vec<CatalogItem>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// Something that happened, as kept for audit.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEvent {
    /// Its id.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who: an account, or `registry`.
    pub actor: String,
    /// What, such as `version.published`.
    pub action: String,
    /// The publisher it concerns.
    pub publisher: Option<PublisherName>,
    /// The package it concerns.
    pub package: Option<PackageId>,
    /// The version it concerns.
    pub version: Option<Version>,
    /// The request it was done by.
    pub request_id: String,
    /// More facts, by action.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub detail: serde_json::Value,
}

/// A page of audit events, newest first.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditPage {
    /// The events.
    pub items: Vec<AuditEvent>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}
