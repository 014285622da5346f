//! A relay, a person with a device, and a letter of Bob's: what every test here begins with.

use std::collections::HashSet;

use crate::{
    reply::{
        person::{Letter, Person},
        wire,
    },
    support::home::Home,
};

pub const BOB: &str = "bob@example.com";

/// A relay with a person who has a device and a letter of Bob's.
pub struct Talk {
    pub home: Home,
    pub person: Person,
    pub letter: Letter,
}

impl Talk {
    pub async fn new() -> Self {
        Self::at(Home::new().await).await
    }

    pub async fn at(home: Home) -> Self {
        home.activate().await;
        let alias = home.store.aliases(home.account).await.unwrap()[0].id;
        let named = home.store.set_alias_name(home.account, alias, "A. Réader").await;
        assert!(named.unwrap());
        let person = Person::new(&home);
        let mail = from_contact(&home, BOB, "first", "").await;
        let letter = person.open(&mail);
        Self { home, person, letter }
    }

    /// The person's message to Bob with a subject of its own.
    pub fn to_bob(&self, id: &str, entity: &str) -> String {
        to(&[&self.letter], id, entity)
    }

    /// Sends a message as the person's provider does.
    pub async fn send(&self, message: &str) -> String {
        let to = self.letter.relay_address.as_str();
        self.home.send("ann@example.org", to, message).await
    }

    /// What left for a contact with a subject; there must be one.
    pub async fn left(&self, id: &str) -> Vec<u8> {
        let mut found = with_subject(&self.home, &format!("Re: {id}")).await;
        assert_eq!(found.len(), 1, "{id}");
        found.pop().unwrap()
    }

    /// Nothing with the subject left.
    pub async fn nothing_left(&self, id: &str) {
        assert!(with_subject(&self.home, &format!("Re: {id}")).await.is_empty(), "{id}");
    }

    /// The person's signed and encrypted message to Bob, whose header the client signs, too.
    pub fn answer(&self, id: &str, sign: &str, encrypt: &str, entity: &str) -> String {
        let entity = protect(&[&self.letter], id, entity);
        self.to_bob(id, &self.sealed(sign, encrypt, &entity))
    }

    /// What left for Bob with the Subject of the thread; there must be one.
    pub async fn left_in_the_thread(&self) -> Vec<u8> {
        let mut found = with_subject(&self.home, "Re: hello").await;
        assert_eq!(found.len(), 1);
        found.pop().unwrap()
    }

    /// Signed and encrypted by a client that signs no header.
    pub fn sealed(&self, sign: &str, encrypt: &str, entity: &str) -> String {
        let signed = self.person.sign(sign, entity);
        self.person.encrypt(encrypt, &self.letter.certificate, &signed)
    }

    /// All that would name the person.
    pub fn needles(&self) -> Vec<Vec<u8>> {
        let mut needles = self.person.needles();
        needles.push(b"@laptop.example".to_vec());
        needles.push(self.letter.relay_address.as_bytes().to_vec());
        needles.push(self.letter.message_id.trim_matches(['<', '>']).as_bytes().to_vec());
        needles
    }
}

/// A message of the person's in answer to letters.
pub fn to(letters: &[&Letter], id: &str, entity: &str) -> String {
    wire::message(&fields(letters, id), entity)
}

/// The entity of such a message with its header fields inside.
pub fn protect(letters: &[&Letter], id: &str, entity: &str) -> String {
    wire::protect(&fields(letters, id), entity)
}

fn fields(letters: &[&Letter], id: &str) -> String {
    let all: Vec<_> = letters
        .iter()
        .map(|letter| format!("<{}>", letter.relay_address))
        .collect();
    let (first, rest) = all.split_first().unwrap();
    let cc = if rest.is_empty() {
        String::new()
    } else {
        format!("Cc: {}\r\n", rest.join(", "))
    };
    let refers = &letters[0].message_id;
    format!(
        "To: \"'Bob'\" {first}\r\n{cc}Subject: Re: {id}\r\nMessage-ID: <{id}@laptop.example>\r\n\
         In-Reply-To: {refers}\r\nReferences: <unknown@example.org>\r\n {refers}\r\n"
    )
}

/// Somebody outside writes to the alias; gives the sealed message that leaves.
pub async fn from_contact(home: &Home, from: &str, id: &str, fields: &str) -> Vec<u8> {
    let before: HashSet<_> = home.outbox().await.into_iter().collect();
    let alias = &home.alias;
    let message = format!(
        "From: Bob <{from}>\r\nTo: {alias}\r\nSubject: hello\r\nMessage-ID: <{id}@outside.example>\r\n{fields}\r\nhello\r\n"
    );
    let said = home.send(from, alias, &message).await;
    assert!(said.starts_with("250 "), "{said}");
    let after = home.wait_for(before.len() + 1).await;
    after.into_iter().find(|mail| !before.contains(mail)).unwrap()
}

pub async fn with_subject(home: &Home, subject: &str) -> Vec<Vec<u8>> {
    let line = format!("\r\nSubject: {subject}\r\n");
    let is_it = |mail: &Vec<u8>| String::from_utf8_lossy(mail).contains(&line);
    home.outbox().await.into_iter().filter(is_it).collect()
}
