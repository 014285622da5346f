//! Remembers the MTA-STS policies of domains (RFC 8461 §3.3, §5.1).

use std::sync::Arc;

use hickory_resolver::proto::rr::{RData, RecordType};
use quick_cache::sync::Cache;
use time::{Duration, OffsetDateTime};

use super::{
    fetch::PolicyClient,
    mta_sts::{self, Mode, Policy},
};
use crate::{
    clock::Clock,
    deliver::{Reach, lookup::DnsLookup},
};

/// Most domains whose policies are remembered. Each has some hundred octets, and 16 KiB at most.
const MOST_DOMAINS: usize = 4096;
/// How old a policy may be before it is fetched again although its id is the same. So its time seldom runs out, and an
/// attacker who keeps the relay from its host gains nothing (RFC 8461 §10.2).
const REFRESH: Duration = Duration::days(1);
/// How long after a failure a policy is fetched again (RFC 8461 §3.3 asks for a limit).
const FETCH_AGAIN: Duration = Duration::minutes(5);

/// The policies of domains that mail goes to.
pub(in crate::deliver) struct KnownPolicies {
    known: Cache<String, Arc<Known>>,
    client: PolicyClient,
    clock: Arc<dyn Clock>,
}

/// What is known about one domain.
#[derive(Clone, Debug, Default)]
struct Known {
    fetched: Option<Fetched>,
    failed: Option<OffsetDateTime>,
}

/// A policy, and when and under which id it was fetched.
#[derive(Clone, Debug)]
struct Fetched {
    policy: Policy,
    id: String,
    at: OffsetDateTime,
}

impl Fetched {
    /// Whether the policy still applies.
    fn is_valid(&self, now: OffsetDateTime) -> bool {
        now - self.at < self.policy.max_age
    }
}

impl Known {
    /// Whether the policy must be fetched for the id that the DNS shows.
    fn must_fetch(&self, id: &str, now: OffsetDateTime) -> bool {
        let is_fresh = |fetched: &Fetched| fetched.id == id && fetched.is_valid(now) && now - fetched.at < REFRESH;
        let has_just_failed = self.failed.is_some_and(|failed| now - failed < FETCH_AGAIN);
        !has_just_failed && !self.fetched.as_ref().is_some_and(is_fresh)
    }

    /// The policy that applies. One that was fetched applies until its time runs out, whatever the DNS and the policy host
    /// say meanwhile.
    fn policy(&self, now: OffsetDateTime) -> Option<&Policy> {
        let fetched = self.fetched.as_ref().filter(|fetched| fetched.is_valid(now))?;
        (fetched.policy.mode != Mode::None).then_some(&fetched.policy)
    }
}

impl KnownPolicies {
    pub(super) fn new(client: PolicyClient, clock: Arc<dyn Clock>) -> Self {
        Self {
            known: Cache::new(MOST_DOMAINS),
            client,
            clock,
        }
    }

    /// Returns the policy that applies to a domain, which is in its ASCII form and in lower case.
    pub async fn of(&self, dns: &DnsLookup, reach: &Reach, domain: &str) -> Option<Policy> {
        let texts = texts(dns, &format!("_mta-sts.{domain}.")).await;
        let id = mta_sts::id_of(texts.iter().map(String::as_str));
        let mut known = self.known.get(domain).unwrap_or_default();
        let now = self.clock.now();
        if let Some(id) = id
            && known.must_fetch(id, now)
        {
            known = Arc::new(self.fetch(dns, reach, domain, id, &known).await);
            self.known.insert(domain.to_owned(), Arc::clone(&known));
        }
        known.policy(now).cloned()
    }

    async fn fetch(&self, dns: &DnsLookup, reach: &Reach, domain: &str, id: &str, known: &Known) -> Known {
        let outcome = self.client.fetch(dns, reach, domain).await;
        let at = self.clock.now();
        match outcome {
            Ok(policy) => Known {
                fetched: Some(Fetched {
                    policy,
                    id: id.to_owned(),
                    at,
                }),
                failed: None,
            },
            Err(error) => {
                let is_known = known.policy(at).is_some();
                tracing::info!(%error, is_known, "an MTA-STS policy cannot be fetched");
                tracing::debug!(domain, ?error, "whose policy it is");
                Known {
                    failed: Some(at),
                    ..known.clone()
                }
            }
        }
    }
}

/// The TXT records of a name. A resolver that fails counts as none: a known policy applies all the same.
async fn texts(dns: &DnsLookup, name: &str) -> Vec<String> {
    let answer = dns.ask(name, RecordType::TXT).await.unwrap_or_default();
    let text = |data: &RData| match data {
        RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
        _ => None,
    };
    answer.records.iter().filter_map(|record| text(&record.data)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn known(mode: &str, max_age: u64, age: Duration) -> Known {
        let text = format!("version: STSv1\nmode: {mode}\nmx: mx.example\nmax_age: {max_age}\n");
        Known {
            fetched: Some(Fetched {
                policy: Policy::parse(text.as_bytes()).unwrap(),
                id: "1".into(),
                at: NOW - age,
            }),
            failed: None,
        }
    }

    #[test]
    fn a_policy_is_fetched_when_its_id_changes_and_each_day() {
        for (id, max_age, age, expected) in [
            ("1", 604_800, Duration::hours(23), false),
            ("2", 604_800, Duration::ZERO, true),
            ("1", 604_800, Duration::hours(24), true),
            ("1", 60, Duration::minutes(2), true),
        ] {
            assert_eq!(
                known("enforce", max_age, age).must_fetch(id, NOW),
                expected,
                "{id} {max_age} {age}"
            );
        }
        assert!(Known::default().must_fetch("1", NOW));
    }

    #[test]
    fn a_policy_host_that_fails_is_not_asked_at_once_again() {
        let mut known = known("enforce", 604_800, Duration::days(2));
        known.failed = Some(NOW - Duration::minutes(4));
        assert!(!known.must_fetch("2", NOW));
        known.failed = Some(NOW - Duration::minutes(5));
        assert!(known.must_fetch("2", NOW));
    }

    #[test]
    fn a_policy_applies_until_its_time_runs_out() {
        assert!(known("enforce", 60, Duration::seconds(59)).policy(NOW).is_some());
        assert!(known("enforce", 60, Duration::seconds(60)).policy(NOW).is_none());
        assert!(known("testing", 60, Duration::ZERO).policy(NOW).is_some());
        assert!(known("none", 60, Duration::ZERO).policy(NOW).is_none());
        assert!(Known::default().policy(NOW).is_none());
    }
}
