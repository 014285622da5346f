//! What a profile's settings hide, from SMTP to the file that the provider gets.

use app::profile::{Cipher, Hidden, Settings};
use server::mail::message::Message;

use crate::support::home::Home;

/// Long enough that a random part of an address does not hold it by chance.
const BOB: &str = "robert.tables@example.com";

fn letter(home: &Home, id: &str, more: &str) -> String {
    format!(
        "From: Robert Tables <{BOB}>\r\nTo: {}\r\nSubject: The treasure map\r\nMessage-ID: <{id}@mail.example.com>\r\n\
         Date: Tue, 24 Nov 2026 08:00:00 -0330\r\n{more}\r\nUnder the old oak.\r\n",
        home.alias
    )
}

async fn choose(home: &Home, hidden: Hidden, cipher: Cipher) {
    let settings = Settings { hidden, cipher };
    let set = home
        .store
        .change_profile_settings(home.account, home.profile, settings.into())
        .await;
    assert!(set.unwrap());
}

fn header(mail: &[u8]) -> String {
    let text = String::from_utf8(mail.to_vec()).unwrap();
    text.split_once("\r\n\r\n").unwrap().0.to_owned()
}

fn field(mail: &[u8], name: &str) -> String {
    let message = Message::parse(mail);
    let value = message.first(name).unwrap_or_else(|| panic!("no {name}")).raw_value();
    let value = String::from_utf8(value.to_vec()).unwrap();
    value.replace("\r\n", "").trim().to_owned()
}

#[tokio::test]
async fn what_is_hidden_is_read_by_the_person_only() {
    let home = Home::new().await;
    home.activate().await;
    let both = Hidden {
        subject: true,
        sender: true,
    };
    for (number, cipher) in [Cipher::Compatible, Cipher::Modern].into_iter().enumerate() {
        choose(&home, both, cipher).await;
        let said = home
            .send(BOB, &home.alias, &letter(&home, &format!("m{number}"), ""))
            .await;
        assert!(said.starts_with("250"), "{said}");
        let left = home.wait_for(number + 1).await;
        let kind = match cipher {
            Cipher::Compatible => "smime-type=enveloped-data",
            Cipher::Modern => "smime-type=authEnveloped-data",
        };
        let mail = left.iter().find(|mail| header(mail).contains(kind)).unwrap();
        let outer = header(mail);
        for secret in [
            "Robert",
            "Tables",
            "robert",
            "tables",
            "example.com",
            "treasure",
            "-0330",
        ] {
            assert!(!outer.contains(secret), "{secret} in {outer}");
        }
        assert_eq!(field(mail, "Subject"), "[...]");
        let entity = home.open(mail);
        assert_eq!(field(&entity, "Subject"), "The treasure map");
        assert_eq!(field(&entity, "Date"), "Tue, 24 Nov 2026 08:00:00 -0330");
        let bare = field(mail, "From");
        assert!(bare.starts_with("<r-") && bare.ends_with("@relay.example>"), "{bare}");
        assert_eq!(field(&entity, "From"), format!("\"Robert Tables ({BOB})\" {bare}"));
        for name in ["Message-ID", "To"] {
            assert_eq!(
                field(&entity, name),
                field(mail, name),
                "what a client answers to is the same in both"
            );
        }
        assert_eq!(
            field(&entity, "Sealpost-Original-Message-ID"),
            format!("<m{number}@mail.example.com>")
        );
    }
}

#[tokio::test]
async fn conversations_hold_together_while_settings_change() {
    let home = Home::new().await;
    home.activate().await;
    home.send(BOB, &home.alias, &letter(&home, "first", "")).await;
    let first = home.wait_for(1).await.remove(0);
    choose(
        &home,
        Hidden {
            subject: true,
            sender: true,
        },
        Cipher::Compatible,
    )
    .await;
    let refers = "In-Reply-To: <first@mail.example.com>\r\nReferences: <first@mail.example.com>\r\n";
    home.send(BOB, &home.alias, &letter(&home, "second", refers)).await;
    let second = home.wait_for(2).await.into_iter().find(|mail| *mail != first).unwrap();
    let entity = home.open(&second);
    for name in ["In-Reply-To", "References"] {
        assert_eq!(field(&second, name), field(&first, "Message-ID"), "{name}");
        assert_eq!(field(&entity, name), field(&first, "Message-ID"), "{name}");
    }
    let address = |from: String| from[from.rfind('<').unwrap()..].to_owned();
    assert_eq!(address(field(&first, "From")), address(field(&second, "From")));
}

#[tokio::test]
async fn with_nothing_chosen_no_header_is_protected() {
    let home = Home::new().await;
    home.activate().await;
    home.send(BOB, &home.alias, &letter(&home, "m", "")).await;
    let mail = home.wait_for(1).await.remove(0);
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    for trace in ["HP-Outer", "hp=", "Sealpost-Original", "legacy-display"] {
        assert!(!entity.contains(trace), "{trace} in {entity}");
    }
    assert!(
        entity.contains("\r\nFrom: Robert Tables <robert.tables@example.com>\r\n"),
        "{entity}"
    );
}
