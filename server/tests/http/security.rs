//! The account page: sessions, and changing the password.

use app::api::{
    ApiError,
    account::Viewer,
    security::{SecurityView, SessionView},
};
use axum::http::{Request, header};
use time::Duration;

use crate::http::site::{Browser, PASSWORD, Site, encode};

const NEW: &str = "another horse battery";

async fn security(browser: &Browser<'_>) -> SecurityView {
    browser.call("security", &[]).await.unwrap()
}

async fn is_signed_in(browser: &Browser<'_>) -> bool {
    let viewer: Option<Viewer> = browser.call("current_viewer", &[]).await.unwrap();
    viewer.is_some()
}

async fn signed_in_with<'a>(site: &'a Site, agent: &str) -> Browser<'a> {
    let browser = site.browser();
    let request = Request::post("/api/sign_in")
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "application/json")
        .header(header::USER_AGENT, agent)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = encode(&[("email", "ann@example.org"), ("password", PASSWORD)]);
    assert!(browser.send(request, form).await.status.is_success());
    browser
}

fn end(session: &SessionView) -> [(&'static str, &str); 1] {
    [("session", session.id.0.as_str())]
}

#[tokio::test]
async fn sessions_are_listed_in_words_and_without_anything_that_signs_in() {
    let site = Site::new().await;
    let first = site.member("ann@example.org").await;
    site.pass(Duration::hours(1));
    let second = signed_in_with(
        &site,
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    )
    .await;
    let answer = second.post("security", &[]).await;
    let seen: SecurityView = serde_json::from_slice(&answer.body).unwrap();
    let rows: Vec<_> = seen
        .sessions
        .iter()
        .map(|session| (session.device.as_str(), session.current))
        .collect();
    assert_eq!(rows, [("Firefox on Linux", true), ("", false)]);
    assert_eq!(seen.sessions[0].opened, site.now());
    assert_eq!(seen.sessions[1].opened, site.now() - Duration::hours(1));
    site.pass(Duration::hours(2));
    let page = second.get("/account").await;
    for words in ["title=\"24 November 2026, 03:00:00 UTC\">3 hours ago<", ">2 hours ago<"] {
        assert!(page.text().contains(words), "{words}");
    }
    // The second one's Firefox is told in words; its version, and what the database knows it by, are told nowhere.
    let database = std::fs::read(site.folder.path().join("sealpost.db")).unwrap();
    assert!(!database.windows(9).any(|window| window == b"Gecko/201"));
    for browser in [&first, &second] {
        let token = browser.cookie().unwrap().split_once('=').unwrap().1.to_owned();
        let hash = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(token.as_bytes()));
        assert!(!answer.text().contains(&token) && !answer.text().contains(&hash));
        assert!(seen.sessions.iter().all(|session| !hash.starts_with(&session.id.0)));
    }
}

#[tokio::test]
async fn when_a_session_was_last_used_is_known_to_ten_minutes() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    let opened = site.now();
    site.pass(Duration::minutes(9));
    assert_eq!(security(&browser).await.sessions[0].last_seen, opened);
    site.pass(Duration::minutes(1));
    assert_eq!(security(&browser).await.sessions[0].last_seen, site.now());
}

#[tokio::test]
async fn one_session_ends_or_all_others_do() {
    let site = Site::new().await;
    let first = site.member("ann@example.org").await;
    let second = signed_in_with(&site, "curl/8").await;
    let third = signed_in_with(&site, "curl/8").await;
    let other = security(&first).await.sessions;
    let stale = other.iter().find(|session| !session.current).unwrap();
    first.call::<()>("end_session", &end(stale)).await.unwrap();
    let left = [is_signed_in(&second).await, is_signed_in(&third).await];
    assert_eq!(left.iter().filter(|signed_in| **signed_in).count(), 1);
    assert_eq!(
        first.call::<()>("end_session", &end(stale)).await,
        Err(ApiError::NotFound)
    );
    first.call::<()>("end_other_sessions", &[]).await.unwrap();
    assert!(is_signed_in(&first).await && !is_signed_in(&second).await && !is_signed_in(&third).await);
    let own = security(&first).await.sessions.remove(0);
    assert!(own.current);
    first.call::<()>("end_session", &end(&own)).await.unwrap();
    assert_eq!(first.cookie(), None);
}

