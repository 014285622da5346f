//! The first certificate, by each challenge, and what the plain web answers beside it.

use std::os::unix::fs::PermissionsExt;

use server::config::{AcmeChallenge, StsMode};

use crate::{
    acme::harness::{Lab, NAMES, Tls, curl, obtained, self_signed, shown},
    queue::until,
    support::log::Log,
};

#[tokio::test]
async fn by_http_01_web_and_mail_get_a_certificate_for_the_names_that_exist() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let home = lab.relay(AcmeChallenge::Http01).await;
    let root = lab.place.root();
    obtained(&log, 1).await;
    until("it is shown", || async {
        shown(lab.https, Tls::Web, NAMES[0], &root).await.is_some()
    })
    .await;
    for name in NAMES {
        assert!(shown(lab.https, Tls::Web, name, &root).await.is_some(), "{name}");
        assert!(
            shown(home.relay.smtp, Tls::StartTls, name, &root).await.is_some(),
            "{name}"
        );
    }
    let unknown = "mta-sts.second.example";
    assert_eq!(shown(lab.https, Tls::Web, unknown, &root).await, None);
    let text = log.text();
    let left_out = text.lines().find(|line| line.contains("left out")).unwrap();
    assert!(left_out.contains(unknown) && !left_out.contains(NAMES[1]), "{left_out}");
    assert!(!text.contains("operator@"), "{text}");
    assert!(!home.folder.path().join("acme-order.json").exists());
    for file in ["acme.pem", "acme-account.json", "acme-pause.json"] {
        let about = std::fs::metadata(home.folder.path().join(file)).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, 0o600, "{file}");
    }
    home.relay.stop().await;
}

#[tokio::test]
async fn by_tls_alpn_01_nothing_is_asked_on_the_plain_web() {
    let (log, _guard) = Log::start();
    let mut lab = Lab::new();
    // Nobody listens there.
    lab.settings.http_port = test_support::ports::free().port();
    let _ca = lab.ca();
    let home = lab.relay(AcmeChallenge::TlsAlpn01).await;
    let root = lab.place.root();
    obtained(&log, 1).await;
    for (address, tls) in [(lab.https, Tls::Web), (home.relay.smtp, Tls::StartTls)] {
        until("it is shown", || async {
            shown(address, tls, NAMES[0], &root).await.is_some()
        })
        .await;
    }
    home.relay.stop().await;
}

#[tokio::test]
async fn behind_a_reverse_proxy_the_certificate_is_the_mail_hosts_alone() {
    let (log, _guard) = Log::start();
    let lab = Lab::new();
    let _ca = lab.ca();
    let home = crate::support::home::Home::with(|config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.https = None;
    })
    .await;
    let root = lab.place.root();
    obtained(&log, 1).await;
    let smtp = home.relay.smtp;
    until("it is shown", || async {
        shown(smtp, Tls::StartTls, "mail.relay.example", &root).await.is_some()
    })
    .await;
    assert_eq!(shown(smtp, Tls::StartTls, "relay.example", &root).await, None);
    let page = curl(&[&format!("http://{}/healthz", lab.http)]).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    home.relay.stop().await;
}

#[tokio::test]
async fn the_plain_web_only_redirects_to_the_public_address() {
    let lab = Lab::new();
    let home = crate::support::home::Home::with(|config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.acme = None;
        config.mta_sts = StsMode::None;
    })
    .await;
    let plain = format!("http://{}", lab.http);
    for (path, to) in [
        ("/", "/"),
        ("/aliases/1?tab=a%20b", "/aliases/1?tab=a%20b"),
        ("//elsewhere.example/", "//elsewhere.example/"),
        ("/healthz", "/healthz"),
    ] {
        let url = format!("{plain}{path}");
        let answer = curl(&["--path-as-is", "--header", "Host: elsewhere.example", &url]).await;
        assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
        assert!(
            answer.contains(&format!("location: https://relay.example{to}\r\n")),
            "{answer}"
        );
    }
    let answer = curl(&["--request", "OPTIONS", "--request-target", "*", &plain]).await;
    assert!(answer.contains("location: https://relay.example/\r\n"), "{answer}");
    let answer = curl(&[&format!("{plain}/.well-known/acme-challenge/unknown")]).await;
    assert!(answer.starts_with("HTTP/1.1 404 "), "{answer}");

    // With TLS there are the pages, which a browser will ask for by TLS only.
    let (certificate, port) = (self_signed(&home), lab.https.port());
    let answer = curl(&[
        "--cacert",
        certificate.to_str().unwrap(),
        "--resolve",
        &format!("relay.example:{port}:127.0.0.1"),
        "--verbose",
        &format!("https://relay.example:{port}/healthz"),
    ])
    .await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("strict-transport-security: max-age="), "{answer}");
    home.relay.stop().await;
}
