//! The certificate model as the browser runs it: in WebAssembly, with 32-bit numbers and the script engine's randomness.
//! The OpenSSL inside Node reads what comes out.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

#[path = "support/signer.rs"]
mod signer;

use app::pki::{
    PkiError,
    chain::Chain,
    issuance::{
        Choice,
        browser::{self, Issued},
        server,
    },
    key::KeySize,
    name::Subject,
    pkcs12::Form,
    validity::{Acceptance, Expiration, Unit, Validity},
};
use getrandom::SysRng;
use js_sys::{Object, Reflect, Uint8Array};
use rand_core::UnwrapErr;
use signer::InTests;
use time::{Duration, OffsetDateTime, macros::datetime};
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;
use zeroize::Zeroizing;

const NOW: OffsetDateTime = datetime!(2026-11-24 03:00:00.5 UTC);
const PASSPHRASE: &str = "Zwölf gute Wörter";

#[wasm_bindgen(module = "node:tls")]
extern "C" {
    /// Reads a PKCS#12 file with OpenSSL, or throws.
    #[wasm_bindgen(catch, js_name = createSecureContext)]
    fn create_secure_context(options: &Object) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen(module = "node:crypto")]
extern "C" {
    type X509Certificate;
    #[wasm_bindgen(constructor, catch)]
    fn new(der: &Uint8Array) -> Result<X509Certificate, JsValue>;
    #[wasm_bindgen(method, getter, js_name = publicKey)]
    fn public_key(this: &X509Certificate) -> JsValue;
    #[wasm_bindgen(method)]
    fn verify(this: &X509Certificate, key: &JsValue) -> bool;
    #[wasm_bindgen(method, js_name = checkIssued)]
    fn check_issued(this: &X509Certificate, issuer: &X509Certificate) -> bool;
}

fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// Both sides, as they would speak over the wire: in JSON.
fn exchange(choice: impl Into<Choice>) -> (Issued, Chain) {
    let subject = Subject {
        mailbox: "ann.lee@example.org".parse().unwrap(),
        relay_domain: "relay.example".into(),
    };
    fn wire<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }
    let (requested, request) = browser::start(subject.clone(), choice, &mut rng()).unwrap();
    let (pending, answer) = server::answer(&subject, &wire(&request), NOW, &InTests, &mut rng()).unwrap();
    let (issued, completion) = requested.finish(&wire(&answer), NOW, &mut rng()).unwrap();
    let (chain, _) = pending.accept(&subject, &wire(&completion)).unwrap();
    (issued, chain)
}

fn opens(file: &[u8], passphrase: &str) -> bool {
    let options = Object::new();
    Reflect::set(&options, &"pfx".into(), &Uint8Array::from(file)).unwrap();
    Reflect::set(&options, &"passphrase".into(), &passphrase.into()).unwrap();
    create_secure_context(&options).is_ok()
}

#[wasm_bindgen_test]
fn the_whole_exchange_gives_a_chain_that_openssl_verifies() {
    let (issued, chain) = exchange(Expiration::SUGGESTED);
    assert!(*issued.chain() == chain);
    let [user, intermediate, root] = [chain.user(), chain.intermediate(), chain.root()]
        .map(|certificate| X509Certificate::new(&Uint8Array::from(certificate.der())).unwrap());
    for (certificate, issuer) in [(&user, &intermediate), (&intermediate, &root), (&root, &root)] {
        assert!(certificate.check_issued(issuer) && certificate.verify(&issuer.public_key()));
    }
    assert!(!user.verify(&root.public_key()));
    for certificate in [chain.user(), chain.intermediate(), chain.root()] {
        assert_eq!((certificate.key_bits(), certificate.serial().len()), (2048, 34));
        assert_eq!(certificate.not_after(), datetime!(2028-11-24 03:00 UTC));
    }
}

#[wasm_bindgen_test]
fn keys_and_serial_numbers_are_never_the_same_twice() {
    let [(_, one), (_, other)] = [(); 2].map(|()| exchange(Expiration::SUGGESTED));
    for (one, other) in [
        (one.user(), other.user()),
        (one.intermediate(), other.intermediate()),
        (one.root(), other.root()),
    ] {
        assert_ne!(one.serial(), other.serial());
        assert_ne!(one.fingerprint(), other.fingerprint());
    }
}

