//! Handing over: into a folder, to a smarthost, and by MX records that a real DNS server serves.

mod dns;

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    time::Duration,
};

use app::address::{EmailAddress, OutsideAddress};
use server::{
    config::Destination,
    deliver::{Courier, DeliveryError, MxCourier, Reach, SmarthostCourier, Timeouts, courier},
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

async fn smarthost(provider: &Provider) -> std::sync::Arc<dyn Courier> {
    let destination = Destination::parse(&format!("smtp://{}", provider.address), None).unwrap();
    courier(&destination, None, "relay.example", reach(false))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_folder_gets_whole_messages_only() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("outbox");
    let destination = Destination::parse(&format!("file:{}", outbox.display()), None).unwrap();
    let courier = courier(&destination, None, "relay.example", reach(false))
        .await
        .unwrap();
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
    let courier = courier(&destination, None, "relay.example", reach(false))
        .await
        .unwrap();
    std::fs::remove_dir_all(&outbox).unwrap();
    let outcome = courier.deliver(&parcel("ann@example.test")).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
}

#[tokio::test]
async fn an_outside_address_is_quoted_in_the_envelope() {
    let (address, recipients) = recorder();
    let destination = Destination::parse(&format!("smtp://{address}"), None).unwrap();
    let courier = courier(&destination, None, "relay.example", reach(false))
        .await
        .unwrap();
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
    let courier = courier(&destination, None, "relay.example", reach(false))
        .await
        .unwrap();
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
    let courier = MxCourier::new(Some(dns.address), "relay.example", provider.address.port(), reach(true)).unwrap();
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
    let courier = MxCourier::new(Some(dns.address), "relay.example", port, reach(false)).unwrap();
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

/// A mail host of a stranger: what it does with each connection.
fn host(act: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.2:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let act = act.clone();
            std::thread::spawn(move || act(stream));
        }
    });
    address
}

/// The outcome of a parcel for a domain with this mail host. The clock ends a hang only.
async fn delivered_to(host: SocketAddr, timeouts: Timeouts) -> Result<(), DeliveryError> {
    let dns = Dns::start(&["--host-record=host.test,127.0.0.2"]);
    let courier = MxCourier::new(Some(dns.address), "relay.example", host.port(), reach(true)).unwrap();
    let courier = courier.with_timeouts(timeouts);
    let parcel = parcel("ann@host.test");
    let delivered = tokio::time::timeout(HANG, courier.deliver(&parcel)).await;
    delivered.expect("the delivery hangs")
}

const SHORT: Duration = Duration::from_millis(200);
const LONG: Duration = Duration::from_secs(600);
const HANG: Duration = Duration::from_secs(120);

#[tokio::test]
async fn a_host_that_is_silent_is_given_up() {
    let silent = host(|stream| {
        // Until the relay closes.
        let _ = std::io::copy(&mut &stream, &mut std::io::sink());
    });
    let step = Timeouts {
        step: SHORT,
        whole: LONG,
    };
    let outcome = delivered_to(silent, step).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_host_that_answers_an_octet_now_and_then_is_given_up() {
    let dribbling = host(|mut stream| {
        while stream.write_all(b"2").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let whole = Timeouts {
        step: LONG,
        whole: SHORT,
    };
    let outcome = delivered_to(dribbling, whole).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_host_that_answers_without_end_is_given_up_before_that_fills_the_memory() {
    let said = Arc::new(AtomicUsize::new(0));
    let endless = host({
        let said = Arc::clone(&said);
        move |mut stream| {
            while stream.write_all(&[b'2'; 4096]).is_ok() {
                // Beyond this nobody listens any more.
                if said.fetch_add(4096, Ordering::Relaxed) > 256 << 20 {
                    return;
                }
            }
        }
    });
    let outcome = delivered_to(
        endless,
        Timeouts {
            step: LONG,
            whole: LONG,
        },
    )
    .await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
    let said = said.load(Ordering::Relaxed);
    // Octets in the system's buffers were sent, and not read.
    assert!(said < 64 << 20, "{said} octets were read");
}

#[tokio::test]
async fn a_host_that_does_not_say_goodbye_has_the_message_all_the_same() {
    let rude = host(|stream| {
        let mut out = stream.try_clone().unwrap();
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        let mut text = false;
        out.write_all(b"220 host.test\r\n").unwrap();
        for line in lines {
            match (&*line, text) {
                ("QUIT", false) => {}
                ("DATA", false) => {
                    text = true;
                    out.write_all(b"354 go\r\n").unwrap();
                }
                (".", true) => {
                    text = false;
                    out.write_all(b"250 taken\r\n").unwrap();
                }
                (_, true) => {}
                (_, false) => out.write_all(b"250 fine\r\n").unwrap(),
            }
        }
    });
    delivered_to(
        rude,
        Timeouts {
            step: LONG,
            whole: LONG,
        },
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_silent_smarthost_is_given_up() {
    let silent = host(|stream| {
        let _ = std::io::copy(&mut &stream, &mut std::io::sink());
    });
    let courier = SmarthostCourier::new(&format!("smtp://{silent}"), None, "relay.example").unwrap();
    let courier = courier.with_timeouts(Timeouts {
        step: LONG,
        whole: SHORT,
    });
    let parcel = parcel("ann@example.test");
    let outcome = tokio::time::timeout(HANG, courier.deliver(&parcel)).await.unwrap();
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_resolver_that_is_down_is_a_passing_fault() {
    let closed = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let courier = MxCourier::new(Some(closed), "relay.example", 25, reach(false)).unwrap();
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
