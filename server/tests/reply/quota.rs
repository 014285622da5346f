//! How many replies an hour leave an account, and what does not count: copies of one, and what is not the person's.

use crate::{
    reply::{
        talk::{Talk, from_contact, protect, to},
        wire,
    },
    support::home::Home,
};

impl Talk {
    fn sealed_to_bob(&self, id: &str) -> String {
        self.answer(id, "", "-aes-256-cbc", &wire::note(id))
    }
}

#[tokio::test]
async fn so_many_replies_an_hour_and_the_rest_is_put_off() {
    let talk = Talk::at(Home::with(|config| config.allowance.replies_per_hour = 3).await).await;
    let one = talk.sealed_to_bob("one");
    assert!(talk.send(&one).await.starts_with("250 "));
    // The same again, a replay and a stranger's count for nothing.
    for _ in 0..4 {
        assert!(talk.send(&one).await.starts_with("250 "));
        let replay = format!("X-Way: another\r\n{one}");
        assert!(talk.send(&replay).await.starts_with("550 5.7.1 "));
        let stranger = talk.to_bob("stranger", &wire::note("stranger"));
        assert!(talk.send(&stranger).await.starts_with("550 5.7.1 "));
    }
    let two = talk.sealed_to_bob("two");
    assert!(talk.send(&two).await.starts_with("250 "));
    // One to two contacts counts twice: it is sent to each by itself.
    let eve = from_contact(&talk.home, "eve@third.example", "third", "").await;
    let eve = talk.person.open(&eve);
    let certificates = format!("{} {}", talk.letter.certificate, eve.certificate);
    let note = protect(&[&talk.letter, &eve], "both", &wire::note("both"));
    let sealed = talk
        .person
        .encrypt("-aes-256-cbc", &certificates, &talk.person.sign("", &note));
    let both = to(&[&talk.letter, &eve], "both", &sealed);
    assert!(talk.send(&both).await.starts_with("250 "));
    let to_eve = || talk.home.send("ann@example.org", &eve.relay_address, &both);
    let said = to_eve().await;
    assert!(said.starts_with("450 4.7.1 "), "{said}");
    talk.left("both").await;
    talk.home.sql("UPDATE attempts SET ends_at = 1").await;
    let said = to_eve().await;
    assert!(said.starts_with("250 "), "{said}");
}
