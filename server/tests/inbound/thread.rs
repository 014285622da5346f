//! "Start Email Thread": the person gets a message to answer, and the answer goes through the relay.

use server::mail::message::Message;

use crate::support::home::{Home, SECRET, letter};

const BOB: &str = "bob@example.com";

fn field(mail: &[u8], name: &str) -> String {
    let message = Message::parse(mail);
    let value = message.first(name).unwrap().raw_value();
    String::from_utf8(value.to_vec()).unwrap().trim().to_owned()
}

/// The address in angle brackets.
fn address(mail: &[u8]) -> String {
    let from = field(mail, "From");
    from[from.rfind('<').unwrap()..].to_owned()
}

#[tokio::test]
async fn the_invitation_is_sealed_and_from_the_address_that_reaches_the_recipient() {
    let home = Home::new().await;
    home.activate().await;
    home.send(BOB, &home.alias, &letter(&home.alias, SECRET)).await;
    let from_bob = home.outbox().await.pop().unwrap();

    assert_eq!(home.start_thread("Bob@Example.com").await, "null");
    let is_new = |mail: &Vec<u8>| field(mail, "Subject") == "Write to Bob@example.com";
    let mail = home.outbox().await.into_iter().find(is_new).unwrap();
    assert!(field(&mail, "Content-Type").contains("enveloped-data"));
    assert_eq!(
        address(&mail),
        address(&from_bob),
        "one contact, however the thread began"
    );
    assert_eq!(field(&mail, "Auto-Submitted"), "auto-generated");
    let text = String::from_utf8(home.open(&mail)).unwrap();
    assert!(
        text.contains("From: \"Bob@example.com\" <Bob@example.com>\r\n"),
        "{text}"
    );
    assert!(text.contains(&format!("To: <{}>\r\n", home.alias)), "{text}");
    let flowed = text.replace("=\r\n", "").replace("\r\n", " ");
    assert!(
        flowed.contains("To write to Bob@example.com, answer this message."),
        "{text}"
    );
    assert!(
        !text.contains("ann@example.org"),
        "a quoted answer must not name the mailbox"
    );
    assert!(!home.data_holds("answer this message"));
}

#[tokio::test]
async fn without_a_profile_the_answer_goes_through_the_relay_all_the_same() {
    let home = Home::new().await;
    assert_eq!(home.start_thread(BOB).await, "null");
    let mail = home.outbox().await.pop().unwrap();
    let from = address(&mail);
    assert!(from.starts_with("<r-") && from.ends_with("@relay.example>"), "{from}");
    assert_eq!(field(&mail, "To"), "<ann@example.org>");
    assert!(!Message::parse(&mail).fields().any(|field| field.is("Reply-To")));
}

#[tokio::test]
async fn no_thread_starts_where_no_mail_is_taken() {
    let home = Home::new().await;
    home.sql("UPDATE mailboxes SET kill_switch = TRUE").await;
    assert_eq!(home.start_thread(BOB).await, "\"kill_switch\"");
    home.sql("UPDATE mailboxes SET kill_switch = FALSE, verified_at = NULL")
        .await;
    assert_eq!(home.start_thread(BOB).await, "\"alias_disabled\"");
    home.sql("UPDATE mailboxes SET verified_at = 1").await;
    home.sql("ALTER TABLE queue RENAME TO gone").await;
    assert_eq!(home.start_thread(BOB).await, "\"mail_not_sent\"");
}
