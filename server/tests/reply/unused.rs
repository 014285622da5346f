//! Contacts whose keys were removed because nobody used them for long.

use time::{Duration, OffsetDateTime};

use crate::reply::{
    talk::{BOB, Talk, from_contact, protect},
    wire,
};

const REMOVED: &str = "550 5.7.1 Not authorised, not signed, or encrypted to an old key of a contact";

async fn remove_unused_keys(talk: &Talk) -> u64 {
    let now = OffsetDateTime::now_utc();
    // All that came so far is unused for long.
    let (since, now) = (now + Duration::SECOND, now + 2 * Duration::SECOND);
    talk.home.store.remove_unused_keys(since, now).await.unwrap()
}

#[tokio::test]
async fn an_answer_to_an_unused_contact_is_refused_in_clear_words() {
    let talk = Talk::new().await;
    assert_eq!(remove_unused_keys(&talk).await, 1);
    let answer = |id: &str| talk.answer(id, "", "-aes-256-cbc", &wire::note(id));
    let said = talk.send(&answer("late")).await;
    assert!(said.starts_with(REMOVED), "{said}");
    // One answer for everything that is not the person's, so that nobody learns what opens.
    let said = talk.send(&talk.to_bob("plain", &wire::note("plain"))).await;
    assert!(said.starts_with(REMOVED), "{said}");
    talk.nothing_left("late").await;
    let old = answer("old");

    // The contact writes again: it is the same one, with a new key that answers are encrypted to.
    let mail = from_contact(&talk.home, BOB, "again", "").await;
    let letter = talk.person.open(&mail);
    assert_eq!(letter.relay_address, talk.letter.relay_address);
    let signed = talk.person.sign("", &protect(&[&letter], "new", &wire::note("new")));
    let sealed = talk.person.encrypt("-aes-256-cbc", &letter.certificate, &signed);
    let said = talk.send(&talk.to_bob("new", &sealed)).await;
    assert!(said.starts_with("250 "), "{said}");
    talk.left("new").await;
    let said = talk.send(&old).await;
    assert!(said.starts_with(REMOVED), "{said}");
}

#[tokio::test]
async fn who_was_answered_or_written_to_first_keeps_the_keys() {
    let talk = Talk::new().await;
    let answer = |id: &str| talk.answer(id, "", "-aes-256-cbc", &wire::note(id));
    let said = talk.send(&answer("early")).await;
    assert!(said.starts_with("250 "), "{said}");
    talk.home.start_thread("carol@example.com").await;
    assert_eq!(remove_unused_keys(&talk).await, 0);
    let said = talk.send(&answer("late")).await;
    assert!(said.starts_with("250 "), "{said}");
    talk.left("late").await;
}
