//! Signing in at a provider: what an honest provider, a lying one and a stranger can bring about. The provider is played here, so that it
//! can send what a real one never would; the browser suite has a real one (end2end/tests/provider.spec.ts).

mod pretend;

use app::api::{
    ApiError,
    account::{SignUpMode, Viewer},
    provider::Confirmation,
    security::SecurityView,
};
use axum::http::{Request, StatusCode, header};
use pretend::{Pretend, Token, Trouble};
use server::{config::Switch, store::operator::Act};
use time::Duration;

use crate::http::site::{Answer, Browser, PASSWORD, Settings, Site, encode};

const ANN: &str = "ann@example.org";

/// The fault of a token.
type Change = fn(&mut Token);

/// A site with such a provider.
async fn with(provider: &Pretend, change: impl FnOnce(&mut Settings)) -> Site {
    let mut settings = Settings {
        oidc: Some(provider.settings()),
        ..Settings::default()
    };
    change(&mut settings);
    let site = Site::with(settings).await;
    provider.set_now(site.now());
    site
}

/// "Sign in with …", as far as the provider's page; returns its URL.
async fn leave(browser: &Browser<'_>, purpose: &str, next: &str) -> String {
    let answer = post(browser, purpose, next, "same-origin").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.header("location"));
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "no-store");
    provider_page(&answer)
}

async fn post(browser: &Browser<'_>, purpose: &str, next: &str, from: &str) -> Answer {
    let request = Request::post("/sign-in/provider")
        .header("sec-fetch-site", from)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = encode(&[("purpose", purpose), ("next", next)]);
    browser.send(request, form).await
}

/// Signs up with an invitation; returns the page that follows.
async fn sign_up_with(provider: &Pretend, browser: &Browser<'_>, invitation: &str, token: Token) -> String {
    let request = Request::post("/sign-in/provider")
        .header("sec-fetch-site", "same-origin")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = encode(&[("purpose", "sign-in"), ("invitation", invitation)]);
    let page = provider_page(&browser.send(request, form).await);
    come_back(browser, &provider.answer(&page, token)).await
}

/// The page of the provider that an answer leads to.
fn provider_page(answer: &Answer) -> String {
    let text = answer.text();
    let from = text.find("0; url=").unwrap() + "0; url=".len();
    let to = from + text[from..].find('"').unwrap();
    text[from..to].replace("&amp;", "&")
}

/// Back from the provider; returns the page that follows.
async fn come_back(browser: &Browser<'_>, url: &str) -> String {
    let answer = browser.get(url).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
    assert_eq!(answer.header("cache-control"), "no-store");
    answer.header("location").to_owned()
}

/// There and back with such a token; returns the page that follows.
async fn go(provider: &Pretend, browser: &Browser<'_>, purpose: &str, token: Token) -> String {
    let page = leave(browser, purpose, "").await;
    come_back(browser, &provider.answer(&page, token)).await
}

async fn who(browser: &Browser<'_>) -> Option<String> {
    let viewer: Option<Viewer> = browser.call("current_viewer", &[]).await.unwrap();
    viewer.map(|viewer| viewer.email.to_string())
}

#[tokio::test]
async fn the_first_sign_in_makes_an_account_and_the_next_finds_it_though_the_address_changed() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let browser = site.browser();
    assert_eq!(
        go(&provider, &browser, "sign-in", Token::of("7", ANN)).await,
        "/aliases"
    );
    assert_eq!(who(&browser).await.as_deref(), Some(ANN));
    assert!(site.outbox.mail.lock().unwrap().is_empty(), "no code is needed");
    let viewer: Option<Viewer> = browser.call("current_viewer", &[]).await.unwrap();
    assert_eq!(viewer.unwrap().unverified, None);

    let elsewhere = site.browser();
    go(&provider, &elsewhere, "sign-in", Token::of("7", "new@example.org")).await;
    assert_eq!(who(&elsewhere).await.as_deref(), Some(ANN));
    // Somebody else who got the address gets neither the account nor one of their own.
    let other = site.browser();
    let page = go(&provider, &other, "sign-in", Token::of("8", ANN)).await;
    assert_eq!(page, "/sign-in?done=provider-address-taken");
    assert_eq!(who(&other).await, None);
}

