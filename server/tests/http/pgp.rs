//! Profiles of PGP: what is submitted, what is shown of it, and what is refused before anything is stored.

use app::{
    api::{
        ApiError,
        mailbox::{MailboxView, Protection},
        profile::{KeysView, ProfileView},
    },
    pgp::{KeyFault, Weakness},
    profile::{NO_END, ProfileKind, ProfileState},
};
use axum::http::StatusCode;
use test_support::gnupg::Gnupg;
use time::Duration;

use crate::http::site::{Browser, Site};

const ANN: &str = "Ann Lee <ann@example.org>";

async fn submit(browser: &Browser<'_>, mailbox: &str, key: &str) -> Result<(), ApiError> {
    browser
        .call("submit_pgp_key", &[("mailbox", mailbox), ("key", key)])
        .await
}

async fn mailbox(browser: &Browser<'_>) -> MailboxView {
    browser.call::<Vec<_>>("mailboxes", &[]).await.unwrap().remove(0)
}

async fn view(browser: &Browser<'_>, profile: &str) -> Result<ProfileView, ApiError> {
    browser.call("profile", &[("profile", profile)]).await
}

/// Without a test: the person has the key already.
async fn activate(browser: &Browser<'_>) {
    let form = [("profile", "1"), ("untested", "true")];
    browser.call::<()>("activate_profile", &form).await.unwrap();
}

/// Keys are as old as the test's clock, which stands still in November 2026.
fn gnupg(user_id: &str, expires: &str) -> Gnupg {
    let gpg = Gnupg::empty();
    gpg.make_key_at(user_id, expires, "20261101T000000");
    gpg
}

#[tokio::test]
async fn a_submitted_key_becomes_a_profile_that_can_be_activated_and_deleted() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let gpg = gnupg(ANN, "never");
    submit(&ann, "1", &gpg.public_key("ann@example.org")).await.unwrap();
    let shown = view(&ann, "1").await.unwrap();
    assert_eq!(
        (shown.summary.kind, shown.summary.state, shown.summary.not_after),
        (ProfileKind::Pgp, ProfileState::Ready, NO_END)
    );
    let KeysView::Pgp(keys) = shown.keys else {
        panic!("it is of PGP")
    };
    assert_eq!(keys.fingerprint.replace(' ', ""), gpg.fingerprint("ann@example.org"));
    assert_eq!(keys.user_ids, [ANN]);
    assert!(keys.names_mailbox && keys.algorithm.contains("Ed25519"), "{keys:?}");

    let file = ann.get("/profiles/1/trust-key.asc").await;
    assert_eq!(
        (file.status, file.header("content-disposition")),
        (StatusCode::OK, "attachment; filename=\"trust-key-ann@example.org.asc\"")
    );
    assert!(file.header("content-type").starts_with("text/plain"));
    assert!(!file.text().contains("PRIVATE"));
    gpg.import(&file.body);
    assert_eq!(gpg.fingerprint("Sealpost"), keys.trust_fingerprint.replace(' ', ""));
    for other in ["user.pem", "root.pem", "trust-key.pem", "secret.asc"] {
        let answer = ann.get(&format!("/profiles/1/{other}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{other}");
    }

    let untested = ann.call::<()>("activate_profile", &[("profile", "1")]).await;
    assert_eq!(untested, Err(ApiError::Untested), "the test is offered first");
    activate(&ann).await;
    let sealed = mailbox(&ann).await;
    assert!(matches!(sealed.protection, Protection::Sealed { .. }) && sealed.kill_switch);
    for path in ["/relay", "/profiles/1"] {
        let page = ann.get(path).await;
        assert!(page.text().contains("does not expire"), "{path}");
    }
    ann.call::<()>("delete_profile", &[("profile", "1")]).await.unwrap();
    assert_eq!(mailbox(&ann).await.protection, Protection::Refused);
}

#[tokio::test]
async fn without_javascript_the_form_leads_to_the_profiles_page() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let page = ann.get("/relay/1/new-profile/pgp").await;
    assert_eq!(page.status, StatusCode::OK);
    for text in [
        "<textarea",
        "name=\"key\"",
        "Export",
        "Thunderbird",
        "action=\"/api/submit_pgp_key\"",
    ] {
        assert!(page.text().contains(text), "{text}");
    }
    // Browsers write line ends of a form as CRLF.
    let key = gnupg("Ann <ann@other.example>", "never")
        .public_key("ann")
        .replace('\n', "\r\n");
    let request = axum::http::Request::post("/api/submit_pgp_key")
        .header("sec-fetch-site", "same-origin")
        .header("accept", "text/html")
        .header("referer", "http://127.0.0.1:3000/relay/1/new-profile/pgp")
        .header("content-type", "application/x-www-form-urlencoded");
    let form = crate::http::site::encode(&[("mailbox", "1"), ("key", &key)]);
    let answer = ann.send(request, form).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::FOUND, "/profiles/1")
    );
    let page = ann.get("/profiles/1").await;
    for text in [
        "ann@other.example",
        "None of its user IDs names this mailbox",
        "Activate",
        "trust-key.asc",
    ] {
        assert!(page.text().contains(text), "{text}");
    }
}

