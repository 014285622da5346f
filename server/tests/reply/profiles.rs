//! Which profiles' certificates open an answer, and the mailbox's switch.

use test_support::dns::Record;

use crate::{
    reply::{
        outside::Outside,
        person::Person,
        talk::{BOB, Talk, from_contact, protect, to},
        transport, wire,
    },
    support::home::Home,
};

#[tokio::test]
async fn an_older_profile_opens_until_it_ends_or_is_deleted() {
    let mut talk = Talk::new().await;
    let first = talk.home.profile;
    talk.home.renew().await;
    talk.home.activate().await;
    let second = Person::new(&talk.home);
    let mail = from_contact(&talk.home, BOB, "second", "").await;
    let letter = second.open(&mail);
    assert_eq!(letter.relay_address, talk.letter.relay_address);
    assert_ne!(
        talk.person.read(&talk.letter.certificate),
        second.read(&letter.certificate),
        "each profile has a certificate for Bob"
    );
    let fresh = |id: &str| talk.answer(id, "", "-aes-256-cbc", &wire::note(id));

    let said = talk.send(&fresh("inactive")).await;
    assert!(said.starts_with("250 "), "{said}");
    let outside = Outside::read(&talk.left("inactive").await, &talk.needles());
    assert!(outside.findings.is_empty(), "{:?}", outside.findings);

    // Encrypted to the older certificate, signed by the newer key: a device that has not seen the newest message.
    second.put("older.pem", &talk.person.read(&talk.letter.certificate));
    let signed = second.sign("", &wire::note("mixed"));
    let said = talk
        .send(&talk.to_bob("mixed", &second.encrypt("-aes-256-cbc", "older.pem", &signed)))
        .await;
    assert!(said.starts_with("250 "), "{said}");

    talk.home.sql("UPDATE profiles SET not_after = 1 WHERE id = 1").await;
    let said = talk.send(&fresh("ended")).await;
    assert!(said.starts_with("550 5.7.1 "), "{said}");
    talk.nothing_left("ended").await;
    talk.home
        .sql("UPDATE profiles SET not_after = 4000000000 WHERE id = 1")
        .await;
    assert!(talk.send(&fresh("again")).await.starts_with("250 "));

    assert!(talk.home.store.delete_profile(talk.home.account, first).await.unwrap());
    let said = talk.send(&fresh("deleted")).await;
    assert!(said.starts_with("550 5.7.1 "), "{said}");
    talk.nothing_left("deleted").await;
    let signed = second.sign("", &protect(&[&letter], "newer", &wire::note("newer")));
    let entity = second.encrypt("-aes-256-cbc", &letter.certificate, &signed);
    let said = talk.send(&to(&[&letter], "newer", &entity)).await;
    assert!(said.starts_with("250 "), "{said}");
}

#[tokio::test]
async fn the_switch_refuses_what_was_not_encrypted() {
    let (_dns, talk) = transport::talk(&[Record::Txt("example.org", transport::ALLOWED)]).await;
    let mailbox = talk.home.store.mailboxes(talk.home.account).await.unwrap()[0].id;
    let switched = talk
        .home
        .store
        .set_encrypted_replies_only(talk.home.account, mailbox, true)
        .await;
    assert!(switched.unwrap());
    let signed = talk.person.sign("", &wire::note("signed"));
    let said = talk.says("ann@example.org", &talk.to_bob("signed", &signed)).await;
    assert!(said.starts_with("550 5.7.1 Only encrypted replies"), "{said}");
    let sealed = talk.person.encrypt("-aes-256-cbc", &talk.letter.certificate, &signed);
    let said = talk.send(&talk.to_bob("sealed", &sealed)).await;
    assert!(said.starts_with("250 "), "the same signature was not used up: {said}");
}

#[tokio::test]
async fn an_answer_to_an_invitation_reaches_the_recipient_and_refers_to_nothing() {
    let home = Home::new().await;
    home.activate().await;
    let person = Person::new(&home);
    assert_eq!(home.start_thread("carol@fourth.example").await, "null");
    let letter = person.open(&home.wait_for(1).await.pop().unwrap());
    let signed = person.sign("", &protect(&[&letter], "hello", &wire::note("first words")));
    let entity = person.encrypt("-aes-256-cbc", &letter.certificate, &signed);
    let said = home
        .send(
            "ann@example.org",
            &letter.relay_address,
            &to(&[&letter], "hello", &entity),
        )
        .await;
    assert!(said.starts_with("250 "), "{said}");
    let left = home.wait_for(2).await;
    let outside = left
        .iter()
        .map(|mail| Outside::read(mail, &[]))
        .find(|mail| mail.field("subject") == "Re: hello");
    let outside = outside.unwrap();
    assert_eq!(outside.field("to"), "Bob <carol@fourth.example>");
    assert_eq!(outside.field("in-reply-to"), "", "an invitation is nothing outside");
    assert!(outside.text().contains("first words"));
}
