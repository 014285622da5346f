//! A new password for one that is forgotten. That the mail is sealed is tested where mail leaves (tests/inbound).

use app::api::{
    ApiError, account::Viewer, api_key::ApiKeysView, mailbox::MailboxView, security::SecurityView,
    two_factor::TwoFactorView,
};
use time::Duration;

use crate::http::{
    codes, mailboxes, passkeys,
    site::{Browser, PASSWORD, Site, another, code_in},
};

const NEW: &str = "another horse battery";

/// The code of the letter of a number, once it was written.
async fn mailed(site: &Site, count: usize) -> String {
    site.letters(count).await;
    code_in(&site.letters.written.lock().unwrap()[count - 1].1)
}

async fn forgot(browser: &Browser<'_>, email: &str) -> Result<(), ApiError> {
    browser.call("forgot_password", &[("email", email)]).await
}

async fn reset(browser: &Browser<'_>, email: &str, code: &str, second: &str) -> Result<(), ApiError> {
    let form = [("email", email), ("code", code), ("second", second), ("password", NEW)];
    browser.call("reset_password", &form).await
}

#[tokio::test]
async fn the_mailed_code_sets_a_new_password_once_and_ends_all_sessions() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let browser = site.browser();
    forgot(&browser, "Ann@Example.org").await.unwrap();
    let code = mailed(&site, 1).await;
    let wrong = reset(&browser, "ann@example.org", another(&code), "").await;
    assert_eq!(wrong, Err(ApiError::WrongReset));
    let spaced = code.to_uppercase().replace('-', " ");
    reset(&browser, "ann@example.org", &spaced, "").await.unwrap();
    assert_eq!(ann.call::<Option<Viewer>>("current_viewer", &[]).await, Ok(None));
    assert_eq!(browser.cookie(), None, "nor is anybody signed in");
    assert_eq!(
        browser.sign_in("ann@example.org", PASSWORD).await,
        Err(ApiError::WrongCredentials)
    );
    browser.sign_in("ann@example.org", NEW).await.unwrap();
    assert_eq!(
        reset(&browser, "ann@example.org", &code, "").await,
        Err(ApiError::WrongReset)
    );
}

#[tokio::test]
async fn a_guessable_password_is_refused_after_the_code_was_proved_and_leaves_the_code() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    let browser = site.browser();
    forgot(&browser, "ann@example.org").await.unwrap();
    let code = mailed(&site, 1).await;
    for (code, refusal) in [
        (another(&code), ApiError::WrongReset),
        ("abcd-efgh-2345", ApiError::WrongReset),
        (&code, ApiError::GuessablePassword),
    ] {
        let password = ("password", "password1234");
        let form = [("email", "ann@example.org"), ("code", code), ("second", ""), password];
        assert_eq!(
            browser.call::<()>("reset_password", &form).await,
            Err(refusal),
            "{code}"
        );
    }
    reset(&browser, "ann@example.org", &code, "").await.unwrap();
}

#[tokio::test]
async fn a_mailbox_that_a_found_session_adds_gets_no_code() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let own: Vec<MailboxView> = ann.call("mailboxes", &[]).await.unwrap();
    site.pass(Duration::days(1));
    let eves = mailboxes::add(&site, &ann, "eve@example.net").await;
    ann.call::<()>("set_default_mailbox", &[("mailbox", &eves)])
        .await
        .unwrap();
    let eve = site.browser();
    forgot(&eve, "eve@example.net").await.unwrap();
    forgot(&eve, "ann@example.org").await.unwrap();
    let code = mailed(&site, 1).await;
    assert_eq!(site.letters.written.lock().unwrap()[0].0, own[0].id);
    assert_eq!(
        reset(&eve, "eve@example.net", &code, "").await,
        Err(ApiError::WrongReset),
        "nobody signs in with that address"
    );
    reset(&eve, "ann@example.org", &code, "").await.unwrap();
}

/// Makes recovery codes, and puts them in force.
async fn paper(browser: &Browser<'_>) -> Vec<String> {
    let form = [("password", PASSWORD)];
    browser.call::<()>("make_recovery_codes", &form).await.unwrap();
    let codes = browser.call("new_recovery_codes", &[]).await.unwrap();
    browser.call::<()>("keep_recovery_codes", &[]).await.unwrap();
    codes
}

async fn make_api_key(browser: &Browser<'_>) {
    let form = [("name", "tool"), ("days", "0"), ("password", PASSWORD)];
    browser.call::<()>("create_api_key", &form).await.unwrap();
}

async fn count_api_keys(browser: &Browser<'_>) -> usize {
    let keys: ApiKeysView = browser.call("api_keys", &[]).await.unwrap();
    keys.keys.len()
}

