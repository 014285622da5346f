//! List-Unsubscribe on what is relayed, and what using it does.

use std::{
    io::Write,
    net::{SocketAddr, TcpStream},
};

use app::id::AliasId;
use server::mail::{message::Message, value};

use crate::support::home::{Home, SECRET, letter};

const BOB: &str = "bob@example.com";

/// The fields of a message by a name, unfolded.
fn fields(mail: &[u8], name: &str) -> Vec<String> {
    Message::parse(mail).all(name).filter_map(value::text).collect()
}

/// The tokens of the link and of the address.
fn tokens(mail: &[u8]) -> (String, String) {
    let field = fields(mail, "List-Unsubscribe");
    assert_eq!(field.len(), 1, "{field:?}");
    let (link, address) = field[0].split_once(", ").unwrap();
    let link = link
        .strip_prefix("<http://127.0.0.1:3000/u/")
        .unwrap()
        .strip_suffix('>')
        .unwrap();
    let address = address
        .strip_prefix("<mailto:u-")
        .unwrap()
        .strip_suffix("@relay.example>")
        .unwrap();
    (link.to_owned(), address.to_owned())
}

/// RFC 8058 §3.2; gives the status line.
async fn click(address: SocketAddr, token: &str) -> String {
    let body = "List-Unsubscribe=One-Click";
    let request = format!(
        "POST /u/{token} HTTP/1.1\r\nHost: relay.example\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    tokio::task::spawn_blocking(move || {
        let mut connection = TcpStream::connect(address).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        std::io::read_to_string(connection)
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .to_owned()
    })
    .await
    .unwrap()
}

async fn enabled(home: &Home) -> bool {
    home.store
        .alias(home.account, AliasId(1))
        .await
        .unwrap()
        .unwrap()
        .enabled
}

#[tokio::test]
async fn a_sealed_message_turns_its_alias_off_by_a_click_or_a_mail() {
    let home = Home::new().await;
    home.activate().await;
    let message = letter(&home.alias, SECRET).replace(
        "Subject:",
        "List-Unsubscribe: <https://list.example/u/42>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nSubject:",
    );
    for _ in 0..2 {
        assert!(home.send(BOB, &home.alias, &message).await.starts_with("250"));
    }
    let mails = home.outbox().await;
    let (one, other) = (tokens(&mails[0]), tokens(&mails[1]));
    assert_ne!(
        one.0, other.0,
        "a link does not tell that two messages went through one alias"
    );
    for mail in &mails {
        assert_eq!(fields(mail, "List-Unsubscribe-Post"), ["List-Unsubscribe=One-Click"]);
        let text = String::from_utf8_lossy(mail).into_owned();
        let signature = text
            .split("\r\nFrom:")
            .next()
            .unwrap()
            .replace(['\r', '\n', '\t', ' '], "");
        for signed in [":List-Unsubscribe:", ":List-Unsubscribe-Post:"] {
            assert!(signature.contains(signed), "{signature}");
        }
        assert!(
            !text.contains("list.example"),
            "the newsletter's own link is inside only"
        );
        assert!(
            String::from_utf8(home.open(mail))
                .unwrap()
                .contains("List-Unsubscribe: <https://list.example/u/42>")
        );
        assert!(
            text.lines()
                .take_while(|line| !line.is_empty())
                .all(|line| line.len() < 200),
            "{text}"
        );
    }
    assert!(click(home.relay.http, &one.0).await.starts_with("HTTP/1.1 200"));
    assert!(!enabled(&home).await);
    let said = home.send(BOB, &home.alias, &letter(&home.alias, SECRET)).await;
    assert!(said.starts_with("550 5.1.1"), "{said}");
    assert!(
        click(home.relay.http, &other.0).await.starts_with("HTTP/1.1 200"),
        "once more changes nothing"
    );

    home.store
        .set_alias_enabled(home.account, AliasId(1), true)
        .await
        .unwrap();
    let address = format!("U-{}@relay.example", other.1.to_uppercase());
    let said = home
        .send("ann@example.org", &address, &letter(&address, "unsubscribe"))
        .await;
    assert!(said.starts_with("250"), "{said}");
    assert!(!enabled(&home).await);
    let forged = format!("u-a{}@relay.example", &other.1[1..]);
    if forged != format!("u-{}@relay.example", other.1) {
        let said = home.send(BOB, &forged, &letter(&forged, "unsubscribe")).await;
        assert!(said.starts_with("550 5.1.1"), "{said}");
    }
}

#[tokio::test]
async fn mail_in_the_clear_keeps_what_its_sender_wrote() {
    let home = Home::new().await;
    let message =
        letter(&home.alias, SECRET).replace("Subject:", "List-Unsubscribe: <https://list.example/u/42>\r\nSubject:");
    home.send(BOB, &home.alias, &message).await;
    let mail = home.outbox().await.pop().unwrap();
    assert_eq!(fields(&mail, "List-Unsubscribe"), ["<https://list.example/u/42>"]);
}

#[tokio::test]
async fn without_https_there_is_no_click() {
    let home = Home::with(|config| config.public_url = "http://10.0.0.7:3000".parse().unwrap()).await;
    home.activate().await;
    home.send(BOB, &home.alias, &letter(&home.alias, SECRET)).await;
    let mail = home.outbox().await.pop().unwrap();
    assert!(fields(&mail, "List-Unsubscribe").is_empty());
}
