//! Decides which addresses `mx` may connect to. The owner of a domain names its mail host, so without a limit a stranger
//! could make the relay connect to hosts that only it can reach (server-side request forgery).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    sync::Arc,
};

use crate::domains::Domains;

/// The special-purpose networks of IPv4 that mail does not go to: IANA IPv4 Special-Purpose Address Registry (RFC 6890).
const SPECIAL_V4: [(Ipv4Addr, u8); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),       // "this network", RFC 791
    (Ipv4Addr::new(10, 0, 0, 0), 8),      // private, RFC 1918
    (Ipv4Addr::new(100, 64, 0, 0), 10),   // shared by carriers' NAT, RFC 6598
    (Ipv4Addr::new(127, 0, 0, 0), 8),     // loopback, RFC 1122
    (Ipv4Addr::new(169, 254, 0, 0), 16),  // link-local, and clouds' metadata, RFC 3927
    (Ipv4Addr::new(172, 16, 0, 0), 12),   // private, RFC 1918
    (Ipv4Addr::new(192, 0, 0, 0), 24),    // protocol assignments, RFC 6890
    (Ipv4Addr::new(192, 0, 2, 0), 24),    // documentation, RFC 5737
    (Ipv4Addr::new(192, 88, 99, 0), 24),  // 6to4 relays, RFC 7526
    (Ipv4Addr::new(192, 168, 0, 0), 16),  // private, RFC 1918
    (Ipv4Addr::new(198, 18, 0, 0), 15),   // benchmarks, RFC 2544
    (Ipv4Addr::new(198, 51, 100, 0), 24), // documentation, RFC 5737
    (Ipv4Addr::new(203, 0, 113, 0), 24),  // documentation, RFC 5737
    (Ipv4Addr::new(224, 0, 0, 0), 4),     // multicast, RFC 5771
    (Ipv4Addr::new(240, 0, 0, 0), 4),     // reserved, RFC 1112
    (Ipv4Addr::BROADCAST, 32),            // limited broadcast, RFC 919
];

/// The addresses that IANA gives out to hosts (RFC 4291 §2.4). No other is public: not loopback, unspecified, link-local
/// (`fe80::/10`), unique local (`fc00::/7`, RFC 4193), multicast, IPv4-compatible, discard-only (RFC 6666), SRv6 (RFC 9602),
/// or local NAT64 (RFC 8215).
const GLOBAL_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// The networks within it that mail does not go to: IANA IPv6 Special-Purpose Address Registry. 6to4 is judged by the
/// address that it embeds.
const SPECIAL_V6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, Teredo among them, RFC 2928
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation, RFC 3849
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation, RFC 9637
];

/// IPv4 addresses as an IPv6-only network sees them (RFC 6052 §2.1); the last 32 bits are the IPv4 address.
const NAT64: (Ipv6Addr, u8) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// 6to4 (RFC 3056 §2): the IPv4 address stands behind the first 16 bits.
const SIX_TO_FOUR: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16);

/// The limit of where `mx` may connect to.
pub struct Reach {
    private_networks: bool,
    own: Arc<Domains>,
}

impl Reach {
    /// Permits public addresses, and private ones if the operator allows them. The mail host of one of the relay's own
    /// domains may have any address, because the operator names it.
    pub fn new(private_networks: bool, own: Arc<Domains>) -> Self {
        Self { private_networks, own }
    }

    /// Whether mail for a domain may be handed over to this address.
    pub(super) fn allows(&self, domain: &str, host: SocketAddr) -> bool {
        self.private_networks
            || self.own.stored(domain).is_some()
            || is_public(host.ip()) && !is_this_machine(host.ip())
    }
}

/// Whether an address is public: one that internet hosts have.
pub fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => !SPECIAL_V4.iter().any(|&network| is_within_v4(ip, network)),
        IpAddr::V6(ip) if is_within_v6(ip, NAT64) => is_public(embedded_ipv4(ip, 0)),
        IpAddr::V6(ip) if is_within_v6(ip, SIX_TO_FOUR) => is_public(embedded_ipv4(ip, 80)),
        IpAddr::V6(ip) => is_within_v6(ip, GLOBAL_V6) && !SPECIAL_V6.iter().any(|&network| is_within_v6(ip, network)),
    }
}

/// Whether an address is one of this machine's, which can be bound to. If the kernel permits binding to any address
/// (`ip_nonlocal_bind`), this cannot be told.
fn is_this_machine(ip: IpAddr) -> bool {
    let binds = |ip: IpAddr| UdpSocket::bind((ip, 0)).is_ok();
    // No machine has it (RFC 5737 §3, RFC 3849 §2): where it can be bound, any address can.
    let unassigned: IpAddr = match ip {
        IpAddr::V4(_) => Ipv4Addr::new(192, 0, 2, 1).into(),
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).into(),
    };
    binds(ip) && !binds(unassigned)
}

fn is_within_v4(ip: Ipv4Addr, (network, prefix): (Ipv4Addr, u8)) -> bool {
    (ip.to_bits() ^ network.to_bits()).leading_zeros() >= u32::from(prefix)
}

fn is_within_v6(ip: Ipv6Addr, (network, prefix): (Ipv6Addr, u8)) -> bool {
    (ip.to_bits() ^ network.to_bits()).leading_zeros() >= u32::from(prefix)
}

/// The IPv4 address that begins `above` bits from the end.
fn embedded_ipv4(ip: Ipv6Addr, above: u32) -> IpAddr {
    let [.., a, b, c, d] = (ip.to_bits() >> above).to_be_bytes();
    Ipv4Addr::new(a, b, c, d).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(text: &str) -> bool {
        is_public(text.parse().unwrap())
    }

    #[test]
    fn hosts_of_the_internet_are_public() {
        for ip in [
            "9.9.9.9",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.169.0.0",
            "198.20.0.0",
            "223.255.255.255",
            "2620:fe::fe",
            "2a00:1450:4001::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "::ffff:9.9.9.9",
            "64:ff9b::909:909",
            "2002:909:909::1",
        ] {
            assert!(public(ip), "{ip}");
        }
    }

    #[test]
    fn all_else_is_not() {
        for ip in [
            "0.0.0.0",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::909:909",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:c0a8:101::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(ip), "{ip}");
        }
    }

    #[test]
    fn this_machine_is_known_by_its_own_addresses() {
        for (ip, expected) in [("127.0.0.1", true), ("127.0.0.9", true), ("198.51.100.9", false)] {
            assert_eq!(is_this_machine(ip.parse().unwrap()), expected, "{ip}");
        }
    }

    #[test]
    fn the_operator_names_the_hosts_of_the_own_domains() {
        let own = Arc::new(Domains::new("relay.example".into(), vec!["b.example".into()]));
        let host = "10.0.0.1:25".parse().unwrap();
        let reach = Reach::new(false, Arc::clone(&own));
        assert!(reach.allows("relay.example", host) && reach.allows("b.example", host));
        assert!(!reach.allows("x.relay.example", host) && !reach.allows("example.org", host));
        assert!(Reach::new(true, own).allows("example.org", host));
    }
}
