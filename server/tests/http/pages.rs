use std::sync::atomic::Ordering;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::site::Site;

#[tokio::test]
async fn healthz_answers_only_when_all_is_ready() {
    let site = Site::new().await;
    assert_eq!(site.browser().get("/healthz").await.status, StatusCode::OK);
    site.ready.store(false, Ordering::Release);
    assert_eq!(
        site.browser().get("/healthz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
}

#[tokio::test]
async fn the_mta_sts_policy_is_plain_text() {
    let site = Site::new().await;
    let policy = site.browser().get("/.well-known/mta-sts.txt").await;
    assert_eq!((policy.status, policy.text()), (StatusCode::OK, "version: STSv1\r\n"));
    assert!(policy.header("content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn pages_know_the_visitor_and_their_scripts_carry_the_nonce() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    let page = browser.get("/relay").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text().contains("ann@example.org"), "{}", page.text());
    assert_eq!(page.header("cache-control"), "no-store");
    let policy = page.header("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap();
    let scripts: Vec<_> = page
        .text()
        .match_indices("<script")
        .map(|(at, _)| &page.text()[at..])
        .collect();
    assert!(!scripts.is_empty());
    for script in scripts {
        let tag = script.split('>').next().unwrap();
        assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}");
    }
    let other = browser.get("/relay").await;
    assert!(
        !other.header("content-security-policy").contains(nonce),
        "a nonce is used once"
    );
    let stranger = site.browser().get("/relay").await;
    assert!(!stranger.text().contains("ann@example.org"));
}

#[tokio::test]
async fn files_are_compressed_and_pages_are_not() {
    let site = Site::new().await;
    let get = |path| {
        let browser = site.browser();
        async move {
            browser
                .send(Request::get(path).header("accept-encoding", "gzip"), Body::empty())
                .await
        }
    };
    let file = get("/pkg/sealpost.js").await;
    assert_eq!((file.status, file.header("content-encoding")), (StatusCode::OK, "gzip"));
    assert_eq!(file.header("cache-control"), "no-cache");
    assert!(file.header("content-type").contains("javascript"));
    for path in ["/", "/nothing/here"] {
        assert_eq!(get(path).await.header("content-encoding"), "", "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_404_and_nothing_outside_the_folder_is_served() {
    let site = Site::new().await;
    assert!(site.folder.path().join("sealpost.db").exists());
    for path in [
        "/nothing/here",
        "/../sealpost.db",
        "/%2e%2e/sealpost.db",
        "/pkg/..%2f..%2fsealpost.db",
        "/pkg",
    ] {
        let answer = site.browser().get(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.body.starts_with(b"SQLite"));
    }
}
