//! The end of a profile, with the kill switch on, at every moment of a transaction: a clear 550, and nothing leaves.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use server::{
    clock::Clock,
    policy::{PermitError, Permits},
};
use time::{Duration, OffsetDateTime};

use crate::support::{
    clock::TestClock,
    home::{Home, SECRET, letter},
};

const REFUSED: &str = "550 5.7.1 ";

struct Talk {
    out: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Talk {
    fn begin(address: SocketAddr) -> Self {
        let out = TcpStream::connect(address).unwrap();
        let answers = BufReader::new(out.try_clone().unwrap());
        let mut talk = Self { out, answers };
        talk.answer();
        assert!(talk.says("EHLO sender.example\r\n").starts_with("250"));
        talk
    }

    fn says(&mut self, lines: &str) -> String {
        self.out.write_all(lines.as_bytes()).unwrap();
        self.answer()
    }

    fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            self.answers.read_line(&mut line).unwrap();
            if line.as_bytes().get(3) != Some(&b'-') {
                return line.trim_end().to_owned();
            }
        }
    }
}

/// A relay whose active profile ends at the given moment of its clock.
async fn home() -> (Home, Arc<TestClock>, OffsetDateTime) {
    let clock = Arc::new(TestClock::new());
    let home = Home::by(clock.clone(), |_| ()).await;
    home.activate().await;
    let end = home.store.profiles(home.account).await.unwrap()[0].not_after;
    (home, clock, end)
}

fn to(clock: &TestClock, moment: OffsetDateTime) {
    clock.forward(moment - clock.now());
}

async fn nothing_left(home: &Home) {
    assert!(home.outbox().await.is_empty());
    assert!(!home.data_holds(SECRET));
}

fn permits(home: &Home, clock: &Arc<TestClock>) -> Permits {
    Permits {
        store: home.store.clone(),
        clock: Arc::<TestClock>::clone(clock),
    }
}

/// Runs a talk beside the relay's own threads.
async fn talking(home: &Home, talk: impl FnOnce(&mut Talk) + Send + 'static) {
    let address = home.relay.smtp;
    tokio::task::spawn_blocking(move || talk(&mut Talk::begin(address)))
        .await
        .unwrap();
}

#[tokio::test]
async fn after_the_last_second_everything_in_one_packet_is_refused() {
    let (home, clock, end) = home().await;
    let (alias, message) = (home.alias.clone(), letter(&home.alias, SECRET));
    // The first message of a contact creates a certificate, which cannot be valid for less than a second.
    for moment in [end - Duration::MINUTE, end] {
        to(&clock, moment);
        let said = home.send("bob@example.com", &alias, &message).await;
        assert!(said.starts_with("250"), "the last second is within: {said}");
    }
    clock.forward(Duration::SECOND);
    let before = home.outbox().await.len();
    talking(&home, move |talk| {
        let packet = format!("MAIL FROM:<bob@example.com>\r\nRCPT TO:<{alias}>\r\nDATA\r\n");
        assert!(talk.says(&packet).starts_with("250"));
        let recipient = talk.answer();
        assert!(recipient.starts_with(REFUSED), "{recipient}");
        let data = talk.answer();
        assert!(data.starts_with('5'), "there is no recipient: {data}");
        // A client that sends its message all the same is told that these are no commands, or is cut off.
        let said = talk.says("RSET\r\n");
        assert!(said.starts_with("250"), "{said}");
    })
    .await;
    assert_eq!(home.outbox().await.len(), before);
    assert!(!home.data_holds(SECRET));
}

#[tokio::test]
async fn a_profile_that_ends_between_rcpt_and_the_end_of_data_seals_nothing_and_leaks_nothing() {
    let (home, clock, end) = home().await;
    to(&clock, end - Duration::SECOND);
    let (alias, message, hands) = (home.alias.clone(), letter(&home.alias, SECRET), clock.clone());
    talking(&home, move |talk| {
        assert!(talk.says("MAIL FROM:<bob@example.com>\r\n").starts_with("250"));
        let recipient = talk.says(&format!("RCPT TO:<{alias}>\r\n"));
        assert!(recipient.starts_with("250"), "{recipient}");
        assert!(talk.says("DATA\r\n").starts_with("354"));
        hands.forward(Duration::seconds(2));
        let said = talk.says(&format!("{message}.\r\n"));
        assert!(said.starts_with(REFUSED), "{said}");
        // The same session goes on, and the next recipient is told at RCPT.
        assert!(talk.says("MAIL FROM:<bob@example.com>\r\n").starts_with("250"));
        let said = talk.says(&format!("RCPT TO:<{alias}>\r\n"));
        assert!(said.starts_with(REFUSED), "{said}");
    })
    .await;
    nothing_left(&home).await;
}

#[tokio::test]
async fn a_kill_switch_that_was_turned_off_by_hand_is_the_only_way_out_in_the_clear() {
    let (home, clock, end) = home().await;
    to(&clock, end + Duration::SECOND);
    let mailbox = home.store.mailboxes(home.account).await.unwrap()[0].id;
    let message = letter(&home.alias, SECRET);
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with(REFUSED), "{said}");
    nothing_left(&home).await;
    assert!(home.store.set_kill_switch(home.account, mailbox, false).await.unwrap());
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("250"), "{said}");
    assert!(home.outbox().await.pop().unwrap().ends_with(message.as_bytes()));
}

#[tokio::test]
async fn while_the_clock_is_behind_mail_comes_again_and_never_leaves_in_the_clear() {
    let (home, clock, _) = home().await;
    let mailbox = home.store.mailboxes(home.account).await.unwrap()[0].id;
    let message = letter(&home.alias, SECRET);
    clock.put_right(-Duration::days(30));
    for kill_switch in [true, false] {
        assert!(
            home.store
                .set_kill_switch(home.account, mailbox, kill_switch)
                .await
                .unwrap()
        );
        let said = home.send("bob@example.com", &home.alias, &message).await;
        assert!(said.starts_with("451 4.3.0"), "{said}");
        nothing_left(&home).await;
        // Nor is what waits in the clear given up.
        let permit = permits(&home, &clock).clear(mailbox).await;
        assert!(matches!(permit, Err(PermitError::ClockBehind)));
    }
    clock.put_right(Duration::days(30));
    let said = home.send("bob@example.com", &home.alias, &message).await;
    assert!(said.starts_with("250"), "{said}");
    assert_eq!(home.outbox().await.len(), 1);
    assert!(!home.data_holds(SECRET));
}
