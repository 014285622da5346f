//! Whom an answer reaches: contacts whose addresses are unusual, and those that cannot exist.

use crate::{
    home::Home,
    outside::Outside,
    person::Person,
    talk::{self, with_subject},
};

/// A message with From as given; what leaves for the mailbox.
pub async fn from_field(home: &Home, from: &str, id: &str, fields: &str) -> Vec<u8> {
    let before = home.outbox().await.len();
    let alias = &home.alias;
    let message = format!(
        "From: {from}\r\nTo: {alias}\r\nSubject: hello\r\nMessage-ID: <{id}@outside.example>\r\n{fields}\r\nhello\r\n"
    );
    let known: std::collections::HashSet<_> = home.outbox().await.into_iter().collect();
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
                let before: std::collections::HashSet<_> = home.outbox().await.into_iter().collect();
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
