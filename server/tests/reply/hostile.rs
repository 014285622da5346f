//! Messages made to stop the relay, through each of its four entrances: an alias, a relay address, `new@` and a return path.

use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    reply::talk::Talk,
    support::home::{SECRET, letter},
};

/// A message that is refused whatever entrance it takes.
struct Hostile {
    name: &'static str,
    message: String,
    answer: &'static str,
}

/// `octets` of lines, each made from its number.
fn lines(octets: usize, line: impl Fn(usize) -> String) -> String {
    let mut lines = String::with_capacity(octets + 100);
    let mut number = 0;
    while lines.len() < octets {
        lines.push_str(&line(number));
        number += 1;
    }
    lines
}

fn multipart(boundary: &str) -> String {
    format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n")
}

fn hostile() -> Vec<Hostile> {
    const MEGABYTE: usize = 1 << 20;
    let each = |name, message: String, answer| Hostile {
        name,
        message: format!("From: Ann <ann@example.org>\r\n{message}\r\n"),
        answer,
    };
    vec![
        each(
            "messages in messages",
            "Content-Type:message/rfc822\r\n\r\n".repeat(33_000),
            "554 5.6.0 The parts of the message are nested too deeply",
        ),
        each(
            "multiparts in multiparts",
            lines(MEGABYTE, |n| format!("{}--{n}\r\n", multipart(&n.to_string()))),
            "554 5.6.0 The parts of the message are nested too deeply",
        ),
        each(
            "loop marks without end",
            lines(3 * MEGABYTE, |n| format!("Sealpost-Loop: {n:032x}\r\n")),
            "554 5.6.0 The message has too many header fields",
        ),
        each(
            "loop marks in one field",
            format!(
                "Sealpost-Loop:{}\r\n",
                lines(3 * MEGABYTE, |n| format!(" {n:032x}\r\n"))
            ),
            "552 5.3.4 The header of the message is too large",
        ),
        each(
            "fields of MIME without end",
            lines(2 * MEGABYTE, |n| format!("Content-{n}: x\r\n")),
            "554 5.6.0 The message has too many header fields",
        ),
        each(
            "fields of nothing",
            "A:\r\n".repeat(MEGABYTE),
            "554 5.6.0 The message has too many header fields",
        ),
        each(
            "fields below a line that is none",
            format!("no field\r\n{}", "A:\r\n".repeat(MEGABYTE)),
            "554 5.6.0 The message has too many header fields",
        ),
        each(
            "parts without end",
            format!("{}{}", multipart("b"), "--b\r\n\r\n".repeat(100_000)),
            "554 5.6.0 The message has too many parts",
        ),
        each(
            "a boundary without end",
            multipart(&"b".repeat(5_000)),
            "554 5.6.0 A MIME boundary of the message is too long",
        ),
    ]
}

/// Within every limit, and as much work as the limits allow.
fn heavy() -> Vec<(&'static str, String)> {
    const HEADER: usize = 250 << 10;
    let from = "From: Bob <bob@example.com>\r\n";
    vec![
        (
            "a boundary that never occurs",
            format!("{from}{}{}", multipart("b"), "--c\r\n\r\ntext\r\n".repeat(120_000)),
        ),
        (
            "parts whose boundaries never occur",
            format!(
                "{from}{}{}",
                multipart("b"),
                lines(2 << 20, |n| match n % 4_000 {
                    0 => format!("--b\r\n{}", multipart(&format!("never{n}"))),
                    _ => "--text\r\n".into(),
                })
            ),
        ),
        (
            "as many fields of MIME as there may be",
            format!("{from}{}\r\ntext\r\n", {
                let mut fields = lines(60 << 10, |n| format!("Content-{n:05}: {}\r\n", "x".repeat(100)));
                fields.truncate(fields.rfind("Content-").unwrap());
                fields
            }),
        ),
        (
            "a Content-Type of parameters",
            format!(
                "{from}Content-Type: text/plain{}\r\n\r\ntext\r\n",
                lines(HEADER, |n| format!(";\r\n a{n}*{n}=x"))
            ),
        ),
        (
            "references without end",
            format!(
                "{from}References:{}\r\ntext\r\n",
                lines(HEADER, |n| format!(" <{n}@x>\r\n"))
            ),
        ),
        (
            "recipients without end",
            format!(
                "{from}Cc: {}x@y.example\r\n\r\ntext\r\n",
                lines(HEADER, |n| format!("{n}@y.example,\r\n "))
            ),
        ),
        (
            "comments in comments",
            format!(
                "{from}Date: {}\r\nSubject: {}\r\n\r\ntext\r\n",
                "(".repeat(100_000),
                "=?x?q?".repeat(20_000)
            ),
        ),
    ]
}

fn is_healthy(address: std::net::SocketAddr) -> bool {
    let mut connection = TcpStream::connect(address).unwrap();
    connection
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: relay.example\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer.starts_with("HTTP/1.1 200")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_made_to_stop_the_relay_is_refused_at_every_entrance_and_hurts_nobody_else() {
    let talk = Arc::new(Talk::new().await);
    let entrances = [
        ("ann@example.org", talk.home.alias.clone()),
        ("ann@example.org", talk.letter.relay_address.clone()),
        ("ann@example.org", "new@relay.example".to_owned()),
        ("", talk.home.return_path()),
    ];
    let attacking = Arc::new(AtomicBool::new(true));
    let (watched, http) = (Arc::clone(&attacking), talk.home.relay.http);
    let health = tokio::task::spawn_blocking(move || {
        let mut looks = 0;
        while watched.load(Ordering::Relaxed) {
            assert!(is_healthy(http), "the pages are served meanwhile");
            looks += 1;
        }
        looks
    });
    for Hostile { name, message, answer } in hostile() {
        for (from, to) in &entrances {
            let hostile = talk.home.send(from, to, &message);
            let good = letter(&talk.home.alias, SECRET);
            let good = talk.home.send("bob@example.com", &talk.home.alias, &good);
            let (hostile, good) = tokio::join!(hostile, good);
            assert!(hostile.starts_with(answer), "{name} to {to}: {hostile}");
            assert!(good.starts_with("250"), "{name} to {to}: {good}");
        }
    }
    attacking.store(false, Ordering::Relaxed);
    assert!(health.await.unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_heaviest_message_within_the_limits_is_sealed() {
    let talk = Talk::new().await;
    for (name, message) in heavy() {
        let said = talk.home.send("bob@example.com", &talk.home.alias, &message).await;
        assert!(said.starts_with("250"), "{name}: {said}");
    }
}

#[tokio::test]
async fn a_seal_hides_no_structure_from_the_limits() {
    let talk = Talk::new().await;
    for (id, entity) in [
        ("nested", "Content-Type: message/rfc822\r\n\r\n".repeat(1_000)),
        (
            "fields",
            format!("Content-Type: text/plain\r\n{}\r\ntext\r\n", "A: x\r\n".repeat(10_000)),
        ),
    ] {
        let sealed = talk.sealed("-binary -nodetach", "-binary -aes-256-cbc", &entity);
        let said = talk.send(&talk.to_bob(id, &sealed)).await;
        assert!(said.starts_with("554 5.6.0"), "{id}: {said}");
        talk.nothing_left(id).await;
    }
}
