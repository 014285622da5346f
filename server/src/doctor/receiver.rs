//! The address of the SMTP receiver is the relay's, and others can reach it.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

use super::{
    finding::{Check, Finding},
    is_reserved,
};
use crate::{config::Config, deliver::SMTP_PORT};

/// How long a program on this machine may take to greet.
const PATIENCE: Duration = Duration::from_secs(4);

/// Most octets of a greeting that are read (RFC 5321 §4.5.3.1.5).
const LONGEST: u64 = 512;

/// What is found at the address.
#[derive(Debug)]
enum Found {
    /// A program, with the first line that it says. Empty if it says nothing.
    Program(String),
    /// Nothing listens, and the relay could.
    Free,
    /// Nothing listens, and the relay could not.
    Closed(io::Error),
    /// No connection.
    Unreachable(io::Error),
}

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    if config.smtp.port() == 0 {
        let found = "port 0 means any free port";
        return vec![Finding::not_checked(
            Check::Receiver,
            config.smtp.to_string(),
            found,
            "",
        )];
    }
    let found = look(config.smtp).await;
    let is_behind_a_proxy = config.proxy_protocol_clients.include(reachable(config.smtp).ip());
    let mut findings = vec![judge(config.smtp, &config.domain, &found, is_behind_a_proxy)];
    findings.extend(judge_reach(config.smtp, &config.domain));
    findings
}

async fn look(address: SocketAddr) -> Found {
    let connected = match timeout(PATIENCE, TcpStream::connect(reachable(address))).await {
        Ok(connected) => connected,
        Err(elapsed) => return Found::Unreachable(elapsed.into()),
    };
    match connected {
        Ok(stream) => Found::Program(greeting(stream).await),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => match bind(address) {
            Ok(()) => Found::Free,
            Err(error) => Found::Closed(error),
        },
        Err(error) => Found::Unreachable(error),
    }
}

/// Who listens at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Occupant {
    /// Nobody.
    Nobody,
    /// A relay of this domain.
    Relay,
    /// Another program, with the first line that it says. Empty if it says nothing.
    Other(String),
}

/// Returns who listens at an address, before the relay of `domain` does.
pub async fn occupant(address: SocketAddr, domain: &str) -> Occupant {
    let mut found = look(address).await;
    // Something listens on IPv4 only, which "any" of IPv6 includes.
    if matches!(&found, Found::Closed(error) if error.kind() == io::ErrorKind::AddrInUse) {
        found = match look(SocketAddr::from((Ipv4Addr::LOCALHOST, address.port()))).await {
            Found::Program(line) => Found::Program(line),
            _ => Found::Program(String::new()),
        };
    }
    match found {
        Found::Program(line) if is_relay(&line, domain) => Occupant::Relay,
        Found::Program(line) => Occupant::Other(line),
        Found::Free | Found::Closed(_) | Found::Unreachable(_) => Occupant::Nobody,
    }
}

pub(super) fn is_relay(line: &str, domain: &str) -> bool {
    line.starts_with(&format!("220 {domain} ESMTP"))
}

/// The address to connect to: "any" is an address to listen on only.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

pub(super) async fn greeting(mut stream: TcpStream) -> String {
    let (reader, mut writer) = stream.split();
    let mut line = Vec::new();
    let mut reader = BufReader::new(reader.take(LONGEST));
    // A program that says nothing, or breaks off, has no greeting.
    let _ = timeout(PATIENCE, reader.read_until(b'\n', &mut line)).await;
    let _ = writer.write_all(b"QUIT\r\n").await;
    let line = String::from_utf8_lossy(&line);
    line.chars().filter(|letter| !letter.is_control()).collect()
}

/// Takes the address for a moment and does not listen, so a relay that starts just now is not disturbed.
fn bind(address: SocketAddr) -> io::Result<()> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)
}

