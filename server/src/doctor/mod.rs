//! Finds out what keeps mail from going through, and says it in plain words. Nothing is changed: no file is made, no step of the
//! schema is run, no key is created, and no message is sent.
//!
//! Each check is a file of its own: a question to the world outside, and a judgement without any I/O. All run at once, and each has
//! a time limit.

mod backups;
mod block_list;
mod certificate;
mod clock;
mod data_folder;
mod database;
mod dkim;
mod dmarc;
mod finding;
mod https;
mod mail_host;
mod mx;
mod next_hop;
mod receiver;
mod resolver;
mod reverse_dns;
mod sign_in_provider;
mod spam_filter;
mod spf;
mod tags;
mod tls_policy;
mod way_in;
mod way_out;
mod web;
mod web_page;

use std::time::Duration;

use app::address::EmailAddress;
use async_trait::async_trait;
use futures::future::{BoxFuture, FutureExt, join_all};
use tokio::time::timeout;

use crate::{
    causes::chain,
    config::{Config, Destination},
    deliver::Timeouts,
    dns::NoAnswer,
    domains::Domains,
    store::{Content, Inspection},
};

pub use finding::{Check, Finding, State};
pub use receiver::{Occupant, occupant};

/// The longest time for one check. All run at once, after the resolver has answered.
const LIMIT: Duration = Duration::from_secs(10);

/// The longest time for the resolver, which all look-ups wait for.
const RESOLVER: Duration = Duration::from_secs(5);

/// The limits of a connection to another host, below [`LIMIT`], so that the finding says which step took too long.
const CONNECTING: Timeouts = Timeouts {
    step: Duration::from_secs(4),
    whole: Duration::from_secs(7),
};

/// Examines a relay.
#[async_trait]
pub trait Examiner: Send + Sync {
    /// Runs all checks, and returns their findings in a fixed order.
    ///
    /// `to` is an address at another provider, whose mail host is greeted.
    async fn examine(&self, to: Option<&EmailAddress>) -> Vec<Finding>;
}

#[async_trait]
impl Examiner for Config {
    async fn examine(&self, to: Option<&EmailAddress>) -> Vec<Finding> {
        examine(self, to).await
    }
}

/// Runs all checks, and returns their findings in a fixed order. `to` is an address at another provider, whose mail host is greeted.
pub async fn examine(config: &Config, to: Option<&EmailAddress>) -> Vec<Finding> {
    let checks = [
        limited(Check::Receiver, receiver::check(config)),
        limited(Check::Certificate, async { certificate::check(config) }),
        limited(Check::NextHop, next_hop::check(config)),
        limited(Check::WayOut, way_out::check(config, to)),
        limited(Check::Clock, clock::check(config)),
        look_ups(config).boxed(),
        limited(Check::WayIn, way_in::check(config)),
        limited(Check::Web, web::check(config)),
        limited(Check::WebPage, web_page::check(config)),
        limited(Check::SpamFilter, spam_filter::check(config)),
        limited(Check::SignInProvider, sign_in_provider::check(config)),
        limited(Check::DataFolder, async { data_folder::check(config) }),
        limited(Check::Database, database::check(config)),
        limited(Check::Backup, async { backups::check(config) }),
    ];
    join_all(checks).await.concat()
}

/// Looks at the DNS only, and at the public address of the web interface.
pub async fn examine_dns(config: &Config) -> Vec<Finding> {
    let checks = [look_ups(config).boxed(), limited(Check::Web, web::check(config))];
    join_all(checks).await.concat()
}

/// Whether mail can leave straight to others' port 25: greets the mail host of `to`. Looks at nothing unless the settings say `mx`.
pub async fn examine_way_out(config: &Config, to: &EmailAddress) -> Vec<Finding> {
    limited(Check::WayOut, way_out::check(config, Some(to))).await
}

