//! Mail to the operator's addresses, which an alias has.

use crate::support::home::{Home, SECRET, letter};

const BOB: &str = "bob@example.com";
const ADDRESSES: [&str; 4] = [
    "Postmaster",
    "postmaster@relay.example",
    "Abuse@RELAY.example",
    "abuse@second.example",
];

/// A relay whose operator has an alias for such mail.
async fn with_alias() -> Home {
    let home =
        Home::with(|config| config.operator_alias = Some("amber-otter-417@relay.example".parse().unwrap())).await;
    home.sql("UPDATE accounts SET administrator = TRUE").await;
    home
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
}

#[tokio::test]
async fn the_operators_addresses_are_there_even_if_no_alias_may_have_their_mail() {
    for fault in [
        "UPDATE aliases SET enabled = FALSE",
        "UPDATE aliases SET enabled = FALSE, off_answer = 'drop'",
        "UPDATE accounts SET administrator = FALSE",
        "UPDATE accounts SET disabled_at = 1",
        "UPDATE mailboxes SET verified_at = NULL",
        "DELETE FROM aliases",
    ] {
        let home = with_alias().await;
        home.activate().await;
        home.sql(fault).await;
        for operator in ADDRESSES {
            let said = home.send(BOB, operator, &letter(operator, SECRET)).await;
            assert!(said.starts_with("250 2.0.0"), "{fault} {operator}: {said}");
        }
        assert!(home.outbox().await.is_empty(), "{fault}");
    }
}

#[tokio::test]
async fn the_kill_switch_holds_for_mail_to_the_operator_too() {
    let home = with_alias().await;
    home.sql("UPDATE mailboxes SET kill_switch = TRUE").await;
    let to_alias = home.send(BOB, &home.alias, &letter(&home.alias, SECRET)).await;
    let said = home.send(BOB, ADDRESSES[1], &letter(ADDRESSES[1], SECRET)).await;
    assert!(said.starts_with("550 5.7.1") && said == to_alias, "{said}");
    assert!(home.outbox().await.is_empty());
}
