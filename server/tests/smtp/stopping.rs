//! Faults of the pipeline, clients that go away, and the end.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::smtp::harness::{PATIENCE, Server};

#[tokio::test]
async fn a_message_is_relayed_to_its_end_when_the_client_is_gone() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.begin("held@relay.example").await;
    client.send("text\r\n.\r\n").await;
    server.gate.begun.acquire().await.unwrap().forget();
    drop(client);
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.gate.held.add_permits(1);
    timeout(PATIENCE, async {
        while server.count() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_pipeline_that_does_not_answer_is_answered_for() {
    let server = Server::with(|settings| settings.pipeline_timeout = Duration::from_secs(1)).await;
    let mut client = server.client().await;
    client.begin("pondering@relay.example").await;
    client.send("text\r\n.\r\n").await;
    client.expect("451 4.3.0").await;
    client.begin("panicking@relay.example").await;
    client.send("text\r\n.\r\n").await;
    client.expect("451 4.3.0").await;
    client.says("MAIL FROM:<a@b.c>", "250 2.1.0").await;
    client.says("RCPT TO:<thinking@relay.example>", "451 4.3.0").await;
    client.says("RCPT TO:<ann@relay.example>", "250 2.1.5").await;
    client.says("DATA", "354 ").await;
    client.says(".", "250 2.0.0").await;
    assert_eq!(server.count(), 1);
}

#[tokio::test]
async fn stopping_lets_messages_finish_and_turns_everybody_else_away() {
    let server = Server::start().await;
    let mut idle = server.client().await;
    let mut sending = server.client().await;
    let mut relaying = server.client().await;
    sending.begin("ann@relay.example").await;
    relaying.begin("held@relay.example").await;
    relaying.send("text\r\n.\r\n").await;
    server.gate.begun.acquire().await.unwrap().forget();
    server.stop.cancel();
    idle.expect("421 4.3.2").await;
    idle.closed().await;
    sending.send("text\r\n.\r\n").await;
    sending.expect("250 2.0.0").await;
    sending.expect("421 4.3.2").await;
    assert!(TcpStream::connect(server.address).await.is_err());
    assert!(!server.served.is_finished());
    server.gate.held.add_permits(1);
    relaying.expect("250 2.0.0").await;
    relaying.expect("421 4.3.2").await;
    drop((idle, sending, relaying));
    timeout(PATIENCE, server.served).await.unwrap().unwrap();
}

#[tokio::test]
async fn stopping_does_not_wait_for_ever() {
    let server = Server::with(|settings| settings.stop_timeout = Duration::from_millis(100)).await;
    let mut client = server.client().await;
    client.begin("ann@relay.example").await;
    server.stop.cancel();
    timeout(PATIENCE, server.served).await.unwrap().unwrap();
    client.closed().await;
}
