//! Connections that are kept for the next message.

use std::{
    sync::{Arc, Barrier},
    time::Duration,
};

use futures::future::join_all;
use server::{
    config::Destination,
    deliver::{Courier, DeliveryError, KeepLimits, MxCourier, MxError, SmarthostCourier, Timeouts},
};

use super::{
    Dns, limits, parcel,
    peer::{Act, Peer, Place},
    reach,
};

use crate::support::home::{Home, SECRET, letter};

fn courier(peer: &Peer, kept: KeepLimits) -> SmarthostCourier {
    SmarthostCourier::new(&format!("smtp://{}", peer.address), None, "relay.example", kept).unwrap()
}

/// Long enough that no connection ends by itself in a test.
fn patient() -> KeepLimits {
    KeepLimits {
        idle: Duration::from_secs(600),
        life: Duration::from_secs(600),
        ..limits()
    }
}

async fn deliver(courier: &dyn Courier) -> Result<(), DeliveryError> {
    courier.deliver(&parcel("ann@example.test")).await
}

fn usual(_: Place, _: &str) -> Act {
    Act::Usual
}

#[tokio::test]
async fn one_connection_serves_many_messages() {
    for has_pipelining in [false, true] {
        let peer = Peer::start(has_pipelining, usual);
        let courier = courier(&peer, patient());
        for _ in 0..10 {
            deliver(&courier).await.unwrap();
        }
        let talks = peer.talks();
        assert_eq!(talks.len(), 1);
        let mail = [
            "MAIL FROM:<bounces@relay.example>",
            "RCPT TO:<ann@example.test>",
            "DATA",
            ".",
        ];
        let hello = ["EHLO relay.example"; 2];
        let expected: Vec<_> = hello.into_iter().chain([mail; 10].into_iter().flatten()).collect();
        assert_eq!(talks[0], expected, "nothing is asked between messages");
    }
}

#[tokio::test]
async fn no_message_waits_because_a_host_closes_after_each() {
    for ending in ["250 taken", "250 taken\r\n421 too long idle"] {
        for has_pipelining in [false, true] {
            let peer = Peer::start(has_pipelining, move |_, line| match line {
                "." => Act::SayAndClose(ending),
                _ => Act::Usual,
            });
            let courier = courier(&peer, patient());
            for _ in 0..5 {
                deliver(&courier).await.unwrap();
            }
            assert_eq!((peer.talks().len(), peer.count(".")), (5, 5));
        }
    }
}

#[tokio::test]
async fn no_message_waits_because_a_host_has_enough_of_a_kept_connection() {
    for command in ["MAIL", "RCPT", "DATA"] {
        for farewell in [Some("421 4.7.0 enough"), None] {
            for has_pipelining in [false, true] {
                let peer = Peer::start(has_pipelining, move |place, line| match farewell {
                    Some(farewell) if place.texts > 0 && line.starts_with(command) => Act::SayAndClose(farewell),
                    None if place.texts > 0 && line.starts_with(command) => Act::Close,
                    _ => Act::Usual,
                });
                let courier = courier(&peer, patient());
                for _ in 0..3 {
                    deliver(&courier).await.unwrap();
                }
                assert_eq!((peer.talks().len(), peer.count(".")), (3, 3), "{command}");
            }
        }
    }
}

#[tokio::test]
async fn a_host_that_closes_a_new_connection_is_not_asked_again_at_once() {
    let peer = Peer::start(true, |_, line| match line.starts_with("MAIL") {
        true => Act::SayAndClose("421 4.7.0 busy"),
        false => Act::Usual,
    });
    let outcome = deliver(&courier(&peer, patient())).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
    assert_eq!(peer.talks().len(), 1);
}

#[tokio::test]
async fn after_a_refused_recipient_the_connection_begins_anew() {
    for has_pipelining in [false, true] {
        let peer = Peer::start(has_pipelining, |_, line| match line.starts_with("RCPT TO:<bob@") {
            true => Act::Say("550 5.1.1 unknown".into()),
            false => Act::Usual,
        });
        let courier = courier(&peer, patient());
        deliver(&courier).await.unwrap();
        let outcome = courier.deliver(&parcel("bob@example.test")).await;
        assert!(matches!(outcome, Err(DeliveryError::Never(_))), "{outcome:?}");
        deliver(&courier).await.unwrap();
        deliver(&courier).await.unwrap();
        let talks = peer.talks();
        assert_eq!((talks.len(), peer.count("."), peer.count("RSET")), (1, 3, 1));
        let reset = talks[0].iter().position(|line| line == "RSET").unwrap();
        assert!(talks[0][reset - 1].starts_with(if has_pipelining { "DATA" } else { "RCPT" }));
        assert!(talks[0][reset + 1].starts_with("MAIL"));
    }
}

