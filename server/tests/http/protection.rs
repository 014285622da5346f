use app::api::account::Viewer;
use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use crate::http::site::{PASSWORD, Site, encode};

#[tokio::test]
async fn requests_from_other_sites_are_refused_and_do_nothing() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    let refusals: [&[(&str, &str)]; 8] = [
        &[],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "http://127.0.0.1:3000")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[("origin", "http://127.0.0.1:3001")],
        &[("referer", "https://evil.example/http://127.0.0.1:3000/")],
        &[
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
            ("accept", "text/html"),
        ],
    ];
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        for fields in refusals {
            let mut request = Request::builder()
                .method(method)
                .uri("/api/sign_out")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            for (name, value) in fields {
                request = request.header(*name, *value);
            }
            let answer = browser.send(request, Body::empty()).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{method} {fields:?}");
        }
    }
    let viewer: Option<Viewer> = browser.call("current_viewer", &[]).await.unwrap();
    assert!(viewer.is_some(), "still signed in");
}

#[tokio::test]
async fn requests_from_own_pages_pass_with_or_without_fetch_metadata() {
    let site = Site::at("https://mail.example.org").await;
    for (name, value) in [
        ("sec-fetch-site", "same-origin"),
        ("origin", "https://mail.example.org"),
        ("origin", "http://127.0.0.1:3000"),
        ("referer", "https://mail.example.org/sign-in"),
    ] {
        let request = Request::post("/api/current_viewer")
            .header(name, value)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        assert_eq!(
            site.browser().send(request, "").await.status,
            StatusCode::OK,
            "{name}: {value}"
        );
    }
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_refused() {
    let site = Site::new().await;
    let form = encode(&[("email", "ann@example.org"), ("password", &"x".repeat(1024 * 1024))]);
    let request = |length: bool| {
        let request = Request::post("/api/sign_up")
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if length {
            request.header(header::CONTENT_LENGTH, form.len())
        } else {
            request
        }
    };
    let told = site.browser().send(request(true), form.clone()).await;
    assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE);
    let untold = site.browser().send(request(false), form.clone()).await;
    assert!(!untold.status.is_success());
}

#[tokio::test]
async fn every_answer_carries_the_protective_fields() {
    let site = Site::new().await;
    let browser = site.member("ann@example.org").await;
    for path in [
        "/",
        "/healthz",
        "/pkg/plain.js",
        "/nothing/here",
        "/profiles/1/root.pem",
        "/api/sign_out",
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "'wasm-unsafe-eval'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        // A picture cannot do anything, and the QR code of a secret has no address of its own.
        let policy = policy.replacen("img-src 'self' data:;", "", 1);
        for part in ["unsafe-inline", "'unsafe-eval'", "data:", "blob:", "http", "*"] {
            assert!(!policy.contains(part), "{path}: {policy}");
        }
        assert!(
            policy.contains("require-trusted-types-for 'script'"),
            "{path}: {policy}"
        );
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-embedder-policy"), "require-corp", "{path}");
        let permissions = answer.header("permissions-policy");
        assert!(permissions.contains("publickey-credentials-get=(self)"), "{path}");
        assert!(permissions.contains("camera=()"), "{path}");
        assert!(!permissions.contains('*'), "{path}: {permissions}");
    }
}

#[tokio::test]
async fn a_form_posted_without_javascript_tells_the_error_but_no_secret() {
    let site = Site::new().await;
    let request = Request::post("/api/sign_in")
        .header("origin", "http://127.0.0.1:3000")
        .header(header::REFERER, "http://127.0.0.1:3000/sign-in")
        .header(header::ACCEPT, "text/html,application/xhtml+xml")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = encode(&[("email", "ann@example.org"), ("password", PASSWORD)]);
    let answer = site.browser().send(request, form).await;
    assert_eq!(answer.status, StatusCode::FOUND);
    let back = answer.header("location");
    assert!(
        back.starts_with("http://127.0.0.1:3000/sign-in?") && back.contains("__err="),
        "{back}"
    );
    assert!(
        !back.contains("correct") && !back.contains("ann@") && !back.contains("ann%40"),
        "{back}"
    );
}

