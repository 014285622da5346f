//! A stolen server: OpenSSL and NSS refuse certificates of its intermediate key for other names than the two that it may
//! certify. Each table has an honest certificate made by the same hands, so that a refusal comes from the name.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

mod support;

use app::pki::validity::Expiration;
use const_oid::db::rfc5280::{
    ID_CE_BASIC_CONSTRAINTS, ID_CE_EXT_KEY_USAGE, ID_CE_KEY_USAGE, ID_CE_SUBJECT_ALT_NAME, ID_KP_EMAIL_PROTECTION,
    ID_KP_SERVER_AUTH,
};
use der::asn1::Ia5String;
use rsa::PrivateKey;
use support::{
    Exchange, Folder, exchange, exchange_now,
    forge::{Body, extension, octets, rsa_key, rsa_of, spki},
    nss::Database,
    subject,
};
use time::OffsetDateTime;
use x509_cert::ext::pkix::{
    BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName, SubjectKeyIdentifier, name::GeneralName,
};

/// What a forger wants to be.
struct Wish {
    what: &'static str,
    common_name: &'static str,
    names: Vec<GeneralName>,
    purposes: &'static [const_oid::ObjectIdentifier],
}

fn mail(address: &str) -> GeneralName {
    GeneralName::Rfc822Name(Ia5String::new(address).unwrap())
}

fn host(name: &str) -> GeneralName {
    GeneralName::DnsName(Ia5String::new(name).unwrap())
}

const MAIL: &[const_oid::ObjectIdentifier] = &[ID_KP_EMAIL_PROTECTION];
const SERVER: &[const_oid::ObjectIdentifier] = &[ID_KP_SERVER_AUTH];
/// No extendedKeyUsage at all, so that only the names stand in the way.
const ANY: &[const_oid::ObjectIdentifier] = &[];

fn honest() -> Wish {
    Wish {
        what: "honest",
        common_name: "r-1@relay.example",
        names: vec![mail("r-1@relay.example")],
        purposes: MAIL,
    }
}

fn strangers() -> Vec<Wish> {
    let wish = |what, common_name, names, purposes| Wish {
        what,
        common_name,
        names,
        purposes,
    };
    let bank = || vec![host("bank.example")];
    vec![
        wish("server", "bank.example", bank(), SERVER),
        wish("server for any purpose", "bank.example", bank(), ANY),
        wish(
            "server under the relay's host",
            "relay.example",
            vec![host("relay.example")],
            ANY,
        ),
        wish(
            "server by IPv4",
            "server",
            vec![GeneralName::IpAddress(octets(&[192, 0, 2, 1]))],
            ANY,
        ),
        wish(
            "server by IPv6",
            "server",
            vec![GeneralName::IpAddress(octets(&[0x20; 16]))],
            ANY,
        ),
        wish("stranger", "eve@bank.example", vec![mail("eve@bank.example")], MAIL),
        wish(
            "stranger for any purpose",
            "eve@bank.example",
            vec![mail("eve@bank.example")],
            ANY,
        ),
        wish(
            "neighbour at the mailbox's host",
            "eve@example.org",
            vec![mail("eve@example.org")],
            MAIL,
        ),
        wish(
            "below the relay's host",
            "r-1@sub.relay.example",
            vec![mail("r-1@sub.relay.example")],
            MAIL,
        ),
        wish(
            "honest and stranger",
            "r-1@relay.example",
            vec![mail("r-1@relay.example"), mail("eve@bank.example")],
            MAIL,
        ),
    ]
}

/// Signs what is wished for with the intermediate key; all but the names is right.
fn forge(exchange: &Exchange, wish: &Wish, key: &PrivateKey) -> Vec<u8> {
    let mut body = Body::of(exchange.chain.user().der());
    body.rekey(key);
    body.subject = format!("CN={}", wish.common_name).parse().unwrap();
    *body.extension(ID_CE_SUBJECT_ALT_NAME) =
        extension(ID_CE_SUBJECT_ALT_NAME, false, &SubjectAltName(wish.names.clone()));
    if wish.purposes.is_empty() {
        body.without(ID_CE_EXT_KEY_USAGE);
    } else {
        body.set(false, &ExtendedKeyUsage(wish.purposes.to_vec()));
    }
    body.signed(&rsa_of(&exchange.intermediate))
}

fn openssl(folder: &Folder, file: &str, more: &[&str]) -> (bool, String) {
    let base = ["verify", "-CAfile", "root.pem", "-untrusted", "intermediate.pem"];
    folder.run("openssl", &[&base[..], more, &[file]].concat())
}

fn pem(der: &[u8]) -> String {
    pem::encode(&pem::Pem::new("CERTIFICATE", der))
}

#[test]
fn openssl_refuses_other_names_without_looking_at_the_purpose() {
    let exchange = exchange_now();
    let (folder, key) = (Folder::with(&exchange.chain), rsa_key(2048));
    folder.write("c.pem", pem(&forge(&exchange, &honest(), &key)));
    for purpose in [&[][..], &["-purpose", "smimesign"], &["-purpose", "smimeencrypt"]] {
        let (accepted, text) = openssl(&folder, "c.pem", purpose);
        assert!(accepted, "{text}");
    }
    for wish in strangers() {
        folder.write("c.pem", pem(&forge(&exchange, &wish, &key)));
        let (accepted, text) = openssl(&folder, "c.pem", &[]);
        let by_name = text.contains("permitted subtree violation") || text.contains("excluded subtree violation");
        assert!(!accepted && by_name, "{}: {text}", wish.what);
        for purpose in ["sslserver", "smimesign", "smimeencrypt", "any"] {
            let (accepted, text) = openssl(&folder, "c.pem", &["-purpose", purpose]);
            assert!(!accepted, "{} as {purpose}: {text}", wish.what);
        }
    }
}

