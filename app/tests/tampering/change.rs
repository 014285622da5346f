//! Single changes to certificates and requests.

use const_oid::{ObjectIdentifier, db::rfc5280};
use der::{
    Any, DateTime, Decode, Encode,
    asn1::{BitString, Ia5String, Int, SetOfVec},
};
use rsa::PrivateKey;
use time::Duration;
use x509_cert::{
    attr::Attribute,
    ext::{
        Extension,
        pkix::{
            AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, KeyUsages, NameConstraints,
            SubjectAltName, SubjectKeyIdentifier, constraints::name::GeneralSubtree, name::GeneralName,
        },
    },
    name::Name,
    time::Time,
};

use crate::support::forge::{
    Body, Signed, extension, forged_request, octets, renamed, short_identifier, sign_with_sha384,
};

/// Netscape comment: harmless, and not in any template.
pub const COMMENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.113730.1.13");
const CHALLENGE_PASSWORD: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.7");

/// Moves start and end by seconds.
pub fn shift(body: &mut Body, start: i64, end: i64) {
    let moved = |time: Time, by: i64| {
        let seconds = time.to_unix_duration().as_secs().checked_add_signed(by).unwrap();
        Time::from(DateTime::from_unix_duration(std::time::Duration::from_secs(seconds)).unwrap())
    };
    body.times.not_before = moved(body.times.not_before, start);
    body.times.not_after = moved(body.times.not_after, end);
}

pub fn hours(count: i64) -> i64 {
    Duration::hours(count).whole_seconds()
}

pub fn to_eve(name: &mut Name) {
    *name = renamed(name, "ann", "eve");
}

/// An authority's name with the identifier of another key.
pub fn relabelled(name: &Name, key: &PrivateKey) -> Name {
    let text = name.to_string();
    let words: Vec<_> = text.split(' ').collect();
    renamed(name, words[2], &short_identifier(key))
}

pub fn serial(octets: &[u8]) -> Int {
    Int::new(octets).unwrap()
}

pub fn unique_id() -> Option<BitString> {
    BitString::from_bytes(&[1]).ok()
}

pub fn uncritical(body: &mut Body, oid: ObjectIdentifier) {
    body.extension(oid).critical = false;
}

pub fn critical(body: &mut Body, oid: ObjectIdentifier) {
    body.extension(oid).critical = true;
}

pub fn usage(body: &mut Body, usages: &[KeyUsages]) {
    let usages = usages.iter().fold(Default::default(), |all, usage| all | *usage);
    body.set(true, &KeyUsage(usages));
}

pub fn purposes(body: &mut Body, purposes: &[ObjectIdentifier]) {
    body.set(false, &ExtendedKeyUsage(purposes.to_vec()));
}

pub fn constraints(body: &mut Body, ca: bool, path_len_constraint: Option<u8>) {
    body.set(
        true,
        &BasicConstraints {
            ca,
            path_len_constraint,
        },
    );
}

pub fn own_key_id(body: &mut Body) {
    body.set(false, &SubjectKeyIdentifier(octets(&[7; 20])));
}

pub fn issuers_key_id(body: &mut Body, id: [u8; 20]) {
    let key_identifier = Some(octets(&id));
    body.set(
        false,
        &AuthorityKeyIdentifier {
            key_identifier,
            ..Default::default()
        },
    );
}

pub fn rfc822(name: &str) -> GeneralName {
    GeneralName::Rfc822Name(Ia5String::new(name).unwrap())
}

pub fn addresses(body: &mut Body, addresses: &[&str]) {
    *body.extension(rfc5280::ID_CE_SUBJECT_ALT_NAME) = names(addresses);
}

/// A subject alternative name.
pub fn names(addresses: &[&str]) -> Extension {
    let names = SubjectAltName(addresses.iter().map(|address| rfc822(address)).collect());
    extension(rfc5280::ID_CE_SUBJECT_ALT_NAME, false, &names)
}

pub fn dns_name(name: &str) -> Extension {
    let name = GeneralName::DnsName(Ia5String::new(name).unwrap());
    extension(rfc5280::ID_CE_SUBJECT_ALT_NAME, false, &SubjectAltName(vec![name]))
}

/// basicConstraints of an authority.
pub fn authority() -> Extension {
    let constraints = BasicConstraints {
        ca: true,
        path_len_constraint: None,
    };
    extension(rfc5280::ID_CE_BASIC_CONSTRAINTS, true, &constraints)
}

pub fn challenge() -> Attribute {
    let password = Any::encode_from(&Ia5String::new("x").unwrap()).unwrap();
    Attribute {
        oid: CHALLENGE_PASSWORD,
        values: SetOfVec::try_from(vec![password]).unwrap(),
    }
}

/// Name constraints that permit one host.
pub fn permitting(host: &str) -> Extension {
    let mut constraints = NameConstraints {
        permitted_subtrees: None,
        excluded_subtrees: None,
    };
    permit(&mut constraints, host);
    extension(rfc5280::ID_CE_NAME_CONSTRAINTS, false, &constraints)
}

pub fn permit(constraints: &mut NameConstraints, name: &str) {
    constraints
        .permitted_subtrees
        .get_or_insert_default()
        .push(GeneralSubtree {
            base: rfc822(name),
            minimum: 0,
            maximum: None,
        });
}

pub fn permitted(constraints: &mut NameConstraints) -> &mut Vec<GeneralSubtree> {
    constraints.permitted_subtrees.as_mut().unwrap()
}

pub fn excluded(constraints: &mut NameConstraints) -> &mut Vec<GeneralSubtree> {
    constraints.excluded_subtrees.as_mut().unwrap()
}

pub fn change_names(body: &mut Body, change: impl FnOnce(&mut NameConstraints)) {
    let found = body.extension(rfc5280::ID_CE_NAME_CONSTRAINTS);
    let mut constraints = NameConstraints::from_der(found.extn_value.as_bytes()).unwrap();
    change(&mut constraints);
    found.extn_value = octets(&constraints.to_der().unwrap());
}

pub fn sha384_request(der: &[u8], key: &PrivateKey) -> Vec<u8> {
    let request = Signed::from_der(&forged_request(der, key, |_| {})).unwrap();
    sign_with_sha384(&request.body, key)
}
