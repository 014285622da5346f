//! Nobody is locked out by somebody else's tries of a password.

use app::api::{ApiError, account::Viewer};
use time::Duration;

use crate::http::{
    mailboxes::submit,
    passkeys,
    site::{Browser, PASSWORD, Site, code_in, eventually},
};

const ANN: &str = "ann@example.org";
const PLACES: [&str; 11] = [
    "198.51.100.1",
    "198.51.100.2",
    "198.51.100.3",
    "198.51.100.4",
    "198.51.100.5",
    "198.51.100.6",
    "198.51.100.7",
    "2001:db8:1::1",
    "2001:db8:2::1",
    "2001:db8:3::1",
    "2001:db8:4::1",
];

async fn wrong(browser: &Browser<'_>, email: &str) -> Result<(), ApiError> {
    browser.sign_in(email, "wrong password").await
}

async fn ten_wrong(site: &Site, place: &'static str, email: &str) {
    for _ in 0..10 {
        let browser = site.browser_at(place);
        assert_eq!(wrong(&browser, email).await, Err(ApiError::WrongCredentials), "{place}");
    }
}

#[tokio::test]
async fn ten_wrong_passwords_hold_up_only_the_place_that_they_come_from() {
    let site = Site::new().await;
    site.member(ANN).await;
    for email in [ANN, "unknown@example.org"] {
        for place in ["192.0.2.7", "[2001:db8::1]"] {
            ten_wrong(&site, place, email).await;
            let refused = site.browser_at(place).sign_in(email, PASSWORD).await;
            assert_eq!(refused, Err(ApiError::TooManyAttempts { minutes: 15 }), "right or not");
        }
        let neighbour = site.browser_at("[2001:db8::ffff]").sign_in(email, PASSWORD).await;
        assert_eq!(
            neighbour,
            Err(ApiError::TooManyAttempts { minutes: 15 }),
            "a host has its /64 for itself"
        );
    }
    site.browser_at("192.0.2.8").sign_in(ANN, PASSWORD).await.unwrap();
    site.browser_at("[2001:db8:0:1::1]")
        .sign_in(ANN, PASSWORD)
        .await
        .unwrap();
    site.pass(Duration::minutes(15));
    site.browser_at("192.0.2.7").sign_in(ANN, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn many_places_hold_up_new_devices_but_no_known_one_and_no_passkey() {
    let site = Site::at("http://localhost:3000").await;
    let ann = site.member(ANN).await;
    let key = passkeys::add(&ann, b"ann").await;
    ann.call::<()>("sign_out", &[]).await.unwrap();
    for email in [ANN, "unknown@example.org"] {
        for place in &PLACES[..10] {
            ten_wrong(&site, bracketed(place), email).await;
        }
        let late = wrong(&site.browser_at(bracketed(PLACES[10])), email).await;
        assert_eq!(late, Err(ApiError::TooManyAttempts { minutes: 60 }));
        let new = site.browser_at("192.0.2.99").sign_in(email, PASSWORD).await;
        assert_eq!(new, Err(ApiError::TooManyAttempts { minutes: 60 }));
    }
    ann.sign_in(ANN, PASSWORD).await.unwrap();
    let stranger = site.browser();
    let options = passkeys::options(&stranger).await;
    passkeys::sign_in(&stranger, &key.get(&options)).await.unwrap();
    // A passkey makes the device known, too.
    stranger.call::<()>("sign_out", &[]).await.unwrap();
    stranger.sign_in(ANN, PASSWORD).await.unwrap();
    site.pass(Duration::hours(1));
    site.browser_at("192.0.2.99").sign_in(ANN, PASSWORD).await.unwrap();
}

fn bracketed(place: &'static str) -> &'static str {
    match place.contains(':') {
        true => Box::leak(format!("[{place}]").into_boxed_str()),
        false => place,
    }
}

#[tokio::test]
async fn a_known_device_has_tries_of_its_own() {
    let site = Site::new().await;
    let ann = site.member(ANN).await;
    for _ in 0..10 {
        assert_eq!(wrong(&ann, ANN).await, Err(ApiError::WrongCredentials));
    }
    let refused = ann.sign_in(ANN, PASSWORD).await;
    assert_eq!(refused, Err(ApiError::TooManyAttempts { minutes: 15 }));
    // At the same place, but not the same device.
    site.browser().sign_in(ANN, PASSWORD).await.unwrap();
    site.pass(Duration::minutes(15));
    ann.sign_in(ANN, PASSWORD).await.unwrap();
}

#[tokio::test]
async fn the_cookie_of_a_device_helps_with_no_other_account() {
    let site = Site::new().await;
    site.member(ANN).await;
    let eve = site.member("eve@example.org").await;
    ten_wrong(&site, "192.0.2.1", ANN).await;
    assert!(eve.cookie_of("device").is_some());
    assert_eq!(wrong(&eve, ANN).await, Err(ApiError::TooManyAttempts { minutes: 15 }));
    let own = eve.cookie_of("device").unwrap();
    eve.set_cookie(Some(own.replace("device=", "device=A")));
    assert_eq!(wrong(&eve, ANN).await, Err(ApiError::TooManyAttempts { minutes: 15 }));
}

#[tokio::test]
async fn the_person_is_told_once_a_day_and_the_page_says_how_long_to_wait() {
    let site = Site::new().await;
    let ann = site.member(ANN).await;
    for email in ["unknown@example.org", ANN] {
        let browser = site.browser_at("192.0.2.7");
        ten_wrong(&site, "192.0.2.7", email).await;
        let form = [("email", email), ("password", "wrong password")];
        let led = submit(&browser, "sign_in", "/sign-in", &form).await;
        let page = browser.get(&led).await;
        assert!(
            page.text().contains("Please try again in 15 minutes."),
            "without JavaScript"
        );
    }
    site.letters(1).await;
    let (_, text) = site.letters.written.lock().unwrap()[0].clone();
    assert!(text.contains("10 or more wrong passwords") && text.contains("http://127.0.0.1:3000/account"));
    // On a device that is known the page is enough.
    for _ in 0..10 {
        assert_eq!(wrong(&ann, ANN).await, Err(ApiError::WrongCredentials));
    }
    ten_wrong(&site, "192.0.2.8", ANN).await;
    site.pass(Duration::days(1));
    ten_wrong(&site, "192.0.2.9", ANN).await;
    site.letters(2).await;
    assert_eq!(site.letters.written.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_new_password_gets_in_where_it_was_set() {
    let site = Site::new().await;
    site.member(ANN).await;
    for place in &PLACES[..10] {
        ten_wrong(&site, bracketed(place), ANN).await;
    }
    let person = site.browser_at("192.0.2.99");
    person.call::<()>("forgot_password", &[("email", ANN)]).await.unwrap();
    eventually(|| {
        let letters = site.letters.written.lock().unwrap();
        letters.iter().any(|(_, text)| text.contains("Your code is "))
    })
    .await;
    let letters = site.letters.written.lock().unwrap().clone();
    let letter = letters.iter().find(|(_, text)| text.contains("Your code is ")).unwrap();
    let code = code_in(&letter.1);
    let form = [("email", ANN), ("code", code.as_str()), ("password", "another horse")];
    person.call::<()>("reset_password", &form).await.unwrap();
    person.sign_in(ANN, "another horse").await.unwrap();
    assert!(
        person
            .call::<Option<Viewer>>("current_viewer", &[])
            .await
            .unwrap()
            .is_some()
    );
}
