//! Who can do what with a reply: the cells of the table in docs/SECURITY.md. Everybody speaks SMTP to a whole relay; the
//! stranger has a domain, the contact has one whose SPF and DKIM pass, and the provider holds the DKIM key of the
//! mailbox's domain and sends from its server.

use std::{sync::Arc, time::Duration};

use server::{
    clock::{Clock, SystemClock},
    config::{Config, Switch},
};
use time::OffsetDateTime;

use crate::{
    reply::{
        forged::{ALSO_ENCRYPT, NOT_AUTHORISED, SENT_BEFORE},
        outside::Outside,
        person::Letter,
        talk::{BOB, Talk, from_contact, protect, to},
        transport::ALLOWED,
        wire,
    },
    support::home::Home,
};

const NOT_FOR_CONTACT: &str = "550 5.7.1 The message itself does not name this relay address in To or Cc";
const NOT_SIGNED: &str = "550 5.7.1 Only signed replies are sent on for this mailbox, and they must be encrypted or name \
                          their recipient inside";
const OLD_SIGNATURE: &str =
    "550 5.7.1 The signature was made more than 5 days ago or has no time, please send the reply anew";
pub const ACCEPTED: &str = "250 ";

#[derive(Clone, Copy, Debug)]
pub enum Who {
    Stranger,
    Provider,
    Contact,
}

pub use Who::{Contact, Provider, Stranger};
use test_support::{
    dkim::Key,
    dns::{Dns, Record},
};

pub const EVERYBODY: [Who; 3] = [Stranger, Provider, Contact];
pub const ALL_BUT_THE_PROVIDER: [Who; 2] = [Stranger, Contact];

pub struct World {
    pub talk: Talk,
    pub carol: Letter,
    pub providers: Key,
    bobs: Key,
    dns: Dns,
}

impl World {
    pub async fn new() -> Self {
        let (providers, bobs) = (Key::generate(), Key::generate());
        let dns = Dns::start(&[
            Record::Txt("s1._domainkey.example.org", &providers.record),
            Record::Txt("example.org", ALLOWED),
            Record::Txt("s1._domainkey.example.com", &bobs.record),
            Record::Txt("example.com", ALLOWED),
            Record::Txt("third.example", ALLOWED),
        ]);
        let home = Home::with(|config| check_senders(config, &dns));
        let talk = Talk::at(home.await).await;
        let mail = from_contact(&talk.home, "carol@third.example", "third", "").await;
        let carol = talk.person.open(&mail);
        Self {
            talk,
            carol,
            providers,
            bobs,
            dns,
        }
    }

    /// The same relay later.
    pub async fn restart(&mut self, later: Duration) {
        let home = &mut self.talk.home;
        home.restart_with(Arc::new(Ahead(later)), |config| check_senders(config, &self.dns))
            .await;
    }

    /// Sends as somebody; gives the answer, and what left.
    pub async fn sends(&self, who: Who, to: &Letter, message: &str) -> (String, Option<Vec<u8>>) {
        let home = &self.talk.home;
        let folder = home.folder.path();
        let (from, message) = match who {
            Stranger => ("eve@elsewhere.example", message.to_owned()),
            Provider => (
                "ann@example.org",
                self.providers.sign(folder, "example.org", message, &[]),
            ),
            Contact => (BOB, self.bobs.sign(folder, "example.com", message, &[])),
        };
        let before = home.outbox().await;
        let said = home.send(from, &to.relay_address, &message).await;
        let mut left = home.outbox().await;
        left.retain(|mail| !before.contains(mail));
        assert!(left.len() <= 1);
        assert_eq!(left.len() == 1, said.starts_with(ACCEPTED), "{who:?}: {said}");
        (said, left.pop())
    }

    /// What is answered to each of them.
    pub async fn answers(&self, everybody: &[Who], to: &Letter, message: &str, expected: &str) {
        for who in everybody {
            let (said, _) = self.sends(*who, to, message).await;
            assert!(said.starts_with(expected), "{who:?}: {said}");
        }
    }

    pub async fn only_signed_replies(&self, on: bool) {
        let store = &self.talk.home.store;
        let mailbox = store.mailboxes(self.talk.home.account).await.unwrap()[0].id;
        let set = store.set_signed_replies_only(self.talk.home.account, mailbox, on).await;
        assert!(set.unwrap());
    }
}

