//! Who can sign up, and how much an account may have.

use app::api::{ApiError, account::SignUpMode, mailbox::MailboxView};
use server::{config::Allowance, invitation, store::operator::Act};
use time::Duration;

use crate::http::{
    mailboxes::submit,
    site::{Browser, PASSWORD, Settings, Site},
};

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
        .add_invitation(invitation::hash(code), expires, Act::by_command(site.now()))
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
        .add_invitation(
            invitation::hash(code),
            site.now() + Duration::days(14),
            Act::by_command(site.now()),
        )
        .await
        .unwrap();
    store
        .add_invitation(
            invitation::hash(late),
            site.now() + Duration::days(1),
            Act::by_command(site.now()),
        )
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
        .add_invitation(invitation::hash("abcd"), expires, Act::by_command(site.now()))
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
    let invite = || {
        std::process::Command::new(env!("CARGO_BIN_EXE_sealpost"))
            .arg("invite")
            .current_dir(folder.path())
            .env_clear()
            .env("SEALPOST_PUBLIC_URL", "https://mail.example.org")
            .output()
            .unwrap()
    };
    // Where no relay has been, an invitation would be good for none.
    let refused = invite();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(
        !refused.status.success() && said.contains("there is no relay here"),
        "{said}"
    );
    assert!(!folder.path().join("data").exists());
    std::fs::create_dir(folder.path().join("data")).unwrap();
    let url = format!("sqlite://{}", folder.path().join("data/sealpost.db").display());
    let store = server::store::Store::connect(&url).await.unwrap();
    let printed = invite();
    let said = String::from_utf8(printed.stdout).unwrap();
    assert!(
        printed.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&printed.stderr)
    );
    let code = said.lines().next().unwrap();
    assert_eq!(code.len(), 29, "24 letters and digits in groups of four: {code}");
    assert!(said.contains("https://mail.example.org/sign-up"));
    let now = time::OffsetDateTime::now_utc();
    let email = "ann@example.org".parse().unwrap();
    let sign_up = |at| store.create_invited_account(invitation::hash(code), &email, String::new(), at);
    assert!(sign_up(now + Duration::days(14)).await.is_err(), "too late");
    sign_up(now).await.unwrap();
}

#[tokio::test]
async fn a_mistyped_address_is_corrected_before_it_is_confirmed() {
    let site = Site::new().await;
    let browser = site.browser();
    browser.sign_up("ann@exmaple.org").await.unwrap();
    let old = site.code("ann@exmaple.org").await;
    assert!(browser.get("/verify").await.text().contains("Wrong address?"));
    let correct = async |id: &str, address: &str| {
        browser
            .call::<()>("correct_mailbox", &[("mailbox", id), ("address", address)])
            .await
    };
    for (address, refusal) in [
        ("ann", ApiError::InvalidAddress),
        ("ann@relay.example", ApiError::AddressUnavailable),
        ("ann@exmaple.org", ApiError::AddressUnavailable),
    ] {
        assert_eq!(correct("1", address).await, Err(refusal), "{address}");
    }
    correct("1", "ann@example.org").await.unwrap();
    let new = site.code("ann@example.org").await;
    let mailboxes: Vec<MailboxView> = browser.call("mailboxes", &[]).await.unwrap();
    assert_eq!(mailboxes.len(), 1);
    let id = mailboxes[0].id.to_string();
    let verify = async |code: &str| {
        browser
            .call::<()>("verify_mailbox", &[("mailbox", &id), ("code", code)])
            .await
    };
    assert_eq!(verify(&old).await, Err(ApiError::WrongCode { tries_left: 4 }));
    verify(&new).await.unwrap();
    assert_eq!(correct(&id, "other@example.org").await, Err(ApiError::MailboxVerified));
    let again = site.browser();
    assert_eq!(
        again.sign_in("ann@exmaple.org", PASSWORD).await,
        Err(ApiError::WrongCredentials)
    );
    again.sign_in("ann@example.org", PASSWORD).await.unwrap();
    // Nobody else's mailbox is touched.
    let eve = site.member("eve@example.org").await;
    let form = [("mailbox", id.as_str()), ("address", "x@example.org")];
    assert_eq!(eve.call::<()>("correct_mailbox", &form).await, Err(ApiError::NotFound));
}

#[tokio::test]
async fn a_new_password_that_is_guessed_first_is_refused() {
    let site = Site::new().await;
    let browser = site.browser();
    for (password, refusal) in [
        ("short", ApiError::WeakPassword),
        ("password1234", ApiError::GuessablePassword),
        ("annalind@example.org", ApiError::GuessablePassword),
    ] {
        let form = [("email", "annalind@example.org"), ("password", password)];
        assert_eq!(browser.call::<()>("sign_up", &form).await, Err(refusal), "{password}");
    }
    assert_eq!(browser.cookie(), None, "nobody is signed in");
    let ann = site.member("annalind@example.org").await;
    let change = [("current", PASSWORD), ("password", "password1234")];
    assert_eq!(
        ann.call::<()>("change_password", &change).await,
        Err(ApiError::GuessablePassword)
    );
}

#[tokio::test]
async fn a_declined_form_keeps_what_was_typed_without_javascript() {
    let site = Site::new().await;
    let browser = site.browser();
    let typed = [("email", "ann+shop@example.org"), ("password", "password1234")];
    let back = submit(&browser, "sign_up", "/sign-up", &typed).await;
    assert!(back.starts_with("/sign-up?"), "{back}");
    assert!(
        !back.contains("shop") && !back.contains("1234"),
        "not in the address: {back}"
    );
    let page = browser.get(&back).await.text().to_owned();
    assert!(page.contains("This password is easy to guess."), "{page}");
    assert!(page.contains("value=\"ann+shop@example.org\""), "{page}");
    assert!(!page.contains("password1234"));
    // Once: a page that is opened later shows nothing of it.
    let later = browser.get(&back).await;
    assert!(!later.text().contains("ann+shop@example.org"));
    // Another form with a field of the same name stays empty.
    submit(&browser, "sign_up", "/sign-up", &typed).await;
    let other = back.replacen("/sign-up", "/sign-in", 1);
    assert!(!browser.get(&other).await.text().contains("ann+shop@example.org"));
    let ann = site.member("ann@example.org").await;
    let alias = [("local", "-"), ("label", "Shop & <Co>"), ("mailbox", "1")];
    let back = submit(&ann, "create_alias", "/aliases", &alias).await;
    let page = ann.get(&back).await.text().to_owned();
    assert!(page.contains("value=\"Shop &amp; &lt;Co"), "{page}");
}