#[tokio::test]
async fn a_keys_end_is_the_profiles_end() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    // A month from the first of November on.
    let gpg = gnupg(ANN, "seconds=2592000");
    submit(&ann, "1", &gpg.public_key("ann@example.org")).await.unwrap();
    let summary = view(&ann, "1").await.unwrap().summary;
    assert_eq!(summary.days_left, 6);
    site.pass(summary.not_after - site.now());
    activate(&ann).await;
    assert!(
        matches!(mailbox(&ann).await.protection, Protection::Sealed { .. }),
        "its last second counts"
    );
    site.pass(Duration::SECOND);
    let late = mailbox(&ann).await;
    assert_eq!(
        (late.protection, late.profiles[0].state),
        (Protection::Refused, ProfileState::Expired)
    );
}

/// Makes a key of an algorithm and a usage as of 1 November 2026; for ever.
fn generate(gpg: &Gnupg, user_id: &str, algorithm: &str, usage: &str) {
    let time = ["--faked-system-time", "20261101T000000!"];
    let key = ["--quick-generate-key", user_id, algorithm, usage, "never"];
    gpg.run(&[&time[..], &key].concat(), b"");
}

#[tokio::test]
async fn what_is_no_usable_public_key_is_refused_in_words_and_not_stored() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let gpg = gnupg(ANN, "never");
    let public = gpg.public_key("ann@example.org");
    let second = gnupg("Eve <eve@example.org>", "never").public_key("eve");
    gpg.make_key_at("Old <old@example.org>", "seconds=86400", "20261101T000000");
    gpg.make_key_at("Gone <gone@example.org>", "never", "20261101T000000");
    gpg.revoke("gone@example.org");
    generate(&gpg, "signs@example.org", "ed25519", "sign");
    generate(&gpg, "weak@example.org", "rsa1024", "default");
    generate(&gpg, "brainpool@example.org", "brainpoolP256r1", "default");
    generate(&gpg, "bitcoin@example.org", "secp256k1", "default");
    gpg.make_key_at("Future <future@example.org>", "never", "20270101T000000");
    let secret = gpg.secret_key("ann@example.org");
    for (what, key, fault) in [
        ("secret", secret.clone(), KeyFault::Secret),
        (
            "secret, called public",
            secret.replace("PRIVATE", "PUBLIC"),
            KeyFault::Secret,
        ),
        ("two blocks", format!("{public}{second}"), KeyFault::Several),
        ("public and secret", format!("{public}{secret}"), KeyFault::Secret),
        ("old", gpg.public_key("old@example.org"), KeyFault::Expired),
        ("revoked", gpg.public_key("gone@example.org"), KeyFault::Revoked),
        (
            "signs only",
            gpg.public_key("signs@example.org"),
            KeyFault::NoEncryption,
        ),
        ("future", gpg.public_key("future@example.org"), KeyFault::NotYet),
        (
            "brainpool",
            gpg.public_key("brainpool@example.org"),
            KeyFault::Unsupported,
        ),
        (
            "secp256k1",
            gpg.public_key("bitcoin@example.org"),
            KeyFault::Unsupported,
        ),
        ("nothing", String::new(), KeyFault::NoKey),
        ("garbage", "hello\n".repeat(1000), KeyFault::NoKey),
        ("cut", public[..public.len() / 2].to_owned(), KeyFault::NoKey),
        ("broken", public.replace("\n\n", "\n\nAAAA"), KeyFault::NoKey),
    ] {
        assert_eq!(submit(&ann, "1", &key).await, Err(ApiError::PgpKey(fault)), "{what}");
    }
    let weak = submit(&ann, "1", &gpg.public_key("weak@example.org"))
        .await
        .unwrap_err();
    assert_eq!(weak, ApiError::PgpKey(KeyFault::Weak(Weakness::Rsa { bits: 1024 })));
    assert!(weak.to_string().contains("1024"), "{weak}");
    let unsupported = ApiError::PgpKey(KeyFault::Unsupported).to_string();
    assert!(!unsupported.contains("safe enough"), "{unsupported}");
    // It comes back in the address without JavaScript, and a link can hold anything.
    let text = serde_json::from_str::<ApiError>(r#"{"pgp_key":{"weak":"Call 555-0100"}}"#);
    assert!(text.is_err(), "{text:?}");
    assert!(mailbox(&ann).await.profiles.is_empty());
}

#[tokio::test]
async fn a_key_is_for_ones_own_verified_mailbox() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let key = gnupg(ANN, "never").public_key("ann@example.org");
    let eve = site.member("eve@example.org").await;
    assert_eq!(submit(&eve, "1", &key).await, Err(ApiError::NotFound));
    assert_eq!(submit(&site.browser(), "1", &key).await, Err(ApiError::SignedOut));
    assert_eq!(eve.get("/relay/1/new-profile/pgp").await.status, StatusCode::NOT_FOUND);
    let new = site.browser();
    new.sign_up("new@example.org").await.unwrap();
    assert_eq!(submit(&new, "3", &key).await, Err(ApiError::MailboxUnverified));
    submit(&ann, "1", &key).await.unwrap();
    assert_eq!(view(&eve, "1").await.err(), Some(ApiError::NotFound));
    for other in [&eve, &new] {
        assert_eq!(
            other.get("/profiles/1/trust-key.asc").await.status,
            StatusCode::NOT_FOUND
        );
    }
}
