//! Messages that demand REQUIRETLS (RFC 8689). Postfix speaks TLS here, and does not support it; other servers do.

use std::sync::Arc;

use hickory_proto::dnssec::TrustAnchors;
use server::{
    config::Destination,
    deliver::{Courier, DeliveryError, MxCourier, MxError, open_courier},
    envelope::RequireTls,
    parcel::Parcel,
};
use test_support::{ports::free, provider::Provider};

use super::{
    Dns, LANES,
    authority::{Authority, self_signed},
    limits, mx, parcel,
    peer::{Act, Peer},
    postfix::{MailHost, Tls},
    reach,
    zones::{Records, Zones},
};

use crate::support::clock::TestClock;

const POSTFIX: &str = "127.0.0.11";
const PLAIN: &str = "127.0.0.15";
/// Supports REQUIRETLS, and has a certificate of a CA.
const GOOD: &str = "127.0.0.21";
/// The same with a certificate that nobody vouches for.
const OWN: &str = "127.0.0.22";
/// Nobody listens there.
const AWAY: &str = "127.0.0.29";

fn demanding(to: &str) -> Parcel {
    parcel(to).requiring_tls(RequireTls::Always)
}

fn status(outcome: &Result<(), DeliveryError>) -> &'static str {
    match outcome {
        Ok(()) => "2.0.0",
        Err(error) => error.status(),
    }
}

/// The two servers that support REQUIRETLS, and Postfix with and without TLS, all on one port.
struct Peers {
    authority: Authority,
    own_digest: String,
    postfix: MailHost,
    good: Provider,
    own: Provider,
}

impl Peers {
    fn start() -> Option<Self> {
        let authority = Authority::new();
        let names = |names: &[&str]| {
            let names: Vec<_> = names.iter().map(|name| format!("mx.{name}.secure")).collect();
            let mut names: Vec<_> = names.iter().map(String::as_str).collect();
            names.extend(["mx.unproved.insecure", "direct.insecure"]);
            authority.issue(&names, 30)
        };
        let postfix = names(&["anchored", "second", "half"]);
        let postfix = MailHost::start(&[(POSTFIX, Tls::Demanded(&postfix)), (PLAIN, Tls::None)])?;
        let at = |ip: &str| format!("{ip}:{}", postfix.port()).parse().unwrap();
        let good = names(&["named", "backup"]);
        let own = self_signed(&["mx.own.secure"], 30);
        Some(Self {
            good: Provider::start_requiring_tls(at(GOOD), &good.chain, &good.key),
            own: Provider::start_requiring_tls(at(OWN), &own.chain, &own.key),
            own_digest: own.key_digest,
            authority,
            postfix,
        })
    }

    fn zones(&self) -> Zones {
        let (port, anchor, own) = (self.postfix.port(), self.authority.key_digest(), &self.own_digest);
        let domain = |name: &str, ip: &str| format!("{name} MX 10 mx.{name}\nmx.{name} A {ip}\n");
        let secure = [
            // DNSSEC proves the names of the hosts, and a CA vouches for their certificates.
            domain("named", GOOD),
            domain("own", OWN),
            domain("plain", PLAIN),
            domain("away", AWAY),
            // DANE proves them, too.
            domain("dane", OWN),
            format!("_{port}._tcp.mx.dane TLSA 3 1 1 {own}\n"),
            domain("anchored", POSTFIX),
            format!("_{port}._tcp.mx.anchored TLSA 2 1 1 {anchor}\n"),
            // The second host is another one.
            domain("second", POSTFIX),
            format!("second MX 20 mx.backup\nmx.backup A {GOOD}\n"),
            domain("either", POSTFIX),
            format!("either MX 20 mx.gone\nmx.gone A {AWAY}\n"),
            // It is the same host.
            domain("half", POSTFIX),
            format!("mx.half A {AWAY}\n"),
        ];
        let insecure = format!("{}direct A {GOOD}\n", domain("unproved", GOOD));
        Zones::start(Records {
            secure: &secure.concat(),
            insecure: &insecure,
            ..Records::default()
        })
    }

    fn courier(&self, zones: &Zones) -> MxCourier {
        let clock = Arc::new(TestClock::new());
        MxCourier::new(
            Some(zones.address),
            "relay.example",
            self.postfix.port(),
            reach(true),
            limits(),
        )
        .unwrap()
        .with_mta_sts(self.authority.roots(), free().port(), clock)
        .unwrap()
        .with_dane(zones.anchors())
        .unwrap()
    }

    /// How many messages arrived where REQUIRETLS is supported, with it and without.
    fn arrived(&self) -> (usize, usize) {
        let arrived = [self.good.arrived(), self.own.arrived()].concat();
        let (with, without): (Vec<_>, Vec<_>) = arrived.iter().partition(|message| message.requires_tls);
        (with.len(), without.len())
    }
}

