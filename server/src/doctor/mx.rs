//! The MX records of a domain lead to the mail host (RFC 5321 §5.1).

use super::{
    finding::{Check, Finding},
    unanswered,
};
use crate::{config::Config, dns::LookUp};

pub(super) async fn check(config: &Config, look_up: &LookUp, domain: &str) -> Vec<Finding> {
    vec![match look_up.mail_hosts(domain).await {
        Ok(hosts) => judge(domain, &config.mx, &hosts),
        Err(error) => unanswered(Check::Mx, domain, &error),
    }]
}

fn judge(domain: &str, host: &str, hosts: &[String]) -> Finding {
    let publish = format!("Publish: {domain}. MX 10 {host}.");
    let (ours, others): (Vec<_>, Vec<_>) = hosts.iter().partition(|each| *each == host);
    let others: Vec<_> = others.into_iter().map(String::as_str).collect();
    if hosts.is_empty() && domain == host {
        return Finding::warning(
            Check::Mx,
            domain,
            "there is no MX record",
            "Other servers fall back to the address of the domain. Some forms and filters refuse such addresses.",
            publish,
        );
    }
    match (ours.is_empty(), others.is_empty()) {
        (true, true) => Finding::bad(
            Check::Mx,
            domain,
            "there is no MX record",
            "No other mail server finds this relay, so no mail to the domain arrives.",
            publish,
        ),
        (true, false) if others == [""] => Finding::bad(
            Check::Mx,
            domain,
            "the MX record says that the domain takes no mail",
            "Other servers refuse to send to the domain at once.",
            publish,
        ),
        (true, false) => Finding::bad(
            Check::Mx,
            domain,
            format!("mail goes to {} and not to {host}", others.join(", ")),
            "Mail to the domain does not come to this relay.",
            format!("{publish} Remove the others. If the name there is right, correct SEALPOST_MX_HOST."),
        ),
        (false, false) => Finding::warning(
            Check::Mx,
            domain,
            format!("mail goes to {host}, and to {} as well", others.join(", ")),
            "What the other hosts take arrives here only if they pass it on.",
            "Remove the other MX records, unless these hosts pass mail on to this relay.",
        ),
        (false, true) => Finding::good(Check::Mx, domain, format!("mail goes to {host}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    #[test]
    fn mail_must_come_here_and_only_here() {
        for (domain, hosts, expected) in [
            ("b.example.org", vec![], State::Bad),
            ("mail.example.org", vec![], State::Warning),
            ("b.example.org", vec![""], State::Bad),
            ("b.example.org", vec!["mail.example.net"], State::Bad),
            (
                "b.example.org",
                vec!["mail.example.net", "mail.example.org"],
                State::Warning,
            ),
            ("b.example.org", vec!["mail.example.org"], State::Good),
        ] {
            let hosts: Vec<_> = hosts.into_iter().map(str::to_owned).collect();
            assert_eq!(
                judge(domain, "mail.example.org", &hosts).state,
                expected,
                "{domain} {hosts:?}"
            );
        }
    }
}