fn check_senders(config: &mut Config, dns: &Dns) {
    config.dns = Some(dns.address);
    config.sender_auth = Switch::On;
}

/// A letter in what left: read, and with nothing of the person's.
pub fn outside(talk: &Talk, left: Option<Vec<u8>>) -> Outside {
    let outside = Outside::read(&left.unwrap(), &talk.needles());
    assert!(outside.findings.is_empty(), "{:?}", outside.findings);
    outside
}

/// A whole message to Bob, to be signed with its header (RFC 8551 §3.1).
fn wrapped(talk: &Talk, id: &str, text: &str) -> String {
    let message = talk.to_bob(id, text).replace("MIME-Version: 1.0\r\n", "");
    format!("Content-Type: message/rfc822\r\n\r\n{message}")
}

/// To the contact alone, with the Subject of the thread.
pub fn expect_bare(outside: &Outside) {
    assert_eq!(outside.field("to"), BOB);
    assert_eq!(outside.field("cc"), "");
    assert_eq!(outside.field("subject"), "Re: hello");
    assert_eq!(outside.field("in-reply-to"), "<first@outside.example>");
    assert_eq!(outside.field("references"), "<first@outside.example>");
}

#[tokio::test]
async fn only_the_provider_may_write_in_the_persons_name_and_not_if_replies_must_be_signed() {
    let world = World::new().await;
    let talk = &world.talk;
    let encrypted = |id: &str| {
        talk.person
            .encrypt("-aes-256-gcm", &talk.letter.certificate, &wire::note(id))
    };
    for (id, entity) in [("plain", wire::note("plain")), ("encrypted", encrypted("encrypted"))] {
        let message = talk.to_bob(id, &entity);
        world
            .answers(&ALL_BUT_THE_PROVIDER, &talk.letter, &message, NOT_AUTHORISED)
            .await;
        world.only_signed_replies(true).await;
        world.answers(&[Provider], &talk.letter, &message, NOT_SIGNED).await;
        world.only_signed_replies(false).await;
        world.answers(&[Provider], &talk.letter, &message, ACCEPTED).await;
    }
}

#[tokio::test]
async fn nobody_redirects_what_was_encrypted_to_one_contact() {
    let world = World::new().await;
    let talk = &world.talk;
    for cipher in ["-aes-256-cbc", "-aes-256-gcm"] {
        let sealed = talk.sealed("", cipher, &wire::note("for Bob"));
        let message = to(&[&world.carol], "redirected", &sealed);
        world.answers(&EVERYBODY, &world.carol, &message, NOT_AUTHORISED).await;
    }
}

#[tokio::test]
async fn a_signed_text_that_names_its_recipient_goes_to_nobody_else() {
    let world = World::new().await;
    let talk = &world.talk;
    let signed = talk
        .person
        .sign("", &protect(&[&talk.letter], "bob", &wire::note("for Bob")));
    let message = to(&[&world.carol], "redirected", &signed);
    world
        .answers(&ALL_BUT_THE_PROVIDER, &world.carol, &message, ALSO_ENCRYPT)
        .await;
    world
        .answers(&[Provider], &world.carol, &message, NOT_FOR_CONTACT)
        .await;
    // Encrypted anew by somebody who has the certificate of the other contact.
    for cipher in ["-aes-256-cbc", "-aes-256-gcm"] {
        let sealed = talk.person.encrypt(cipher, &world.carol.certificate, &signed);
        let message = to(&[&world.carol], "redirected", &sealed);
        world.answers(&EVERYBODY, &world.carol, &message, NOT_FOR_CONTACT).await;
    }
    let whole = wrapped(talk, "whole", &wire::note("for Bob, wrapped"));
    let signed = talk.person.sign("", &whole);
    let sealed = talk.person.encrypt("-aes-256-cbc", &world.carol.certificate, &signed);
    let message = to(&[&world.carol], "redirected", &sealed);
    world.answers(&EVERYBODY, &world.carol, &message, NOT_FOR_CONTACT).await;
    let sealed = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &signed);
    let (said, left) = world
        .sends(Stranger, &talk.letter, &talk.to_bob("other", &sealed))
        .await;
    assert!(said.starts_with(ACCEPTED), "{said}");
    let outside = outside(talk, left);
    assert_eq!(outside.field("subject"), "Re: whole");
    assert!(outside.text().contains("wrapped") && !outside.text().contains("laptop"));
}

