use std::{path::Path, sync::atomic::Ordering};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};

use crate::http::site::{SCRIPT, Site};

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
    let file = get("/pkg/plain.js").await;
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

#[tokio::test]
async fn every_script_and_style_of_a_page_is_named_by_its_hash() {
    let site = Site::new().await;
    for path in ["/", "/help", "/nothing/here"] {
        let page = site.browser().get(path).await;
        let text = page.text();
        assert_eq!(page.header("integrity-policy"), "blocked-destinations=(script)");
        for tag in text
            .split('<')
            .filter(|tag| tag.starts_with("script") || tag.starts_with("link"))
        {
            let tag = tag.split('>').next().unwrap();
            let loads = tag.contains("src=") || tag.contains("stylesheet") || tag.contains("modulepreload");
            assert_eq!(loads, tag.contains("integrity=\"sha256-"), "{tag}");
        }
        assert!(
            text.contains(r#"{"integrity":{"/pkg/islands_bindings-00.js":"sha256-islands","/pkg/wizard_bindings-00.js":"sha256-wizard"}}"#),
            "{text}"
        );
        assert!(text.contains(SCRIPT) && text.contains("/pkg/style-00.css"));
        // The digest of the first script, as a person compares it.
        assert!(text.contains("sha256-e3b0c44298fc"), "{text}");
    }
}

#[tokio::test]
async fn what_is_named_by_its_content_is_kept_and_nothing_else() {
    let site = Site::new().await;
    let kept = async |path: &str| site.browser().get(path).await.header("cache-control").to_owned();
    assert_eq!(kept(SCRIPT).await, "public, max-age=31536000, immutable");
    assert_eq!(kept("/pkg/plain.js").await, "no-cache");
    assert_eq!(kept("/pkg/bundle.json").await, "no-cache");
    let missing = kept("/pkg/start-ffffffffffffffffffff.js").await;
    assert!(!missing.contains("immutable"), "{missing}");
}

#[tokio::test]
async fn the_theme_is_known_with_the_first_byte_and_kept_in_a_cookie() {
    let site = Site::new().await;
    let browser = site.browser();
    let theme = async |cookie: &str| {
        let page = browser
            .send(Request::get("/help").header("cookie", cookie), Body::empty())
            .await;
        let at = page.text().find("data-theme=\"").unwrap() + "data-theme=\"".len();
        page.text()[at..].split('"').next().unwrap().to_owned()
    };
    assert_eq!(theme("a=b").await, "system");
    assert_eq!(theme("a=b; sealpost_theme=dark").await, "dark");
    assert_eq!(theme("sealpost_theme=light").await, "light");
    assert_eq!(theme("sealpost_theme=\"><script>").await, "system");

    let answer = browser.post("set_theme", &[("theme", "dark")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let cookie = answer.header("set-cookie");
    let mut attributes: Vec<_> = cookie
        .split("; ")
        .filter(|each| !each.starts_with("Max-Age="))
        .collect();
    attributes.sort_unstable();
    assert_eq!(
        attributes,
        ["HttpOnly", "Path=/", "SameSite=Lax", "sealpost_theme=dark"]
    );
    let answer = browser.post("set_theme", &[("theme", "system")]).await;
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_ne!(
        browser.post("set_theme", &[("theme", "x\r\ny")]).await.status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn outcomes_are_told_in_our_own_words_only() {
    let site = Site::new().await;
    let text = async |path: &str| site.browser().get(path).await.text().to_owned();
    assert!(
        text("/help?done=saved")
            .await
            .contains("<p>The settings are saved.</p>")
    );
    for path in ["/help", "/help?done=Your+key+leaked", "/help?done=%3Cb%3E"] {
        let text = text(path).await;
        assert!(!text.contains("class=\"toast\""), "{path}");
        assert!(!text.contains("leaked"), "{path}");
    }
}

#[tokio::test]
async fn icons_and_the_manifest_are_there_and_every_page_names_them() {
    let site = Site::new().await;
    let public = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public");
    for file in std::fs::read_dir(public).unwrap().map(Result::unwrap) {
        if file.file_type().unwrap().is_file() {
            std::fs::copy(file.path(), site.folder.path().join("site").join(file.file_name())).unwrap();
        }
    }
    let browser = site.browser();
    for (path, kind) in [
        ("/favicon.ico", "image/x-icon"),
        ("/apple-touch-icon.png", "image/png"),
        ("/icon.svg", "image/svg+xml"),
        ("/site.webmanifest", "application/manifest+json"),
    ] {
        let file = browser.get(path).await;
        assert_eq!(
            (file.status, file.header("content-type")),
            (StatusCode::OK, kind),
            "{path}"
        );
    }
    let manifest = browser.get("/site.webmanifest").await;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest.body).unwrap();
    for icon in manifest["icons"].as_array().unwrap() {
        let file = browser.get(icon["src"].as_str().unwrap()).await;
        assert_eq!(file.header("content-type"), icon["type"].as_str().unwrap());
    }
    let page = browser.get("/").await;
    assert!(page.header("content-security-policy").contains("manifest-src 'self'"));
    for link in ["/icon.svg", "/apple-touch-icon.png", "/site.webmanifest"] {
        assert!(page.text().contains(&format!("href=\"{link}\"")), "{link}");
    }
    assert!(page.text().contains("<meta name=\"description\""), "{}", page.text());
}

#[tokio::test]
async fn the_colour_around_the_page_is_that_of_the_theme() {
    let site = Site::new().await;
    let colours = async |cookie: &str| {
        let request = Request::get("/").header("cookie", cookie);
        let page = site.browser().send(request, Body::empty()).await;
        let tags = page.text().split('<').filter(|tag| tag.contains("\"theme-color\""));
        tags.map(|tag| tag.split('>').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let system = colours("a=b").await;
    assert!(system[0].contains("prefers-color-scheme: light") && system[1].contains("prefers-color-scheme: dark"));
    assert_eq!(system.len(), 2);
    let dark = colours("sealpost_theme=dark").await;
    assert!(
        dark.len() == 1 && dark[0].contains("#171f1e") && !dark[0].contains("media"),
        "{dark:?}"
    );
}

#[tokio::test]
async fn every_page_of_the_help_is_there_for_everybody_and_no_other() {
    let site = Site::new().await;
    let browser = site.browser();
    let contents = browser.get("/help").await;
    let mut topics: Vec<_> = contents
        .text()
        .split("href=\"/help/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    topics.dedup();
    for device in ["ios", "macos", "outlook", "thunderbird", "android", "gnupg", "other"] {
        assert!(topics.iter().any(|topic| topic == device), "{topics:?}");
    }
    let mut titles = std::collections::BTreeSet::new();
    for topic in topics {
        let page = browser.get(&format!("/help/{topic}")).await;
        assert_eq!(page.status, StatusCode::OK, "{topic}");
        let title = page.text().split("<h1>").nth(1).unwrap().split('<').next().unwrap();
        assert!(
            page.text().contains(&format!("<title>{title} · Sealpost</title>")),
            "{title}"
        );
        assert!(titles.insert(title.to_owned()), "{title}");
    }
    for path in ["/help/nothing", "/help/ios/more", "/help/IOS"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}
