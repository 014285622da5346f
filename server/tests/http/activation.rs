//! Activation of a profile through every entrance, the question before mail is no longer sealed, and the banner while it is not.

use app::{
    api::{
        ApiError,
        account::Viewer,
        mailbox::{MailboxView, Protection},
        profile::{MailWithout, ProfileView},
    },
    id::ProfileId,
    profile::ProfileState,
};
use time::Duration;

use crate::http::{
    mailboxes::submit,
    profiles::{act, activate, issue},
    site::{Browser, Site},
};

async fn view(browser: &Browser<'_>, profile: ProfileId) -> ProfileView {
    let id = profile.to_string();
    browser.call("profile", &[("profile", &id)]).await.unwrap()
}

async fn protection(browser: &Browser<'_>) -> Protection {
    let mut mailboxes: Vec<MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
    mailboxes.remove(0).protection
}

/// The page without what separates texts for the browser's program.
async fn page(browser: &Browser<'_>, path: &str) -> String {
    browser
        .get(path)
        .await
        .text()
        .replace("<!>", "")
        .replace("<!--hk-->", "")
}

#[tokio::test]
async fn a_profile_that_was_never_exported_is_activated_by_no_entrance() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let (id, path) = (profile.to_string(), format!("/profiles/{profile}"));
    let forms = [
        vec![("profile", id.as_str())],
        vec![("profile", id.as_str()), ("to_page", "true")],
        vec![("profile", id.as_str()), ("untested", "true")],
        vec![("profile", id.as_str()), ("untested", "true"), ("to_page", "true")],
    ];
    for form in &forms {
        let script = ann.call::<()>("activate_profile", form).await;
        assert_eq!(script, Err(ApiError::NotExported), "{form:?}");
        let led = submit(&ann, "activate_profile", &path, form).await;
        assert!(led.starts_with(&format!("{path}?")) && led.contains("__err"), "{led}");
    }
    for code in ["", "000000", "123 456", "not a code"] {
        let form = [("profile", id.as_str()), ("code", code)];
        let tried = ann.call::<()>("activate_with_code", &form).await;
        assert_eq!(tried, Err(ApiError::CodeExpired), "no test message was sent");
        submit(&ann, "activate_with_code", &path, &form).await;
    }
    assert_eq!(view(&ann, profile).await.summary.state, ProfileState::Ready);
    assert_eq!(protection(&ann).await, Protection::Clear);
    // The page says why, what to do, and offers nothing that cannot work.
    let page = page(&ann, &path).await;
    for words in [
        "The key of this profile was not exported",
        "delete this profile and make a new one",
        "Send a test message",
    ] {
        assert!(page.contains(words), "{words}");
    }
    assert!(!page.contains("Activate without a test"));
}

#[tokio::test]
async fn a_renewal_that_was_never_exported_leaves_the_old_profile_active() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (first, _) = issue(&site, &ann, 50).await;
    activate(&ann, first).await;
    let (second, _) = issue(&site, &ann, 100).await;
    let form = [("profile", second.to_string()), ("untested", "true".to_owned())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(
        ann.call::<()>("activate_profile", &form).await,
        Err(ApiError::NotExported)
    );
    assert_eq!(view(&ann, first).await.summary.state, ProfileState::Active);
}

#[tokio::test]
async fn an_exported_profile_is_activated_without_a_test_only_if_that_is_confirmed() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let path = format!("/profiles/{profile}");
    let eve = site.member("eve@example.org").await;
    assert_eq!(act(&eve, "report_export", profile).await, Err(ApiError::NotFound));
    assert!(!view(&ann, profile).await.evidence.exported);
    act(&ann, "report_export", profile).await.unwrap();
    assert!(view(&ann, profile).await.evidence.exported);
    let page = page(&ann, &path).await;
    assert!(page.contains("Activate without a test…") && page.contains("name=\"untested\""));
    assert!(!page.contains("The key of this profile was not exported"));
    assert_eq!(act(&ann, "activate_profile", profile).await, Err(ApiError::Untested));
    let led = submit(&ann, "activate_profile", &path, &[("profile", &profile.to_string())]).await;
    assert!(
        ann.get(&led)
            .await
            .text()
            .contains("or confirm that you activate the profile without a test")
    );
    assert_eq!(view(&ann, profile).await.summary.state, ProfileState::Ready);
    activate(&ann, profile).await;
    assert_eq!(view(&ann, profile).await.summary.state, ProfileState::Active);
}

#[tokio::test]
async fn a_test_message_holds_a_code_until_the_profile_is_active() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    for _ in 0..2 {
        act(&ann, "send_test_message", profile).await.unwrap();
    }
    activate(&ann, profile).await;
    act(&ann, "send_test_message", profile).await.unwrap();
    let codes = site.test_messages.codes.lock().unwrap().clone();
    let [Some(first), Some(second), None] = &codes[..] else {
        panic!("{codes:?}")
    };
    for (digits, page) in [first, second] {
        assert!(
            digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit()),
            "{digits}"
        );
        assert_eq!(page, &format!("http://127.0.0.1:3000/profiles/{profile}"));
    }
    assert_ne!(first.0, second.0, "one in a million");
}

