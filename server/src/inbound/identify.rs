//! Who a recipient address is, and who a message is from.

use app::address::{EmailAddress, OutsideAddress};

use super::{create, received::ReversePath};
use crate::{
    domains::Domains,
    mail::{header, message::Message, shown},
    queue::return_path,
};

/// Local parts that reach the relay's operator: the first is a duty (RFC 5321 §4.5.1), the second a good custom (RFC 2142).
const OPERATOR: [&str; 2] = ["postmaster", "abuse"];

/// First characters of a relay address's local part; no alias starts so.
pub const RELAY_PREFIX: &str = "r-";

/// What the local part of a recipient address can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// Perhaps an alias: the database knows.
    Alias(EmailAddress),
    /// Perhaps a relay address.
    Contact(String),
    /// Perhaps the return path of an item of the queue.
    Return(String),
    /// Whoever wishes for an alias, under this domain as it is stored.
    Create(String),
    /// The operator.
    Operator,
    /// Not an address of this relay.
    Elsewhere,
}

/// Reads a recipient address as it stood in RCPT. The relay's own addresses are under its main domain, but for the operator's
/// and the one that takes wishes, which are there under all.
pub fn addressee(address: &str, domains: &Domains) -> Addressee {
    // The one address that is complete without a domain (RFC 5321 §4.5.1).
    if address.eq_ignore_ascii_case(OPERATOR[0]) {
        return Addressee::Operator;
    }
    let Ok(address) = address.parse::<EmailAddress>() else {
        return Addressee::Elsewhere;
    };
    let main = address.domain() == domains.main();
    let Some(domain) = domains.stored(address.domain()) else {
        return Addressee::Elsewhere;
    };
    match address.local().to_lowercase() {
        local if OPERATOR.contains(&local.as_str()) => Addressee::Operator,
        local if local == create::LOCAL => Addressee::Create(domain.to_owned()),
        local if main && local.starts_with(RELAY_PREFIX) => Addressee::Contact(local),
        local if main && local.starts_with(return_path::PREFIX) => Addressee::Return(local),
        local => match format!("{local}@{}", address.domain()).parse() {
            Ok(alias) => Addressee::Alias(alias),
            // Some letters are others in lower case.
            Err(_) => Addressee::Elsewhere,
        },
    }
}

/// Whether an address is one that the relay makes up itself: nobody writes from there.
pub fn is_relay_address(address: &OutsideAddress, domain: &str) -> bool {
    let local = address.local().to_lowercase();
    address.domain() == domain
        && [RELAY_PREFIX, return_path::PREFIX]
            .iter()
            .any(|own| local.starts_with(own))
}

/// The contact that a message is from: the first address of From in whatever form, else of Sender, else the envelope's. A
/// contact to answer to, and no proof: who may do something is for
/// [`Authors::clear`](crate::mail::author::Authors::clear) to say.
pub fn sender(message: &Message<'_>, reverse_path: &ReversePath) -> Option<OutsideAddress> {
    shown::author(message)
        .or_else(|| message.all(header::SENDER).find_map(shown::first_in))
        .or_else(|| match reverse_path {
            ReversePath::Address(address) => address.parse().ok(),
            ReversePath::Null => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_found_without_regard_to_case() {
        let domains = Domains::new("relay.example".into(), vec!["other.example".into()]);
        let addressee = |address| addressee(address, &domains);
        let alias = |address: &str| Addressee::Alias(address.parse().unwrap());
        assert_eq!(addressee("Amber@Relay.Example"), alias("amber@relay.example"));
        assert_eq!(addressee("Amber@Other.Example"), alias("amber@other.example"));
        assert_eq!(addressee("\"Amber\"@relay.example"), alias("amber@relay.example"));
        assert_eq!(addressee("\"r-00\"@relay.example"), Addressee::Contact("r-00".into()));
        assert_eq!(addressee("\"postmaster\"@relay.example"), Addressee::Operator);
        assert_eq!(addressee("R-00@relay.example"), Addressee::Contact("r-00".into()));
        assert_eq!(addressee("B-00@relay.example"), Addressee::Return("b-00".into()));
        assert_eq!(addressee("New@relay.example"), Addressee::Create(String::new()));
        assert_eq!(
            addressee("new@Other.example"),
            Addressee::Create("other.example".into())
        );
        assert_eq!(addressee("r-00@other.example"), alias("r-00@other.example"));
        assert_eq!(addressee("b-00@other.example"), alias("b-00@other.example"));
        for operator in [
            "Postmaster",
            "postmaster@relay.example",
            "ABUSE@Relay.Example",
            "abuse@other.example",
        ] {
            assert_eq!(addressee(operator), Addressee::Operator, "{operator}");
        }
        for other in [
            "postmaster@example.org",
            "abuse",
            "amber@example.org",
            "amber",
            "",
            "amber@relay.example.org",
        ] {
            assert_eq!(addressee(other), Addressee::Elsewhere, "{other:?}");
        }
    }

    #[test]
    fn a_message_is_from_its_author_or_its_envelope_sender() {
        let null = ReversePath::Null;
        let path = ReversePath::Address("env@example.org".into());
        let of = |data: &str, path| sender(&Message::parse(data.as_bytes()), path).unwrap().shown();
        assert_eq!(of("From: Ann <ann@example.org>\r\n\r\n", &null), "ann@example.org");
        assert_eq!(
            of("From: broken, Bob <bob@example.org>\r\n\r\n", &null),
            "bob@example.org"
        );
        assert_eq!(
            of("From: nobody\r\nSender: s@example.org\r\n\r\n", &path),
            "s@example.org"
        );
        // A line that is no field begins the body, here as in the seal: From below it is text.
        let broken = "Subject: x\r\nno field\r\nFrom: body@example.org\r\n\r\n";
        assert_eq!(of(broken, &path), "env@example.org");
        assert_eq!(of("\r\nFrom: body@example.org\r\n", &path), "env@example.org");
        assert_eq!(
            of("From: \"Shop <news@shop.example>\r\n\r\n", &path),
            "news@shop.example"
        );
        assert_eq!(sender(&Message::parse(b""), &null), None);
    }
}
