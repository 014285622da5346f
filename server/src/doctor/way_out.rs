//! Port 25 is open outwards: a mail host of the operator's own provider answers. It is greeted only, and gets no message.

use std::{error::Error, sync::Arc};

use app::address::EmailAddress;

use super::{
    CONNECTING,
    finding::{Check, Finding},
    is_direct,
};
use crate::{
    causes::chain,
    config::Config,
    deliver::{self, DeliveryError, Greeted, KeepLimits, MxError, MxSettings, Reach},
    domains::Domains,
};

pub(super) async fn check(config: &Config, to: Option<&EmailAddress>) -> Vec<Finding> {
    if !is_direct(config) {
        let found = "mail does not leave through port 25 of its recipients";
        return vec![Finding::not_checked(Check::WayOut, "", found, "")];
    }
    let Some(to) = to else {
        let found = "no mail host was named that could be greeted";
        let action =
            "Run sealpost doctor --to YOUR-ADDRESS, with an address at the provider of a mailbox. No message is sent.";
        return vec![Finding::not_checked(Check::WayOut, "", found, action)];
    };
    let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
    let reach = Reach::new(config.mx_private_networks, Arc::new(domains));
    let kept = KeepLimits::of(config.lanes);
    let settings = MxSettings {
        dns: config.dns,
        reach,
        tls_policy: config.tls_policy,
    };
    let courier = deliver::open_mx(settings, &config.mx, kept);
    vec![match courier {
        Ok(courier) => judge(to.domain(), courier.with_timeouts(CONNECTING).greet(to.domain()).await),
        Err(error) => Finding::not_checked(Check::WayOut, to.domain(), chain(&error), ""),
    }]
}

fn judge(domain: &str, greeted: Result<Greeted, DeliveryError>) -> Finding {
    let error = match greeted {
        Ok(Greeted { host, is_encrypted, .. }) if is_encrypted => {
            return Finding::good(Check::WayOut, domain, format!("{host} answers, and offers TLS"));
        }
        Ok(Greeted { host, .. }) => {
            return Finding::warning(
                Check::WayOut,
                domain,
                format!("{host} answers, and offers no TLS that works"),
                "Mail to this provider goes unencrypted, unless it is sealed.",
                "If the provider offers TLS elsewhere, something on the way, such as a firewall, removes the offer.",
            );
        }
        Err(error) => error,
    };
    let cause: &(dyn Error + 'static) = match &error {
        DeliveryError::Never(cause) | DeliveryError::Later(cause) => &**cause,
        DeliveryError::Insecure(cause) => cause,
    };
    match cause.downcast_ref::<MxError>() {
        Some(MxError::NullMx(_) | MxError::NoHost(_)) => {
            let action = "Run sealpost doctor --to with an address that takes mail.";
            Finding::not_checked(Check::WayOut, domain, chain(cause), action)
        }
        Some(MxError::Resolver(_)) => {
            Finding::not_checked(Check::WayOut, domain, chain(cause), "Look at the resolver.")
        }
        Some(MxError::TooSlow(_) | MxError::Unreachable(_)) => Finding::bad(
            Check::WayOut,
            domain,
            format!("its mail host is not reached ({})", chain(cause)),
            "If other domains cannot be reached either, port 25 is closed outwards, and no mail leaves. Many hosters close it.",
            "Ask your hoster to open port 25 outwards, look at your firewall, or deliver through a smarthost (SEALPOST_DELIVERY).",
        ),
        Some(_) => {
            let means = "Mail to this domain is not delivered.";
            Finding::bad(
                Check::WayOut,
                domain,
                chain(cause),
                means,
                "Correct the setting, or try another address.",
            )
        }
        None => Finding::bad(
            Check::WayOut,
            domain,
            format!("its mail host refuses this relay ({})", chain(cause)),
            "Mail to this provider is refused.",
            "The answer says why. Often it is the address's reverse DNS, or a block list: see those findings.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::super::finding::State;
    use super::*;

    #[test]
    fn a_host_that_is_not_reached_is_bad_and_a_domain_without_one_says_nothing() {
        let greeted = |is_encrypted| Greeted {
            host: "mx.example.net".into(),
            address: "9.9.9.9:25".parse().unwrap(),
            is_encrypted,
        };
        let later = |error: MxError| Err(DeliveryError::Later(error.into()));
        for (found, expected) in [
            (Ok(greeted(true)), State::Good),
            (Ok(greeted(false)), State::Warning),
            (
                later(MxError::Unreachable(io::ErrorKind::ConnectionRefused.into())),
                State::Bad,
            ),
            (later(MxError::NoHost("example.net".into())), State::NotChecked),
            (later(MxError::NotPublic("example.net".into())), State::Bad),
            (Err(DeliveryError::Later("554 go away".into())), State::Bad),
        ] {
            let shown = format!("{found:?}");
            assert_eq!(judge("example.net", found).state, expected, "{shown}");
        }
    }
}
