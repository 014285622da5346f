//! Message 3: what the server says to a browser that makes its root and intermediate otherwise than ours does.

use std::sync::LazyLock;

use const_oid::db::{rfc5280::*, rfc5912::SHA_384_WITH_RSA_ENCRYPTION};
use der::asn1::Null;
use rsa::PrivateKey;
use x509_cert::ext::pkix::KeyUsages;

use crate::{
    change::*,
    refused,
    support::{
        Exchange, InTests, exchange,
        forge::{
            Body, algorithm, extension, identifier, relabelled_algorithm, rsa_key, rsa_of, sign_with_sha384,
            with_broken_signature,
        },
        long_ago, subject,
    },
};
use app::pki::{
    PkiError,
    certificate::Certificate,
    error::{Check, Part},
    issuance::{Answer, Completion, server},
    key::IntermediateKey,
    name::Subject,
    role::Role,
    validity::Expiration,
};

const ROOT: Part = Part::Certificate(Role::Root);
const INTERMEDIATE: Part = Part::Certificate(Role::Intermediate);

/// An honest exchange, and the root key of a browser that wants another root.
pub static HONEST: LazyLock<(Exchange, PrivateKey)> = LazyLock::new(|| (honest(), rsa_key(2048)));

fn honest() -> Exchange {
    exchange(&subject(), Expiration::SUGGESTED, long_ago())
}

/// What the server says to a root and an intermediate of that browser, each changed.
pub fn accept(change: impl FnOnce(&mut Body, &mut Body)) -> Option<PkiError> {
    let (honest, key) = &*HONEST;
    accept_from(honest, key, change)
}

fn accept_from(honest: &Exchange, key: &PrivateKey, change: impl FnOnce(&mut Body, &mut Body)) -> Option<PkiError> {
    let (mut root, mut intermediate) = rerooted(honest, key);
    change(&mut root, &mut intermediate);
    let completion = Completion {
        root: root.signed(key),
        intermediate: intermediate.signed(key),
    };
    let pending = pending(&honest.intermediate, &honest.answer);
    pending.accept(&subject(), &completion).err()
}

/// The two certificates of message 3 as a browser with this root key would make them.
fn rerooted(honest: &Exchange, key: &PrivateKey) -> (Body, Body) {
    let mut root = Body::of(&honest.completion.root);
    let mut intermediate = Body::of(&honest.completion.intermediate);
    root.subject = relabelled(&root.subject, key);
    root.issuer = root.subject.clone();
    root.rekey(key);
    intermediate.issuer = root.subject.clone();
    issuers_key_id(&mut intermediate, identifier(key));
    (root, intermediate)
}

pub fn pending(intermediate: &IntermediateKey, answer: &Answer) -> server::Pending {
    server::Pending {
        intermediate: IntermediateKey::from_pkcs8(&intermediate.to_pkcs8().unwrap(), &InTests).unwrap(),
        user: Certificate::from_der(Role::User, &answer.user_certificate).unwrap(),
    }
}

/// A browser that makes a root of another size than the chain's, with everything else right.
#[test]
fn root_of_another_size_is_refused() {
    let (honest, _) = &*HONEST;
    for (bits, expected) in [
        (1024, Some(refused(ROOT, Check::PublicKey))),
        (2048, None),
        (3072, Some(refused(ROOT, Check::PublicKey))),
    ] {
        assert_eq!(accept_from(honest, &rsa_key(bits), |_, _| {}), expected, "{bits}");
    }
}

