use app::api::{
    ApiError,
    account::Viewer,
    mailbox::{MailboxView, Protection},
};
use server::store::{operator::Act, session::TokenHash};
use sha2::{Digest, Sha256};
use time::Duration;

use crate::http::site::{PASSWORD, Site, another, eventually};

const NOBODY: Option<Viewer> = None;

#[tokio::test]
async fn signing_up_mails_a_code_that_verifies() {
    let site = Site::new().await;
    let browser = site.browser();
    browser.sign_up("Ann@Example.org").await.unwrap();
    let viewer: Option<Viewer> = browser.call("current_viewer", &[]).await.unwrap();
    let viewer = viewer.unwrap();
    assert_eq!(viewer.email.as_str(), "Ann@example.org");
    let id = viewer.unverified.unwrap().to_string();
    let code = site.code("Ann@example.org").await;
    let (to, text) = site.outbox.mail.lock().unwrap()[0].clone();
    assert_eq!(to, "Ann@example.org");
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    for line in [
        "From: \"Sealpost\" <sealpost@relay.example>",
        "To: <Ann@example.org>",
        "Auto-Submitted: auto-generated",
        "Subject: Confirm your address",
        "Date: Tue, 24 Nov 2026 03:00:00 +0000",
    ] {
        assert!(head.lines().any(|own| own == line), "{line}\n{head}");
    }
    assert!(
        head.starts_with("DKIM-Signature: v=1; a=rsa-sha256; s=sealpost; d=relay.example;"),
        "{head}"
    );
    assert!(
        !head.contains(&code),
        "no code in the subject, nor anywhere in the header"
    );
    assert!(body.contains("http://127.0.0.1:3000"));
    let wrong = another(&code);
    let verify = |code: String| {
        let (browser, id) = (&browser, &id);
        async move {
            browser
                .call::<()>("verify_mailbox", &[("mailbox", id), ("code", &code)])
                .await
        }
    };
    assert_eq!(
        verify(wrong.to_owned()).await,
        Err(ApiError::WrongCode { tries_left: 4 })
    );
    verify(format!(" {} ", code.to_uppercase().replace('-', " ")))
        .await
        .unwrap();
    let mailboxes: Vec<MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
    assert_eq!(
        (mailboxes[0].protection.clone(), mailboxes[0].kill_switch),
        (Protection::Clear, false)
    );
}

