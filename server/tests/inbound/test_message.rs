//! "Send a test message": sealed with a profile that need not be active, and its fate told.

use app::{
    api::test_message::{TestMessageState, TestMessageView},
    profile::{Cipher, Hidden, Settings},
};
use server::{config::Destination, mail::message::Message};
use test_support::provider::{Mood, Provider};
use time::{Duration, OffsetDateTime};

use crate::support::home::{Home, SECRET, letter};

const WORDS: &str = "your mail app has opened a message";

async fn send(home: &Home) -> String {
    home.post("send_test_message", &format!("profile={}", home.profile))
        .await
}

async fn state(home: &Home) -> Option<TestMessageState> {
    let answer = home.post("test_message", &format!("profile={}", home.profile)).await;
    let view: Option<TestMessageView> = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}"));
    view.map(|view| view.state)
}

/// The state once it is no longer the one given.
async fn after(home: &Home, state_now: TestMessageState) -> TestMessageState {
    for _ in 0..4800 {
        match state(home).await {
            Some(state) if state != state_now => return state,
            _ => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    }
    panic!("still {state_now:?}");
}

/// A relay that hands over to a provider.
async fn behind(provider: &Provider) -> Home {
    let url = Destination::parse(&format!("smtp://{}", provider.address), None).unwrap();
    Home::with(|config| config.delivery = url).await
}

#[tokio::test]
async fn a_ready_profile_is_tested_before_it_is_activated() {
    let home = Home::new().await;
    assert_eq!(state(&home).await, None);
    assert_eq!(send(&home).await, "null");
    assert_eq!(
        after(&home, TestMessageState::Queued).await,
        TestMessageState::HandedOver("outbox".into())
    );
    let mail = home.outbox().await.pop().unwrap();
    let text = String::from_utf8(mail.clone()).unwrap();
    assert!(text.contains("smime-type=enveloped-data"), "{text}");
    let entity = String::from_utf8(home.open(&mail)).unwrap().replace("=\r\n", "");
    assert!(entity.replace("\r\n", " ").contains(WORDS), "{entity}");
    let message = Message::parse(&mail);
    let from = String::from_utf8(message.first("From").unwrap().raw().to_vec()).unwrap();
    assert_eq!(
        from,
        "From: \"Sealpost (sealpost@relay.example)\" <sealpost@relay.example>\r\n"
    );
    assert!(!home.data_holds(WORDS), "nothing of it is on the disk");
    assert!(home.activity().await.is_empty(), "it belongs to no alias");
}

#[tokio::test]
async fn only_who_opens_the_test_message_knows_the_code_that_activates() {
    let home = Home::new().await;
    let alias = home.alias.clone();
    let enter = async |code: &str| {
        home.post("activate_with_code", &format!("profile={}&code={code}", home.profile))
            .await
    };
    assert_eq!(send(&home).await, "null");
    after(&home, TestMessageState::Queued).await;
    let mail = home.outbox().await.pop().unwrap();
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    let (_, rest) = entity.split_once("\r\nYour code is ").unwrap();
    let code = &rest[..6];
    assert!(
        code.bytes().all(|digit| digit.is_ascii_digit()) && rest[6..].starts_with("\r\n"),
        "{entity}"
    );
    assert!(!String::from_utf8(mail).unwrap().contains(code) && !home.data_holds(code));
    let wrong = if code == "000000" { "111111" } else { "000000" };
    assert_eq!(enter(wrong).await, r#"{"wrong_code":{"tries_left":4}}"#);
    assert!(
        home.send("bob@example.com", &alias, &letter(&alias, SECRET))
            .await
            .starts_with("250")
    );
    let clear = async || {
        let left = home.outbox().await;
        left.iter()
            .filter(|mail| String::from_utf8_lossy(mail).contains(SECRET))
            .count()
    };
    assert_eq!(clear().await, 1, "it is not active yet");
    // As it is written on paper, too.
    assert_eq!(enter(&format!("{}+{}", &code[..3], &code[3..])).await, "null");
    assert!(
        home.send("bob@example.com", &alias, &letter(&alias, SECRET))
            .await
            .starts_with("250")
    );
    assert_eq!((clear().await, home.outbox().await.len()), (1, 3));
    assert_eq!(enter(code).await, "\"code_expired\"", "it is good for once");
}

#[tokio::test]
async fn it_shows_what_is_hidden_and_in_which_form() {
    let home = Home::new().await;
    let settings = Settings {
        hidden: Hidden {
            subject: true,
            sender: true,
        },
        cipher: Cipher::Modern,
    };
    home.store
        .change_profile_settings(home.account, home.profile, settings.into())
        .await
        .unwrap();
    send(&home).await;
    after(&home, TestMessageState::Queued).await;
    let mail = home.outbox().await.pop().unwrap();
    let text = String::from_utf8(mail.clone()).unwrap();
    assert!(
        text.contains("\r\nSubject: [...]\r\n") && text.contains("authEnveloped-data"),
        "{text}"
    );
    let entity = String::from_utf8(home.open(&mail)).unwrap();
    assert!(
        entity.contains("\r\nSubject: A test message from Sealpost\r\n"),
        "{entity}"
    );
}

#[tokio::test]
async fn a_provider_that_refuses_is_quoted() {
    let provider = Provider::start(Mood::Refuses);
    let home = behind(&provider).await;
    send(&home).await;
    let failed = after(&home, TestMessageState::Queued).await;
    assert!(
        matches!(&failed, TestMessageState::Failed(said) if said.contains("Not today")),
        "{failed:?}"
    );
    assert_eq!(
        home.store.depth().await.unwrap().waiting,
        0,
        "nobody tries again, and nobody reports"
    );
}

#[tokio::test]
async fn a_provider_that_is_busy_is_tried_again() {
    let provider = Provider::start(Mood::Busy);
    let home = behind(&provider).await;
    send(&home).await;
    let put_off = after(&home, TestMessageState::Queued).await;
    assert!(
        matches!(&put_off, TestMessageState::PutOff(said) if said.contains("Not today")),
        "{put_off:?}"
    );
    assert!(!home.data_holds(WORDS));
    // A new one takes the place of the old one on the page.
    send(&home).await;
    assert_eq!(home.store.depth().await.unwrap().waiting, 2);
}

#[tokio::test]
async fn the_host_that_took_it_is_named_and_a_late_bounce_is_told() {
    let provider = Provider::start(Mood::Takes);
    let home = behind(&provider).await;
    send(&home).await;
    let host = provider.address.to_string();
    assert_eq!(
        after(&home, TestMessageState::Queued).await,
        TestMessageState::HandedOver(host.clone())
    );
    let arrived = provider.arrived().pop().unwrap();
    assert_eq!(arrived.to, ["ann@example.org"]);
    let bounce = format!(
        "From: mailer-daemon@example.org\r\nTo: {to}\r\nSubject: failed\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n\
         --x\r\n\r\nNo room.\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; example.org\r\n\r\nFinal-Recipient: rfc822; ann@example.org\r\nAction: failed\r\n\
         Status: 5.2.2\r\nDiagnostic-Code: smtp; 552 mailbox full\r\n\r\n--x--\r\n",
        to = arrived.from
    );
    let said = home.send("", &arrived.from, &bounce).await;
    assert!(said.starts_with("250"), "{said}");
    let failed = after(&home, TestMessageState::HandedOver(host)).await;
    assert!(matches!(failed, TestMessageState::Failed(_)), "{failed:?}");
}

#[tokio::test]
async fn a_profile_out_of_its_time_or_that_cannot_seal_sends_nothing() {
    // One of the past could be taken for an issuance that was given up.
    let home = Home::issued_at(OffsetDateTime::now_utc() + Duration::days(30)).await;
    assert_eq!(send(&home).await, "\"profile_state\"");
    let home = Home::new().await;
    home.sql("UPDATE profiles SET intermediate_key = zeroblob(64)").await;
    assert_eq!(send(&home).await, "\"mail_not_sent\"");
    assert_eq!(state(&home).await, None);
    home.sql("UPDATE mailboxes SET verified_at = NULL").await;
    assert_eq!(send(&home).await, "\"not_found\"");
    assert!(home.outbox().await.is_empty());
}
