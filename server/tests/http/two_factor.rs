//! One-time codes and recovery codes.

use app::api::{ApiError, account::Viewer, security::SecurityView, two_factor::TwoFactorView};
use time::Duration;

use crate::http::{
    codes::{self, code},
    site::{Browser, PASSWORD, Site},
};

/// Turns one-time codes on; gives the secret and the recovery codes.
async fn turn_on(site: &Site, browser: &Browser<'_>) -> (Vec<u8>, Vec<String>) {
    let secret = codes::turn_on(site, browser).await;
    let codes: Vec<String> = browser.call("new_recovery_codes", &[]).await.unwrap();
    browser.call::<()>("keep_recovery_codes", &[]).await.unwrap();
    (secret, codes)
}

async fn viewer(browser: &Browser<'_>) -> Option<Viewer> {
    browser.call("current_viewer", &[]).await.unwrap()
}

async fn second_step(browser: &Browser<'_>, code: &str) -> Result<(), ApiError> {
    browser.call("sign_in_with_code", &[("code", code)]).await
}

#[tokio::test]
async fn there_is_no_session_before_the_second_step() {
    let site = Site::new().await;
    let (secret, _) = turn_on(&site, &site.member("ann@example.org").await).await;
    let browser = site.browser();
    let form = [("email", "ann@example.org"), ("password", PASSWORD)];
    let answer = browser.post("sign_in", &form).await;
    assert_eq!(answer.header("serverfnredirect"), "");
    assert!(answer.status.is_success());
    assert_eq!(browser.cookie(), None, "no session");
    assert!(browser.cookie_of("half").is_some());
    assert_eq!(viewer(&browser).await, None);
    assert_eq!(
        browser.call::<SecurityView>("security", &[]).await,
        Err(ApiError::SignedOut)
    );
    assert_eq!(browser.call::<bool>("awaits_code", &[]).await, Ok(true));
    second_step(&browser, &code(&secret, site.now())).await.unwrap();
    assert!(viewer(&browser).await.is_some());
    assert_eq!(browser.cookie_of("half"), None);
}

#[tokio::test]
async fn half_a_session_is_no_session() {
    let site = Site::new().await;
    turn_on(&site, &site.member("ann@example.org").await).await;
    let browser = site.browser();
    browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
    let token = browser.cookie_of("half").unwrap().split_once('=').unwrap().1.to_owned();
    browser.set_cookie(None);
    browser.set_cookie(Some(format!("sealpost_session={token}")));
    assert_eq!(viewer(&browser).await, None);
}

#[tokio::test]
async fn signing_in_takes_the_session_that_was_there() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    turn_on(&site, &browser).await;
    let old = browser.cookie();
    browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
    assert_eq!(browser.cookie(), None);
    browser.set_cookie(old);
    assert_eq!(viewer(&browser).await, None);
}

#[tokio::test]
async fn a_code_is_good_for_one_use_and_a_step_to_either_side() {
    let site = Site::new().await;
    let (secret, _) = turn_on(&site, &site.member("ann@example.org").await).await;
    let sign_in = |code: String| {
        let site = &site;
        async move {
            let browser = site.browser();
            browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
            second_step(&browser, &code).await
        }
    };
    let now = site.now();
    sign_in(code(&secret, now)).await.unwrap();
    assert_eq!(
        sign_in(code(&secret, now)).await,
        Err(ApiError::WrongSecondFactor),
        "again"
    );
    let before = now - Duration::seconds(30);
    assert_eq!(
        sign_in(code(&secret, before)).await,
        Err(ApiError::WrongSecondFactor),
        "an older one"
    );
    let two = now + Duration::seconds(60);
    assert_eq!(
        sign_in(code(&secret, two)).await,
        Err(ApiError::WrongSecondFactor),
        "too early"
    );
    sign_in(code(&secret, now + Duration::seconds(30))).await.unwrap();
    assert_eq!(
        sign_in(code(&secret, now)).await,
        Err(ApiError::WrongSecondFactor),
        "older than a used one"
    );
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    let (_, codes) = turn_on(&site, &browser).await;
    assert_eq!(codes.len(), 10);
    for (first, second) in [(true, true), (false, false)] {
        let other = site.browser();
        other.sign_in("ann@example.org", PASSWORD).await.unwrap();
        let typed = codes[0].to_uppercase().replace('-', " ");
        assert_eq!(second_step(&other, &typed).await.is_ok(), first);
        assert_eq!(viewer(&other).await.is_some(), second);
    }
    let security: SecurityView = browser.call("security", &[]).await.unwrap();
    assert_eq!((security.two_factor, security.recovery_codes), (true, 9));
    // Those of another account are none.
    let eve = site.member("eve@example.org").await;
    turn_on(&site, &eve).await;
    eve.sign_in("eve@example.org", PASSWORD).await.unwrap();
    assert_eq!(second_step(&eve, &codes[1]).await, Err(ApiError::WrongSecondFactor));
}

#[tokio::test]
async fn the_second_step_has_five_minutes_and_five_tries() {
    let site = Site::new().await;
    let (secret, _) = turn_on(&site, &site.member("ann@example.org").await).await;
    let browser = site.browser();
    browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
    site.pass(Duration::minutes(5));
    assert_eq!(browser.call::<bool>("awaits_code", &[]).await, Ok(false));
    let right = code(&secret, site.now());
    assert_eq!(second_step(&browser, &right).await, Err(ApiError::SignInExpired));
    browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
    let wrong = if right == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        assert_eq!(second_step(&browser, wrong).await, Err(ApiError::WrongSecondFactor));
    }
    assert_eq!(second_step(&browser, &right).await, Err(ApiError::SignInExpired));
    // Ten for the account, however many half sessions.
    browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
    for _ in 0..5 {
        assert_eq!(second_step(&browser, wrong).await, Err(ApiError::WrongSecondFactor));
    }
    browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
    assert_eq!(
        second_step(&browser, &right).await,
        Err(ApiError::TooManyAttempts { minutes: 15 })
    );
    assert_eq!(second_step(&site.browser(), &right).await, Err(ApiError::SignInExpired));
}