#[tokio::test]
async fn no_mailbox_is_added_before_the_first_is_verified() {
    let site = Site::new().await;
    let eve = site.browser();
    eve.sign_up("victim@example.org").await.unwrap();
    let add = || eve.call::<()>("add_mailbox", &[("address", "eve@example.org")]);
    site.code("victim@example.org").await;
    assert_eq!(add().await, Err(ApiError::FirstMailboxUnverified));
    // The owner does not have to wait for the claim to end, and it stays one.
    site.pass(Duration::minutes(1));
    site.member("victim@example.org").await;
    assert_eq!(add().await, Err(ApiError::FirstMailboxUnverified));
    assert_eq!(site.outbox.mail.lock().unwrap().len(), 2, "nor is a code mailed");
    site.store.prune(site.now() + Duration::days(1)).await.unwrap();
    assert_eq!(add().await, Err(ApiError::SignedOut));
    site.browser().sign_in("victim@example.org", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn codes_expire_and_run_out_of_tries() {
    let site = Site::new().await;
    let browser = site.browser();
    browser.sign_up("ann@example.org").await.unwrap();
    let verify = |code: String| {
        let browser = &browser;
        async move {
            browser
                .call::<()>("verify_mailbox", &[("mailbox", "1"), ("code", &code)])
                .await
        }
    };
    let code = site.code("ann@example.org").await;
    site.pass(Duration::minutes(15));
    assert_eq!(verify(code).await, Err(ApiError::CodeExpired));
    browser.call::<()>("resend_code", &[("mailbox", "1")]).await.unwrap();
    for tries_left in [4, 3, 2, 1, 0] {
        assert_eq!(verify("x".to_owned()).await, Err(ApiError::WrongCode { tries_left }));
    }
    let code = site.code("ann@example.org").await;
    assert_eq!(verify(code).await, Err(ApiError::CodeExpired));
}

#[tokio::test]
async fn codes_are_mailed_once_a_minute_and_ten_times_a_day() {
    let site = Site::new().await;
    let browser = site.browser();
    browser.sign_up("ann@example.org").await.unwrap();
    let resend = || browser.call::<()>("resend_code", &[("mailbox", "1")]);
    assert_eq!(resend().await, Err(ApiError::TooManyAttempts { minutes: 1 }));
    for _ in 0..9 {
        site.pass(Duration::minutes(1));
        resend().await.unwrap();
    }
    site.pass(Duration::minutes(1));
    assert!(matches!(resend().await, Err(ApiError::TooManyAttempts { minutes }) if minutes > 1400));
    site.pass(Duration::days(1));
    resend().await.unwrap();
    site.mails(11).await;
    assert_eq!(site.outbox.mail.lock().unwrap().len(), 11);
}

#[tokio::test]
async fn a_mail_that_fails_is_tried_again_and_the_answer_is_the_same() {
    let site = Site::new().await;
    let browser = site.browser();
    site.outbox.fails.store(true, std::sync::atomic::Ordering::Relaxed);
    let form = [("email", "ann@example.org"), ("password", PASSWORD)];
    let answer = browser.post("sign_up", &form).await;
    assert_eq!(answer.header("location"), "/verify");
    assert!(browser.cookie().is_some(), "the account is there, and signed in");
    eventually(|| site.outbox.failed.load(std::sync::atomic::Ordering::Relaxed) == 1).await;
    site.outbox.fails.store(false, std::sync::atomic::Ordering::Relaxed);
    let code = site.code("ann@example.org").await;
    browser
        .call::<()>("verify_mailbox", &[("mailbox", "1"), ("code", &code)])
        .await
        .unwrap();
}

#[tokio::test]
async fn unusable_sign_ups_are_refused() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    let browser = site.browser();
    for (email, refusal) in [
        ("bob@relay.example", ApiError::AddressUnavailable),
        ("bob", ApiError::InvalidAddress),
        ("bób@example.org", ApiError::InvalidAddress),
    ] {
        assert_eq!(browser.sign_up(email).await, Err(refusal), "{email}");
    }
    for password in ["short", "ninechars", &"x".repeat(1025)] {
        let refused = browser
            .call::<()>("sign_up", &[("email", "bob@example.org"), ("password", password)])
            .await;
        assert_eq!(refused, Err(ApiError::WeakPassword));
    }
    assert_eq!(browser.cookie(), None);
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_not_told_apart() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    let browser = site.browser();
    for (email, password) in [
        ("ann@example.org", "wrong password"),
        ("eve@example.org", PASSWORD),
        ("eve@example.org", "nobody's"),
        ("no address", PASSWORD),
    ] {
        assert_eq!(
            browser.sign_in(email, password).await,
            Err(ApiError::WrongCredentials),
            "{email}"
        );
        assert_eq!(browser.cookie(), None);
    }
    browser.sign_in("ANN@Example.org", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn an_account_that_is_turned_off_says_so_to_its_person_only() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let account = site.store.find_account("ann@example.org").await.unwrap().unwrap();
    site.store
        .set_account_disabled(account, true, Act::by_command(site.now()))
        .await
        .unwrap();
    let viewer: Option<Viewer> = ann.call("current_viewer", &[]).await.unwrap();
    assert_eq!(viewer, NOBODY, "signed out");
    let browser = site.browser();
    assert_eq!(
        browser.sign_in("ann@example.org", PASSWORD).await,
        Err(ApiError::AccountDisabled)
    );
    assert_eq!(
        browser.sign_in("ann@example.org", "wrong").await,
        Err(ApiError::WrongCredentials)
    );
    site.store
        .set_account_disabled(account, false, Act::by_command(site.now()))
        .await
        .unwrap();
    browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn passwords_are_tried_fifty_times_per_client() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    let browser = site.browser_at("192.0.2.7");
    for number in 0..50 {
        let email = format!("user{number}@example.org");
        assert_eq!(browser.sign_in(&email, "wrong").await, Err(ApiError::WrongCredentials));
    }
    let refused = browser.sign_in("ann@example.org", PASSWORD).await;
    assert_eq!(refused, Err(ApiError::TooManyAttempts { minutes: 15 }));
    site.browser_at("192.0.2.8")
        .sign_in("ann@example.org", PASSWORD)
        .await
        .unwrap();
}

#[tokio::test]
async fn signing_in_again_gives_a_new_session_and_ends_the_old_one() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    let old = browser.cookie();
    browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
    assert_ne!(browser.cookie(), old);
    browser.set_cookie(old);
    assert_eq!(browser.call::<Option<Viewer>>("current_viewer", &[]).await, Ok(NOBODY));
}

#[tokio::test]
async fn a_cookie_that_was_planted_is_not_taken_over() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    let victim = site.browser();
    let planted = Some("sealpost_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".to_owned());
    victim.set_cookie(planted.clone());
    victim.sign_in("ann@example.org", PASSWORD).await.unwrap();
    assert_ne!(victim.cookie(), planted);
}

