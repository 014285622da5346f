//! Message 1: what the server says to a request that a browser made otherwise than ours does.

use app::pki::{
    PkiError,
    error::{Check, Part},
    issuance::{UserRequest, browser, server},
    validity::{Expiration, Unit},
};
use x509_cert::{ext::Extension, request::CertReqInfo};

use crate::{
    change::{authority, challenge, dns_name, names, sha384_request, to_eve},
    refused,
    support::{
        InTests,
        forge::{ask_for, elliptic_spki, forged_request, rsa_key, spki, with_broken_signature},
        long_ago, rng, subject,
    },
};

const ANN: &str = "ann.lee@example.org";

fn answer(request: Vec<u8>, expiration: Expiration) -> Option<PkiError> {
    let request = UserRequest { request, expiration };
    server::answer(&subject(), &request, long_ago(), &InTests, &mut rng()).err()
}

fn honest() -> UserRequest {
    browser::start(subject(), Expiration::SUGGESTED, &mut rng()).unwrap().1
}

#[test]
fn tampered_request_is_refused() {
    type Change = fn(&mut CertReqInfo);
    #[rustfmt::skip]
    let cases: &[(&str, Change, Option<Check>)] = &[
        ("nothing", |_| {}, None),
        ("subject", |r| to_eve(&mut r.subject), Some(Check::Subject)),
        ("second name", |r| r.subject = "CN=ann.lee@example.org,O=Example".parse().unwrap(), Some(Check::Subject)),
        ("no name", |r| r.subject = Default::default(), Some(Check::Subject)),
        ("address", |r| ask_for(r, vec![names(&["eve.lee@example.org"])]), Some(Check::SubjectAltName)),
        ("second address", |r| ask_for(r, vec![names(&[ANN, "eve@example.org"])]), Some(Check::SubjectAltName)),
        ("no address", |r| r.attributes = Default::default(), Some(Check::SubjectAltName)),
        ("DNS name", |r| ask_for(r, vec![dns_name("example.org")]), Some(Check::SubjectAltName)),
        ("critical", |r| ask_for(r, vec![Extension { critical: true, ..names(&[ANN]) }]), Some(Check::SubjectAltName)),
        ("address twice", |r| ask_for(r, vec![names(&[ANN]), names(&[ANN])]), Some(Check::SubjectAltName)),
        ("being a CA", |r| ask_for(r, vec![names(&[ANN]), authority()]), Some(Check::UnexpectedExtension)),
        ("attribute", |r| r.attributes.insert(challenge()).unwrap(), Some(Check::UnexpectedExtension)),
        ("elliptic key", |r| r.public_key = elliptic_spki(), Some(Check::PublicKey)),
        ("another's key", |r| r.public_key = spki(&rsa_key(2048)), Some(Check::Signature)),
    ];
    let (honest, key) = (honest(), rsa_key(2048));
    for (what, change, check) in cases {
        let request = forged_request(&honest.request, &key, change);
        let expected = check.map(|check| refused(Part::UserRequest, check));
        assert_eq!(answer(request, honest.expiration), expected, "{what}");
    }
}

#[test]
fn badly_signed_or_encoded_request_is_refused() {
    let UserRequest { request, expiration } = honest();
    for (request, check) in [
        (with_broken_signature(&request), Check::Signature),
        (forged_request(&request, &rsa_key(1024), |_| {}), Check::PublicKey),
        (sha384_request(&request, &rsa_key(2048)), Check::SignatureAlgorithm),
    ] {
        assert_eq!(answer(request, expiration), Some(refused(Part::UserRequest, check)));
    }
    for request in [
        vec![],
        [&request[..], &[0]].concat(),
        request[..request.len() - 1].to_vec(),
    ] {
        assert_eq!(
            answer(request, expiration),
            Some(PkiError::Malformed(Part::UserRequest))
        );
    }
}

/// All sizes but three are refused, whoever signs with them.
#[test]
fn only_keys_of_our_sizes_are_accepted() {
    let UserRequest { request, expiration } = honest();
    for (bits, check) in [
        (2046, Some(Check::PublicKey)),
        (2056, Some(Check::PublicKey)),
        (2560, Some(Check::PublicKey)),
        (3072, None),
    ] {
        let request = forged_request(&request, &rsa_key(bits), |_| {});
        let expected = check.map(|check| refused(Part::UserRequest, check));
        assert_eq!(answer(request, expiration), expected, "{bits}");
    }
}

#[test]
fn impossible_expiration_is_refused() {
    let honest = honest();
    for (amount, unit) in [(0, Unit::Days), (51, Unit::Years), (u16::MAX, Unit::Months)] {
        let expiration = Expiration { amount, unit };
        assert_eq!(answer(honest.request.clone(), expiration), Some(PkiError::Validity));
    }
}