#[tokio::test]
async fn an_account_is_linked_by_its_address_only_if_the_provider_has_verified_it() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let member = site.member(ANN).await;
    for verified in [Some(false), None] {
        let stranger = site.browser();
        let mut token = Token::of("7", ANN);
        token.email_verified = verified;
        let page = go(&provider, &stranger, "sign-in", token).await;
        assert_eq!(page, "/sign-in?done=provider-unverified");
        assert_eq!(who(&stranger).await, None);
    }
    assert!(site.letters.written.lock().unwrap().is_empty());
    let browser = site.browser();
    let mut token = Token::of("7", ANN);
    token.mail_in_token = false;
    assert_eq!(
        go(&provider, &browser, "sign-in", token).await,
        "/aliases",
        "asked for the address"
    );
    assert_eq!(who(&browser).await.as_deref(), Some(ANN));
    site.letters(1).await;
    assert!(
        site.letters.written.lock().unwrap()[0]
            .1
            .contains("can now be signed in to with Our House")
    );
    let view: SecurityView = member.call("security", &[]).await.unwrap();
    assert!(view.has_password && view.provider.unwrap().since.is_some());
}

#[tokio::test]
async fn an_account_with_a_second_factor_is_linked_by_its_person_only() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let member = site.member(ANN).await;
    let act = Act::by_command(site.now());
    let ann = site.store.find_account(ANN).await.unwrap().unwrap();
    assert!(site.store.set_administrator(ann, true, act).await.unwrap());
    let stranger = site.browser();
    let page = go(&provider, &stranger, "sign-in", Token::of("7", ANN)).await;
    assert_eq!(page, "/sign-in?done=provider-link-by-hand");
    assert_eq!(who(&stranger).await, None);
    member
        .call::<()>("confirm_password", &[("password", PASSWORD)])
        .await
        .unwrap();
    let mut fresh = Token::of("7", ANN);
    fresh.authenticated = Some(0);
    let page = go(&provider, &member, "link", fresh).await;
    assert_eq!(page, "/account?done=provider-linked#provider-section");
}

#[tokio::test]
async fn nobody_gets_an_account_after_an_administrator_closed_the_relay() {
    let provider = Pretend::start().await;
    let site = with(&provider, |settings| settings.oidc.as_mut().unwrap().sign_up = true).await;
    let act = Act::by_command(site.now());
    site.store.set_sign_up(Some(SignUpMode::Closed), act).await.unwrap();
    let page = go(&provider, &site.browser(), "sign-in", Token::of("7", ANN)).await;
    assert_eq!(page, "/sign-in?done=provider-sign-up-closed");
    site.store.set_sign_up(None, act).await.unwrap();
    assert_eq!(
        go(&provider, &site.browser(), "sign-in", Token::of("7", ANN)).await,
        "/aliases"
    );
}

#[tokio::test]
async fn an_invitation_is_good_for_one_account_at_the_provider_too() {
    let provider = Pretend::start().await;
    let site = with(&provider, |settings| settings.sign_up = SignUpMode::Invite).await;
    let act = Act::by_command(site.now());
    let invitation = server::invitation::make(&site.store, act).await.unwrap().code;
    let page = site.browser().get("/sign-up").await;
    assert!(page.text().contains("Sign up with Our House"), "{}", page.text());
    let browser = site.browser();
    let needed = "/sign-up?done=provider-needs-invitation";
    assert_eq!(go(&provider, &browser, "sign-in", Token::of("7", ANN)).await, needed);
    let wrong = "/sign-up?done=provider-wrong-invitation";
    let page = sign_up_with(&provider, &browser, "aaaa-bbbb", Token::of("7", ANN)).await;
    assert_eq!(page, wrong);
    // As a person types it.
    let typed = invitation.to_uppercase().replace('-', " ");
    let page = sign_up_with(&provider, &browser, &typed, Token::of("7", ANN)).await;
    assert_eq!(page, "/aliases");
    assert_eq!(who(&browser).await.as_deref(), Some(ANN));
    let other = site.browser();
    let page = sign_up_with(&provider, &other, &invitation, Token::of("8", "bob@example.org")).await;
    assert_eq!(page, wrong, "it was used");
    // Closed is closed.
    let invitation = server::invitation::make(&site.store, act).await.unwrap().code;
    site.store.set_sign_up(Some(SignUpMode::Closed), act).await.unwrap();
    let page = sign_up_with(&provider, &other, &invitation, Token::of("8", "bob@example.org")).await;
    assert_eq!(page, "/sign-in?done=provider-sign-up-closed");
    assert_eq!(who(&other).await, None);
}

