//! The key exchange on the way out is X25519MLKEM768 if the host has it, and nothing said before TLS counts.

use std::{net::SocketAddr, sync::Arc};

use rustls::{
    NamedGroup, ServerConfig,
    crypto::aws_lc_rs::{self, kx_group},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use server::deliver::{Courier, MxCourier};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tokio_rustls::TlsAcceptor;

use super::{
    authority::self_signed,
    dns::Dns,
    limits, parcel,
    peer::{Act, Peer},
    reach,
};

/// Speaks STARTTLS in front of a peer, and says `answer` to the command. Tells the group of each key exchange.
async fn start_tls(peer: SocketAddr, answer: &'static str) -> (SocketAddr, mpsc::UnboundedReceiver<NamedGroup>) {
    let pair = self_signed(&["mx.test"], 30);
    let mut provider = aws_lc_rs::default_provider();
    // The client's preference decides.
    provider.kx_groups = vec![kx_group::X25519, kx_group::X25519MLKEM768];
    let config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(pair.chain.as_bytes()).unwrap()],
            PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.3:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut outside = BufReader::new(stream);
            for said in ["220 mx.test\r\n", "250-mx.test\r\n250 STARTTLS\r\n", answer] {
                outside.write_all(said.as_bytes()).await.unwrap();
                if said != answer {
                    outside.read_line(&mut String::new()).await.unwrap();
                }
            }
            let mut outside = acceptor.accept(outside).await.unwrap();
            let group = outside.get_ref().1.negotiated_key_exchange_group();
            tell.send(group.unwrap().name()).unwrap();
            let mut inside = TcpStream::connect(peer).await.unwrap();
            // Nobody greets after STARTTLS.
            let mut greeting = [0; "220 peer.test\r\n".len()];
            inside.read_exact(&mut greeting).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
        }
    });
    (address, told)
}

async fn deliver(answer: &'static str) -> (Peer, NamedGroup) {
    let peer = Peer::start(true, |_, _| Act::Usual);
    let (address, mut groups) = start_tls(peer.address, answer).await;
    let dns = Dns::start(&[
        "--mx-host=example.test,mx.example.test,10",
        "--host-record=mx.example.test,127.0.0.3",
    ]);
    let courier = MxCourier::new(
        Some(dns.address),
        "relay.example",
        address.port(),
        reach(true),
        limits(),
    )
    .unwrap();
    courier.deliver(&parcel("ann@example.test")).await.unwrap();
    (peer, groups.recv().await.unwrap())
}

#[tokio::test]
async fn the_key_exchange_is_hybrid_if_the_host_has_it() {
    let (peer, group) = deliver("220 go on\r\n").await;
    assert_eq!(group, NamedGroup::X25519MLKEM768);
    assert_eq!(peer.count("."), 1);
}

#[tokio::test]
async fn what_was_said_before_tls_is_forgotten() {
    // The answer to the EHLO that follows would be a refusal (CVE-2011-0411, the other way round).
    let (peer, _) = deliver("220 go on\r\n554 injected\r\n").await;
    assert_eq!(peer.count("."), 1);
}
