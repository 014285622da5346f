//! The SPF record of a domain (RFC 7208) exists once, ends strictly, and covers the way out.

use std::net::IpAddr;

use super::{
    finding::{Check, Finding},
    unanswered,
};
use crate::{
    auth::{AuthError, Authenticator, ResolverError, SpfOutcome},
    causes::chain,
    config::{Config, Destination},
    deliver::is_public,
    dns::LookUp,
    envelope::{Client, RequireTls, ReversePath},
    mail::indexed::IndexedMessage,
    publish::DomainRecords,
};

/// What leaves through, and whether the record lets it.
enum WayOut {
    /// Mail leaves from the mail host's addresses, of which these may not send, or nobody knows, each with its outcome.
    Direct(Vec<(IpAddr, SpfOutcome)>),
    /// The outcome is not known.
    Unknown(String),
    /// A smarthost sends, whose addresses are not known.
    Smarthost,
    /// Nothing leaves.
    Nowhere,
}

/// Why SPF could not be evaluated.
#[derive(Debug, thiserror::Error)]
enum SpfError {
    #[error(transparent)]
    Resolver(#[from] ResolverError),
    #[error(transparent)]
    LookUp(#[from] AuthError),
}

pub(super) async fn check(config: &Config, look_up: &LookUp, domain: &str) -> Vec<Finding> {
    let texts = match look_up.texts(domain).await {
        Ok(texts) => texts,
        Err(error) => return vec![unanswered(Check::Spf, domain, &error)],
    };
    let way_out = match config.delivery {
        Destination::File(_) => WayOut::Nowhere,
        Destination::Smarthost { .. } => WayOut::Smarthost,
        Destination::Mx => match look_up.addresses(&config.mx).await {
            Ok(addresses) => match uncovered(config, domain, addresses).await {
                Ok(outcomes) => WayOut::Direct(outcomes),
                Err(error) => WayOut::Unknown(chain(&error)),
            },
            Err(error) => WayOut::Unknown(chain(&error)),
        },
    };
    let expected = DomainRecords::new(config, domain).spf;
    vec![judge(domain, &texts, expected, &way_out)]
}

/// The public addresses that may not send for the domain, as a receiving server finds out.
async fn uncovered(
    config: &Config,
    domain: &str,
    addresses: Vec<IpAddr>,
) -> Result<Vec<(IpAddr, SpfOutcome)>, SpfError> {
    let authenticator = Authenticator::on(config.dns)?;
    let message = format!("From: postmaster@{domain}\r\n\r\n");
    let message = IndexedMessage::from(message.into_bytes());
    let mut uncovered = Vec::new();
    for ip in addresses.into_iter().filter(|ip| is_public(*ip)) {
        let client = Client {
            ip,
            helo: config.mx.clone(),
            front: None,
            extended: true,
            tls: true,
            smtputf8: false,
            require_tls: RequireTls::No,
            reverse_path: ReversePath::Address(format!("postmaster@{domain}")),
        };
        let found = authenticator.authenticate(&client, &message).await?;
        let outcome = found
            .map(|found| found.spf.outcome)
            .filter(|outcome| *outcome != SpfOutcome::Pass);
        uncovered.extend(outcome.map(|outcome| (ip, outcome)));
    }
    Ok(uncovered)
}

/// How a record ends: what becomes of mail from an address that it does not name.
#[derive(Debug, PartialEq, Eq)]
enum End {
    Strict,
    Weak,
    Everybody,
}

fn end(record: &str) -> End {
    let terms: Vec<_> = record.split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
    let all = terms
        .iter()
        .find(|term| term.trim_start_matches(['+', '-', '~', '?']) == "all");
    match all.map(String::as_str) {
        Some("-all" | "~all") => End::Strict,
        Some("?all") => End::Weak,
        Some(_) => End::Everybody,
        // Another record has the last word (RFC 7208 §6.1).
        None if terms.iter().any(|term| term.starts_with("redirect=")) => End::Strict,
        None => End::Weak,
    }
}

/// Whether a record has no term but the last word.
fn names_nobody(record: &str) -> bool {
    record.split_ascii_whitespace().skip(1).count() == 1 && end(record) == End::Strict && !record.contains("redirect=")
}

fn judge(domain: &str, texts: &[String], expected: &str, way_out: &WayOut) -> Finding {
    let is_spf = |text: &&String| {
        text.split(' ')
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("v=spf1"))
    };
    let records: Vec<_> = texts.iter().filter(is_spf).collect();
    let publish = match way_out {
        WayOut::Smarthost => "Publish the SPF record that your smarthost's provider asks for.".to_owned(),
        _ => format!("Publish: {domain}. TXT \"{expected}\""),
    };
    let record = match records.as_slice() {
        [] => {
            let means = "Providers may refuse mail from the domain, or take it for spam.";
            return Finding::bad(Check::Spf, domain, "there is no SPF record", means, publish);
        }
        [record] => record.as_str(),
        several => {
            let found = format!("there are {} SPF records", several.len());
            let means = "More than one counts as a mistake (RFC 7208 §4.5): no mail of the domain passes SPF.";
            return Finding::bad(
                Check::Spf,
                domain,
                found,
                means,
                "Put all into one record, and remove the others.",
            );
        }
    };
    let shown = format!("\"{record}\"");
    if let WayOut::Direct(uncovered) = way_out
        && let Some((ip, outcome)) = uncovered.first()
    {
        let found = match outcome {
            SpfOutcome::PermError => format!("{shown} is not valid"),
            _ => format!("{shown} does not let {ip} send, from which the mail host sends"),
        };
        let means = "Providers refuse mail that the relay sends, or take it for spam.";
        return Finding::bad(Check::Spf, domain, found, means, publish);
    }
    match (end(record), way_out) {
        (End::Everybody, _) => Finding::bad(
            Check::Spf,
            domain,
            format!("{shown} lets everybody send for the domain"),
            "Others can forge the domain, and its mail is taken for spam.",
            "End the record with -all.",
        ),
        (End::Weak, _) => Finding::warning(
            Check::Spf,
            domain,
            format!("{shown} does not say that others may not send for the domain"),
            "Others can forge the domain.",
            "End the record with -all.",
        ),
        (End::Strict, WayOut::Smarthost) if record == expected => Finding::warning(
            Check::Spf,
            domain,
            format!("{shown} names the mail host only, and mail leaves through a smarthost"),
            "Unless the smarthost is the same machine, its mail does not pass SPF. Only DKIM vouches for it then.",
            publish,
        ),
        (End::Strict, WayOut::Unknown(why)) => {
            let found = format!("{shown}; whether it lets the mail host send is not known ({why})");
            Finding::not_checked(Check::Spf, domain, found, "Run sealpost doctor again.")
        }
        (End::Strict, WayOut::Direct(_)) => Finding::good(
            Check::Spf,
            domain,
            format!("{shown} lets the mail host send, and nobody else"),
        ),
        (End::Strict, WayOut::Smarthost) if names_nobody(record) => Finding::warning(
            Check::Spf,
            domain,
            format!("{shown} lets nobody send"),
            "No mail of the domain passes SPF. Only DKIM vouches for it then.",
            "Put the term into the record that the smarthost names for that, usually include:….",
        ),
        (End::Strict, WayOut::Smarthost | WayOut::Nowhere) => Finding::good(Check::Spf, domain, shown),
    }
}

#[cfg(test)]
mod tests {
    use super::super::finding::State;
    use super::*;

