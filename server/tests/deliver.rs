//! Handing over: into a folder, to a smarthost, and by MX records that a real DNS server serves.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing unwrap is a failing test"
)]

mod support;

use std::{
    io::Write,
    net::{SocketAddr, UdpSocket},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use app::address::EmailAddress;
use server::deliver::{Courier, DeliveryError, Destination, MxCourier, Parcel, courier};
use support::provider::{Mood, Provider};

const MESSAGE: &[u8] = b"From: a@relay.example\r\nTo: ann@example.test\r\nSubject: hello\r\n\r\n.dot\r\nbody\r\n";

fn parcel(to: &str) -> Parcel {
    let address = |text: &str| text.parse::<EmailAddress>().unwrap();
    Parcel::notice(address("bounces@relay.example"), address(to), MESSAGE.to_vec())
}

async fn smarthost(provider: &Provider) -> std::sync::Arc<dyn Courier> {
    let destination = Destination::parse(&format!("smtp://{}", provider.address), None).unwrap();
    courier(destination, None, "relay.example").await.unwrap()
}

#[tokio::test]
async fn a_folder_gets_whole_messages_only() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("outbox");
    let destination = Destination::parse(&format!("file:{}", outbox.display()), None).unwrap();
    let courier = courier(destination, None, "relay.example").await.unwrap();
    courier.deliver(&parcel("ann@example.test")).await.unwrap();
    let messages = eml(&outbox);
    assert_eq!(messages, [MESSAGE]);
    assert!(eml(&outbox.join(".unfinished")).is_empty());
}

#[tokio::test]
async fn a_folder_that_is_gone_is_a_passing_fault() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("outbox");
    let destination = Destination::parse(&format!("file:{}", outbox.display()), None).unwrap();
    let courier = courier(destination, None, "relay.example").await.unwrap();
    std::fs::remove_dir_all(&outbox).unwrap();
    let outcome = courier.deliver(&parcel("ann@example.test")).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
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
    assert_eq!(arrived[0].data, MESSAGE);
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
    let courier = courier(destination, None, "relay.example").await.unwrap();
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
    let courier = MxCourier::new(Some(dns.address), "relay.example", provider.address.port()).unwrap();
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
async fn a_resolver_that_is_down_is_a_passing_fault() {
    let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let courier = MxCourier::new(Some(closed), "relay.example", 25).unwrap();
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

/// dnsmasq, authoritative for `.test`, asking nobody else.
struct Dns {
    address: SocketAddr,
    process: Child,
}

impl Dns {
    fn start(records: &[&str]) -> Self {
        let address = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let dnsmasq = ["/usr/sbin/dnsmasq", "/opt/homebrew/sbin/dnsmasq", "dnsmasq"]
            .into_iter()
            .find(|path| !path.starts_with('/') || Path::new(path).exists())
            .unwrap();
        let process = Command::new(dnsmasq)
            .args([
                "--keep-in-foreground",
                "--no-resolv",
                "--no-hosts",
                "--conf-file=/dev/null",
                "--bind-interfaces",
            ])
            .args([
                "--listen-address=127.0.0.1",
                "--local=/test/",
                "--user=",
                "--group=",
                "--pid-file=",
            ])
            .arg(format!("--port={}", address.port()))
            .args(records)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("dnsmasq (Debian: dnsmasq-base) does not start: {error}"));
        for _ in 0..100 {
            // It serves TCP as well, which tells without a query whether it is up.
            if let Ok(mut up) = std::net::TcpStream::connect(address) {
                up.flush().unwrap();
                return Self { address, process };
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("dnsmasq did not start");
    }
}

impl Drop for Dns {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
