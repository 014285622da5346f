//! Those whom a message names besides its sender: Reply-To, To and Cc become relay addresses, within limits.

use std::{collections::HashSet, fmt::Write};

use app::{
    id::MailboxId,
    profile::{Cipher, Hidden, Settings},
};
use server::{config::NewContactLimits, mail::message::Message};
use time::OffsetDateTime;

use crate::support::home::Home;

const BOB: &str = "bob@example.com";

fn letter(home: &Home, id: &str, fields: &str) -> String {
    format!(
        "From: Bob <{BOB}>\r\nSubject: lunch\r\nMessage-ID: <{id}@example.com>\r\n{}\r\nUnder the old oak.\r\n",
        fields.replace("ALIAS", &home.alias)
    )
}

/// Sends a message of Bob's with fields; gives what leaves for the mailbox.
async fn relayed(home: &Home, id: &str, fields: &str) -> Vec<u8> {
    let before: HashSet<_> = home.outbox().await.into_iter().collect();
    let said = home.send(BOB, &home.alias, &letter(home, id, fields)).await;
    assert!(said.starts_with("250"), "{said}");
    let after = home.wait_for(before.len() + 1).await;
    after.into_iter().find(|mail| !before.contains(mail)).unwrap()
}

/// A field on one line; empty if it is missing.
fn field(mail: &[u8], name: &str) -> String {
    let message = Message::parse(mail);
    let value = message.first(name).map_or(&b""[..], |field| field.raw_value());
    String::from_utf8(value.to_vec())
        .unwrap()
        .replace("\r\n", "")
        .trim()
        .to_owned()
}

