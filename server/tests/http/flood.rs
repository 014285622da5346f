//! Floods of the web interface: a page is served while they stand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use server::{config::ConnectionLimits, web::Timeouts};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    http::{
        patience::{HALF_A_BODY, HALF_A_HEADER, LONG, SHORT, SOON, Served, rest, said, served},
        site::{PASSWORD, Site, encode},
    },
    support::client::connect_from,
};

const FLOOD: usize = 2000;
/// The time within which a page is served while a flood stands: shorter than idle connections last, which would end the flood by themselves.
const SERVED: Duration = Duration::from_secs(9);
const WHOLE: &str = "GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: close\r\n\r\n";
const KEPT: &str = "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n\r\n";

/// Fewer places than a flood wants, and limits that do not end by themselves what it does.
fn patient() -> Timeouts {
    Timeouts {
        header: LONG,
        request: LONG,
        connections: ConnectionLimits {
            total: 512,
            ..ConnectionLimits::WEB
        },
        ..Timeouts::default()
    }
}

async fn flood(served: &Served, text: &'static str) -> Vec<TcpStream> {
    let mut opening = JoinSet::new();
    for _ in 0..100 {
        let address = served.address;
        opening.spawn(async move {
            let mut opened = Vec::new();
            for _ in 0..FLOOD / 100 {
                let Ok(mut client) = TcpStream::connect(address).await else {
                    continue;
                };
                // It may have lost its place already.
                let _ = client.write_all(text.as_bytes()).await;
                opened.push(client);
            }
            opened
        });
    }
    opening.join_all().await.into_iter().flatten().collect()
}

