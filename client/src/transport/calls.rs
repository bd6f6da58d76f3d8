//! The calls, one per route.

use plimsoll_core::catalog::Catalog;
use plimsoll_core::gate::Report;
use plimsoll_core::wire;
use plimsoll_core::{
    AccountName, Digest, KeyId, Level, Limits, PackageId, PackageType, Prefix, PublisherName, Version,
};
use ureq::http::{Method, header};

use super::{JSON_ANSWER_BYTES, Payload, Registry, Repeat, TransportError, read_bounded, read_json};

/// What to look for in a catalog. Everything is optional.
#[derive(Clone, Debug, Default)]
pub struct CatalogQuery {
    /// Words.
    pub q: Option<String>,
    /// One type.
    pub package_type: Option<PackageType>,
    /// One category.
    pub category: Option<wire::Category>,
    /// How many, 1 to 100.
    pub limit: Option<u16>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// An index document as it came: a signed envelope, not yet verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Index {
    /// The one that the caller has is still right.
    NotModified,
    /// A document.
    Document {
        /// The exact text of the envelope.
        envelope: String,
        /// By what to ask next time.
        etag: Option<String>,
    },
}

/// `"v1"` and what is below.
macro_rules! v1 {
    ($($segment:expr),+ $(,)?) => { &["v1", $($segment),+] };
}

impl Registry {
    /// `GET /.well-known/plimsoll.json`: not to be believed before its keys are pinned. Asked without the token, since this is
    /// how one learns who would get it.
    pub fn discovery(&self) -> Result<wire::Discovery, TransportError> {
        let stranger = Self { address: self.address.clone(), token: None, agent: self.agent.clone() };
        stranger.get_json(&[".well-known", "plimsoll.json"], &[])
    }

    /// `GET /v1/me`: what the token is.
    pub fn me(&self) -> Result<wire::Me, TransportError> {
        self.get_json(v1!["me"], &[])
    }

    /// `POST /v1/accounts`
    pub fn create_account(&self, account: &wire::NewAccount) -> Result<wire::Account, TransportError> {
        self.post(v1!["accounts"], account)
    }

    /// `PUT /v1/accounts/{account}/password`
    pub fn set_password(&self, account: &AccountName, new: &wire::SetPassword) -> Result<(), TransportError> {
        let url = self.url(v1!["accounts", account.as_str(), "password"], &[]);
        // Sent once: the first time may have worked, and then the present password is another one.
        self.write_json(Repeat::Never, &Method::PUT, &url, new).map(drop)
    }

    /// `POST /v1/tokens`
    pub fn create_token(&self, token: &wire::NewToken) -> Result<wire::CreatedToken, TransportError> {
        self.post(v1!["tokens"], token)
    }

    /// `DELETE /v1/tokens/{id}`
    pub fn revoke_token(&self, id: &str) -> Result<(), TransportError> {
        let url = self.url(v1!["tokens", id], &[]);
        self.send(Repeat::Safe, &Method::DELETE, &url, &[], Payload::None).map(drop)
    }

    /// `POST /v1/publishers`
    pub fn create_publisher(&self, publisher: &wire::NewPublisher) -> Result<wire::Publisher, TransportError> {
        self.post(v1!["publishers"], publisher)
    }

    /// `PUT /v1/publishers/{publisher}/level`
    pub fn set_level(&self, publisher: &PublisherName, level: Level, reason: &str) -> Result<(), TransportError> {
        let body = wire::SetLevel { level, reason: reason.to_owned() };
        self.put(v1!["publishers", publisher.as_str(), "level"], &body)
    }

    /// `PUT /v1/publishers/{publisher}/prefixes/{prefix}`
    pub fn grant_prefix(&self, publisher: &PublisherName, prefix: &Prefix) -> Result<(), TransportError> {
        let url = self.url(v1!["publishers", publisher.as_str(), "prefixes", prefix.as_str()], &[]);
        self.send(Repeat::Safe, &Method::PUT, &url, &[], Payload::Bytes(&[])).map(drop)
    }

