//! Two processes on one PostgreSQL. The requests of each browser and tool go to one and the other in turn.

use app::api::{account::Viewer, api_key::ApiKeysView};
use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use test_support::postgres::Postgres;

use crate::http::{
    codes::{self, code},
    passkeys,
    site::{Browser, PASSWORD, Site},
};

async fn is_signed_in(browser: &Browser<'_>) -> bool {
    // Both processes must know the session.
    let first: Option<Viewer> = browser.call("current_viewer", &[]).await.unwrap();
    let second: Option<Viewer> = browser.call("current_viewer", &[]).await.unwrap();
    assert_eq!(first, second);
    first.is_some()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_process_answers_any_request() {
    let server = Postgres::start();
    let site = Site::of_two_processes(&server.database(), "http://localhost:3000").await;
    // Signing up begins at the first process in one round and at the second in the other.
    for email in ["ann@example.org", "eve@example.org"] {
        let member = site.member(email).await;
        assert!(is_signed_in(&member).await);
        member.call::<()>("sign_out", &[]).await.unwrap();
        assert!(!is_signed_in(&member).await);
        member.sign_in(email, PASSWORD).await.unwrap();
        assert!(is_signed_in(&member).await);

        let authenticator = passkeys::add(&member, email.as_bytes()).await;
        let browser = site.browser();
        let answer = authenticator.get(&passkeys::options(&browser).await);
        passkeys::sign_in(&browser, &answer).await.unwrap();
        assert!(is_signed_in(&browser).await);
        assert!(
            passkeys::sign_in(&site.browser(), &answer).await.is_err(),
            "a second time"
        );

        let secret = codes::turn_on(&site, &member).await;
        let browser = site.browser();
        browser.sign_in(email, PASSWORD).await.unwrap();
        assert!(!is_signed_in(&browser).await);
        let digits = code(&secret, site.now());
        browser
            .call::<()>("sign_in_with_code", &[("code", &digits)])
            .await
            .unwrap();
        assert!(is_signed_in(&browser).await);
        tool_calls(&site, &member).await;
    }
}

/// The key works at both processes as soon as one has made it, and at none as soon as one has deleted it.
async fn tool_calls(site: &Site, member: &Browser<'_>) {
    let form = [("name", "tool"), ("days", "0"), ("password", PASSWORD)];
    member.call::<()>("create_api_key", &form).await.unwrap();
    let view: ApiKeysView = member.call("api_keys", &[]).await.unwrap();
    let (key, id) = (view.made.unwrap(), view.keys[0].id.to_string());
    let call = async || {
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/aliases")
            .header("authorization", format!("Bearer {key}"))
            .header("content-type", "application/json");
        let body = Body::from(r#"{"domain": "relay.example", "description": "shop"}"#);
        site.browser().send(request, body).await.status
    };
    assert_eq!([call().await, call().await], [StatusCode::CREATED; 2]);
    member.call::<()>("revoke_api_key", &[("key", &id)]).await.unwrap();
    assert_eq!([call().await, call().await], [StatusCode::UNAUTHORIZED; 2]);
}
