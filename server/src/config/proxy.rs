//! Which proxies are believed.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use plimsoll_core::InvalidText;

/// The network of proxies whose word counts, or the address of one: `10.0.0.0/8`, `2001:db8::/48`, `127.0.0.1`.
///
/// Invariants: no bit beyond the prefix is set; IPv4 is written as IPv4; not everybody is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProxyNetwork(IpNet);

impl ProxyNetwork {
    /// Whether an address is in it. An IPv4 address in the form of IPv6 (RFC 4291, 2.5.5.2) is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

impl FromStr for ProxyNetwork {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        let invalid = |reason: &str| InvalidText::new("network", text, reason);
        let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        let network = network.map_err(|_| invalid("use a network such as 10.0.0.0/8, or one address"))?;
        if network.prefix_len() == 0 {
            return Err(invalid("everybody is in it, and could then claim any address"));
        }
        if network.trunc() != network {
            return Err(invalid(&format!("it has bits beyond its prefix: use {}", network.trunc())));
        }
        if network.addr().to_canonical() != network.addr() {
            return Err(invalid("write IPv4 as IPv4"));
        }
        Ok(Self(network))
    }
}

impl TryFrom<String> for ProxyNetwork {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        text.parse()
    }
}

impl From<ProxyNetwork> for String {
    fn from(network: ProxyNetwork) -> Self {
        network.to_string()
    }
}

impl fmt::Display for ProxyNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_written_with_its_prefix_and_one_address_without() {
        let contains = |network: &str, address: &str| {
            let network: ProxyNetwork = network.parse().expect(network);
            network.contains(address.parse().expect(address))
        };
        assert!(contains("10.0.0.0/8", "10.255.0.1") && !contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("127.0.0.1", "127.0.0.1") && !contains("127.0.0.1", "127.0.0.2"));
        assert!(contains("2001:db8::/48", "2001:db8:0:9::1") && !contains("2001:db8::/48", "2001:db9::"));
        assert!(contains("10.0.0.0/8", "::ffff:10.0.0.1"), "IPv4 is IPv4 however it comes");
        assert!(!contains("::1", "127.0.0.1"));
    }

    #[test]
    fn what_trusts_more_than_it_says_is_refused() {
        for (text, reason) in [
            ("0.0.0.0/0", "everybody"),
            ("::/0", "everybody"),
            ("10.1.2.3/8", "use 10.0.0.0/8"),
            ("2001:db8::1/48", "use 2001:db8::/48"),
            ("::ffff:10.0.0.0/104", "as IPv4"),
            ("::ffff:10.0.0.1", "as IPv4"),
            ("10.0.0.0/33", "such as"),
            ("10.0.0.1:80", "such as"),
            ("proxy.example.org", "such as"),
            ("", "such as"),
        ] {
            let error = text.parse::<ProxyNetwork>().expect_err(text).to_string();
            assert!(error.contains(reason), "{error}");
        }
    }
}
