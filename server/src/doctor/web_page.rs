//! The web interface and the MTA-STS policies are there for others: by https, with a valid certificate, from this relay.

use std::net::IpAddr;

use futures::future::join_all;
use hyper::StatusCode;
use time::OffsetDateTime;

use super::{
    certificate::ends_soon,
    finding::{Check, Finding},
    https::{self, HTTPS, NoPage, Page},
    is_reserved,
};
use crate::{
    causes::chain,
    clock::{Clock, SystemClock},
    config::{Config, StsMode},
    dns::LookUp,
    domains::Domains,
    http_exchange::is_text,
    publish::{DomainRecords, sts_policy},
    tls::Leaf,
};

/// The page that says whether the relay is ready.
const HEALTH: &str = "/healthz";
/// The path of a policy (RFC 8461 §3.3).
const POLICY: &str = "/.well-known/mta-sts.txt";

pub(super) async fn check(config: &Config) -> Vec<Finding> {
    // A failure is a finding about the resolver already.
    let Ok(look_up) = LookUp::new(config.dns) else {
        return Vec::new();
    };
    let (interface, policies) = tokio::join!(interface(config, &look_up), policies(config, &look_up));
    interface.into_iter().chain(policies).collect()
}

async fn interface(config: &Config, look_up: &LookUp) -> Option<Finding> {
    let url = &config.public_url;
    let host = url.host();
    let is_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
    if !url.is_https() || url.is_loopback() || is_address || is_reserved(host) {
        return None;
    }
    match https::get(look_up, host, url.port(), HEALTH).await {
        // That is another finding already.
        Err(NoPage::NoAddress | NoPage::Resolver(_)) => None,
        page => Some(judge_interface(url.to_string(), page, SystemClock.now())),
    }
}

async fn policies(config: &Config, look_up: &LookUp) -> Vec<Finding> {
    if config.mta_sts == StsMode::None {
        return Vec::new();
    }
    let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
    let wanted = sts_policy(&config.mx, config.mta_sts);
    let hosts = domains.all().filter(|domain| !is_reserved(domain));
    let hosts = hosts.map(|domain| DomainRecords::new(config, domain).sts_host);
    let checks = hosts.map(|host| policy(look_up, host, &wanted));
    join_all(checks).await.into_iter().flatten().collect()
}

async fn policy(look_up: &LookUp, host: String, wanted: &str) -> Option<Finding> {
    match https::get(look_up, &host, HTTPS, POLICY).await {
        Err(NoPage::NoAddress | NoPage::Resolver(_)) => None,
        page => Some(judge_policy(
            format!("https://{host}{POLICY}"),
            page,
            wanted,
            SystemClock.now(),
        )),
    }
}

fn judge_interface(of: String, page: Result<Page, NoPage>, now: OffsetDateTime) -> Finding {
    let page = match page {
        Ok(page) => page,
        Err(error @ NoPage::Certificate(_)) => {
            return Finding::bad(
                Check::WebPage,
                of,
                chain(&error),
                "Browsers refuse the web interface.",
                "Get a certificate of a CA for this name (SEALPOST_ACME=on, or at the reverse proxy), and look why it was not renewed.",
            );
        }
        Err(error) => {
            return Finding::warning(
                Check::WebPage,
                of,
                chain(&error),
                "If others do not get an answer either, nobody reaches the web interface.",
                "Open ports 80 and 443 in the firewall, and start the relay and its reverse proxy.",
            );
        }
    };
    if page.answer.status() != StatusCode::OK || page.answer.body() != b"ready\n" {
        let status = page.answer.status();
        return Finding::warning(
            Check::WebPage,
            of,
            format!("another program answers, or the relay is not ready ({HEALTH}: {status})"),
            "People do not reach the web interface.",
            "Start the relay, and let the reverse proxy lead all paths of this name to SEALPOST_HTTP.",
        );
    }
    judge_end(Check::WebPage, of, page.certificate, now)
}

