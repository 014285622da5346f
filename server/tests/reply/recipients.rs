//! The recipients of an answer: contacts whose addresses are unusual, and those that cannot exist.

use std::collections::HashSet;

use server::mail::message::Message;

use crate::{
    reply::{
        outside::Outside,
        person::{Letter, Person},
        talk::{self, Talk, from_contact, with_subject},
        wire,
    },
    support::home::Home,
};

/// A message with From as given; what leaves for the mailbox.
pub async fn from_field(home: &Home, from: &str, id: &str, fields: &str) -> Vec<u8> {
    let before = home.outbox().await.len();
    let alias = &home.alias;
    let message = format!(
        "From: {from}\r\nTo: {alias}\r\nSubject: hello\r\nMessage-ID: <{id}@outside.example>\r\n{fields}\r\nhello\r\n"
    );
    let known: HashSet<_> = home.outbox().await.into_iter().collect();
    let said = home.send("bounce@esp.example", alias, &message).await;
    assert!(said.starts_with("250 "), "{said}");
    let after = home.wait_for(before + 1).await;
    after.into_iter().find(|mail| !known.contains(mail)).unwrap()
}

#[tokio::test]
async fn an_answer_goes_to_an_address_as_it_is_and_never_to_one_that_cannot_exist() {
    let home = Home::new().await;
    home.activate().await;
    let person = Person::new(&home);
    let long = format!("reply+{}@svc.example", "A".repeat(64));
    for (number, (from, to)) in [
        ("Taro <a..b@docomo.example>", Some("\"a..b\"@docomo.example")),
        (&*format!("One <{long}>"), Some(&*long)),
        ("Shop <mailto:news@shop.example>", Some("news@shop.example")),
        ("Shop <news@bank..test>", None),
        ("Mail System", None),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("unusual{number}");
        // Mail without any address at all has the null reverse-path.
        let mail = match from {
            "Mail System" => {
                let before: HashSet<_> = home.outbox().await.into_iter().collect();
                let message = format!("From: {from}\r\nSubject: hello\r\nMessage-ID: <{id}@x>\r\n\r\nhello\r\n");
                assert!(home.send("", &home.alias, &message).await.starts_with("250"));
                let after = home.wait_for(before.len() + 1).await;
                after.into_iter().find(|mail| !before.contains(mail)).unwrap()
            }
            _ => from_field(&home, from, &id, "").await,
        };
        let letter = person.open(&mail);
        let entity = talk::protect(&[&letter], &id, "Content-Type: text/plain\r\n\r\nyes\r\n");
        let sealed = person.encrypt("-aes256", &letter.certificate, &person.sign("", &entity));
        let answer = talk::to(&[&letter], &id, &sealed);
        let said = home.send("ann@example.org", &letter.relay_address, &answer).await;
        match to {
            Some(to) => {
                assert!(said.starts_with("250"), "{from}: {said}");
                let left = with_subject(&home, &format!("Re: {id}")).await;
                let head = String::from_utf8_lossy(&left[0]).into_owned();
                assert!(head.contains(&format!("<{to}>")), "{from}: {head}");
                assert!(Outside::read(&left[0], &person.needles()).findings.is_empty());
            }
            None => {
                assert!(said.starts_with("550 5.1.3 "), "{from}: {said}");
                assert!(with_subject(&home, &format!("Re: {id}")).await.is_empty());
            }
        }
    }
}

/// The addresses of relay addresses in a field, in order.
fn relay_addresses(mail: &[u8], name: &str) -> Vec<String> {
    let message = Message::parse(mail);
    let value = message.first(name).map_or(&b""[..], |field| field.raw_value());
    let value = String::from_utf8(value.to_vec()).unwrap();
    let addresses = value.split('<').skip(1).map(|behind| behind.split('>').next().unwrap());
    addresses
        .filter(|address| address.starts_with("r-"))
        .map(str::to_owned)
        .collect()
}

/// The certificate for a relay address out of the signature of an opened message, as a file of the person's.
fn certificate(person: &Person, letter: &Letter, relay_address: &str) -> String {
    let all = person.openssl(
        "cms -verify -noverify -certsout all.pem -signer signer.pem",
        &letter.signed,
    );
    assert!(!all.is_empty());
    let pem = String::from_utf8(person.read("all.pem")).unwrap();
    let end = "-----END CERTIFICATE-----";
    for (number, one) in pem.split_inclusive(end).filter(|one| one.contains(end)).enumerate() {
        let file = person.put(&format!("one{number}.pem"), one.trim_start().as_bytes());
        let said = person.openssl(&format!("x509 -in {file} -noout -ext subjectAltName"), b"");
        if String::from_utf8_lossy(&said).contains(relay_address) {
            person.openssl(
                &format!("verify -partial_chain -CAfile above.pem -purpose smimeencrypt {file}"),
                b"",
            );
            return file;
        }
    }
    panic!("no certificate for {relay_address}");
}