#[tokio::test]
async fn signing_out_deletes_the_session() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    let cookie = browser.cookie();
    let token = cookie.as_deref().unwrap().split_once('=').unwrap().1.to_owned();
    let hash = TokenHash(Sha256::digest(token.as_bytes()).into());
    let stored = || site.store.session(hash, site.now(), Duration::days(30));
    assert!(stored().await.unwrap().is_some());
    browser.call::<()>("sign_out", &[]).await.unwrap();
    assert_eq!(browser.cookie(), None);
    assert!(stored().await.unwrap().is_none());
    browser.set_cookie(cookie);
    assert_eq!(
        browser.call::<Vec<MailboxView>>("mailboxes", &[]).await,
        Err(ApiError::SignedOut)
    );
}

#[tokio::test]
async fn a_session_lasts_thirty_days_from_its_last_use() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    for (days, renewed) in [(0, false), (29, true), (29, true)] {
        site.pass(Duration::days(days));
        let answer = browser.post("mailboxes", &[]).await;
        assert!(answer.status.is_success());
        assert_eq!(answer.header("set-cookie").contains("Max-Age=2592000"), renewed);
    }
    site.pass(Duration::days(30));
    assert_eq!(
        browser.call::<Vec<MailboxView>>("mailboxes", &[]).await,
        Err(ApiError::SignedOut)
    );
}

#[tokio::test]
async fn the_cookie_is_for_this_host_only_and_out_of_reach_of_scripts() {
    for (url, start, secure) in [
        ("http://127.0.0.1:3000", "sealpost_session=", false),
        ("https://mail.example.org", "__Host-sealpost_session=", true),
    ] {
        let site = Site::at(url).await;
        let form = [("email", "ann@example.org"), ("password", PASSWORD)];
        let answer = site.browser().post("sign_up", &form).await;
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with(start), "{cookie}");
        let mut flags: Vec<_> = cookie.split("; ").skip(1).collect();
        flags.sort_unstable();
        let mut expected = vec!["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=Lax"];
        expected.extend(secure.then_some("Secure"));
        assert_eq!(flags, expected);
        let token = cookie.split(['=', ';']).nth(1).unwrap();
        assert_eq!(token.len(), 43, "256 bits");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(!answer.header("strict-transport-security").is_empty(), secure);
    }
}
