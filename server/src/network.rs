//! Listens to the network, and identifies clients and their networks, so that limits can count them.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use tokio::net::{TcpListener, TcpSocket};

/// Connections that the system holds until they are accepted. The default of 128 is full a moment after a flood begins, and
/// then the system drops everybody's connections, before any limit here is asked. The system may have a lower limit.
const BACKLOG: u32 = 4096;

/// Opens a listener.
///
/// # Errors
/// The address is in use or does not belong to this machine.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    // As the standard library does: connections of an earlier process that have ended may linger.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Whether an address is of this machine or of a network of its own (RFC 1918, RFC 4193).
pub fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local(),
    }
}

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

#[cfg(test)]
mod tests {
    use std::{net::TcpStream, time::Duration};

    use super::*;

    #[tokio::test]
    async fn a_few_hundred_connections_wait_to_be_accepted_and_none_is_dropped() {
        let listener = listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        // Only ends a hang: what is dropped is tried again for longer than this.
        let patience = Duration::from_secs(30);
        let waiting: Vec<_> = (0..300)
            .map(|_| TcpStream::connect_timeout(&address, patience).unwrap())
            .collect();
        for _ in &waiting {
            listener.accept().await.unwrap();
        }
    }
}
