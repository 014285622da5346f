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
    clock::{Clock, is_within},
    deliver::{Reach, lookup::DnsLookup},
};

/// Most domains whose policies are remembered. Each has some hundred octets, and 16 KiB at most.
const MOST_DOMAINS: usize = 4096;
/// How old a policy may be before it is fetched again although its id is the same. So its time seldom runs out, and an
/// attacker who keeps the relay from its host gains nothing (RFC 8461 §10.2).
const REFRESH: Duration = Duration::days(1);
/// How long after a failure a policy is fetched again (RFC 8461 §3.3 asks for a limit).
const FETCH_AGAIN: Duration = Duration::minutes(5);

/// The knowledge of the policy of a domain.
pub(in crate::deliver) struct Applies {
    /// The policy that applies, as far as is known.
    pub policy: Option<Policy>,
    /// Whether that is certain. Without a policy it is only if the DNS and the policy host answered: a failure may hide one.
    pub is_certain: bool,
}

/// The policies of domains that mail goes to.
pub(in crate::deliver) struct KnownPolicies {
    known: Cache<String, Arc<Known>>,
    client: PolicyClient,
    clock: Arc<dyn Clock>,
}

/// The known facts about one domain.
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
    /// The id under which the policy must be fetched, if it must. Without a record in the DNS, a policy that applies is renewed
    /// under its old id: whoever removes the record must not make it run out.
    fn must_fetch(&self, id: Option<&str>, now: OffsetDateTime) -> Option<String> {
        let valid = self.fetched.as_ref().filter(|fetched| fetched.is_valid(now));
        let id = id.or(valid.map(|fetched| fetched.id.as_str()))?;
        let is_fresh = valid.is_some_and(|fetched| fetched.id == id && is_within(fetched.at, REFRESH, now));
        (!self.has_just_failed(now) && !is_fresh).then(|| id.to_owned())
    }

    fn has_just_failed(&self, now: OffsetDateTime) -> bool {
        self.failed.is_some_and(|failed| is_within(failed, FETCH_AGAIN, now))
    }

    /// The policy that applies. One that was fetched applies until its time runs out, whatever the DNS and the policy host
    /// say meanwhile.
    fn policy(&self, now: OffsetDateTime) -> Option<&Policy> {
        let fetched = self.fetched.as_ref().filter(|fetched| fetched.is_valid(now))?;
        (fetched.policy.mode != Mode::None).then_some(&fetched.policy)
    }

    /// The policy that applies, and whether that is certain. `has_record` says whether the DNS shows a record of one, if it answered.
    fn applies(&self, has_record: Option<bool>, now: OffsetDateTime) -> Applies {
        let policy = self.policy(now).cloned();
        let is_absent = has_record.is_some_and(|has_record| !has_record || !self.has_just_failed(now));
        Applies {
            is_certain: policy.is_some() || is_absent,
            policy,
        }
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
    pub async fn of(&self, dns: &DnsLookup, reach: &Reach, domain: &str) -> Applies {
        let texts = texts(dns, &format!("_mta-sts.{domain}.")).await;
        let id = mta_sts::id_of(texts.iter().flatten().map(String::as_str));
        let has_record = texts.is_some().then_some(id.is_some());
        let now = self.clock.now();
        let known = self.known.get(domain).unwrap_or_default();
        let known = match known.must_fetch(id, now) {
            Some(id) => self.fetch(dns, reach, domain, id).await,
            None => known,
        };
        known.applies(has_record, now)
    }

    /// Fetches a policy and stores what came of it. Another delivery may have fetched it meanwhile: a failure takes nothing away.
    async fn fetch(&self, dns: &DnsLookup, reach: &Reach, domain: &str, id: String) -> Arc<Known> {
        let begun = self.clock.now();
        let outcome = self.client.fetch(dns, reach, domain).await;
        let at = self.clock.now();
        let present = self.known.get(domain).unwrap_or_default();
        let known = match outcome {
            // The one that was asked for last is the newest.
            Ok(_) if present.fetched.as_ref().is_some_and(|fetched| fetched.at > begun) => return present,
            Ok(policy) => Known {
                fetched: Some(Fetched { policy, id, at }),
                failed: None,
            },
            Err(error) => {
                let is_known = present.policy(at).is_some();
                tracing::info!(%error, is_known, "an MTA-STS policy cannot be fetched");
                tracing::debug!(domain, ?error, "whose policy it is");
                Known {
                    failed: Some(at),
                    ..(*present).clone()
                }
            }
        };
        let known = Arc::new(known);
        self.known.insert(domain.to_owned(), Arc::clone(&known));
        known
    }
}

