//! STARTTLS with rustls and with OpenSSL as clients.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, NamedGroup, RootCertStore};
use server::envelope::RequireTls;
use server::tls::Tls;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::smtp::harness::{Client, Server};

pub fn trusting(certificate: &Path) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(certificate).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    TlsConnector::from(Arc::new(config))
}

/// A handshake that trusts nothing but `certificate`, after `command` in the clear.
async fn secured(server: &Server, certificate: &Path, command: &str) -> std::io::Result<Client<TlsStream<TcpStream>>> {
    let mut client = server.client().await;
    client.says("EHLO client.example", "250-").await;
    client.send(command).await;
    client.expect("220 2.0.0").await;
    let name = ServerName::try_from("relay.example").unwrap();
    let stream = trusting(certificate).connect(name, client.stream.into_inner()).await?;
    Ok(Client::new(stream))
}

#[tokio::test]
async fn a_message_over_tls() {
    let server = Server::start().await;
    let mut client = secured(&server, &server.certificate(), "STARTTLS\r\n").await.unwrap();
    client.says("MAIL FROM:<a@b.c>", "503 5.5.1").await;
    let extensions = client.says("EHLO again.example", "250-relay.example").await;
    assert!(!extensions.contains("STARTTLS") && extensions.contains("PIPELINING"));
    client.says("STARTTLS", "503 5.5.1").await;
    client.begin("ann@relay.example").await;
    client.says(".", "250 2.0.0").await;
    client.says("QUIT", "221 2.0.0").await;
    client.closed().await;
    assert!(server.gate.taken.lock().unwrap()[0].client.tls);
}

/// RFC 8689 §2: it is announced within TLS only. A parameter that was not announced is not known (RFC 5321 §4.1.1.11).
#[tokio::test]
async fn require_tls_is_for_connections_with_tls() {
    let server = Server::start().await;
    let mut client = server.client().await;
    let extensions = client.says("EHLO client.example", "250-").await;
    assert!(!extensions.contains("REQUIRETLS"), "{extensions}");
    client.says("MAIL FROM:<a@b.c> REQUIRETLS", "555 5.5.4").await;

    let mut client = secured(&server, &server.certificate(), "STARTTLS\r\n").await.unwrap();
    let extensions = client.says("EHLO client.example", "250-").await;
    assert_eq!(extensions.lines().filter(|line| *line == "250-REQUIRETLS").count(), 1);
    for (mail, expected) in [
        ("<a@b.c> REQUIRETLS", RequireTls::Always),
        ("<a@b.c> SIZE=100 requiretls BODY=8BITMIME", RequireTls::Always),
        ("<a@b.c>", RequireTls::No),
        ("<> REQUIRETLS", RequireTls::IfSupported),
    ] {
        client.says(&format!("MAIL FROM:{mail}"), "250 2.1.0").await;
        client.says("RCPT TO:<ann@relay.example>", "250 2.1.5").await;
        client.says("DATA", "354 ").await;
        client.says(".", "250 2.0.0").await;
        let taken = server.gate.taken.lock().unwrap().pop().unwrap();
        assert_eq!(taken.client.require_tls, expected, "{mail}");
    }
    client.says("MAIL FROM:<a@b.c> REQUIRETLS=1", "501 5.5.4").await;

    let server = Server::with(|settings| settings.require_tls = false).await;
    let mut client = secured(&server, &server.certificate(), "STARTTLS\r\n").await.unwrap();
    let extensions = client.says("EHLO client.example", "250-").await;
    assert!(!extensions.contains("REQUIRETLS"), "{extensions}");
    client.says("MAIL FROM:<a@b.c> REQUIRETLS", "555 5.5.4").await;
}

/// CVE-2011-0411: commands put in front of the handshake must not be taken as said inside of it.
#[tokio::test]
async fn commands_injected_before_the_handshake_are_forgotten() {
    let server = Server::start().await;
    let injected = "STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@evil.example>\r\n";
    let mut client = secured(&server, &server.certificate(), injected).await.unwrap();
    client.says("NOOP", "250 2.0.0").await;
    client.says("MAIL FROM:<a@b.c>", "503 5.5.1").await;
}

#[tokio::test]
async fn a_handshake_that_fails_ends_the_session() {
    let server = Server::start().await;
    let mut client = server.client().await;
    client.says("EHLO client.example", "250-").await;
    client.says("STARTTLS", "220 2.0.0").await;
    client.send("NOOP\r\nNOOP\r\n").await;
    let mut rest = Vec::new();
    client.stream.read_to_end(&mut rest).await.unwrap();
    assert!(!rest.starts_with(b"250"), "an alert at most: {rest:?}");
    server.client().await.says("NOOP", "250 2.0.0").await;
}

/// Certificate and key as an operator would have them, from OpenSSL.
fn pair(folder: &Path) {
    let made = Command::new("openssl")
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=relay.example".split(' '))
        .args([
            "-addext",
            "subjectAltName=DNS:relay.example",
            "-addext",
            "basicConstraints=critical,CA:FALSE",
        ])
        .args(["-keyout", "smtp.key", "-out", "smtp.crt"])
        .current_dir(folder)
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success());
}

#[tokio::test]
async fn a_changed_certificate_is_used_and_a_broken_one_is_not() {
    let (data, kept) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    pair(data.path());
    let (certificate, key) = (data.path().join("smtp.crt"), data.path().join("smtp.key"));
    let (first, second) = (kept.path().join("first"), kept.path().join("second"));
    std::fs::copy(&certificate, &first).unwrap();
    let tls = Tls::from_files(&certificate, &key).unwrap();
    let server = Server::over(data, tls, |_| {}).await;
    secured(&server, &first, "STARTTLS\r\n").await.unwrap();

    pair(server.data.path());
    std::fs::copy(&certificate, &second).unwrap();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    secured(&server, &second, "STARTTLS\r\n").await.unwrap();
    assert!(secured(&server, &first, "STARTTLS\r\n").await.is_err());

    std::fs::write(&certificate, "no certificate").unwrap();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    secured(&server, &second, "STARTTLS\r\n").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn openssl_speaks_to_it() {
    let server = Server::start().await;
    let script = kept_open(
        "EHLO openssl.example\nMAIL FROM:<a@b.c>\nRCPT TO:<ann@relay.example>\nDATA\nSubject: hi\n\ntext\n.\nQUIT\n",
    );
    let mut arguments = "-starttls smtp -crlf -quiet -verify_return_error -verify_hostname relay.example"
        .split(' ')
        .collect::<Vec<_>>();
    let address = server.address.to_string();
    let certificate = server.certificate();
    arguments.extend(["-connect", &address, "-CAfile", certificate.to_str().unwrap()]);
    let output = Command::new("openssl")
        .arg("s_client")
        .args(arguments)
        .stdin(script)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        said.contains("250 2.0.0") && said.contains("221 2.0.0"),
        "{said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(server.bodies(), [b"Subject: hi\r\n\r\ntext\r\n"]);
}

/// A file to read from: `s_client` closes as soon as its input ends, which a file's does after it was sent.
fn kept_open(text: &str) -> Stdio {
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
    std::io::Seek::rewind(&mut file).unwrap();
    Stdio::from(file)
}

#[tokio::test]
async fn the_key_exchange_is_hybrid_if_the_client_prefers_that() {
    let server = Server::start().await;
    let client = secured(&server, &server.certificate(), "STARTTLS\r\n").await.unwrap();
    let (_, session) = client.stream.get_ref().get_ref();
    let group = session.negotiated_key_exchange_group().unwrap().name();
    assert_eq!(group, NamedGroup::X25519MLKEM768);
}
