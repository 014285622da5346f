//! Failures on the way to a certificate that are made good without one more certificate than needed.

use std::{fs, sync::Arc, time::SystemTime};

use server::{clock::SystemClock, config::AcmeChallenge};
use test_support::dns::Record;
use time::Duration;

use crate::{
    acme::{
        front::Front,
        harness::{FAILED, Lab, NAMES, OBTAINED, OTHER, Tls, obtained, self_signed, shown},
    },
    queue::until,
    support::{clock::TestClock, home::Home, log::Log},
};

/// A relay that asks the CA through the front, by a clock.
async fn relay_behind(lab: &Lab, front: &Front, clock: &Arc<TestClock>) -> Home {
    Home::by(Arc::<TestClock>::clone(clock), |config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.acme.as_mut().unwrap().directory = front.url();
    })
    .await
}

/// Lets the time of a pause after one or two failures go by.
fn pass_pause(clock: &TestClock, home: &Home) {
    clock.forward(Duration::minutes(21));
    home.relay.wake();
}

#[tokio::test]
async fn a_retry_after_beyond_all_time_ends_one_attempt_and_not_all_renewals() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let front = Front::start(&lab.place.url(), &lab.place.ca()).await;
    front.retry_after(Some("18446744073709551615"));
    let clock = Arc::new(TestClock::new());
    let home = relay_behind(&lab, &front, &clock).await;
    until("an attempt failed", || async { log.count(FAILED) == 1 }).await;
    assert!(log.text().contains("the attempt broke off: "), "{}", log.text());
    front.retry_after(None);
    pass_pause(&clock, &home);
    until("it is asked again", || async { log.count(OBTAINED) == 1 }).await;
    assert_eq!(front.count("order-plz"), 1, "the order is continued");
    home.relay.stop().await;
}

#[tokio::test]
async fn an_order_that_takes_longer_than_an_attempt_is_continued() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let front = Front::start(&lab.place.url(), &lab.place.ca()).await;
    front.is_slow(true);
    let clock = Arc::new(TestClock::new());
    let home = relay_behind(&lab, &front, &clock).await;
    until("an attempt failed", || async { log.count(FAILED) == 1 }).await;
    assert!(home.folder.path().join("acme-order.json").exists());
    front.is_slow(false);
    pass_pause(&clock, &home);
    until("it is asked again", || async { log.count(OBTAINED) == 1 }).await;
    assert_eq!((front.count("order-plz"), front.count("finalize")), (1, 1));
    assert!(!home.folder.path().join("acme-order.json").exists());
    home.relay.stop().await;
}

#[tokio::test]
async fn a_certificate_that_could_not_be_written_is_fetched_again_and_not_ordered_again() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let front = Front::start(&lab.place.url(), &lab.place.ca()).await;
    let clock = Arc::new(TestClock::new());
    let mut in_the_way = None;
    let mut home = Home::by(Arc::<TestClock>::clone(&clock), |config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.acme.as_mut().unwrap().directory = front.url();
        // As a full disk: the file cannot be written.
        let file = config.data.join("acme.pem");
        fs::create_dir_all(file.join("occupied")).unwrap();
        in_the_way = Some(file);
    })
    .await;
    let in_the_way = in_the_way.unwrap();
    until("an attempt failed", || async { log.count(FAILED) == 1 }).await;
    let text = log.text();
    let line = text.lines().find(|line| line.contains(FAILED)).unwrap();
    assert!(line.contains("acme.pem cannot be written"), "{line}");
    assert_eq!(front.count("finalize"), 1);

    // The next start knows of the pause, and then of the order.
    fs::remove_dir_all(&in_the_way).unwrap();
    home.restart_with(Arc::<TestClock>::clone(&clock), |config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.acme.as_mut().unwrap().directory = front.url();
    })
    .await;
    until("the pause is known", || async {
        log.count("earlier attempts failed") == 1
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!((log.count(FAILED), log.count(OBTAINED)), (1, 0), "not at once");
    pass_pause(&clock, &home);
    until("it is fetched", || async { log.count(OBTAINED) == 1 }).await;
    assert_eq!((front.count("finalize"), front.count("order-plz")), (1, 1));
    let root = lab.place.root();
    until("it is shown", || async {
        shown(lab.https, Tls::Web, NAMES[0], &root).await.is_some()
    })
    .await;
    home.relay.stop().await;
}

#[tokio::test]
async fn damaged_files_do_not_keep_the_relay_from_starting_and_are_made_anew() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let mut home = lab.relay(AcmeChallenge::Http01).await;
    obtained(&log, 1).await;
    let data = home.folder.path().to_owned();
    home.relay.stop().await;
    for name in ["acme.pem", "acme-account.json"] {
        let half = fs::read(data.join(name)).unwrap();
        fs::write(data.join(name), &half[..half.len() / 2]).unwrap();
    }
    let draft = data.join("acme.draft-0123456789abcdef");
    let old = SystemTime::now() - std::time::Duration::from_secs(2 * 60 * 60);
    fs::File::create(&draft).unwrap().set_modified(old).unwrap();

    home.restart_with(Arc::new(SystemClock), |config| {
        lab.configure(config, AcmeChallenge::Http01);
    })
    .await;
    let own = self_signed(&home);
    assert!(shown(home.relay.smtp, Tls::StartTls, NAMES[0], &own).await.is_some());
    assert!(!draft.exists());
    obtained(&log, 2).await;
    let root = lab.place.root();
    until("it is shown", || async {
        shown(lab.https, Tls::Web, NAMES[0], &root).await.is_some()
    })
    .await;
    assert!(data.join("acme-account.json.unusable").exists());
    home.relay.stop().await;
}

