//! The addresses that mail leaves from are on no block list (RFC 5782).

use std::net::{IpAddr, Ipv4Addr};

use super::{
    finding::{Check, Finding},
    is_direct, is_reserved, unanswered,
};
use crate::{config::Config, deliver::is_public, dns::LookUp};

/// Spamhaus' list of lists. Most large providers ask it, and it is free for a small server with a resolver of its own.
const LIST: &str = "zen.spamhaus.org";

/// Where an operator learns why, and how to get off the list.
const ABOUT: &str = "https://check.spamhaus.org";

/// The list's answers that are not about the address: it does not answer public resolvers, or so many questions.
const REFUSALS: [u8; 3] = [127, 255, 255];

pub(super) async fn check(config: &Config, look_up: &LookUp) -> Vec<Finding> {
    if !is_direct(config) {
        let found = "this matters only to a relay with delivery = \"mx\"";
        return vec![Finding::not_checked(Check::BlockList, LIST, found, "")];
    }
    if is_reserved(&config.mx) {
        return Vec::new();
    }
    // A failure is a finding about the mail host already.
    let addresses = look_up.addresses(&config.mx).await.unwrap_or_default();
    let mut findings = Vec::new();
    for ip in addresses.into_iter().filter(|ip| is_public(*ip)) {
        findings.push(match look_up.addresses(&question(ip)).await {
            Ok(answers) => judge(ip, &answers),
            Err(error) => unanswered(Check::BlockList, LIST, &error),
        });
    }
    findings
}

/// The name to ask for: the address backwards, by octets or by hexadecimal digits (RFC 5782 §2.1, §2.4).
fn question(ip: IpAddr) -> String {
    let backwards: Vec<_> = match ip {
        IpAddr::V4(ip) => ip.octets().iter().rev().map(ToString::to_string).collect(),
        IpAddr::V6(ip) => hex::encode(ip.octets()).chars().rev().map(String::from).collect(),
    };
    format!("{}.{LIST}", backwards.join("."))
}

fn judge(ip: IpAddr, answers: &[IpAddr]) -> Finding {
    let codes: Vec<_> = answers
        .iter()
        .filter_map(|answer| match answer {
            IpAddr::V4(code) if code.octets()[0] == Ipv4Addr::LOCALHOST.octets()[0] => Some(*code),
            _ => None,
        })
        .collect();
    if codes.iter().any(|code| code.octets().starts_with(&REFUSALS)) {
        let found = format!("{LIST} does not answer this resolver about {ip}");
        let action = format!("Look the address up at {ABOUT}, or run a resolver of your own.");
        return Finding::not_checked(Check::BlockList, LIST, found, action);
    }
    match codes.first() {
        None => Finding::good(Check::BlockList, LIST, format!("{ip} is not listed")),
        Some(code) => Finding::bad(
            Check::BlockList,
            LIST,
            format!("{ip} is listed ({code})"),
            "Many providers refuse mail from this address.",
            format!("{ABOUT} says why, and how to get off the list. Or deliver through a smarthost."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn addresses_are_asked_for_backwards() {
        assert_eq!(question("192.0.2.99".parse().unwrap()), "99.2.0.192.zen.spamhaus.org");
        let v6 = question("2001:db8:1:2:3:4:567:89ab".parse().unwrap());
        assert_eq!(
            v6,
            "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.zen.spamhaus.org"
        );
    }

    #[test]
    fn a_list_that_refuses_to_answer_says_nothing_about_the_address() {
        let ip = "9.9.9.9".parse().unwrap();
        for (answers, expected) in [
            (vec![], State::Good),
            (vec!["127.0.0.2"], State::Bad),
            (vec!["127.0.0.4", "127.0.0.10"], State::Bad),
            (vec!["127.255.255.254"], State::NotChecked),
            (vec!["127.255.255.252"], State::NotChecked),
            // A resolver that sends unknown names to a page of its own.
            (vec!["203.0.113.1"], State::Good),
        ] {
            let answers: Vec<_> = answers.iter().map(|answer| answer.parse().unwrap()).collect();
            assert_eq!(judge(ip, &answers).state, expected, "{answers:?}");
        }
    }
}
