//! The trace field that a relay puts on top of what it passes on (RFC 5321 §4.4).

use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::received::Client;

/// Longest HELO name that is repeated; the rest of the field is short, so that the line stays under 998 octets.
const MOST_HELO: usize = 255;

/// The message with a Received field before it.
pub fn with_received(client: &Client, domain: &str, now: OffsetDateTime, message: &[u8]) -> Vec<u8> {
    let mut relayed = received(client, domain, now).into_bytes();
    relayed.extend_from_slice(message);
    relayed
}

fn received(client: &Client, domain: &str, now: OffsetDateTime) -> String {
    // The name is the client's own claim: nothing of it may end the field or open a comment.
    let helo: String = client
        .helo
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-.:[]_".contains(*c))
        .take(MOST_HELO)
        .collect();
    let helo = if helo.is_empty() { "unknown" } else { &helo };
    let literal = match client.ip {
        std::net::IpAddr::V4(ip) => format!("[{ip}]"),
        std::net::IpAddr::V6(ip) => format!("[IPv6:{ip}]"),
    };
    // RFC 3848 and RFC 6531 §4.3 name the protocols; after HELO there is but one.
    let protocol = match (client.extended, client.smtputf8, client.tls) {
        (false, ..) => "SMTP",
        (true, false, false) => "ESMTP",
        (true, false, true) => "ESMTPS",
        (true, true, false) => "UTF8SMTP",
        (true, true, true) => "UTF8SMTPS",
    };
    let date = now.format(&Rfc2822).unwrap_or_default();
    format!("Received: from {helo} ({literal})\r\n\tby {domain} with {protocol};\r\n\t{date}\r\n")
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::inbound::received::ReversePath;

    fn client(helo: &str) -> Client {
        Client {
            ip: [192, 0, 2, 1].into(),
            helo: helo.into(),
            extended: true,
            tls: true,
            smtputf8: false,
            reverse_path: ReversePath::Null,
        }
    }

    #[test]
    fn after_helo_the_protocol_is_smtp() {
        let old = Client {
            extended: false,
            tls: false,
            ..client("old.example")
        };
        let field = received(&old, "relay.example", datetime!(2026-11-24 08:00 UTC));
        assert!(field.contains(" with SMTP;"), "{field}");
    }

    #[test]
    fn a_hostile_name_stays_inside_the_field() {
        let client = client("evil)\r\nBcc: x@example.org");
        let relayed = with_received(
            &client,
            "relay.example",
            datetime!(2026-11-24 08:00 UTC),
            b"A: b\r\n\r\n",
        );
        assert_eq!(
            String::from_utf8(relayed).unwrap(),
            "Received: from evilBcc:xexample.org ([192.0.2.1])\r\n\tby relay.example with ESMTPS;\r\n\
             \tTue, 24 Nov 2026 08:00:00 +0000\r\nA: b\r\n\r\n"
        );
    }
}
