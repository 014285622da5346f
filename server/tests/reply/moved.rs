//! Answers after the alias has moved to another mailbox of the person's: they come from there, and only from there.

use crate::reply::{
    outside::Outside,
    person::Person,
    talk::{BOB, Talk, from_contact, protect, to},
    wire,
};

#[tokio::test]
async fn answers_come_from_the_new_mailbox_and_the_conversation_goes_on() {
    let mut talk = Talk::new().await;
    let first = talk.home.store.mailboxes(talk.home.account).await.unwrap()[0].id;
    let alias = talk.home.store.aliases(talk.home.account).await.unwrap()[0].id;
    let early = talk.answer("early", "", "-aes-256-cbc", &wire::note("early"));
    assert!(talk.send(&early).await.starts_with("250 "));
    let second = talk.home.another_mailbox("ann@second.example").await;
    let moved = talk.home.store.move_alias(talk.home.account, alias, second).await;
    assert!(moved.unwrap());

    // The old mailbox: its key opens nothing and signs for nobody any more, and is not told apart from a stranger's.
    let late = talk.answer("late", "", "-aes-256-cbc", &wire::note("late"));
    let signed = talk.to_bob("signed", &talk.person.sign("", &wire::note("signed")));
    for message in [&late, &signed] {
        let said = talk.send(message).await;
        assert!(said.starts_with("550 5.7.1 "), "{said}");
    }
    for id in ["late", "signed"] {
        talk.nothing_left(id).await;
    }

    // The new one: the same contact, its own certificate for it, and the thread that began in the old one.
    let device = Person::new(&talk.home);
    let letter =
        device.open(&from_contact(&talk.home, BOB, "second", "In-Reply-To: <first@outside.example>\r\n").await);
    assert_eq!(letter.relay_address, talk.letter.relay_address);
    assert_eq!(letter.in_reply_to, talk.letter.message_id);
    let answer = |id: &str| {
        let note = protect(&[&letter], id, &wire::note(id)).replace("ann@example.org", "ann@second.example");
        let entity = device.encrypt("-aes-256-cbc", &letter.certificate, &device.sign("", &note));
        to(&[&letter], id, &entity)
    };
    let said = talk.send(&answer("new")).await;
    assert!(said.starts_with("250 "), "{said}");
    let mut needles = talk.needles();
    needles.extend(device.needles());
    needles.push(b"second.example".to_vec());
    let outside = Outside::read(&talk.left("new").await, &needles);
    assert!(outside.findings.is_empty(), "{:?}", outside.findings);
    assert_eq!(outside.field("from"), format!("\"A. Réader\" <{}>", talk.home.alias));
    assert_eq!(outside.field("in-reply-to"), "<second@outside.example>");

    // And back: the old key counts again, the new one no more, and what was sent once is not sent twice.
    let moved = talk.home.store.move_alias(talk.home.account, alias, first).await;
    assert!(moved.unwrap());
    let said = talk.send(&late).await;
    assert!(said.starts_with("250 "), "it was refused before, not used up: {said}");
    let said = talk.send(&answer("again")).await;
    assert!(said.starts_with("550 5.7.1 "), "{said}");
    let before = talk.home.outbox().await.len();
    let said = talk.send(&early).await;
    assert!(said.starts_with("250 "), "the same octets: {said}");
    assert_eq!(talk.home.outbox().await.len(), before, "sent before");
}
