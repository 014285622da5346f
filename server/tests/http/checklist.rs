//! The steps that a new account has still to do.

use app::{
    api::{ApiError, activity::Outcome, checklist::Progress},
    id::AliasId,
};

use crate::http::{
    profiles::{activate, issue},
    site::{Browser, Site},
};

async fn progress(browser: &Browser<'_>) -> Option<Progress> {
    browser.call("checklist", &[]).await.unwrap()
}

async fn steps(browser: &Browser<'_>) -> [bool; 4] {
    let progress = progress(browser).await.unwrap();
    [
        progress.confirmed,
        progress.encrypted,
        progress.alias.is_some(),
        progress.tested,
    ]
}

async fn create_alias(browser: &Browser<'_>) {
    let form = [("local", "amber-otter"), ("label", ""), ("mailbox", "1")];
    browser.call::<()>("create_alias", &form).await.unwrap();
}

#[tokio::test]
async fn it_shows_each_step_until_all_were_done_once() {
    let site = Site::new().await;
    let new = site.browser();
    new.sign_up("ann@example.org").await.unwrap();
    assert_eq!(steps(&new).await, [false; 4]);
    let page = new.get("/relay").await;
    for words in ["0 of 4 done", "href=\"/verify\"", "Set up encryption"] {
        assert!(page.text().contains(words), "{words}");
    }
    let code = site.code("ann@example.org").await;
    let form = [("mailbox", "1"), ("code", &*code)];
    new.call::<()>("verify_mailbox", &form).await.unwrap();
    let (profile, _) = issue(&site, &new, 100).await;
    assert_eq!(steps(&new).await, [true, false, false, false]);
    let activation = format!("href=\"/profiles/{profile}#activate\"");
    assert!(
        new.get("/relay").await.text().contains(&activation),
        "the ready profile"
    );
    activate(&new, profile).await;
    create_alias(&new).await;
    assert_eq!(steps(&new).await, [true, true, true, false]);
    let used = site.store.record(AliasId(1), Outcome::Sealed, 1, site.now()).await;
    used.unwrap();
    assert_eq!(progress(&new).await, None);
    assert!(!new.get("/relay").await.text().contains("Get started"));
    // It stays away, whatever is taken back.
    new.call::<()>("deactivate_profile", &[("profile", &profile.to_string())])
        .await
        .unwrap();
    assert_eq!(progress(&new).await, None);
}

#[tokio::test]
async fn it_is_hidden_for_good_and_for_one_account_only() {
    let site = Site::new().await;
    let (ann, eve) = (
        site.member("ann@example.org").await,
        site.member("eve@example.org").await,
    );
    create_alias(&ann).await;
    assert_eq!(progress(&eve).await.unwrap().alias, None, "the other's alias");
    ann.call::<()>("hide_checklist", &[]).await.unwrap();
    assert_eq!(progress(&ann).await, None);
    assert_eq!(steps(&eve).await, [true, false, false, false]);
    let stranger = site.browser().call::<Option<Progress>>("checklist", &[]).await;
    assert_eq!(stranger, Err(ApiError::SignedOut));
}