    /// `PUT /v1/publishers/{publisher}/members/{account}`
    pub fn set_member(
        &self,
        publisher: &PublisherName,
        account: &AccountName,
        member: &wire::SetMember,
    ) -> Result<(), TransportError> {
        self.put(v1!["publishers", publisher.as_str(), "members", account.as_str()], member)
    }

    /// `POST /v1/publishers/{publisher}/keys`
    pub fn add_key(&self, publisher: &PublisherName, key: &wire::NewKey) -> Result<wire::PublisherKey, TransportError> {
        self.post(v1!["publishers", publisher.as_str(), "keys"], key)
    }

    /// `GET /v1/publishers/{publisher}/keys`
    pub fn keys(&self, publisher: &PublisherName) -> Result<wire::PublisherKeys, TransportError> {
        self.get_json(v1!["publishers", publisher.as_str(), "keys"], &[])
    }

    /// `POST /v1/publishers/{publisher}/keys/{keyId}/revoke`
    pub fn revoke_key(
        &self,
        publisher: &PublisherName,
        key: &KeyId,
        revocation: &wire::RevokeKey,
    ) -> Result<wire::PublisherKey, TransportError> {
        self.post(v1!["publishers", publisher.as_str(), "keys", key.as_str(), "revoke"], revocation)
    }

    /// `POST /v1/packages/{id}/versions`. May be repeated: the same bytes again are the same version.
    pub fn publish(
        &self,
        package: &PackageId,
        version: &wire::NewVersion,
        validate_only: bool,
    ) -> Result<wire::Version, TransportError> {
        let query: &[(&str, &str)] = if validate_only { &[("validate_only", "true")] } else { &[] };
        let url = self.url(v1!["packages", package.as_str(), "versions"], query);
        let response = self.write_json(Repeat::Safe, &Method::POST, &url, version)?;
        read_json(&url, response)
    }

    /// `GET /v1/packages/{id}`
    pub fn package(&self, package: &PackageId) -> Result<wire::Package, TransportError> {
        self.get_json(v1!["packages", package.as_str()], &[])
    }

    /// `GET /v1/packages/{id}/versions`, one page.
    pub fn versions(&self, package: &PackageId, cursor: Option<&str>) -> Result<wire::Versions, TransportError> {
        let query: Vec<_> = cursor.map(|cursor| ("cursor", cursor)).into_iter().collect();
        self.get_json(v1!["packages", package.as_str(), "versions"], &query)
    }

    /// `GET /v1/packages/{id}/versions/{version}`
    pub fn version(&self, package: &PackageId, version: &Version) -> Result<wire::Version, TransportError> {
        self.get_json(v1!["packages", package.as_str(), "versions", &version.to_string()], &[])
    }

    /// `GET …/report`
    pub fn report(&self, package: &PackageId, version: &Version) -> Result<Report, TransportError> {
        self.get_json(v1!["packages", package.as_str(), "versions", &version.to_string(), "report"], &[])
    }

    /// `GET …/approval`: the exact text of the envelope, not yet verified.
    pub fn approval(&self, package: &PackageId, version: &Version) -> Result<String, TransportError> {
        let segments = v1!["packages", package.as_str(), "versions", &version.to_string(), "approval"];
        // An approval names what an App bundles, so it may be larger than a publisher's statement.
        self.get_text(segments, JSON_ANSWER_BYTES)
    }

    /// `GET …/evidence`: not yet verified.
    pub fn evidence(&self, package: &PackageId, version: &Version) -> Result<wire::VersionEvidence, TransportError> {
        self.get_json(v1!["packages", package.as_str(), "versions", &version.to_string(), "evidence"], &[])
    }

    /// `GET …/manifest`: the exact bytes of the manifest, not yet verified.
    pub fn manifest(&self, package: &PackageId, version: &Version) -> Result<String, TransportError> {
        let segments = v1!["packages", package.as_str(), "versions", &version.to_string(), "manifest"];
        self.get_text(segments, Limits::default().manifest_bytes)
    }