#[tokio::test]
async fn test_codes_are_ones_own_and_thirty_tries_an_hour_are_enough() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let id = profile.to_string();
    let form = [("profile", id.as_str()), ("code", "123456")];
    let eve = site.member("eve@example.org").await;
    let stranger = site.browser();
    for (other, refusal) in [(&eve, ApiError::NotFound), (&stranger, ApiError::SignedOut)] {
        assert_eq!(other.call::<()>("activate_with_code", &form).await, Err(refusal));
    }
    for _ in 0..30 {
        let tried = ann.call::<()>("activate_with_code", &form).await;
        assert_eq!(tried, Err(ApiError::CodeExpired));
    }
    let one_more = ann.call::<()>("activate_with_code", &form).await;
    assert_eq!(one_more, Err(ApiError::TooManyAttempts { minutes: 60 }));
    site.pass(Duration::hours(1));
    let tried = ann.call::<()>("activate_with_code", &form).await;
    assert_eq!(tried, Err(ApiError::CodeExpired));
}

#[tokio::test]
async fn what_happens_to_mail_is_said_before_a_profile_is_deactivated_or_deleted() {
    const REJECTED: &str = "Mail to ann@example.org is then rejected, because the mailbox's kill switch is on.";
    const CLEAR: &str =
        "Mail to ann@example.org is then forwarded unencrypted, because the mailbox's kill switch is off.";
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let (first, _) = issue(&site, &ann, 100).await;
    let (second, _) = issue(&site, &ann, 100).await;
    let path = |profile: ProfileId| format!("/profiles/{profile}");
    let waiting = page(&ann, &path(first)).await;
    assert!(
        waiting.contains("is forwarded unencrypted until a profile is active"),
        "{waiting}"
    );
    activate(&ann, first).await;
    for (on, without, words, other) in [
        ("true", MailWithout::Rejected, REJECTED, CLEAR),
        ("", MailWithout::Clear, CLEAR, REJECTED),
    ] {
        let form = [("mailbox", "1"), ("on", on)];
        let form = if on.is_empty() { &form[..1] } else { &form[..] };
        ann.call::<()>("set_kill_switch", form).await.unwrap();
        assert_eq!(view(&ann, first).await.without, without);
        let page = page(&ann, &path(first)).await;
        // Once for "Deactivate", once for "Delete"; both folded, so that it takes a second click.
        assert_eq!(page.matches(words).count(), 2, "{page}");
        assert!(!page.contains(other));
        assert!(page.contains("<summary>Deactivate…</summary>") && page.contains("Delete this profile…"));
    }
    assert_eq!(
        view(&ann, first).await.alternative,
        None,
        "the other one's key may be lost"
    );
    act(&ann, "report_export", second).await.unwrap();
    let active = view(&ann, first).await;
    let alternative = active.alternative.map(|other| other.id);
    assert_eq!((alternative, active.without), (Some(second), MailWithout::Clear));
    assert!(
        page(&ann, &path(first))
            .await
            .contains(&format!("/profiles/{second}#activate"))
    );
    let ready = page(&ann, &path(second)).await;
    assert!(
        ready.contains(&format!(
            "it is still sealed with “{}”.",
            view(&ann, first).await.summary.name
        )),
        "{ready}"
    );
}

#[tokio::test]
async fn every_page_says_that_mail_is_not_sealed_and_leads_to_what_mends_it() {
    const CLEAR: &str = " is forwarded unencrypted: no valid profile is active.";
    const REJECTED: &str = " is rejected: the kill switch is on, and no valid profile is active.";
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let pages = [
        "/",
        "/relay",
        "/aliases",
        "/account",
        "/help",
        "/relay/1/new-profile",
        "/there-is-no-such-page",
    ];
    let expect = async |fate: &str, link: &str| {
        for path in pages {
            let page = page(&ann, path).await;
            assert!(page.contains(fate) && page.contains(link), "{path}: {link}");
            let banner = page.split("class=\"banner\"").nth(1).unwrap();
            assert!(
                banner.split("</section>").next().unwrap().contains("ann@example.org"),
                "{path}"
            );
        }
    };
    expect(CLEAR, "<a href=\"/relay/1/new-profile\">Set up encryption</a>").await;
    let (profile, _) = issue(&site, &ann, 100).await;
    let name = view(&ann, profile).await.summary.name;
    let ready = format!("<a href=\"/profiles/{profile}#activate\">Activate “{name}”</a>");
    expect(CLEAR, &ready).await;
    activate(&ann, profile).await;
    for path in pages {
        assert!(!page(&ann, path).await.contains("class=\"banner\""), "{path}");
    }
    act(&ann, "deactivate_profile", profile).await.unwrap();
    expect(REJECTED, &ready).await;
    activate(&ann, profile).await;
    site.pass(Duration::days(101));
    ann.sign_in("ann@example.org", crate::http::site::PASSWORD)
        .await
        .unwrap();
    let renew = format!("<a href=\"/relay/1/new-profile?renew={profile}\">Replace the expired “{name}”</a>");
    expect(REJECTED, &renew).await;
    // Only to who is signed in; and not for a mailbox that gets no mail yet.
    assert!(!page(&site.browser(), "/").await.contains("class=\"banner\""));
    let new = site.browser();
    new.sign_up("new@example.org").await.unwrap();
    let viewer: Option<Viewer> = new.call("current_viewer", &[]).await.unwrap();
    assert_eq!(viewer.unwrap().unsealed, []);
}
