//! Who guesses recipients, in however many sessions, is slowed down and then put off. Nobody else notices.

use std::{net::Ipv4Addr, time::Duration};

use server::config::Networks;
use tokio::net::TcpStream;

use crate::smtp::harness::{Client, Server};
use crate::support::client::connect_from;

const KNOWN: &str = "ann@relay.example";
const UNKNOWN: &str = "unknown@relay.example";

/// Longer than any test runs.
const NEVER: Duration = Duration::from_secs(100_000);

async fn server(per_client: u32, per_network: u32, slowest: Duration) -> Server {
    Server::with(|settings| {
        settings.unlimited_clients = Networks::default();
        settings.max_refused_per_client = per_client;
        settings.max_refused_per_network = per_network;
        settings.slowest_answer = slowest;
    })
    .await
}

/// A session from an address of this machine, up to MAIL.
async fn session(server: &Server, from: &str) -> Client<TcpStream> {
    let from: Ipv4Addr = from.parse().unwrap();
    let mut client = Client::new(connect_from(from, server.address).await.unwrap());
    client.expect("220 ").await;
    client.says("EHLO client.example", "250-").await;
    client.says("MAIL FROM:<>", "250 ").await;
    client
}

/// The answer to RCPT in a session of its own.
async fn asks(server: &Server, from: &str, recipient: &str) -> String {
    let mut client = session(server, from).await;
    client.says(&format!("RCPT TO:<{recipient}>"), "").await
}

#[tokio::test]
async fn who_guesses_in_many_sessions_is_put_off_whatever_the_recipient_is() {
    let server = server(8, 1000, Duration::from_millis(4)).await;
    for _ in 0..8 {
        assert!(asks(&server, "127.0.1.1", UNKNOWN).await.starts_with("550 5.1.1 "));
    }
    let looked_up = server.gate.asked.lock().unwrap().len();
    for recipient in [UNKNOWN, KNOWN] {
        let mut client = session(&server, "127.0.1.1").await;
        client
            .says(&format!("RCPT TO:<{recipient}>"), "421 4.7.0 Too many unknown")
            .await;
        client.closed().await;
    }
    assert_eq!(
        server.gate.asked.lock().unwrap().len(),
        looked_up,
        "nothing is looked up any more"
    );
    for other in ["127.0.1.2", "127.0.2.1"] {
        assert!(asks(&server, other, KNOWN).await.starts_with("250 "), "{other}");
    }
}

#[tokio::test]
async fn who_guesses_from_many_addresses_of_a_network_is_put_off() {
    let server = server(1000, 12, Duration::from_millis(4)).await;
    for host in 1..=12 {
        let from = format!("127.0.1.{host}");
        assert!(asks(&server, &from, UNKNOWN).await.starts_with("550 5.1.1 "));
    }
    assert!(asks(&server, "127.0.1.99", KNOWN).await.starts_with("421 4.7.0 "));
    assert!(asks(&server, "127.0.2.1", KNOWN).await.starts_with("250 "));
}

#[tokio::test]
async fn who_has_guessed_waits_for_any_answer_and_keeps_nobody_waiting() {
    let server = server(8, 1000, NEVER).await;
    for _ in 0..3 {
        asks(&server, "127.0.1.1", UNKNOWN).await;
    }
    let mut slow = Vec::new();
    for recipient in [UNKNOWN, KNOWN] {
        let mut client = session(&server, "127.0.1.1").await;
        client.send(format!("NOOP\r\nRCPT TO:<{recipient}>\r\n")).await;
        client.expect("250 2.0.0 OK").await;
        slow.push(client);
    }
    assert!(asks(&server, "127.0.2.1", KNOWN).await.starts_with("250 "));
    let looked_up = server.gate.asked.lock().unwrap().clone();
    assert_eq!(
        looked_up,
        [UNKNOWN, UNKNOWN, UNKNOWN, KNOWN],
        "who waits is looked up afterwards"
    );
    // Those who wait do not hold up the end either, and have got no other answer so far.
    server.stop.cancel();
    for mut client in slow {
        client.expect("421 4.3.2 ").await;
    }
}

#[tokio::test]
async fn a_mailing_list_with_stale_addresses_and_a_server_in_front_notice_nothing() {
    let list = Server::with(|settings| {
        settings.unlimited_clients = Networks::default();
        settings.slowest_answer = NEVER;
    })
    .await;
    for _ in 0..50 {
        assert!(asks(&list, "127.0.1.1", UNKNOWN).await.starts_with("550 5.1.1 "));
    }
    assert!(asks(&list, "127.0.1.1", KNOWN).await.starts_with("250 "));
    let front = Server::with(|settings| settings.max_refused_per_client = 1).await;
    for _ in 0..3 {
        assert!(asks(&front, "127.0.0.1", UNKNOWN).await.starts_with("550 5.1.1 "));
    }
}
