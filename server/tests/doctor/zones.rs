//! The DNS: the zone that `sealpost dns` prints is good, and each mistake in it is found.

use test_support::{
    dns::{Dns, Record},
    network,
};

use crate::{certificate, clock::TimeServer, operator::Operator};

/// The public addresses of the mail host and of the web interface, in a network of the test's own.
const ADDRESS: &str = "9.9.9.9";
const WEB_ADDRESS: &str = "9.9.9.10";

/// The names of the certificate: mail host, web interface, and policy hosts.
const NAMES: &str = "mail.example.org web.example.org mta-sts.relay.example.org mta-sts.second.example.org";

/// A relay with its real ports, in a network of the test's own. `None` where tests that need root are left out.
fn in_public() -> Option<Operator> {
    if !network::of_its_own(&[ADDRESS, WEB_ADDRESS]) {
        return None;
    }
    let mut operator = Operator::new().with("SMTP", "0.0.0.0:25").with("HTTPS", "0.0.0.0:443");
    certificate::issue(&mut operator, NAMES, "60");
    Some(operator)
}

/// A zone: name, kind and value.
type Zone = Vec<(String, &'static str, String)>;

/// The zone that the operator publishes: what `sealpost dns` prints, with what only the operator knows.
fn zone(operator: &Operator) -> Zone {
    let output = operator.run(&["dns"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text
        .replace("YOUR-IPV4-ADDRESS", ADDRESS)
        .replace("YOUR-ADDRESS", "ann@example.net");
    let mut zone = Zone::new();
    for line in text.lines().filter(|line| !line.starts_with(';')) {
        let Some((name, rest)) = line.split_once(". ") else {
            continue;
        };
        let record = match rest.split_once(' ').unwrap() {
            ("TXT", strings) => ("TXT", strings.trim_matches('"').replace("\" \"", "")),
            ("MX", host) => ("MX", host.strip_prefix("10 ").unwrap().trim_end_matches('.').to_owned()),
            ("A", ip) => ("A", ip.to_owned()),
            ("CNAME", _) => ("A", "9.9.9.10".to_owned()),
            ("AAAA", _) => continue,
            other => panic!("{other:?}"),
        };
        zone.push((name.to_owned(), record.0, record.1));
    }
    zone.push(("web.example.org".into(), "A", "9.9.9.10".into()));
    zone
}

fn serve(zone: &Zone) -> Dns {
    let records: Vec<_> = zone
        .iter()
        .map(|(name, kind, value)| match *kind {
            "TXT" => Record::Txt(name, value),
            "MX" => Record::Mx(name, value),
            "A" => Record::A(name, value),
            "A without a name" => Record::OneWay(name, value),
            "PTR" => Record::Ptr(name, value),
            other => panic!("{other}"),
        })
        .collect();
    Dns::start(&records)
}

#[test]
fn the_second_dkim_key_is_looked_for_before_it_signs() {
    const SECOND: &str = "next._domainkey.relay.example.org";
    let Some(operator) = in_public() else { return };
    let mut operator = operator.with("DKIM_SECOND_SELECTOR", "next");
    let mut zone = zone(&operator);
    let dns = serve(&zone);
    operator.set("DNS", dns.address);
    let findings = operator.doctor(&[]);
    findings.assert("dkim", "good", "the published key is the one that signs");
    findings.assert("dkim", "good", "the published key is the second one");
    let length = zone.len();
    zone.retain(|(name, ..)| name != SECOND);
    assert_eq!(zone.len(), length - 1);
    let dns = serve(&zone);
    operator.set("DNS", dns.address);
    operator.doctor(&[]).assert("dkim", "warning", "no DKIM record");
}

#[test]
fn a_relay_with_the_zone_that_sealpost_dns_prints_is_well() {
    let Some(operator) = in_public() else { return };
    let mut operator = operator.with("DOMAINS", "second.example.org");
    let dns = serve(&zone(&operator));
    operator.set("DNS", dns.address);
    let time = TimeServer::start();
    operator.set("TIME_SERVER", time.address);
    let _relay = operator.start();
    let findings = operator.doctor(&[]);
    // A test greets nobody, gets no mail, has no alias and makes no backups.
    let expected = [
        ("way_out", "not_checked"),
        ("way_in", "not_checked"),
        ("operator_mail", "warning"),
        ("backup", "warning"),
    ];
    assert_eq!(findings.not_good(), expected, "{findings:?}");
    assert_eq!(findings.code, Some(0), "warnings are no failure");
    findings.assert("receiver", "good", "the relay runs and answers");
    findings.assert("way_in", "not_checked", "the relay answers this machine");
    findings.assert("web_page", "good", "its certificate is valid");
    findings.assert("clock", "good", "the clock is right");
    for domain in ["relay.example.org", "second.example.org"] {
        assert!(format!("{findings:?}").contains(&format!("\"of\":\"_dmarc.{domain}\"")));
        assert!(
            format!("{findings:?}").contains(&format!("\"of\":\"https://mta-sts.{domain}/.well-known/mta-sts.txt\""))
        );
    }
    let text = String::from_utf8(operator.run(&["doctor"]).stdout).unwrap();
    assert!(
        text.contains("good         MX relay.example.org: mail goes to mail.example.org\n"),
        "{text}"
    );
    assert!(
        text.ends_with("\nbad: 0, warnings: 2, good: 33, not checked: 2\n"),
        "{text}"
    );
}

/// A change of the zone: without the records of this name and kind, and with these.
struct Mistake {
    without: (&'static str, &'static str),
    with: &'static [(&'static str, &'static str, &'static str)],
    /// Check, state, and what is said.
    finding: (&'static str, &'static str, &'static str),
}

const DOMAIN: &str = "relay.example.org";
const HOST: &str = "mail.example.org";

const MISTAKES: &[Mistake] = &[
    mistake((DOMAIN, "MX"), &[], ("mx", "bad", "no MX record")),
    mistake(
        (DOMAIN, "MX"),
        &[(DOMAIN, "MX", "mx.example.net")],
        ("mx", "bad", "mail goes to mx.example.net and not to mail.example.org"),
    ),
    mistake(
        ("", ""),
        &[(DOMAIN, "MX", "mx.example.net")],
        ("mx", "warning", "and to mx.example.net as well"),
    ),
    mistake((HOST, "A"), &[], ("mail_host", "bad", "no address")),
    mistake(
        (HOST, "A"),
        &[(HOST, "A", "192.168.1.2")],
        (
            "mail_host",
            "bad",
            "192.168.1.2 can be reached from inside a network only",
        ),
    ),
    mistake(
        (HOST, "A"),
        &[(HOST, "A without a name", ADDRESS)],
        ("reverse_dns", "bad", "has no name"),
    ),
    mistake(
        (HOST, "A"),
        &[
            (HOST, "A without a name", ADDRESS),
            (ADDRESS, "PTR", "pool-9.example.net"),
        ],
        ("reverse_dns", "bad", "pool-9.example.net does not lead back"),
    ),
    mistake((DOMAIN, "TXT"), &[], ("spf", "bad", "no SPF record")),
    mistake(
        ("", ""),
        &[(DOMAIN, "TXT", "v=spf1 a -all")],
        ("spf", "bad", "2 SPF records"),
    ),
    mistake(
        (DOMAIN, "TXT"),
        &[(DOMAIN, "TXT", "v=spf1 ip4:9.9.9.8 -all")],
        ("spf", "bad", "does not let 9.9.9.9 send"),
    ),
    mistake(
        (DOMAIN, "TXT"),
        &[(DOMAIN, "TXT", "v=spf1 mx mx:")],
        ("spf", "bad", "is not valid"),
    ),
    mistake(
        (DOMAIN, "TXT"),
        &[(DOMAIN, "TXT", "v=spf1 mx ?all")],
        ("spf", "warning", "may not send"),
    ),
    mistake(
        ("sealpost._domainkey.relay.example.org", "TXT"),
        &[],
        ("dkim", "bad", "no DKIM record"),
    ),
    mistake(
        ("sealpost._domainkey.relay.example.org", "TXT"),
        &[("sealpost._domainkey.relay.example.org", "TXT", "v=DKIM1; k=rsa; p=AAAA")],
        ("dkim", "bad", "another one than the key that signs"),
    ),
    mistake(
        ("_dmarc.relay.example.org", "TXT"),
        &[],
        ("dmarc", "warning", "no DMARC record"),
    ),
    mistake(
        ("_dmarc.relay.example.org", "TXT"),
        &[("_dmarc.relay.example.org", "TXT", "v=DMARC1; p=none")],
        ("dmarc", "warning", "the policy is none"),
    ),
    mistake(
        ("_mta-sts.relay.example.org", "TXT"),
        &[],
        ("mta_sts", "warning", "no MTA-STS record"),
    ),
    mistake(
        ("_mta-sts.relay.example.org", "TXT"),
        &[("_mta-sts.relay.example.org", "TXT", "v=STSv1; id=20200101")],
        ("mta_sts", "warning", "not the one of the policy"),
    ),
    mistake(
        ("mta-sts.relay.example.org", "A"),
        &[],
        ("mta_sts", "warning", "mta-sts.relay.example.org has no address"),
    ),
    mistake(
        ("_smtp._tls.relay.example.org", "TXT"),
        &[],
        ("tls_reports", "warning", "no record"),
    ),
    mistake(
        ("", ""),
        &[("9.9.9.9.zen.spamhaus.org", "A", "127.0.0.2")],
        ("block_list", "bad", "9.9.9.9 is listed (127.0.0.2)"),
    ),
    mistake(
        ("", ""),
        &[("9.9.9.9.zen.spamhaus.org", "A", "127.255.255.254")],
        ("block_list", "not_checked", "does not answer this resolver"),
    ),
    mistake(
        ("web.example.org", "A"),
        &[],
        ("web", "bad", "web.example.org has no address"),
    ),
];

const fn mistake(
    without: (&'static str, &'static str),
    with: &'static [(&'static str, &'static str, &'static str)],
    finding: (&'static str, &'static str, &'static str),
) -> Mistake {
    Mistake { without, with, finding }
}

#[test]
fn each_mistake_in_the_zone_is_found() {
    let Some(mut operator) = in_public() else { return };
    let good = zone(&operator);
    let _relay = operator.start();
    for mistake in MISTAKES {
        let (name, kind) = mistake.without;
        let mut zone = good.clone();
        zone.retain(|(each, of, _)| (each.as_str(), *of) != (name, kind));
        assert_eq!(zone.len() < good.len(), !name.is_empty(), "{name} {kind} is there");
        zone.extend(
            mistake
                .with
                .iter()
                .map(|(name, kind, value)| ((*name).to_owned(), *kind, (*value).to_owned())),
        );
        let dns = serve(&zone);
        operator.set("DNS", dns.address);
        let findings = operator.doctor(&[]);
        let (check, state, says) = mistake.finding;
        findings.assert(check, state, says);
        let is_bad = findings.not_good().iter().any(|(_, state)| *state == "bad");
        assert_eq!(findings.code, Some(i32::from(is_bad)), "{findings:?}");
        // Nothing else is called bad than what follows from the mistake.
        let about = [check, "spf"];
        assert!(
            findings
                .not_good()
                .iter()
                .all(|(other, state)| *state != "bad" || about.contains(other)),
            "{check} {says}: {findings:?}"
        );
    }
}

#[test]
fn a_resolver_that_is_silent_is_one_finding() {
    // Held, and never answered.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let operator = Operator::new().with("DNS", silent.local_addr().unwrap());
    let findings = operator.doctor(&[]);
    findings.assert("resolver", "bad", "does not answer");
    assert!(
        !findings
            .not_good()
            .iter()
            .any(|(check, _)| ["mx", "spf", "mail_host"].contains(check)),
        "{findings:?}"
    );
    assert_eq!(findings.code, Some(1));
}

#[test]
fn port_25_outwards_is_tried_at_the_named_provider_only() {
    let dns = Dns::start(&[
        Record::Mx("closed.example.net", "mx.example.net"),
        // Nothing listens at port 25 of this address.
        Record::A("mx.example.net", "127.0.0.77"),
    ]);
    let operator = Operator::new().with("DNS", dns.address);
    operator
        .doctor(&[])
        .assert("way_out", "not_checked", "no mail host was named");
    let nowhere = operator.doctor(&["--to", "ann@nowhere.example.net"]);
    nowhere.assert("way_out", "not_checked", "has no mail host");
    let inside = operator.doctor(&["--to", "ann@closed.example.net"]);
    inside.assert("way_out", "bad", "SEALPOST_MX_PRIVATE_NETWORKS");
    let operator = operator.with("MX_PRIVATE_NETWORKS", "true");
    let closed = operator.doctor(&["--to", "ann@closed.example.net"]);
    closed.assert("way_out", "bad", "its mail host is not reached");
    assert!(!operator.run(&["doctor", "--to", "no address"]).status.success());
}

#[test]
fn what_others_find_at_the_public_addresses_is_looked_at() {
    let Some(mut operator) = in_public() else { return };
    let dns = serve(&zone(&operator));
    operator.set("DNS", dns.address);
    // Nothing runs.
    let findings = operator.doctor(&[]);
    findings.assert("way_in", "bad", "and no mail has come yet");
    findings.assert("web_page", "warning", "no connection");
    findings.assert("mta_sts_policy", "warning", "no connection");
    // A relay, whose CA nobody knows.
    let relay = operator.start();
    let trusted = operator.trusted.take();
    let findings = operator.doctor(&[]);
    findings.assert("way_in", "not_checked", "no mail has come yet");
    findings.assert("web_page", "bad", "the certificate is not valid");
    findings.assert("mta_sts_policy", "warning", "the certificate is not valid");
    // A relay with the settings of before.
    operator.trusted = trusted;
    operator.set("MTA_STS", "enforce");
    operator.set("DOMAIN", "second.example.org");
    let findings = operator.doctor(&[]);
    findings.assert("way_in", "warning", "220 relay.example.org");
    operator.set("DOMAIN", "relay.example.org");
    let findings = operator.doctor(&[]);
    findings.assert("mta_sts_policy", "warning", "is not the one of this relay");
    drop(relay);
}

#[test]
fn a_look_at_the_dns_alone_asks_nothing_else() {
    let Some(mut operator) = in_public() else { return };
    let dns = serve(&zone(&operator));
    operator.set("DNS", dns.address);
    // Nothing runs yet: so it is while the relay is set up.
    let findings = operator.doctor(&["--dns"]);
    assert_eq!(findings.not_good(), [], "{findings:?}");
}
