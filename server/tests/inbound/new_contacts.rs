//! New senders: each costs a key, so there are only so many, and they hold up nobody else.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
};

use app::id::MailboxId;
use server::config::NewContactLimits;
use time::OffsetDateTime;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    task::JoinSet,
};

use crate::support::{
    client::connect_from,
    home::{Home, SECRET, letter},
};

/// As many as the fault was seen with would take minutes without optimisation.
const FLOOD: usize = 60;

const LATER: &str = "450 4.7.1 Too many new senders";

/// Sends one message from an address of this host; gives the first refusal, or the answer at the end of DATA.
pub async fn send_from(client: &str, relay: SocketAddr, from: &str, alias: &str) -> String {
    let client: Ipv4Addr = client.parse().unwrap();
    let mut stream = BufReader::new(connect_from(client, relay).await.unwrap());
    let message = letter(alias, SECRET).replace("bob@example.com", from);
    let mut said = String::new();
    for line in [
        String::new(),
        "HELO sender.example\r\n".into(),
        format!("MAIL FROM:<{from}>\r\n"),
        format!("RCPT TO:<{alias}>\r\n"),
        "DATA\r\n".into(),
        format!("{message}.\r\n"),
    ] {
        stream.write_all(line.as_bytes()).await.unwrap();
        said.clear();
        stream.read_line(&mut said).await.unwrap();
        if !said.starts_with(['2', '3']) {
            break;
        }
    }
    said
}

async fn is_healthy(address: SocketAddr) -> bool {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = b"GET /healthz HTTP/1.1\r\nHost: relay.example\r\nConnection: close\r\n\r\n";
    stream.write_all(request).await.unwrap();
    let mut said = String::new();
    stream.read_to_string(&mut said).await.unwrap();
    said.starts_with("HTTP/1.1 200")
}

/// Does something again and again until told; gives how often.
async fn while_running<F: Future<Output = bool>>(over: &AtomicBool, something: impl Fn() -> F) -> usize {
    let mut count = 0;
    while !over.load(Ordering::Relaxed) {
        assert!(something().await);
        count += 1;
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_flood_of_new_senders_holds_up_nobody_else() {
    let home = Home::with(|config| {
        config.key_pool = 0;
        config.new_contacts = NewContactLimits {
            per_client: 1000,
            per_alias: 1000,
            per_account: 1000,
        };
    })
    .await;
    home.activate().await;
    let (smtp, http) = (home.relay.smtp, home.relay.http);
    let said = send_from("127.0.0.1", smtp, "bob@example.com", &home.alias).await;
    assert!(said.starts_with("250"), "{said}");

    let over = AtomicBool::new(false);
    let mut flood = JoinSet::new();
    for number in 0..FLOOD {
        let alias = home.alias.clone();
        flood.spawn(async move {
            let from = format!("new{number}@example.com");
            // An honest server comes back.
            while !send_from("127.0.0.1", smtp, &from, &alias).await.starts_with("250") {}
        });
    }
    let flood = async {
        flood.join_all().await;
        over.store(true, Ordering::Relaxed);
    };
    let known = while_running(&over, || async {
        let said = send_from("127.0.0.1", smtp, "bob@example.com", &home.alias).await;
        said.starts_with("250")
    });
    let health = while_running(&over, || is_healthy(http));
    let ((), known, health) = tokio::join!(flood, known, health);
    eprintln!("{FLOOD} new senders, {known} messages of a known one, {health} health checks");
    // A known sender waits for one key at most, and a health check for none.
    assert!(
        known > FLOOD / 6,
        "{known} messages of a known sender beside {FLOOD} new ones"
    );
    assert!(health > FLOOD, "{health} health checks beside {FLOOD} new senders");
}

#[tokio::test]
async fn new_contacts_are_limited_by_client_alias_and_account() {
    let home = Home::with(|config| {
        config.new_contacts = NewContactLimits {
            per_client: 2,
            per_alias: 3,
            per_account: 4,
        };
    })
    .await;
    home.activate().await;
    let second = "second-alias-001@relay.example";
    let now = OffsetDateTime::now_utc();
    let (local, _) = second.split_once('@').unwrap();
    home.store.create_alias(MailboxId(1), local, "", now).await.unwrap();
    let other = home.clear_mailbox("carol@example.org", "quick-fox-001").await;
    for (client, sender, alias, answer) in [
        ("127.0.0.1", "a", home.alias.as_str(), "250"),
        ("127.0.0.1", "b", &home.alias, "250"),
        ("127.0.0.1", "c", &home.alias, LATER),
        ("127.0.0.1", "a", &home.alias, "250"),
        // Another client; then the alias has as many as it may.
        ("127.0.0.2", "c", &home.alias, "250"),
        ("127.0.0.2", "d", &home.alias, LATER),
        // Another alias; then the account has.
        ("127.0.0.3", "d", second, "250"),
        ("127.0.0.3", "e", second, LATER),
        ("127.0.0.4", "e", &other, "250"),
        // Known ones are not affected, from wherever they come.
        ("127.0.0.1", "c", &home.alias, "250"),
        ("127.0.0.3", "d", second, "250"),
    ] {
        let from = format!("{sender}@example.com");
        let said = send_from(client, home.relay.smtp, &from, alias).await;
        assert!(said.starts_with(answer), "{client} {sender} {alias}: {said}");
    }
    home.sql("UPDATE attempts SET ends_at = 1").await;
    let said = send_from("127.0.0.1", home.relay.smtp, "e@example.com", &home.alias).await;
    assert!(said.starts_with("250"), "{said}");
}

/// Refused new senders take nothing from the messages that the account may get.
#[tokio::test]
async fn refused_new_senders_use_up_no_quota() {
    let home = Home::with(|config| {
        config.new_contacts.per_client = 1;
        config.allowance.messages_per_hour = 3;
    })
    .await;
    home.activate().await;
    for (sender, answer) in [
        ("a", "250"),
        ("b", LATER),
        ("c", LATER),
        ("d", LATER),
        ("a", "250"),
        ("a", "250"),
        ("a", "450 4.2.1"),
    ] {
        let from = format!("{sender}@example.com");
        let said = send_from("127.0.0.1", home.relay.smtp, &from, &home.alias).await;
        assert!(said.starts_with(answer), "{sender}: {said}");
    }
}
