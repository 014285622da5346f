//! Floods: whatever strangers do with however many connections, a good sender is served while they stand.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use server::config::{ConnectionLimits, Networks};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::smtp::harness::{Client, PATIENCE, Server};
use crate::support::client::connect_from;

/// Addresses that a flood comes from, and connections of each.
const ADDRESSES: u32 = 250;
const EACH: u32 = 8;
/// The time within which a good sender is served while a flood stands: shorter than idle connections last, which would end the flood by themselves.
const SERVED: Duration = Duration::from_secs(9);

/// A receiver with fewer places than a flood wants.
pub async fn server() -> Server {
    Server::with(|settings| {
        settings.unlimited_clients = Networks::default();
        settings.connections.total = 512;
    })
    .await
}

/// The address with a number, in a network of its own.
pub fn address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(u32::from_be_bytes([127, 1, 0, 1]) + (number << 8))
}

pub async fn connect(from: Ipv4Addr, to: SocketAddr) -> Option<Client<TcpStream>> {
    Some(Client::new(connect_from(from, to).await.ok()?))
}

/// How far a connection of a flood goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Connect,
    /// To the middle of a command.
    HalfACommand,
    /// To the handshake, of which a first part is sent.
    Handshake,
    /// To an accepted recipient.
    Recipient,
    /// To the middle of a message.
    Text,
}

impl Reach {
    /// What is said, and how the last answer begins. All of it is sent at once.
    fn says(self) -> (&'static str, &'static str) {
        match self {
            Self::Connect => ("", "220"),
            Self::HalfACommand => ("EHLO client.example\r\nMAIL FR", "250"),
            // The head of a TLS record of 512 octets, and of a ClientHello.
            Self::Handshake => (
                "EHLO client.example\r\nSTARTTLS\r\n\u{16}\u{3}\u{1}\u{2}\0\u{1}",
                "220 2.0.0",
            ),
            Self::Recipient => (
                "EHLO client.example\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ann@relay.example>\r\n",
                "250 2.1.5",
            ),
            Self::Text => (
                "EHLO client.example\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ann@relay.example>\r\nDATA\r\n",
                "354",
            ),
        }
    }
}

/// Opens the connections of a flood and goes as far with each as it is let.
async fn flood(server: &Server, reach: Reach) -> Vec<Client<TcpStream>> {
    let mut opening = JoinSet::new();
    for number in 0..ADDRESSES {
        let to = server.address;
        opening.spawn(async move {
            let mut opened = Vec::new();
            for _ in 0..EACH {
                let Some(mut client) = connect(address(number), to).await else {
                    continue;
                };
                let (text, last) = reach.says();
                // A connection may have lost its place already.
                let _ = client.stream.write_all(text.as_bytes()).await;
                while let Some(line) = client.line().await {
                    if line.starts_with(last) && !line.starts_with("250-") || line.starts_with("421") {
                        break;
                    }
                }
                opened.push(client);
            }
            opened
        });
    }
    opening.join_all().await.into_iter().flatten().collect()
}

/// Hands a message over as a good sender, which comes back when it is put off.
pub async fn send(server: &Server, from: Ipv4Addr) {
    let attempt = || async {
        let mut client = connect(from, server.address).await?;
        for (line, answer) in [
            ("", "220"),
            ("EHLO good.example\r\n", "250"),
            ("MAIL FROM:<bob@good.example>\r\n", "250"),
            ("RCPT TO:<ann@relay.example>\r\n", "250"),
            ("DATA\r\n", "354"),
            ("text\r\n.\r\n", "250 2.0.0"),
        ] {
            client.stream.write_all(line.as_bytes()).await.ok()?;
            let mut said = client.line().await?;
            while said.as_bytes().get(3) == Some(&b'-') {
                said = client.line().await?;
            }
            said.starts_with(answer).then_some(())?;
        }
        Some(())
    };
    while attempt().await.is_none() {
        sleep(Duration::from_millis(100)).await;
    }
}

