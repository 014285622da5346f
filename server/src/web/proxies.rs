//! Reverse proxies whose word is taken for where a request came from.

use std::{net::IpAddr, str::FromStr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// Those on this host always, and the networks that the operator names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// Not a list of addresses and networks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an IP address nor a network such as 10.0.0.0/8")]
pub struct TrustedProxiesError(String);

impl TrustedProxies {
    /// The address that limits are counted by: the peer or, where the peer is a trusted proxy, the last address in
    /// `X-Forwarded-For` that is not one. What stands before it is only what the client claims.
    pub(super) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        let fields = headers.get_all("x-forwarded-for").iter().rev();
        let mut hops = fields.flat_map(|field| field.to_str().unwrap_or_default().rsplit(','));
        while self.trusts(client) {
            match hops.next().map(|hop| hop.trim().parse::<IpAddr>()) {
                Some(Ok(hop)) => client = hop.to_canonical(),
                _ => break,
            }
        }
        client
    }

    fn trusts(&self, ip: IpAddr) -> bool {
        ip.is_loopback() || self.0.iter().any(|network| network.contains(&ip))
    }
}

impl FromStr for TrustedProxies {
    type Err = TrustedProxiesError;

    fn from_str(text: &str) -> Result<Self, TrustedProxiesError> {
        let network = |word: &str| {
            word.parse::<IpNet>()
                .or_else(|_| word.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| TrustedProxiesError(word.to_owned()))
        };
        let words = text.split([',', ' ']).filter(|word| !word.is_empty());
        words.map(network).collect::<Result<_, _>>().map(Self)
    }
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
        let proxies: TrustedProxies = proxies.parse().unwrap();
        proxies.client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn without_the_setting_only_a_proxy_on_this_host_is_believed() {
        let claims = ["1.1.1.1, 203.0.113.9"];
        assert_eq!(client("", "127.0.0.1", &claims), "203.0.113.9");
        assert_eq!(client("", "::ffff:127.0.0.1", &claims), "203.0.113.9");
        assert_eq!(client("", "198.51.100.4", &claims), "198.51.100.4");
        assert_eq!(client("", "::1", &[]), "::1");
    }

    #[test]
    fn named_proxies_are_believed_one_after_another() {
        let proxies = "10.0.0.0/8, 198.51.100.4 2001:db8::/64";
        let claims = ["1.1.1.1", "203.0.113.9, 10.9.9.9"];
        for peer in ["198.51.100.4", "10.0.0.1", "2001:db8::7", "::ffff:10.0.0.1"] {
            assert_eq!(client(proxies, peer, &claims), "203.0.113.9", "{peer}");
        }
        assert_eq!(client(proxies, "198.51.100.5", &claims), "198.51.100.5");
        assert_eq!(client(proxies, "10.0.0.1", &["1.1.1.1, nonsense"]), "10.0.0.1");
        assert_eq!(client(proxies, "10.0.0.1", &["10.0.0.2"]), "10.0.0.2");
    }

    #[test]
    fn what_is_no_network_is_named() {
        let error = "10.0.0.0/8, proxy.example".parse::<TrustedProxies>().unwrap_err();
        assert!(error.to_string().contains("proxy.example"), "{error}");
        assert!("10.0.0.0/33".parse::<TrustedProxies>().is_err());
    }
}