#[wasm_bindgen_test]
fn openssl_opens_the_exported_files_with_the_passphrase_only() {
    let (issued, _) = exchange(Expiration::SUGGESTED);
    let export = |form, passphrase: &str| issued.export(&Zeroizing::new(passphrase.to_owned()), form, &mut rng());
    for form in [Form::Modern, Form::Compatible] {
        let file = export(form, PASSPHRASE).unwrap();
        assert!(opens(&file, PASSPHRASE), "{form:?}");
        assert!(!opens(&file, "Zwölf gute Worte"), "{form:?}");
        assert_ne!(file, export(form, PASSPHRASE).unwrap(), "salts are made anew");
        assert_eq!(export(form, "7 short").err(), Some(PkiError::PassphraseTooShort));
    }
}

#[wasm_bindgen_test]
fn openssl_opens_the_identity_in_the_configuration_profile() {
    let (issued, chain) = exchange(Expiration::SUGGESTED);
    let passphrase = Zeroizing::new(PASSPHRASE.to_owned());
    let file = issued.configuration_profile(&passphrase, &mut rng()).unwrap();
    let text = String::from_utf8(file).unwrap();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"), "{text}");
    let contents: Vec<Vec<u8>> = text
        .split("<data>")
        .skip(1)
        .map(|rest| {
            rest.split("</data>")
                .next()
                .unwrap()
                .split_whitespace()
                .collect::<String>()
        })
        .map(|base64| base64::Engine::decode(&base64::engine::general_purpose::STANDARD, base64).unwrap())
        .collect();
    let [root, intermediate, identity] = contents.try_into().unwrap();
    assert_eq!(
        (root.as_slice(), intermediate.as_slice()),
        (chain.root().der(), chain.intermediate().der())
    );
    assert!(opens(&identity, PASSPHRASE) && !opens(&identity, "Zwölf gute Worte"));
    assert!(!text.contains(PASSPHRASE));
    let short = issued.configuration_profile(&Zeroizing::new("7 short".to_owned()), &mut rng());
    assert_eq!(short.err(), Some(PkiError::PassphraseTooShort));
}

#[wasm_bindgen_test]
fn longer_keys_give_a_chain_of_one_size() {
    let key_size = KeySize::Rsa3072;
    let expiration = Expiration::SUGGESTED;
    let (_, chain) = exchange(Choice { expiration, key_size });
    for certificate in [chain.user(), chain.intermediate(), chain.root()] {
        assert_eq!(certificate.key_bits(), 3072);
    }
}

#[wasm_bindgen_test]
fn validity_goes_by_the_calendar_to_fifty_years_and_no_further() {
    let starting = |amount, unit| Validity::starting(NOW, Expiration { amount, unit });
    let start = datetime!(2026-11-24 03:00 UTC);
    for (amount, unit, end) in [
        (1, Unit::Days, start + Duration::DAY),
        (3, Unit::Months, datetime!(2027-02-24 03:00 UTC)),
        (2, Unit::Years, datetime!(2028-11-24 03:00 UTC)),
        // Past 2038, where 32 bits of seconds end, and past 2050, where UTCTime does.
        (50, Unit::Years, datetime!(2076-11-24 03:00 UTC)),
    ] {
        let validity = starting(amount, unit).unwrap();
        assert_eq!(
            (validity.not_before, validity.not_after),
            (start, end),
            "{amount} {unit}"
        );
    }
    for (amount, unit) in [
        (0, Unit::Days),
        (51, Unit::Years),
        (u16::MAX, Unit::Years),
        (u16::MAX, Unit::Months),
    ] {
        assert_eq!(starting(amount, unit), Err(PkiError::Validity), "{amount} {unit}");
    }
    let acceptance = |amount, unit| Expiration { amount, unit }.acceptance(NOW);
    assert_eq!(acceptance(824, Unit::Days), Ok(Acceptance::Fine));
    assert_eq!(acceptance(825, Unit::Days), Ok(Acceptance::SomeMayRefuse));
    assert_eq!(acceptance(4, Unit::Years), Ok(Acceptance::AppleRefuses));
    let (_, chain) = exchange(Expiration {
        amount: 50,
        unit: Unit::Years,
    });
    assert_eq!(chain.root().not_after(), datetime!(2076-11-24 03:00 UTC));
}
