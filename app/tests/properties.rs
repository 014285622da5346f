//! Nothing that the other side sends makes a reader panic, and nothing but the original is accepted.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

mod support;

use std::sync::LazyLock;

use app::pki::{
    certificate::Certificate,
    chain::Chain,
    issuance::{UserRequest, server},
    key::{ContactKey, IntermediateKey},
    role::Role,
    validity::Expiration,
};
use proptest::prelude::*;
use support::{Exchange, InTests, exchange, long_ago, rng, subject};

static EXCHANGE: LazyLock<Exchange> = LazyLock::new(|| exchange(&subject(), Expiration::SUGGESTED, long_ago()));

const ROLES: [Role; 4] = [Role::Root, Role::Intermediate, Role::User, Role::Contact];

/// Reads all that a certificate can be asked for.
fn read(certificate: &Certificate) -> usize {
    let words = [
        certificate.subject(),
        certificate.issuer(),
        certificate.serial(),
        certificate.pem(),
    ];
    let dates = certificate.not_after() - certificate.not_before();
    let constraints = certificate.name_constraints().len();
    words.concat().len()
        + certificate.rfc822_names().concat().len()
        + constraints
        + dates.whole_days().unsigned_abs() as usize
        + certificate.key_bits()
}

fn changed(der: &[u8], at: prop::sample::Index, octet: u8) -> Option<Vec<u8>> {
    let mut der = der.to_vec();
    let at = at.index(der.len());
    (der[at] != octet).then(|| {
        der[at] = octet;
        der
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600), role in 0..4usize) {
        if let Ok(certificate) = Certificate::from_der(ROLES[role], &bytes) {
            read(&certificate);
        }
        let _ = IntermediateKey::from_pkcs8(&bytes, &InTests);
        let _ = ContactKey::from_pkcs8(&bytes);
        let request = UserRequest { request: bytes, expiration: Expiration::SUGGESTED };
        prop_assert!(server::answer(&subject(), &request, long_ago(), &InTests, &mut rng()).is_err());
    }

    #[test]
    fn no_changed_octet_of_a_request_is_accepted(at: prop::sample::Index, octet: u8) {
        if let Some(request) = changed(&EXCHANGE.request.request, at, octet) {
            let request = UserRequest { request, expiration: Expiration::SUGGESTED };
            prop_assert!(server::answer(&subject(), &request, long_ago(), &InTests, &mut rng()).is_err());
        }
    }

    #[test]
    fn no_changed_octet_of_a_chain_is_accepted(which in 0..3usize, at: prop::sample::Index, octet: u8) {
        let chain = &EXCHANGE.chain;
        let mut ders = [chain.root(), chain.intermediate(), chain.user()].map(|certificate| certificate.der().to_vec());
        if let Some(der) = changed(&ders[which], at, octet) {
            ders[which] = der;
            let [root, intermediate, user] = [0, 1, 2].map(|i| Certificate::from_der(ROLES[i], &ders[i]));
            if let (Ok(root), Ok(intermediate), Ok(user)) = (root, intermediate, user) {
                read(&[&root, &intermediate, &user][which].clone());
                prop_assert!(Chain::verify(root, intermediate, user, &subject()).is_err());
            }
        }
    }
}

#[test]
fn keys_survive_the_vault_and_sign_as_before() {
    let back = IntermediateKey::from_pkcs8(&EXCHANGE.intermediate.to_pkcs8().unwrap(), &InTests).unwrap();
    assert_eq!(back.to_pkcs8().unwrap(), EXCHANGE.intermediate.to_pkcs8().unwrap());
    let key = ContactKey::generate(&mut rng()).unwrap();
    let key = ContactKey::from_pkcs8(&key.to_pkcs8().unwrap()).unwrap();
    let address = "r-1@relay.example".parse().unwrap();
    let issued = app::pki::contact::issue(&EXCHANGE.chain, &back, &key, &address, long_ago(), &mut rng());
    assert!(issued.is_ok());
}