#[tokio::test]
async fn whatever_way_in_somebody_made_is_void_after_a_reset() {
    let site = Site::at("http://localhost:3000").await;
    for (email, mail) in [("ann@example.org", true), ("bob@example.org", false)] {
        let eve = site.member(email).await;
        let codes = paper(&eve).await;
        make_api_key(&eve).await;
        passkeys::add(&eve, email.as_bytes()).await;
        let begun: String = eve.call("begin_passkey", &[]).await.unwrap();
        let (_, late) = passkeys::Authenticator::create(&begun, b"late");
        for function in ["make_recovery_codes", "start_two_factor"] {
            eve.call::<()>(function, &[("password", PASSWORD)]).await.unwrap();
        }
        let person = site.browser();
        let code = match mail {
            true => {
                forgot(&person, email).await.unwrap();
                mailed(&site, 1).await
            }
            false => codes[0].clone(),
        };
        let form = [("email", email), ("code", &code), ("password", NEW)];
        let answer = person.post("reset_password", &form).await;
        assert_eq!(answer.header("location"), "/sign-in?done=password-reset");
        assert_eq!(eve.call::<Option<Viewer>>("current_viewer", &[]).await, Ok(None));
        assert_eq!(reset(&eve, email, &codes[1], "").await, Err(ApiError::WrongReset));
        person.sign_in(email, NEW).await.unwrap();
        let security: SecurityView = person.call("security", &[]).await.unwrap();
        assert_eq!((security.recovery_codes, security.passkeys.len()), (0, 0));
        assert_eq!(count_api_keys(&person).await, 0);
        assert_eq!(
            person.call::<()>("keep_recovery_codes", &[]).await,
            Err(ApiError::TwoFactorState)
        );
        assert_eq!(person.call("two_factor", &[]).await, Ok(TwoFactorView::Off));
        assert_eq!(passkeys::register(&person, &late).await, Err(ApiError::WrongPasskey));
    }
}

#[tokio::test]
async fn a_changed_password_leaves_what_is_in_force_and_no_draft() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let codes = paper(&ann).await;
    make_api_key(&ann).await;
    for function in ["make_recovery_codes", "start_two_factor"] {
        ann.call::<()>(function, &[("password", PASSWORD)]).await.unwrap();
    }
    let form = [("current", PASSWORD), ("password", NEW)];
    ann.call::<()>("change_password", &form).await.unwrap();
    let security: SecurityView = ann.call("security", &[]).await.unwrap();
    assert_eq!(security.recovery_codes, codes.len() as u64);
    assert_eq!(count_api_keys(&ann).await, 1);
    assert_eq!(
        ann.call::<()>("keep_recovery_codes", &[]).await,
        Err(ApiError::TwoFactorState)
    );
    assert_eq!(ann.call("two_factor", &[]).await, Ok(TwoFactorView::Off));
}

#[tokio::test]
async fn answers_do_not_tell_who_has_an_account() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    site.browser().sign_up("unverified@example.org").await.unwrap();
    let mut answers = Vec::new();
    for email in ["ann@example.org", "nobody@example.org", "unverified@example.org"] {
        let browser = site.browser();
        let asked = browser.post("forgot_password", &[("email", email)]).await;
        let again = forgot(&browser, email).await;
        let mut tried = Vec::new();
        for code in ["123456", "aaaa-bbbb-cccc", "aaaa-bbbb-cccc-dddd", ""] {
            tried.push(reset(&browser, email, code, "").await);
        }
        let head: Vec<_> = asked
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value:?}"))
            .collect();
        answers.push((asked.status, asked.text().to_owned(), head, again, tried));
    }
    assert_eq!(answers[0].3, Err(ApiError::TooManyAttempts { minutes: 1 }));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    mailed(&site, 1).await;
    assert_eq!(
        site.letters.written.lock().unwrap().len(),
        1,
        "and only one is written to"
    );
}

#[tokio::test]
async fn a_code_holds_fifteen_minutes_and_until_the_next() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    let browser = site.browser();
    forgot(&browser, "ann@example.org").await.unwrap();
    let first = mailed(&site, 1).await;
    site.pass(Duration::minutes(15));
    assert_eq!(
        reset(&browser, "ann@example.org", &first, "").await,
        Err(ApiError::WrongReset)
    );
    forgot(&browser, "ann@example.org").await.unwrap();
    let second = mailed(&site, 2).await;
    assert_ne!(first, second);
    site.pass(Duration::minutes(1));
    forgot(&browser, "ann@example.org").await.unwrap();
    let third = mailed(&site, 3).await;
    site.pass(Duration::minutes(1));
    forgot(&browser, "ann@example.org").await.unwrap();
    let fourth = mailed(&site, 4).await;
    assert_eq!(
        reset(&browser, "ann@example.org", &third, "").await,
        Err(ApiError::WrongReset)
    );
    reset(&browser, "ann@example.org", &fourth, "").await.unwrap();
}