#[tokio::test]
async fn only_a_verified_host_that_supports_it_gets_a_message() {
    let Some(peers) = Peers::start() else { return };
    let zones = peers.zones();
    let courier = peers.courier(&zones);
    for (domain, expected) in [
        ("named.secure", "2.0.0"),
        ("dane.secure", "2.0.0"),
        ("second.secure", "2.0.0"),
        // Without an MX record, the certificate is for the domain itself.
        ("direct.insecure", "2.0.0"),
        ("anchored.secure", "5.7.30"),
        ("half.secure", "5.7.30"),
        ("plain.secure", "5.7.10"),
        ("own.secure", "5.7.10"),
        ("unproved.insecure", "5.7.10"),
        // A host that is not reached may be the right one.
        ("away.secure", "4.4.7"),
        ("either.secure", "4.4.7"),
    ] {
        let outcome = courier.deliver(&demanding(&format!("ann@{domain}"))).await;
        assert_eq!(status(&outcome), expected, "{domain}: {outcome:?}");
    }
    // A bounce goes on without the demand, so it does not wait for such a host.
    for (domain, expected) in [
        ("half.secure", "5.7.30"),
        ("either.secure", "5.7.10"),
        ("away.secure", "4.4.7"),
    ] {
        let bounce = parcel(&format!("ann@{domain}")).requiring_tls(RequireTls::IfSupported);
        let outcome = courier.deliver(&bounce).await;
        assert_eq!(status(&outcome), expected, "{domain}: {outcome:?}");
    }
    assert_eq!((peers.arrived(), peers.postfix.taken()), ((4, 0), 0));
    // Other messages go to all of them.
    for name in [
        "named.secure",
        "anchored.secure",
        "plain.secure",
        "own.secure",
        "unproved.insecure",
    ] {
        courier.deliver(&parcel(&format!("ann@{name}"))).await.unwrap();
    }
    assert_eq!((peers.arrived(), peers.postfix.takes(2).await), ((4, 3), 2));
}

#[tokio::test]
async fn a_message_waits_while_the_resolver_hides_what_may_prove_a_host() {
    // dnsmasq alone has no signatures to pass on.
    let dns = Dns::start(&[
        "--mx-host=example.test,mx.example.test,10",
        &format!("--host-record=mx.example.test,{AWAY}"),
    ]);
    let courier = || MxCourier::new(Some(dns.address), "relay.example", 25, reach(true), limits()).unwrap();
    let hidden = courier().with_dane(TrustAnchors::default()).unwrap();
    let Err(DeliveryError::Later(cause)) = hidden.deliver(&demanding("ann@example.test")).await else {
        panic!("it does not wait");
    };
    assert!(
        matches!(cause.downcast_ref(), Some(MxError::UnknownProof(_))),
        "{cause:?}"
    );
    let bounce = parcel("ann@example.test").requiring_tls(RequireTls::IfSupported);
    assert_eq!(status(&hidden.deliver(&bounce).await), "5.7.10");
    // Where no DNSSEC is wanted, nothing is hidden.
    assert_eq!(
        status(&courier().deliver(&demanding("ann@example.test")).await),
        "5.7.10"
    );
}

#[tokio::test]
async fn a_connection_of_another_message_is_not_good_enough() {
    let Some(peers) = Peers::start() else { return };
    let zones = peers.zones();
    let courier = peers.courier(&zones);
    courier.deliver(&parcel("ann@own.secure")).await.unwrap();
    let outcome = courier.deliver(&demanding("ann@own.secure")).await;
    assert_eq!(status(&outcome), "5.7.10", "{outcome:?}");
    assert_eq!(peers.arrived(), (0, 1));

    // One connection to a smarthost serves all: it stays, and gets nothing of this message.
    let peer = Peer::start(false, |_, line| match line {
        "EHLO relay.example" => Act::Say("250-peer.test\r\n250-8BITMIME\r\n250 REQUIRETLS".into()),
        _ => Act::Usual,
    });
    let url = format!("smtp://{}?tls=opportunistic", peer.address);
    let destination = Destination::parse(&url, None).unwrap();
    let courier = open_courier(&destination, mx(), "relay.example", LANES).await.unwrap();
    courier.deliver(&parcel("ann@example.test")).await.unwrap();
    let outcome = courier.deliver(&demanding("ann@example.test")).await;
    assert_eq!(status(&outcome), "5.7.10", "{outcome:?}");
    courier.deliver(&parcel("ann@example.test")).await.unwrap();
    assert_eq!((peer.talks().len(), peer.count("MAIL"), peer.count(".")), (1, 2, 2));
}

#[tokio::test]
async fn what_can_never_be_delivered_so_is_known_before() {
    let folder = tempfile::tempdir().unwrap();
    let outbox = format!("file:{}", folder.path().join("outbox").display());
    for (destination, expected) in [
        (outbox.as_str(), true),
        ("smtp://mail.example?tls=none", false),
        ("smtp://mail.example?tls=opportunistic", true),
        ("smtp://mail.example?tls=required", true),
        ("smtps://mail.example", true),
        // The test's settings follow no policy.
        ("mx", false),
    ] {
        let parsed = Destination::parse(destination, None).unwrap();
        let courier = open_courier(&parsed, mx(), "relay.example", LANES).await.unwrap();
        assert_eq!(courier.can_require_tls(), expected, "{destination}");
    }
    let Some(peers) = Peers::start() else { return };
    assert!(peers.courier(&peers.zones()).can_require_tls());
}