#[tokio::test]
async fn limits_count_the_proxys_client_only_for_a_trusted_proxy() {
    let site = Site::new().await;
    let attempt = |peer, forwarded: String| {
        let browser = site.browser_at(peer);
        async move {
            let request = Request::post("/api/sign_in")
                .header("sec-fetch-site", "same-origin")
                .header("x-forwarded-for", forwarded)
                .header(header::ACCEPT, "application/json")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let answer = browser
                .send(request, encode(&[("email", "x"), ("password", "x")]))
                .await;
            answer.text().contains("too_many_attempts")
        }
    };
    for peer in ["192.0.2.9", "127.0.0.1"] {
        for number in 0..51 {
            let limited = attempt(peer, format!("10.0.0.{number}")).await;
            assert_eq!(limited, number == 50, "the claim of {peer} does not count");
        }
    }
    for number in 0..60 {
        assert!(!attempt("192.0.2.99", format!("198.51.100.1, 10.0.0.{number}")).await);
    }
}

#[tokio::test]
async fn refusals_have_the_status_of_who_is_to_blame() {
    let site = Site::new().await;
    let ann = site.member("ann@example.org").await;
    let stranger = site.browser_at("192.0.2.7");
    let statuses = [
        (stranger.post("aliases", &[]).await, StatusCode::FORBIDDEN, "signed_out"),
        (
            stranger
                .post("sign_up", &[("email", "ann@relay.example"), ("password", PASSWORD)])
                .await,
            StatusCode::CONFLICT,
            "address_unavailable",
        ),
        (
            stranger
                .post("sign_up", &[("email", "bob"), ("password", PASSWORD)])
                .await,
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_address",
        ),
        (
            ann.post("delete_alias", &[("alias", "9")]).await,
            StatusCode::NOT_FOUND,
            "not_found",
        ),
        (
            ann.post("delete_alias", &[("alias", "x")]).await,
            StatusCode::BAD_REQUEST,
            "transport",
        ),
    ];
    for (answer, status, error) in statuses {
        assert_eq!(answer.status, status, "{error}");
        assert!(answer.text().contains(error), "{}", answer.text());
    }
    let typed = [("mailbox", "1"), ("confirmation", "ann@example.org")];
    let unsaid = [("alias", "1"), ("days", "0"), ("name", ""), ("password", PASSWORD)];
    let key = [
        ("profile", "1"),
        ("mailbox", "1"),
        ("key", "no key"),
        ("strict", "false"),
    ];
    for (function, form, status, error) in [
        (
            "delete_mailbox",
            typed.as_slice(),
            StatusCode::CONFLICT,
            "sign_in_mailbox",
        ),
        (
            "create_api_key",
            &unsaid,
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_key_name",
        ),
        ("submit_pgp_key", &key, StatusCode::UNPROCESSABLE_ENTITY, "pgp_key"),
    ] {
        let answer = ann.post(function, form).await;
        assert!(answer.text().contains(error), "{}", answer.text());
        assert_eq!(answer.status, status, "{error}");
    }
    for _ in 0..9 {
        stranger
            .post("sign_in", &[("email", "ann@example.org"), ("password", "wrong")])
            .await;
    }
    let form = [("address", "second@example.org")];
    ann.call::<()>("add_mailbox", &form).await.unwrap();
    let early = ann.post("resend_code", &[("mailbox", "2")]).await;
    assert_eq!(early.status, StatusCode::TOO_MANY_REQUESTS, "{}", early.text());
    for status in [StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS] {
        let answer = stranger
            .post("sign_in", &[("email", "ann@example.org"), ("password", "wrong")])
            .await;
        assert_eq!(answer.status, status, "{}", answer.text());
    }
}