#[tokio::test]
async fn an_address_that_nobody_verified_here_is_nobodys() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let claims = site.browser();
    claims.sign_up(ANN).await.unwrap();
    let owner = site.browser();
    assert_eq!(go(&provider, &owner, "sign-in", Token::of("7", ANN)).await, "/aliases");
    let view: SecurityView = owner.call("security", &[]).await.unwrap();
    assert!(
        !view.has_password,
        "it is not the account whose password a stranger knows"
    );
    assert_eq!(claims.sign_in(ANN, PASSWORD).await, Err(ApiError::WrongCredentials));
}

#[tokio::test]
async fn who_may_have_an_account_is_the_operators_to_say() {
    let provider = Pretend::start().await;
    for (mode, oidc_sign_up, expected) in [
        (SignUpMode::Open, false, "/aliases"),
        (SignUpMode::Invite, false, "/sign-up?done=provider-needs-invitation"),
        (SignUpMode::Closed, false, "/sign-in?done=provider-sign-up-closed"),
        (SignUpMode::Closed, true, "/aliases"),
    ] {
        let site = with(&provider, |settings| {
            settings.sign_up = mode;
            settings.oidc.as_mut().unwrap().sign_up = oidc_sign_up;
        })
        .await;
        let browser = site.browser();
        let page = go(&provider, &browser, "sign-in", Token::of("7", ANN)).await;
        assert_eq!(page, expected, "{mode:?}");
    }
    let site = with(&provider, |_| ()).await;
    let page = go(&provider, &site.browser(), "sign-in", Token::of("7", "x@relay.example")).await;
    assert_eq!(page, "/sign-in?done=provider-address-unusable");
}

#[tokio::test]
async fn an_answer_counts_only_in_the_browser_that_asked_and_once() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let (attacker, victim) = (site.browser_at("192.0.2.7"), site.browser());
    let page = leave(&attacker, "sign-in", "").await;
    let forged = provider.answer(&page, Token::of("666", "evil@example.org"));
    // Login CSRF: without a cookie, and with that of a sign-in of their own.
    assert_eq!(come_back(&victim, &forged).await, "/sign-in?done=provider-expired");
    let own = leave(&victim, "sign-in", "/relay").await;
    assert_eq!(come_back(&victim, &forged).await, "/sign-in?done=provider-expired");
    assert_eq!(who(&victim).await, None);
    // The attacker's code with the victim's state: the code verifier and the nonce are another's.
    let own = provider.answer(&own, Token::of("7", ANN));
    let (before, code) = (
        own.split("code=").next().unwrap(),
        forged.split("code=").nth(1).unwrap(),
    );
    let mixed = format!(
        "{before}code={}&state={}",
        code.split('&').next().unwrap(),
        own.split("state=").nth(1).unwrap()
    );
    assert_eq!(
        come_back(&victim, &mixed).await,
        "/sign-in?next=%2Frelay&done=provider-refused"
    );
    assert_eq!(who(&victim).await, None);

    let page = leave(&victim, "sign-in", "/relay").await;
    let cookie = victim.cookie_of("trip");
    let answer = provider.answer(&page, Token::of("7", ANN));
    assert_eq!(come_back(&victim, &answer).await, "/relay");
    assert_eq!(victim.cookie_of("trip"), None);
    // The same answer again, by somebody who has the cookie, too.
    let thief = site.browser();
    thief.set_cookie(cookie);
    assert_eq!(come_back(&thief, &answer).await, "/sign-in?done=provider-expired");
    assert_eq!(who(&thief).await, None);
}

