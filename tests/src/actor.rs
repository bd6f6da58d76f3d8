//! Somebody who uses a registry.

use plimsoll_client::transport::{Address, Registry, Token};
use plimsoll_core::wire::{Decision, NewReview, Version};

use crate::http::Call;

/// An account with one of its tokens, or somebody without any.
#[derive(Clone, Debug)]
pub struct Actor {
    url: String,
    name: String,
    token: Option<String>,
    client: Registry,
}

impl Actor {
    pub(crate) fn new(url: &str, name: &str, token: Option<String>) -> Self {
        let address: Address = url.parse().expect("an address");
        let parsed = token.as_ref().map(|token| token.parse::<Token>().expect("a token"));
        Self { url: url.to_owned(), name: name.to_owned(), token, client: Registry::new(address, parsed) }
    }

    /// The name of the account.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The registry, through the real client.
    pub fn client(&self) -> &Registry {
        &self.client
    }

    /// The same one, with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self::new(&self.url, &self.name, Some(token.to_owned()))
    }

    /// The same one, at another address.
    pub fn at(&self, url: &str) -> Self {
        Self::new(url, &self.name, self.token.clone())
    }

    /// A request of this one.
    pub fn call(&self, method: &str, path: &str) -> Call {
        let call = Call::new(method, format!("{}{path}", self.url));
        match &self.token {
            Some(token) => call.token(token),
            None => call,
        }
    }

    /// `GET`, sent.
    pub fn get(&self, path: &str) -> crate::Answer {
        self.call("GET", path).send()
    }

    /// Approves a held version, having seen the report that it came with.
    pub fn approve(&self, version: &Version) -> Version {
        let review = review_of(version, Decision::Approve);
        self.client.review(&version.package, &version.version, &review).expect("approved")
    }

    /// Rejects a held version.
    pub fn reject(&self, version: &Version) -> Version {
        let review = review_of(version, Decision::Reject);
        self.client.review(&version.package, &version.version, &review).expect("rejected")
    }
}

/// A review that names what was seen.
fn review_of(version: &Version, decision: Decision) -> NewReview {
    NewReview {
        decision,
        reason: "looked at in a test".to_owned(),
        sha256: version.sha256,
        report_sha256: version.report_sha256.expect("whoever publishes or reviews sees the report"),
    }
}