fn judge_policy(of: String, page: Result<Page, NoPage>, wanted: &str, now: OffsetDateTime) -> Finding {
    let means = "Other servers do without the policy, or go on with one that they know.";
    let warning =
        |of: String, found: String, action: &str| Finding::warning(Check::MtaStsPolicy, of, found, means, action);
    let page = match page {
        Ok(page) => page,
        Err(error) => {
            let action = "Let this name lead to the web interface, by https with a certificate of a CA.";
            return warning(of, chain(&error), action);
        }
    };
    let (status, lead) = (
        page.answer.status(),
        "Let this name lead to the relay: it serves the policy at SEALPOST_HTTP.",
    );
    match status {
        StatusCode::OK if !is_text(page.answer.headers()) => {
            warning(of, "the policy is not text/plain".to_owned(), lead)
        }
        StatusCode::OK if fields(page.answer.body()) != fields(wanted.as_bytes()) => {
            warning(of, "the policy is not the one of this relay".to_owned(), lead)
        }
        StatusCode::OK => judge_end(Check::MtaStsPolicy, of, page.certificate, now),
        _ => warning(of, format!("the answer is {status}"), lead),
    }
}

fn judge_end(check: Check, of: String, certificate: Option<Leaf>, now: OffsetDateTime) -> Finding {
    match certificate {
        Some(leaf) if ends_soon(leaf.not_before, leaf.not_after, now) => Finding::warning(
            check,
            of,
            format!("its certificate ends on {}", leaf.not_after.date()),
            "When it has ended, browsers and other servers refuse it.",
            "Renew it, and look why it was not renewed by itself.",
        ),
        Some(leaf) => Finding::good(
            check,
            of,
            format!(
                "it is there, and its certificate is valid until {}",
                leaf.not_after.date()
            ),
        ),
        None => Finding::good(check, of, "it is there, and its certificate is valid"),
    }
}

/// The lines of a policy without what does not matter (RFC 8461 §3.2).
fn fields(policy: &[u8]) -> Vec<&[u8]> {
    let lines = policy.split(|octet| *octet == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use std::io;

    use hyper::{Response, header::CONTENT_TYPE};
    use time::Duration;

    use super::super::finding::State;
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn page(status: u16, kind: &str, body: &str, days: i64) -> Result<Page, NoPage> {
        let answer = Response::builder().status(status).header(CONTENT_TYPE, kind);
        Ok(Page {
            answer: answer.body(body.as_bytes().to_vec()).unwrap(),
            certificate: Some(Leaf {
                not_before: NOW - Duration::days(200),
                not_after: NOW + Duration::days(days),
                names: Vec::new(),
            }),
        })
    }

    #[test]
    fn the_interface_is_good_only_if_the_relay_answers_with_a_certificate_that_lasts() {
        for (page, expected) in [
            (page(200, "text/plain", "ready\n", 60), State::Good),
            (page(200, "text/plain", "ready\n", 13), State::Warning),
            (page(200, "text/html", "<h1>It works!</h1>", 60), State::Warning),
            (page(503, "text/plain", "not ready\n", 60), State::Warning),
            (page(301, "text/plain", "", 60), State::Warning),
            (Err(NoPage::Certificate(io::ErrorKind::InvalidData.into())), State::Bad),
            (Err(NoPage::TooSlow), State::Warning),
        ] {
            assert_eq!(judge_interface(String::new(), page, NOW).state, expected);
        }
    }

    #[test]
    fn a_policy_is_good_only_if_it_is_that_of_the_relay() {
        let wanted = sts_policy("mail.example.org", StsMode::Testing);
        let other = wanted.replace("mail.", "mx.");
        for (page, expected) in [
            (page(200, "text/plain; charset=utf-8", &wanted, 60), State::Good),
            (page(200, "text/plain", &wanted.replace("\r\n", "\n"), 60), State::Good),
            (page(200, "text/plain", &other, 60), State::Warning),
            (page(200, "text/html", &wanted, 60), State::Warning),
            (page(301, "text/plain", &wanted, 60), State::Warning),
            (page(200, "text/plain", &wanted, 1), State::Warning),
            (
                Err(NoPage::Certificate(io::ErrorKind::InvalidData.into())),
                State::Warning,
            ),
        ] {
            assert_eq!(judge_policy(String::new(), page, &wanted, NOW).state, expected);
        }
    }
}
