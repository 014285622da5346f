//! The mail host has public addresses.

use std::net::IpAddr;

use super::{
    finding::{Check, Finding},
    is_reserved, reserved, unanswered,
};
use crate::{config::Config, deliver::is_public, dns::LookUp};

pub(super) async fn check(config: &Config, look_up: &LookUp) -> Vec<Finding> {
    if is_reserved(&config.mx) {
        return vec![reserved(Check::MailHost, &config.mx)];
    }
    match look_up.addresses(&config.mx).await {
        Ok(addresses) => vec![judge(&config.mx, &addresses)],
        Err(error) => vec![unanswered(Check::MailHost, &config.mx, &error)],
    }
}

fn judge(host: &str, addresses: &[IpAddr]) -> Finding {
    const LOST: &str = "Other mail servers cannot reach this relay, so no mail arrives.";
    let list = |addresses: &[IpAddr]| addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let (public, hidden): (Vec<_>, Vec<_>) = addresses.iter().partition(|ip| is_public(**ip));
    match (public.is_empty(), hidden.is_empty()) {
        (true, true) => Finding::bad(
            Check::MailHost,
            host,
            "the mail host has no address",
            LOST,
            format!("Publish an A record (and AAAA, if you have IPv6) for {host}, or correct SEALPOST_MX_HOST."),
        ),
        (is_hidden, false) => Finding::bad(
            Check::MailHost,
            host,
            format!("{} can be reached from inside a network only", list(&hidden)),
            match is_hidden {
                true => LOST,
                false => "Other mail servers that try this address first deliver late or not at all.",
            },
            format!("Publish only public addresses for {host}."),
        ),
        (false, true) => Finding::good(Check::MailHost, host, format!("it has the addresses {}", list(&public))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn only_public_addresses_are_good() {
        for (addresses, expected) in [
            (vec![], State::Bad),
            (vec!["10.0.0.1"], State::Bad),
            (vec!["9.9.9.9", "fd00::1"], State::Bad),
            (vec!["9.9.9.9", "2620:fe::fe"], State::Good),
        ] {
            let addresses: Vec<_> = addresses.iter().map(|ip| ip.parse().unwrap()).collect();
            assert_eq!(judge("mail.example.org", &addresses).state, expected, "{addresses:?}");
        }
    }
}
