//! Messages whose senders demand TLS on their whole way (REQUIRETLS, RFC 8689), from the receiver to the next hop.

use std::{
    io::{Seek, Write},
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
};

use crate::{
    deliver::{
        encrypted::{certificate, encrypt_at},
        peer::{Act, Peer},
    },
    queue::{
        patience::{deliver, empty, example_com, relay, relay_address},
        program::Program,
        sink::{Answer, Sink},
        witness,
    },
    support::{
        clock::TestClock,
        home::{Home, SECRET, letter},
    },
};

/// Hands a message in with REQUIRETLS, as OpenSSL's client does. Returns all that the relay said.
async fn demand(relay: SocketAddr, folder: &Path, (from, to): (&str, &str), message: &str) -> String {
    let script = format!(
        "EHLO openssl.example\r\nMAIL FROM:<{from}> REQUIRETLS\r\nRCPT TO:<{to}>\r\nDATA\r\n{message}.\r\nQUIT\r\n"
    );
    let mut input = tempfile::tempfile().unwrap();
    input.write_all(script.as_bytes()).unwrap();
    input.rewind().unwrap();
    let mut openssl = Command::new("openssl");
    openssl
        .args(["s_client", "-starttls", "smtp", "-quiet", "-verify_return_error"])
        .args(["-connect", &relay.to_string(), "-CAfile"])
        .arg(folder.join("smtp.crt"))
        .stdin(Stdio::from(input));
    let output = tokio::task::spawn_blocking(move || openssl.output().unwrap())
        .await
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demand_outlives_the_relay() {
    let home = Home::new().await;
    home.activate().await;
    home.relay.stop().await;
    let folder = home.folder.path();
    let certificate = certificate(folder);
    let away = test_support::ports::free();
    let start = || {
        Program::start_with(
            Command::new(env!("CARGO_BIN_EXE_sealpost")),
            folder,
            &format!("smtps://localhost:{}", away.port()),
            &[
                ("SSL_CERT_FILE", certificate.0.to_str().unwrap()),
                ("SEALPOST_MX_HOST", "mail.relay.example"),
            ],
        )
    };
    let program = start();
    let to = ("bob@example.com", home.alias.as_str());
    let said = demand(program.smtp(), folder, to, &letter(&home.alias, SECRET)).await;
    assert!(said.contains("250-REQUIRETLS") && said.contains("250 2.0.0"), "{said}");
    program.kill();
    assert_eq!(home.store.depth().await.unwrap().waiting, 1);

    let peer = Peer::start(false, |_, line| match line.starts_with("EHLO") {
        true => Act::Say("250-peer.test\r\n250 REQUIRETLS".into()),
        false => Act::Usual,
    });
    encrypt_at(away, peer.address, &certificate).await;
    let program = start();
    peer.wait(".", 1).await;
    assert!(program.terminate().success());
    let talks = peer.talks().concat();
    let mail: Vec<_> = talks.iter().filter(|line| line.starts_with("MAIL")).collect();
    assert!(mail.len() == 1 && mail[0].ends_with("> REQUIRETLS"), "{talks:?}");
    // The name that has an address, and that the reverse DNS leads to.
    assert!(talks.contains(&"EHLO mail.relay.example".to_owned()), "{talks:?}");
}

#[tokio::test]
async fn a_sender_is_told_that_the_way_is_not_encrypted_and_the_report_arrives_all_the_same() {
    let (clock, dns) = (Arc::new(TestClock::new()), example_com());
    let sink = Sink::start(|_| Answer::Takes);
    // Encrypted if the smarthost offers it, which this one does not.
    let home = relay(&clock, &sink.url(), Some(&dns)).await;
    let (smtp, folder) = (home.relay.smtp, home.folder.path());
    let said = demand(
        smtp,
        folder,
        ("bob@example.com", &home.alias),
        &letter(&home.alias, SECRET),
    )
    .await;
    assert!(said.contains("250-REQUIRETLS") && said.contains("250 2.0.0"), "{said}");
    empty(&home).await;
    let arrived = sink.arrived();
    assert_eq!(arrived.len(), 1, "only the report");
    assert_eq!(
        (arrived[0].from.as_str(), arrived[0].to.as_str()),
        ("", "bob@example.com")
    );
    let report = witness::report(arrived[0].data.as_bytes());
    assert_eq!((report.status.as_str(), report.originals.len()), ("5.7.10", 0));
    assert!(report.text.contains("REQUIRETLS"), "{}", report.text);
    assert!(!arrived[0].data.contains(SECRET) && !arrived[0].data.contains("ann@"));

    // The same of what the person writes. The report is sealed, and without the text.
    deliver(&home, "bob@example.com", &home.alias, &letter(&home.alias, SECRET)).await;
    empty(&home).await;
    let contact = relay_address(&sink.arrived()[1]);
    let answer = home.answer(&contact, "My answer.");
    let said = demand(smtp, folder, ("ann@example.org", &contact), &answer).await;
    assert!(said.contains("250 2.0.0"), "{said}");
    empty(&home).await;
    let arrived = sink.arrived();
    assert_eq!((arrived.len(), arrived[2].to.as_str()), (3, "ann@example.org"));
    let report = witness::report(&home.open(arrived[2].data.as_bytes()));
    assert_eq!((report.status.as_str(), report.originals.len()), ("5.7.10", 0));
    assert!(report.diagnostic.unwrap().contains("verified certificate"));
}

#[tokio::test]
async fn a_relay_that_cannot_honour_it_does_not_announce_it() {
    let clock = Arc::new(TestClock::new());
    let sink = Sink::start(|_| Answer::Takes);
    let home = relay(&clock, &format!("{}?tls=none", sink.url()), None).await;
    let to = ("bob@example.com", home.alias.as_str());
    let said = demand(home.relay.smtp, home.folder.path(), to, &letter(&home.alias, SECRET)).await;
    assert!(!said.contains("REQUIRETLS") && said.contains("555 5.5.4"), "{said}");
    assert_eq!((home.store.depth().await.unwrap().waiting, sink.tries()), (0, 0));
}
