//! Delivery by `mx` to Postfix, with TLSA records in zones that are really signed (RFC 7672).

use server::deliver::{Courier, DeliveryError, MxCourier};

use super::{
    authority::{Authority, Pair, self_signed},
    dns::Dns,
    limits, parcel,
    postfix::{MailHost, Tls},
    reach,
    zones::{Records, Zones},
};

const WRONG: &str = "00000000000000000000000000000000000000000000000000000000000000aa";

/// The hosts of a domain `NAME.secure`: one Postfix, and its TLSA record if there is one.
fn domain(name: &str, ip: &str, port: u16, tlsa: &str) -> String {
    let record = match tlsa {
        "" => String::new(),
        tlsa => format!("_{port}._tcp.mx.{name} TLSA {tlsa}\n"),
    };
    format!("{name} MX 10 mx.{name}\nmx.{name} A {ip}\n{record}")
}

fn courier(zones: &Zones, port: u16) -> MxCourier {
    MxCourier::new(Some(zones.address), "relay.example", port, reach(true), limits())
        .unwrap()
        .with_dane(zones.anchors())
        .unwrap()
}

/// The failure in words. It must be one that is tried again.
pub fn later(outcome: Result<(), DeliveryError>) -> String {
    match outcome {
        Err(DeliveryError::Later(error)) => {
            let mut text = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                text = format!("{text}: {error}");
                cause = error.source();
            }
            text
        }
        other => panic!("{other:?}"),
    }
}

/// Postfix with a certificate of a CA at .11, one of nobody that is for another name and expired at .12, one of the CA that is
/// expired at .13, one of the CA for another name at .14, and no TLS at .15.
struct Peers {
    authority: Authority,
    own: Pair,
    postfix: MailHost,
}

const GOOD: &str = "127.0.0.11";
const OWN: &str = "127.0.0.12";
const EXPIRED: &str = "127.0.0.13";
const OTHER: &str = "127.0.0.14";
const PLAIN: &str = "127.0.0.15";

impl Peers {
    fn start() -> Option<Self> {
        let authority = Authority::new();
        let own = self_signed(&["elsewhere.test"], -1);
        let good = authority.issue(&["mx.good.secure", "mx.wrong-anchor.secure"], 30);
        let expired = authority.issue(&["mx.expired.secure"], -1);
        let other = authority.issue(&["elsewhere.test"], 30);
        let postfix = MailHost::start(&[
            (GOOD, Tls::Demanded(&good)),
            (OWN, Tls::Demanded(&own)),
            (EXPIRED, Tls::Demanded(&expired)),
            (OTHER, Tls::Demanded(&other)),
            (PLAIN, Tls::None),
        ])?;
        Some(Self {
            authority,
            own,
            postfix,
        })
    }
}

#[tokio::test]
async fn a_host_gets_mail_if_its_certificate_is_the_one_of_its_tlsa_record() {
    let Some(peers) = Peers::start() else { return };
    let (port, own) = (peers.postfix.port(), &peers.own.key_digest);
    let anchor = peers.authority.key_digest();
    let secure = [
        // DANE-EE: neither the name nor the date counts.
        domain("own", OWN, port, &format!("3 1 1 {own}")),
        domain(
            "both",
            OWN,
            port,
            &format!("3 1 1 {WRONG}\n_{port}._tcp.mx.both TLSA 3 1 1 {own}"),
        ),
        domain("wrong", OWN, port, &format!("3 1 1 {WRONG}")),
        // DANE-TA: the name and the date count.
        domain("good", GOOD, port, &format!("2 1 1 {anchor}")),
        domain("wrong-anchor", GOOD, port, &format!("2 1 1 {WRONG}")),
        domain("expired", EXPIRED, port, &format!("2 1 1 {anchor}")),
        domain("other", OTHER, port, &format!("2 1 1 {anchor}")),
        // Of PKIX-TA SMTP only knows that there is TLS.
        domain("unusable", OWN, port, &format!("0 1 1 {WRONG}")),
        domain("unusable-plain", PLAIN, port, &format!("0 1 1 {WRONG}")),
        // The offer of TLS was removed.
        domain("stripped", PLAIN, port, &format!("3 1 1 {own}")),
        // No record: as without DANE.
        domain("none", OWN, port, ""),
        domain("none-plain", PLAIN, port, ""),
    ];
    let zones = Zones::start(Records {
        secure: &secure.concat(),
        ..Records::default()
    });
    let courier = courier(&zones, port);
    let mut expected = 0;
    for name in ["own", "both", "good", "unusable", "none", "none-plain"] {
        courier.deliver(&parcel(&format!("ann@{name}.secure"))).await.unwrap();
        expected += 1;
    }
    for (name, reason) in [
        ("wrong", "TLSA"),
        ("wrong-anchor", "TLSA"),
        ("expired", "expired"),
        ("other", "not valid for"),
        ("unusable-plain", "does not offer TLS, which DANE demands"),
        ("stripped", "does not offer TLS, which DANE demands"),
    ] {
        let said = later(courier.deliver(&parcel(&format!("ann@{name}.secure"))).await);
        assert!(said.contains(reason), "{name}: {said}");
    }
    assert_eq!(peers.postfix.takes(expected).await, expected);
}

