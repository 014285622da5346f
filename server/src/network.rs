//! Identifies clients and their networks, so that limits can count them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The key that a client is counted under: an IPv4 address, or the /64 of an IPv6 address.
pub fn client_key(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets()[..8].to_vec(),
    }
}

/// The smallest network that one customer has: an IPv4 address, or an IPv6 /64 (RFC 6177).
pub fn client(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// The largest network that one customer often has: an IPv4 /24, or an IPv6 /48 (RFC 6177).
pub fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(ip) => Ipv4Addr::from_bits(ip.to_bits() & !0xff).into(),
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !(u128::MAX >> 48)).into(),
    }
}