    /// `GET /v1/index/{id}`, asking only for news where an ETag is given.
    pub fn index(&self, package: &PackageId, etag: Option<&str>) -> Result<Index, TransportError> {
        let url = self.url(v1!["index", package.as_str()], &[]);
        let headers: Vec<_> = etag.map(|etag| (header::IF_NONE_MATCH, etag.to_owned())).into_iter().collect();
        let response = self.send(Repeat::Safe, &Method::GET, &url, &headers, Payload::None)?;
        if response.status() == 304 {
            return match etag {
                Some(_) => Ok(Index::NotModified),
                None => {
                    Err(TransportError::Answer { url, reason: "it says 304 to a question without ETag".to_owned() })
                }
            };
        }
        let etag = response.headers().get(header::ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let bytes = read_bounded(&url, response, JSON_ANSWER_BYTES)?;
        let envelope = String::from_utf8(bytes)
            .map_err(|_| TransportError::Answer { url, reason: "it is not UTF-8".to_owned() })?;
        Ok(Index::Document { envelope, etag })
    }

    /// `GET /v1/reviews`, one page.
    pub fn reviews(&self, cursor: Option<&str>) -> Result<wire::ReviewQueue, TransportError> {
        let query: Vec<_> = cursor.map(|cursor| ("cursor", cursor)).into_iter().collect();
        self.get_json(v1!["reviews"], &query)
    }

    /// `POST …/review`
    pub fn review(
        &self,
        package: &PackageId,
        version: &Version,
        review: &wire::NewReview,
    ) -> Result<wire::Version, TransportError> {
        self.post(v1!["packages", package.as_str(), "versions", &version.to_string(), "review"], review)
    }

    /// `POST …/availability`
    pub fn set_availability(
        &self,
        package: &PackageId,
        version: &Version,
        availability: &wire::SetAvailability,
    ) -> Result<wire::Version, TransportError> {
        self.post(v1!["packages", package.as_str(), "versions", &version.to_string(), "availability"], availability)
    }

    /// `GET /v1/catalogs/{catalog}`, one page.
    pub fn catalog(&self, catalog: Catalog, query: &CatalogQuery) -> Result<wire::CatalogPage, TransportError> {
        let limit = query.limit.map(|limit| limit.to_string());
        let pairs: Vec<(&str, &str)> = [
            ("q", query.q.as_deref()),
            ("type", query.package_type.map(PackageType::as_str)),
            ("category", query.category.as_ref().map(wire::Category::as_str)),
            ("limit", limit.as_deref()),
            ("cursor", query.cursor.as_deref()),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect();
        self.get_json(v1!["catalogs", catalog.as_str()], &pairs)
    }

    /// `GET /v1/audit`, one page: of a publisher, or of the whole registry.
    pub fn audit(
        &self,
        publisher: Option<&PublisherName>,
        cursor: Option<&str>,
    ) -> Result<wire::AuditPage, TransportError> {
        let pairs: Vec<(&str, &str)> = [("publisher", publisher.map(PublisherName::as_str)), ("cursor", cursor)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        self.get_json(v1!["audit"], &pairs)
    }

    /// Whether the registry has these bytes, for the one who asks: `HEAD /v1/artifacts/{sha256}`.
    pub fn has_artifact(&self, sha256: &Digest) -> Result<bool, TransportError> {
        let url = self.url(v1!["artifacts", &sha256.to_string()], &[]);
        match self.send(Repeat::Safe, &Method::HEAD, &url, &[], Payload::None) {
            Ok(_) => Ok(true),
            // An answer to HEAD has no body, so no problem document either.
            Err(TransportError::Status { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn post<T: serde::de::DeserializeOwned>(
        &self,
        segments: &[&str],
        body: &impl serde::Serialize,
    ) -> Result<T, TransportError> {
        let url = self.url(segments, &[]);
        let response = self.write_json(Repeat::Never, &Method::POST, &url, body)?;
        read_json(&url, response)
    }

    /// `PUT` of something whose answer is not looked at.
    fn put(&self, segments: &[&str], body: &impl serde::Serialize) -> Result<(), TransportError> {
        self.write_json(Repeat::Safe, &Method::PUT, &self.url(segments, &[]), body).map(drop)
    }
}