#[tokio::test]
async fn a_clock_that_was_years_ahead_holds_up_no_renewal() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let clock = Arc::new(TestClock::new());
    let years = Duration::days(10 * 365);
    clock.put_right(years);
    let home = lab
        .relay_by(Arc::<TestClock>::clone(&clock), AcmeChallenge::Http01)
        .await;
    obtained(&log, 1).await;
    clock.put_right(-years);
    home.relay.wake();
    clock.forward(Duration::days(66));
    home.relay.wake();
    obtained(&log, 2).await;
    home.relay.stop().await;
}

#[tokio::test]
async fn a_further_name_that_the_ca_refuses_is_left_out_and_asked_for_later() {
    let (log, _guard) = Log::start();
    let mut lab = Lab::new();
    lab.settings.blocked = NAMES[2];
    let ca = lab.ca();
    let clock = Arc::new(TestClock::new());
    let home = Home::by(Arc::<TestClock>::clone(&clock), |config| {
        lab.configure(config, AcmeChallenge::Http01);
        // Pebble breaks off at a name with fewer labels than the blocked one has.
        config.public_url = format!("https://{OTHER}").parse().unwrap();
    })
    .await;
    obtained(&log, 1).await;
    let root = lab.place.root();
    until("it is shown", || async {
        shown(lab.https, Tls::Web, NAMES[1], &root).await.is_some()
    })
    .await;
    assert_eq!(shown(lab.https, Tls::Web, NAMES[2], &root).await, None);
    let text = log.text();
    let mut left_out = text.lines().filter(|line| line.contains("left out"));
    assert!(
        left_out.any(|line| line.contains(NAMES[2]) && line.contains("rejectedIdentifier")),
        "{text}"
    );

    // Not at each look: that would use up what the CA allows.
    drop(ca);
    lab.settings.blocked = "blocked.example";
    let _ca = lab.ca();
    clock.forward(Duration::hours(40));
    home.relay.wake();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    assert_eq!(log.count(OBTAINED), 1);
    clock.forward(Duration::days(6));
    home.relay.wake();
    obtained(&log, 2).await;
    let root = lab.place.root();
    until("the name is there", || async {
        shown(lab.https, Tls::Web, NAMES[2], &root).await.is_some()
    })
    .await;
    home.relay.stop().await;
}

#[tokio::test]
async fn a_further_name_that_leads_elsewhere_is_left_out() {
    let (log, _guard) = Log::start();
    // Nobody listens there.
    let lab = Lab::with(&[Record::A("mta-sts.second.example", "127.0.0.9")]);
    let _ca = lab.ca();
    let home = lab.relay(AcmeChallenge::Http01).await;
    obtained(&log, 1).await;
    let root = lab.place.root();
    for name in NAMES {
        until("it is shown", || async {
            shown(lab.https, Tls::Web, name, &root).await.is_some()
        })
        .await;
    }
    let text = log.text();
    let left_out = text.lines().find(|line| line.contains("left out")).unwrap();
    assert!(left_out.contains("mta-sts.second.example"), "{left_out}");
    home.relay.stop().await;
}
