//! Parses the list of mail servers to which the limits for one client do not apply.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// Mail servers and filters in front of the receiver, by default those on this machine. They hand over everybody's mail, so
/// the limits for one client and one network do not apply to them. The total limits do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnlimitedClients(Vec<IpNet>);

/// The text is not a list of addresses and networks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is neither an IP address nor a network such as 10.0.0.0/8")]
pub struct UnlimitedClientsError(String);

impl UnlimitedClients {
    /// No exceptions: the limits apply to every client.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn include(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&ip))
    }
}

impl Default for UnlimitedClients {
    fn default() -> Self {
        let v4 = Ipv4Net::new(Ipv4Addr::LOCALHOST, 8).map(IpNet::from);
        let v6 = Ipv6Net::from(Ipv6Addr::LOCALHOST).into();
        Self(v4.into_iter().chain([v6]).collect())
    }
}

impl FromStr for UnlimitedClients {
    type Err = UnlimitedClientsError;

    fn from_str(text: &str) -> Result<Self, UnlimitedClientsError> {
        let network = |word: &str| {
            word.parse::<IpNet>()
                .or_else(|_| word.parse::<IpAddr>().map(IpNet::from))
                .map_err(|_| UnlimitedClientsError(word.to_owned()))
        };
        let words = text.split([',', ' ']).filter(|word| !word.is_empty());
        words.map(network).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_default_this_machine_is_unlimited_and_nobody_else() {
        let includes = |clients: &UnlimitedClients, ip: &str| clients.include(ip.parse().unwrap());
        let local = UnlimitedClients::default();
        assert!(includes(&local, "127.0.0.1") && includes(&local, "127.9.9.9") && includes(&local, "::1"));
        assert!(!includes(&local, "10.0.0.1") && !includes(&local, "::2"));
        let named: UnlimitedClients = "10.0.0.0/24, 2001:db8::7".parse().unwrap();
        assert!(includes(&named, "10.0.0.9") && includes(&named, "2001:db8::7"));
        assert!(!includes(&named, "127.0.0.1") && !includes(&named, "10.0.1.9"));
        assert!("10.0.0.0/24, filter.example".parse::<UnlimitedClients>().is_err());
    }
}
