//! RFC 7208's test suite (openspf.org, release 2014.04, out of PyPI's pyspf), each section's zone served on loopback.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize as _;
use serde_yaml_ng::{Deserializer, Mapping, Value};
use server::{
    auth::{AuthError, Authenticator, SpfOutcome},
    envelope::{Client, RequireTls, ReversePath},
};

use crate::auth::zone::ZoneServer;

/// The suite's domains have no policy, so that SPF alone decides.
const LETTER: &[u8] = b"From: author@author.invalid\r\n\r\ntext\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn rfc_7208_suite() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/test-vectors/rfc7208-tests.yml");
    let suite = fs::read_to_string(path).expect("scripts/need-test-tools brings the suite");
    let sections: Vec<_> = Deserializer::from_str(&suite)
        .map(|document| Value::deserialize(document).unwrap())
        .filter(|document| document.is_mapping())
        .map(|document| tokio::spawn(results(document)))
        .collect();
    let mut results = BTreeMap::new();
    for section in sections {
        results.extend(section.await.unwrap());
    }
    let mut wrong = Vec::new();
    for (name, (expected, found)) in &results {
        if !expected.contains(found) {
            wrong.push(format!("{name}: {found} instead of {expected:?}"));
        }
    }
    assert_eq!(results.len(), 203);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of one section: what the suite expects of each case, and what was found.
async fn results(section: Value) -> Vec<(String, (Vec<String>, String))> {
    let server = ZoneServer::start(section["zonedata"].as_mapping().unwrap());
    let authenticator = Authenticator::on(Some(server.address)).unwrap();
    let mut results = Vec::new();
    for (name, case) in section["tests"].as_mapping().unwrap() {
        let expected = match &case["result"] {
            Value::Sequence(several) => several.iter().map(text).collect(),
            one => vec![text(one)],
        };
        let found = found(&authenticator, case.as_mapping().unwrap()).await;
        results.push((text(name), (expected, found)));
    }
    results
}

async fn found(authenticator: &Authenticator, case: &Mapping) -> String {
    let client = Client {
        extended: true,
        ip: text(&case["host"]).parse().unwrap(),
        helo: text(&case["helo"]),
        front: None,
        tls: false,
        smtputf8: false,
        require_tls: RequireTls::No,
        reverse_path: match text(&case["mailfrom"]) {
            empty if empty.is_empty() => ReversePath::Null,
            address => ReversePath::Address(address),
        },
    };
    match authenticator.authenticate(&client, &LETTER.to_vec().into()).await {
        Ok(found) => word(found.unwrap().spf.outcome),
        // A look-up that fails is no finding: the sender is asked to come again.
        Err(AuthError::LookUp("SPF")) => word(SpfOutcome::TempError),
        Err(other) => other.to_string(),
    }
}

fn word(outcome: SpfOutcome) -> String {
    format!("{outcome:?}").to_lowercase()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
