//! What a person chooses for a profile, and test messages: whose they are, and what is asked back.

use app::{
    api::{ApiError, done::Done, test_message::TestMessageView},
    id::ProfileId,
    profile::{Cipher, Hidden, Settings},
};
use axum::http::StatusCode;
use server::notices::test_message::TestMessageError;
use time::Duration;

use crate::http::{
    profiles::{activate, issue},
    site::{Browser, Site, encode},
};

async fn settings(browser: &Browser<'_>, profile: ProfileId) -> Result<Settings, ApiError> {
    browser
        .call("profile_settings", &[("profile", &profile.to_string())])
        .await
}

async fn hide(browser: &Browser<'_>, what: &str, profile: ProfileId, on: bool) -> Result<(), ApiError> {
    let (profile, on) = (profile.to_string(), on.to_string());
    let function = format!("set_hide_{what}");
    browser.call(&function, &[("profile", &*profile), ("on", &on)]).await
}

async fn encrypt(browser: &Browser<'_>, profile: ProfileId, form: &[(&str, &str)]) -> Result<(), ApiError> {
    let profile = profile.to_string();
    let form: Vec<_> = [("profile", profile.as_str())]
        .into_iter()
        .chain(form.iter().copied())
        .collect();
    browser.call("set_cipher", &form).await
}

#[tokio::test]
async fn settings_are_off_at_first_and_are_what_was_chosen_last() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    assert_eq!(settings(&ann, profile).await, Ok(Settings::default()));
    hide(&ann, "subject", profile, true).await.unwrap();
    let hidden = Hidden {
        subject: true,
        sender: false,
    };
    let cipher = Cipher::Compatible;
    assert_eq!(settings(&ann, profile).await, Ok(Settings { hidden, cipher }));
    // A change leaves the other settings alone, and its undo turns it back.
    encrypt(&ann, profile, &[("cipher", "modern"), ("confirmed", "true")])
        .await
        .unwrap();
    hide(&ann, "sender", profile, true).await.unwrap();
    hide(&ann, "subject", profile, false).await.unwrap();
    let hidden = Hidden {
        subject: false,
        sender: true,
    };
    let cipher = Cipher::Modern;
    assert_eq!(settings(&ann, profile).await, Ok(Settings { hidden, cipher }));
    for (done, what, on) in [
        (Done::SubjectHidden, "subject", false),
        (Done::SubjectShown, "subject", true),
        (Done::SenderHidden, "sender", false),
        (Done::SenderShown, "sender", true),
    ] {
        let undo = done.undo().unwrap();
        assert_eq!(undo.function, format!("/api/set_hide_{what}"));
        assert_eq!((undo.object, undo.on), ("profile", on));
    }
}

#[tokio::test]
async fn the_modern_form_is_for_who_says_that_their_apps_read_it() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let unconfirmed = encrypt(&ann, profile, &[("cipher", "modern")]).await;
    assert_eq!(unconfirmed, Err(ApiError::Unconfirmed));
    assert_eq!(
        settings(&ann, profile).await,
        Ok(Settings::default()),
        "nothing of it is kept"
    );
    encrypt(&ann, profile, &[("cipher", "modern"), ("confirmed", "true")])
        .await
        .unwrap();
    assert_eq!(settings(&ann, profile).await.unwrap().cipher, Cipher::Modern);
    // Once it is chosen, other settings are saved without being asked again; going back and forth asks again.
    encrypt(&ann, profile, &[("cipher", "modern")]).await.unwrap();
    encrypt(&ann, profile, &[("cipher", "compatible")]).await.unwrap();
    let again = encrypt(&ann, profile, &[("cipher", "modern")]).await;
    assert_eq!(again, Err(ApiError::Unconfirmed));
}

#[tokio::test]
async fn who_renews_a_profile_hides_as_much_as_before() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (first, _) = issue(&site, &ann, 100).await;
    hide(&ann, "subject", first, true).await.unwrap();
    encrypt(&ann, first, &[("cipher", "modern"), ("confirmed", "true")])
        .await
        .unwrap();
    let (second, _) = issue(&site, &ann, 100).await;
    assert_eq!(
        settings(&ann, second).await,
        Ok(Settings::default()),
        "none is active yet"
    );
    activate(&ann, first).await;
    let (third, _) = issue(&site, &ann, 100).await;
    assert_eq!(settings(&ann, third).await, settings(&ann, first).await);
    assert_ne!(settings(&ann, third).await, Ok(Settings::default()));
}

#[tokio::test]
async fn nobody_sees_or_changes_those_of_another_account() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let eve = site.member("eve@example.org").await;
    let number = profile.to_string();
    assert_eq!(settings(&eve, profile).await, Err(ApiError::NotFound));
    assert_eq!(hide(&eve, "subject", profile, true).await, Err(ApiError::NotFound));
    assert_eq!(encrypt(&eve, profile, &[]).await, Err(ApiError::NotFound));
    for function in ["test_message", "send_test_message"] {
        let answer = eve.call::<serde_json::Value>(function, &[("profile", &number)]).await;
        assert_eq!(answer, Err(ApiError::NotFound), "{function}");
        let answer = site
            .browser()
            .call::<serde_json::Value>(function, &[("profile", &number)])
            .await;
        assert_eq!(answer, Err(ApiError::SignedOut), "{function}");
    }
    assert_eq!(settings(&ann, profile).await, Ok(Settings::default()));
    assert!(site.test_messages.sent.lock().unwrap().is_empty());
}

#[tokio::test]
async fn ten_test_messages_an_hour_are_enough() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let number = profile.to_string();
    let form = [("profile", number.as_str())];
    for _ in 0..10 {
        ann.call::<()>("send_test_message", &form).await.unwrap();
    }
    let one_more = ann.call::<()>("send_test_message", &form).await;
    assert_eq!(one_more, Err(ApiError::TooManyAttempts { minutes: 60 }));
    assert_eq!(*site.test_messages.sent.lock().unwrap(), vec![profile; 10]);
    site.pass(Duration::hours(1));
    *site.test_messages.error.lock().unwrap() = Some(TestMessageError::Ended);
    assert_eq!(
        ann.call::<()>("send_test_message", &form).await,
        Err(ApiError::ProfileState)
    );
    let none: Option<TestMessageView> = ann.call("test_message", &form).await.unwrap();
    assert_eq!(none, None, "the one who sends them was a stand-in");
}

#[tokio::test]
async fn the_page_is_complete_without_javascript_and_its_forms_lead_back_to_it() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let path = format!("/profiles/{profile}");
    let page = ann.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    for words in [
        "Hide the subject",
        "Hide the sender",
        "Modern: AES-256-GCM, RSA-OAEP",
        "All mail apps that I use",
        "Thunderbird (NSS)",
        "Send a test message",
    ] {
        assert!(page.text().contains(words), "{words}");
    }
    assert_eq!(page.text().matches("role=\"switch\"").count(), 2);
    let form = encode(&[("profile", &profile.to_string()), ("on", "true")]);
    let posted = ann
        .send(
            axum::http::Request::post("/api/set_hide_subject")
                .header("sec-fetch-site", "same-origin")
                .header("accept", "text/html")
                .header("referer", format!("http://127.0.0.1:3000{path}"))
                .header("content-type", "application/x-www-form-urlencoded"),
            form,
        )
        .await;
    assert_eq!(posted.status, StatusCode::FOUND);
    assert_eq!(
        posted.header("location"),
        format!("{path}?done=subject-hidden&of={profile}#settings")
    );
    let page = ann.get(&posted.header("location").replace("#settings", "")).await;
    assert!(page.text().contains("The subject of new messages is hidden."));
}
