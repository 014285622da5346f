//! Names of header fields and where each of them goes, once; and the header that is written for the outside.

use mail_builder::headers::{Header as Value, HeaderType};

/// RFC 5322 §3.6.2.
pub const FROM: &str = "From";
/// RFC 5322 §3.6.2.
pub const SENDER: &str = "Sender";
/// RFC 5322 §3.6.2.
pub const REPLY_TO: &str = "Reply-To";
/// RFC 5322 §3.6.3.
pub const TO: &str = "To";
/// RFC 5322 §3.6.3.
pub const CC: &str = "Cc";
/// RFC 5322 §3.6.5.
pub const SUBJECT: &str = "Subject";
/// RFC 5322 §3.6.1.
pub const DATE: &str = "Date";
/// RFC 5322 §3.6.4.
pub const MESSAGE_ID: &str = "Message-ID";
/// RFC 5322 §3.6.4.
pub const IN_REPLY_TO: &str = "In-Reply-To";
/// RFC 5322 §3.6.4.
pub const REFERENCES: &str = "References";
/// RFC 9228: the address that a message was delivered to.
pub const DELIVERED_TO: &str = "Delivered-To";
/// RFC 2369 §3.2.
pub const LIST_UNSUBSCRIBE: &str = "List-Unsubscribe";
/// RFC 8058 §3.1.
pub const LIST_UNSUBSCRIBE_POST: &str = "List-Unsubscribe-Post";
/// RFC 3834 §5.
pub const AUTO_SUBMITTED: &str = "Auto-Submitted";
/// Marks what was relayed to mailboxes, with a keyed hash of each: if it comes back, mail goes round in circles.
pub const LOOP_MARK: &str = "Sealpost-Loop";
/// RFC 2045 §4.
pub const MIME_VERSION: &str = "MIME-Version";
/// RFC 2045 §5.
pub const CONTENT_TYPE: &str = "Content-Type";
/// RFC 2045 §6.
pub const CONTENT_TRANSFER_ENCODING: &str = "Content-Transfer-Encoding";
/// RFC 2045 §7.
pub const CONTENT_ID: &str = "Content-ID";
/// RFC 2183.
pub const CONTENT_DISPOSITION: &str = "Content-Disposition";

/// First characters of the names of the fields that describe a body (RFC 2045 §3).
pub const CONTENT_PREFIX: &str = "Content-";
/// Autocrypt Level 1: the key of who stands in From.
pub const AUTOCRYPT: &str = "Autocrypt";

/// How much a message looks like spam, as the relay's filter says: points, and those from which on it is refused.
pub const SPAM: &str = "Sealpost-Spam";

/// RFC 8601: what a host found out about the sender.
pub const AUTHENTICATION_RESULTS: &str = "Authentication-Results";

/// RFC 9788 §2.2: a field as it stands outside, recorded inside.
pub const HP_OUTER: &str = "HP-Outer";

/// First characters of the names of the relay's own fields. A received one is forged, or of another relay.
pub const OWN_PREFIX: &str = "Sealpost-";

/// Repeated outside the seal besides what is written anew: without these two an automatic reply in the mailbox would
/// answer a machine (RFC 3834 §2, §5). Nothing else of the original appears outside as it is: Reply-To above all would
/// lead the answer around the relay and in the clear.
pub const REPEATED_OUTSIDE: [(&str, &[&str]); 2] = [
    (
        AUTO_SUBMITTED,
        &["auto-generated", "auto-replied", "auto-notified", "no"],
    ),
    (
        "Precedence",
        &["bulk", "junk", "list", "first-class", "special-delivery"],
    ),
];

/// Left behind: the trace of the way to the relay, what vouches for bytes that are no longer those, what asks a client
/// to write to the sender around the relay, or to encrypt to a key that is not the contact's, and what means something to
/// RFC 9788 only.
const LEFT_BEHIND: [&str; 25] = [
    "Received",
    "Received-SPF",
    "Return-Path",
    DELIVERED_TO,
    "X-Original-To",
    "Envelope-To",
    "Bcc",
    "DKIM-Signature",
    "DomainKey-Signature",
    "X-Google-DKIM-Signature",
    "ARC-Seal",
    "ARC-Message-Signature",
    "ARC-Authentication-Results",
    AUTHENTICATION_RESULTS,
    "X-Gm-Message-State",
    "X-Received",
    "Content-Length",
    "Disposition-Notification-To",
    "Disposition-Notification-Options",
    "Return-Receipt-To",
    "X-Confirm-Reading-To",
    HP_OUTER,
    AUTOCRYPT,
    "Autocrypt-Gossip",
    LOOP_MARK,
];

/// The place of a received field inside the seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Nowhere.
    LeftBehind,
    /// With the original fields that the reader may want.
    Message,
    /// With the fields that say how to read the body.
    Mime,
}

/// The place of a field, by its name.
pub fn place(name: &str) -> Place {
    let starts = |with: &str| {
        name.get(..with.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(with))
    };
    let content = starts(CONTENT_PREFIX);
    if starts(OWN_PREFIX) || LEFT_BEHIND.iter().any(|other| name.eq_ignore_ascii_case(other)) {
        Place::LeftBehind
    } else if content || name.eq_ignore_ascii_case(MIME_VERSION) {
        Place::Mime
    } else {
        Place::Message
    }
}

/// Header fields written for the outside: 7-bit, folded, every line below 998 octets (RFC 5322 §2.1.1) as far as the
/// values given are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header(Vec<u8>);

impl Header {
    /// Adds a field.
    pub fn push<'x>(&mut self, name: &str, value: impl Into<HeaderType<'x>>) {
        self.0.extend_from_slice(name.as_bytes());
        self.0.extend_from_slice(b": ");
        value.into().write_header(&mut self.0, name.len() + 2);
    }

    /// The fields, each ended by CRLF.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_its_place() {
        for (name, expected) in [
            ("received", Place::LeftBehind),
            ("DELIVERED-TO", Place::LeftBehind),
            ("authentication-results", Place::LeftBehind),
            ("autocrypt", Place::LeftBehind),
            ("sealpost-anything", Place::LeftBehind),
            ("Reply-To", Place::Message),
            ("List-Unsubscribe", Place::Message),
            ("content-type", Place::Mime),
            ("Content-", Place::Mime),
            ("mime-version", Place::Mime),
            ("Ünicode", Place::Message),
        ] {
            assert_eq!(place(name), expected, "{name}");
        }
    }
}
