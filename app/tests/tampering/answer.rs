//! Message 2: what the browser says to a server that answers otherwise than ours does.

use const_oid::db::{rfc5280::*, rfc5912::SHA_384_WITH_RSA_ENCRYPTION};
use der::asn1::{GeneralizedTime, Null};
use rsa::PrivateKey;
use x509_cert::{ext::pkix::KeyUsages, request::CertReqInfo, time::Time};

use crate::{
    change::*,
    refused,
    support::{
        InTests,
        forge::{
            Body, algorithm, ask_for, elliptic_spki, extension, forged_request, renamed, rsa_key, rsa_of,
            sign_with_sha384, spki, with_broken_signature,
        },
        long_ago, rng, subject,
    },
};
use app::pki::{
    PkiError,
    error::{Check, Part},
    issuance::{Answer, browser, server},
    role::Role,
    validity::Expiration,
};

const ANN: &str = "ann.lee@example.org";

/// What the browser says to a message 2 that was changed with the intermediate key in hand.
fn finish(change: impl FnOnce(&mut Answer, &PrivateKey)) -> Option<PkiError> {
    let (requested, request) = browser::start(subject(), Expiration::SUGGESTED, &mut rng()).unwrap();
    let (pending, mut answer) = server::answer(&subject(), &request, long_ago(), &InTests, &mut rng()).unwrap();
    change(&mut answer, &rsa_of(&pending.intermediate));
    requested.finish(&answer, long_ago(), &mut rng()).err()
}

fn finish_with_user(change: impl FnOnce(&mut Body)) -> Option<PkiError> {
    finish(|answer, key| {
        let mut body = Body::of(&answer.user_certificate);
        change(&mut body);
        answer.user_certificate = body.signed(key);
    })
}