fn judge(address: SocketAddr, domain: &str, found: &Found, is_behind_a_proxy: bool) -> Finding {
    const LOST: &str = "The relay cannot start, and mail does not arrive here.";
    let of = address.to_string();
    let bad = |found: String, action: &str| Finding::bad(Check::Receiver, of.clone(), found, LOST, action);
    match found {
        Found::Program(line) if is_relay(line, domain) => {
            Finding::good(Check::Receiver, of, "the relay runs and answers")
        }
        Found::Program(line) if line.starts_with("421") => {
            let found = "what listens here has no room for another connection now";
            Finding::not_checked(Check::Receiver, of, found, "Run sealpost doctor again.")
        }
        Found::Program(line) if line.is_empty() && is_behind_a_proxy => {
            let found = "what listens here says nothing to this machine, of which it expects the header of a proxy";
            Finding::not_checked(Check::Receiver, of, found, "")
        }
        Found::Program(line) => bad(
            match line.as_str() {
                "" => "another program has this port, and says nothing".to_owned(),
                _ => format!("another program has this port; it says \"{line}\""),
            },
            "Stop the other mail server (`ss -ltnp` names it) and keep it from starting again, or give the relay another \
             address in SEALPOST_SMTP. A relay that was started with another SEALPOST_DOMAIN needs a restart.",
        ),
        Found::Free => Finding::warning(
            Check::Receiver,
            of,
            "nothing listens here: the relay does not run",
            "No mail arrives. Other servers try again for some days.",
            "Start the relay. If it does not stay, its log says why.",
        ),
        Found::Closed(error) => match error.kind() {
            // The service may have a capability that this process does not have.
            io::ErrorKind::PermissionDenied => Finding::warning(
                Check::Receiver,
                of,
                "nothing listens here, and this process may not listen on this port",
                "No mail arrives while the relay does not run. If its service may not listen here either, it cannot start.",
                "Give the service CAP_NET_BIND_SERVICE (docs/OPERATING.md has a systemd unit), and start it.",
            ),
            io::ErrorKind::AddrNotAvailable => bad(
                "this machine does not have this address".to_owned(),
                "Correct SEALPOST_SMTP. 0.0.0.0:25 is port 25 of all IPv4 addresses.",
            ),
            io::ErrorKind::AddrInUse => bad(
                "another program has this port at one of the addresses".to_owned(),
                "Stop the other mail server: `ss -ltnp` names it.",
            ),
            _ => bad(
                format!("the relay could not listen here: {error}"),
                "Correct SEALPOST_SMTP.",
            ),
        },
        Found::Unreachable(error) => Finding::warning(
            Check::Receiver,
            of,
            format!("no connection: {error}"),
            "If this machine cannot reach its own receiver, others cannot either.",
            "Look at the firewall, and at SEALPOST_SMTP.",
        ),
    }
}

/// Whether others can reach an address like this, as far as its form says.
fn judge_reach(address: SocketAddr, domain: &str) -> Option<Finding> {
    let found = match (address.ip().is_loopback(), address.port() == SMTP_PORT) {
        _ if is_reserved(domain) => return None,
        (false, true) => return None,
        (true, _) => "only this machine can connect here",
        (false, false) => "this is not port 25",
    };
    Some(Finding::warning(
        Check::Receiver,
        address.to_string(),
        found,
        "Other mail servers connect to port 25 of the mail host. Unless something there passes them on, no mail arrives.",
        "Set SEALPOST_SMTP to 0.0.0.0:25 (or [::]:25), unless a proxy, firewall or filter passes port 25 on to this address.",
    ))
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn the_greeting_says_whose_port_it_is() {
        let address = "127.0.0.1:25".parse().unwrap();
        let kind = |kind: io::ErrorKind| Found::Closed(kind.into());
        for (found, expected, says) in [
            (
                Found::Program("220 relay.example.org ESMTP".into()),
                State::Good,
                "the relay runs",
            ),
            (
                Found::Program("220 mail.example.org ESMTP Postfix".into()),
                State::Bad,
                "it says \"220 mail.example.org ESMTP Postfix\"",
            ),
            (Found::Program(String::new()), State::Bad, "says nothing"),
            (
                Found::Program("421 4.3.2 try later".into()),
                State::NotChecked,
                "has no room",
            ),
            (Found::Free, State::Warning, "does not run"),
            (kind(io::ErrorKind::PermissionDenied), State::Warning, "may not listen"),
            (
                kind(io::ErrorKind::AddrNotAvailable),
                State::Bad,
                "does not have this address",
            ),
            (kind(io::ErrorKind::AddrInUse), State::Bad, "another program"),
            (
                Found::Unreachable(io::ErrorKind::TimedOut.into()),
                State::Warning,
                "no connection",
            ),
        ] {
            let finding = judge(address, "relay.example.org", &found, false);
            assert_eq!(finding.state, expected, "{found:?}");
            assert!(finding.found.contains(says), "{}", finding.found);
        }
        let silent = judge(address, "relay.example.org", &Found::Program(String::new()), true);
        assert_eq!(silent.state, State::NotChecked, "it waits for a proxy's header");
    }

    #[test]
    fn a_real_domain_needs_port_25() {
        for (address, domain, is_reached) in [
            ("0.0.0.0:25", "relay.example.org", true),
            ("[::]:25", "relay.example.org", true),
            ("0.0.0.0:2525", "relay.example.org", false),
            ("127.0.0.1:25", "relay.example.org", false),
            ("127.0.0.1:2525", "relay.localhost", true),
        ] {
            let finding = judge_reach(address.parse().unwrap(), domain);
            assert_eq!(finding.is_none(), is_reached, "{address} {domain}");
        }
    }
}