#[tokio::test]
async fn a_trip_ends() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let browser = site.browser();
    let answer = provider.answer(&leave(&browser, "sign-in", "").await, Token::of("7", ANN));
    site.pass(Duration::minutes(15));
    assert_eq!(come_back(&browser, &answer).await, "/sign-in?done=provider-expired");
}

#[tokio::test]
async fn a_token_that_is_not_for_this_relay_and_this_moment_is_refused() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let cases: [(&str, Change); 10] = [
        ("expired", |token| token.expires = -120),
        ("of the future", |token| token.issued = 3600),
        ("for another client", |token| token.audience = vec!["other"]),
        ("for another client, too", |token| {
            token.audience = vec!["sealpost", "other"]
        }),
        ("asked for by another client", |token| token.party = Some("other")),
        ("of another issuer", |token| token.issuer = Some("https://evil.example")),
        ("with another nonce", |token| token.nonce = Some("another")),
        ("signed by a stranger", |token| token.stranger = true),
        ("signed with the client's secret", |token| token.algorithm = "HS256"),
        ("not signed", |token| token.algorithm = "none"),
    ];
    let mut accepted = Vec::new();
    for (what, change) in cases {
        let mut token = Token::of("7", ANN);
        change(&mut token);
        let browser = site.browser();
        let page = go(&provider, &browser, "sign-in", token).await;
        if page != "/sign-in?done=provider-refused" || who(&browser).await.is_some() {
            accepted.push(what);
        }
    }
    assert!(accepted.is_empty(), "{accepted:?}");
    // The answer of another provider (RFC 9207).
    let browser = site.browser();
    let answer = provider.answer(&leave(&browser, "sign-in", "").await, Token::of("7", ANN));
    let page = come_back(&browser, &format!("{answer}&iss=https%3A%2F%2Fevil.example")).await;
    assert_eq!(page, "/sign-in?done=provider-refused");
    assert_eq!(
        go(&provider, &browser, "sign-in", Token::of("7", ANN)).await,
        "/aliases",
        "an honest one"
    );
}

#[tokio::test]
async fn new_keys_of_the_provider_are_found() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    assert_eq!(
        go(&provider, &site.browser(), "sign-in", Token::of("7", ANN)).await,
        "/aliases"
    );
    site.pass(Duration::seconds(20));
    provider.set_now(site.now());
    provider.new_key();
    assert_eq!(
        go(&provider, &site.browser(), "sign-in", Token::of("7", ANN)).await,
        "/aliases"
    );
}

#[tokio::test]
async fn another_site_cannot_send_anybody_and_no_page_of_another_follows() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let browser = site.browser();
    assert_eq!(
        post(&browser, "sign-in", "", "cross-site").await.status,
        StatusCode::FORBIDDEN
    );
    for evil in [
        "//evil.example",
        "https://evil.example/relay",
        "/\\evil.example",
        "/sign-in",
    ] {
        let page = leave(&browser, "sign-in", evil).await;
        let next = come_back(&browser, &provider.answer(&page, Token::of("7", ANN))).await;
        assert_eq!(next, "/aliases", "{evil}");
    }
    let page = leave(&browser, "sign-in", "/aliases?q=a").await;
    assert_eq!(
        come_back(&browser, &provider.answer(&page, Token::of("7", ANN))).await,
        "/aliases?q=a"
    );
    for purpose in ["confirm", "link"] {
        let nobody = site.browser();
        let answer = post(&nobody, purpose, "", "same-origin").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{purpose} without a session");
    }
}