#[tokio::test]
async fn second_factors_are_tried_fifty_times_a_day_right_ones_in_between_or_not() {
    let site = Site::new().await;
    let (_, paper) = turn_on(&site, &site.member("ann@example.org").await).await;
    let browser = site.browser();
    let attempt = |code: &str| {
        let (browser, code) = (&browser, code.to_owned());
        async move {
            // Else the tries on a device that is known count for themselves.
            browser.forget_device();
            browser.sign_in("ann@example.org", PASSWORD).await.unwrap();
            second_step(browser, &code).await
        }
    };
    for paper in &paper[..5] {
        for _ in 0..9 {
            assert_eq!(attempt("no code").await, Err(ApiError::WrongSecondFactor));
        }
        attempt(paper).await.unwrap();
        site.pass(Duration::minutes(15));
    }
    let minutes = 24 * 60 - 5 * 15;
    assert_eq!(attempt(&paper[5]).await, Err(ApiError::TooManyAttempts { minutes }));
    site.pass(Duration::minutes(minutes.into()));
    attempt(&paper[5]).await.unwrap();
}

#[tokio::test]
async fn turning_on_and_off_takes_the_password() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    let wrong = [("password", "not the password")];
    for function in ["start_two_factor", "stop_two_factor", "make_recovery_codes"] {
        assert_eq!(browser.call::<()>(function, &wrong).await, Err(ApiError::WrongPassword));
    }
    assert_eq!(browser.call("two_factor", &[]).await, Ok(TwoFactorView::Off));
    assert_eq!(
        browser.call::<()>("finish_two_factor", &[("code", "123456")]).await,
        Err(ApiError::TwoFactorState)
    );
    turn_on(&site, &browser).await;
    assert_eq!(browser.call("two_factor", &[]).await, Ok(TwoFactorView::On));
    let right = [("password", PASSWORD)];
    assert_eq!(
        browser.call::<()>("start_two_factor", &right).await,
        Err(ApiError::TwoFactorState),
        "a secret in force is not replaced"
    );
    browser.call::<()>("stop_two_factor", &right).await.unwrap();
    let other = site.browser();
    other.sign_in("ann@example.org", PASSWORD).await.unwrap();
    assert!(viewer(&other).await.is_some());
}

#[tokio::test]
async fn a_secret_is_in_force_only_after_its_first_code() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    browser
        .call::<()>("start_two_factor", &[("password", PASSWORD)])
        .await
        .unwrap();
    let other = site.browser();
    other.sign_in("ann@example.org", PASSWORD).await.unwrap();
    assert!(viewer(&other).await.is_some());
    assert_eq!(
        browser.call::<()>("finish_two_factor", &[("code", "00000")]).await,
        Err(ApiError::WrongSecondFactor)
    );
    site.pass(Duration::minutes(10));
    assert_eq!(
        browser.call::<TwoFactorView>("two_factor", &[]).await,
        Err(ApiError::ConfirmFirst),
        "the secret is shown for as long as the password counts"
    );
    site.pass(Duration::minutes(20));
    assert_eq!(browser.call("two_factor", &[]).await, Ok(TwoFactorView::Off));
}

#[tokio::test]
async fn recovery_codes_are_shown_until_they_are_in_force_and_stored_as_hashes() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    let (_, old) = turn_on(&site, &browser).await;
    assert_eq!(
        browser.call::<Vec<String>>("new_recovery_codes", &[]).await,
        Ok(Vec::new())
    );
    browser
        .call::<()>("make_recovery_codes", &[("password", PASSWORD)])
        .await
        .unwrap();
    let new: Vec<String> = browser.call("new_recovery_codes", &[]).await.unwrap();
    assert_eq!(browser.call("new_recovery_codes", &[]).await, Ok(new.clone()));
    let other = site.browser();
    other.sign_in("ann@example.org", PASSWORD).await.unwrap();
    assert_eq!(
        second_step(&other, &new[0]).await,
        Err(ApiError::WrongSecondFactor),
        "not yet"
    );
    second_step(&other, &old[0]).await.unwrap();
    browser.call::<()>("keep_recovery_codes", &[]).await.unwrap();
    assert_eq!(
        browser.call::<()>("keep_recovery_codes", &[]).await,
        Err(ApiError::TwoFactorState)
    );
    other.sign_in("ann@example.org", PASSWORD).await.unwrap();
    assert_eq!(
        second_step(&other, &old[1]).await,
        Err(ApiError::WrongSecondFactor),
        "void"
    );
    second_step(&other, &new[0]).await.unwrap();
    for file in ["sealpost.db", "sealpost.db-wal"] {
        let bytes = std::fs::read(site.folder.path().join(file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for code in old.iter().chain(&new) {
            assert!(!text.contains(code) && !text.contains(&code.replace('-', "")), "{file}");
        }
    }
}

#[tokio::test]
async fn the_secret_is_not_in_the_database() {
    let site = Site::new().await;
    let (secret, _) = turn_on(&site, &site.member("ann@example.org").await).await;
    for file in ["sealpost.db", "sealpost.db-wal"] {
        let bytes = std::fs::read(site.folder.path().join(file)).unwrap_or_default();
        assert!(!bytes.windows(20).any(|window| window == secret), "{file}");
    }
}
