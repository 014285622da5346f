//! Answers as authenticators give them, made here; then everything in them changed, one thing at a time. Those of a real
//! browser are in the browser suite.

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::json;

use super::*;

const PARTY: RelyingParty<'_> = RelyingParty {
    id: "mail.example.org",
    origin: "https://mail.example.org",
};
const CHALLENGE: &[u8] = &[7; 32];
const CREDENTIAL: &[u8] = b"a credential";
const UP: u8 = 1;
const UV: u8 = 4;
const BE: u8 = 8;
const BS: u8 = 16;
const AT: u8 = 64;

enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl Key {
    fn all() -> Vec<Self> {
        vec![
            Self::es256(),
            Self::EdDsa(Ed25519KeyPair::generate().unwrap()),
            Self::Rs256(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
        ]
    }

    fn es256() -> Self {
        Self::Es256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap())
    }

    /// RFC 9052 §7, RFC 9053 §7, RFC 8230 §4.
    fn cose(&self) -> Value {
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

    fn sign(&self, message: &[u8]) -> Vec<u8> {
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

/// What an authenticator and its browser say; each test changes a thing.
#[derive(Clone)]
struct Said {
    client: serde_json::Value,
    rp_id: &'static str,
    flags: u8,
    counter: u32,
    credential: Vec<u8>,
    raw_id: Vec<u8>,
    format: &'static str,
    statement: Vec<(Value, Value)>,
}

fn said(kind: &str) -> Said {
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

fn created() -> Said {
    Said {
        flags: UP | UV | AT,
        ..said("webauthn.create")
    }
}

fn got() -> Said {
    Said {
        counter: 6,
        ..said("webauthn.get")
    }
}

fn cbor(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

impl Said {
    fn client(&self) -> Vec<u8> {
        self.client.to_string().into_bytes()
    }

    fn authenticator_data(&self, cose: Option<&Value>) -> Vec<u8> {
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

    fn registered(&self, cose: &Value) -> Result<Registered, Refused> {
        let text = |text: &str| Value::Text(text.to_owned());
        let object = cbor(&Value::Map(vec![
            (text("fmt"), text(self.format)),
            (text("attStmt"), Value::Map(self.statement.clone())),
            (text("authData"), Value::Bytes(self.authenticator_data(Some(cose)))),
        ]));
        self.registered_by(&object)
    }

    fn registered_by(&self, object: &[u8]) -> Result<Registered, Refused> {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let json = json!({
            "id": encode(&self.raw_id),
            "rawId": encode(&self.raw_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": encode(&self.client()),
                "attestationObject": encode(object),
                // What a browser adds for those who do not read the object; not believed here.
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

    fn signed(&self, key: &Key) -> Vec<u8> {
        let data = self.authenticator_data(None);
        key.sign(&[data.as_slice(), &Sha256::digest(self.client())].concat())
    }

    fn asserted(&self, key: &PublicKey, signature: &[u8], counter: u32) -> Result<u32, Refused> {
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

#[test]
fn passkeys_of_every_algorithm_register_and_sign() {
    for key in Key::all() {
        let registered = created().registered(&key.cose()).unwrap();
        assert_eq!(
            (registered.credential_id.as_slice(), registered.counter),
            (CREDENTIAL, 0)
        );
        let said = got();
        let signature = said.signed(&key);
        assert_eq!(said.asserted(&registered.key, &signature, 5), Ok(6));
        let mut other = signature.clone();
        let last = other.len() - 1;
        other[last] ^= 1;
        assert_eq!(said.asserted(&registered.key, &other, 5), Err(Refused::Signature));
        assert_eq!(said.asserted(&registered.key, &[], 5), Err(Refused::Signature));
        for other in Key::all() {
            let signature = said.signed(&other);
            assert_eq!(said.asserted(&registered.key, &signature, 5), Err(Refused::Signature));
        }
    }
}

#[test]
fn what_is_signed_over_is_looked_at() {
    let key = Key::es256();
    let registered = created().registered(&key.cose()).unwrap();
    let honest = got();
    let signature = honest.signed(&key);
    // Each changed after it was signed.
    let with = |client: &str, value: serde_json::Value| {
        let mut said = honest.clone();
        said.client[client] = value;
        said
    };
    let moved = with("challenge", URL_SAFE_NO_PAD.encode(CHALLENGE).into());
    assert_eq!(moved.asserted(&registered.key, &signature, 5), Ok(6));
    let extra = with("anything", "else".into());
    assert_eq!(extra.asserted(&registered.key, &signature, 5), Err(Refused::Signature));
    let counted = Said {
        counter: 7,
        ..honest.clone()
    };
    assert_eq!(
        counted.asserted(&registered.key, &signature, 5),
        Err(Refused::Signature)
    );
}

/// What each ceremony must refuse, though it is signed.
fn refusals(honest: &Said) -> Vec<(Said, Refused)> {
    let client = |field: &str, value: serde_json::Value| {
        let mut said = honest.clone();
        said.client[field] = value;
        said
    };
    let flags = |flags: u8| Said {
        flags,
        ..honest.clone()
    };
    let attested = honest.flags & AT;
    vec![
        (client("type", "payment.get".into()), Refused::Type),
        (client("origin", "https://evil.example".into()), Refused::Origin),
        (client("origin", "http://mail.example.org".into()), Refused::Origin),
        (
            client("origin", "https://mail.example.org:8443".into()),
            Refused::Origin,
        ),
        (client("origin", "https://mail.example.org/".into()), Refused::Origin),
        (
            client("origin", "https://mail.example.org.evil.example".into()),
            Refused::Origin,
        ),
        (client("crossOrigin", true.into()), Refused::Origin),
        (client("topOrigin", "https://evil.example".into()), Refused::Origin),
        (
            Said {
                rp_id: "example.org",
                ..honest.clone()
            },
            Refused::RelyingParty,
        ),
        (flags(UV | attested), Refused::NotPresent),
        (flags(UP | attested), Refused::NotVerified),
        (flags(UP | UV | BS | attested), Refused::Backup),
    ]
}

#[test]
fn a_registration_is_refused_at_each_step() {
    let key = Key::es256();
    let cose = key.cose();
    for (said, refused) in refusals(&created()) {
        assert_eq!(said.registered(&cose), Err(refused), "{}", said.client);
    }
    let mut said = created();
    said.client["type"] = "webauthn.get".into();
    assert_eq!(said.registered(&cose), Err(Refused::Type));
    let backed_up = Said {
        flags: UP | UV | BE | BS | AT,
        ..created()
    };
    assert!(backed_up.registered(&cose).is_ok());
    let other = Said {
        raw_id: b"another credential".to_vec(),
        ..created()
    };
    assert_eq!(other.registered(&cose), Err(Refused::Malformed("credential id")));
    let long = Said {
        credential: vec![1; 1024],
        raw_id: vec![1; 1024],
        ..created()
    };
    assert_eq!(long.registered(&cose), Err(Refused::Malformed("credential id")));
    let without = Said {
        flags: UP | UV,
        ..created()
    };
    assert_eq!(
        without.registered(&cose),
        Err(Refused::Malformed("no attested credential data"))
    );
}

#[test]
fn only_keys_of_the_algorithms_that_were_offered_are_taken() {
    let Value::Map(honest) = Key::es256().cose() else {
        panic!("no map");
    };
    let changed = |label: i32, value: Value| {
        let mut map = honest.clone();
        map.iter_mut().find(|(key, _)| *key == Value::from(label)).unwrap().1 = value;
        created().registered(&Value::Map(map))
    };
    // ES384 and its curve, RSASSA-PSS, another key type.
    assert_eq!(changed(3, Value::from(-35)), Err(Refused::Algorithm));
    assert_eq!(changed(3, Value::from(-37)), Err(Refused::Algorithm));
    assert_eq!(changed(-1, Value::from(2)), Err(Refused::Algorithm));
    assert_eq!(changed(1, Value::from(3)), Err(Refused::Algorithm));
    assert_eq!(
        changed(-2, Value::Bytes(vec![1; 31])),
        Err(Refused::Malformed("public key"))
    );
}

#[test]
fn self_attestation_is_verified_and_other_statements_are_refused() {
    let key = Key::es256();
    let cose = key.cose();
    let said = created();
    let signed = [
        said.authenticator_data(Some(&cose)),
        Sha256::digest(said.client()).to_vec(),
    ]
    .concat();
    let text = |text: &str| Value::Text(text.to_owned());
    let attested = |format, statement| Said {
        format,
        statement,
        ..created()
    };
    let packed = |signature| vec![(text("alg"), Value::from(-7)), (text("sig"), Value::Bytes(signature))];
    assert!(attested("packed", packed(key.sign(&signed))).registered(&cose).is_ok());
    assert_eq!(
        attested("packed", packed(key.sign(b"another"))).registered(&cose),
        Err(Refused::Signature)
    );
    let mut chained = packed(key.sign(&signed));
    chained.push((text("x5c"), Value::Array(Vec::new())));
    for (format, statement) in [
        ("packed", chained),
        ("packed", Vec::new()),
        ("none", packed(key.sign(&signed))),
        ("fido-u2f", Vec::new()),
        ("", Vec::new()),
    ] {
        assert_eq!(
            attested(format, statement).registered(&cose),
            Err(Refused::Attestation),
            "{format}"
        );
    }
}

#[test]
fn signing_in_is_refused_at_each_step() {
    let key = Key::es256();
    let known = created().registered(&key.cose()).unwrap().key;
    for (said, refused) in refusals(&got()) {
        assert_eq!(
            said.asserted(&known, &said.signed(&key), 5),
            Err(refused),
            "{}",
            said.client
        );
    }
    let mut said = got();
    said.client["type"] = "webauthn.create".into();
    assert_eq!(said.asserted(&known, &said.signed(&key), 5), Err(Refused::Type));
}

#[test]
fn a_counter_that_does_not_move_on_shows_a_copy() {
    let key = Key::es256();
    let known = created().registered(&key.cose()).unwrap().key;
    for (now, before, verdict) in [
        (0, 0, Ok(0)),
        (1, 0, Ok(1)),
        (6, 5, Ok(6)),
        (5, 5, Err(Refused::Counter)),
        (4, 5, Err(Refused::Counter)),
        (0, 5, Err(Refused::Counter)),
    ] {
        let said = Said { counter: now, ..got() };
        assert_eq!(
            said.asserted(&known, &said.signed(&key), before),
            verdict,
            "{now} after {before}"
        );
    }
}

#[test]
fn garbage_is_malformed_and_nothing_panics() {
    let key = Key::es256();
    for json in ["", "{}", "null", "[]", "{\"id\":1}"] {
        assert!(Registration::read(json).is_err() && Assertion::read(json).is_err());
    }
    let whole = {
        let text = |text: &str| Value::Text(text.to_owned());
        cbor(&Value::Map(vec![
            (text("fmt"), text("none")),
            (text("attStmt"), Value::Map(Vec::new())),
            (
                text("authData"),
                Value::Bytes(created().authenticator_data(Some(&key.cose()))),
            ),
        ]))
    };
    assert!(created().registered_by(&whole).is_ok());
    for end in 0..whole.len() {
        assert!(created().registered_by(&whole[..end]).is_err(), "{end}");
    }
    assert_eq!(
        created().registered_by(&[whole.as_slice(), &[0]].concat()),
        Err(Refused::Malformed("attestation object"))
    );
    // Deep nesting.
    assert!(created().registered_by(&[0x81; 100_000]).is_err());
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0xff;
        let _ = created().registered_by(&changed);
    }
}

/// Those of the W3C (WebAuthn Level 3 §16.2 and §16.11): an attestation object, what was signed later, its client data, and
/// the signature.
const VECTORS: [[&str; 4]; 2] = [
    [
        "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452\
         b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4a5\
         010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b03458abf87\
         9717c12cc68ed73290af2e2664796b9220",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000",
        r#"{"type":"webauthn.get","challenge":"OcDnUhQXulTUPo3JUXT0I97pvzzYBP9tZchXyav01Ag","origin":"https://example.org","crossOrigin":false}"#,
        "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1dd5d78c6e4\
         86013f937295ea13653e331e87",
    ],
    [
        "a363666d74646e6f6e656761747453746d74a06861757468446174615881bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452\
         b2e4b54100000000d5aa33581e8ca478e20fe713f5d32ff20020ce9f840ed96599580cd140fbc7bb3230633f50f61041aff73308ae71caa8a2bda4\
         01010327200621582044e06ddd331c36a8dc667bab52bcae63486c916aa5e339e6acebaa84934bf832",
        "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b50100000000",
        r#"{"type":"webauthn.get","challenge":"iVlX4BxjOmmDSKLYoxpUt9sn6MHEOyCA15riGQJnv9I","origin":"https://example.org","crossOrigin":false}"#,
        "f5c59c7e46c34f6f8cc197101ddf9934fa2595f68eb1913a637e8419eb9ba4cfdfc48f85393bc0d40b011f0d6fecb097d6607525713223a0dc0d45\
         3993dae00b",
    ],
];

/// In both nobody was verified, so the ceremonies themselves are refused: their keys are read and their signatures hold.
#[test]
fn the_vectors_of_the_standard_hold() {
    let party = RelyingParty {
        id: "example.org",
        origin: "https://example.org",
    };
    for [object, data, client, signature] in VECTORS {
        let [object, data, signature] = [object, data, signature].map(|text| hex::decode(text).unwrap());
        let object = AttestationObject::read(&object).unwrap();
        let key = public_key(&object.authenticator_data).unwrap();
        let mut signed = [data.as_slice(), &Sha256::digest(client)].concat();
        assert_eq!(key.verify(&signed, &signature), Ok(()));
        signed[40] ^= 1;
        assert_eq!(key.verify(&signed, &signature), Err(Refused::Signature));
        for data in [&object.authenticator_data, &data] {
            assert_eq!(authenticator_data(data, &party), Err(Refused::NotVerified));
        }
    }
}
