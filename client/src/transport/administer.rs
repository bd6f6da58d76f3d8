//! The calls of administrators, one per route: who is there, and who is not to be any more.

use plimsoll_core::wire;
use plimsoll_core::{AccountName, Prefix, PublisherName};
use ureq::http::Method;

use super::{Payload, Registry, Repeat, TransportError, read_json};

impl Registry {
    /// `GET /v1/accounts`, one page.
    pub fn accounts(&self, cursor: Option<&str>) -> Result<wire::AccountPage, TransportError> {
        self.get_json(&["v1", "accounts"], &after(cursor))
    }

    /// `PUT /v1/accounts/{account}/disabled`
    pub fn set_disabled(
        &self,
        account: &AccountName,
        set: &wire::SetDisabled,
    ) -> Result<wire::Account, TransportError> {
        let url = self.url(&["v1", "accounts", account.as_str(), "disabled"], &[]);
        read_json(&url, self.write_json(Repeat::Safe, &Method::PUT, &url, set)?)
    }

    /// `PUT /v1/accounts/{account}/email`
    pub fn set_email(&self, account: &AccountName, set: &wire::SetEmail) -> Result<wire::Account, TransportError> {
        let url = self.url(&["v1", "accounts", account.as_str(), "email"], &[]);
        read_json(&url, self.write_json(Repeat::Safe, &Method::PUT, &url, set)?)
    }

    /// `GET /v1/tokens`, one page: of an account, or whatever the one who asks may see.
    pub fn tokens(
        &self,
        account: Option<&AccountName>,
        cursor: Option<&str>,
    ) -> Result<wire::TokenPage, TransportError> {
        let mut query = after(cursor);
        query.extend(account.map(|account| ("account", account.as_str())));
        self.get_json(&["v1", "tokens"], &query)
    }

    /// `GET /v1/publishers`, one page.
    pub fn publishers(&self, cursor: Option<&str>) -> Result<wire::PublisherPage, TransportError> {
        self.get_json(&["v1", "publishers"], &after(cursor))
    }

    /// `DELETE /v1/publishers/{publisher}/prefixes/{prefix}`
    pub fn withdraw_prefix(&self, publisher: &PublisherName, prefix: &Prefix) -> Result<(), TransportError> {
        self.delete(&["v1", "publishers", publisher.as_str(), "prefixes", prefix.as_str()])
    }

    /// `GET /v1/publishers/{publisher}/members`, one page.
    pub fn members(&self, publisher: &PublisherName, cursor: Option<&str>) -> Result<wire::MemberPage, TransportError> {
        self.get_json(&["v1", "publishers", publisher.as_str(), "members"], &after(cursor))
    }

    /// `DELETE /v1/publishers/{publisher}/members/{account}`
    pub fn remove_member(&self, publisher: &PublisherName, account: &AccountName) -> Result<(), TransportError> {
        self.delete(&["v1", "publishers", publisher.as_str(), "members", account.as_str()])
    }

    fn delete(&self, segments: &[&str]) -> Result<(), TransportError> {
        self.send(Repeat::Safe, &Method::DELETE, &self.url(segments, &[]), &[], Payload::None).map(drop)
    }
}

fn after(cursor: Option<&str>) -> Vec<(&'static str, &str)> {
    cursor.map(|cursor| ("cursor", cursor)).into_iter().collect()
}