#[tokio::test]
async fn forged_answers_delay_mail_and_never_weaken_its_delivery() {
    let Some(peers) = Peers::start() else { return };
    let (port, own) = (peers.postfix.port(), &peers.own.key_digest);
    let tlsa = format!("3 1 1 {WRONG}");
    let second = format!(
        "second MX 10 mx.forged\nsecond MX 20 mx.second\nmx.second A {OWN}\n_{port}._tcp.mx.second TLSA 3 1 1 {own}\n"
    );
    let zones = Zones::start(Records {
        secure: &format!("{}{second}", domain("forged", OWN, port, &tlsa)),
        expired: &domain("any", OWN, port, &tlsa),
        forged: Some((WRONG, own)),
        ..Records::default()
    });
    let courier = courier(&zones, port);
    for to in ["ann@forged.secure", "ann@any.expired"] {
        let said = later(courier.deliver(&parcel(to)).await);
        assert!(said.contains("is not signed as it must be"), "{to}: {said}");
    }
    assert_eq!(peers.postfix.taken(), 0);
    // Another host whose records are in order takes the message.
    courier.deliver(&parcel("ann@second.secure")).await.unwrap();
    assert_eq!(peers.postfix.takes(1).await, 1);
}

#[tokio::test]
async fn unsigned_zones_have_no_dane() {
    let Some(peers) = Peers::start() else { return };
    let port = peers.postfix.port();
    let tlsa = format!("3 1 1 {WRONG}");
    let insecure = [
        domain("plain", PLAIN, port, &tlsa),
        domain("own", OWN, port, &tlsa),
        // The domain is not signed although its host's zone is: an attacker could name any host.
        "mixed MX 10 mx.host.secure.\n".into(),
    ];
    let zones = Zones::start(Records {
        insecure: &insecure.concat(),
        secure: &domain("host", OWN, port, &tlsa),
        ..Records::default()
    });
    let courier = courier(&zones, port);
    for name in ["plain", "own", "mixed"] {
        courier.deliver(&parcel(&format!("ann@{name}.insecure"))).await.unwrap();
    }
    assert_eq!(peers.postfix.takes(3).await, 3);
}

#[tokio::test]
async fn a_resolver_without_dnssec_turns_dane_off_but_never_after_signatures_were_seen() {
    let Some(peers) = Peers::start() else { return };
    let port = peers.postfix.port();
    // dnsmasq alone has no signatures to pass on.
    let dns = Dns::start(&[
        "--mx-host=example.test,mx.example.test,10",
        &format!("--host-record=mx.example.test,{PLAIN}"),
    ]);
    let records = domain("some", PLAIN, port, &format!("3 1 1 {WRONG}"));
    let records = Records {
        secure: &records,
        ..Records::default()
    };
    let mut zones = Zones::start(records);
    let unsigned = MxCourier::new(Some(dns.address), "relay.example", port, reach(true), limits()).unwrap();
    let unsigned = unsigned.with_dane(zones.anchors()).unwrap();
    unsigned.deliver(&parcel("ann@example.test")).await.unwrap();
    assert_eq!(peers.postfix.takes(1).await, 1);

    let courier = courier(&zones, port);
    later(courier.deliver(&parcel("ann@none.expired")).await);
    zones.strip(records);
    later(courier.deliver(&parcel("ann@some.secure")).await);
    assert_eq!(peers.postfix.takes(1).await, 1);
}
