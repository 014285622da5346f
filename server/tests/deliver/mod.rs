//! Handing over: into a folder, to a smarthost, and by MX records that a real DNS server serves.

mod authority;
mod dane;
mod dns;
pub mod encrypted;
mod hosts;
mod kept;
pub mod peer;
mod post_quantum;
mod postfix;
mod require_tls;
mod sts;
mod zones;

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, UdpSocket},
    path::Path,
    sync::mpsc,
};

use app::address::{EmailAddress, OutsideAddress};
use server::{
    config::{Destination, Lanes, TlsPolicy},
    deliver::{Courier, DeliveryError, KeepLimits, MxCourier, MxSettings, Reach, open_courier},
    domains::Domains,
    letters::{Automatic, Text, Written},
    parcel::Parcel,
};
use test_support::provider::{Mood, Provider};
use time::OffsetDateTime;

use self::dns::Dns;

fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}

/// A message with a line that SMTP has to escape.
fn message() -> Written {
    let text = Text {
        name: "Sealpost",
        from: &address("a@relay.example"),
        to: &address("ann@example.test"),
        subject: "hello",
        text: ".dot\r\nbody\r\n",
        automatic: Automatic::Generated,
        id: "1@relay.example",
        now: OffsetDateTime::UNIX_EPOCH,
    };
    text.write().unwrap()
}

fn parcel(to: &str) -> Parcel {
    Parcel::notice(address("bounces@relay.example"), address(to), message())
}

/// Of a relay whose own domains are `relay.example` and `own.test`.
fn reach(private_networks: bool) -> Reach {
    let own = Domains::new("relay.example".into(), vec!["own.test".into()]);
    Reach::new(private_networks, own.into())
}

/// Settings that a folder or smarthost does not ask for.
fn mx() -> MxSettings {
    MxSettings {
        dns: None,
        reach: reach(false),
        tls_policy: TlsPolicy::Off,
    }
}

const LANES: Lanes = Lanes {
    total: 20,
    per_domain: 5,
};

fn limits() -> KeepLimits {
    KeepLimits::of(LANES)
}

async fn smarthost(provider: &Provider) -> std::sync::Arc<dyn Courier> {
    let destination = Destination::parse(&format!("smtp://{}", provider.address), None).unwrap();
    open_courier(&destination, mx(), "relay.example", LANES).await.unwrap()
}

#[tokio::test]
async fn a_folder_gets_whole_messages_only() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("outbox");
    let destination = Destination::parse(&format!("file:{}", outbox.display()), None).unwrap();
    let courier = open_courier(&destination, mx(), "relay.example", LANES).await.unwrap();
    courier.deliver(&parcel("ann@example.test")).await.unwrap();
    let messages = eml(&outbox);
    assert_eq!(messages, [message().into_bytes().to_vec()]);
    assert!(eml(&outbox.join(".unfinished")).is_empty());
}

#[tokio::test]
async fn a_folder_that_is_gone_is_a_passing_fault() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("outbox");
    let destination = Destination::parse(&format!("file:{}", outbox.display()), None).unwrap();
    let courier = open_courier(&destination, mx(), "relay.example", LANES).await.unwrap();
    std::fs::remove_dir_all(&outbox).unwrap();
    let outcome = courier.deliver(&parcel("ann@example.test")).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
}

#[tokio::test]
async fn an_outside_address_is_quoted_in_the_envelope() {
    let (address, recipients) = recorder();
    let destination = Destination::parse(&format!("smtp://{address}"), None).unwrap();
    let courier = open_courier(&destination, mx(), "relay.example", LANES).await.unwrap();
    let long = format!("{}@svc.example", "a".repeat(100));
    for (address, expected) in [
        ("a..b@docomo.example", "\"a..b\"@docomo.example"),
        ("dot.@docomo.example", "\"dot.\"@docomo.example"),
        ("ann@[192.0.2.1]", "ann@[192.0.2.1]"),
        ("ann@b\u{fc}cher.example", "ann@xn--bcher-kva.example"),
        ("\u{e4}nn@b\u{fc}cher.example", "\u{e4}nn@b\u{fc}cher.example"),
        (&long, &long),
    ] {
        let address: OutsideAddress = address.parse().unwrap();
        courier.deliver(&Parcel::report(address, message())).await.unwrap();
        let said = recipients.recv().unwrap();
        assert_eq!(said, format!("RCPT TO:<{expected}>"));
    }
}

/// A server that takes everything, the null reverse-path too, and tells the RCPT commands.
fn recorder() -> (SocketAddr, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            let mut out = connection.unwrap();
            let mut lines = BufReader::new(out.try_clone().unwrap()).lines();
            let mut answer = "220 sink.example\r\n";
            let mut data = false;
            while out.write_all(answer.as_bytes()).is_ok()
                && let Some(Ok(line)) = lines.next()
            {
                answer = match line.as_str() {
                    "." => "250 OK\r\n",
                    _ if data => "",
                    "DATA" => "354 go on\r\n",
                    line if line.starts_with("EHLO") => "250-sink.example\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
                    line if line.starts_with("RCPT") => {
                        tell.send(line.to_owned()).unwrap();
                        "250 OK\r\n"
                    }
                    _ => "250 OK\r\n",
                };
                data = line == "DATA" || data && line != ".";
            }
        }
    });
    (address, told)
}