/// The TXT records of a name; nothing if the resolver fails.
async fn texts(dns: &DnsLookup, name: &str) -> Option<Vec<String>> {
    let answer = dns.ask(name, RecordType::TXT).await.ok()?;
    let text = |data: &RData| match data {
        RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
        _ => None,
    };
    Some(answer.records.iter().filter_map(|record| text(&record.data)).collect())
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
                known("enforce", max_age, age).must_fetch(Some(id), NOW).is_some(),
                expected,
                "{id} {max_age} {age}"
            );
        }
        assert!(Known::default().must_fetch(Some("1"), NOW).is_some());
        assert!(Known::default().must_fetch(None, NOW).is_none());
    }

    #[test]
    fn a_failure_while_the_clock_was_ahead_holds_up_nothing() {
        let failed = |at| Known {
            failed: Some(at),
            ..Known::default()
        };
        let must_fetch = |at| failed(at).must_fetch(Some("1"), NOW).is_some();
        assert!(!must_fetch(NOW - Duration::minutes(4)));
        assert!(must_fetch(NOW + Duration::days(400)));
    }

    #[test]
    fn a_policy_is_renewed_although_its_record_is_not_shown() {
        let renewed = |age| known("enforce", 604_800, age).must_fetch(None, NOW);
        assert_eq!(renewed(Duration::hours(24)).as_deref(), Some("1"));
        assert_eq!(renewed(Duration::hours(23)), None);
        assert_eq!(renewed(Duration::days(8)), None, "it has run out");
    }

    #[test]
    fn a_policy_host_that_fails_is_not_asked_at_once_again() {
        let mut known = known("enforce", 604_800, Duration::days(2));
        known.failed = Some(NOW - Duration::minutes(4));
        assert!(known.must_fetch(Some("2"), NOW).is_none());
        known.failed = Some(NOW - Duration::minutes(5));
        assert!(known.must_fetch(Some("2"), NOW).is_some());
    }

    #[test]
    fn a_policy_applies_until_its_time_runs_out() {
        assert!(known("enforce", 60, Duration::seconds(59)).policy(NOW).is_some());
        assert!(known("enforce", 60, Duration::seconds(60)).policy(NOW).is_none());
        assert!(known("testing", 60, Duration::ZERO).policy(NOW).is_some());
        assert!(known("none", 60, Duration::ZERO).policy(NOW).is_none());
        assert!(Known::default().policy(NOW).is_none());
    }

    #[test]
    fn that_there_is_no_policy_is_certain_only_if_nothing_failed() {
        let is_certain = |known: &Known, has_record| known.applies(has_record, NOW).is_certain;
        let nothing = Known::default();
        let failed = |minutes| Known {
            failed: Some(NOW - Duration::minutes(minutes)),
            ..Known::default()
        };
        assert!(is_certain(&nothing, Some(false)), "there is no record");
        assert!(is_certain(&failed(1), Some(false)), "there is no record any more");
        assert!(!is_certain(&nothing, None), "the resolver failed");
        assert!(!is_certain(&failed(0), Some(true)), "the policy host failed");
        assert!(!is_certain(&failed(4), Some(true)), "it is not asked again yet");
        assert!(
            is_certain(&known("none", 60, Duration::ZERO), Some(true)),
            "it is withdrawn"
        );
        let mut known = known("testing", 60, Duration::ZERO);
        known.failed = Some(NOW);
        assert!(is_certain(&known, None), "a known policy applies whatever fails");
    }
}
