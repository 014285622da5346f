use std::{net::SocketAddr, time::Duration};

use server::{
    config::ConnectionLimits,
    metrics::ConnectionCounts,
    network,
    web::{self, Entrance, Timeouts},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::http::site::Site;

pub const SHORT: Duration = Duration::from_millis(200);
pub const LONG: Duration = Duration::from_secs(600);
/// Far longer than what is short, far shorter than what is long.
pub const SOON: Duration = Duration::from_secs(120);
pub const HALF_A_HEADER: &str = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nX-";
pub const HALF_A_BODY: &str = "POST /api/sign_in HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nSec-Fetch-Site: same-origin\r\n\
    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nemail=";

pub struct Served {
    pub address: SocketAddr,
    pub counts: ConnectionCounts,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

pub async fn served(site: &Site, patience: Timeouts) -> Served {
    let listener = network::listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let (counts, stop) = (ConnectionCounts::default(), CancellationToken::new());
    let router = site.router.clone();
    Served {
        address: listener.local_addr().unwrap(),
        ended: tokio::spawn(web::serve(
            Entrance {
                listener,
                tls: None,
                counts: counts.clone(),
            },
            router,
            patience,
            stop.clone(),
        )),
        counts,
        stop,
    }
}

pub async fn said(address: SocketAddr, text: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(text.as_bytes()).await.unwrap();
    client
}

/// All that comes until the server closes.
pub async fn rest(mut client: TcpStream) -> String {
    let mut text = String::new();
    timeout(SOON, client.read_to_string(&mut text)).await.unwrap().unwrap();
    text
}

#[tokio::test]
async fn requests_that_never_end_do_not_hold_up_the_stop() {
    let site = Site::new().await;
    let patience = Timeouts {
        header: LONG,
        request: LONG,
        stop: SHORT,
        ..Timeouts::default()
    };
    let served = served(&site, patience).await;
    let (header, body) = (
        said(served.address, HALF_A_HEADER).await,
        said(served.address, HALF_A_BODY).await,
    );
    let whole = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: close\r\n\r\n";
    assert!(
        rest(said(served.address, whole).await)
            .await
            .starts_with("HTTP/1.1 200 OK")
    );
    served.stop.cancel();
    timeout(SOON, served.ended).await.unwrap().unwrap();
    assert_eq!((rest(header).await, rest(body).await), (String::new(), String::new()));
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test]
async fn an_idle_connection_ends_with_the_stop_at_once() {
    let site = Site::new().await;
    let served = served(
        &site,
        Timeouts {
            stop: LONG,
            ..Timeouts::default()
        },
    )
    .await;
    let idle = said(served.address, "").await;
    let mut kept = said(served.address, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n\r\n").await;
    let mut first = [0; 15];
    kept.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    served.stop.cancel();
    timeout(SOON, served.ended).await.unwrap().unwrap();
    rest(kept).await;
    rest(idle).await;
}

#[tokio::test]
async fn a_header_that_does_not_come_ends_the_connection() {
    let site = Site::new().await;
    let patience = Timeouts {
        header: SHORT,
        ..Timeouts::default()
    };
    let served = served(&site, patience).await;
    let answer = rest(said(served.address, HALF_A_HEADER).await).await;
    assert!(!answer.contains(" 200 "), "{answer}");
}

#[tokio::test]
async fn the_connection_that_does_nothing_for_longest_makes_room() {
    let site = Site::new().await;
    let patience = Timeouts {
        header: LONG,
        connections: ConnectionLimits {
            total: 3,
            ..ConnectionLimits::WEB
        },
        ..Timeouts::default()
    };
    let served = served(&site, patience).await;
    let mut held = Vec::new();
    for text in ["", HALF_A_HEADER, ""] {
        held.push(said(served.address, text).await);
        sleep(SHORT).await;
    }
    // A connection keeps its place for a moment, in which it may still ask.
    sleep(SHORT).await;
    let whole = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: close\r\n\r\n";
    let answer = rest(said(served.address, whole).await).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(rest(held.remove(0)).await, "");
    assert_eq!((served.counts.dismissed.get(), served.counts.refused.get()), (1, 0));
    for client in held {
        let open = timeout(SHORT, rest(client)).await;
        assert!(open.is_err(), "the others are still there");
    }
}

#[tokio::test]
async fn a_client_that_takes_no_answer_does_not_keep_its_connection() {
    let site = Site::new().await;
    let patience = Timeouts {
        header: LONG,
        connection: SHORT,
        ..Timeouts::default()
    };
    let served = served(&site, patience).await;
    // More than the system holds for a client: the server can neither write nor read on.
    let large = site.folder.path().join("site/pkg/large.js");
    std::fs::write(large, vec![b' '; 32 << 20]).unwrap();
    let mut client = TcpStream::connect(served.address).await.unwrap();
    let asks = async {
        while client
            .write_all(b"GET /pkg/large.js HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n\r\n")
            .await
            .is_ok()
        {}
    };
    timeout(SOON, asks).await.expect("the connection is closed");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_408() {
    let site = Site::new().await;
    let patience = Timeouts {
        request: SHORT,
        ..Timeouts::default()
    };
    let served = served(&site, patience).await;
    let answer = rest(said(served.address, HALF_A_BODY).await).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}