#[tokio::test]
async fn a_session_that_was_planted_is_worth_nothing_after_a_sign_in() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let planted = site.member("evil@example.org").await;
    let victim = site.browser();
    victim.set_cookie(planted.cookie());
    go(&provider, &victim, "sign-in", Token::of("7", ANN)).await;
    assert_eq!(who(&victim).await.as_deref(), Some(ANN));
    assert_eq!(who(&planted).await, None, "it has ended");
}

#[tokio::test]
async fn an_account_that_is_off_stays_out() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let off = || async {
        let account = site.store.find_account(ANN).await.unwrap().unwrap();
        let act = Act::by_command(site.now());
        site.store.set_account_disabled(account, true, act).await.unwrap();
    };
    site.member(ANN).await;
    off().await;
    let browser = site.browser();
    let page = go(&provider, &browser, "sign-in", Token::of("7", ANN)).await;
    assert_eq!(page, "/sign-in?done=provider-account-disabled");
    let account = site.store.find_account(ANN).await.unwrap().unwrap();
    assert!(
        site.store.identities(account).await.unwrap().is_empty(),
        "and is not linked"
    );
    assert_eq!(who(&browser).await, None);
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_in_words() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    provider.stop().await;
    let browser = site.browser();
    for _ in 0..2 {
        let answer = post(&browser, "sign-in", "/relay", "same-origin").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(
            answer.header("location"),
            "/sign-in?next=%2Frelay&done=provider-unreachable"
        );
    }
    let page = browser.get("/sign-in?done=provider-unreachable").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("cannot be reached at the moment"));
    assert_eq!(browser.cookie_of("trip"), None, "nothing began");
}

#[tokio::test]
async fn an_answer_that_is_too_large_or_leads_elsewhere_is_none() {
    for trouble in [Trouble::Redirect, Trouble::Large] {
        let provider = Pretend::start().await;
        let site = with(&provider, |_| ()).await;
        provider.make(trouble);
        let answer = post(&site.browser(), "sign-in", "", "same-origin").await;
        assert_eq!(
            answer.header("location"),
            "/sign-in?done=provider-unreachable",
            "{trouble:?}"
        );
        assert_eq!(provider.asked_elsewhere(), 0);
    }
}

#[tokio::test]
async fn a_trip_ends_once_whoever_is_first() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let browser = site.browser();
    let answer = provider.answer(&leave(&browser, "sign-in", "").await, Token::of("7", ANN));
    let cookie = browser.cookie_of("trip");
    let thieves = [(); 8].map(|()| site.browser());
    for thief in &thieves {
        thief.set_cookie(cookie.clone());
    }
    let pages = futures::future::join_all(thieves.iter().map(|thief| come_back(thief, &answer))).await;
    assert_eq!(pages.iter().filter(|page| *page == "/aliases").count(), 1, "{pages:?}");
    assert_eq!(provider.redeemed(), 1);
}

