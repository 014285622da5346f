//! Adds Received (RFC 5321 §4.4) and Authentication-Results (RFC 8601) to a message that is relayed unchanged.

use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::{
    envelope::{Client, address_literal},
    mail::{
        header,
        message::{Field, Message},
    },
    rewrite::Seen,
};

/// The longest HELO name that is repeated. The rest of the field is short, so the line stays below 998 octets.
const MOST_HELO: usize = 255;

/// Octets that the queue adds at the end: tag and nonce. The buffer must not grow then, because a large message would be in
/// memory twice more.
const ROOM: usize = 64;

/// Returns the message with the relay's fields on top, and without received fields that imitate them.
pub fn add(
    client: &Client,
    domain: &str,
    now: OffsetDateTime,
    seen: Option<&Seen>,
    mark: &str,
    message: &Message<'_>,
) -> Vec<u8> {
    let results = seen.map_or("", |seen| &seen.results);
    let mark = format!("{}: {mark}\r\n", header::LOOP_MARK);
    let above = [results, &mark, &format_received(client, domain, now)].concat();
    let mut relayed = Vec::with_capacity(above.len() + message.octets().len() + ROOM);
    relayed.extend_from_slice(above.as_bytes());
    message.push_without(&mut relayed, |field| is_forged(field, domain));
    relayed
}

/// Whether a received field could be read as this relay's own (RFC 8601 §5). Comments and quotes may hide the relay's name
/// from a parser but not from a reader, so every mention of it counts.
fn is_forged(field: &Field<'_>, domain: &str) -> bool {
    let plain: Vec<u8> = field
        .raw_value()
        .iter()
        .filter(|byte| !b"\\\" \t\r\n".contains(byte))
        .copied()
        .collect();
    let mentions = || String::from_utf8_lossy(&plain).to_lowercase().contains(domain);
    field.is(header::SPAM) || (field.is(header::AUTHENTICATION_RESULTS) && mentions())
}

/// It names the peer: if that is a mail server in front, its own field above names the client.
fn format_received(client: &Client, domain: &str, now: OffsetDateTime) -> String {
    let (ip, helo) = match &client.front {
        Some(front) => (front.ip, &front.helo),
        None => (client.ip, &client.helo),
    };
    // The client chooses this name, so it must not end the field or open a comment.
    let helo: String = helo
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "-.:[]_".contains(*c))
        .take(MOST_HELO)
        .collect();
    let helo = if helo.is_empty() { "unknown" } else { &helo };
    let literal = address_literal(ip);
    // RFC 3848 and RFC 6531 §4.3 name the protocols. After HELO only SMTP is possible.
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
    use crate::envelope::{Front, RequireTls, ReversePath};

    fn client(helo: &str) -> Client {
        Client {
            ip: [192, 0, 2, 1].into(),
            helo: helo.into(),
            front: None,
            extended: true,
            tls: true,
            smtputf8: false,
            require_tls: RequireTls::No,
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
        let field = format_received(&old, "relay.example", datetime!(2026-11-24 08:00 UTC));
        assert!(field.contains(" with SMTP;"), "{field}");
    }

    #[test]
    fn the_peer_is_named_even_if_it_names_its_client() {
        let front = Front {
            ip: [127, 0, 0, 1].into(),
            helo: "front.example".into(),
        };
        let passed_on = Client {
            front: Some(front),
            ..client("bob.example")
        };
        let field = format_received(&passed_on, "relay.example", datetime!(2026-11-24 08:00 UTC));
        assert!(
            field.starts_with("Received: from front.example ([127.0.0.1])"),
            "{field}"
        );
    }

    #[test]
    fn a_hostile_name_stays_inside_the_field() {
        let client = client("evil)\r\nBcc: x@example.org");
        let message = Message::parse(b"A: b\r\n\r\n");
        let relayed = add(
            &client,
            "relay.example",
            datetime!(2026-11-24 08:00 UTC),
            None,
            "c0ffee",
            &message,
        );
        assert_eq!(
            String::from_utf8(relayed).unwrap(),
            "Sealpost-Loop: c0ffee\r\nReceived: from evilBcc:xexample.org ([192.0.2.1])\r\n\tby relay.example with ESMTPS;\r\n\
             \tTue, 24 Nov 2026 08:00:00 +0000\r\nA: b\r\n\r\n"
        );
    }

    #[test]
    fn what_only_looks_like_our_finding_is_dropped() {
        let forged = |raw: &str| {
            is_forged(
                &Message::parse(raw.as_bytes()).fields().next().unwrap(),
                "relay.example",
            )
        };
        for own in [
            "Authentication-Results: relay.example; spf=pass\r\n",
            "authentication-results:\r\n (c;) RELAY.example 1; spf=pass\r\n",
            "Authentication-Results : \"relay.\\example\"; spf=pass\r\n",
        ] {
            assert!(forged(own), "{own}");
        }
        for other in [
            "Authentication-Results: mx.example.org; spf=pass\r\n",
            "Subject: relay.example\r\n",
        ] {
            assert!(!forged(other), "{other}");
        }
    }
}