type Case = (&'static str, fn(&mut Body), Option<Check>);

fn check_all(cases: &[Case]) {
    for (what, change, check) in cases {
        let expected = check.map(|check| refused(Part::Certificate(Role::User), check));
        assert_eq!(finish_with_user(change), expected, "{what}");
    }
}

/// An intermediate that is easier to break than the user's key would undo the choice of a longer one; a longer one is not
/// what was chosen.
#[test]
fn intermediate_of_another_size_is_refused() {
    let of_bits = |bits| {
        finish(|answer, _| {
            let key = rsa_key(bits);
            answer.intermediate_request = forged_request(&answer.intermediate_request, &key, |request| {
                request.subject = relabelled(&request.subject, &key);
            });
        })
    };
    for bits in [1024, 2560, 3072] {
        let expected = refused(Part::IntermediateRequest, Check::PublicKey);
        assert_eq!(of_bits(bits), Some(expected), "{bits}");
    }
    // Of the right size it is taken, and only then seen not to have signed the user certificate.
    let expected = refused(Part::Certificate(Role::User), Check::Signature);
    assert_eq!(of_bits(2048), Some(expected));
}

#[test]
fn tampered_fields_of_the_user_certificate_are_refused() {
    #[rustfmt::skip]
    check_all(&[
        ("nothing", |_| {}, None),
        ("version", |b| b.version = Some(1), Some(Check::Version)),
        ("short serial", |b| b.serial = serial(&[1; 15]), Some(Check::Serial)),
        ("negative serial", |b| b.serial = serial(&[0x80; 17]), Some(Check::Serial)),
        ("serial of another form", |b| b.serial = serial(&[1; 20]), Some(Check::Serial)),
        ("algorithm", |b| b.signature = algorithm(SHA_384_WITH_RSA_ENCRYPTION), Some(Check::SignatureAlgorithm)),
        ("issuer", |b| to_eve(&mut b.issuer), Some(Check::Issuer)),
        ("start 25 hours ago", |b| shift(b, hours(-25), hours(-25)), Some(Check::Validity)),
        ("start in 25 hours", |b| shift(b, hours(25), hours(25)), Some(Check::Validity)),
        ("server's clock slow", |b| shift(b, hours(-23), hours(-23)), None),
        ("a second longer", |b| shift(b, 0, 1), Some(Check::Validity)),
        ("a second shorter", |b| shift(b, 0, -1), Some(Check::Validity)),
        ("end before start", |b| shift(b, 0, hours(-24 * 3000)), Some(Check::Validity)),
        ("subject", |b| to_eve(&mut b.subject), Some(Check::Subject)),
        ("second name", |b| b.subject = "CN=ann.lee@example.org,O=Example".parse().unwrap(), Some(Check::Subject)),
        ("no name", |b| b.subject = Default::default(), Some(Check::Subject)),
        ("key", |b| b.rekey(&rsa_key(2048)), Some(Check::PublicKey)),
        ("elliptic key", |b| b.spki = elliptic_spki(), Some(Check::PublicKey)),
        ("issuer's unique id", |b| b.issuer_unique_id = unique_id(), Some(Check::UnexpectedExtension)),
        ("subject's unique id", |b| b.subject_unique_id = unique_id(), Some(Check::UnexpectedExtension)),
    ]);
}

#[test]
fn tampered_extensions_of_the_user_certificate_are_refused() {
    use KeyUsages::*;
    #[rustfmt::skip]
    check_all(&[
        ("address", |b| addresses(b, &["eve.lee@example.org"]), Some(Check::SubjectAltName)),
        ("address in capitals", |b| addresses(b, &["Ann.Lee@example.org"]), Some(Check::SubjectAltName)),
        ("second address", |b| addresses(b, &[ANN, "eve@relay.example"]), Some(Check::SubjectAltName)),
        ("critical address", |b| critical(b, ID_CE_SUBJECT_ALT_NAME), Some(Check::SubjectAltName)),
        ("addresses twice", |b| b.add(names(&["eve@relay.example"])), Some(Check::SubjectAltName)),
        ("no address", |b| b.without(ID_CE_SUBJECT_ALT_NAME), Some(Check::SubjectAltName)),
        ("more usage", |b| usage(b, &[DigitalSignature, KeyEncipherment, NonRepudiation]), Some(Check::KeyUsage)),
        ("less usage", |b| usage(b, &[DigitalSignature]), Some(Check::KeyUsage)),
        ("usage not critical", |b| uncritical(b, ID_CE_KEY_USAGE), Some(Check::KeyUsage)),
        ("no usage", |b| b.without(ID_CE_KEY_USAGE), Some(Check::KeyUsage)),
        ("server", |b| purposes(b, &[ID_KP_EMAIL_PROTECTION, ID_KP_SERVER_AUTH]), Some(Check::ExtendedKeyUsage)),
        ("any purpose", |b| b.without(ID_CE_EXT_KEY_USAGE), Some(Check::ExtendedKeyUsage)),
        ("being a CA", |b| constraints(b, true, None), Some(Check::BasicConstraints)),
        ("constraints not critical", |b| uncritical(b, ID_CE_BASIC_CONSTRAINTS), Some(Check::BasicConstraints)),
        ("no constraints", |b| b.without(ID_CE_BASIC_CONSTRAINTS), Some(Check::BasicConstraints)),
        ("own key id", own_key_id, Some(Check::KeyIdentifier)),
        ("no own key id", |b| b.without(ID_CE_SUBJECT_KEY_IDENTIFIER), Some(Check::KeyIdentifier)),
        ("issuer's key id", |b| issuers_key_id(b, [7; 20]), Some(Check::KeyIdentifier)),
        ("no issuer's key id", |b| b.without(ID_CE_AUTHORITY_KEY_IDENTIFIER), Some(Check::KeyIdentifier)),
        ("one more", |b| b.add(extension(COMMENT, false, &Null)), Some(Check::UnexpectedExtension)),
        ("name constraints", |b| b.add(permitting("example.org")), Some(Check::UnexpectedExtension)),
    ]);
}

#[test]
fn badly_signed_or_encoded_user_certificate_is_refused() {
    let user = Part::Certificate(Role::User);
    let refused = |check| Some(refused(user, check));
    let malformed = Some(PkiError::Malformed(user));
    let broken = finish(|a, _| a.user_certificate = with_broken_signature(&a.user_certificate));
    assert_eq!(broken, refused(Check::Signature));
    let others = finish(|a, _| a.user_certificate = Body::of(&a.user_certificate).signed(&rsa_key(2048)));
    assert_eq!(others, refused(Check::Signature));
    let sha384 = finish(|a, key| {
        let mut body = Body::of(&a.user_certificate);
        body.signature = algorithm(SHA_384_WITH_RSA_ENCRYPTION);
        a.user_certificate = sign_with_sha384(&body, key);
    });
    assert_eq!(sha384, refused(Check::SignatureAlgorithm));
    assert_eq!(finish(|a, _| a.user_certificate.clear()), malformed);
    assert_eq!(finish(|a, _| a.user_certificate.push(0)), malformed);
    assert_eq!(finish_with_user(|b| b.serial = serial(&[1; 22])), malformed);
    // Through 2049 a date is a UTCTime (RFC 5280 §4.1.2.5).
    let date = finish_with_user(|b| {
        let date = b.times.not_after.to_date_time();
        b.times.not_after = Time::GeneralTime(GeneralizedTime::from_date_time(date));
    });
    assert_eq!(date, malformed);
}

#[test]
fn tampered_intermediate_request_is_refused() {
    type Change = fn(&mut CertReqInfo);
    #[rustfmt::skip]
    let cases: &[(&str, Change, Option<Check>)] = &[
        ("nothing", |_| {}, None),
        ("subject", |r| to_eve(&mut r.subject), Some(Check::Subject)),
        ("other words", |r| r.subject = renamed(&r.subject, "Intermediate", "Intermediary"), Some(Check::Subject)),
        ("an extension", |r| ask_for(r, vec![authority()]), Some(Check::UnexpectedExtension)),
        ("an attribute", |r| r.attributes.insert(challenge()).unwrap(), Some(Check::UnexpectedExtension)),
        ("elliptic key", |r| r.public_key = elliptic_spki(), Some(Check::PublicKey)),
        ("another's key", |r| r.public_key = spki(&rsa_key(2048)), Some(Check::Signature)),
    ];
    for (what, change, check) in cases {
        let seen = finish(|a, key| a.intermediate_request = forged_request(&a.intermediate_request, key, change));
        let expected = check.map(|check| refused(Part::IntermediateRequest, check));
        assert_eq!(seen, expected, "{what}");
    }
}

#[test]
fn badly_signed_or_encoded_intermediate_request_is_refused() {
    let refused = |check| Some(refused(Part::IntermediateRequest, check));
    let broken = finish(|a, _| a.intermediate_request = with_broken_signature(&a.intermediate_request));
    assert_eq!(broken, refused(Check::Signature));
    let short = finish(|a, _| a.intermediate_request = forged_request(&a.intermediate_request, &rsa_key(1024), |_| {}));
    assert_eq!(short, refused(Check::PublicKey));
    let sha384 = finish(|a, key| a.intermediate_request = sha384_request(&a.intermediate_request, key));
    assert_eq!(sha384, refused(Check::SignatureAlgorithm));
    let nothing = finish(|a, _| a.intermediate_request.clear());
    assert_eq!(nothing, Some(PkiError::Malformed(Part::IntermediateRequest)));
}

#[test]
fn request_of_another_key_than_the_one_that_signed_is_refused() {
    let seen = finish(|answer, _| {
        let key = rsa_key(2048);
        answer.intermediate_request = forged_request(&answer.intermediate_request, &key, |request| {
            request.subject = relabelled(&request.subject, &key);
        });
    });
    assert_eq!(seen, Some(refused(Part::Certificate(Role::User), Check::Signature)));
}
