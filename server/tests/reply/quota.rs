//! How many replies an hour leave an account, and what does not count: copies of one, and what is not the person's.

use crate::{
    home::Home,
    talk::{Talk, from_contact, to},
    wire,
};

impl Talk {
    fn sealed_to_bob(&self, id: &str) -> String {
        self.to_bob(id, &self.sealed("", "-aes-256-cbc", &wire::note(id)))
    }
}

#[tokio::test]
async fn a_relay_address_that_is_named_twice_gets_one_copy() {
    let talk = Talk::new().await;
    let (lower, message) = (talk.letter.relay_address.clone(), talk.sealed_to_bob("twice"));
    let upper = lower.replace("r-", "R-");
    assert_ne!(lower, upper);
    let said = talk
        .home
        .send_to("ann@example.org", &[&lower, &upper, &lower], &message)
        .await;
    assert!(said.starts_with("250 "), "{said}");
    talk.left("twice").await;
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
    // One to two contacts counts twice.
    let eve = from_contact(&talk.home, "eve@third.example", "third", "").await;
    let eve = talk.person.open(&eve);
    let both = to(
        &[&talk.letter, &eve],
        "both",
        &talk.person.sign("", &wire::note("both")),
    );
    let addresses = [talk.letter.relay_address.as_str(), eve.relay_address.as_str()];
    let said = talk.home.send_to("ann@example.org", &addresses, &both).await;
    assert!(said.starts_with("450 4.7.1 "), "{said}");
    talk.nothing_left("both").await;
    talk.home.sql("UPDATE attempts SET ends_at = 1").await;
    let said = talk.home.send_to("ann@example.org", &addresses, &both).await;
    assert!(said.starts_with("250 "), "{said}");
}
