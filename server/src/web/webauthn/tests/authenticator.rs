//! An authenticator and its browser, as far as the tests need them.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::json;

use super::super::*;

pub const PARTY: RelyingParty<'_> = RelyingParty {
    id: "mail.example.org",
    origin: "https://mail.example.org",
};
pub const CHALLENGE: &[u8] = &[7; 32];
pub const CREDENTIAL: &[u8] = b"a credential";
pub const UP: u8 = 1;
pub const UV: u8 = 4;
pub const BE: u8 = 8;
pub const BS: u8 = 16;
pub const AT: u8 = 64;

pub enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl Key {
    pub fn all() -> Vec<Self> {
        vec![
            Self::es256(),
            Self::EdDsa(Ed25519KeyPair::generate().unwrap()),
            Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        ]
    }

    pub fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    /// RFC 9052 §7, RFC 9053 §7, RFC 8230 §4.
    pub fn cose(&self) -> Value {
        let int = |number: i32| Value::from(number);
        let map = match self {
            Self::Es256(key) => {
                let point = key.public_key().as_ref();
                vec![
                    (int(1), int(2)),
                    (int(3), int(-7)),
                    (int(-1), int(1)),
                    (int(-2), Value::Bytes(point[1..33].to_vec())),
                    (int(-3), Value::Bytes(point[33..].to_vec())),
                ]
            }
            Self::EdDsa(key) => vec![
                (int(1), int(1)),
                (int(3), int(-8)),
                (int(-1), int(6)),
                (int(-2), Value::Bytes(key.public_key().as_ref().to_vec())),
            ],
            Self::Rs256(key) => {
                let public = key.public_key();
                let n = public.modulus().big_endian_without_leading_zero().to_vec();
                let e = public.exponent().big_endian_without_leading_zero().to_vec();
                vec![
                    (int(1), int(3)),
                    (int(3), int(-257)),
                    (int(-1), Value::Bytes(n)),
                    (int(-2), Value::Bytes(e)),
                ]
            }
        };
        Value::Map(map)
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Es256(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::EdDsa(key) => key.sign(message).as_ref().to_vec(),
            Self::Rs256(key) => {
                let mut signature = vec![0; key.public_modulus_len()];
                key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
                    .unwrap();
                signature
            }
        }
    }
}

/// The answer of an authenticator and its browser; each test changes one thing.
#[derive(Clone)]
pub struct Said {
    pub client: serde_json::Value,
    pub rp_id: &'static str,
    pub flags: u8,
    pub counter: u32,
    pub credential: Vec<u8>,
    pub raw_id: Vec<u8>,
    pub format: &'static str,
    pub statement: Vec<(Value, Value)>,
}

pub fn said(kind: &str) -> Said {
    Said {
        client: json!({
            "type": kind,
            "challenge": URL_SAFE_NO_PAD.encode(CHALLENGE),
            "origin": PARTY.origin,
            "crossOrigin": false,
        }),
        rp_id: PARTY.id,
        flags: UP | UV,
        counter: 0,
        credential: CREDENTIAL.to_vec(),
        raw_id: CREDENTIAL.to_vec(),
        format: "none",
        statement: Vec::new(),
    }
}

pub fn created() -> Said {
    Said {
        flags: UP | UV | AT,
        ..said("webauthn.create")
    }
}

pub fn got() -> Said {
    Said {
        counter: 6,
        ..said("webauthn.get")
    }
}

pub fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

impl Said {
    pub fn client(&self) -> Vec<u8> {
        self.client.to_string().into_bytes()
    }

    pub fn authenticator_data(&self, cose: Option<&Value>) -> Vec<u8> {
        let mut data = Sha256::digest(self.rp_id).to_vec();
        data.push(self.flags);
        data.extend(self.counter.to_be_bytes());
        if let Some(cose) = cose {
            data.extend([0; 16]);
            data.extend(u16::try_from(self.credential.len()).unwrap().to_be_bytes());
            data.extend(&self.credential);
            data.extend(cbor(cose));
        }
        data
    }

    pub fn registered(&self, cose: &Value) -> Result<Registered, Refused> {
        let text = |text: &str| Value::Text(text.to_owned());
        let object = cbor(&Value::Map(vec![
            (text("fmt"), text(self.format)),
            (text("attStmt"), Value::Map(self.statement.clone())),
            (text("authData"), Value::Bytes(self.authenticator_data(Some(cose)))),
        ]));
        self.registered_by(&object)
    }

    pub fn registered_by(&self, object: &[u8]) -> Result<Registered, Refused> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let json = json!({
            "id": encode(&self.raw_id),
            "rawId": encode(&self.raw_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": encode(&self.client()),
                "attestationObject": encode(object),
                // A copy that browsers add for callers who do not read the object; it is not believed here.
                "authenticatorData": encode(b"ignored"),
                "publicKeyAlgorithm": -7,
                "transports": ["internal"],
            },
            "clientExtensionResults": {},
        });
        let registration = Registration::read(&json.to_string())?;
        assert_eq!(registration.challenge()?, CHALLENGE);
        registration.check(&PARTY)
    }

    pub fn signed(&self, key: &Key) -> Vec<u8> {
        let data = self.authenticator_data(None);
        key.sign(&[data.as_slice(), &Sha256::digest(self.client())].concat())
    }

    pub fn asserted(&self, key: &PublicKey, signature: &[u8], counter: u32) -> Result<u32, Refused> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let json = json!({
            "id": encode(&self.raw_id),
            "rawId": encode(&self.raw_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": encode(&self.client()),
                "authenticatorData": encode(&self.authenticator_data(None)),
                "signature": encode(signature),
                "userHandle": encode(b"ann"),
            },
            "clientExtensionResults": {},
        });
        let assertion = Assertion::read(&json.to_string())?;
        assert_eq!(assertion.credential_id(), CREDENTIAL);
        assert_eq!(assertion.user_handle(), Some(b"ann".as_slice()));
        assertion.check(&PARTY, key, counter)
    }
}