/// A person whose browser tries again.
async fn page(served: &Served) {
    let attempt = async {
        loop {
            let Ok(mut client) = TcpStream::connect(served.address).await else {
                continue;
            };
            let mut answer = String::new();
            let sent = client.write_all(WHOLE.as_bytes()).await;
            if sent.is_ok() && client.read_to_string(&mut answer).await.is_ok() && answer.starts_with("HTTP/1.1 200") {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(SERVED, attempt).await.expect("a person is locked out");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_is_served_while_two_thousand_connections_do_nothing() {
    let site = Site::new().await;
    for text in ["", HALF_A_HEADER, HALF_A_BODY, KEPT] {
        let served = served(&site, patient()).await;
        let flood = flood(&served, text).await;
        assert!(served.counts.open.get() > 400, "{text:?}: it stands");
        page(&served).await;
        assert!(served.counts.dismissed.get() > 0, "{text:?}");
        drop(flood);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_octet_now_and_then_keeps_no_place() {
    let site = Site::new().await;
    for text in [HALF_A_HEADER, HALF_A_BODY] {
        let served = served(&site, patient()).await;
        let mut flood = flood(&served, text).await;
        let drip = async {
            loop {
                for client in &mut flood {
                    let _ = client.write_all(b"x").await;
                }
                sleep(SHORT).await;
            }
        };
        tokio::select! {
            () = drip => {}
            () = page(&served) => {}
        }
    }
}

#[tokio::test]
async fn an_octet_is_no_progress() {
    let site = Site::new().await;
    for text in [HALF_A_HEADER, HALF_A_BODY] {
        let patience = Timeouts {
            connections: ConnectionLimits {
                total: 2,
                ..ConnectionLimits::WEB
            },
            ..patient()
        };
        let served = served(&site, patience).await;
        let mut drips = said(served.address, text).await;
        sleep(2 * SHORT).await;
        let younger = said(served.address, "").await;
        sleep(2 * SHORT).await;
        drips.write_all(b"x").await.unwrap();
        sleep(SHORT).await;
        let _third = said(served.address, "").await;
        rest(drips).await;
        assert!(
            timeout(SHORT, rest(younger)).await.is_err(),
            "the other one is still there"
        );
    }
}

/// Half a request, as a proxy passes it on.
fn half_a_body(client: &str) -> String {
    let field = format!("\r\nX-Forwarded-For: {client}\r\nContent-Type");
    HALF_A_BODY.replacen("\r\nContent-Type", &field, 1)
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_a_share_and_the_proxy_has_none() {
    let site = Site::new().await;
    let patience = Timeouts {
        proxies: "127.0.0.1".parse().unwrap(),
        connections: ConnectionLimits {
            total: 100,
            per_client: 5,
            per_network: 8,
        },
        ..patient()
    };
    let served = served(&site, patience).await;
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(said(served.address, &half_a_body("198.51.100.1")).await);
        // The next one is said once this is counted.
        sleep(SHORT).await;
    }
    let of = |client: &str| {
        KEPT.replacen(
            "\r\n\r\n",
            &format!("\r\nConnection: close\r\nX-Forwarded-For: {client}\r\n\r\n"),
            1,
        )
    };
    let status = async |client: &str| {
        let answer = rest(said(served.address, &of(client)).await).await;
        answer.split(' ').nth(1).unwrap_or_default().to_owned()
    };
    assert_eq!(status("198.51.100.1").await, "429");
    // The claim of somebody that is no proxy counts for nothing.
    assert_eq!(status("198.51.100.1, 203.0.113.1").await, "200");
    for _ in 0..20 {
        assert_eq!(
            status("198.51.100.2").await,
            "200",
            "what was answered does not count any more"
        );
    }
    assert_eq!(served.counts.refused.get(), 1);
    drop(held);
}

#[tokio::test]
async fn endless_headers_are_cut_off() {
    let site = Site::new().await;
    let served = served(&site, patient()).await;
    for endless in [
        // Far less than what a flood could send, as the server must keep it.
        format!("X-Long: {}\r\n\r\n", "x".repeat(200 << 10)),
        "X-Long: ".to_owned() + &"x".repeat(1 << 20),
        "X-Many: 1\r\n".repeat(100_000),
    ] {
        let mut client = said(served.address, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:3000\r\n").await;
        // It may be cut off in the middle of this.
        let _ = client.write_all(endless.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = timeout(SOON, client.read_to_end(&mut answer))
            .await
            .expect("it is cut off");
        assert!(!answer.starts_with(b"HTTP/1.1 2"));
    }
    page(&served).await;
}

#[tokio::test]
async fn a_connection_that_breaks_in_any_state_gives_its_place_back() {
    let site = Site::new().await;
    let served = served(&site, patient()).await;
    let half_an_answer = format!("{KEPT}GET /pkg/pl");
    for text in ["", HALF_A_HEADER, HALF_A_BODY, KEPT, &half_an_answer] {
        for abrupt in [false, true] {
            let client = said(served.address, text).await;
            if abrupt {
                // The system then sends a reset.
                client.set_zero_linger().unwrap();
            }
            drop(client);
        }
    }
    let empty = async {
        while served.counts.open.get() > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(SOON, empty).await.expect("a place is lost");
    assert!(site.ready.load(Ordering::Relaxed));
    page(&served).await;
}

/// The form of somebody who signs in.
fn signs_in(email: &str, password: &str) -> String {
    let form = encode(&[("email", email), ("password", password)]);
    format!(
        "POST /api/sign_in HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n\
         Accept: application/json\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    )
}

/// Says something from an address of this machine.
async fn said_from(from: [u8; 4], served: &Served, text: &str) -> TcpStream {
    let mut client = connect_from(from, served.address).await.unwrap();
    client.write_all(text.as_bytes()).await.unwrap();
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tries_of_passwords_from_some_addresses_keep_nobody_from_signing_in() {
    const ADDRESSES: usize = 10;
    const EACH: usize = 30;
    let site = Site::new().await;
    site.member("ann@example.org").await;
    let served = served(&site, patient()).await;
    let answered = Arc::new(AtomicUsize::new(0));
    let mut flood = JoinSet::new();
    for number in 0..ADDRESSES * EACH {
        let from = [127, 1, 1, u8::try_from(1 + number % ADDRESSES).unwrap()];
        let tried = signs_in(&format!("nobody{number}@example.org"), "wrong password");
        let client = said_from(from, &served, &tried).await;
        let answered = Arc::clone(&answered);
        flood.spawn(async move {
            let answer = rest(client).await;
            assert!(answer.contains("wrong_credentials"), "{answer}");
            answered.fetch_add(1, Ordering::Relaxed);
        });
    }
    let before = answered.load(Ordering::Relaxed);
    let ann = said_from([127, 0, 9, 9], &served, &signs_in("ann@example.org", PASSWORD)).await;
    let answer = rest(ann).await;
    let after = answered.load(Ordering::Relaxed);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    // One turn of each of the others comes first, and some more while the form is read and the session is opened.
    let most = before + ADDRESSES * EACH / 2;
    assert!(
        after < most,
        "{after} of the flood were answered, {before} of them before"
    );
    page(&served).await;
    assert!(
        answered.load(Ordering::Relaxed) < ADDRESSES * EACH,
        "a page waits for none of them"
    );
    flood.abort_all();
}
