//! ID: who the fields of a message say that it is from.

use super::{EVIL, Endings};
use crate::reply::{
    talk::{BOB, Talk},
    wire,
};

/// The person's message with another From, and other fields before all others.
fn forged(talk: &Talk, from: &str, fields: &str, entity: &str) -> String {
    let message = talk.to_bob("fields", entity);
    let changed = message.replace("From: Ann Lee <ann@example.org>\r\n", from);
    assert_ne!(message, changed);
    format!("{fields}{changed}")
}

#[tokio::test]
async fn no_field_of_the_sender_lends_a_signature_or_leaves() {
    let talk = Talk::new().await;
    let mallory = "mallory@mallory.example";
    let mut endings = Endings::default();
    for (name, from, fields) in [
        ("another From", format!("From: Ann Lee <{mallory}>\r\n"), String::new()),
        (
            "two From fields",
            format!("From: ann@example.org\r\nFrom: {mallory}\r\n"),
            String::new(),
        ),
        (
            "two From fields, the other way",
            format!("From: {mallory}\r\nFrom: ann@example.org\r\n"),
            String::new(),
        ),
        (
            "two addresses",
            format!("From: ann@example.org, {mallory}\r\n"),
            String::new(),
        ),
        (
            "a name like an address",
            format!("From: \"ann@example.org\" <{mallory}>\r\n"),
            String::new(),
        ),
        (
            "a name with a NUL",
            format!("From: \"ann@example.org\\\0\" <{mallory}>\r\n"),
            String::new(),
        ),
        (
            "Sender",
            "From: ann@example.org\r\n".to_owned(),
            format!("Sender: {mallory}\r\n"),
        ),
        (
            "Reply-To",
            "From: ann@example.org\r\n".to_owned(),
            format!("Reply-To: Mallory <{mallory}>\r\n"),
        ),
        (
            "Resent-From",
            "From: ann@example.org\r\n".to_owned(),
            format!("Resent-From: {mallory}\r\n"),
        ),
        (
            "no From",
            String::new(),
            format!("Sender: ann@example.org\r\nReply-To: {mallory}\r\n"),
        ),
        (
            "a field of the attacker's",
            "From: ann@example.org\r\n".to_owned(),
            format!("X-Note: {EVIL}\r\n"),
        ),
    ] {
        let to = talk.letter.relay_address.as_str();
        // Signed once for a list, and now dressed as mail to Bob.
        let unsigned = forged(&talk, &from, &fields, &wire::note(EVIL));
        endings.judge(&talk.home, name, (to, &unsigned), "").await;
        let text = format!("what Ann signed, {}", name.to_ascii_lowercase().replace(' ', "-"));
        let sealed = talk.sealed("", "-aes-256-cbc", &wire::note(&text));
        endings
            .judge(&talk.home, name, (to, &forged(&talk, &from, &fields, &sealed)), &text)
            .await;
    }
    println!("{endings:?}");
    assert!(endings.refused >= 11, "{endings:?}");
    let outbox = talk.home.outbox().await;
    let to_others = outbox
        .iter()
        .filter(|mail| String::from_utf8_lossy(mail).contains("mallory"));
    assert_eq!(to_others.count(), 0, "all goes to {BOB}");
}
