//! Senders whose From is broken: each is shown by the address in it, and has a contact of its own.

use std::collections::HashSet;

use server::mail::{message::Message, value};

use crate::support::home::{Home, SECRET, letter};

/// Broken From fields, and the address that a reader sees in them.
fn forms() -> Vec<(String, String)> {
    let long = format!("reply+{}", "A".repeat(64));
    let mut forms: Vec<(String, String)> = [
        ("a..b@docomo.example", "a..b@docomo.example"),
        ("Taro <dot.@docomo.example>", "dot.@docomo.example"),
        ("Deals <Deals <nested@shop.example>>", "nested@shop.example"),
        ("Deals <<double@shop.example>>", "double@shop.example"),
        ("\"Shop <quote@shop.example>", "quote@shop.example"),
        ("\"only@shop.example\"", "only@shop.example"),
        ("Shop <mailto:link@shop.example>", "link@shop.example"),
        ("[square@shop.example]", "square@shop.example"),
        ("Shop <ip@[192.0.2.1]>", "ip@[192.0.2.1]"),
        ("Shop <none@bank..test>", "none@bank..test"),
        ("\"Shop\" bare@shop.example", "bare@shop.example"),
        ("Shop <behind@shop.example> (auto)", "behind@shop.example"),
        ("Shop < spaces@shop.example >", "spaces@shop.example"),
        ("Shop;Inc <semicolon@shop.example>", "semicolon@shop.example"),
        // "Shop Team" <news5@shop.example>
        (
            "=?utf-8?B?IlNob3AgVGVhbSIgPG5ld3M1QHNob3AuZXhhbXBsZT4=?=",
            "news5@shop.example",
        ),
    ]
    .map(|(from, address)| (from.to_owned(), address.to_owned()))
    .into();
    forms.push((format!("One <{long}@svc.example>"), format!("{long}@svc.example")));
    forms
}

/// The display name and the relay address in From.
fn from(mail: &[u8]) -> (String, String) {
    let message = Message::parse(mail);
    let listed = value::address_list(message.first("From").unwrap()).pop().unwrap();
    (listed.name.unwrap(), listed.address.unwrap())
}

#[tokio::test]
async fn each_broken_sender_is_shown_by_its_address_and_has_a_contact_of_its_own() {
    let home = Home::new().await;
    home.activate().await;
    let mut relay_addresses = HashSet::new();
    for (count, (form, address)) in forms().into_iter().enumerate() {
        let before: HashSet<_> = home.outbox().await.into_iter().collect();
        let message = letter(&home.alias, SECRET).replace("Bob <bob@example.com>", &form);
        let said = home.send("bounce@esp.example", &home.alias, &message).await;
        assert!(said.starts_with("250"), "{form}: {said}");
        let after = home.wait_for(count + 1).await;
        let mail = after.into_iter().find(|mail| !before.contains(mail)).unwrap();
        let (name, relay_address) = from(&mail);
        assert!(name.contains(&address), "{form}: {name}");
        assert!(!name.contains("esp.example"), "{form}: {name}");
        assert!(relay_addresses.insert(relay_address), "{form}: {name}");
    }
}

#[tokio::test]
async fn two_strangers_without_an_address_never_share_a_contact() {
    let home = Home::new().await;
    home.activate().await;
    let mut relay_addresses = Vec::new();
    for (count, name) in ["Mail System", "Mail Robot", "Mail System"].into_iter().enumerate() {
        let before: HashSet<_> = home.outbox().await.into_iter().collect();
        let message = letter(&home.alias, SECRET).replace("Bob <bob@example.com>", name);
        let said = home.send("", &home.alias, &message).await;
        assert!(said.starts_with("250"), "{said}");
        let after = home.wait_for(count + 1).await;
        let mail = after.into_iter().find(|mail| !before.contains(mail)).unwrap();
        let (shown, relay_address) = from(&mail);
        assert!(shown.contains(name) && shown.contains("unknown.invalid"), "{shown}");
        relay_addresses.push(relay_address);
    }
    assert_ne!(relay_addresses[0], relay_addresses[1]);
    assert_eq!(relay_addresses[0], relay_addresses[2]);
}