#[tokio::test]
async fn a_host_that_refuses_this_relay_does_not_refuse_the_message() {
    for (when, answer, is_lasting) in [
        ("", "554 5.7.1 client host is blocked", false),
        ("EHLO", "550 5.7.1 go away", false),
        ("MAIL", "530 5.7.0 authentication required", false),
        ("MAIL", "550 5.7.1 not from here", false),
        ("MAIL", "552 5.3.4 too large", true),
        ("RCPT", "550 5.1.1 unknown", true),
        ("DATA", "554 5.7.1 not this", true),
        (".", "554 5.7.1 not this", true),
    ] {
        for has_pipelining in [false, true] {
            let peer = Peer::start(has_pipelining, move |_, line| {
                match line == when || (!when.is_empty() && line.starts_with(when)) {
                    true => Act::Say(answer.into()),
                    false => Act::Usual,
                }
            });
            let outcome = deliver(&courier(&peer, patient())).await;
            let never = matches!(outcome, Err(DeliveryError::Never(_)));
            assert_eq!((outcome.is_err(), never), (true, is_lasting), "{answer}");
        }
    }
}

#[tokio::test]
async fn a_mail_host_that_refuses_this_relay_leaves_the_message_to_the_next() {
    let second = Peer::start(true, usual);
    let port = second.address.port();
    let first = std::net::TcpListener::bind(("127.0.0.3", port)).unwrap();
    std::thread::spawn(move || {
        use std::io::Write;
        for stream in first.incoming().flatten() {
            // Whether the other side still listens does not matter.
            let _ = (&stream).write_all(b"554 5.7.1 blocked\r\n");
        }
    });
    let dns = Dns::start(&[
        "--mx-host=example.test,first.example.test,10",
        "--mx-host=example.test,second.example.test,20",
        "--host-record=first.example.test,127.0.0.3",
        "--host-record=second.example.test,127.0.0.2",
    ]);
    let courier = MxCourier::new(Some(dns.address), "relay.example", port, reach(true), limits()).unwrap();
    deliver(&courier).await.unwrap();
    assert_eq!(second.count("."), 1);
}

/// A host that would take a text for nobody: what follows on this connection would become that text.
#[tokio::test]
async fn a_connection_that_waits_for_a_text_is_not_used_again() {
    let peer = Peer::start(true, |place, line| match (place.connection, line) {
        (0, "DATA") => Act::Say("354 go on".into()),
        (0, line) if line.starts_with("RCPT") => Act::Say("550 5.1.1 unknown".into()),
        _ => Act::Usual,
    });
    let courier = courier(&peer, patient());
    let outcome = deliver(&courier).await;
    assert!(matches!(outcome, Err(DeliveryError::Never(_))), "{outcome:?}");
    deliver(&courier).await.unwrap();
    assert_eq!((peer.talks().len(), peer.count("."), peer.count("RSET")), (2, 1, 0));
}

#[tokio::test]
async fn after_a_refused_text_the_connection_is_not_used_again() {
    let peer = Peer::start(true, |place, line| match (place.connection, line) {
        (0, ".") => Act::Say("550 5.7.1 not this".into()),
        _ => Act::Usual,
    });
    let courier = courier(&peer, patient());
    let outcome = deliver(&courier).await;
    assert!(matches!(outcome, Err(DeliveryError::Never(_))), "{outcome:?}");
    deliver(&courier).await.unwrap();
    assert_eq!(peer.talks().len(), 2);
}

#[tokio::test]
async fn a_message_whose_end_was_sent_is_not_sent_again_at_once() {
    let peer = Peer::start(true, |place, line| match (place.texts, line) {
        (1, ".") => Act::Close,
        _ => Act::Usual,
    });
    let courier = courier(&peer, patient());
    deliver(&courier).await.unwrap();
    let outcome = deliver(&courier).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
    assert_eq!((peer.talks().len(), peer.count(".")), (1, 2));
}

/// The answer that comes too late is not taken for the answer to the next message.
#[tokio::test]
async fn a_connection_whose_delivery_was_given_up_is_not_used_again() {
    let peer = Peer::start(true, |place, line| match (place.connection, place.texts, line) {
        (0, 1, ".") => Act::Hang,
        _ => Act::Usual,
    });
    let timeouts = |whole| Timeouts {
        step: Duration::from_secs(600),
        whole,
    };
    let patient = courier(&peer, patient()).with_timeouts(timeouts(Duration::from_secs(600)));
    deliver(&patient).await.unwrap();
    let hasty = patient.with_timeouts(timeouts(Duration::from_secs(3)));
    let outcome = deliver(&hasty).await;
    assert!(matches!(outcome, Err(DeliveryError::Later(_))), "{outcome:?}");
    peer.wait("EOF", 1).await;
    let patient = hasty.with_timeouts(timeouts(Duration::from_secs(600)));
    deliver(&patient).await.unwrap();
    assert_eq!((peer.talks().len(), peer.count(".")), (2, 3));
}

#[tokio::test]
async fn a_connection_serves_so_many_messages_and_says_goodbye() {
    let peer = Peer::start(true, usual);
    let courier = courier(
        &peer,
        KeepLimits {
            messages: 3,
            ..patient()
        },
    );
    for _ in 0..7 {
        deliver(&courier).await.unwrap();
    }
    peer.wait("QUIT", 2).await;
    let texts = |talk: &Vec<String>| talk.iter().filter(|line| *line == ".").count();
    assert_eq!(peer.talks().iter().map(texts).collect::<Vec<_>>(), [3, 3, 1]);
}

