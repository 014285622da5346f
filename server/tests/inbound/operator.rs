//! Mail to the operator's addresses, which an alias has.

use crate::support::home::{Home, SECRET, letter};

const BOB: &str = "bob@example.com";
const ADDRESSES: [&str; 4] = [
    "Postmaster",
    "postmaster@relay.example",
    "Abuse@RELAY.example",
    "abuse@second.example",
];

async fn with_alias() -> Home {
    Home::with(|config| config.operator_alias = Some("amber-otter-417@relay.example".parse().unwrap())).await
}

#[tokio::test]
async fn its_alias_has_the_mail_to_the_operator_sealed() {
    let home = with_alias().await;
    home.activate().await;
    for (count, operator) in (1..).zip(ADDRESSES) {
        let said = home.send(BOB, operator, &letter(operator, SECRET)).await;
        assert!(said.starts_with("250 2.0.0"), "{operator}: {said}");
        let mail = home.wait_for(count).await;
        let sealed = mail.iter().all(|mail| !String::from_utf8_lossy(mail).contains(SECRET));
        assert!(sealed, "{operator}");
    }
    for mail in home.outbox().await {
        let entity = String::from_utf8(home.open(&mail)).unwrap();
        assert!(entity.contains(SECRET), "{entity}");
    }
    // Nobody learns which alias it is.
    let said = home.send(BOB, "postmaster@third.example", "").await;
    assert!(said.starts_with("550 5.7.1"), "{said}");
}

#[tokio::test]
async fn the_operators_addresses_are_there_even_if_the_alias_is_not() {
    let home = with_alias().await;
    home.sql("UPDATE aliases SET enabled = FALSE").await;
    for operator in ADDRESSES {
        let said = home.send(BOB, operator, &letter(operator, SECRET)).await;
        assert!(said.starts_with("250 2.0.0"), "{operator}: {said}");
    }
    assert!(home.outbox().await.is_empty());
}

#[tokio::test]
async fn the_kill_switch_holds_for_mail_to_the_operator_too() {
    let home = with_alias().await;
    home.sql("UPDATE mailboxes SET kill_switch = TRUE").await;
    let said = home
        .send(BOB, "postmaster@relay.example", &letter("postmaster", SECRET))
        .await;
    assert!(!said.starts_with('2'), "{said}");
    assert!(home.outbox().await.is_empty());
}
