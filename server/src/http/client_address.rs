//! Whose request it is, where proxies stand between: the one place that looks at the address of the peer.
//!
//! `X-Forwarded-For` is believed, and no other header: it is what proxies write. With two headers to believe, a client could
//! send the one that its proxy does not write. <https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-For>

use std::net::{IpAddr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::config::ProxyNetwork;

/// The most proxies one behind the other.
const PROXIES: usize = 16;
/// The longest address, with its port, in bytes.
const ENTRY_BYTES: usize = 64;

/// The network address of the one who asks, as limits count it.
pub(super) fn of_request(request: &HttpRequest, trusted: &[ProxyNetwork]) -> String {
    let Some(peer) = request.peer_addr() else { return String::new() };
    let forwarded: Vec<_> = request.headers().get_all(header::X_FORWARDED_FOR).map(|value| value.as_bytes()).collect();
    as_counted(of_client(peer.ip(), &forwarded, trusted))
}

/// The address of the client: of what stands in the headers, and at last of the peer, whatever is farthest to the right and no
/// trusted proxy. So a client that writes such a header itself gains nothing: its proxy adds the true address to the right.
///
/// `forwarded` are the values of `X-Forwarded-For`, in the order in which they came. Where a trusted proxy named something else
/// than an address, or there are too many, it is the address of the peer: a proxy's, for which everybody behind it counts as
/// one. What stands to the left of the client's address is not looked at, since anybody can write it.
pub(super) fn of_client(peer: IpAddr, forwarded: &[&[u8]], trusted: &[ProxyNetwork]) -> IpAddr {
    let is_proxy = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let peer = peer.to_canonical();
    let mut client = peer;
    let mut named = forwarded.iter().rev().flat_map(|value| value.rsplit(|byte| *byte == b','));
    for _ in 0..=PROXIES {
        if !is_proxy(client) {
            return client;
        }
        match named.next().map(read) {
            // Who runs the proxies asks from one of them, or from beside it.
            None => return client,
            Some(Some(before)) => client = before,
            Some(None) => return peer,
        }
    }
    peer
}

/// An address as proxies write it: some add the port.
fn read(entry: &[u8]) -> Option<IpAddr> {
    let entry = entry.trim_ascii();
    let text = str::from_utf8(entry).ok().filter(|text| text.len() <= ENTRY_BYTES)?;
    let address = text.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()));
    address.ok().map(|address| address.to_canonical())
}

/// What limits count as one client: of IPv6 the network, since each of its hosts has as many addresses as it likes.
pub(super) fn as_counted(client: IpAddr) -> String {
    match client {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().expect(text)
    }

    /// Behind proxies in 10.0.0.0/8 and at 2001:db8::1.
    fn client(peer: &str, forwarded: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "2001:db8::1"].map(|network| network.parse().expect(network));
        let forwarded: Vec<_> = forwarded.iter().map(|value| value.as_bytes()).collect();
        of_client(address(peer), &forwarded, &trusted).to_string()
    }

    #[test]
    fn the_client_is_the_last_one_that_is_no_trusted_proxy() {
        for (peer, forwarded, expected) in [
            ("203.0.113.9", &[][..], "203.0.113.9"),
            ("203.0.113.9", &["192.0.2.1"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("2001:db8::1", &["203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["192.0.2.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["192.0.2.1,203.0.113.9 ,\t10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["192.0.2.1", "203.0.113.9, 10.0.0.3", "10.0.0.2"], "203.0.113.9"),
            ("10.0.0.1", &["2001:db8::2"], "2001:db8::2"),
            // With a port, and IPv4 in the form of IPv6.
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["[2001:db8::2]:4711"], "2001:db8::2"),
            ("::ffff:10.0.0.1", &["::ffff:203.0.113.9, ::ffff:10.0.0.2"], "203.0.113.9"),
            ("::ffff:203.0.113.9", &["192.0.2.1"], "203.0.113.9"),
            // Nobody stands before the proxy.
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ] {
            assert_eq!(client(peer, forwarded), expected, "{peer}: {forwarded:?}");
        }
    }

    #[test]
    fn what_a_proxy_wrote_and_cannot_be_read_leaves_the_peer() {
        let long = format!("{}203.0.113.9", "0".repeat(100));
        for entry in
            ["", "unknown", "_hidden", "203.0.113", "203.0.113.9;x", "203.0.113.9 192.0.2.1", "localhost", &long]
        {
            assert_eq!(client("10.0.0.1", &[entry]), "10.0.0.1", "{entry}");
            assert_eq!(client("10.0.0.1", &[&format!("203.0.113.9, {entry}, 10.0.0.2")]), "10.0.0.1", "{entry}");
        }
        let chain = |proxies: usize| format!("203.0.113.9{}", ", 10.0.0.2".repeat(proxies));
        assert_eq!(client("10.0.0.1", &[&chain(PROXIES - 1)]), "203.0.113.9");
        assert_eq!(client("10.0.0.1", &[&chain(PROXIES)]), "10.0.0.1", "one proxy too many");
    }

    #[test]
    fn a_network_of_ipv6_counts_as_one() {
        let counted = |text: &str| as_counted(address(text));
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(counted("2001:db8:1:2::"), counted("2001:db8:1:2:ffff::1"));
        assert_ne!(counted("2001:db8:1:2::"), counted("2001:db8:1:3::"));
        assert_eq!(counted("203.0.113.9"), "203.0.113.9");
    }

    proptest! {
        #[test]
        fn a_client_behind_a_proxy_cannot_choose_its_address(sent in prop::collection::vec(any::<Vec<u8>>(), 0..4), seen: u32) {
            let (proxy, seen) = (address("10.0.0.1"), IpAddr::V4(Ipv4Addr::from(seen)));
            let trusted = [proxy.to_string().parse().expect("a network")];
            prop_assume!(seen != proxy);
            // Proxies add to the last value, or a value of their own.
            let own = seen.to_string().into_bytes();
            let mut added = sent.clone();
            match added.last_mut() {
                Some(last) => last.extend([b", ".as_slice(), &own].concat()),
                None => added.push(own.clone()),
            }
            let beside = [sent.clone(), vec![own]].concat();
            for forwarded in [added, beside] {
                let forwarded: Vec<_> = forwarded.iter().map(Vec::as_slice).collect();
                prop_assert_eq!(of_client(proxy, &forwarded, &trusted), seen);
            }
            // Nor does one who comes without a proxy, nor where no proxy is trusted.
            let sent: Vec<_> = sent.iter().map(Vec::as_slice).collect();
            prop_assert_eq!(of_client(seen, &sent, &trusted), seen);
            prop_assert_eq!(of_client(proxy, &sent, &[]), proxy);
        }
    }
}
