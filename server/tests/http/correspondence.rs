use app::{
    api::{
        ApiError,
        activity::{ActivityPage, Outcome},
        alias::AliasDetail,
        mailbox::MailboxView,
    },
    id::AliasId,
};
use axum::http::{Request, StatusCode, header};
use server::{notices::started_thread::ThreadError, refusal::Reason};
use time::Duration;

use crate::http::site::{Browser, Site, encode};

const ALIAS: AliasId = AliasId(1);

async fn with_alias(site: &Site) -> Browser<'_> {
    let ann = site.member("ann@example.org").await;
    let form = [("local", "amber-otter"), ("label", "Shop"), ("mailbox", "1")];
    ann.call::<()>("create_alias", &form).await.unwrap();
    ann
}

async fn start(browser: &Browser<'_>, recipient: &str) -> Result<(), ApiError> {
    browser
        .call("start_thread", &[("alias", "1"), ("recipient", recipient)])
        .await
}

async fn name(browser: &Browser<'_>, name: &str) -> Result<(), ApiError> {
    browser.call("set_alias_name", &[("alias", "1"), ("name", name)]).await
}

async fn detail(browser: &Browser<'_>) -> AliasDetail {
    browser.call("alias", &[("alias", "1")]).await.unwrap()
}

#[tokio::test]
async fn a_name_is_set_and_removed_and_one_that_breaks_a_header_is_refused() {
    let site = Site::new().await;
    let ann = with_alias(&site).await;
    let at_first = detail(&ann).await;
    assert_eq!(at_first.alias.address.as_str(), "amber-otter@relay.example");
    assert_eq!((at_first.name.as_str(), at_first.record_activity), ("", true));
    name(&ann, " Änn Lee ").await.unwrap();
    assert_eq!(detail(&ann).await.name, "Änn Lee");
    for refused in ["Ann\r\nBcc: x@example.com", "Ann\u{7}", &"a".repeat(65)] {
        assert_eq!(name(&ann, refused).await, Err(ApiError::InvalidName), "{refused:?}");
    }
    assert_eq!(detail(&ann).await.name, "Änn Lee");
    ann.call::<()>("set_alias_name", &[("alias", "1")]).await.unwrap();
    assert_eq!(detail(&ann).await.name, "", "an empty field may send nothing");
}

#[tokio::test]
async fn a_thread_starts_with_an_outside_recipient_only() {
    let site = Site::new().await;
    let ann = with_alias(&site).await;
    start(&ann, " Bob@Example.com ").await.unwrap();
    let started = site.threads.started.lock().unwrap().clone();
    assert_eq!(started, [(ALIAS, "Bob@example.com".to_owned())]);
    for own in ["amber-otter@relay.example", "r-1@RELAY.example", "x@sub.relay.example"] {
        assert_eq!(start(&ann, own).await, Err(ApiError::OwnAddress), "{own}");
    }
    for text in [
        "",
        "bob",
        "Bob <bob@example.com>",
        "b@example.com\r\nX: y",
        "bob@example.com, eve@example.com",
    ] {
        assert_eq!(start(&ann, text).await, Err(ApiError::InvalidAddress), "{text:?}");
    }
    ann.call::<()>("set_alias_enabled", &[("alias", "1"), ("enabled", "false")])
        .await
        .unwrap();
    assert_eq!(start(&ann, "bob@example.com").await, Err(ApiError::AliasDisabled));
    assert_eq!(site.threads.started.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_thread_that_cannot_start_says_why() {
    let site = Site::new().await;
    let ann = with_alias(&site).await;
    let unavailable = ThreadError::Unavailable {
        reason: Reason::Store,
        cause: None,
    };
    for (error, told) in [
        (ThreadError::KillSwitch, ApiError::KillSwitch),
        (ThreadError::NoAlias, ApiError::AliasDisabled),
        (unavailable, ApiError::MailNotSent),
    ] {
        *site.threads.error.lock().unwrap() = Some(error);
        assert_eq!(start(&ann, "bob@example.com").await, Err(told));
    }
    start(&ann, "bob@example.com").await.unwrap();
}

#[tokio::test]
async fn an_account_starts_thirty_threads_an_hour() {
    let site = Site::new().await;
    let ann = with_alias(&site).await;
    for number in 0..30 {
        start(&ann, &format!("bob{number}@example.com")).await.unwrap();
    }
    let refused = start(&ann, "bob@example.com").await;
    assert_eq!(refused, Err(ApiError::TooManyAttempts { minutes: 60 }));
    site.pass(Duration::HOUR);
    start(&ann, "bob@example.com").await.unwrap();
}

#[tokio::test]
async fn activity_comes_in_pages_and_is_forgotten_when_turned_off() {
    let site = Site::new().await;
    let ann = with_alias(&site).await;
    let record = |octets| site.store.record(ALIAS, Outcome::Sealed, octets, site.now());
    for octets in 1..=26 {
        record(octets).await.unwrap();
    }
    let page: ActivityPage = ann.call("activity", &[("alias", "1")]).await.unwrap();
    assert_eq!((page.events.len(), page.more), (25, true));
    assert_eq!((page.events[0].octets, page.events[0].at), (26, site.now()));
    let last = page.events[24].id.to_string();
    let older: ActivityPage = ann
        .call("activity", &[("alias", "1"), ("before", &last)])
        .await
        .unwrap();
    assert_eq!((older.events.len(), older.events[0].octets, older.more), (1, 1, false));

    ann.call::<()>("set_record_activity", &[("alias", "1")]).await.unwrap();
    record(27).await.unwrap();
    let page: ActivityPage = ann.call("activity", &[("alias", "1")]).await.unwrap();
    assert!(page.events.is_empty() && !detail(&ann).await.record_activity);
    ann.call::<()>("set_record_activity", &[("alias", "1"), ("on", "true")])
        .await
        .unwrap();
    assert!(detail(&ann).await.record_activity);
}

#[tokio::test]
async fn encrypted_replies_only_is_a_switch_of_the_mailbox() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let set = || async { ann.call::<Vec<MailboxView>>("mailboxes", &[]).await.unwrap()[0].encrypted_replies_only };
    assert!(!set().await);
    let on = [("mailbox", "1"), ("on", "true")];
    ann.call::<()>("set_encrypted_replies_only", &on).await.unwrap();
    assert!(set().await);
    ann.call::<()>("set_encrypted_replies_only", &on[..1]).await.unwrap();
    assert!(!set().await);
}

#[tokio::test]
async fn signed_replies_only_is_a_switch_of_the_mailbox() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let set = || async { ann.call::<Vec<MailboxView>>("mailboxes", &[]).await.unwrap()[0].signed_replies_only };
    assert!(!set().await);
    let on = [("mailbox", "1"), ("on", "true")];
    ann.call::<()>("set_signed_replies_only", &on).await.unwrap();
    assert!(set().await);
    assert!(ann.get("/relay").await.text().contains("Signed replies only"));
    ann.call::<()>("set_signed_replies_only", &on[..1]).await.unwrap();
    assert!(!set().await);
}

