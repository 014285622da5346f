//! Answers as authenticators give them, made here; then everything in them changed, one thing at a time. Those of a real
//! browser are in the browser suite.

mod authenticator;
mod vectors;

use authenticator::{AT, BE, BS, CHALLENGE, CREDENTIAL, Key, Said, UP, UV, cbor, created, got};

use super::*;

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

/// Signed answers that each ceremony must refuse.
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
