//! People reach the web interface by https, and strangers cannot sign up by mistake.

use std::net::IpAddr;

use app::api::account::SignUpMode;

use super::{
    content,
    finding::{Check, Finding},
    is_reserved,
};
use crate::{
    causes::chain,
    config::{Config, PublicUrl},
    dns::{LookUp, NoAnswer},
};

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    let url = &config.public_url;
    let host = url.host().trim_matches(['[', ']']);
    let addresses = match host.parse::<IpAddr>() {
        _ if url.is_loopback() => Ok(Vec::new()),
        Ok(ip) => Ok(vec![ip]),
        Err(_) => match LookUp::new(config.dns) {
            Ok(look_up) => look_up.addresses(host).await,
            Err(error) => Err(error),
        },
    };
    let mut findings = vec![judge(url, &config.domain, addresses)];
    findings.extend(judge_sign_up(sign_up_mode(config).await, url));
    findings
}

/// As administrators have decided. As the settings say if they have not, or if there is no database to look at.
async fn sign_up_mode(config: &Config) -> SignUpMode {
    content(config)
        .await
        .and_then(|content| content.sign_up)
        .unwrap_or(config.sign_up)
}

fn judge(url: &PublicUrl, domain: &str, addresses: Result<Vec<IpAddr>, NoAnswer>) -> Finding {
    let of = url.to_string();
    if url.is_loopback() {
        return match is_reserved(domain) {
            true => Finding::good(Check::Web, of, "only this machine reaches the web interface"),
            false => Finding::warning(
                Check::Web,
                of,
                "only this machine reaches the web interface",
                "Links in mail, such as those that turn an alias off, lead nowhere for others.",
                "Set SEALPOST_PUBLIC_URL to how people reach it, for example https://relay.example.org.",
            ),
        };
    }
    if !url.is_https() {
        return Finding::bad(
            Check::Web,
            of,
            "the address is not https",
            "Passwords and the browser's programs go over the network unprotected, and passkeys do not work.",
            "Put a reverse proxy with TLS in front, and set SEALPOST_PUBLIC_URL to its https address.",
        );
    }
    match addresses {
        Err(error) => Finding::not_checked(Check::Web, of, chain(&error), "Look at the resolver."),
        Ok(addresses) if addresses.is_empty() => Finding::bad(
            Check::Web,
            of,
            format!("{} has no address", url.host()),
            "Nobody reaches the web interface.",
            format!(
                "Publish an A or AAAA record for {}, or correct SEALPOST_PUBLIC_URL.",
                url.host()
            ),
        ),
        Ok(_) => Finding::good(Check::Web, of, "the address is https, and its name is found"),
    }
}

fn judge_sign_up(mode: SignUpMode, url: &PublicUrl) -> Option<Finding> {
    let is_open = mode == SignUpMode::Open && !url.is_loopback();
    is_open.then(|| {
        Finding::warning(
            Check::SignUp,
            "",
            "everybody can sign up",
            "Strangers can use the relay, and what they send is counted against your domain.",
            "Run sealpost sign-up invite (or closed), unless you mean it. Before the first start, set SEALPOST_SIGN_UP.",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn others_need_https_and_a_name_that_is_found() {
        let there = || Ok(vec![IpAddr::from([9, 9, 9, 9])]);
        let nowhere = || Ok(Vec::new());
        for (url, domain, addresses, expected) in [
            ("https://relay.example.org", "relay.example.org", there(), State::Good),
            ("https://relay.example.org", "relay.example.org", nowhere(), State::Bad),
            ("http://relay.example.org", "relay.example.org", there(), State::Bad),
            ("http://127.0.0.1:3000", "relay.example.org", nowhere(), State::Warning),
            ("http://127.0.0.1:3000", "relay.localhost", nowhere(), State::Good),
        ] {
            let state = judge(&url.parse().unwrap(), domain, addresses).state;
            assert_eq!(state, expected, "{url} {domain}");
        }
    }

    #[test]
    fn strangers_can_sign_up_where_they_reach_the_page() {
        for (mode, url, warns) in [
            (SignUpMode::Open, "https://relay.example.org", true),
            (SignUpMode::Open, "http://localhost:3000", false),
            (SignUpMode::Invite, "https://relay.example.org", false),
            (SignUpMode::Closed, "https://relay.example.org", false),
        ] {
            assert_eq!(
                judge_sign_up(mode, &url.parse().unwrap()).is_some(),
                warns,
                "{mode:?} {url}"
            );
        }
    }
}
