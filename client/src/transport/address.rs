//! Addresses of registries and the token that goes there.

use std::fmt;
use std::net::IpAddr;

use plimsoll_core::quote;
use url::{Host, Url};

use super::TransportError;

/// The address of a registry, such as `https://plugins.example.com`.
///
/// Invariants: `https`, or `http` to a loopback address; no user, password, query or fragment; no slash at the end.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(Box<Url>);

impl Address {
    /// Whether the address is this very machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The address of something below, from path segments (escaped here) and query pairs.
    pub(super) fn join(&self, segments: &[&str], query: &[(&str, &str)]) -> String {
        let mut url = Url::clone(&self.0);
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url.into()
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => IpAddr::from(ip).is_loopback(),
        Some(Host::Ipv6(ip)) => IpAddr::from(ip).is_loopback(),
        None => false,
    }
}

impl std::str::FromStr for Address {
    type Err = TransportError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = |reason| TransportError::Address { url: quote(text), reason };
        let mut url = Url::parse(text).map_err(|_| refuse("write it such as https://plugins.example.com"))?;
        if !url.username().is_empty() || url.password().is_some() {
            // The address is shown and stored; a secret in it would be too.
            return Err(TransportError::Address {
                url: "this".to_owned(),
                reason: "it has a user or password in it: use a token instead",
            });
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(refuse("leave out what follows the path"));
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(refuse("plain http goes to this machine alone (localhost): use https")),
            _ => return Err(refuse("use https")),
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self(Box::new(url)))
    }
}

impl TryFrom<String> for Address {
    type Error = TransportError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A token. Never printed.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Token(String);

impl Token {
    /// The secret, to be sent.
    pub(super) fn bearer(&self) -> String {
        format!("Bearer {}", self.0)
    }
}

impl std::str::FromStr for Token {
    type Err = TransportError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.is_empty() || text.len() > 1024 || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(TransportError::Token);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Token {
    type Error = TransportError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Token> for String {
    fn from(token: Token) -> Self {
        token.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine_is_an_address() {
        for good in
            ["https://r.example", "https://r.example/", "http://127.0.0.1:7700", "http://localhost", "http://[::1]:1"]
        {
            let address: Address = good.parse().expect("address");
            assert_eq!(address.to_string(), good.trim_end_matches('/'));
        }
        for bad in [
            "",
            "r.example",
            "http://r.example",
            "http://127.0.0.1.example",
            "ftp://r.example",
            "https://u:p@r.example",
            "https://r.example?x=1",
            "file:///etc/passwd",
        ] {
            assert!(bad.parse::<Address>().is_err(), "{bad:?}");
        }
        let error = "https://dana:hunter2@r.example".parse::<Address>().expect_err("password").to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn paths_are_escaped_below_the_address() {
        let address: Address = "https://r.example/plugins/".parse().expect("address");
        assert_eq!(
            address.join(&["v1", "tokens", "a/b ?"], &[("q", "a&b")]),
            "https://r.example/plugins/v1/tokens/a%2Fb%20%3F?q=a%26b"
        );
    }

    #[test]
    fn a_token_is_never_printed() {
        let token: Token = " plim_secret\n".parse().expect("token");
        assert!(!format!("{token:?}").contains("secret"));
        assert!("a b".parse::<Token>().is_err());
    }
}
