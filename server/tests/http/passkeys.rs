//! Passkeys over HTTP: whose, when, and how often. The checks of what an authenticator says are tested where they are
//! (web::webauthn), and with a real browser in the browser suite.

use app::api::{ApiError, account::Viewer, security::SecurityView};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::Duration;

use crate::http::{
    codes,
    site::{Browser, Site},
};

const URL: &str = "http://localhost:3000";

/// An authenticator with one passkey.
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: String,
    counter: u32,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn client(kind: &str, options: &Value) -> Vec<u8> {
    json!({"type": kind, "challenge": options["challenge"], "origin": URL, "crossOrigin": false})
        .to_string()
        .into_bytes()
}

impl Authenticator {
    /// Makes a passkey as it was asked for, and the answer.
    pub fn create(options: &str, id: &[u8]) -> (Self, String) {
        let options: Value = serde_json::from_str(options).unwrap();
        assert_eq!(options["rp"]["id"], "localhost");
        assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(options["attestation"], "none");
        let offered: Vec<_> = options["pubKeyCredParams"].as_array().unwrap().iter().collect();
        assert!(offered.contains(&&json!({"type": "public-key", "alg": -7})));
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let point = key.public_key().as_ref();
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y} and {"fmt": "none", "attStmt": {}, "authData": …} in CBOR (RFC 8949).
        let cose = [
            &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32],
            &point[1..33],
            &[0x22, 0x58, 32],
            &point[33..],
        ]
        .concat();
        let mut data = Self::data(0x45, 0);
        data.extend([0; 16]);
        data.extend(u16::try_from(id.len()).unwrap().to_be_bytes());
        data.extend(id);
        data.extend(cose);
        let length = u8::try_from(data.len()).unwrap();
        let object = [
            b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".as_slice(),
            &[length],
            &data,
        ]
        .concat();
        let answer = json!({
            "id": encode(id), "rawId": encode(id), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(&client("webauthn.create", &options)),
                "attestationObject": encode(&object),
                "authenticatorData": encode(&data),
                "publicKeyAlgorithm": -7,
            },
        });
        let made = Self {
            key,
            id: id.to_vec(),
            user: options["user"]["id"].as_str().unwrap().to_owned(),
            counter: 0,
        };
        (made, answer.to_string())
    }

    fn data(flags: u8, counter: u32) -> Vec<u8> {
        [Sha256::digest("localhost").as_slice(), &[flags], &counter.to_be_bytes()].concat()
    }

    pub fn get(&self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        assert_eq!(options["userVerification"], "required");
        assert_eq!(options["allowCredentials"], json!([]));
        let client = client("webauthn.get", &options);
        let data = Self::data(5, self.counter);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": encode(&client),
                "authenticatorData": encode(&data),
                "signature": encode(signature.as_ref()),
                "userHandle": self.user,
            },
        })
        .to_string()
    }
}

pub async fn add(browser: &Browser<'_>, id: &[u8]) -> Authenticator {
    let options: String = browser.call("begin_passkey", &[]).await.unwrap();
    let (authenticator, answer) = Authenticator::create(&options, id);
    register(browser, &answer).await.unwrap();
    authenticator
}

pub async fn register(browser: &Browser<'_>, answer: &str) -> Result<(), ApiError> {
    let arguments = json!({"name": "My key", "credential": answer});
    browser.call_json("add_passkey", arguments).await
}

pub async fn options(browser: &Browser<'_>) -> String {
    browser.call("begin_passkey_sign_in", &[]).await.unwrap()
}

pub async fn sign_in(browser: &Browser<'_>, answer: &str) -> Result<(), ApiError> {
    browser
        .call_json("sign_in_with_passkey", json!({"credential": answer}))
        .await
}

async fn viewer(browser: &Browser<'_>) -> Option<String> {
    let viewer: Option<Viewer> = browser.call("current_viewer", &[]).await.unwrap();
    viewer.map(|viewer| viewer.email.to_string())
}

async fn names(browser: &Browser<'_>) -> Vec<(String, bool)> {
    let security: SecurityView = browser.call("security", &[]).await.unwrap();
    let passkeys = security.passkeys.into_iter();
    passkeys
        .map(|passkey| (passkey.name, passkey.last_used.is_some()))
        .collect()
}

#[tokio::test]
async fn a_passkey_signs_in_and_counts_as_both_factors() {
    let site = Site::at(URL).await;
    let ann = site.member("ann@example.org").await;
    let authenticator = add(&ann, b"ann's").await;
    assert_eq!(names(&ann).await, [("My key".to_owned(), false)]);
    codes::turn_on(&site, &ann).await;
    let browser = site.browser();
    let answer = authenticator.get(&options(&browser).await);
    sign_in(&browser, &answer).await.unwrap();
    assert_eq!(viewer(&browser).await.as_deref(), Some("ann@example.org"));
    assert_eq!(names(&browser).await, [("My key".to_owned(), true)]);
    assert_eq!(
        sign_in(&site.browser(), &answer).await,
        Err(ApiError::WrongPasskey),
        "again"
    );
    for (next, led) in [("/aliases/1", "/aliases/1"), ("//evil.example", "/aliases")] {
        let browser = site.browser();
        let answer = authenticator.get(&options(&browser).await);
        let arguments = json!({"credential": answer, "next": next});
        let answer = browser.post_json("sign_in_with_passkey", arguments).await;
        assert_eq!(answer.header("location"), led);
    }
}

