//! The addresses that mail leaves from are on no block list (RFC 5782).

use std::net::{IpAddr, Ipv4Addr};

use futures::future::join_all;

use super::{
    finding::{Check, Finding},
    is_direct, is_reserved, unanswered,
};
use crate::{config::Config, deliver::is_public, dns::LookUp};

/// A list that is free for a small server with a resolver of its own.
#[derive(Clone, Copy)]
struct List {
    /// The zone.
    zone: &'static str,
    /// Where an operator learns why an address is in it, and how to get it out.
    about: &'static str,
    /// Whether most large providers ask it.
    is_large: bool,
    /// Whether it has IPv6 addresses.
    has_v6: bool,
}

/// The lists that are asked.
const LISTS: [List; 3] = [
    List {
        zone: "zen.spamhaus.org",
        about: "https://check.spamhaus.org",
        is_large: true,
        has_v6: true,
    },
    List {
        zone: "bl.spamcop.net",
        about: "https://www.spamcop.net/bl.shtml",
        is_large: false,
        has_v6: false,
    },
    List {
        zone: "psbl.surriel.com",
        about: "https://psbl.org",
        is_large: false,
        has_v6: false,
    },
];

/// A list's answers that are not about the address: it does not answer public resolvers, or so many questions.
const REFUSALS: [u8; 3] = [127, 255, 255];

pub(super) async fn check(config: &Config, look_up: &LookUp) -> Vec<Finding> {
    if !is_direct(config) {
        let found = "this matters only to a relay with delivery = \"mx\"";
        return vec![Finding::not_checked(Check::BlockList, "", found, "")];
    }
    if is_reserved(&config.mx) {
        return Vec::new();
    }
    // A failure is a finding about the mail host already.
    let addresses = look_up.addresses(&config.mx).await.unwrap_or_default();
    let public = addresses.into_iter().filter(|ip| is_public(*ip));
    let pairs = public.flat_map(|ip| LISTS.map(|list| (list, ip)));
    let pairs = pairs.filter(|(list, ip)| list.has_v6 || ip.is_ipv4());
    let questions = pairs.map(|(list, ip)| ask(look_up, list, ip));
    join_all(questions).await
}

async fn ask(look_up: &LookUp, list: List, ip: IpAddr) -> Finding {
    match look_up.addresses(&question(list, ip)).await {
        Ok(answers) => judge(list, ip, &answers),
        Err(error) => unanswered(Check::BlockList, list.zone, &error),
    }
}

/// The name to ask for: the address backwards, by octets or by hexadecimal digits (RFC 5782 §2.1, §2.4).
fn question(list: List, ip: IpAddr) -> String {
    let backwards: Vec<_> = match ip {
        IpAddr::V4(ip) => ip.octets().iter().rev().map(ToString::to_string).collect(),
        IpAddr::V6(ip) => hex::encode(ip.octets()).chars().rev().map(String::from).collect(),
    };
    format!("{}.{}", backwards.join("."), list.zone)
}

fn judge(list: List, ip: IpAddr, answers: &[IpAddr]) -> Finding {
    let List { zone, about, .. } = list;
    let codes: Vec<_> = answers
        .iter()
        .filter_map(|answer| match answer {
            IpAddr::V4(code) if code.octets()[0] == Ipv4Addr::LOCALHOST.octets()[0] => Some(*code),
            _ => None,
        })
        .collect();
    if codes.iter().any(|code| code.octets().starts_with(&REFUSALS)) {
        let found = format!("{zone} does not answer this resolver about {ip}");
        let action = format!("Look the address up at {about}, or run a resolver of your own.");
        return Finding::not_checked(Check::BlockList, zone, found, action);
    }
    match codes.first() {
        None => Finding::good(Check::BlockList, zone, format!("{ip} is not listed")),
        Some(code) => Finding::warning(
            Check::BlockList,
            zone,
            format!("{ip} is listed ({code})"),
            match list.is_large {
                true => "Many providers refuse mail from this address.",
                false => "Some servers refuse mail from this address, or take it for spam.",
            },
            format!("{about} says why, and how to get off the list. Or deliver through a smarthost."),
        )
        .bad_if(list.is_large),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn addresses_are_asked_for_backwards() {
        assert_eq!(
            question(LISTS[0], "192.0.2.99".parse().unwrap()),
            "99.2.0.192.zen.spamhaus.org"
        );
        let v6 = question(LISTS[0], "2001:db8:1:2:3:4:567:89ab".parse().unwrap());
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
            assert_eq!(judge(LISTS[0], ip, &answers).state, expected, "{answers:?}");
        }
        let listed = "127.0.0.2".parse().unwrap();
        assert_eq!(judge(LISTS[1], ip, &[listed]).state, State::Warning);
    }
}
