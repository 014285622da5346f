//! Decides what a recipient address belongs to, and recognises the relay's own addresses.

use app::address::{EmailAddress, OutsideAddress};

use crate::{
    domains::Domains,
    local_part::{NEW, RELAY_PREFIX, RETURN_PREFIX},
};

/// Local parts that reach the operator. RFC 5321 §4.5.1 requires `postmaster`, and RFC 2142 recommends `abuse`.
const OPERATOR: [&str; 2] = ["postmaster", "abuse"];

/// The owner of a recipient address, judged by its form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// An address of the form of an alias. The database tells whether it exists.
    Alias(EmailAddress),
    /// An address of the form of a relay address.
    Contact(String),
    /// An address of the form of a queue item's return path.
    Return(String),
    /// `new@`, which takes requests for an alias under this domain (in its stored form).
    Create(String),
    /// The relay's operator.
    Operator,
    /// Not an address of this relay.
    Elsewhere,
}

/// Reads a recipient address as RCPT named it. The operator's address and `new@` exist under all domains. All other
/// addresses of the relay itself exist under the main domain only.
pub fn addressee(address: &str, domains: &Domains) -> Addressee {
    // RFC 5321 §4.5.1: `postmaster` is complete without a domain.
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
        local if local == NEW => Addressee::Create(domain.to_owned()),
        local if main && local.starts_with(RELAY_PREFIX) => Addressee::Contact(local),
        local if main && local.starts_with(RETURN_PREFIX) => Addressee::Return(local),
        local => match format!("{local}@{}", address.domain()).parse() {
            Ok(alias) => Addressee::Alias(alias),
            // Some letters change when they are lower-cased, so the result is checked again.
            Err(_) => Addressee::Elsewhere,
        },
    }
}

/// Whether the relay creates this kind of address itself. Nobody sends mail from one.
pub fn is_relay_address(address: &OutsideAddress, domain: &str) -> bool {
    let local = address.local().to_lowercase();
    address.domain() == domain && [RELAY_PREFIX, RETURN_PREFIX].iter().any(|own| local.starts_with(own))
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
}
