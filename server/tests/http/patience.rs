use std::{net::SocketAddr, time::Duration};

use server::web::{self, Timeouts};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use crate::http::site::Site;

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(600);
/// Far longer than what is short, far shorter than what is long.
const SOON: Duration = Duration::from_secs(120);
const HALF_A_HEADER: &str = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nX-";
const HALF_A_BODY: &str = "POST /api/sign_in HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nSec-Fetch-Site: same-origin\r\n\
    Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99\r\n\r\nemail=";

struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

async fn served(site: &Site, patience: Timeouts) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stop = CancellationToken::new();
    Served {
        address: listener.local_addr().unwrap(),
        ended: tokio::spawn(web::serve(listener, site.router.clone(), patience, stop.clone())),
        stop,
    }
}

async fn said(address: SocketAddr, text: &str) -> TcpStream {
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(text.as_bytes()).await.unwrap();
    client
}

/// All that comes until the server closes.
async fn rest(mut client: TcpStream) -> String {
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

/// Closed without an answer.
async fn is_turned_away(address: SocketAddr) -> bool {
    let mut client = TcpStream::connect(address).await.unwrap();
    let mut first = [0];
    // An open connection is silent, as nobody asked for anything.
    let read = timeout(SHORT, client.read(&mut first)).await;
    matches!(read, Ok(Ok(0) | Err(_)))
}

#[tokio::test]
async fn connections_are_limited_in_all_and_for_each_client() {
    let site = Site::new().await;
    let patience = |connections| Timeouts {
        header: LONG,
        connections,
        connections_of_a_client: 2,
        ..Timeouts::default()
    };
    let here = served(&site, patience(3)).await;
    let mut held = Vec::new();
    // This machine may be a reverse proxy that nobody named: it is limited by the total only.
    for _ in 0..3 {
        held.push(said(here.address, HALF_A_HEADER).await);
    }
    assert!(is_turned_away(here.address).await);
    held.pop();
    let freed = async { while is_turned_away(here.address).await {} };
    timeout(SOON, freed).await.unwrap();
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
