//! Mail hosts of strangers, which may be silent, slow or endless.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use server::deliver::{Courier, DeliveryError, Greeted, MxCourier, MxError, SmarthostCourier, Timeouts};

use super::{
    Dns, limits, parcel,
    peer::{Act, Peer},
    reach,
};

use crate::support::home::Home;

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
    let courier = MxCourier::new(Some(dns.address), "relay.example", host.port(), reach(true), limits()).unwrap();
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
    let courier = SmarthostCourier::new(&format!("smtp://{silent}"), None, "relay.example", limits()).unwrap();
    let courier = courier.with_timeouts(Timeouts {
        step: LONG,
        whole: SHORT,
    });
    let parcel = parcel("ann@example.test");
    let outcome = tokio::time::timeout(HANG, courier.deliver(&parcel)).await.unwrap();
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
}

/// A delivery that was given up because it took too long, and not for any other reason.
fn is_given_up(outcome: &Result<(), DeliveryError>) -> bool {
    match outcome {
        Err(DeliveryError::Later(cause)) => matches!(cause.downcast_ref(), Some(MxError::TooSlow(_))),
        _ => false,
    }
}

const WHOLE: Timeouts = Timeouts {
    step: LONG,
    whole: SHORT,
};

#[tokio::test]
async fn a_host_that_dribbles_after_its_greeting_is_given_up() {
    let dribbling = host(|mut stream| {
        let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
        let _ = stream.write_all(b"220 host.test\r\n");
        let _ = lines.next();
        let _ = stream.write_all(b"250 host.test\r\n");
        // MAIL
        let _ = lines.next();
        while stream.write_all(b"2").is_ok() {
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    // Long enough for the greeting.
    let whole = Timeouts {
        step: LONG,
        whole: Duration::from_secs(2),
    };
    let outcome = delivered_to(dribbling, whole).await;
    assert!(is_given_up(&outcome), "{outcome:?}");
}

#[tokio::test]
async fn a_host_that_takes_no_connection_is_given_up() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let full = socket.listen(1).unwrap();
    let address = full.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(taken) = tokio::time::timeout(SHORT, tokio::net::TcpStream::connect(address)).await {
        waiting.push(taken.unwrap());
        assert!(waiting.len() < 100, "the system lets any number wait");
    }
    let step = Timeouts {
        step: SHORT,
        whole: LONG,
    };
    let outcome = delivered_to(address, step).await;
    assert!(is_given_up(&outcome), "{outcome:?}");
}

/// A resolver that answers for no mail hosts at all, or for the hosts but not for their addresses.
#[tokio::test]
async fn a_resolver_that_is_silent_is_given_up() {
    let silent = UdpSocket::bind("127.0.0.1:0").unwrap();
    let nobody = silent.local_addr().unwrap();
    let elsewhere = format!("--server=/elsewhere.test/127.0.0.1#{}", nobody.port());
    let dns = Dns::start(&["--mx-host=host.test,host.elsewhere.test,10", &elsewhere]);
    for resolver in [nobody, dns.address] {
        let courier = MxCourier::new(Some(resolver), "relay.example", 25, reach(true), limits()).unwrap();
        let courier = courier.with_timeouts(WHOLE);
        let parcel = parcel("ann@host.test");
        let outcome = tokio::time::timeout(HANG, courier.deliver(&parcel)).await.unwrap();
        assert!(is_given_up(&outcome), "{resolver}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_domain_with_many_hosts_gets_a_few_tries() {
    let tries = Arc::new(AtomicUsize::new(0));
    let closing = host({
        let tries = Arc::clone(&tries);
        move |_| {
            tries.fetch_add(1, Ordering::SeqCst);
        }
    });
    let mut records = Vec::new();
    for number in 10..30 {
        records.push(format!("--mx-host=many.test,host{number}.many.test,{number}"));
        records.push(format!("--host-record=host{number}.many.test,127.0.0.2"));
    }
    let records: Vec<_> = records.iter().map(String::as_str).collect();
    let dns = Dns::start(&records);
    let courier = MxCourier::new(
        Some(dns.address),
        "relay.example",
        closing.port(),
        reach(true),
        limits(),
    )
    .unwrap();
    let parcel = parcel("ann@many.test");
    let outcome = tokio::time::timeout(HANG, courier.deliver(&parcel)).await.unwrap();
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
    assert_eq!(tries.load(Ordering::SeqCst), 5);
}

#[tokio::test]
async fn a_host_that_is_greeted_gets_no_message() {
    let greet = async |host: SocketAddr| {
        let record = format!("--host-record=host.test,{}", host.ip());
        let dns = Dns::start(&[&record]);
        let courier = MxCourier::new(Some(dns.address), "relay.example", host.port(), reach(true), limits()).unwrap();
        let long = Timeouts {
            step: HANG,
            whole: HANG,
        };
        courier.with_timeouts(long).greet("host.test").await
    };
    let plain = Peer::start(false, |_, _| Act::Usual);
    let found = Greeted {
        host: "host.test".into(),
        address: plain.address,
        is_encrypted: false,
    };
    assert_eq!(greet(plain.address).await.unwrap(), found);
    plain.wait("EOF", 1).await;
    assert_eq!((plain.count("QUIT"), plain.count("MAIL")), (1, 0));
    // A relay is a mail host that offers TLS.
    let home = Home::new().await;
    assert!(greet(home.relay.smtp).await.unwrap().is_encrypted);
    let refusing = Peer::start(false, |_, _| Act::Say("554 5.7.1 not you".into()));
    let Err(DeliveryError::Later(refusal)) = greet(refusing.address).await else {
        panic!("it is greeted");
    };
    assert!(refusal.to_string().contains("not you"), "{refusal}");
}

/// Leads to a peer, but for the first connection, which answers the TLS handshake with a text.
fn behind_broken_tls(peer: SocketAddr) -> SocketAddr {
    let connections = Arc::new(AtomicUsize::new(0));
    host(move |mut stream| {
        let mut heard = BufReader::new(stream.try_clone().unwrap());
        if connections.fetch_add(1, Ordering::SeqCst) > 0 {
            let mut inside = TcpStream::connect(peer).unwrap();
            let mut said = inside.try_clone().unwrap();
            std::thread::spawn(move || std::io::copy(&mut said, &mut stream));
            let _ = std::io::copy(&mut heard, &mut inside);
            return;
        }
        for said in ["220 peer.test\r\n", "250-peer.test\r\n250 STARTTLS\r\n"] {
            stream.write_all(said.as_bytes()).unwrap();
            heard.read_line(&mut String::new()).unwrap();
        }
        stream.write_all(b"220 go on\r\n").unwrap();
        heard.fill_buf().unwrap();
        stream.write_all(b"this is no TLS\r\n").unwrap();
    })
}

#[tokio::test]
async fn a_host_whose_tls_does_not_work_gets_one_message_without_it() {
    let long = Timeouts {
        step: HANG,
        whole: HANG,
    };
    let refuses = Peer::start(false, |_, line| match line {
        line if line.starts_with("EHLO") => Act::Say("250-peer.test\r\n250 STARTTLS".into()),
        "STARTTLS" => Act::SayAndClose("454 4.7.0 TLS is not available"),
        _ => Act::Usual,
    });
    delivered_to(refuses.address, long).await.unwrap();
    assert_eq!((refuses.count("STARTTLS"), refuses.count(".")), (1, 1));
    // Nothing is kept: the next message tries TLS again.
    refuses.wait("QUIT", 1).await;

    let peer = Peer::start(false, |_, _| Act::Usual);
    delivered_to(behind_broken_tls(peer.address), long).await.unwrap();
    peer.wait("QUIT", 1).await;
    assert_eq!((peer.talks().len(), peer.count(".")), (1, 1));
}

#[tokio::test]
async fn a_connection_that_breaks_at_starttls_is_no_reason_to_go_without() {
    let breaks = Peer::start(false, |_, line| match line {
        line if line.starts_with("EHLO") => Act::Say("250-peer.test\r\n250 STARTTLS".into()),
        "STARTTLS" => Act::SayAndClose("220 go on"),
        _ => Act::Usual,
    });
    let long = Timeouts {
        step: HANG,
        whole: HANG,
    };
    let outcome = delivered_to(breaks.address, long).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
    assert_eq!((breaks.talks().len(), breaks.count("MAIL")), (1, 0));
}