/// Looks everything up in the DNS, unless the resolver does not answer.
async fn look_ups(config: &Config) -> Vec<Finding> {
    let resolver = timeout(RESOLVER, resolver::check(config)).await;
    let (look_up, mut findings) = match resolver {
        Ok(Ok((look_up, finding))) => (look_up, vec![finding]),
        Ok(Err(finding)) => return vec![finding],
        Err(_) => return vec![resolver::silent(config, "the resolver takes too long")],
    };
    let domains = Domains::new(config.domain.clone(), config.other_domains.clone());
    let mut checks = vec![
        limited(Check::MailHost, mail_host::check(config, &look_up)),
        limited(Check::ReverseDns, reverse_dns::check(config, &look_up)),
    ];
    for domain in domains.all() {
        if is_reserved(domain) {
            let nowhere = reserved(Check::Mx, domain);
            checks.push(async { vec![nowhere] }.boxed());
            continue;
        }
        checks.extend([
            limited(Check::Mx, mx::check(config, &look_up, domain)),
            limited(Check::Spf, spf::check(config, &look_up, domain)),
            limited(Check::Dkim, dkim::check(config, &look_up, domain)),
            limited(Check::Dmarc, dmarc::check(config, &look_up, domain)),
            limited(Check::MtaSts, tls_policy::check(config, &look_up, domain)),
        ]);
    }
    checks.push(limited(Check::BlockList, block_list::check(config, &look_up)));
    findings.extend(join_all(checks).await.concat());
    findings
}

/// A check that ends within [`LIMIT`].
fn limited<'a>(check: Check, run: impl Future<Output = Vec<Finding>> + Send + 'a) -> BoxFuture<'a, Vec<Finding>> {
    within(LIMIT, check, run).boxed()
}

async fn within(limit: Duration, check: Check, run: impl Future<Output = Vec<Finding>>) -> Vec<Finding> {
    timeout(limit, run).await.unwrap_or_else(|_| {
        let found = format!("this took longer than {} seconds", limit.as_secs());
        vec![Finding::not_checked(check, "", found, "Run sealpost doctor again.")]
    })
}

/// The content of the database, if there is one that can be read.
async fn content(config: &Config) -> Option<Content> {
    let inspection = Inspection::of(&config.database_url, None, None).await;
    inspection.ok().flatten().and_then(|found| found.content)
}

/// Whether a name is one that nobody outside can look up: of a single label, or under a top-level domain that is reserved
/// (RFC 6761, RFC 6762, RFC 9476).
fn is_reserved(name: &str) -> bool {
    const RESERVED: [&str; 7] = ["localhost", "test", "invalid", "example", "local", "internal", "alt"];
    match name.rsplit_once('.') {
        Some((_, top)) => RESERVED.contains(&top),
        None => true,
    }
}

fn reserved(check: Check, name: &str) -> Finding {
    let found = "this name is for trying only: no other mail server can look it up. Real mail needs names of yours \
                 (SEALPOST_DOMAIN, SEALPOST_MX_HOST)";
    Finding::not_checked(check, name, found, "")
}

/// The finding of a look-up that failed.
fn unanswered(check: Check, of: &str, error: &NoAnswer) -> Finding {
    let action = "Run sealpost doctor again. If it stays so, look at the name servers of the domain.";
    Finding::not_checked(check, of, chain(error), action)
}

/// Whether mail leaves straight to its recipients' mail hosts.
fn is_direct(config: &Config) -> bool {
    matches!(config.delivery, Destination::Mx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_trying_are_known() {
        for (name, expected) in [
            ("relay.localhost", true),
            ("localhost", true),
            ("relay.example", true),
            ("relay.example.org", false),
            ("localhost.org", false),
        ] {
            assert_eq!(is_reserved(name), expected, "{name}");
        }
    }

    #[tokio::test]
    async fn a_check_that_takes_too_long_is_a_finding() {
        let found = within(Duration::ZERO, Check::Web, std::future::pending()).await;
        assert_eq!(found[0].state, State::NotChecked);
        assert_eq!(found[0].check, Check::Web);
    }
}