    const EXPECTED: &str = "v=spf1 mx -all";

    fn judged(texts: &[&str], way_out: &WayOut) -> State {
        let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
        judge("example.org", &texts, EXPECTED, way_out).state
    }

    #[test]
    fn one_record_with_a_strict_end_is_good() {
        let covered = WayOut::Direct(Vec::new());
        for (texts, expected) in [
            (vec![], State::Bad),
            (vec!["hello", "v=spf10 -all"], State::Bad),
            (vec![EXPECTED, "v=spf1 -all"], State::Bad),
            (vec!["v=spf1 +all"], State::Bad),
            (vec!["v=spf1 mx all"], State::Bad),
            (vec!["v=spf1 mx ?all"], State::Warning),
            (vec!["v=spf1 mx"], State::Warning),
            (vec!["v=spf1 mx ~all"], State::Good),
            (vec!["V=SPF1 redirect=_spf.example.net"], State::Good),
            (vec![EXPECTED, "google-site-verification=x"], State::Good),
        ] {
            assert_eq!(judged(&texts, &covered), expected, "{texts:?}");
        }
    }

    #[test]
    fn the_way_out_must_be_covered() {
        let ip = IpAddr::from([9, 9, 9, 9]);
        for (way_out, expected) in [
            (WayOut::Direct(vec![(ip, SpfOutcome::Fail)]), State::Bad),
            (WayOut::Direct(vec![(ip, SpfOutcome::PermError)]), State::Bad),
            (WayOut::Smarthost, State::Warning),
            (WayOut::Unknown(String::new()), State::NotChecked),
            (WayOut::Nowhere, State::Good),
        ] {
            assert_eq!(judged(&[EXPECTED], &way_out), expected);
        }
        assert_eq!(
            judged(&["v=spf1 include:a.example -all"], &WayOut::Smarthost),
            State::Good
        );
        assert_eq!(judged(&["v=spf1 -all"], &WayOut::Smarthost), State::Warning);
    }
}