#[test]
fn openssl_refuses_a_host_that_only_the_common_name_names() {
    let exchange = exchange_now();
    let folder = Folder::with(&exchange.chain);
    let mut body = Body::of(exchange.chain.user().der());
    body.spki = spki(&rsa_key(2048));
    body.subject = "CN=bank.example".parse().unwrap();
    body.without(ID_CE_SUBJECT_ALT_NAME);
    body.without(ID_CE_EXT_KEY_USAGE);
    body.without(const_oid::db::rfc5280::ID_CE_SUBJECT_KEY_IDENTIFIER);
    folder.write("c.pem", pem(&body.signed(&rsa_of(&exchange.intermediate))));
    let (accepted, text) = openssl(&folder, "c.pem", &[]);
    assert!(!accepted && text.contains("subtree violation"), "{text}");
}

#[test]
fn openssl_and_nss_refuse_another_authority_below_the_intermediate() {
    let exchange = exchange_now();
    let (folder, below, key) = (Folder::with(&exchange.chain), rsa_key(2048), rsa_key(2048));
    let mut authority = Body::of(exchange.chain.user().der());
    authority.rekey(&below);
    authority.subject = "CN=below".parse().unwrap();
    authority.without(ID_CE_SUBJECT_ALT_NAME);
    let constraints = BasicConstraints {
        ca: true,
        path_len_constraint: None,
    };
    *authority.extension(ID_CE_BASIC_CONSTRAINTS) = extension(ID_CE_BASIC_CONSTRAINTS, true, &constraints);
    let usage = KeyUsage(KeyUsages::KeyCertSign.into());
    *authority.extension(ID_CE_KEY_USAGE) = extension(ID_CE_KEY_USAGE, true, &usage);
    let authority_der = authority.signed(&rsa_of(&exchange.intermediate));

    let mut leaf = Body::of(&forge(&exchange, &honest(), &key));
    leaf.issuer = authority.subject.clone();
    let id = SubjectKeyIdentifier(octets(&support::forge::identifier(&below)));
    let above = x509_cert::ext::pkix::AuthorityKeyIdentifier {
        key_identifier: Some(id.0),
        ..Default::default()
    };
    leaf.set(false, &above);
    let leaf = leaf.signed(&below);

    folder.write("below.pem", pem(&authority_der));
    folder.write("c.pem", pem(&leaf));
    let (accepted, text) = openssl(&folder, "c.pem", &["-untrusted", "below.pem"]);
    assert!(!accepted && text.contains("path length constraint exceeded"), "{text}");

    let nss = Database::trusting(&exchange.chain);
    nss.add("below", ",,", &authority_der);
    nss.add("leaf", ",,", &leaf);
    let (valid, text) = nss.validates("leaf", "S");
    assert!(!valid, "{text}");
}

#[test]
fn nss_refuses_other_names() {
    let exchange = exchange_now();
    let (nss, key) = (Database::trusting(&exchange.chain), rsa_key(2048));
    nss.add("honest", ",,", &forge(&exchange, &honest(), &key));
    for usage in ["S", "R"] {
        let (valid, text) = nss.validates("honest", usage);
        assert!(valid, "{text}");
    }
    for (number, wish) in strangers().into_iter().enumerate() {
        let nickname = format!("forged-{number}");
        // NSS takes one serial number of one issuer once only.
        let mut body = Body::of(&forge(&exchange, &wish, &key));
        body.serial = der::asn1::Int::new(&[1 + u8::try_from(number).unwrap(); 17]).unwrap();
        nss.add(&nickname, ",,", &body.signed(&rsa_of(&exchange.intermediate)));
        // V: server, S: signer of mail, R: recipient of mail.
        for usage in ["V", "S", "R"] {
            let (valid, text) = nss.validates(&nickname, usage);
            assert!(!valid, "{} as {usage}: {text}", wish.what);
        }
    }
}

/// The honest refusals above would prove little if the constraints were what NSS and OpenSSL refuse as such.
#[test]
fn without_the_name_constraints_the_forgeries_would_be_believed() {
    let exchange = exchange(&subject(), Expiration::SUGGESTED, OffsetDateTime::now_utc());
    let folder = Folder::with(&exchange.chain);
    let (root_key, key) = (rsa_key(2048), rsa_key(2048));
    let mut root = Body::of(exchange.chain.root().der());
    root.rekey(&root_key);
    let mut intermediate = Body::of(exchange.chain.intermediate().der());
    intermediate.without(const_oid::db::rfc5280::ID_CE_NAME_CONSTRAINTS);
    intermediate.without(const_oid::db::rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER);
    folder.write("root.pem", pem(&root.signed(&root_key)));
    folder.write("intermediate.pem", pem(&intermediate.signed(&root_key)));
    for wish in strangers() {
        folder.write("c.pem", pem(&forge(&exchange, &wish, &key)));
        let (accepted, text) = openssl(&folder, "c.pem", &[]);
        assert!(accepted, "{}: {text}", wish.what);
    }
    let nss = Database::empty();
    nss.add("root", "C,C,", &root.signed(&root_key));
    nss.add("intermediate", ",,", &intermediate.signed(&root_key));
    for (number, wish) in strangers().into_iter().filter(|wish| wish.purposes == MAIL).enumerate() {
        let mut body = Body::of(&forge(&exchange, &wish, &key));
        body.serial = der::asn1::Int::new(&[1 + u8::try_from(number).unwrap(); 17]).unwrap();
        nss.add(wish.what, ",,", &body.signed(&rsa_of(&exchange.intermediate)));
        let (valid, text) = nss.validates(wish.what, "S");
        assert!(valid, "{}: {text}", wish.what);
    }
}