#[tokio::test]
async fn an_answer_to_reply_to_reaches_whom_the_sender_meant() {
    let home = Home::new().await;
    home.activate().await;
    let person = Person::new(&home);
    let mail = from_field(
        &home,
        "Carol <carol@shop.example>",
        "m1",
        "Reply-To: Sales <sales@shop.example>\r\n",
    )
    .await;
    let mut letter = person.open(&mail);
    let [sales] = &relay_addresses(&mail, "Reply-To")[..] else {
        panic!("one address")
    };
    letter.certificate = certificate(&person, &letter, sales);
    letter.relay_address.clone_from(sales);
    let entity = talk::protect(&[&letter], "sales", "Content-Type: text/plain\r\n\r\nyes\r\n");
    let sealed = person.encrypt("-aes256", &letter.certificate, &person.sign("", &entity));
    let said = home
        .send("ann@example.org", sales, &talk::to(&[&letter], "sales", &sealed))
        .await;
    assert!(said.starts_with("250"), "{said}");
    let left = with_subject(&home, "Re: sales").await;
    let outside = Outside::read(&left[0], &person.needles());
    assert_eq!(outside.field("to"), "Bob <sales@shop.example>");
    assert_eq!(outside.field("in-reply-to"), "<m1@outside.example>");

    // A client that signs no header: the Subject is the thread's, for those who are in it.
    let bare = person.sign("", "Content-Type: text/plain\r\n\r\nbare\r\n");
    let bare = talk::to(
        &[&letter],
        "bare",
        &person.encrypt("-aes256", &letter.certificate, &bare),
    );
    let said = home.send("ann@example.org", sales, &bare).await;
    assert!(said.starts_with("250"), "{said}");
    let left = with_subject(&home, "Re: hello").await;
    let outside = Outside::read(&left[0], &person.needles());
    assert_eq!(outside.field("in-reply-to"), "<m1@outside.example>");
}

/// One message of the person's client, encrypted to the certificates of three contacts; it comes once for each of them.
#[tokio::test]
async fn an_answer_to_all_reaches_each_once_and_nobody_else() {
    let home = Home::new().await;
    home.activate().await;
    let person = Person::new(&home);
    let fields = "Cc: Carol <carol@x.example>, dave@y.example\r\n";
    let mail = from_field(&home, "Bob <bob@example.com>", "m1", fields).await;
    let bob = person.open(&mail);
    let others: Vec<_> = relay_addresses(&mail, "Cc")
        .into_iter()
        .map(|relay_address| Letter {
            certificate: certificate(&person, &bob, &relay_address),
            message_id: bob.message_id.clone(),
            in_reply_to: String::new(),
            signed: Vec::new(),
            relay_address,
        })
        .collect();
    let erin = person.open(&from_field(&home, "Erin <erin@z.example>", "m2", "").await);
    let all = [&bob, &others[0], &others[1]];
    let entity = talk::protect(&all, "all", "Content-Type: text/plain\r\n\r\nyes, all of you\r\n");
    let signed = person.sign("", &entity);
    let recipients = all.map(|letter| letter.certificate.as_str()).join(" ");
    let message = talk::to(&all, "all", &person.encrypt("-aes256", &recipients, &signed));
    for letter in all {
        let said = home.send("ann@example.org", &letter.relay_address, &message).await;
        assert!(said.starts_with("250"), "{}: {said}", letter.relay_address);
    }
    let left = with_subject(&home, "Re: all").await;
    assert_eq!(left.len(), 3);
    let mut ids = HashSet::new();
    for mail in &left {
        let outside = Outside::read(mail, &person.needles());
        assert!(outside.findings.is_empty(), "{:#?}", outside.findings);
        assert_eq!(outside.field("to"), "Bob <bob@example.com>");
        assert_eq!(outside.field("cc"), "carol@x.example, dave@y.example");
        assert_eq!(outside.field("in-reply-to"), "<m1@outside.example>");
        assert!(outside.text().contains("yes, all of you"));
        ids.insert(outside.field("message-id").to_owned());
    }
    assert_eq!(ids.len(), 1, "one message for all who got it");

    // Each once: the same octets are answered again and not sent, and the same signature in another envelope is refused.
    let again = talk::to(&all, "all", &person.encrypt("-aes256", &recipients, &signed));
    for letter in all {
        let same = home.send("ann@example.org", &letter.relay_address, &message).await;
        assert!(same.starts_with("250"), "{same}");
        let said = home.send("ann@example.org", &letter.relay_address, &again).await;
        assert!(said.starts_with("550 5.7.1 This message was sent on before"), "{said}");
    }
    // Nobody else: it opens for those only that it was encrypted to, and goes to those only that it names.
    let said = home.send("ann@example.org", &erin.relay_address, &message).await;
    assert!(said.starts_with("550 5.7.1"), "{said}");
    let to_erin = talk::to(&all, "all", &person.encrypt("-aes256", &erin.certificate, &signed));
    let said = home.send("ann@example.org", &erin.relay_address, &to_erin).await;
    assert!(said.starts_with("550 5.7.1 The message itself does not name"), "{said}");
    assert_eq!(with_subject(&home, "Re: all").await.len(), 3);
}

