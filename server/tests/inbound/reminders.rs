//! Reminders of a profile's end, over a clock that the test moves; OpenSSL opens them with the person's key.

use std::sync::Arc;

use server::{clock::Clock, mail::message::Message};
use time::{Duration, OffsetDateTime};

use crate::support::{clock::TestClock, home::Home};

struct Ending {
    home: Home,
    clock: Arc<TestClock>,
    end: OffsetDateTime,
}

impl Ending {
    async fn new() -> Self {
        let clock = Arc::new(TestClock::new());
        let home = Home::by(clock.clone(), |_| ()).await;
        home.activate().await;
        let end = home.store.profiles(home.account).await.unwrap()[0].not_after;
        Self { home, clock, end }
    }

    /// So long before the end; then the relay looks.
    fn before_the_end(&self, left: Duration) {
        self.clock.forward(self.end - left - self.clock.now());
        self.home.relay.wake();
    }

    /// Exactly so many messages have left, now and a while later.
    async fn left(&self, count: usize) -> Vec<Vec<u8>> {
        self.home.wait_for(count).await;
        self.home.relay.wake();
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        let left = self.home.outbox().await;
        assert_eq!(left.len(), count);
        left
    }

    /// What the newest says, opened as of now.
    async fn newest(&self, before: &[Vec<u8>]) -> String {
        let left = self.home.outbox().await;
        let new = left.into_iter().find(|mail| !before.contains(mail)).unwrap();
        let text = String::from_utf8(self.home.open_at(&new, self.clock.now())).unwrap();
        text.replace("=\r\n", "").replace("\r\n", " ")
    }
}

fn field(mail: &[u8], name: &str) -> String {
    let message = Message::parse(mail);
    let value = message.first(name).unwrap().raw_value();
    String::from_utf8(value.to_vec()).unwrap().trim().to_owned()
}

#[tokio::test]
async fn each_is_sealed_signed_and_sent_once_whatever_is_restarted() {
    let mut ending = Ending::new().await;
    ending.before_the_end(Duration::days(30) + Duration::SECOND);
    ending.left(0).await;
    ending.before_the_end(Duration::days(30));
    let first = ending.left(1).await;
    assert_eq!(
        field(&first[0], "From"),
        "\"Sealpost (sealpost@relay.example)\" <sealpost@relay.example>"
    );
    assert_eq!(field(&first[0], "To"), "<ann@example.org>");
    assert_eq!(field(&first[0], "Subject"), "A reminder from Sealpost");
    assert_eq!(field(&first[0], "Auto-Submitted"), "auto-generated");
    assert!(field(&first[0], "DKIM-Signature").contains("d=relay.example"));
    assert!(field(&first[0], "Content-Type").contains("enveloped-data"));
    let text = ending.newest(&[]).await;
    for words in [
        "ends in 30 days",
        "refused (550 5.7.1)",
        "http://127.0.0.1:3000/profiles/1",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!ending.home.data_holds("kill switch"), "nothing of it is on the disk");

    ending.home.restart(ending.clock.clone()).await;
    ending.left(1).await;
    let mailbox = ending.home.store.mailboxes(ending.home.account).await.unwrap()[0].id;
    let off = ending
        .home
        .store
        .set_kill_switch(ending.home.account, mailbox, false)
        .await;
    assert!(off.unwrap());
    ending.before_the_end(Duration::days(7));
    let second = ending.left(2).await;
    let text = ending.newest(&first).await;
    assert!(
        text.contains("ends in 7 days") && text.contains("your provider can read it"),
        "{text}"
    );
    ending.before_the_end(Duration::days(1));
    ending.left(3).await;
    let text = ending.newest(&second).await;
    assert!(text.contains("ends in 1 day"), "{text}");
    ending.before_the_end(-Duration::SECOND);
    ending.left(3).await;
}

#[tokio::test]
async fn after_days_off_only_the_most_urgent_one_is_sent() {
    let ending = Ending::new().await;
    ending.before_the_end(Duration::days(3));
    ending.left(1).await;
    let text = ending.newest(&[]).await;
    assert!(text.contains("ends in 3 days"), "{text}");
    ending.before_the_end(Duration::days(2));
    ending.left(1).await;
    ending.before_the_end(Duration::hours(2));
    ending.left(2).await;
}

#[tokio::test]
async fn a_profile_that_was_renewed_is_no_reason() {
    let mut ending = Ending::new().await;
    let renewed = ending.end - Duration::days(40);
    ending.clock.forward(renewed - ending.clock.now());
    ending.home.renew_at(renewed).await;
    ending.home.activate().await;
    ending.before_the_end(Duration::days(7));
    ending.left(0).await;
}

#[tokio::test]
async fn what_cannot_be_sealed_is_not_sent_and_stays_due() {
    let ending = Ending::new().await;
    ending
        .home
        .sql("UPDATE profiles SET intermediate_key = zeroblob(64)")
        .await;
    ending.before_the_end(Duration::days(7));
    ending.left(0).await;
    let due = ending.home.store.due_reminders(ending.clock.now()).await.unwrap();
    assert_eq!(due.iter().map(|due| due.days).collect::<Vec<_>>(), [7]);
    // Nor where the mailbox is not the person's any more.
    ending.home.sql("UPDATE mailboxes SET verified_at = NULL").await;
    ending.left(0).await;
}
