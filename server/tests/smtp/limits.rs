//! Every bound of the settings, reached.

use std::time::Duration;

use tokio::io::AsyncBufReadExt;
use tokio::time::timeout;

use crate::smtp::harness::{PATIENCE, Server};

#[tokio::test]
async fn idle_connections_keep_nobody_waiting() {
    let server = Server::start().await;
    let mut idle = Vec::new();
    for _ in 0..250 {
        idle.push(server.client().await);
    }
    let mut client = server.client().await;
    client.begin("ann@relay.example").await;
    client.send("text\r\n.\r\n").await;
    client.expect("250 2.0.0").await;
    // The client was served while all the others were connected, not after they had been sent away.
    for client in &mut idle {
        client.says("NOOP", "250 2.0.0").await;
    }
}

#[tokio::test]
async fn connections_are_bounded() {
    let server = Server::with(|settings| settings.connections.total = 2).await;
    let mut first = server.client().await;
    let mut second = server.client().await;
    // The receiver works for both, so that neither can make room.
    for client in [&mut first, &mut second] {
        client.begin("held@relay.example").await;
        client.send("text\r\n.\r\n").await;
        server.gate.begun.acquire().await.unwrap().forget();
    }
    let mut third = crate::smtp::harness::Client::new(tokio::net::TcpStream::connect(server.address).await.unwrap());
    third.expect("421 4.3.2").await;
    third.closed().await;
    assert_eq!(server.counts.refused.get(), 1);
    server.gate.held.add_permits(2);
    first.says("QUIT", "250").await;
    drop(first);
    let served = async {
        while !server.greets().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, served).await.unwrap();
}

#[tokio::test]
async fn a_byte_now_and_then_does_not_keep_a_connection() {
    let server = Server::with(|settings| settings.idle_timeout = Duration::from_millis(500)).await;
    let mut client = server.client().await;
    let pause = Duration::from_millis(50);
    let mut sent = 0;
    while timeout(pause, client.stream.fill_buf()).await.is_err() {
        client.send("E").await;
        sent += 1;
        assert!(sent < 60, "every byte buys more time");
    }
    client.expect("421 4.4.2").await;
    client.closed().await;
}

#[tokio::test]
async fn a_command_now_and_then_does_not_keep_a_connection() {
    let server = Server::with(|settings| settings.transaction_timeout = Duration::from_secs(3)).await;
    let mut client = server.client().await;
    for _ in 0..5 {
        client.says("NOOP", "250").await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    client.begin("ann@relay.example").await;
    client.send("text\r\n").await;
    client.expect("421 4.4.2").await;
    client.closed().await;
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_message_too_large_is_read_and_refused_and_the_next_is_taken() {
    let server = Server::with(|settings| settings.max_message_bytes = 100_000).await;
    let mut client = server.client().await;
    for (octets, answer) in [
        (99_998, "250 2.0.0"),
        (99_999, "552 5.3.4"),
        (150_000, "552 5.3.4"),
        (10, "250 2.0.0"),
    ] {
        client.begin("ann@relay.example").await;
        let lines = "x".repeat(998) + "\r\n";
        let body = lines.repeat(octets / 1000) + &"y".repeat(octets % 1000) + "\r\n";
        client.send(body).await;
        client.says(".", answer).await;
    }
    assert_eq!(server.bodies().iter().map(Vec::len).collect::<Vec<_>>(), [100_000, 12]);
}

#[tokio::test]
async fn a_message_without_end_is_cut_off() {
    let server = Server::with(|settings| settings.max_message_bytes = 100_000).await;
    for piece in ["x".repeat(500) + "\r\n", "x".repeat(500)] {
        let mut client = server.client().await;
        client.begin("ann@relay.example").await;
        client.send(piece.repeat(600)).await;
        client.expect("552 5.3.4").await;
        client.closed().await;
    }
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn long_lines_of_text_are_refused_at_the_end() {
    let server = Server::with(|settings| settings.max_line_bytes = 2_000).await;
    let mut client = server.client().await;
    for (octets, answer) in [
        (1_998, "250 2.0.0"),
        (1_999, "554 5.6.0"),
        (50_000, "554 5.6.0"),
        (10, "250 2.0.0"),
    ] {
        client.begin("ann@relay.example").await;
        client
            .send(format!("Subject: x\r\n\r\n{}\r\n.\r\n", "y".repeat(octets)))
            .await;
        client.expect(answer).await;
    }
    assert_eq!(server.count(), 2);
}

#[tokio::test]
async fn long_commands_are_refused_and_endless_ones_end() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.says(&format!("NOOP {}", "x".repeat(2_041)), "250 2.0.0").await;
    client.says(&format!("NOOP {}", "x".repeat(2_042)), "500 5.5.2").await;
    client.says("NOOP", "250 2.0.0").await;
    client.send("x".repeat(70_000)).await;
    client.expect("421 4.3.0").await;
    client.closed().await;
}

#[tokio::test]
async fn memory_is_shared_and_comes_back() {
    let server = Server::with(|settings| settings.buffer_budget_bytes = 5 << 19).await;
    let text = ("x".repeat(998) + "\r\n").repeat(700);
    let mut first = server.client().await;
    first.begin("held@relay.example").await;
    first.send(format!("{text}.\r\n")).await;
    server.gate.begun.acquire().await.unwrap().forget();
    let mut second = server.client().await;
    second.begin("ann@relay.example").await;
    second.send(format!("{text}.\r\n")).await;
    second.expect("452 4.3.1").await;
    second.begin("ann@relay.example").await;
    second.send("small\r\n.\r\n").await;
    second.expect("250 2.0.0").await;
    server.gate.held.add_permits(1);
    first.expect("250 2.0.0").await;
    second.begin("ann@relay.example").await;
    second.send(format!("{text}.\r\n")).await;
    second.expect("250 2.0.0").await;
}

#[tokio::test]
async fn refused_recipients_do_not_pile_up() {
    let server = Server::with(|settings| settings.max_errors = 100_000).await;
    let mut client = server.client().await;
    client.says("EHLO client.example", "250-").await;
    client.says("MAIL FROM:<>", "250 2.1.0").await;
    for _ in 0..10 {
        client.send("RCPT TO:<unknown@relay.example>\r\n".repeat(100)).await;
        for _ in 0..100 {
            client.expect("550 5.1.1").await;
        }
    }
    client.says("RCPT TO:<ann@relay.example>", "452 4.5.3").await;
    client.says("DATA", "554 5.5.1").await;
}