/// The relay addresses in a field.
pub fn relay_addresses(value: &str) -> Vec<String> {
    let addresses = value.split('<').skip(1).map(|behind| behind.split('>').next().unwrap());
    addresses
        .filter(|address| address.starts_with("r-"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn reply_to_is_a_relay_address_of_its_own() {
    let home = Home::new().await;
    home.activate().await;
    let mail = relayed(&home, "m1", "To: ALIAS\r\nReply-To: Sales <sales@shop.example>\r\n").await;
    let (from, reply_to) = (field(&mail, "From"), field(&mail, "Reply-To"));
    assert!(reply_to.starts_with("\"Sales (sales@shop.example)\" <r-"), "{reply_to}");
    assert_ne!(relay_addresses(&from), relay_addresses(&reply_to));
    // Nothing of the relay's or the person's own: an answer would go in circles, or past the relay.
    for own in [
        "ALIAS",
        "ann@example.org",
        "Ann+x@example.org",
        "r-00@relay.example",
        "Bob <bob@example.com>",
        "",
    ] {
        let fields = format!("To: ALIAS\r\nReply-To: {own}\r\n");
        let mail = relayed(&home, &format!("own{}", own.len()), &fields).await;
        assert_eq!(field(&mail, "Reply-To"), "", "{own}");
    }
}

#[tokio::test]
async fn other_recipients_are_relay_addresses_and_own_addresses_are_left_out() {
    let home = Home::new().await;
    home.activate().await;
    let now = OffsetDateTime::now_utc();
    home.store
        .create_alias(MailboxId(1), "second-alias-001", "", now)
        .await
        .unwrap();
    let mail = relayed(
        &home,
        "m1",
        "To: ALIAS, Carol <carol@x.example>\r\nCc: a..b@docomo.example\r\n",
    )
    .await;
    let to = field(&mail, "To");
    assert!(
        to.starts_with("<ann@example.org>, \"Carol (carol@x.example)\" <r-"),
        "{to}"
    );
    let cc = field(&mail, "Cc");
    assert!(
        cc.contains("a..b@docomo.example") && relay_addresses(&cc).len() == 1,
        "{cc}"
    );
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    assert!(!entity.contains("was also sent to"), "To and Cc name all");

    let mail = relayed(
        &home,
        "m2",
        "To: ALIAS, second-alias-001@relay.example, ann@example.org\r\nCc: Carol <carol@x.example>\r\n",
    )
    .await;
    assert_eq!(field(&mail, "To"), "<ann@example.org>");
    assert_eq!(
        relay_addresses(&field(&mail, "Cc")),
        relay_addresses(&to),
        "the same contact"
    );
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    for named in [
        "second-alias-001@relay.example",
        "ann@example.org",
        "Carol (carol@x.example)",
    ] {
        let (_, line) = entity.split_once("was also sent to:\r\n").unwrap();
        assert!(line.contains(&format!("  {named}\r\n")), "{line}");
    }
    // Nobody but the person's own addresses.
    let mail = relayed(&home, "m3", "To: ALIAS, second-alias-001@relay.example\r\n").await;
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    let line = "was also sent to:\r\n  second-alias-001@relay.example\r\n";
    assert!(entity.contains(line), "{entity}");
    let contacts = home.store.all_contacts(home.account).await.unwrap();
    assert_eq!(contacts.len(), 3, "Bob, Carol and a..b");
}

#[tokio::test]
async fn no_more_than_thirty_are_relay_addresses_and_a_line_names_all() {
    let home = Home::new().await;
    home.activate().await;
    let mut many = String::new();
    for number in 0..40 {
        write!(many, ",\r\n p{number}@x.example").unwrap();
    }
    let mail = relayed(&home, "m1", &format!("To: ALIAS{many}\r\n")).await;
    assert_eq!(relay_addresses(&field(&mail, "To")).len(), 30);
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    let (_, line) = entity.split_once("was also sent to:\r\n").unwrap();
    assert!((0..40).all(|number| line.contains(&format!("  p{number}@x.example\r\n"))));
    assert!(entity.contains("Under the old oak."));
}

#[tokio::test]
async fn where_the_sender_is_hidden_so_are_the_others() {
    let home = Home::new().await;
    home.activate().await;
    let settings = Settings {
        hidden: Hidden {
            subject: false,
            sender: true,
        },
        cipher: Cipher::Compatible,
    };
    let set = home
        .store
        .change_profile_settings(home.account, home.profile, settings.into())
        .await;
    assert!(set.unwrap());
    let fields = "To: ALIAS, Carol <carol@x.example>\r\nCc: dave@y.example\r\nReply-To: Sales <sales@shop.example>\r\n";
    let mail = relayed(&home, "m1", fields).await;
    assert_eq!(field(&mail, "To"), "<ann@example.org>");
    assert_eq!(
        (field(&mail, "Cc"), field(&mail, "Reply-To")),
        (String::new(), String::new())
    );
    let entity = home.open(&mail);
    for (name, address) in [
        ("To", "carol@x.example"),
        ("Cc", "dave@y.example"),
        ("Reply-To", "sales@shop.example"),
    ] {
        let told = field(&entity, name);
        assert!(
            told.contains(address) && relay_addresses(&told).len() == 1,
            "{name}: {told}"
        );
    }
}

#[tokio::test]
async fn the_switch_of_the_mailbox_leaves_others_without_relay_addresses() {
    let home = Home::new().await;
    home.activate().await;
    let set = home
        .store
        .set_relayed_recipients(home.account, MailboxId(1), false)
        .await;
    assert!(set.unwrap());
    let fields = "To: ALIAS\r\nCc: carol@x.example\r\nReply-To: sales@shop.example\r\n";
    let mail = relayed(&home, "m1", fields).await;
    assert_eq!(field(&mail, "Cc"), "");
    assert_eq!(
        relay_addresses(&field(&mail, "Reply-To")).len(),
        1,
        "an answer is for Reply-To all the same"
    );
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    assert!(
        entity.contains("was also sent to:\r\n  carol@x.example\r\n"),
        "{entity}"
    );
}

#[tokio::test]
async fn others_are_made_within_the_limits_of_new_contacts() {
    let home = Home::with(|config| {
        config.new_contacts = NewContactLimits {
            per_client: 3,
            per_alias: 10,
            per_account: 10,
        };
    })
    .await;
    home.activate().await;
    let mail = relayed(&home, "m1", "To: ALIAS\r\nCc: a@x.example, b@x.example\r\n").await;
    assert_eq!(relay_addresses(&field(&mail, "Cc")).len(), 2);
    // The message goes, with fewer relay addresses. Known ones count no more.
    let mail = relayed(
        &home,
        "m2",
        "To: ALIAS\r\nCc: a@x.example, c@x.example, d@x.example\r\n",
    )
    .await;
    assert_eq!(relay_addresses(&field(&mail, "Cc")).len(), 2);
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    assert!(entity.contains("was also sent to:"), "{entity}");
    // Each recipient of an answer counts as a sender does: Bob and two others, and the next is put off.
    relayed(&home, "m3", "To: ALIAS\r\nReply-To: e@x.example, f@x.example\r\n").await;
    let fields = "To: ALIAS\r\nReply-To: g@x.example\r\n";
    let said = home.send(BOB, &home.alias, &letter(&home, "m4", fields)).await;
    assert!(said.starts_with("450 4.7.1"), "{said}");
}