#[tokio::test]
async fn a_connection_ends_when_it_is_idle_or_old() {
    let short = Duration::from_millis(50);
    for limits in [
        KeepLimits {
            idle: short,
            ..patient()
        },
        KeepLimits {
            life: short,
            ..patient()
        },
    ] {
        let peer = Peer::start(true, usual);
        let courier = courier(&peer, limits);
        for times in 1..=2 {
            deliver(&courier).await.unwrap();
            peer.wait("QUIT", times).await;
        }
        assert_eq!(peer.talks().len(), 2);
    }
}

#[tokio::test]
async fn so_many_connections_to_a_host_are_kept() {
    for limits in [
        KeepLimits {
            per_host: 1,
            ..patient()
        },
        KeepLimits { total: 1, ..patient() },
    ] {
        let together = Arc::new(Barrier::new(3));
        let peer = Peer::start(true, move |place, line| {
            if (place.texts, line) == (0, ".") {
                together.wait();
            }
            Act::Usual
        });
        let courier = courier(&peer, limits);
        for outcome in join_all((0..3).map(|_| deliver(&courier))).await {
            outcome.unwrap();
        }
        peer.wait("QUIT", 2).await;
        for _ in 0..3 {
            deliver(&courier).await.unwrap();
        }
        assert_eq!((peer.talks().len(), peer.count("QUIT")), (3, 2));
    }
}

#[tokio::test]
async fn a_host_may_answer_at_length_to_each_message() {
    let peer = Peer::start(true, |_, line| match line {
        "." => Act::Say(format!(
            "{}250 taken",
            format!("250-{}\r\n", "x".repeat(900)).repeat(90)
        )),
        _ => Act::Usual,
    });
    let courier = courier(&peer, patient());
    for _ in 0..10 {
        deliver(&courier).await.unwrap();
    }
    assert_eq!(peer.talks().len(), 1);
}

#[tokio::test]
async fn at_the_end_each_kept_connection_says_goodbye() {
    let peer = Peer::start(true, usual);
    let courier = courier(&peer, patient());
    deliver(&courier).await.unwrap();
    courier.close().await;
    assert_eq!(peer.count("QUIT"), 1);
    // Nobody would end a connection that is kept from now on.
    deliver(&courier).await.unwrap();
    peer.wait("QUIT", 2).await;
}

#[tokio::test]
async fn at_the_end_nobody_waits_for_a_host_that_does_not_say_goodbye() {
    let peer = Peer::start(true, |_, line| match line {
        "QUIT" => Act::Hang,
        _ => Act::Usual,
    });
    let courier = courier(&peer, patient());
    deliver(&courier).await.unwrap();
    let closed = tokio::time::timeout(Duration::from_secs(120), courier.close()).await;
    closed.expect("the end is not waited for");
    peer.wait("EOF", 1).await;
}

#[tokio::test]
async fn a_relay_that_stops_says_goodbye_to_its_next_hop() {
    let peer = Peer::start(true, usual);
    let delivery = Destination::parse(&format!("smtp://{}", peer.address), None).unwrap();
    let home = Home::with(|config| config.delivery = delivery).await;
    home.activate().await;
    let letter = letter(&home.alias, SECRET);
    let said = home.send("bob@example.com", &home.alias, &letter).await;
    assert!(said.starts_with("250"), "{said}");
    peer.wait(".", 1).await;
    home.relay.stop().await;
    let says_goodbye = |talk: &Vec<String>| talk.iter().any(|line| line == "QUIT");
    assert!(peer.talks().iter().all(says_goodbye));
}

#[tokio::test]
async fn domains_of_one_mail_host_share_its_connection_unless_it_may_not_be_reached_for_one() {
    let peer = Peer::start(true, usual);
    let dns = Dns::start(&[
        "--mx-host=own.test,host.test,10",
        "--mx-host=stranger.test,host.test,10",
        "--mx-host=other.test,other-host.test,10",
        "--host-record=host.test,127.0.0.2",
        "--host-record=other-host.test,127.0.0.2",
    ]);
    let port = peer.address.port();
    let mx = |is_open| MxCourier::new(Some(dns.address), "relay.example", port, reach(is_open), patient()).unwrap();
    let courier = mx(true);
    for domain in ["own.test", "stranger.test", "own.test", "other.test"] {
        courier.deliver(&parcel(&format!("ann@{domain}"))).await.unwrap();
    }
    let texts = |talk: &Vec<String>| talk.iter().filter(|line| *line == ".").count();
    assert_eq!(peer.talks().iter().map(texts).collect::<Vec<_>>(), [3, 1]);

    let courier = mx(false);
    courier.deliver(&parcel("ann@own.test")).await.unwrap();
    let outcome = courier.deliver(&parcel("ann@stranger.test")).await;
    let Err(DeliveryError::Never(cause)) = outcome else {
        panic!("{outcome:?}")
    };
    assert!(matches!(cause.downcast_ref(), Some(MxError::NotPublic(_))), "{cause:?}");
    courier.close().await;
    assert_eq!(peer.count("QUIT"), 1);
}
