//! A certificate that is replaced while the relay runs, or is not what the settings ask for.

use std::sync::Arc;

use rustls::pki_types::ServerName;
use server::config::AcmeChallenge;
use test_support::pebble::Place;
use time::Duration;
use tokio::net::TcpStream;

use crate::{
    acme::harness::{FAILED, Lab, NAMES, OBTAINED, OTHER, Tls, obtained, shown},
    queue::until,
    smtp::{harness::Client, starttls::trusting},
    support::{clock::TestClock, log::Log},
};

#[tokio::test]
async fn a_certificate_is_renewed_while_connections_live_and_outlives_a_ca_that_is_away() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let clock = Arc::new(TestClock::new());
    let ca = lab.ca();
    let home = lab
        .relay_by(Arc::<TestClock>::clone(&clock), AcmeChallenge::Http01)
        .await;
    let (smtp, root) = (home.relay.smtp, lab.place.root());
    obtained(&log, 1).await;
    until("it is shown", || async {
        shown(smtp, Tls::StartTls, NAMES[1], &root).await.is_some()
    })
    .await;
    let first = shown(lab.https, Tls::Web, NAMES[0], &root).await.unwrap();
    let mut client = Client::new(TcpStream::connect(smtp).await.unwrap());
    client.expect("220").await;
    client.says("EHLO client.example", "250-").await;
    client.says("STARTTLS", "220 2.0.0").await;
    let name = ServerName::try_from("mail.relay.example").unwrap();
    let stream = trusting(&root).connect(name, client.stream.into_inner()).await.unwrap();
    let mut client = Client::new(stream);

    // The clock is six days behind; 57 days before the end is too early, and 30 are not.
    clock.forward(Duration::days(39));
    home.relay.wake();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(log.count(OBTAINED), 1);
    clock.forward(Duration::days(27) + Duration::hours(1));
    home.relay.wake();
    obtained(&log, 2).await;
    for (address, tls) in [(lab.https, Tls::Web), (smtp, Tls::StartTls)] {
        until("the new one is shown", || async {
            let now = shown(address, tls, NAMES[1], &root).await;
            now.is_some_and(|now| now != first)
        })
        .await;
    }
    client.says("NOOP", "250 2.0.0").await;

    // Without the CA the certificate stays.
    let second = shown(lab.https, Tls::Web, NAMES[0], &root).await.unwrap();
    drop(ca);
    clock.forward(Duration::hours(37));
    home.relay.wake();
    until("an attempt failed", || async { log.count(FAILED) == 1 }).await;
    let text = log.text();
    let line = text.lines().find(|line| line.contains(FAILED)).unwrap();
    assert!(line.contains("Connection refused"), "{line}");
    home.relay.wake();
    assert_eq!(shown(lab.https, Tls::Web, NAMES[0], &root).await, Some(second));
    assert_eq!(log.count(FAILED), 1, "the next attempt comes after a pause");

    // Back again, it knows no account.
    let _ca = lab.ca();
    let root = lab.place.root();
    clock.forward(Duration::hours(1));
    home.relay.wake();
    until("there is a third", || async { log.count(OBTAINED) == 3 }).await;
    until("the third is shown", || async {
        shown(lab.https, Tls::Web, NAMES[0], &root).await.is_some()
    })
    .await;
    home.relay.stop().await;
}

#[tokio::test]
async fn a_restart_keeps_the_certificate_unless_names_or_ca_changed() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let mut home = lab.relay(AcmeChallenge::Http01).await;
    obtained(&log, 1).await;
    let clock = || Arc::new(server::clock::SystemClock);
    home.restart_with(clock(), |config| lab.configure(config, AcmeChallenge::Http01))
        .await;
    let root = lab.place.root();
    assert!(shown(lab.https, Tls::Web, NAMES[0], &root).await.is_some(), "at once");
    assert_eq!(log.count(OBTAINED), 1);

    home.restart_with(clock(), |config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.public_url = format!("https://{OTHER}").parse().unwrap();
    })
    .await;
    obtained(&log, 2).await;
    until("it is shown", || async {
        shown(lab.https, Tls::Web, OTHER, &root).await.is_some()
    })
    .await;

    let elsewhere = Place::new();
    let _other_ca = elsewhere.start(&lab.settings);
    home.restart_with(clock(), |config| {
        lab.configure(config, AcmeChallenge::Http01);
        let acme = config.acme.as_mut().unwrap();
        (acme.directory, acme.ca) = (elsewhere.url(), Some(elsewhere.ca()));
    })
    .await;
    obtained(&log, 3).await;
    let root = elsewhere.root();
    until("it is shown", || async {
        shown(lab.https, Tls::Web, NAMES[0], &root).await.is_some()
    })
    .await;
    home.relay.stop().await;
}
