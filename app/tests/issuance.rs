//! The three messages between honest sides, and what neither side will begin.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

mod support;

use app::pki::{
    PkiError, contact,
    error::{Check, Part},
    issuance::{browser, server},
    key::{ContactKey, IntermediateKey},
    name::Subject,
    name_constraint::{NameConstraint, Names},
    role::Role,
    validity::Expiration,
};
use support::{InTests, exchange, long_ago, rng, subject};
use time::{Duration, OffsetDateTime};

#[test]
fn honest_exchange_gives_both_sides_the_same_chain() {
    let exchange = exchange(&subject(), Expiration::SUGGESTED, long_ago());
    assert!(*exchange.issued.chain() == exchange.chain);
    let chain = &exchange.chain;
    assert_eq!(chain.user().subject(), "CN=ann.lee@example.org");
    assert_eq!(chain.user().rfc822_names(), ["ann.lee@example.org"]);
    assert_eq!(chain.user().issuer(), chain.intermediate().subject());
    assert_eq!(chain.intermediate().issuer(), chain.root().subject());
    for certificate in [chain.user(), chain.intermediate(), chain.root()] {
        assert_eq!(certificate.not_before(), long_ago());
        assert_eq!(certificate.not_after(), long_ago().replace_year(2028).unwrap());
        assert_eq!((certificate.key_bits(), certificate.serial().len()), (2048, 34));
    }
    assert_eq!(
        chain.intermediate().name_constraints(),
        [
            (true, Names::Address("ann.lee@example.org".into())),
            (true, Names::AddressesAt("relay.example".into())),
            (false, Names::AnyDns),
            (false, Names::AnyIpv4),
            (false, Names::AnyIpv6),
        ]
        .map(|(is_permitted, names)| NameConstraint { is_permitted, names })
    );
}

#[test]
fn messages_and_errors_survive_json() {
    let exchange = exchange(&subject(), Expiration::SUGGESTED, long_ago());
    fn same<T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
        let text = serde_json::to_string(value).unwrap();
        assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *value);
    }
    same(&exchange.request);
    same(&exchange.answer);
    same(&exchange.completion);
    same(&refused(Part::Certificate(Role::User), Check::Signature));
    same(&PkiError::RelayDomain);
}

#[test]
fn two_profiles_of_one_mailbox_have_authorities_of_different_names() {
    let [one, other] = [(); 2].map(|()| exchange(&subject(), Expiration::SUGGESTED, long_ago()).chain);
    assert_ne!(one.root().subject(), other.root().subject());
    assert_ne!(one.intermediate().subject(), other.intermediate().subject());
}

#[test]
fn subject_that_no_chain_can_hold_is_refused_by_either_side() {
    let honest = exchange(&subject(), Expiration::SUGGESTED, long_ago());
    for (mailbox, relay_domain, error) in [
        ("jörg@example.org", "relay.example", PkiError::AddressNotAscii),
        ("ann.lee@example.org", "bücher.example", PkiError::AddressNotAscii),
        ("ann.lee@example.org", "", PkiError::RelayDomain),
        ("ann.lee@example.org", ".example", PkiError::RelayDomain),
    ] {
        let subject = Subject {
            mailbox: mailbox.parse().unwrap(),
            relay_domain: relay_domain.into(),
        };
        let started = browser::start(subject.clone(), Expiration::SUGGESTED, &mut rng());
        assert_eq!(started.err(), Some(error.clone()));
        let answered = server::answer(&subject, &honest.request, long_ago(), &InTests, &mut rng());
        assert_eq!(answered.err(), Some(error));
    }
}

#[test]
fn contact_certificate_is_issued_only_within_the_chain() {
    let one = exchange(&subject(), Expiration::SUGGESTED, long_ago());
    let other = exchange(&subject(), Expiration::SUGGESTED, long_ago());
    let key = ContactKey::generate(&mut rng()).unwrap();
    let issue = |intermediate: &IntermediateKey, address: &str, now: OffsetDateTime| {
        contact::issue(
            &one.chain,
            intermediate,
            &key,
            &address.parse().unwrap(),
            now,
            &mut rng(),
        )
    };
    let later = long_ago() + Duration::days(9);
    let end = one.chain.user().not_after();
    let issued = issue(&one.intermediate, "r-1@Relay.Example", later).unwrap();
    assert_eq!((issued.not_before(), issued.not_after()), (later, end));
    assert_eq!(issued.rfc822_names(), ["r-1@relay.example"]);
    assert_eq!(issued.issuer(), one.chain.intermediate().subject());
    let early = issue(&one.intermediate, "r-1@relay.example", long_ago() - Duration::days(1)).unwrap();
    assert_eq!(early.not_before(), long_ago(), "never before the chain");

    let elsewhere = refused(Part::Certificate(Role::Contact), Check::SubjectAltName);
    for address in ["r-1@relay.example.net", "r-1@sub.relay.example", "eve@example.org"] {
        assert_eq!(
            issue(&one.intermediate, address, later).err(),
            Some(elsewhere.clone()),
            "{address}"
        );
    }
    assert_eq!(
        issue(&one.intermediate, "r-1@relay.example", end).err(),
        Some(PkiError::Validity)
    );
    let stranger = issue(&other.intermediate, "r-1@relay.example", later).err();
    assert_eq!(stranger, Some(refused(Part::PrivateKey, Check::PublicKey)));
}

fn refused(part: Part, check: Check) -> PkiError {
    PkiError::Refused { part, check }
}
