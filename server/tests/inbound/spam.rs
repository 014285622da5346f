//! A spam filter before the seal: rspamd itself, with rules that look at the Subject.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    thread,
};

use test_support::rspamd::Rspamd;

use crate::support::home::{Home, SECRET};

const BOB: &str = "bob@example.com";

async fn with_filter(address: SocketAddr) -> Home {
    Home::with(|config| config.rspamd = Some(address)).await
}

fn about(home: &Home, subject: &str) -> String {
    format!(
        "From: Bob <{BOB}>\r\nTo: {}\r\nSubject: {subject}\r\nSealpost-Spam: 0.0 of 9.9\r\n\r\n{SECRET}\r\n",
        home.alias
    )
}

#[tokio::test]
async fn what_the_filter_says_is_done_before_the_seal() {
    let rspamd = Rspamd::start();
    let home = with_filter(rspamd.address).await;
    home.activate().await;
    for (subject, expected) in [
        ("certain", "550 5.7.1 This message looks like spam"),
        ("unknown", "451 4.7.1 "),
    ] {
        let said = home.send(BOB, &home.alias, &about(&home, subject)).await;
        assert!(said.starts_with(expected), "{subject}: {said}");
    }
    assert!(home.outbox().await.is_empty());
    let said = home.send(BOB, &home.alias, &about(&home, "hello")).await;
    assert!(said.starts_with("250"), "{said}");
    let good = home.wait_for(1).await.remove(0);
    let entity = String::from_utf8(home.open(&good)).unwrap();
    assert!(entity.contains(SECRET) && !entity.contains("Sealpost-Spam"), "{entity}");

    let said = home.send(BOB, &home.alias, &about(&home, "likely")).await;
    assert!(said.starts_with("250"), "{said}");
    let left = home.wait_for(2).await;
    let marked = left.iter().find(|mail| **mail != good).unwrap();
    let outer = String::from_utf8(marked.clone()).unwrap();
    assert!(!outer.contains("Sealpost-Spam") && !outer.contains("looks like spam"));
    let entity = String::from_utf8(home.open(marked)).unwrap();
    assert!(entity.starts_with("Sealpost-Spam: 7.2 of 15.0\r\n"), "{entity}");
    assert_eq!(entity.matches("Sealpost-Spam").count(), 1, "{entity}");
    assert!(
        entity.contains("Sealpost: This message looks like spam (7.2 of 15.0)."),
        "{entity}"
    );
}

#[tokio::test]
async fn without_a_profile_the_score_is_in_the_header() {
    let rspamd = Rspamd::start();
    let home = with_filter(rspamd.address).await;
    home.sql("UPDATE mailboxes SET kill_switch = FALSE").await;
    let said = home.send(BOB, &home.alias, &about(&home, "likely")).await;
    assert!(said.starts_with("250"), "{said}");
    let mail = String::from_utf8(home.wait_for(1).await.remove(0)).unwrap();
    let header = mail.split_once("\r\n\r\n").unwrap().0;
    assert_eq!(header.matches("Sealpost-Spam").count(), 1, "{header}");
    assert!(header.contains("Sealpost-Spam: 7.2 of 15.0\r\n"), "{header}");
}

/// Answers each request with these bytes.
fn pretender(answer: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut heard = [0; 65536];
            let _ = stream.read(&mut heard);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

#[tokio::test]
async fn a_filter_that_says_nothing_sensible_loses_no_mail() {
    let closed = test_support::ports::free();
    for address in [
        closed,
        pretender(""),
        pretender("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
        pretender("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        pretender("HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"action\":\"something\"}"),
        pretender("HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n{"),
    ] {
        let home = with_filter(address).await;
        home.activate().await;
        let said = home.send(BOB, &home.alias, &about(&home, "hello")).await;
        assert!(said.starts_with("451 4.3.0 "), "{said}");
        assert!(home.outbox().await.is_empty());
    }
}
