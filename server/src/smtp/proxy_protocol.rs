//! Reads the header with which a proxy in front of the receiver names the client of a connection, in either version of the
//! PROXY protocol (<https://www.haproxy.org/download/3.2/doc/proxy-protocol.txt>).

use std::{io, net::IpAddr, time::Duration};

use ppp::{HeaderResult, PartialResult, v1, v2};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    time::{error::Elapsed, timeout},
};

/// The longest header in octets. Addresses need 52 of them, and what proxies add about TLS some hundred; the specification
/// wants 536 to be taken.
const MOST_OCTETS: usize = 536;

/// The beginning of a header of version 1, which is a line of text.
const V1_PREFIX: &[u8] = b"PROXY ";

/// Why a connection of a proxy is not served.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProxyFault {
    /// The header did not come in time.
    #[error("the proxy sent no header of the PROXY protocol in time")]
    TimedOut(#[from] Elapsed),
    /// The connection broke before the end of the header.
    #[error("the proxy's connection broke before its header was complete")]
    Io(#[from] io::Error),
    /// It is no header, or a longer one.
    #[error("the proxy's connection does not begin with a header of the PROXY protocol")]
    NoHeader,
}

/// Reads the header, and nothing behind it. Returns the client's address; `None` if the proxy speaks for itself, as it does
/// to see whether the receiver is alive.
pub(super) async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    patience: Duration,
) -> Result<Option<IpAddr>, ProxyFault> {
    timeout(patience, read_header(stream)).await?
}

async fn read_header(stream: &mut (impl AsyncRead + Unpin)) -> Result<Option<IpAddr>, ProxyFault> {
    let mut header = Vec::with_capacity(MOST_OCTETS);
    // Octet by octet, because what follows belongs to SMTP, and the library tells only where it is.
    while header.len() < MOST_OCTETS {
        header.push(stream.read_u8().await?);
        // The library takes a part of a text header for a broken one.
        let is_text = header.iter().zip(V1_PREFIX).all(|(octet, expected)| octet == expected);
        if is_text && !header.ends_with(b"\n") {
            continue;
        }
        match HeaderResult::parse(&header) {
            HeaderResult::V1(Ok(header)) => return Ok(source_v1(&header.addresses)),
            HeaderResult::V2(Ok(header)) => {
                return Ok(match header.command {
                    v2::Command::Local => None,
                    v2::Command::Proxy => source_v2(&header.addresses),
                });
            }
            partial if partial.is_incomplete() => {}
            _ => return Err(ProxyFault::NoHeader),
        }
    }
    Err(ProxyFault::NoHeader)
}

fn source_v1(addresses: &v1::Addresses) -> Option<IpAddr> {
    match addresses {
        v1::Addresses::Tcp4(ips) => Some(ips.source_address.into()),
        v1::Addresses::Tcp6(ips) => Some(IpAddr::from(ips.source_address).to_canonical()),
        v1::Addresses::Unknown => None,
    }
}

fn source_v2(addresses: &v2::Addresses) -> Option<IpAddr> {
    match addresses {
        v2::Addresses::IPv4(ips) => Some(ips.source_address.into()),
        v2::Addresses::IPv6(ips) => Some(IpAddr::from(ips.source_address).to_canonical()),
        v2::Addresses::Unix(_) | v2::Addresses::Unspecified => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn source(octets: &[u8]) -> (Result<Option<String>, String>, usize) {
        let mut rest = octets;
        let read = read(&mut rest, Duration::from_secs(60)).await;
        let read = read
            .map(|ip| ip.map(|ip| ip.to_string()))
            .map_err(|fault| fault.to_string());
        (read, rest.len())
    }

    fn v2(command: v2::Command, addresses: impl Into<v2::Addresses>) -> Vec<u8> {
        let version = v2::Version::Two | command;
        v2::Builder::with_addresses(version, v2::Protocol::Stream, addresses)
            .build()
            .unwrap()
    }

    #[tokio::test]
    async fn both_versions_name_the_client_and_leave_what_follows() {
        let v4 = ("192.0.2.9:4711".parse().unwrap(), "198.51.100.1:25".parse().unwrap());
        let v6 = (
            "[2001:db8::9]:4711".parse().unwrap(),
            "[2001:db8::1]:25".parse().unwrap(),
        );
        let v4: (std::net::SocketAddr, std::net::SocketAddr) = v4;
        let v6: (std::net::SocketAddr, std::net::SocketAddr) = v6;
        for (header, expected) in [
            (
                b"PROXY TCP4 192.0.2.9 198.51.100.1 4711 25\r\n".to_vec(),
                Some("192.0.2.9"),
            ),
            (
                b"PROXY TCP6 2001:db8::9 2001:db8::1 4711 25\r\n".to_vec(),
                Some("2001:db8::9"),
            ),
            (
                b"PROXY TCP6 ::ffff:192.0.2.9 ::1 4711 25\r\n".to_vec(),
                Some("192.0.2.9"),
            ),
            (b"PROXY UNKNOWN\r\n".to_vec(), None),
            (v2(v2::Command::Proxy, v4), Some("192.0.2.9")),
            (v2(v2::Command::Proxy, v6), Some("2001:db8::9")),
            (v2(v2::Command::Local, v4), None),
        ] {
            let (read, rest) = source(&[&header[..], b"EHLO"].concat()).await;
            assert_eq!((read, rest), (Ok(expected.map(str::to_owned)), 4), "{header:?}");
        }
    }

    #[tokio::test]
    async fn anything_else_is_no_header() {
        let endless = [
            &v2(v2::Command::Proxy, v2::Addresses::Unspecified)[..14],
            &[0xff, 0xff],
            &[0; 1000],
        ]
        .concat();
        for octets in [
            &b"EHLO bob\r\n"[..],
            b"PROXY TCP4 bob 198.51.100.1 1 25\r\n",
            &[b'P'; 600],
            &endless,
        ] {
            let (read, _) = source(octets).await;
            assert_eq!(read, Err(ProxyFault::NoHeader.to_string()), "{octets:?}");
        }
        let (read, _) = source(b"PROXY TCP4 192.0.2.9").await;
        assert!(read.unwrap_err().contains("broke"));
    }

    #[tokio::test]
    async fn a_silent_proxy_is_not_awaited_for_ever() {
        let (_proxy, mut stream) = tokio::io::duplex(16);
        assert!(matches!(
            read(&mut stream, Duration::from_millis(10)).await,
            Err(ProxyFault::TimedOut(_))
        ));
    }
}
