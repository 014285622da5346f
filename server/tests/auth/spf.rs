//! RFC 7208's test suite (openspf.org, release 2014.04, out of PyPI's pyspf), each section's zone served on loopback.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use serde::Deserialize as _;
use serde_yaml_ng::{Deserializer, Mapping, Value};
use server::{
    auth::{AuthError, Authenticator, SpfOutcome},
    inbound::received::{Client, ReversePath},
};

use crate::zone::ZoneServer;

/// Cases with another result than the suite's: why it stays, our result, and the names. SPF is mail-auth's work. Where the
/// result is a pass, the domain's own record is broken or lists everybody; nobody outside of the domain can bring that about.
const DEVIATIONS: &[(&str, &str, &[&str])] = &[
    (
        "mail-auth takes a record that RFC 7208 calls broken, and reads what it understands of it",
        "fail",
        &[
            "a-bad-cidr4",
            "a-bad-cidr6",
            "invalid-domain",
            "mx-bad-cidr4",
            "mx-bad-cidr6",
            "non-ascii-mech",
            "non-ascii-policy",
        ],
    ),
    (
        "mail-auth takes a record that RFC 7208 calls broken, and reads what it understands of it",
        "pass",
        &[
            "a-dual-cidr-ip4-err",
            "badip4",
            "cidr4-032",
            "cidr4-33",
            "control-char-policy",
        ],
    ),
    (
        "mail-auth takes a record that RFC 7208 calls broken, and reads what it understands of it",
        "neutral",
        &[
            "a-numeric",
            "a-numeric-toplabel",
            "a-only-toplabel",
            "a-only-toplabel-trailing-dot",
            "cidr6-129",
            "empty-modifier-name",
            "exp-syntax-error",
            "invalid-modifier",
            "mx-numeric-top-label",
            "redirect-syntax-error",
        ],
    ),
    (
        "mail-auth takes the first of several records",
        "fail",
        &["multitxt1", "multitxt2"],
    ),
    (
        "mail-auth asks for a name that cannot be asked for, and calls that a failed look-up: the sender comes again",
        "temperror",
        &[
            "a-bad-domain",
            "a-bad-toplabel",
            "a-null",
            "hello-domain-literal",
            "invalid-domain-empty-label",
            "invalid-domain-long",
            "invalid-domain-long-via-macro",
            "invalid-hello-macro",
            "macro-mania-in-domain",
            "mx-bad-domain",
            "mx-bad-toplab",
            "mx-null",
            "null-text",
            "p-macro-multiple",
        ],
    ),
    (
        "mail-auth reads `:` and `/` within a name, and odd modifiers, as the end of it",
        "permerror",
        &[
            "a-colon-domain",
            "a-colon-domain-ip4mapped",
            "modifier-charset-good",
            "mx-colon-domain",
            "mx-colon-domain-ip4mapped",
        ],
    ),
    (
        "mail-auth compares IPv4 with networks of IPv6",
        "pass",
        &[
            "a-cidr6-0-ip4mapped",
            "cidr6-0-ip4",
            "cidr6-ip4",
            "mx-cidr6-0-ip4mapped",
        ],
    ),
    (
        "mail-auth asks for AAAA, too, where only A counts",
        "pass",
        &["exists-ip6only"],
    ),
    (
        "mail-auth does not match the domain itself with `ptr`, which RFC 7208 §5.5 advises against",
        "fail",
        &["ptr-match-implicit", "ptr-match-ip6"],
    ),
    (
        "a redirect to a domain without a record, or a name without one, is the sender's mistake either way",
        "permerror",
        &["domain-literal", "emptylabel", "redirect-after-mechanisms2"],
    ),
    (
        "mail-auth counts look-ups, and not those without an answer",
        "neutral",
        &["void-over-limit"],
    ),
];

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
        let deviation = DEVIATIONS.iter().find(|(.., cases)| cases.contains(&name.as_str()));
        let fine = match deviation {
            Some((_, ours, _)) => found == ours && !expected.iter().any(|each| each == ours),
            None => expected.contains(found),
        };
        if !fine {
            wrong.push(format!("{name}: {found} instead of {expected:?}"));
        }
    }
    let deviations: usize = DEVIATIONS.iter().map(|(.., cases)| cases.len()).sum();
    println!("{} cases, {deviations} deviations", results.len());
    assert_eq!((results.len(), deviations), (203, 54));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of one section: what the suite expects of each case, and what was found.
async fn results(section: Value) -> Vec<(String, (Vec<String>, String))> {
    let server = ZoneServer::start(section["zonedata"].as_mapping().unwrap());
    let authenticator = Authenticator::on(Some(server.address), "relay.example").unwrap();
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
        tls: false,
        smtputf8: false,
        reverse_path: match text(&case["mailfrom"]) {
            empty if empty.is_empty() => ReversePath::Null,
            address => ReversePath::Address(address),
        },
    };
    match authenticator.authenticate(&client, &Arc::new(LETTER.to_vec())).await {
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
