//! Sessions and handshakes that go on without end.

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::time::{sleep, timeout};

use crate::smtp::{
    flood::{address, connect, empty, send, server},
    harness::PATIENCE,
    starttls,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_recipients_in_one_session_hold_up_nobody() {
    const RECIPIENTS: usize = 100_000;
    let server = server().await;
    let mut client = server.client().await;
    client.says("EHLO client.example", "250").await;
    client.says("MAIL FROM:<a@b.c>", "250").await;
    client.says("RCPT TO:<ann@relay.example>", "250").await;
    let (answers, mut commands) = client.stream.into_inner().into_split();
    let writes = tokio::spawn(async move {
        let hundred = "RCPT TO:<bob@relay.example>\r\n".repeat(100);
        for _ in 0..RECIPIENTS / 100 {
            commands.write_all(hundred.as_bytes()).await.unwrap();
        }
        commands
    });
    let mut answers = BufReader::new(answers).lines();
    let reads = async {
        for _ in 0..RECIPIENTS {
            let line = answers.next_line().await.unwrap().unwrap();
            assert!(line.starts_with("452 4.5.3"), "{line}");
        }
    };
    // The sender is through before the last of them is answered.
    tokio::select! {
        biased;
        () = send(&server, Ipv4Addr::new(127, 0, 9, 9)) => {}
        () = reads => panic!("a good sender had to wait for all of them"),
    }
    assert_eq!(server.gate.asked.lock().unwrap().len(), 2, "none of them is looked up");
    drop(answers);
    writes.abort();
}

#[tokio::test]
async fn a_hundred_thousand_unknown_recipients_end_the_session() {
    let server = server().await;
    let mut client = server.client().await;
    client.says("EHLO client.example", "250").await;
    client.says("MAIL FROM:<a@b.c>", "250").await;
    let all = "RCPT TO:<unknown@relay.example>\r\n".repeat(100_000);
    // It is cut off in the middle of this.
    let _ = timeout(PATIENCE, client.stream.write_all(all.as_bytes()))
        .await
        .unwrap();
    assert!(server.gate.asked.lock().unwrap().len() <= 21);
    empty(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_whole_handshakes_holds_up_nobody() {
    let server = server().await;
    let (certificate, count) = (server.certificate(), AtomicUsize::new(0));
    let shake = async |number| {
        let connector = starttls::trusting(&certificate);
        // Ends by itself if the sender never comes through.
        while count.fetch_add(1, Ordering::Relaxed) < 20_000 {
            let Some(mut client) = connect(address(number), server.address).await else {
                continue;
            };
            client.expect("220").await;
            client.says("EHLO client.example", "250").await;
            client.says("STARTTLS", "220").await;
            let name = ServerName::try_from("relay.example").unwrap();
            connector.connect(name, client.stream.into_inner()).await.unwrap();
        }
    };
    let flood = futures::future::join_all((0..50).map(shake));
    let good = async {
        while count.load(Ordering::Relaxed) < 200 {
            sleep(Duration::from_millis(5)).await;
        }
        // The flood shakes hands in this task, too, and ends by itself.
        let sent = timeout(PATIENCE, send(&server, Ipv4Addr::new(127, 0, 9, 9))).await;
        sent.expect("a good sender is locked out");
    };
    tokio::select! {
        _ = flood => panic!("a good sender had to wait for all of them"),
        () = good => {}
    }
}