#[tokio::test]
async fn trips_are_limited_for_each_place() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let stranger = site.browser();
    for _ in 0..200 {
        assert_eq!(
            post(&stranger, "sign-in", "", "same-origin").await.status,
            StatusCode::OK
        );
    }
    let answer = post(&stranger, "sign-in", "", "same-origin").await;
    assert_eq!(answer.header("location"), "/sign-in?done=provider-too-many");
    let other = site.browser_at("198.51.100.1");
    assert_eq!(post(&other, "sign-in", "", "same-origin").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_account_without_a_password_confirms_by_a_fresh_sign_in() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let browser = site.browser();
    go(&provider, &browser, "sign-in", Token::of("7", ANN)).await;
    // A session at the provider, whose person proved themselves at an unknown time, confirms nothing.
    let delete = [("confirmation", ANN), ("password", "")];
    let asked: Result<(), _> = browser.call("delete_account", &delete).await;
    assert_eq!(asked, Err(ApiError::ConfirmFirst));
    assert_eq!(
        browser.call::<Confirmation>("how_to_confirm", &[]).await.unwrap(),
        Confirmation::Provider {
            name: "Our House".to_owned(),
            done: false
        }
    );
    let page = leave(&browser, "confirm", "/account/delete").await;
    assert!(page.contains("prompt=login") && page.contains("max_age=0"), "{page}");
    for (what, when, expected) in [
        ("without a time", None, "provider-not-fresh"),
        ("from before", Some(-600), "provider-not-fresh"),
        ("of the future", Some(3600), "provider-not-fresh"),
    ] {
        let mut token = Token::of("7", ANN);
        token.authenticated = when;
        let page = go(&provider, &browser, "confirm", token).await;
        assert_eq!(page, format!("/account?done={expected}"), "{what}");
    }
    let mut other = Token::of("8", "bob@example.org");
    other.authenticated = Some(0);
    assert_eq!(
        go(&provider, &browser, "confirm", other).await,
        "/account?done=provider-other-person"
    );
    let asked: Result<(), _> = browser.call("delete_account", &delete).await;
    assert_eq!(asked, Err(ApiError::ConfirmFirst));

    let mut fresh = Token::of("7", ANN);
    fresh.authenticated = Some(0);
    let page = leave(&browser, "confirm", "/account/delete").await;
    let back = come_back(&browser, &provider.answer(&page, fresh)).await;
    assert_eq!(back, "/account/delete?done=provider-confirmed");
    // It lasts ten minutes.
    site.pass(Duration::minutes(11));
    provider.set_now(site.now());
    assert_eq!(
        browser.call::<()>("delete_account", &delete).await,
        Err(ApiError::ConfirmFirst)
    );
    let mut fresh = Token::of("7", ANN);
    fresh.authenticated = Some(0);
    go(&provider, &browser, "confirm", fresh).await;
    browser.call::<()>("delete_account", &delete).await.unwrap();
    assert_eq!(who(&browser).await, None);
}

#[tokio::test]
async fn a_confirmation_is_of_the_session_in_which_it_began() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let browser = site.browser();
    go(&provider, &browser, "sign-in", Token::of("7", ANN)).await;
    let page = leave(&browser, "confirm", "").await;
    let mut fresh = Token::of("7", ANN);
    fresh.authenticated = Some(0);
    let answer = provider.answer(&page, fresh);
    // Somebody else signs in meanwhile.
    let other = site.member("bob@example.org").await;
    browser.set_cookie(other.cookie());
    assert_eq!(come_back(&browser, &answer).await, "/account?done=provider-expired");
}

