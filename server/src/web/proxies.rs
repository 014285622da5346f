//! Finds the client's address behind trusted reverse proxies.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::http::{HeaderMap, HeaderValue};

use crate::config::Networks;

/// Returns the address that limits count by. It is the peer. If the peer is a trusted proxy, it is the right-most
/// untrusted address in `X-Forwarded-For`. Several header lines are one list (RFC 9110 §5.3).
///
/// Each proxy appends the address of its own peer, so everything before that address is only the client's claim. An
/// entry that is no address ends the search at the last valid one. `Forwarded` (RFC 7239) is ignored, because a proxy
/// that does not set it passes on the client's.
pub(super) fn client(proxies: &Networks, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut client = peer.to_canonical();
    let mut hops = headers
        .get_all("x-forwarded-for")
        .iter()
        .rev()
        .flat_map(hops_from_right);
    while proxies.include(client) {
        match hops.next().and_then(address) {
            Some(hop) => client = hop,
            None => break,
        }
    }
    client
}

/// Splits a header line into its entries, last one first. Empty entries do not count (RFC 9110 §5.6.1.2). A line that
/// is no text is one entry that is no address.
fn hops_from_right(line: &HeaderValue) -> impl Iterator<Item = &str> {
    const NO_ADDRESS: &str = "?";
    let entries = line.to_str().unwrap_or(NO_ADDRESS).rsplit(',').map(str::trim);
    entries.filter(|entry| !entry.is_empty())
}

/// Parses an entry with or without a port. Proxies put IPv6 addresses in brackets or not.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = || entry.parse::<IpAddr>();
    let with_port = || entry.parse::<SocketAddr>().map(|socket| socket.ip());
    let bracketed = || {
        let inner = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        inner.unwrap_or_default().parse::<Ipv6Addr>().map(IpAddr::V6)
    };
    let ip = bare().or_else(|_| with_port()).or_else(|_| bracketed()).ok()?;
    Some(ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn client(proxies: &str, peer: &str, forwarded: &[&'static str]) -> String {
        let mut headers = HeaderMap::new();
        for field in forwarded {
            headers.append("x-forwarded-for", HeaderValue::from_static(field));
        }
        let proxies: Networks = proxies.parse().unwrap();
        super::client(&proxies, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn without_the_setting_nobody_is_believed() {
        let claims = ["1.1.1.1, 203.0.113.9"];
        for peer in ["127.0.0.1", "::1", "198.51.100.4"] {
            assert_eq!(client("", peer, &claims), peer);
        }
        assert_eq!(client("", "::ffff:127.0.0.1", &claims), "127.0.0.1");
    }

    #[test]
    fn the_right_most_untrusted_address_counts() {
        let believed = |claims: &[&'static str]| client("127.0.0.1", "127.0.0.1", claims);
        assert_eq!(believed(&["6.6.6.6, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(believed(&["6.6.6.6", "203.0.113.9"]), "203.0.113.9");
        assert_eq!(believed(&["203.0.113.9", "6.6.6.6, 127.0.0.1"]), "6.6.6.6");
        assert_eq!(believed(&["6.6.6.6,203.0.113.9 , "]), "203.0.113.9", "empty entries");
        assert_eq!(believed(&["6.6.6.6, 203.0.113.9", ""]), "203.0.113.9");
        assert_eq!(believed(&[]), "127.0.0.1");
        let mapped = client("127.0.0.1", "::ffff:127.0.0.1", &["6.6.6.6, ::ffff:203.0.113.9"]);
        assert_eq!(mapped, "203.0.113.9");
    }

    #[test]
    fn a_chain_of_proxies_is_followed_as_far_as_it_is_trusted() {
        let proxies = "10.0.0.0/8, 198.51.100.4 2001:db8::/64 ::ffff:192.0.2.0/120";
        let claims = ["1.1.1.1", "203.0.113.9, 10.9.9.9"];
        for peer in [
            "198.51.100.4",
            "10.0.0.1",
            "2001:db8::7",
            "::ffff:10.0.0.1",
            "192.0.2.200",
        ] {
            assert_eq!(client(proxies, peer, &claims), "203.0.113.9", "{peer}");
        }
        assert_eq!(client(proxies, "198.51.100.5", &claims), "198.51.100.5");
        assert_eq!(client(proxies, "10.0.0.1", &["10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn garbage_ends_the_walk_at_the_last_good_address() {
        let believed = |claims: &[&'static str]| client("10.0.0.0/8", "10.0.0.1", claims);
        for garbage in [
            "unknown",
            "_hidden",
            "nonsense",
            "1.2.3",
            "[::1",
            "fe80::1%eth0",
            "\"203.0.113.9\"",
        ] {
            let list: &'static str = Box::leak(format!("6.6.6.6, {garbage}").into_boxed_str());
            assert_eq!(believed(&[list]), "10.0.0.1", "{garbage}");
            assert_eq!(believed(&[list, "10.0.0.2"]), "10.0.0.2", "{garbage}");
        }
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("6.6.6.6"));
        headers.append("x-forwarded-for", HeaderValue::from_bytes(b"\xff").unwrap());
        let proxies: Networks = "10.0.0.0/8".parse().unwrap();
        assert_eq!(
            super::client(&proxies, [10, 0, 0, 1].into(), &headers).to_string(),
            "10.0.0.1"
        );
    }

    #[test]
    fn ports_and_brackets_are_left_out() {
        for (entry, ip) in [
            ("203.0.113.9:443", "203.0.113.9"),
            ("[2001:db8::9]", "2001:db8::9"),
            ("[2001:db8::9]:443", "2001:db8::9"),
            ("2001:db8::9", "2001:db8::9"),
            ("[::ffff:203.0.113.9]:443", "203.0.113.9"),
        ] {
            assert_eq!(client("10.0.0.1", "10.0.0.1", &[entry]), ip, "{entry}");
        }
    }

    #[test]
    fn the_header_of_rfc_7239_is_ignored() {
        let mut headers = HeaderMap::new();
        headers.append("forwarded", HeaderValue::from_static("for=6.6.6.6"));
        let proxies: Networks = "127.0.0.1".parse().unwrap();
        assert_eq!(
            super::client(&proxies, [127, 0, 0, 1].into(), &headers).to_string(),
            "127.0.0.1"
        );
    }

    #[test]
    fn what_is_no_network_is_named() {
        let error = "10.0.0.0/8, proxy.example".parse::<Networks>().unwrap_err();
        assert!(error.to_string().contains("proxy.example"), "{error}");
        assert!("10.0.0.0/33".parse::<Networks>().is_err());
    }
}