#[tokio::test]
async fn codes_are_tried_twenty_times_an_hour_for_an_address_by_one_client() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    for email in ["ann@example.org", "nobody@example.org"] {
        let browser = site.browser();
        for _ in 0..20 {
            assert_eq!(reset(&browser, email, "123456", "").await, Err(ApiError::WrongReset));
        }
        assert_eq!(
            reset(&browser, email, "123456", "").await,
            Err(ApiError::TooManyAttempts { minutes: 60 })
        );
    }
}

#[tokio::test]
async fn a_stranger_neither_uses_up_the_tries_of_a_code_nor_the_codes() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    let person = site.browser_at("192.0.2.7");
    for _ in 0..12 {
        let _ = forgot(&site.browser_at("192.0.2.8"), "ann@example.org").await;
        site.pass(Duration::minutes(1));
    }
    site.letters(10).await;
    forgot(&person, "ann@example.org").await.unwrap();
    let code = mailed(&site, 11).await;
    for stranger in ["192.0.2.8", "192.0.2.9"] {
        for _ in 0..21 {
            let _ = reset(&site.browser_at(stranger), "ann@example.org", another(&code), "").await;
        }
    }
    reset(&person, "ann@example.org", &code, "").await.unwrap();
}

#[tokio::test]
async fn a_mailed_code_is_tried_a_hundred_times_by_all_together() {
    let site = Site::new().await;
    site.member("ann@example.org").await;
    forgot(&site.browser(), "ann@example.org").await.unwrap();
    let code = mailed(&site, 1).await;
    for ip in ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"] {
        for _ in 0..20 {
            let wrong = reset(&site.browser_at(ip), "ann@example.org", another(&code), "").await;
            assert_eq!(wrong, Err(ApiError::WrongReset));
        }
    }
    let late = reset(&site.browser_at("192.0.2.6"), "ann@example.org", &code, "").await;
    assert_eq!(late, Err(ApiError::WrongReset));
}

#[tokio::test]
async fn a_recovery_code_does_without_the_mail() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    ann.call::<()>("make_recovery_codes", &[("password", PASSWORD)])
        .await
        .unwrap();
    let codes: Vec<String> = ann.call("new_recovery_codes", &[]).await.unwrap();
    let browser = site.browser();
    assert_eq!(
        reset(&browser, "ann@example.org", &codes[0], "").await,
        Err(ApiError::WrongReset),
        "not in force yet"
    );
    ann.call::<()>("keep_recovery_codes", &[]).await.unwrap();
    reset(&browser, "ann@example.org", &codes[0], "").await.unwrap();
    browser.sign_in("ann@example.org", NEW).await.unwrap();
    assert_eq!(
        reset(&browser, "ann@example.org", &codes[0], "").await,
        Err(ApiError::WrongReset),
        "once"
    );
    assert_eq!(
        reset(&browser, "eve@example.org", &codes[1], "").await,
        Err(ApiError::WrongReset)
    );
}

#[tokio::test]
async fn with_two_factors_the_second_is_asked_for_too() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let paper = paper(&ann).await;
    codes::turn_on(&site, &ann).await;
    let browser = site.browser();
    forgot(&browser, "ann@example.org").await.unwrap();
    let code = mailed(&site, 1).await;
    let with = |first: String, second: String| {
        let browser = &browser;
        async move { reset(browser, "ann@example.org", &first, &second).await }
    };
    assert_eq!(
        with(another(&code).to_owned(), paper[1].clone()).await,
        Err(ApiError::WrongReset)
    );
    assert_eq!(
        with(code.clone(), String::new()).await,
        Err(ApiError::SecondFactorNeeded)
    );
    assert_eq!(
        with(code.clone(), "aaaa-bbbb-cccc-dddd".to_owned()).await,
        Err(ApiError::WrongSecondFactor)
    );
    assert_eq!(
        with(paper[2].clone(), paper[2].replace('-', " ")).await,
        Err(ApiError::WrongSecondFactor),
        "one code is not two factors"
    );
    assert_eq!(
        browser.sign_in("ann@example.org", NEW).await,
        Err(ApiError::WrongCredentials)
    );
    with(code, paper[1].clone()).await.unwrap();
    browser.sign_in("ann@example.org", NEW).await.unwrap();
    assert_eq!(browser.cookie(), None, "the second step is still there");
}

#[tokio::test]
async fn the_pages_say_what_cannot_be_recovered() {
    let site = Site::new().await;
    let browser = site.browser();
    let page = browser.get("/forgot").await;
    assert!(
        page.text()
            .contains("A recovery code that you wrote down earlier is then the only way back.")
    );
    assert!(browser.get("/forgot/code").await.text().contains("New password"));
}
