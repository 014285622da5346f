//! What the relay does without a CA, or against one that refuses: it runs, and says why.

use std::sync::Arc;

use server::config::AcmeChallenge;
use time::Duration;

use crate::{
    acme::harness::{FAILED, Lab, NAMES, OBTAINED, Tls, mail_flows, self_signed, shown},
    queue::until,
    support::{clock::TestClock, home::Home, log::Log},
};

/// The line of the first failure, while web and mail run with the self-signed certificate.
async fn first_failure(lab: &Lab, log: &Log, home: &Home) -> String {
    until("an attempt failed", || async { log.count(FAILED) > 0 }).await;
    let (own, domain) = (self_signed(home), NAMES[0]);
    assert!(shown(lab.https, Tls::Web, domain, &own).await.is_some());
    assert!(shown(home.relay.smtp, Tls::StartTls, domain, &own).await.is_some());
    mail_flows(home).await;
    let text = log.text();
    text.lines().find(|line| line.contains(FAILED)).unwrap().to_owned()
}

#[tokio::test]
async fn without_the_directory_the_relay_runs_and_asks_again_later() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let clock = Arc::new(TestClock::new());
    let home = lab
        .relay_by(Arc::<TestClock>::clone(&clock), AcmeChallenge::Http01)
        .await;
    let line = first_failure(&lab, &log, &home).await;
    assert!(line.contains("WARN") && line.contains("Connection refused"), "{line}");
    let _ca = lab.ca();
    let root = lab.place.root();
    clock.forward(Duration::minutes(11));
    home.relay.wake();
    until("it is asked again", || async { log.count(OBTAINED) == 1 }).await;
    until("the certificate is shown", || async {
        shown(lab.https, Tls::Web, NAMES[0], &root).await.is_some()
    })
    .await;
    home.relay.stop().await;
}

#[tokio::test]
async fn a_name_that_the_ca_refuses_is_logged_in_its_words() {
    let (log, _guard) = Log::start();
    let mut lab = Lab::new();
    lab.settings.blocked = NAMES[1];
    let _ca = lab.ca();
    let home = lab.relay(AcmeChallenge::Http01).await;
    let line = first_failure(&lab, &log, &home).await;
    let words = [
        "the CA refuses: ",
        "forbidden by policy",
        "rejectedIdentifier",
        NAMES[1],
    ];
    assert!(words.iter().all(|word| line.contains(word)), "{line}");
    home.relay.stop().await;
}

#[tokio::test]
async fn a_proof_that_the_ca_does_not_reach_is_logged_with_its_name() {
    let (log, _guard) = Log::start();
    let mut lab = Lab::new();
    // Nobody listens there.
    lab.settings.http_port = test_support::ports::free().port();
    let _ca = lab.ca();
    let home = lab.relay(AcmeChallenge::Http01).await;
    let line = first_failure(&lab, &log, &home).await;
    let words = ["the CA refuses: ", "relay.example: ", "connection refused"];
    assert!(words.iter().all(|word| line.contains(word)), "{line}");
    home.relay.stop().await;
}

#[tokio::test]
async fn a_directory_whose_tls_is_not_trusted_gets_nothing() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let home = Home::with(|config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.acme.as_mut().unwrap().ca = None;
    })
    .await;
    let line = first_failure(&lab, &log, &home).await;
    assert!(line.contains("invalid peer certificate"), "{line}");
    let kept = std::fs::read_to_string(home.folder.path().join("acme-account.json")).unwrap();
    assert!(!kept.contains("\"account\""), "there is only a key");
    home.relay.stop().await;
}

#[tokio::test]
async fn names_without_addresses_are_not_asked_for() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let home = Home::with(|config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.https = None;
        config.mx = "nowhere.example".into();
    })
    .await;
    until("an attempt failed", || async { log.count(FAILED) > 0 }).await;
    assert!(
        log.text()
            .contains("no name of the certificate has an address in the DNS: nowhere.example")
    );
    home.relay.stop().await;
}
