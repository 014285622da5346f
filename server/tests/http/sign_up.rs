//! Who can sign up, and how much an account may have.

use app::api::{ApiError, account::SignUpMode};
use server::{config::Allowance, invitation};
use time::Duration;

use crate::site::{Browser, PASSWORD, Settings, Site};

async fn sign_up(browser: &Browser<'_>, email: &str, invitation: &str) -> Result<(), ApiError> {
    let form = [("email", email), ("password", PASSWORD), ("invitation", invitation)];
    browser.call("sign_up", &form).await
}

async fn site(sign_up: SignUpMode) -> Site {
    Site::with(Settings {
        sign_up,
        ..Settings::default()
    })
    .await
}

#[tokio::test]
async fn signing_up_can_be_closed() {
    let site = site(SignUpMode::Closed).await;
    let code = "aaaa-bbbb-cccc-dddd-eeee-ffff";
    let expires = site.now() + Duration::DAY;
    site.store
        .add_invitation(invitation::hash(code), expires)
        .await
        .unwrap();
    let browser = site.browser();
    assert_eq!(
        sign_up(&browser, "ann@example.org", code).await,
        Err(ApiError::SignUpClosed)
    );
    let page = browser.get("/sign-up").await;
    assert!(page.text().contains("Signing up is closed on this relay."));
    assert!(!page.text().contains("name=\"password\""));
    for path in ["/", "/sign-in", "/help"] {
        let page = browser.get(path).await;
        assert!(!page.text().contains("href=\"/sign-up\""), "{path}");
    }
}

#[tokio::test]
async fn signing_up_is_offered_as_it_is() {
    for (mode, landing, sign_in) in [
        (SignUpMode::Open, "Create an account", ">Sign up</a>"),
        (
            SignUpMode::Invite,
            "New accounts are by invitation",
            "Sign up with an invitation",
        ),
        (
            SignUpMode::Closed,
            "This relay takes no new accounts.",
            "Forgot your password?",
        ),
    ] {
        let site = site(mode).await;
        let browser = site.browser();
        assert!(browser.get("/").await.text().contains(landing), "{mode:?}");
        assert!(browser.get("/sign-in").await.text().contains(sign_in), "{mode:?}");
    }
}

#[tokio::test]
async fn an_invitation_is_good_for_one_account() {
    let site = site(SignUpMode::Invite).await;
    let (code, late) = ("abcd-efgh-2345-6777-aaaa-bbbb", "aaaa-bbbb-cccc-dddd-eeee-ffff");
    let store = &site.store;
    store
        .add_invitation(invitation::hash(code), site.now() + Duration::days(14))
        .await
        .unwrap();
    store
        .add_invitation(invitation::hash(late), site.now() + Duration::days(1))
        .await
        .unwrap();
    let browser = site.browser();
    assert!(browser.get("/sign-up").await.text().contains("name=\"invitation\""));
    for wrong in ["", "abcd", "zzzz-efgh-2345-6777-aaaa-bbbb"] {
        assert_eq!(
            sign_up(&browser, "ann@example.org", wrong).await,
            Err(ApiError::WrongInvitation)
        );
    }
    assert_eq!(browser.cookie(), None);
    let typed = code.to_uppercase().replace('-', " ");
    sign_up(&browser, "ann@example.org", &typed).await.unwrap();
    assert_eq!(
        sign_up(&site.browser(), "bob@example.org", code).await,
        Err(ApiError::WrongInvitation)
    );
    // A sign-up that fails leaves the invitation.
    assert_eq!(
        sign_up(&site.browser(), "ann@relay.example", late).await,
        Err(ApiError::AddressUnavailable)
    );
    site.pass(Duration::days(1) - Duration::SECOND);
    sign_up(&site.browser(), "eve@example.org", late).await.unwrap();
}

#[tokio::test]
async fn an_invitation_ends() {
    let site = site(SignUpMode::Invite).await;
    let expires = site.now() + Duration::days(14);
    site.store
        .add_invitation(invitation::hash("abcd"), expires)
        .await
        .unwrap();
    site.pass(Duration::days(14));
    assert_eq!(
        sign_up(&site.browser(), "ann@example.org", "abcd").await,
        Err(ApiError::WrongInvitation)
    );
}

#[tokio::test]
async fn an_account_has_no_more_than_the_operator_allows() {
    let site = Site::with(Settings {
        allowance: Allowance {
            mailboxes: 2,
            aliases: 4,
            aliases_per_hour: 3,
            messages_per_hour: 1,
            replies_per_hour: 200,
        },
        ..Settings::default()
    })
    .await;
    let browser = site.member("ann@example.org").await;
    let add = |address: &'static str| {
        let browser = &browser;
        async move { browser.call::<()>("add_mailbox", &[("address", address)]).await }
    };
    add("second@example.org").await.unwrap();
    assert_eq!(add("third@example.org").await, Err(ApiError::LimitReached { most: 2 }));
    let take = |local: &'static str| {
        let browser = &browser;
        async move {
            let form = [("local", local), ("label", ""), ("mailbox", "1")];
            browser.call::<serde_json::Value>("create_alias", &form).await.map(drop)
        }
    };
    for local in ["one-1", "two-2", "three-3"] {
        take(local).await.unwrap();
    }
    assert_eq!(take("four-4").await, Err(ApiError::TooManyAttempts { minutes: 60 }));
    site.pass(Duration::hours(1));
    take("four-4").await.unwrap();
    assert_eq!(take("five-5").await, Err(ApiError::LimitReached { most: 4 }));
}

#[tokio::test]
async fn the_operator_prints_an_invitation() {
    let folder = tempfile::tempdir().unwrap();
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_sealpost"))
        .arg("invite")
        .current_dir(folder.path())
        .env_clear()
        .env("SEALPOST_PUBLIC_URL", "https://mail.example.org")
        .output()
        .unwrap();
    let said = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&printed.stderr)
    );
    let code = said.lines().next().unwrap();
    assert_eq!(code.len(), 29, "24 letters and digits in groups of four: {code}");
    assert!(said.contains("https://mail.example.org/sign-up"));
    let url = format!("sqlite://{}", folder.path().join("data/sealpost.db").display());
    let store = server::store::Store::connect(&url).await.unwrap();
    let now = time::OffsetDateTime::now_utc();
    let email = "ann@example.org".parse().unwrap();
    let sign_up = |at| store.create_invited_account(invitation::hash(code), &email, String::new(), at);
    assert!(sign_up(now + Duration::days(14)).await.is_err(), "too late");
    sign_up(now).await.unwrap();
}
