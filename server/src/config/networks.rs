//! Parses a list of addresses and networks: reverse proxies, mail servers in front, clients without limits.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Bits of an IPv6 address in front of a mapped IPv4 address (RFC 4291 §2.5.5.2).
const MAPPED: u8 = 96;

/// Addresses and networks. There are none by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

/// The text is not a list of addresses and networks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an IP address nor a network such as 10.0.0.0/8")]
pub struct NetworksError(String);

impl Networks {
    /// The loopback addresses.
    pub fn this_machine() -> Self {
        let v4 = Ipv4Net::new(Ipv4Addr::LOCALHOST, 8).map(IpNet::from);
        let v6 = Ipv6Net::from(Ipv6Addr::LOCALHOST).into();
        Self(v4.into_iter().chain([v6]).collect())
    }

    /// These and the others.
    pub fn and(mut self, others: &Self) -> Self {
        self.0.extend_from_slice(&others.0);
        self
    }

    /// Whether the list names nobody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address is one of these, or in one of these networks.
    pub fn include(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip))
    }
}

impl FromStr for Networks {
    type Err = NetworksError;

    fn from_str(text: &str) -> Result<Self, NetworksError> {
        let network = |word: &str| {
            word.parse::<IpNet>()
                .or_else(|_| word.parse::<IpAddr>().map(IpNet::from))
                .map(canonical)
                .map_err(|_| NetworksError(word.to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_networks_include_theirs_and_nobody_else() {
        let includes = |networks: &Networks, ip: &str| networks.include(ip.parse().unwrap());
        let local = Networks::this_machine();
        assert!(includes(&local, "127.0.0.1") && includes(&local, "127.9.9.9") && includes(&local, "::1"));
        assert!(!includes(&local, "10.0.0.1") && !includes(&local, "::2"));
        let named: Networks = "10.0.0.0/24, 2001:db8::7 ::ffff:192.0.2.0/120".parse().unwrap();
        assert!(includes(&named, "10.0.0.9") && includes(&named, "2001:db8::7") && includes(&named, "192.0.2.9"));
        assert!(!includes(&named, "127.0.0.1") && !includes(&named, "10.0.1.9"));
        let both = local.and(&named);
        assert!(includes(&both, "127.0.0.1") && includes(&both, "10.0.0.9"));
        assert!(Networks::default().is_empty() && !named.is_empty());
        assert!("10.0.0.0/24, filter.example".parse::<Networks>().is_err());
    }
}
