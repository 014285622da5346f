//! The time server that `sealpost doctor` compares the clock with.

use std::{fmt, net::SocketAddr, str::FromStr};

use super::host_name;

/// The port of NTP (RFC 5905 §7.2).
const PORT: u16 = 123;

/// Where a time server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeServer {
    /// At an address.
    Address(SocketAddr),
    /// At this host's addresses, and at this port.
    Host(String, u16),
}

/// The text names no time server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a host or an address, such as pool.ntp.org or 192.0.2.1, or off")]
pub struct TimeServerError;

impl FromStr for TimeServer {
    type Err = TimeServerError;

    fn from_str(text: &str) -> Result<Self, TimeServerError> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        if let Ok(ip) = text.parse() {
            return Ok(Self::Address(SocketAddr::new(ip, PORT)));
        }
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, port.parse().map_err(|_| TimeServerError)?),
            None => (text, PORT),
        };
        Ok(Self::Host(host_name(host).map_err(|_| TimeServerError)?, port))
    }
}

impl fmt::Display for TimeServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) if address.port() == PORT => address.ip().fmt(f),
            Self::Address(address) => address.fmt(f),
            Self::Host(host, PORT) => f.write_str(host),
            Self::Host(host, port) => write!(f, "{host}:{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_server_has_a_name_or_an_address() {
        for (text, shown) in [
            ("pool.ntp.org", "pool.ntp.org"),
            ("Time.example.org:1123", "time.example.org:1123"),
            ("192.0.2.1", "192.0.2.1"),
            ("[2001:db8::1]:1123", "[2001:db8::1]:1123"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            let server: TimeServer = text.parse().unwrap();
            assert_eq!(server.to_string(), shown);
        }
        for text in ["", "time", "time.example.org:x", "https://time.example.org"] {
            assert_eq!(text.parse::<TimeServer>(), Err(TimeServerError), "{text}");
        }
    }
}
