//! What comes out is what went in.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::smtp::harness::{Server, stuffed};

#[test]
fn every_body_arrives_byte_for_byte() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::start());
    let line = (
        prop_oneof![Just(""), Just("."), Just(".."), Just("...")],
        proptest::collection::vec(any::<u8>().prop_filter("no line end", |b| !b"\r\n".contains(b)), 0..40),
    )
        .prop_map(|(dots, text)| [dots.as_bytes(), &text, b"\r\n"].concat());
    let body = proptest::collection::vec(line, 0..20).prop_map(|lines| lines.concat());
    let mut runner = TestRunner::new(Config {
        cases: 200,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&body, |body| {
        runtime.block_on(async {
            let mut client = server.client().await;
            client.begin("ann@relay.example").await;
            client.send(stuffed(&body)).await;
            client.expect("250 2.0.0").await;
        });
        prop_assert_eq!(server.bodies().pop(), Some(body));
        Ok(())
    });
    outcome.unwrap();
}

#[test]
fn garbage_does_no_harm() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime.block_on(Server::with(|settings| settings.max_errors = 1000));
    let word = prop_oneof![
        4 => "(EHLO x|MAIL FROM:<a@b>|RCPT TO:<c@d>|DATA|RSET|NOOP|\\.|\\.\\.)\r\n".prop_map(String::into_bytes),
        1 => "(?s).{0,12}(\r\n|\r|\n)?".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 0..12),
    ];
    let talk = proptest::collection::vec(word, 0..24).prop_map(|words| words.concat());
    let mut runner = TestRunner::new(Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&talk, |talk| {
        let last = runtime.block_on(async {
            let mut client = server.client().await;
            client.send(&talk).await;
            tokio::io::AsyncWriteExt::shutdown(&mut client.stream).await.unwrap();
            let mut last = None;
            while let Some(line) = client.line().await {
                last = Some(line);
            }
            last
        });
        let code = last.as_deref().map_or("250", |line| &line[..3]).to_owned();
        prop_assert!(
            code.parse::<u16>().is_ok_and(|code| (200..600).contains(&code)),
            "{last:?}"
        );
        Ok(())
    });
    outcome.unwrap();
    runtime.block_on(async { server.client().await.says("NOOP", "250 2.0.0").await });
}

#[tokio::test]
async fn forty_mebibytes_arrive() {
    let server = Server::start().await;
    let line = [&[b'.'; 75][..], b"\r\n"].concat();
    let body = line.repeat((40 << 20) / line.len());
    let mut client = server.client().await;
    client.begin("ann@relay.example").await;
    client.send(stuffed(&body)).await;
    client.expect("250 2.0.0").await;
    assert!(server.bodies()[0] == body);
}

#[tokio::test]
async fn the_gate_learns_who_the_client_is() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.begin("ann@relay.example").await;
    client.send(".\r\n").await;
    client.expect("250 2.0.0").await;
    let taken = server.gate.taken.lock().unwrap();
    let peer = &taken[0].client;
    assert!(peer.ip.is_loopback() && !peer.tls && !peer.smtputf8);
    assert_eq!(peer.helo, "client.example");
    assert_eq!(taken[0].data, b"");
}
