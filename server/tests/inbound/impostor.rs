//! Nobody outside speaks for the relay's domains.

use crate::support::home::{Home, SECRET, letter};

const BOB: &str = "bob@example.com";

fn from(author: &str, to: &str) -> String {
    letter(to, SECRET).replace("Bob <bob@example.com>", author)
}

#[tokio::test]
async fn mail_from_the_own_domains_is_refused_from_outside() {
    let home = Home::new().await;
    home.activate().await;
    for author in [
        "postmaster@relay.example",
        "Sealpost <sealpost@relay.example>",
        "MAILER-DAEMON@Relay.Example",
        "new@second.example",
        "amber-otter-417@relay.example",
        "nobody-at-all@second.example",
        "r-00@relay.example",
        "postmaster@relay.example.",
        "\"post master\"@relay.example",
        "Bob <bob@example.com>, postmaster@relay.example",
        "Bob <bob@example.com>\r\nFrom: postmaster@relay.example",
        // Forms that one reader understands and another does not.
        "=?utf-8?q?postmaster=40relay.example?=",
        "=?utf-8?q?Sealpost?= =?utf-8?q?=3Csealpost=40relay.example=3E?=",
        "postmaster@(a comment)relay.example",
        "postmaster@relay(a.b).example",
        "postmaster@relay.\r\n example",
        "postmaster@relay\u{3002}example",
        "postmaster@relay.example@example.com",
        // Without an address in From, Sender stands for the author.
        "nobody\r\nSender: Sealpost <sealpost@relay.example>",
    ] {
        let said = home.send(BOB, &home.alias, &from(author, &home.alias)).await;
        assert!(said.starts_with("550 5.7.1 Mail from this domain"), "{author}: {said}");
    }
    for envelope in ["sealpost@relay.example", "x@SECOND.example", "b-00@relay.example"] {
        let said = home.send(envelope, &home.alias, &letter(&home.alias, SECRET)).await;
        assert!(
            said.starts_with("550 5.7.1 Mail from this domain"),
            "{envelope}: {said}"
        );
    }
    assert!(home.outbox().await.is_empty());
}

#[tokio::test]
async fn others_with_a_name_like_it_are_not_meant() {
    let home = Home::new().await;
    for (envelope, author) in [
        (BOB, "postmaster@example.com"),
        (BOB, "postmaster@relay.example.com"),
        (BOB, "\"postmaster@relay.example\" <bob@example.com>"),
        // A mailbox provider that forwards what it got from the relay keeps the envelope sender.
        (home.return_path().as_str(), "Bob <bob@example.com>"),
        ("", "mailer-daemon@example.com"),
        // The broken address is the author's, who is answered there; Sender is nobody's to answer.
        (BOB, "bob@b@example.com\r\nSender: postmaster@second.example"),
        (
            BOB,
            &format!("{}@example.com\r\nSender: postmaster@relay.example", "b".repeat(65)),
        ),
    ] {
        let said = home.send(envelope, &home.alias, &from(author, &home.alias)).await;
        assert!(said.starts_with("250 "), "{envelope} {author}: {said}");
    }
}