#[tokio::test]
async fn a_password_confirms_if_there_is_one_and_a_first_one_can_be_set() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let member = site.member(ANN).await;
    // With a password, a sign-in at the provider is not enough.
    let browser = site.browser();
    let mut fresh = Token::of("7", ANN);
    fresh.authenticated = Some(0);
    go(&provider, &browser, "sign-in", fresh).await;
    let asked: Result<(), _> = browser.call("delete_account", &[("confirmation", ANN)]).await;
    assert_eq!(asked, Err(ApiError::WrongPassword));
    drop(member);

    let bob = site.browser();
    let mut fresh = Token::of("9", "bob@example.org");
    fresh.authenticated = Some(0);
    go(&provider, &bob, "sign-in", fresh).await;
    let unlinked: Result<(), _> = bob.call("unlink_provider", &[]).await;
    assert_eq!(unlinked, Err(ApiError::LastWayIn));
    bob.call::<()>("change_password", &[("password", PASSWORD)])
        .await
        .unwrap();
    let again: Result<(), _> = bob.call("unlink_provider", &[]).await;
    assert_eq!(
        again,
        Err(ApiError::WrongPassword),
        "from now on the password is asked for"
    );
    bob.call::<()>("unlink_provider", &[("password", PASSWORD)])
        .await
        .unwrap();
    site.browser().sign_in("bob@example.org", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_link_needs_a_confirmed_session_and_a_fresh_sign_in_and_is_told() {
    let provider = Pretend::start().await;
    let site = with(&provider, |_| ()).await;
    let member = site.member(ANN).await;
    site.pass(Duration::minutes(11));
    provider.set_now(site.now());
    let answer = post(&member, "link", "", "same-origin").await;
    assert_eq!(
        answer.header("location"),
        "/account?done=provider-confirm-first#provider-section"
    );
    member
        .call::<()>("confirm_password", &[("password", PASSWORD)])
        .await
        .unwrap();
    let mut stale = Token::of("7", "other@example.org");
    stale.authenticated = Some(-600);
    let page = go(&provider, &member, "link", stale).await;
    assert_eq!(page, "/account?done=provider-not-fresh#provider-section");
    let fresh = || {
        let mut token = Token::of("7", "other@example.org");
        token.authenticated = Some(0);
        token
    };
    let page = go(&provider, &member, "link", fresh()).await;
    assert_eq!(page, "/account?done=provider-linked#provider-section");
    site.letters(1).await;
    // It is nobody else's from now on.
    let bob = site.member("bob@example.org").await;
    let page = go(&provider, &bob, "link", fresh()).await;
    assert_eq!(page, "/account?done=provider-identity-taken#provider-section");
    let browser = site.browser();
    go(&provider, &browser, "sign-in", Token::of("7", "other@example.org")).await;
    assert_eq!(who(&browser).await.as_deref(), Some(ANN));
}

#[tokio::test]
async fn without_local_sign_in_there_is_the_provider_only() {
    let provider = Pretend::start().await;
    let site = with(&provider, |settings| settings.local_sign_in = Switch::Off).await;
    let browser = site.browser();
    let off = Err(ApiError::LocalSignInOff);
    assert_eq!(browser.sign_up(ANN).await, off);
    assert_eq!(browser.sign_in(ANN, PASSWORD).await, off);
    let (new, code) = (("password", PASSWORD), ("code", "aaaa-aaaa-aaaa"));
    for (function, form) in [
        ("forgot_password", vec![("email", ANN)]),
        ("reset_password", vec![("email", ANN), code, new]),
        ("sign_in_with_code", vec![code]),
    ] {
        assert_eq!(browser.call::<()>(function, &form).await, off, "{function}");
    }
    assert_eq!(
        browser.call::<String>("begin_passkey_sign_in", &[]).await,
        Err(ApiError::LocalSignInOff)
    );
    let credential = serde_json::json!({"credential": "{}"});
    assert_eq!(browser.call_json::<()>("sign_in_with_passkey", credential).await, off);
    for (page, has, lacks) in [
        ("/sign-in", "Sign in with Our House", "type=\"password\""),
        ("/sign-up", "Sign in with Our House", "type=\"password\""),
        (
            "/forgot",
            "Passwords and passkeys are turned off.",
            "<input id=\"email\"",
        ),
        (
            "/forgot/code",
            "Passwords and passkeys are turned off.",
            "type=\"password\"",
        ),
    ] {
        let answer = browser.get(page).await;
        assert!(answer.text().contains(has) && !answer.text().contains(lacks), "{page}");
    }

    let mut fresh = Token::of("7", ANN);
    fresh.authenticated = Some(0);
    assert_eq!(go(&provider, &browser, "sign-in", fresh).await, "/aliases");
    for (function, form) in [
        ("change_password", vec![new]),
        ("start_two_factor", vec![]),
        ("make_recovery_codes", vec![]),
    ] {
        assert_eq!(browser.call::<()>(function, &form).await, off, "{function}");
    }
    assert_eq!(
        browser.call::<String>("begin_passkey", &[]).await,
        Err(ApiError::LocalSignInOff)
    );
    assert_eq!(
        browser.call::<()>("unlink_provider", &[]).await,
        Err(ApiError::LastWayIn)
    );
    // API keys are made and work.
    let form = [("name", "phone"), ("days", "0"), ("password", "")];
    browser.call::<()>("create_api_key", &form).await.unwrap();
    let key = browser.cookie_of("once").unwrap().split_once('=').unwrap().1.to_owned();
    let request = Request::get("/api/v1/account-details").header("authorization", format!("Bearer {key}"));
    assert_eq!(site.browser().send(request, "").await.status, StatusCode::OK);
}
