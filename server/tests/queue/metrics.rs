//! What the operator's Prometheus reads, after traffic that is known.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::Arc,
};

use time::Duration;

use crate::{
    queue::{
        patience::{deliver, relay},
        sink::{Answer, Sink},
        until,
    },
    support::{
        clock::TestClock,
        home::{SECRET, letter},
    },
};

async fn page(address: SocketAddr) -> String {
    tokio::task::spawn_blocking(move || {
        let mut connection = TcpStream::connect(address).unwrap();
        connection
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        answer
    })
    .await
    .unwrap()
}

fn value(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("{name} is not in\n{page}"))
        .trim()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn the_numbers_are_those_of_the_traffic() {
    let clock = Arc::new(TestClock::new());
    let sink = Sink::start(|_| Answer::Takes);
    let home = relay(&clock, &sink.url(), None).await;
    let clear = home.clear_mailbox("carol@example.net", "quick-fox-001").await;
    let address = home.relay.metrics.unwrap();
    for _ in 0..3 {
        deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    }
    deliver(&home, "bob@example.com", &clear, &letter(&clear, SECRET)).await;
    until("they are delivered", || async {
        home.store.depth().await.unwrap().waiting == 0
    })
    .await;
    sink.now(|_| Answer::Later);
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    for stranger in [
        "nobody@relay.example",
        "nobody@relay.example",
        "nobody@elsewhere.example",
    ] {
        assert!(home.send("bob@example.com", stranger, "x").await.starts_with("550"));
    }
    until("the last one was tried", || async { sink.tries() == 5 }).await;
    until("the try is counted", || async {
        page(address)
            .await
            .contains("sealpost_deliveries_total{outcome=\"delayed\"} 1")
    })
    .await;
    clock.forward(Duration::seconds(50));
    let page = page(address).await;
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("application/openmetrics-text"),
        "{page}"
    );
    assert!(page.trim_end().ends_with("# EOF"), "{page}");
    for (name, expected) in [
        ("sealpost_messages_total{outcome=\"sealed\"}", 4.0),
        ("sealpost_messages_total{outcome=\"relayed\"}", 1.0),
        ("sealpost_refusals_total{reason=\"no_such_alias\"}", 2.0),
        ("sealpost_refusals_total{reason=\"other_domain\"}", 1.0),
        ("sealpost_deliveries_total{outcome=\"delivered\"}", 4.0),
        ("sealpost_deliveries_total{outcome=\"delayed\"}", 1.0),
        ("sealpost_seal_time_seconds_count", 4.0),
        ("sealpost_seal_time_seconds_bucket{le=\"+Inf\"}", 4.0),
        ("sealpost_queue_waiting", 1.0),
    ] {
        assert_eq!(value(&page, name), expected, "{name}");
    }
    assert!(value(&page, "sealpost_seal_time_seconds_sum") > 0.0);
    let age = value(&page, "sealpost_queue_oldest_age_seconds");
    assert!((50.0..51.0).contains(&age), "{age}");
    for private in ["@", "example", "127.0.0.1", SECRET] {
        let body = page.split_once("\r\n\r\n").unwrap().1;
        assert!(!body.contains(private), "{private}");
    }
}
