//! Delivery by `mx` to Postfix, to domains with an MTA-STS policy (RFC 8461) that OpenSSL serves.

use std::{
    fs,
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use server::{
    deliver::{Courier, DeliveryError, MxCourier, RequireTlsError},
    envelope::RequireTls,
};
use tempfile::TempDir;
use test_support::{ports::free, provider::Provider};

use super::{
    authority::{Authority, Pair, self_signed},
    dane::later,
    dns::Dns,
    limits, parcel,
    postfix::{MailHost, Tls},
    reach,
    zones::{Records, Zones},
};

use crate::support::clock::TestClock;

/// A web server with one policy; it ends with this value.
struct PolicyHost {
    folder: TempDir,
    process: Child,
}

impl PolicyHost {
    fn start(ip: &str, port: u16, pair: &Pair, policy: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".well-known")).unwrap();
        fs::write(folder.path().join("pair.pem"), format!("{}{}", pair.key, pair.chain)).unwrap();
        let process = Command::new("openssl")
            .args([
                "s_server",
                "-WWW",
                "-quiet",
                "-cert",
                "pair.pem",
                "-cert_chain",
                "pair.pem",
                "-key",
                "pair.pem",
            ])
            .args(["-accept", &format!("{ip}:{port}")])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let host = Self { folder, process };
        host.publish(policy);
        let address: SocketAddr = format!("{ip}:{port}").parse().unwrap();
        for _ in 0..600 {
            if TcpStream::connect(address).is_ok() {
                return host;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("openssl s_server did not start");
    }

    fn publish(&self, policy: &str) {
        fs::write(self.folder.path().join(".well-known/mta-sts.txt"), policy).unwrap();
    }
}

impl Drop for PolicyHost {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn policy(mode: &str, mx: &str) -> String {
    format!("version: STSv1\nmode: {mode}\nmx: {mx}\nmax_age: 604800\n")
}

const GOOD: &str = "127.0.0.11";
const OWN: &str = "127.0.0.12";
const EXPIRED: &str = "127.0.0.13";
const PLAIN: &str = "127.0.0.14";

/// The DNS of a domain with a policy: its mail host, and its policy host.
fn records(name: &str, mx: &str, sts: &str) -> Vec<String> {
    vec![
        format!("--mx-host={name}.test,mx.{name}.test,10"),
        format!("--host-record=mx.{name}.test,{mx}"),
        format!("--txt-record=_mta-sts.{name}.test,v=STSv1; id=1"),
        format!("--host-record=mta-sts.{name}.test,{sts}"),
    ]
}

fn start_dns(records: &[Vec<String>]) -> Dns {
    let records: Vec<_> = records.iter().flatten().map(String::as_str).collect();
    Dns::start(&records)
}

/// Postfix, and a CA that the relay trusts.
struct Peers {
    authority: Authority,
    postfix: MailHost,
    https: u16,
    clock: Arc<TestClock>,
}

impl Peers {
    fn start() -> Option<Self> {
        let authority = Authority::new();
        let good = authority.issue(&["*.good.test", "*.named.test", "*.absent.test", "mx.both.secure"], 30);
        let own = self_signed(&["mx.own.test"], 30);
        let expired = authority.issue(&["mx.expired.test"], -1);
        let postfix = MailHost::start(&[
            (GOOD, Tls::Demanded(&good)),
            (OWN, Tls::Demanded(&own)),
            (EXPIRED, Tls::Demanded(&expired)),
            (PLAIN, Tls::None),
        ])?;
        Some(Self {
            authority,
            postfix,
            https: free().port(),
            clock: Arc::new(TestClock::new()),
        })
    }

    fn courier(&self, dns: SocketAddr) -> MxCourier {
        MxCourier::new(Some(dns), "relay.example", self.postfix.port(), reach(true), limits())
            .unwrap()
            .with_mta_sts(self.authority.roots(), self.https, Arc::clone(&self.clock) as _)
            .unwrap()
    }

    fn policy_host(&self, ip: &str, name: &str, policy: &str) -> PolicyHost {
        let pair = self.authority.issue(&[&format!("mta-sts.{name}")], 30);
        PolicyHost::start(ip, self.https, &pair, policy)
    }
}

#[tokio::test]
async fn an_enforced_policy_lets_mail_only_to_hosts_that_it_names_and_a_public_ca_vouches_for() {
    let Some(peers) = Peers::start() else { return };
    let cases = [
        ("good", GOOD, "*.good.test", None),
        ("own", OWN, "mx.own.test", Some("invalid peer certificate")),
        ("expired", EXPIRED, "mx.expired.test", Some("expired")),
        (
            "absent",
            GOOD,
            "elsewhere.test",
            Some("is not a mail host that the MTA-STS policy of absent.test names"),
        ),
        (
            "plain",
            PLAIN,
            "mx.plain.test",
            Some("does not offer TLS, which MTA-STS demands"),
        ),
    ];
    let ips: Vec<_> = (0..cases.len())
        .map(|number| format!("127.0.0.{}", 31 + number))
        .collect();
    let dns: Vec<_> = cases
        .iter()
        .zip(&ips)
        .map(|((name, mx, ..), sts)| records(name, mx, sts))
        .collect();
    let dns = start_dns(&dns);
    let hosts: Vec<_> = cases
        .iter()
        .zip(&ips)
        .map(|((name, _, mx, _), ip)| peers.policy_host(ip, &format!("{name}.test"), &policy("enforce", mx)))
        .collect();
    let courier = peers.courier(dns.address);
    for (name, .., reason) in cases {
        let outcome = courier.deliver(&parcel(&format!("ann@{name}.test"))).await;
        match reason {
            None => outcome.unwrap(),
            Some(reason) => {
                let said = later(outcome);
                assert!(said.contains(reason), "{name}: {said}");
            }
        }
    }
    assert_eq!(peers.postfix.takes(1).await, 1);
    drop(hosts);
}

#[tokio::test]
async fn a_policy_in_testing_mode_stops_nothing() {
    let Some(peers) = Peers::start() else { return };
    let cases = [
        ("own", OWN, "elsewhere.test", "127.0.0.31"),
        ("plain", PLAIN, "mx.plain.test", "127.0.0.32"),
    ];
    let dns = start_dns(&cases.map(|(name, mx, _, sts)| records(name, mx, sts)));
    let _hosts = cases.map(|(name, _, mx, ip)| peers.policy_host(ip, &format!("{name}.test"), &policy("testing", mx)));
    let courier = peers.courier(dns.address);
    for (name, ..) in cases {
        courier.deliver(&parcel(&format!("ann@{name}.test"))).await.unwrap();
    }
    assert_eq!(peers.postfix.takes(2).await, 2);
}

#[tokio::test]
async fn a_known_policy_applies_while_its_host_is_down_and_until_it_is_withdrawn() {
    let Some(peers) = Peers::start() else { return };
    let sts = "127.0.0.31";
    let dns = start_dns(&[records("own", OWN, sts)]);
    let courier = peers.courier(dns.address);
    let parcel = parcel("ann@own.test");
    let host = peers.policy_host(sts, "own.test", &policy("enforce", "mx.own.test"));
    later(courier.deliver(&parcel).await);
    // The policy is fetched again each day. Its host is down.
    drop(host);
    peers.clock.forward(time::Duration::days(2));
    later(courier.deliver(&parcel).await);
    // It has another policy, but a certificate that nobody vouches for: an attacker's.
    let pair = self_signed(&["mta-sts.own.test"], 30);
    let host = PolicyHost::start(sts, peers.https, &pair, &policy("none", "mx.own.test"));
    peers.clock.forward(time::Duration::hours(1));
    later(courier.deliver(&parcel).await);
    drop(host);
    assert_eq!(peers.postfix.taken(), 0);
    // It is up again, and the policy is withdrawn.
    let _host = peers.policy_host(sts, "own.test", &policy("none", "mx.own.test"));
    peers.clock.forward(time::Duration::hours(1));
    courier.deliver(&parcel).await.unwrap();
    assert_eq!(peers.postfix.takes(1).await, 1);
}

#[tokio::test]
async fn a_connection_is_not_used_again_for_a_domain_that_demands_more() {
    let Some(peers) = Peers::start() else { return };
    // Both domains have the same host. Only one has a policy.
    let sts = "127.0.0.31";
    let mut strict = records("strict", OWN, sts);
    strict[0] = "--mx-host=strict.test,mx.own.test,10".into();
    let lax = vec![
        "--mx-host=lax.test,mx.own.test,10".into(),
        format!("--host-record=mx.own.test,{OWN}"),
    ];
    let dns = start_dns(&[strict, lax]);
    let _host = peers.policy_host(sts, "strict.test", &policy("enforce", "mx.own.test"));
    let courier = peers.courier(dns.address);
    courier.deliver(&parcel("ann@lax.test")).await.unwrap();
    let said = later(courier.deliver(&parcel("ann@strict.test")).await);
    assert!(said.contains("invalid peer certificate"), "{said}");
    assert_eq!(peers.postfix.takes(1).await, 1);
}

#[tokio::test]
async fn dane_decides_where_a_domain_has_both() {
    let Some(peers) = Peers::start() else { return };
    let port = peers.postfix.port();
    let wrong = "00".repeat(32);
    let sts = "127.0.0.31";
    let zones = Zones::start(Records {
        secure: &format!(
            "both MX 10 mx.both\nmx.both A {GOOD}\n_{port}._tcp.mx.both TLSA 3 1 1 {wrong}\n\
             _mta-sts.both TXT \"v=STSv1; id=1\"\nmta-sts.both A {sts}\n"
        ),
        ..Records::default()
    });
    let _host = peers.policy_host(sts, "both.secure", &policy("enforce", "mx.both.secure"));
    // MTA-STS alone is satisfied.
    peers
        .courier(zones.address)
        .deliver(&parcel("ann@both.secure"))
        .await
        .unwrap();
    let courier = peers.courier(zones.address).with_dane(zones.anchors()).unwrap();
    let said = later(courier.deliver(&parcel("ann@both.secure")).await);
    assert!(said.contains("TLSA"), "{said}");
    assert_eq!(peers.postfix.takes(1).await, 1);
}

#[tokio::test]
async fn a_policy_proves_the_name_of_a_host_to_messages_that_demand_require_tls() {
    let Some(peers) = Peers::start() else { return };
    let host = "127.0.0.21";
    let pair = peers
        .authority
        .issue(&["mx.enforced.test", "mx.tested.test", "mx.other.test"], 30);
    let address = format!("{host}:{}", peers.postfix.port()).parse().unwrap();
    let provider = Provider::start_requiring_tls(address, &pair.chain, &pair.key);
    let cases = [
        ("enforced", "enforce", "mx.enforced.test", "127.0.0.31"),
        ("tested", "testing", "*.tested.test", "127.0.0.32"),
        ("other", "testing", "elsewhere.test", "127.0.0.33"),
    ];
    let mut zones: Vec<_> = cases.iter().map(|(name, .., sts)| records(name, host, sts)).collect();
    // Nobody listens at its policy host.
    zones.push(records("down", host, "127.0.0.34"));
    let dns = start_dns(&zones);
    let _hosts = cases.map(|(name, mode, mx, ip)| peers.policy_host(ip, &format!("{name}.test"), &policy(mode, mx)));
    let courier = peers.courier(dns.address);
    let deliver = async |name: &str, demand: RequireTls| {
        let parcel = parcel(&format!("ann@{name}.test")).requiring_tls(demand);
        courier.deliver(&parcel).await
    };
    deliver("enforced", RequireTls::Always).await.unwrap();
    deliver("tested", RequireTls::Always).await.unwrap();
    // The policy that cannot be fetched now, and is not asked for again at once, may name the host.
    for _ in 0..2 {
        later(deliver("down", RequireTls::Always).await);
    }
    for (name, demand) in [("other", RequireTls::Always), ("down", RequireTls::IfSupported)] {
        let outcome = deliver(name, demand).await;
        assert!(
            matches!(outcome, Err(DeliveryError::Insecure(RequireTlsError::UnprovedName))),
            "{name}: {outcome:?}"
        );
    }
    let arrived = provider.arrived();
    assert_eq!(arrived.len(), 2);
    assert!(arrived.iter().all(|message| message.requires_tls));
}
