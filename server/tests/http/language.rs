//! The language of the pages, and of the mails to an account.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use crate::http::site::{Browser, PASSWORD, Site, encode};

async fn page(browser: &Browser<'_>, accept: &str) -> String {
    let request = Request::get("/sign-in").header(header::ACCEPT_LANGUAGE, accept);
    browser.send(request, Body::empty()).await.text().to_owned()
}

/// As a form does without JavaScript.
async fn post(browser: &Browser<'_>, function: &str, form: &[(&str, &str)]) -> StatusCode {
    let request = Request::post(format!("/api/{function}"))
        .header("sec-fetch-site", "same-origin")
        .header(header::ACCEPT, "text/html")
        .header(header::ACCEPT_LANGUAGE, "de-AT,de;q=0.8,en;q=0.5")
        .header(header::REFERER, "http://127.0.0.1:3000/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    browser.send(request, encode(form)).await.status
}

#[tokio::test]
async fn a_page_speaks_what_the_browser_asks_for_until_somebody_chooses() {
    let site = Site::new().await;
    let browser = site.browser();
    for (accept, tag, words) in [
        ("de-CH, en;q=0.5", "de", "Hauptmenü"),
        ("fr", "en", "Skip to the content"),
        ("", "en", "Skip to the content"),
    ] {
        let page = page(&browser, accept).await;
        assert!(page.contains(&format!("<html lang=\"{tag}\"")), "{accept}: {page}");
        assert!(page.contains(words), "{accept}: {page}");
    }
    assert_eq!(
        post(&browser, "set_language", &[("language", "en")]).await,
        StatusCode::FOUND
    );
    let chosen = page(&browser, "de").await;
    assert!(chosen.contains("<html lang=\"en\""), "{chosen}");
    assert!(!post(&browser, "set_language", &[("language", "xx")]).await.is_success());
    let still = page(&browser, "de").await;
    assert!(still.contains("<html lang=\"en\""), "{still}");
}

#[tokio::test]
async fn mails_speak_the_language_that_the_account_was_made_in_until_it_is_changed() {
    let site = Site::new().await;
    let browser = site.browser();
    let form = [("email", "ann@example.org"), ("password", PASSWORD)];
    assert_eq!(post(&browser, "sign_up", &form).await, StatusCode::FOUND);
    let code = site.code("ann@example.org").await;
    let text = site.outbox.mail.lock().unwrap()[0].1.clone();
    // =C3=A4 is "ä", as the header writes it.
    assert!(
        text.contains("Best=C3=A4tigen") && text.contains("Ihr Code ist"),
        "{text}"
    );
    let mailboxes: Vec<app::api::mailbox::MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
    let mailbox = mailboxes[0].id.to_string();
    let verify = [("mailbox", mailbox.as_str()), ("code", &code)];
    browser.call::<()>("verify_mailbox", &verify).await.unwrap();
    // A forgotten password is asked for in any browser: the mail goes to the account.
    let other = site.browser();
    let forgotten = [("email", "ann@example.org")];
    other.call::<()>("forgot_password", &forgotten).await.unwrap();
    site.letters(1).await;
    assert!(site.letters.written.lock().unwrap()[0].1.contains("Ihr Code ist"));
    post(&browser, "set_language", &[("language", "en")]).await;
    site.pass(time::Duration::HOUR);
    other.call::<()>("forgot_password", &forgotten).await.unwrap();
    site.letters(2).await;
    assert!(site.letters.written.lock().unwrap()[1].1.contains("Your code is"));
}
