//! Parses `SEALPOST_TRUSTED_PROXIES`: the reverse proxies that may name the client of a request.

use std::{net::IpAddr, str::FromStr};

use ipnet::{IpNet, Ipv4Net};

/// Bits of an IPv6 address in front of a mapped IPv4 address (RFC 4291 §2.5.5.2).
const MAPPED: u8 = 96;

/// The networks that the operator trusts. There are none by default, because any local user can connect from a loopback
/// address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

/// The text is not a list of addresses and networks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an IP address nor a network such as 10.0.0.0/8")]
pub struct TrustedProxiesError(String);

impl TrustedProxies {
    /// Whether no proxy is trusted. Then the peer of each connection is the client.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a peer is a trusted proxy.
    pub fn trusts(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip))
    }
}

impl FromStr for TrustedProxies {
    type Err = TrustedProxiesError;

    fn from_str(text: &str) -> Result<Self, TrustedProxiesError> {
        let network = |word: &str| {
            word.parse::<IpNet>()
                .or_else(|_| word.parse::<IpAddr>().map(IpNet::from))
                .map(canonical)
                .map_err(|_| TrustedProxiesError(word.to_owned()))
        };
        let words = text.split([',', ' ']).filter(|word| !word.is_empty());
        words.map(network).collect::<Result<_, _>>().map(Self)
    }
}

/// Turns a network of mapped IPv4 addresses into one of IPv4 addresses, the form in which addresses are compared.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(wide) = network else { return network };
    let mapped = wide.addr().to_ipv4_mapped().zip(wide.prefix_len().checked_sub(MAPPED));
    let narrow = mapped.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok());
    narrow.map_or(network, IpNet::V4)
}