#[tokio::test]
async fn a_signed_post_that_names_nobody_needs_the_provider_and_says_whom_it_is_for_if_replies_must_be_signed() {
    let world = World::new().await;
    let talk = &world.talk;
    let post = talk.person.sign("", &wire::note("to the list"));
    let message = to(&[&world.carol], "post", &post);
    world
        .answers(&ALL_BUT_THE_PROVIDER, &world.carol, &message, ALSO_ENCRYPT)
        .await;
    world.only_signed_replies(true).await;
    world.answers(&[Provider], &world.carol, &message, NOT_SIGNED).await;
    world.only_signed_replies(false).await;
    world.answers(&[Provider], &world.carol, &message, ACCEPTED).await;
}

/// What remains: clients that sign no header, and somebody who has the contact's certificate.
#[tokio::test]
async fn a_signed_post_that_names_nobody_goes_to_a_contact_whose_certificate_somebody_has() {
    for who in EVERYBODY {
        let world = World::new().await;
        let talk = &world.talk;
        let post = talk.person.sign("", &wire::note("to the list"));
        let sealed = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &post);
        let (said, left) = world.sends(who, &talk.letter, &talk.to_bob("pay", &sealed)).await;
        assert!(said.starts_with(ACCEPTED), "{who:?}: {said}");
        let outside = outside(talk, left);
        match who {
            Provider => assert_eq!(outside.field("subject"), "Re: pay"),
            Stranger | Contact => expect_bare(&outside),
        }
        let again = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &post);
        let message = talk.to_bob("again", &again);
        world
            .answers(&ALL_BUT_THE_PROVIDER, &talk.letter, &message, SENT_BEFORE)
            .await;
        world.only_signed_replies(true).await;
        world.answers(&[Provider], &talk.letter, &message, SENT_BEFORE).await;
    }
}

/// Within one second the signatures over two equal texts are equal. The second answer is told from a replay by its content key,
/// and by the provider's word, without which a reader of the first could encrypt it anew.
#[tokio::test]
async fn the_same_words_are_sent_twice_within_a_second() {
    for cipher in ["-aes-256-cbc", "-aes-256-gcm"] {
        let world = World::new().await;
        let talk = &world.talk;
        let signed = talk.person.sign("", &wire::note("ok"));
        let seal = || talk.person.encrypt(cipher, &talk.letter.certificate, &signed);
        let (first, second) = (seal(), seal());
        let send = async |who, id: &str, entity: &str, expected| {
            let message = talk.to_bob(id, entity);
            world.answers(&[who], &talk.letter, &message, expected).await;
        };
        send(Provider, "first", &first, ACCEPTED).await;
        send(Provider, "second", &second, ACCEPTED).await;
        // The provider can send what it holds in no other form, whatever it signs.
        for held in [&first, &second] {
            for who in EVERYBODY {
                send(who, "replay", held, SENT_BEFORE).await;
            }
        }
        for who in ALL_BUT_THE_PROVIDER {
            send(who, "encrypted anew", &seal(), SENT_BEFORE).await;
        }
        // The provider's word has no weight here, and so a signature counts once.
        world.only_signed_replies(true).await;
        send(Provider, "signed replies only", &seal(), SENT_BEFORE).await;
    }
}

#[tokio::test]
async fn a_held_answer_leaves_to_its_contact_with_the_subject_of_the_thread() {
    for who in EVERYBODY {
        let world = World::new().await;
        let talk = &world.talk;
        let held = to(
            &[&talk.letter, &world.carol],
            "pay Eve",
            &talk.sealed("", "-aes-256-cbc", &wire::note("yes")),
        )
        .replace("'Bob'", "Eve");
        let (said, left) = world.sends(who, &talk.letter, &held).await;
        assert!(said.starts_with(ACCEPTED), "{who:?}: {said}");
        let outside = outside(talk, left);
        match who {
            // As with every message that the client signs no header of.
            Provider => assert_eq!(outside.field("subject"), "Re: pay Eve"),
            Stranger | Contact => expect_bare(&outside),
        }
    }
}