pub async fn is_served_while(server: &Server, flood: Reach) {
    let good = Ipv4Addr::new(127, 0, 9, 9);
    let sent = timeout(SERVED, send(server, good)).await;
    assert!(sent.is_ok(), "{flood:?}: a good sender is locked out");
}

/// How many of a flood are still connected.
fn open(server: &Server) -> i64 {
    server.counts.open.get()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_good_sender_is_served_while_two_thousand_connections_do_nothing() {
    for reach in [
        Reach::Connect,
        Reach::HalfACommand,
        Reach::Handshake,
        Reach::Recipient,
        Reach::Text,
    ] {
        let server = server().await;
        let flood = flood(&server, reach).await;
        assert!(
            open(&server) > 400,
            "{reach:?}: the flood stands with {}",
            open(&server)
        );
        is_served_while(&server, reach).await;
        assert_eq!(server.count(), 1);
        assert!(server.counts.dismissed.get() > 0, "{reach:?}");
        drop(flood);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_octet_now_and_then_keeps_no_place() {
    for reach in [Reach::HalfACommand, Reach::Text] {
        let server = server().await;
        let mut flood = flood(&server, reach).await;
        let drip = async {
            loop {
                for client in &mut flood {
                    // Those that were dismissed cannot be written to.
                    let _ = client.stream.write_all(b"x").await;
                }
                sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::select! {
            () = drip => {}
            () = is_served_while(&server, reach) => {}
        }
        assert_eq!(server.count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_makes_progress_in_a_message_keeps_its_place_in_a_flood() {
    const SENDERS: usize = 20;
    let server = server().await;
    // From one address: if they made no progress, they would be the first to go.
    let mut senders = Vec::new();
    for _ in 0..SENDERS {
        let mut slow = connect(Ipv4Addr::new(127, 0, 9, 8), server.address).await.unwrap();
        slow.expect("220").await;
        slow.begin("ann@relay.example").await;
        senders.push(slow);
    }
    let slow = async {
        for _ in 0..30 {
            for slow in &mut senders {
                slow.send(format!("{}\r\n", "x".repeat(900))).await;
            }
            sleep(Duration::from_millis(100)).await;
        }
        for slow in &mut senders {
            slow.says(".", "250 2.0.0").await;
        }
    };
    let (flood, ()) = tokio::join!(flood(&server, Reach::Connect), slow);
    assert!(
        server.counts.dismissed.get() > 1000,
        "{}",
        server.counts.dismissed.get()
    );
    assert_eq!(server.count(), SENDERS);
    drop(flood);
}

#[tokio::test]
async fn an_octet_is_no_progress() {
    for text in [false, true] {
        let server = Server::with(|settings| settings.connections.total = 2).await;
        let mut drips = server.client().await;
        match text {
            true => drips.begin("ann@relay.example").await,
            false => drop(drips.says("EHLO client.example", "250").await),
        }
        sleep(Duration::from_secs(2)).await;
        let mut good = server.client().await;
        good.says("EHLO client.example", "250").await;
        sleep(Duration::from_millis(300)).await;
        drips.send("x").await;
        sleep(Duration::from_millis(50)).await;
        let _third = server.client().await;
        drips.expect("421 4.3.2").await;
        good.says("NOOP", "250").await;
    }
}

#[tokio::test]
async fn who_has_to_go_is_told_and_counted() {
    let server = Server::with(|settings| settings.connections.total = 2).await;
    let mut first = server.client().await;
    let mut second = server.client().await;
    second.says("EHLO client.example", "250").await;
    sleep(Duration::from_millis(600)).await;
    second.says("MAIL FROM:<a@b.c>", "250").await;
    let mut third = server.client().await;
    first.expect("421 4.3.2 Too busy").await;
    first.closed().await;
    assert_eq!((server.counts.dismissed.get(), server.counts.refused.get()), (1, 0));
    for client in [&mut second, &mut third] {
        client.says("NOOP", "250").await;
    }
}

#[tokio::test]
async fn a_handshake_that_does_not_get_on_is_cut_off() {
    let server = Server::with(|settings| settings.connections.total = 1).await;
    let mut shakes = connect(Ipv4Addr::LOCALHOST, server.address).await.unwrap();
    shakes.send(Reach::Handshake.says().0).await;
    for answer in ["220 relay.example", "250", "220 2.0.0"] {
        shakes.expect(answer).await;
    }
    sleep(Duration::from_millis(600)).await;
    let _next = server.client().await;
    let ended = timeout(SERVED, shakes.line()).await;
    assert_eq!(ended.expect("before the handshake's own time is over"), None);
}

#[tokio::test]
async fn saying_the_same_again_is_no_progress() {
    let server = Server::with(|settings| settings.connections.total = 2).await;
    let mut busy = server.client().await;
    busy.says("EHLO client.example", "250").await;
    sleep(Duration::from_millis(300)).await;
    let mut good = server.client().await;
    good.says("EHLO client.example", "250").await;
    sleep(Duration::from_millis(300)).await;
    for line in ["NOOP", "EHLO client.example", "RSET", "VRFY ann", "EHLO client.example"] {
        busy.says(line, "25").await;
    }
    let _third = server.client().await;
    busy.expect("421 4.3.2").await;
    good.says("MAIL FROM:<a@b.c>", "250").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_from_one_address_or_network_has_its_share_only() {
    let server = Server::with(|settings| {
        settings.unlimited_clients = Networks::default();
        settings.connections = ConnectionLimits {
            total: 100,
            per_client: 10,
            per_network: 20,
        };
    })
    .await;
    let mut held = Vec::new();
    for host in [1, 1, 1, 2, 3, 4] {
        for _ in 0..10 {
            held.push(connect(Ipv4Addr::new(127, 0, 1, host), server.address).await.unwrap());
        }
    }
    let mut greeted = 0;
    for client in &mut held {
        greeted += usize::from(client.line().await.is_some_and(|line| line.starts_with("220 ")));
    }
    assert_eq!((greeted, open(&server)), (20, 20));
    assert!(
        connect(Ipv4Addr::new(127, 0, 2, 1), server.address)
            .await
            .unwrap()
            .line()
            .await
            .is_some()
    );
}

/// Waits until no connection is left.
pub async fn empty(server: &Server) {
    let empty = async {
        while open(server) > 0 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, empty).await.expect("a place is lost");
}

#[tokio::test]
async fn a_connection_that_breaks_in_any_state_gives_its_place_back() {
    let server = Server::with(|settings| settings.pipeline_timeout = Duration::from_millis(500)).await;
    let states = [
        "",
        "EHLO client.example\r\n",
        "EHLO client.example\r\nSTARTTLS\r\n",
        "EHLO client.example\r\nSTARTTLS\r\n\u{16}\u{3}\u{1}\u{2}\0\u{1}",
        "EHLO client.example\r\nMAIL FROM:<a@b.c>\r\n",
        "EHLO client.example\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ann@relay.example>\r\n",
        "EHLO client.example\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<thinking@relay.example>\r\n",
        "EHLO client.example\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ann@relay.example>\r\nDATA\r\n",
        "EHLO client.example\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ann@relay.example>\r\nDATA\r\ntext\r\n",
        "EHLO client.example\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<ann@relay.example>\r\nDATA\r\ntext\r\n.\r\nQUI",
    ];
    for said in states {
        for abrupt in [false, true] {
            let mut client = server.client().await;
            client.send(said).await;
            let stream = client.stream.into_inner();
            if abrupt {
                // The system then sends a reset.
                stream.set_zero_linger().unwrap();
            }
            drop(stream);
        }
    }
    empty(&server).await;
    assert!(server.greets().await);
}
