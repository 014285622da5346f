//! The operator's own certificate for web and mail, and how long it lasts.

use std::{path::Path, process::Command};

use server::config::{AcmeChallenge, TlsFiles};
use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::{
    acme::harness::{Lab, NAMES, Tls, curl, shown},
    queue::until,
    support::home::Home,
};

/// From OpenSSL.
fn make(folder: &Path, days: &str) -> TlsFiles {
    let files = TlsFiles {
        certificate: folder.join("own.crt"),
        key: folder.join("own.key"),
    };
    let output = Command::new("openssl")
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=relay.example".split(' '))
        .args(["-addext", "subjectAltName=DNS:relay.example", "-days", days, "-keyout"])
        .arg(&files.key)
        .arg("-out")
        .arg(&files.certificate)
        .output()
        .unwrap();
    assert!(output.status.success());
    files
}

#[tokio::test]
async fn web_and_mail_show_the_operators_certificate_and_the_metrics_when_it_ends() {
    let lab = Lab::new();
    let folder = tempfile::tempdir().unwrap();
    let files = make(folder.path(), "10");
    let home = Home::with(|config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.acme = None;
        config.tls = Some(files.clone());
    })
    .await;
    for (address, tls) in [(lab.https, Tls::Web), (home.relay.smtp, Tls::StartTls)] {
        assert!(shown(address, tls, NAMES[0], &files.certificate).await.is_some());
    }
    let metrics = format!("http://{}/metrics", home.relay.metrics.unwrap());
    let left = || async {
        let page = curl(&[&metrics]).await;
        let name = "sealpost_certificate_expiry_seconds ";
        let line = page.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{page}")).trim().parse::<f64>().unwrap() / 86_400.0
    };
    let days = left().await;
    assert!((9.9..=10.0).contains(&days), "{days}");
    make(folder.path(), "20");
    until("the new one counts", || async { left().await > 19.9 }).await;
    home.relay.stop().await;
}

#[tokio::test]
async fn a_client_that_speaks_no_tls_is_let_go_and_does_not_hold_up_the_stop() {
    let lab = Lab::new();
    let home = Home::with(|config| {
        lab.configure(config, AcmeChallenge::Http01);
        config.acme = None;
    })
    .await;
    let mut plain = TcpStream::connect(lab.https).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut plain, b"GET / HTTP/1.1\r\nHost: relay.example\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    plain.read_to_end(&mut answer).await.unwrap();
    assert!(answer.len() < 10, "an alert at most: {answer:?}");
    let _silent = TcpStream::connect(lab.https).await.unwrap();
    until("it is accepted", || async {
        let page = curl(&[&format!("http://{}/metrics", home.relay.metrics.unwrap())]).await;
        page.contains("sealpost_connections{entrance=\"web\"} 1\n")
    })
    .await;
    let stopped = tokio::time::timeout(std::time::Duration::from_secs(20), home.relay.stop()).await;
    assert!(stopped.is_ok(), "it waits for nobody who has not shaken hands");
}
