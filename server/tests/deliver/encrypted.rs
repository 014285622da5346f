//! A smarthost that speaks TLS from the first octet on.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use server::deliver::{Courier, DeliveryError, SmarthostCourier};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{
    limits, parcel,
    peer::{Act, Peer},
};

use crate::{
    queue::{program::Program, sender::Senders},
    support::home::Home,
};

/// Creates a certificate for `localhost`, and its key, as OpenSSL does.
pub fn certificate(folder: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("localhost.pem"), folder.join("localhost.key"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-out")
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    (certificate, key)
}

/// Speaks TLS in front of a peer. Returns its port.
async fn encrypt(peer: SocketAddr, pair: &(PathBuf, PathBuf)) -> u16 {
    encrypt_at("127.0.0.1:0".parse().unwrap(), peer, pair).await
}

/// The same at an address that the test names.
pub async fn encrypt_at(at: SocketAddr, peer: SocketAddr, (certificate, key): &(PathBuf, PathBuf)) -> u16 {
    let chain = vec![CertificateDer::from_pem_file(certificate).unwrap()];
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key).unwrap())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind(at).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut outside) = acceptor.accept(stream).await else {
                    return;
                };
                let mut inside = TcpStream::connect(peer).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            });
        }
    });
    port
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_smarthost_with_tls_gets_many_messages_over_one_connection() {
    let home = Home::new().await;
    home.activate().await;
    home.relay.stop().await;
    let peer = Peer::start(true, |_, _| Act::Usual);
    let certificate = certificate(home.folder.path());
    let port = encrypt(peer.address, &certificate).await;
    let program = Program::start_with(
        Command::new(env!("CARGO_BIN_EXE_sealpost")),
        home.folder.path(),
        &format!("smtps://localhost:{port}"),
        &[("SSL_CERT_FILE", certificate.0.to_str().unwrap())],
    );
    let senders = Senders::start(1, &home.alias, Duration::from_millis(10));
    senders.relay_at(Some(program.smtp()));
    peer.wait(".", 30).await;
    senders.relay_at(None);
    senders.stop();
    assert!(program.terminate().success());
    let (texts, talks) = (peer.count("."), peer.talks());
    assert!(
        talks.len() < texts / 2,
        "{texts} messages over {} connections",
        talks.len()
    );
    peer.wait("EOF", talks.len()).await;
    assert_eq!(peer.count("QUIT"), talks.len());
}

#[tokio::test]
async fn a_smarthost_that_nobody_vouches_for_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let peer = Peer::start(true, |_, _| Act::Usual);
    let port = encrypt(peer.address, &certificate(folder.path())).await;
    let url = format!("smtps://localhost:{port}");
    let courier = SmarthostCourier::new(&url, None, "relay.example", limits()).unwrap();
    let outcome = courier.deliver(&parcel("ann@example.test")).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
    assert_eq!(peer.talks().len(), 0);
}