#[tokio::test]
async fn a_smarthost_gets_envelope_and_bytes_unchanged() {
    let provider = Provider::start(Mood::Takes);
    smarthost(&provider)
        .await
        .deliver(&parcel("ann@example.test"))
        .await
        .unwrap();
    let arrived = provider.arrived();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0].from, "bounces@relay.example");
    assert_eq!(arrived[0].to, ["ann@example.test"]);
    assert_eq!(arrived[0].data, message().into_bytes().as_slice());
}

#[tokio::test]
async fn lasting_and_passing_refusals_are_told_apart() {
    let busy = smarthost(&Provider::start(Mood::Busy)).await;
    let outcome = busy.deliver(&parcel("ann@example.test")).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
    let refusing = smarthost(&Provider::start(Mood::Refuses)).await;
    let outcome = refusing.deliver(&parcel("ann@example.test")).await;
    assert!(matches!(outcome, Err(DeliveryError::Never(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_smarthost_that_is_down_is_a_passing_fault() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let destination = Destination::parse(&format!("smtp://{closed}"), None).unwrap();
    let courier = open_courier(&destination, mx(), "relay.example", LANES).await.unwrap();
    let outcome = courier.deliver(&parcel("ann@example.test")).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
}

#[tokio::test]
async fn mx_hosts_are_tried_by_preference_and_the_domain_itself_without_any() {
    // Two addresses of the loopback network: the preferred host is down, the second takes the message.
    let provider = Provider::start_at("127.0.0.2:0".parse().unwrap(), Mood::Takes);
    let dns = Dns::start(&[
        "--mx-host=example.test,first.example.test,10",
        "--mx-host=example.test,second.example.test,20",
        "--host-record=first.example.test,127.0.0.3",
        "--host-record=second.example.test,127.0.0.2",
        "--host-record=bare.test,127.0.0.2",
        "--dns-rr=null.test,15,000000",
    ]);
    let courier = MxCourier::new(
        Some(dns.address),
        "relay.example",
        provider.address.port(),
        reach(true),
        limits(),
    )
    .unwrap();
    courier.deliver(&parcel("ann@example.test")).await.unwrap();
    courier.deliver(&parcel("bob@bare.test")).await.unwrap();
    let to: Vec<_> = provider.arrived().into_iter().flat_map(|each| each.to).collect();
    assert_eq!(to, ["ann@example.test", "bob@bare.test"]);

    let null = courier.deliver(&parcel("ann@null.test")).await;
    assert!(matches!(null, Err(DeliveryError::Never(_))), "RFC 7505: {null:?}");
    let missing = courier.deliver(&parcel("ann@missing.test")).await;
    assert!(matches!(missing, Err(DeliveryError::Never(_))), "{missing:?}");
}

#[tokio::test]
async fn a_stranger_cannot_name_a_mail_host_inside() {
    // Takes connections on all addresses of the machine, of IPv4 and IPv6.
    let inside = tokio::net::TcpListener::bind("[::]:0").await.unwrap();
    let port = inside.local_addr().unwrap().port();
    let dns = Dns::start(&[
        "--mx-host=four.test,host.four.test,10",
        "--host-record=host.four.test,127.0.0.2",
        "--mx-host=six.test,host.six.test,10",
        "--host-record=host.six.test,::1",
        "--mx-host=mapped.test,host.mapped.test,10",
        "--host-record=host.mapped.test,::ffff:127.0.0.2",
        "--host-record=bare.test,127.0.0.2",
        "--mx-host=several.test,host.four.test,10",
        "--mx-host=several.test,host.several.test,20",
        "--host-record=host.several.test,0.0.0.0,::",
        "--mx-host=literal.test,127.0.0.2,10",
        "--mx-host=name.test,localhost,10",
        "--mx-host=own.test,host.own.test,10",
        "--host-record=host.own.test,127.0.0.2",
    ]);
    let courier = MxCourier::new(Some(dns.address), "relay.example", port, reach(false), limits()).unwrap();
    for domain in ["four.test", "six.test", "mapped.test", "bare.test", "several.test"] {
        let outcome = refused(&courier, domain, &inside).await;
        assert!(matches!(outcome, DeliveryError::Never(_)), "{domain}: {outcome:?}");
    }
    // How these fail depends on the resolver.
    for domain in ["literal.test", "name.test", "127.0.0.2", "localhost"] {
        refused(&courier, domain, &inside).await;
    }

    // The operator's own domain has its host where the operator wants.
    let provider = Provider::start_at("127.0.0.2:0".parse().unwrap(), Mood::Takes);
    let courier = MxCourier::new(
        Some(dns.address),
        "relay.example",
        provider.address.port(),
        reach(false),
        limits(),
    )
    .unwrap();
    courier.deliver(&parcel("ann@own.test")).await.unwrap();
    assert_eq!(provider.arrived().len(), 1);
}

/// Why nothing was delivered; nobody may be connected to meanwhile.
async fn refused(courier: &MxCourier, domain: &str, inside: &tokio::net::TcpListener) -> DeliveryError {
    let parcel = parcel(&format!("ann@{domain}"));
    tokio::select! {
        outcome = courier.deliver(&parcel) => outcome.unwrap_err(),
        met = inside.accept() => panic!("{domain}: {met:?}"),
    }
}

#[tokio::test]
async fn a_resolver_that_is_down_is_a_passing_fault() {
    let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let courier = MxCourier::new(Some(closed), "relay.example", 25, reach(false), limits()).unwrap();
    let outcome = courier.deliver(&parcel("ann@example.test")).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
}

fn eml(folder: &Path) -> Vec<Vec<u8>> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}
