//! An alias that delivers to another mailbox than before: what changes at once, what stays, and what must not go in circles.

use server::mail::message::Message;

use crate::support::home::{Home, SECRET, letter};

fn field(mail: &[u8], name: &str) -> String {
    let message = Message::parse(mail);
    let value = message.first(name).unwrap().raw_value();
    String::from_utf8(value.to_vec()).unwrap().trim().to_owned()
}

/// The message that left and is for a mailbox.
async fn mail_to(home: &Home, mailbox: &str) -> Vec<u8> {
    let for_it = |mail: &Vec<u8>| field(mail, "To") == format!("<{mailbox}>");
    let mut found: Vec<_> = home.outbox().await.into_iter().filter(for_it).collect();
    assert_eq!(found.len(), 1, "{mailbox}");
    found.pop().unwrap()
}

#[tokio::test]
async fn new_mail_is_sealed_for_the_new_mailbox_and_what_was_queued_goes_where_it_was_sealed_for() {
    let mut home = Home::new().await;
    home.activate().await;
    let message = letter(&home.alias, SECRET).replace("Subject", "Message-ID: <1@example.com>\r\nSubject");
    // Nothing can be handed over: it waits.
    let (outbox, away) = (home.folder.path().join("outbox"), home.folder.path().join("away"));
    std::fs::rename(&outbox, &away).unwrap();
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("250"), "{said}");

    let first_key = home.export();
    let second = home.another_mailbox("ann@second.example").await;
    let alias = home.store.aliases(home.account).await.unwrap()[0].id;
    assert!(home.store.move_alias(home.account, alias, second).await.unwrap());
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("250"), "{said}");
    std::fs::rename(&away, &outbox).unwrap();
    while home.outbox_now().len() < 2 {
        home.store.make_all_due(time::OffsetDateTime::now_utc()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }

    let (old, new) = (
        mail_to(&home, "ann@example.org").await,
        mail_to(&home, "ann@second.example").await,
    );
    let text = String::from_utf8(home.open(&new)).unwrap();
    assert!(text.contains(SECRET));
    assert_ne!(first_key, home.export());
    for name in ["From", "Message-ID"] {
        assert_eq!(
            field(&old, name),
            field(&new, name),
            "{name}: the contact and the thread stay"
        );
    }
    assert_ne!(field(&old, "Sealpost-Loop"), field(&new, "Sealpost-Loop"));
}

#[tokio::test]
async fn two_mailboxes_that_forward_to_each_others_alias_do_not_go_on_for_ever() {
    let mut home = Home::new().await;
    home.activate().await;
    let second = home.another_mailbox("ann@third.example").await;
    let now = time::OffsetDateTime::now_utc();
    home.store.create_alias(second, "calm-heron-1", "", now).await.unwrap();
    let forwarded = |mail: Vec<u8>| {
        // A provider forwards with the sender's From or its own; the relay's own address is refused in any case.
        let mail = String::from_utf8(mail).unwrap();
        format!("From: ann@example.org\r\n{}", mail.replacen("From: ", "X-Was: ", 1))
    };
    home.send("bob@example.com", &home.alias, &letter(&home.alias, SECRET))
        .await;
    let to_second = forwarded(mail_to(&home, "ann@example.org").await);
    let said = home
        .send("ann@example.org", "calm-heron-1@relay.example", &to_second)
        .await;
    assert!(
        said.starts_with("250"),
        "from one mailbox to the other is no circle: {said}"
    );
    let back = forwarded(mail_to(&home, "ann@third.example").await);
    let said = home.send("ann@third.example", &home.alias, &back).await;
    assert!(said.starts_with("554 5.4.6"), "{said}");
    assert_eq!(home.outbox().await.len(), 2);
}

#[tokio::test]
async fn a_deleted_mailbox_takes_its_aliases_along_and_leaves_the_others() {
    let mut home = Home::new().await;
    let second = home.another_mailbox("ann@second.example").await;
    let now = time::OffsetDateTime::now_utc();
    home.store.create_alias(second, "calm-heron-1", "", now).await.unwrap();
    let (message, calm) = (letter(&home.alias, SECRET), "calm-heron-1@relay.example");
    assert!(home.send("bob@example.com", calm, &message).await.starts_with("250"));
    assert_eq!(home.outbox().await.len(), 1);
    assert!(home.store.delete_mailbox(home.account, second).await.unwrap());
    let said = home.send("bob@example.com", calm, &message).await;
    assert!(said.starts_with("550 5.1.1"), "{said}");
    assert!(
        home.send("bob@example.com", &home.alias, &message)
            .await
            .starts_with("250")
    );
    let taken = home.store.local_is_free("calm-heron-1").await.unwrap();
    assert!(!taken, "nobody inherits an address");
}