#[tokio::test]
async fn nobody_ends_the_sessions_of_others() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let eve = site.member("eve@example.org").await;
    let session = security(&ann).await.sessions.remove(0);
    assert_eq!(
        eve.call::<()>("end_session", &end(&session)).await,
        Err(ApiError::NotFound)
    );
    eve.call::<()>("end_other_sessions", &[]).await.unwrap();
    assert!(is_signed_in(&ann).await);
    let nobody = site.browser();
    for function in ["security", "end_other_sessions"] {
        assert_eq!(
            nobody.call::<serde_json::Value>(function, &[]).await,
            Err(ApiError::SignedOut)
        );
    }
}

#[tokio::test]
async fn a_new_password_takes_the_old_one_and_ends_other_sessions() {
    let site = Site::new().await;
    let first = site.member("ann@example.org").await;
    let second = signed_in_with(&site, "curl/8").await;
    let change = |current: &'static str, password: &'static str| {
        let first = &first;
        async move {
            let form = [("current", current), ("password", password)];
            first.call::<()>("change_password", &form).await
        }
    };
    assert_eq!(change("not the password", NEW).await, Err(ApiError::WrongPassword));
    assert_eq!(change(PASSWORD, "short").await, Err(ApiError::WeakPassword));
    assert!(is_signed_in(&second).await);
    change(PASSWORD, NEW).await.unwrap();
    assert!(is_signed_in(&first).await && !is_signed_in(&second).await);
    assert_eq!(
        second.sign_in("ann@example.org", PASSWORD).await,
        Err(ApiError::WrongCredentials)
    );
    second.sign_in("ann@example.org", NEW).await.unwrap();
    for _ in 0..10 {
        assert_eq!(change(PASSWORD, NEW).await, Err(ApiError::WrongPassword));
    }
    assert_eq!(
        change(NEW, PASSWORD).await,
        Err(ApiError::TooManyAttempts { minutes: 15 })
    );
}

#[tokio::test]
async fn who_signed_in_is_asked_for_the_password_again_after_ten_minutes() {
    let site = Site::at("http://localhost:3000").await;
    let browser = site.member("ann@example.org").await;
    let begin = || browser.call::<String>("begin_passkey", &[]);
    assert!(begin().await.is_ok() && security(&browser).await.confirmed);
    site.pass(Duration::minutes(10));
    assert!(!security(&browser).await.confirmed);
    assert_eq!(begin().await, Err(ApiError::ConfirmFirst));
    let confirm = |password: &'static str| {
        let browser = &browser;
        async move { browser.call::<()>("confirm_password", &[("password", password)]).await }
    };
    assert_eq!(confirm("not the password").await, Err(ApiError::WrongPassword));
    assert_eq!(begin().await, Err(ApiError::ConfirmFirst));
    confirm(PASSWORD).await.unwrap();
    assert!(begin().await.is_ok() && security(&browser).await.confirmed);
}

#[tokio::test]
async fn what_is_shown_once_can_be_copied() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    let password = ("password", PASSWORD);
    for (function, form, path, words) in [
        (
            "create_api_key",
            vec![("name", "phone"), ("days", "0"), password],
            "/account/api-keys",
            vec!["Copy your new key"],
        ),
        (
            "start_two_factor",
            vec![password],
            "/account/two-factor",
            vec!["Copy the key"],
        ),
        (
            "make_recovery_codes",
            vec![password],
            "/account/recovery-codes",
            vec!["Copy the recovery codes", "Save as a text file"],
        ),
    ] {
        browser.call::<()>(function, &form).await.unwrap();
        let page = browser.get(path).await;
        for words in words {
            assert!(page.text().contains(words), "{path}: {words}");
        }
    }
}

#[tokio::test]
async fn the_page_is_complete_without_javascript() {
    let site = Site::at("http://localhost:3000").await;
    let browser = site.member("ann@example.org").await;
    let page = browser.get("/account").await;
    for words in [
        "ann@example.org",
        "Change password",
        "Set up two-factor authentication",
        "Make recovery codes",
        "This session",
        "Adding a passkey takes JavaScript",
    ] {
        assert!(page.text().contains(words), "{words}");
    }
    let stranger = site.browser().get("/account").await;
    assert_eq!(stranger.header("location"), "/sign-in?next=%2Faccount");
    site.pass(Duration::minutes(10));
    let page = browser.get("/account").await;
    assert!(page.text().contains("Confirm password"));
}