#[tokio::test]
async fn a_challenge_is_for_one_purpose_one_account_and_five_minutes() {
    let site = Site::at(URL).await;
    let ann = site.member("ann@example.org").await;
    let eve = site.member("eve@example.org").await;
    let authenticator = add(&ann, b"ann's").await;
    let browser = site.browser();
    let late = options(&browser).await;
    site.pass(Duration::minutes(5));
    assert_eq!(
        sign_in(&browser, &authenticator.get(&late)).await,
        Err(ApiError::WrongPasskey)
    );
    // One that was never given out, and one that was given out for something else.
    let invented = json!({"challenge": encode(&[1; 32]), "userVerification": "required", "allowCredentials": []});
    let invented = authenticator.get(&invented.to_string());
    assert_eq!(sign_in(&browser, &invented).await, Err(ApiError::WrongPasskey));
    let for_eve: String = eve.call("begin_passkey", &[]).await.unwrap();
    let (_, answer) = Authenticator::create(&for_eve, b"eve's");
    assert_eq!(register(&ann, &answer).await, Err(ApiError::WrongPasskey));
    register(&eve, &answer).await.unwrap();
    assert_eq!(register(&eve, &answer).await, Err(ApiError::WrongPasskey), "again");
    // The same credential for somebody else.
    let again: String = eve.call("begin_passkey", &[]).await.unwrap();
    let (_, answer) = Authenticator::create(&again, b"ann's");
    assert_eq!(register(&eve, &answer).await, Err(ApiError::WrongPasskey));
}

#[tokio::test]
async fn whose_passkey_it_is_and_that_it_is_no_copy_is_checked() {
    let site = Site::at(URL).await;
    let ann = site.member("ann@example.org").await;
    let eve = site.member("eve@example.org").await;
    let mut authenticator = add(&ann, b"ann's").await;
    let evil = add(&eve, b"eve's").await;
    let browser = site.browser();
    let borrowed = Authenticator {
        user: evil.user.clone(),
        ..add(&ann, b"ann's second").await
    };
    assert_ne!(borrowed.user, authenticator.user);
    let answer = borrowed.get(&options(&browser).await);
    assert_eq!(
        sign_in(&browser, &answer).await,
        Err(ApiError::WrongPasskey),
        "another's handle"
    );
    let forged = Authenticator {
        id: authenticator.id.clone(),
        user: authenticator.user.clone(),
        ..evil
    };
    let answer = forged.get(&options(&browser).await);
    assert_eq!(
        sign_in(&browser, &answer).await,
        Err(ApiError::WrongPasskey),
        "another's key"
    );
    let unknown = Authenticator::create(&eve.call::<String>("begin_passkey", &[]).await.unwrap(), b"?").0;
    let answer = unknown.get(&options(&browser).await);
    assert_eq!(
        sign_in(&browser, &answer).await,
        Err(ApiError::WrongPasskey),
        "never registered"
    );
    authenticator.counter = 9;
    sign_in(&browser, &authenticator.get(&options(&browser).await))
        .await
        .unwrap();
    let copy = authenticator.get(&options(&browser).await);
    assert_eq!(
        sign_in(&site.browser(), &copy).await,
        Err(ApiError::WrongPasskey),
        "a copy"
    );
}

#[tokio::test]
async fn removing_one_takes_the_password_and_is_for_ones_own() {
    let site = Site::at(URL).await;
    let ann = site.member("ann@example.org").await;
    let eve = site.member("eve@example.org").await;
    let authenticator = add(&ann, b"ann's").await;
    let remove = [("passkey", "1")];
    assert_eq!(eve.call::<()>("remove_passkey", &remove).await, Err(ApiError::NotFound));
    site.pass(Duration::minutes(10));
    assert_eq!(
        ann.call::<()>("remove_passkey", &remove).await,
        Err(ApiError::ConfirmFirst)
    );
    assert_eq!(
        register(&ann, "{}").await,
        Err(ApiError::ConfirmFirst),
        "nor is one added"
    );
    ann.call::<()>("confirm_password", &[("password", crate::http::site::PASSWORD)])
        .await
        .unwrap();
    ann.call::<()>("remove_passkey", &remove).await.unwrap();
    let browser = site.browser();
    let answer = authenticator.get(&options(&browser).await);
    assert_eq!(sign_in(&browser, &answer).await, Err(ApiError::WrongPasskey));
    assert_eq!(viewer(&browser).await, None);
}

#[tokio::test]
async fn there_are_none_where_the_relay_is_reached_by_an_ip_address() {
    for url in ["http://127.0.0.1:3000", "http://[::1]:3000"] {
        let site = Site::at(url).await;
        let ann = site.member("ann@example.org").await;
        for function in ["begin_passkey", "begin_passkey_sign_in"] {
            assert_eq!(ann.call::<String>(function, &[]).await, Err(ApiError::NoPasskeys));
        }
        let page = ann.get("/account").await;
        assert!(page.text().contains("this relay is reached by an IP address"));
    }
}