type Change = fn(&mut Body);
type Case = (&'static str, Change, Option<Check>);

#[test]
fn tampered_root_is_refused() {
    use KeyUsages::*;
    #[rustfmt::skip]
    let cases: &[Case] = &[
        ("nothing", |_| {}, None),
        ("version", |b| b.version = Some(1), Some(Check::Version)),
        ("short serial", |b| b.serial = serial(&[1; 16]), Some(Check::Serial)),
        ("issuer", |b| to_eve(&mut b.issuer), Some(Check::Issuer)),
        ("a second earlier", |b| shift(b, -1, 0), Some(Check::Validity)),
        ("a second longer", |b| shift(b, 0, 1), Some(Check::Validity)),
        ("subject", |b| to_eve(&mut b.subject), Some(Check::Subject)),
        ("not a CA", |b| constraints(b, false, None), Some(Check::BasicConstraints)),
        ("longer paths", |b| constraints(b, true, None), Some(Check::BasicConstraints)),
        ("usage", |b| usage(b, &[KeyCertSign]), Some(Check::KeyUsage)),
        ("own key id", own_key_id, Some(Check::KeyIdentifier)),
        ("name constraints", |b| b.add(permitting("example.org")), Some(Check::UnexpectedExtension)),
        ("one more", |b| b.add(extension(COMMENT, false, &Null)), Some(Check::UnexpectedExtension)),
    ];
    for (what, change, check) in cases {
        let expected = check.map(|check| refused(ROOT, check));
        assert_eq!(accept(|root, _| change(root)), expected, "{what}");
    }
}

#[test]
fn tampered_intermediate_is_refused() {
    use KeyUsages::*;
    #[rustfmt::skip]
    let cases: &[Case] = &[
        ("nothing", |_| {}, None),
        ("version", |b| b.version = Some(1), Some(Check::Version)),
        ("negative serial", |b| b.serial = serial(&[0x80; 17]), Some(Check::Serial)),
        ("algorithm", |b| b.signature = algorithm(SHA_384_WITH_RSA_ENCRYPTION), Some(Check::SignatureAlgorithm)),
        ("issuer", |b| to_eve(&mut b.issuer), Some(Check::Issuer)),
        ("a second later", |b| shift(b, 1, 0), Some(Check::Validity)),
        ("a second longer", |b| shift(b, 0, 1), Some(Check::Validity)),
        ("subject", |b| to_eve(&mut b.subject), Some(Check::Subject)),
        ("key", |b| b.rekey(&rsa_key(2048)), Some(Check::PublicKey)),
        ("longer path", |b| constraints(b, true, Some(1)), Some(Check::BasicConstraints)),
        ("any path", |b| constraints(b, true, None), Some(Check::BasicConstraints)),
        ("usage", |b| usage(b, &[KeyCertSign, CRLSign, DigitalSignature]), Some(Check::KeyUsage)),
        ("server", |b| purposes(b, &[ID_KP_EMAIL_PROTECTION, ID_KP_SERVER_AUTH]), Some(Check::ExtendedKeyUsage)),
        ("any purpose", |b| b.without(ID_CE_EXT_KEY_USAGE), Some(Check::ExtendedKeyUsage)),
        ("own key id", own_key_id, Some(Check::KeyIdentifier)),
        ("issuer's key id", |b| issuers_key_id(b, [7; 20]), Some(Check::KeyIdentifier)),
        ("one more", |b| b.add(extension(COMMENT, false, &Null)), Some(Check::UnexpectedExtension)),
    ];
    for (what, change, check) in cases {
        let expected = check.map(|check| refused(INTERMEDIATE, check));
        assert_eq!(accept(|_, intermediate| change(intermediate)), expected, "{what}");
    }
}

#[test]
fn tampered_name_constraints_are_refused() {
    #[rustfmt::skip]
    let cases: &[(&str, Change)] = &[
        ("none", |b| b.without(ID_CE_NAME_CONSTRAINTS)),
        ("critical", |b| critical(b, ID_CE_NAME_CONSTRAINTS)),
        ("one name more", |b| change_names(b, |c| permit(c, "example.net"))),
        ("one name less", |b| change_names(b, |c| permitted(c).truncate(1))),
        ("no names", |b| change_names(b, |c| c.permitted_subtrees = None)),
        ("another mailbox", |b| change_names(b, |c| permitted(c)[0].base = rfc822("eve.lee@example.org"))),
        ("the mailbox's host", |b| change_names(b, |c| permitted(c)[0].base = rfc822("example.org"))),
        ("hosts below the relay", |b| change_names(b, |c| permitted(c)[1].base = rfc822(".relay.example"))),
        ("nothing excluded", |b| change_names(b, |c| c.excluded_subtrees = None)),
        ("host names", |b| change_names(b, |c| drop(excluded(c).remove(0)))),
        ("IPv4", |b| change_names(b, |c| drop(excluded(c).remove(1)))),
        ("IPv6", |b| change_names(b, |c| drop(excluded(c).remove(2)))),
    ];
    for (what, change) in cases {
        let expected = Some(refused(INTERMEDIATE, Check::NameConstraints));
        assert_eq!(accept(|_, intermediate| change(intermediate)), expected, "{what}");
    }
}

#[test]
fn one_serial_number_twice_is_refused() {
    let seen = accept(|root, intermediate| intermediate.serial = root.serial.clone());
    assert_eq!(seen, Some(refused(ROOT, Check::Serial)));
}

#[test]
fn one_key_for_root_and_intermediate_is_refused() {
    let (honest, _) = &*HONEST;
    let seen = accept_from(honest, &rsa_of(&honest.intermediate), |_, _| {});
    assert_eq!(seen, Some(refused(ROOT, Check::PublicKey)));
}

#[test]
fn chain_that_ends_before_it_starts_is_refused() {
    let (honest, key) = &*HONEST;
    let backwards = |body: &mut Body| std::mem::swap(&mut body.times.not_before, &mut body.times.not_after);
    let mut user = Body::of(&honest.answer.user_certificate);
    backwards(&mut user);
    let answer = Answer {
        user_certificate: user.signed(&rsa_of(&honest.intermediate)),
        ..honest.answer.clone()
    };
    let (mut root, mut intermediate) = rerooted(honest, key);
    backwards(&mut root);
    backwards(&mut intermediate);
    let completion = Completion {
        root: root.signed(key),
        intermediate: intermediate.signed(key),
    };
    let seen = pending(&honest.intermediate, &answer).accept(&subject(), &completion);
    assert_eq!(seen.err(), Some(refused(ROOT, Check::Validity)));
}

#[test]
fn badly_signed_exchanged_or_encoded_certificates_are_refused() {
    let (one, other) = (honest(), honest());
    let with_root = |root: &[u8]| Completion {
        root: root.to_vec(),
        ..one.completion.clone()
    };
    let with_intermediate = |intermediate: &[u8]| Completion {
        intermediate: intermediate.to_vec(),
        ..one.completion.clone()
    };
    let (root, intermediate) = (&one.completion.root[..], &one.completion.intermediate[..]);
    let mut sha384 = Body::of(root);
    sha384.signature = algorithm(SHA_384_WITH_RSA_ENCRYPTION);
    let sha384 = sign_with_sha384(&sha384, &rsa_key(2048));
    // The algorithm stands twice, and outside nobody signs it (RFC 5280 §4.1.1.2).
    let relabelled = relabelled_algorithm(root, SHA_384_WITH_RSA_ENCRYPTION);
    #[rustfmt::skip]
    let cases = [
        ("root's signature", with_root(&with_broken_signature(root)), refused(ROOT, Check::Signature)),
        ("root's algorithm", with_root(&sha384), refused(ROOT, Check::SignatureAlgorithm)),
        ("root's algorithm outside", with_root(&relabelled), refused(ROOT, Check::SignatureAlgorithm)),
        ("another's root", with_root(&other.completion.root), refused(INTERMEDIATE, Check::Signature)),
        ("no root", with_root(&[]), PkiError::Malformed(ROOT)),
        ("signature", with_intermediate(&with_broken_signature(intermediate)), refused(INTERMEDIATE, Check::Signature)),
        ("another's", with_intermediate(&other.completion.intermediate), refused(INTERMEDIATE, Check::PublicKey)),
        ("bytes behind it", with_intermediate(&[intermediate, &[0]].concat()), PkiError::Malformed(INTERMEDIATE)),
        ("another's chain", other.completion.clone(), refused(INTERMEDIATE, Check::PublicKey)),
    ];
    for (what, completion, error) in cases {
        let seen = pending(&one.intermediate, &one.answer).accept(&subject(), &completion);
        assert_eq!(seen.err(), Some(error), "{what}");
    }
}

#[test]
fn chain_for_somebody_else_is_refused() {
    let (honest, _) = &*HONEST;
    for (subject, error) in [
        (
            Subject {
                mailbox: "eve.lee@example.org".parse().unwrap(),
                ..subject()
            },
            refused(ROOT, Check::Subject),
        ),
        (
            Subject {
                relay_domain: "relay.example.net".into(),
                ..subject()
            },
            refused(INTERMEDIATE, Check::NameConstraints),
        ),
    ] {
        let seen = pending(&honest.intermediate, &honest.answer).accept(&subject, &honest.completion);
        assert_eq!(seen.err(), Some(error));
    }
}
