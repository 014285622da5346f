//! What the log says of a transaction, and what it never does.

use crate::{smtp::harness::Server, support::log::Log};

#[tokio::test]
async fn one_line_for_each_outcome_without_content_or_addresses() {
    let (log, _guard) = Log::start_at(tracing::Level::TRACE);
    let server = Server::start().await;
    let mut client = server.client().await;
    for (recipient, answer) in [("secret", "250"), ("failing", "451"), ("looping", "554")] {
        client.begin(&format!("{recipient}@relay.example")).await;
        client.says("Subject: hush\r\n\r\nconfidential\r\n.", answer).await;
    }
    client.says("MAIL FROM:<ann@sender.example>", "250").await;
    client.says("RCPT TO:<unknown@relay.example>", "550").await;

    let text = log.text();
    let lines: Vec<_> = text.lines().filter(|line| line.contains(": transaction ")).collect();
    let expected = [
        ["outcome=\"accepted\"", "code=250", "bytes=31", "tls=false"],
        ["outcome=\"refused\"", "reason=\"seal\"", "code=451", "bytes=31"],
        [
            "outcome=\"refused\"",
            "reason=\"relayed_before\"",
            "code=554",
            "bytes=31",
        ],
        [
            "outcome=\"refused\"",
            "reason=\"no_such_alias\"",
            "code=550",
            "stage=\"recipient\"",
        ],
    ];
    assert_eq!(lines.len(), expected.len(), "{text}");
    for (line, words) in lines.iter().zip(expected) {
        assert!(line.contains("peer=127.0.0.1"), "{line}");
        assert!(words.iter().all(|word| line.contains(word)), "{line}");
    }
    assert!(text.contains("WARN") && text.contains("the disk is full"));
    for secret in ["hush", "confidential", "ann@", "secret@", "unknown@"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