#[tokio::test]
async fn the_header_that_the_client_signs_wins_whoever_writes_another() {
    for who in EVERYBODY {
        let world = World::new().await;
        let talk = &world.talk;
        for (id, entity) in [
            ("yes", protect(&[&talk.letter], "yes", &wire::note("yes"))),
            ("no", wrapped(talk, "no", &wire::note("no"))),
        ] {
            let held = to(
                &[&talk.letter, &world.carol],
                "pay Eve",
                &talk.sealed("", "-aes-256-cbc", &entity),
            )
            .replace("'Bob'", "Eve");
            let (said, left) = world.sends(who, &talk.letter, &held).await;
            assert!(said.starts_with(ACCEPTED), "{who:?}: {said}");
            let outside = outside(talk, left);
            assert_eq!(outside.field("subject"), format!("Re: {id}"), "{who:?}");
            assert_eq!(outside.field("to"), format!("Bob <{BOB}>"), "{who:?}");
            assert_eq!(outside.field("cc"), "", "{who:?}");
        }
    }
}

#[tokio::test]
async fn of_two_signatures_on_one_text_one_is_used_with_the_other() {
    let world = World::new().await;
    let talk = &world.talk;
    let text = wire::note("yes");
    let (first, second) = (
        talk.person.sign("", &text),
        talk.person.sign("-keyopt rsa_padding_mode:pss", &text),
    );
    let both = talk.person.sign("-keyopt rsa_padding_mode:pss", &first);
    let seal = |signed: &str| talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, signed);
    let message = talk.to_bob("both", &seal(&both));
    world.answers(&[Stranger], &talk.letter, &message, ACCEPTED).await;
    for each in [&first, &second, &both, &talk.person.sign("", &first)] {
        let message = talk.to_bob("each", &seal(each));
        world
            .answers(&ALL_BUT_THE_PROVIDER, &talk.letter, &message, SENT_BEFORE)
            .await;
        world.only_signed_replies(true).await;
        world.answers(&[Provider], &talk.letter, &message, SENT_BEFORE).await;
        world.only_signed_replies(false).await;
    }
    // The same words to somebody else are another message.
    let to_carol = talk.person.encrypt("-aes-256-cbc", &world.carol.certificate, &second);
    let message = to(&[&world.carol], "carol", &to_carol);
    world.answers(&[Stranger], &world.carol, &message, ACCEPTED).await;
}

/// A clock that is so far ahead.
struct Ahead(Duration);

impl Clock for Ahead {
    fn now(&self) -> OffsetDateTime {
        SystemClock.now() + self.0
    }
}

#[tokio::test]
async fn a_signature_is_valid_for_five_days() {
    let mut talk = Talk::new().await;
    let days = |days: u64| Duration::from_secs(days * 24 * 60 * 60 + 60);
    let held = talk.answer("held", "", "-aes-256-cbc", &wire::note("held"));
    let kept = talk.answer("kept", "", "-aes-256-gcm", &wire::note("kept"));
    talk.home.restart(Arc::new(Ahead(days(4)))).await;
    assert!(talk.send(&held).await.starts_with(ACCEPTED));
    talk.home.restart(Arc::new(Ahead(days(5)))).await;
    assert_eq!(talk.send(&kept).await, OLD_SIGNATURE);
    let timeless = talk.answer("timeless", "-noattr", "-aes-256-cbc", &wire::note("timeless"));
    assert_eq!(talk.send(&timeless).await, OLD_SIGNATURE);
    for id in ["kept", "timeless"] {
        talk.nothing_left(id).await;
    }
}

#[tokio::test]
async fn a_signed_file_dressed_as_mail_is_no_mail() {
    let world = World::new().await;
    let talk = &world.talk;
    for file in [
        "Release 1.0\r\n\r\nNotes.\r\n",
        "\r\nNotes.\r\n",
        "Subject: notes\r\n\r\nNotes.\r\n",
    ] {
        for options in ["", "-nodetach"] {
            let signed = talk.person.sign(options, file);
            let message = talk.to_bob("file", &signed);
            world
                .answers(&ALL_BUT_THE_PROVIDER, &talk.letter, &message, NOT_AUTHORISED)
                .await;
            let sealed = talk.person.encrypt("-aes-256-gcm", &talk.letter.certificate, &signed);
            let message = talk.to_bob("sealed file", &sealed);
            world
                .answers(&ALL_BUT_THE_PROVIDER, &talk.letter, &message, NOT_AUTHORISED)
                .await;
            world.only_signed_replies(true).await;
            // Some of them are not even an entity.
            world.answers(&[Provider], &talk.letter, &message, "550 5.7.1 ").await;
            world.only_signed_replies(false).await;
        }
    }
}
