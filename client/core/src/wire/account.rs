use std::collections::BTreeSet;

use crate::access::{MemberRole, Role, TokenScope};
use crate::{AccountName, Email, NewPassword, Password, PublisherName, Timestamp};

/// Body of `POST /v1/accounts`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewAccount {
    /// Its name.
    pub name: AccountName,
    /// Its roles; none by default.
    #[serde(default)]
    pub roles: BTreeSet<Role>,
    /// The e-mail address, which makes it a person, who can sign in once there is a password. No other account has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
}

/// Body of `PUT /v1/accounts/{account}/password`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetPassword {
    /// The new password.
    pub password: NewPassword,
    /// The password until now, by which a person changes its own; an administrator leaves it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present_password: Option<Password>,
}

/// Body of `PUT /v1/accounts/{account}/email`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetEmail {
    /// The e-mail address by which the person signs in. No other account has it.
    pub email: Email,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Account {
    /// Its name.
    pub name: AccountName,
    /// Its roles.
    pub roles: BTreeSet<Role>,
    /// The e-mail address, if it is a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Email>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when it is disabled: none of its tokens works, and nobody signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_at: Option<Timestamp>,
}

/// A page of accounts, by name.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AccountPage {
    /// The accounts.
    pub items: Vec<Account>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}

/// Body of `PUT /v1/accounts/{account}/disabled`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetDisabled {
    /// Whether the account is to be disabled.
    pub disabled: bool,
    /// Why; kept in the audit events.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1000))]
    pub reason: String,
}

/// A membership of an account.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Membership {
    /// The publisher.
    pub publisher: PublisherName,
    /// The role in it.
    pub role: MemberRole,
}

/// What `GET /v1/me` says of the token that asks.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Me {
    /// The account.
    pub account: AccountName,
    /// Its roles.
    pub roles: BTreeSet<Role>,
    /// The scopes of the token.
    pub scopes: BTreeSet<TokenScope>,
    /// The publishers the account is a member of.
    pub publishers: Vec<Membership>,
}

/// Body of `POST /v1/tokens`.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewToken {
    /// The account; by default that of the token that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountName>,
    /// The scopes, at least one. A token never makes one with a scope that it has not.
    pub scopes: BTreeSet<TokenScope>,
    /// When it expires: at most 366 days ahead; by default 90.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// Answer of `POST /v1/tokens`: the only time the token itself is shown.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedToken {
    /// The id, by which it is revoked.
    pub id: String,
    /// The secret.
    pub token: String,
    /// The account it acts for.
    pub account: AccountName,
    /// Its scopes.
    pub scopes: BTreeSet<TokenScope>,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// A token, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Token {
    /// The id, by which it is revoked.
    pub id: String,
    /// The account it acts for.
    pub account: AccountName,
    /// Its scopes.
    pub scopes: BTreeSet<TokenScope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// When it was revoked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<Timestamp>,
    /// Whether signing in made it: signing out, another password or e-mail address, and disabling the account end it.
    pub session: bool,
}

/// A page of tokens, roughly oldest first; those that are expired or revoked included.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenPage {
    /// The tokens.
    pub items: Vec<Token>,
    /// The cursor of the next page; null at the end.
    pub next: Option<String>,
}