/// RFC 6531: the contact's own server takes the address, or it would not be one; others get its name only (RFC 6857).
#[tokio::test]
async fn a_contact_beyond_ascii_is_named() {
    let home = Home::new().await;
    home.activate().await;
    let person = Person::new(&home);
    let fields = "Cc: Carol <carol@b\u{fc}cher.example>\r\n";
    let mail = from_field(&home, "J\u{fc}rgen <j\u{fc}rgen@b\u{fc}cher.example>", "m1", fields).await;
    let letter = person.open(&mail);
    let [carol] = &relay_addresses(&mail, "Cc")[..] else {
        panic!("one address")
    };
    let carol = Letter {
        certificate: certificate(&person, &letter, carol),
        relay_address: carol.clone(),
        message_id: letter.message_id.clone(),
        in_reply_to: String::new(),
        signed: Vec::new(),
    };
    let all = [&letter, &carol];
    let entity = talk::protect(&all, "utf8", "Content-Type: text/plain\r\n\r\nja\r\n");
    let recipients = format!("{} {}", letter.certificate, carol.certificate);
    let sealed = person.encrypt("-aes256", &recipients, &person.sign("", &entity));
    let message = talk::to(&all, "utf8", &sealed);
    for letter in all {
        let said = home.send("ann@example.org", &letter.relay_address, &message).await;
        assert!(said.starts_with("250"), "{said}");
    }
    let left = with_subject(&home, "Re: utf8").await;
    assert_eq!(left.len(), 2);
    let own = "<j\u{fc}rgen@b\u{fc}cher.example>".as_bytes();
    let (to_him, to_her): (Vec<_>, Vec<_>) = left
        .iter()
        .partition(|mail| mail.windows(own.len()).any(|window| window == own));
    let ([_], [to_her]) = (&to_him[..], &to_her[..]) else {
        panic!("one each")
    };
    assert!(to_her.is_ascii());
    let outside = Outside::read(to_her, &person.needles());
    assert!(
        outside.field("to").contains("j\u{fc}rgen@b\u{fc}cher.example"),
        "{}",
        outside.field("to")
    );
    assert_eq!(outside.field("cc"), "carol@xn--bcher-kva.example");
}

/// An alias may have very many contacts, most of them strangers.
#[tokio::test]
async fn only_contacts_that_an_answer_names_are_read() {
    let talk = Talk::new().await;
    let mut letters = Vec::new();
    for (from, id) in [("eve@third.example", "third"), ("carol@fourth.example", "fourth")] {
        letters.push(talk.person.open(&from_contact(&talk.home, from, id, "").await));
    }
    let [eve, carol] = &letters[..] else {
        panic!("two letters")
    };
    // A row that cannot be read.
    talk.home
        .sql("UPDATE contacts SET correspondent = '' WHERE correspondent_folded = 'carol@fourth.example'")
        .await;
    let text = |letter: &Letter| {
        let line = format!("ask <{}>\r\n", letter.relay_address);
        let head = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64";
        format!("{head}\r\n\r\n{}", wire::base64(line.as_bytes()))
    };
    let said = talk.send(&talk.answer("eve", "", "-aes-256-cbc", &text(eve))).await;
    assert!(said.starts_with("250 "), "{said}");
    let left = talk.left("eve").await;
    let left = String::from_utf8_lossy(&left);
    assert!(
        left.contains("eve@third.example"),
        "her own address, not that of the relay: {left}"
    );
    let said = talk.send(&talk.answer("carol", "", "-aes-256-cbc", &text(carol))).await;
    assert!(said.starts_with("451 "), "{said}");
}