#[tokio::test]
async fn relay_addresses_for_other_recipients_are_a_switch_of_the_mailbox() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let set = || async { ann.call::<Vec<MailboxView>>("mailboxes", &[]).await.unwrap()[0].relayed_recipients };
    assert!(set().await, "an answer to all reaches all");
    assert!(
        ann.get("/relay")
            .await
            .text()
            .contains("Relay addresses for other recipients")
    );
    let on = [("mailbox", "1"), ("on", "true")];
    ann.call::<()>("set_relayed_recipients", &on[..1]).await.unwrap();
    assert!(!set().await);
    ann.call::<()>("set_relayed_recipients", &on).await.unwrap();
    assert!(set().await);
}

#[tokio::test]
async fn an_alias_of_another_account_does_not_exist() {
    let site = Site::new().await;
    let ann = with_alias(&site).await;
    let eve = site.member("eve@example.org").await;
    let stranger = site.browser();
    let calls: [(&str, &[(&str, &str)]); 9] = [
        ("alias", &[("alias", "1")]),
        ("activity", &[("alias", "1")]),
        ("set_alias_name", &[("alias", "1"), ("name", "Eve")]),
        ("start_thread", &[("alias", "1"), ("recipient", "bob@example.com")]),
        ("set_record_activity", &[("alias", "1")]),
        ("set_encrypted_replies_only", &[("mailbox", "1"), ("on", "true")]),
        ("set_signed_replies_only", &[("mailbox", "1"), ("on", "true")]),
        ("set_relayed_recipients", &[("mailbox", "1"), ("on", "true")]),
        ("alias", &[("alias", "999")]),
    ];
    for (function, form) in calls {
        let hers = eve.call::<serde_json::Value>(function, form).await;
        assert_eq!(hers, Err(ApiError::NotFound), "{function}");
        let strangers = stranger.call::<serde_json::Value>(function, form).await;
        assert_eq!(strangers, Err(ApiError::SignedOut), "{function}");
    }
    assert!(site.threads.started.lock().unwrap().is_empty());
    let unchanged = detail(&ann).await;
    assert_eq!((unchanged.name.as_str(), unchanged.record_activity), ("", true));
    assert_eq!(eve.get("/aliases/1").await.status, StatusCode::NOT_FOUND);
    assert_eq!(eve.get("/aliases/nothing").await.status, StatusCode::NOT_FOUND);
    let led = stranger.get("/aliases/1").await;
    assert_eq!(led.header("location"), "/sign-in?next=%2Faliases%2F1");
}

#[tokio::test]
async fn the_page_is_complete_without_javascript_and_says_what_was_done() {
    let site = Site::new().await;
    let ann = with_alias(&site).await;
    assert!(ann.get("/aliases").await.text().contains("href=\"/aliases/1\""));
    let empty = ann.get("/aliases/1").await;
    assert_eq!(empty.status, StatusCode::OK);
    for words in [
        "amber-otter@relay.example",
        "Shop",
        "ann@example.org",
        "Start Email Thread",
        "No contacts yet",
    ] {
        assert!(empty.text().contains(words), "{words}: {}", empty.text());
    }
    let activity = ann.get("/aliases/1?tab=activity").await;
    assert!(activity.text().contains("Nothing yet"), "{}", activity.text());
    site.store
        .record(ALIAS, Outcome::Relayed, 2048, site.now())
        .await
        .unwrap();
    let page = ann.get("/aliases/1?tab=activity").await;
    for words in [
        "<time datetime=\"2026-11-24T03:00:00Z\" title=\"24 November 2026, 03:00:00 UTC\">",
        "Relayed in the clear",
        "2 KB",
    ] {
        assert!(page.text().contains(words), "{words}: {}", page.text());
    }
    let form = encode(&[("alias", "1"), ("recipient", "bob@example.com")]);
    let request = Request::post("/api/start_thread")
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html")
        .header(header::REFERER, "http://127.0.0.1:3000/aliases/1")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let answer = ann.send(request, form).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let done = ann.get(answer.header("location")).await;
    assert!(done.text().contains("is on its way to"), "{}", done.text());
}
