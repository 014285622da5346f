//! How many messages an hour an account gets.

use std::collections::HashSet;

use server::config::Networks;
use time::OffsetDateTime;

use crate::{
    inbound::new_contacts::send_from,
    support::home::{Home, letter},
};

#[tokio::test]
async fn an_account_gets_so_many_messages_an_hour_and_the_rest_is_put_off() {
    let home = Home::with(|config| config.allowance.messages_per_hour = 2).await;
    let other = home.clear_mailbox("eve@example.net", "other-alias-1").await;
    let send = |to: String| {
        let home = &home;
        async move { home.send("bob@example.com", &to, &letter(&to, "hello")).await }
    };
    for _ in 0..2 {
        let said = send(home.alias.clone()).await;
        assert!(said.starts_with("250"), "{said}");
    }
    let said = send(home.alias.clone()).await;
    assert!(said.starts_with("450 4.2.1"), "{said}");
    // Those of others do not count.
    let said = send(other).await;
    assert!(said.starts_with("250"), "{said}");
    assert_eq!(home.wait_for(3).await.len(), 3);
}

#[tokio::test]
async fn one_network_that_used_up_its_share_does_not_keep_others_away() {
    let home = Home::with(|config| {
        config.allowance.messages_per_hour = 80;
        config.unlimited_clients = Networks::default();
    })
    .await;
    home.clear_mailbox("eve@example.net", "other-alias-1").await;
    let to = "other-alias-1@relay.example";
    for _ in 0..20 {
        let said = send_from("127.0.0.1", home.relay.smtp, "eve@example.com", to).await;
        assert!(said.starts_with("250"), "{said}");
    }
    for (client, sender, answer) in [
        ("127.0.0.2", "eve@example.com", "450 4.2.1"),
        ("127.0.0.1", "bob@example.com", "450 4.2.1"),
        // Nothing confirms that it is the same sender.
        ("127.0.1.1", "eve@example.com", "250"),
        ("127.0.1.1", "bob@example.com", "250"),
    ] {
        let said = send_from(client, home.relay.smtp, sender, to).await;
        assert!(said.starts_with(answer), "{client} {sender}: {said}");
    }
}

#[tokio::test]
async fn messages_at_the_same_time_are_all_counted() {
    let home = Home::with(|config| config.allowance.messages_per_hour = 2).await;
    let alias = home.alias.clone();
    let message = letter(&alias, "hello");
    let sends = [(); 4].map(|()| home.send("bob@example.com", &alias, &message));
    let [a, b, c, d] = sends;
    let (a, b, c, d) = tokio::join!(a, b, c, d);
    let said = [a, b, c, d];
    let taken = said.iter().filter(|said| said.starts_with("250")).count();
    assert_eq!(taken, 2, "{said:?}");
    assert!(
        said.iter()
            .all(|said| said.starts_with("250") || said.starts_with("450 4.2.1")),
        "{said:?}"
    );
}

#[tokio::test]
async fn an_identifier_is_another_for_each_alias() {
    let home = Home::new().await;
    home.activate().await;
    let id = home.store.mailboxes(home.account).await.unwrap()[0].id;
    let now = OffsetDateTime::now_utc();
    home.store.create_alias(id, "second-alias-1", "", now).await.unwrap();
    let second = "second-alias-1@relay.example";
    let message = letter(&home.alias, "hello").replace("Subject", "Message-ID: <1@example.com>\r\nSubject");
    for to in [home.alias.as_str(), second, second] {
        let said = home.send("bob@example.com", to, &message).await;
        assert!(said.starts_with("250"), "{said}");
    }
    let left = home.outbox().await;
    let ids: HashSet<_> = left.iter().map(|mail| message_id(mail)).collect();
    assert_eq!(
        (left.len(), ids.len()),
        (3, 2),
        "one for each alias, and the same when it comes again: {ids:?}"
    );
}

fn message_id(mail: &[u8]) -> String {
    let text = String::from_utf8_lossy(mail)
        .replace("\r\n ", " ")
        .replace("\r\n\t", " ");
    let line = text.lines().find(|line| line.starts_with("Message-ID: ")).unwrap();
    line.to_owned()
}
