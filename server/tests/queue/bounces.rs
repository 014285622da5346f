//! What comes back to a return path.

use std::sync::{Arc, Mutex};

use time::Duration;

use crate::{
    queue::{
        patience::{deliver, empty, example_com, relay, relay_address},
        sink::{Answer, Door, Sink},
        until, witness,
    },
    support::{
        clock::TestClock,
        home::{Home, SECRET, letter},
    },
};

/// What a provider sends back (RFC 3464); it names the mailbox and itself.
fn bounce(action: &str) -> String {
    format!(
        "From: MAILER-DAEMON@provider.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; provider.example\r\n\r\n\
         Final-Recipient: rfc822; ann@example.org\r\nAction: {action}\r\nStatus: 5.2.2\r\n\
         Diagnostic-Code: smtp; 552 5.2.2 Mailbox full\r\n\r\n--b--\r\n"
    )
}

async fn comes_back(home: &Home, path: &str, from: &str) -> String {
    home.send(from, path, &bounce("failed")).await
}

#[tokio::test]
async fn a_bounce_is_passed_on_once_and_without_a_word_of_the_providers() {
    let (clock, dns) = (Arc::new(TestClock::new()), example_com());
    let sink = Sink::start(|_| Answer::Takes);
    let home = relay(&clock, &sink.url(), Some(&dns)).await;
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    empty(&home).await;
    let path = sink.arrived()[0].from.clone();
    assert!(path.starts_with("b-") && path.ends_with("@relay.example"), "{path}");

    // What is no failure, or no bounce, or not ours, changes nothing.
    deliver(&home, "", &path, &bounce("delayed")).await;
    let said = comes_back(&home, &path, "eve@example.com").await;
    assert!(said.starts_with("550"), "{said}");
    let last = if path.as_bytes()[10] == b'0' { "1" } else { "0" };
    let forged = format!("{}{last}{}", &path[..10], &path[11..]);
    let said = comes_back(&home, &forged, "").await;
    assert!(said.starts_with("550 5.1.1"), "{said}");
    empty(&home).await;
    assert_eq!(sink.tries(), 1);

    // Two at once and one later: one report.
    let (one, other) = tokio::join!(comes_back(&home, &path, ""), comes_back(&home, &path, ""));
    assert!(one.starts_with("250") && other.starts_with("250"), "{one} {other}");
    deliver(
        &home,
        "",
        &path.to_uppercase().replace("RELAY.EXAMPLE", "relay.example"),
        &bounce("failed"),
    )
    .await;
    empty(&home).await;
    let told = sink.arrived();
    assert_eq!(told.len(), 2, "one report for three bounces");
    assert_eq!((told[1].from.as_str(), told[1].to.as_str()), ("", "bob@example.com"));
    for secret in ["ann@", "example.org", "provider", "Mailbox full", SECRET] {
        assert!(!told[1].data.contains(secret), "{secret}: {}", told[1].data);
    }
    assert_eq!(
        witness::report(told[1].data.as_bytes()).recipient,
        format!("rfc822; {}", home.alias)
    );
}

#[tokio::test]
async fn a_return_path_ends() {
    let (clock, dns) = (Arc::new(TestClock::new()), example_com());
    let sink = Sink::start(|_| Answer::Takes);
    let home = relay(&clock, &sink.url(), Some(&dns)).await;
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    empty(&home).await;
    let path = sink.arrived()[0].from.clone();
    clock.forward(Duration::days(12));
    let said = comes_back(&home, &path, "").await;
    assert!(said.starts_with("550 5.1.1"), "{said}");
    empty(&home).await;
    assert_eq!(sink.tries(), 1);
}

#[tokio::test]
async fn a_bounce_of_a_reply_is_for_the_person_and_a_report_that_bounces_is_for_nobody() {
    for reports_arrive in [true, false] {
        let (clock, dns) = (Arc::new(TestClock::new()), example_com());
        let sink = Sink::start(move |letter| match letter.from.as_str() {
            "" if !reports_arrive => Answer::Never,
            _ => Answer::Takes,
        });
        let home = relay(&clock, &sink.url(), Some(&dns)).await;
        deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
        empty(&home).await;
        let contact = relay_address(&sink.arrived()[0]);
        let answer = home.answer(&contact, "My answer.");
        deliver(&home, "ann@example.org", &contact, &answer).await;
        empty(&home).await;
        let sent = sink.arrived().pop().unwrap();
        assert_eq!(sent.to, "bob@example.com");
        for _ in 0..2 {
            assert!(comes_back(&home, &sent.from, "").await.starts_with("250"));
        }
        empty(&home).await;
        assert_eq!(sink.tries(), 3, "one report, tried once");
        assert_eq!(sink.arrived().len(), if reports_arrive { 3 } else { 2 });
        if reports_arrive {
            let told = sink.arrived().pop().unwrap();
            assert_eq!((told.from.as_str(), told.to.as_str()), ("", "ann@example.org"));
            let report = witness::report(&home.open(told.data.as_bytes()));
            assert_eq!(report.recipient, "rfc822; bob@example.com");
            assert!(report.diagnostic.unwrap().contains("552 5.2.2 Mailbox full"));
        }
    }
}

#[tokio::test]
async fn a_bounce_that_is_faster_than_our_own_note_comes_again() {
    let (clock, dns) = (Arc::new(TestClock::new()), example_com());
    let seen = Arc::new(Mutex::new(None));
    let (noted, door) = (Arc::clone(&seen), Door::default());
    let held = door.clone();
    let sink = Sink::start(move |letter| match letter.to.as_str() {
        "ann@example.org" => {
            *noted.lock().unwrap() = Some(letter.from.clone());
            held.pass();
            Answer::Takes
        }
        _ => Answer::Takes,
    });
    let home = relay(&clock, &sink.url(), Some(&dns)).await;
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    until("the next hop has it", || async { seen.lock().unwrap().is_some() }).await;
    let path = seen.lock().unwrap().clone().unwrap();
    let said = comes_back(&home, &path, "").await;
    assert!(said.starts_with("451"), "{said}");
    door.open();
    empty(&home).await;
    assert!(comes_back(&home, &path, "").await.starts_with("250"));
    empty(&home).await;
    assert_eq!(sink.arrived().len(), 2);
}
