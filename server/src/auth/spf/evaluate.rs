//! Implements `check_host()` of RFC 7208 §4. It evaluates one directive after another with as few DNS queries as
//! possible.

use std::{
    mem,
    net::{IpAddr, Ipv4Addr},
};

use futures::future;
use hickory_resolver::proto::rr::Name;
use ipnet::{Ipv4Net, Ipv6Net};

use super::{
    super::{
        finding::SpfOutcome,
        lookup::{Lookup, NoAnswer, name},
    },
    Question, is_domain,
    macros::{Template, Values},
    record::{self, Hosts, Mechanism, Record},
};

/// Most terms with DNS queries, in all records together (RFC 7208 §4.6.4).
const MOST_TERMS: usize = 10;

/// Most terms whose query has no answer (§4.6.4).
const MOST_VOID: usize = 2;

/// Most mail hosts of one domain, and most names of one address (§4.6.4).
const MOST_NAMES: usize = 10;

/// The value of `%{p}` without a confirmed name (§7.3).
const UNKNOWN: &str = "unknown";

/// Evaluates the record of the domain in question, and the records that it refers to.
pub(super) async fn check_host(lookup: Lookup<'_>, question: &Question<'_>) -> SpfOutcome {
    let mut evaluation = Evaluation {
        lookup,
        question,
        terms: 0,
        void: 0,
        confirmed: None,
    };
    match evaluation.run().await {
        Ok(outcome) => outcome,
        Err(End::NoRecord) => SpfOutcome::None,
        Err(End::Permanent) => SpfOutcome::PermError,
        Err(End::Temporary) => SpfOutcome::TempError,
    }
}

struct Evaluation<'a> {
    lookup: Lookup<'a>,
    question: &'a Question<'a>,
    terms: usize,
    void: usize,
    /// The client's names after their look-up.
    confirmed: Option<Vec<Name>>,
}

/// Why an evaluation ends without a directive.
enum End {
    NoRecord,
    Permanent,
    Temporary,
}

/// A record that is being evaluated.
struct Level {
    domain: String,
    record: Record,
    next: usize,
    /// The outcome for the outer record if this one passes (§5.2).
    included: SpfOutcome,
}

/// The result of evaluating part of a record.
enum Step {
    Decided(SpfOutcome),
    /// Include the record of a domain. The outcome applies if it passes.
    Include(String, SpfOutcome),
    Redirect(String),
}

/// Whether a mechanism matches.
enum Answer {
    Known(bool),
    /// It matches if this domain's record passes.
    Asks(String),
}

impl From<NoAnswer> for End {
    fn from(_: NoAnswer) -> Self {
        Self::Temporary
    }
}

impl Evaluation<'_> {
    /// Records can nest as deep as there are terms, so this is a loop and no recursion.
    async fn run(&mut self) -> Result<SpfOutcome, End> {
        let mut outside = Vec::new();
        let mut level = Level {
            domain: self.question.domain.to_owned(),
            record: self.record(self.question.domain).await?,
            next: 0,
            included: SpfOutcome::Neutral,
        };
        loop {
            match self.step(&mut level).await? {
                Step::Include(domain, included) => {
                    let record = self.find_referred(&domain).await?;
                    let inside = Level {
                        domain,
                        record,
                        next: 0,
                        included,
                    };
                    outside.push(mem::replace(&mut level, inside));
                }
                Step::Redirect(domain) => {
                    level.record = self.find_referred(&domain).await?;
                    level.domain = domain;
                    level.next = 0;
                }
                Step::Decided(mut outcome) => loop {
                    let Some(outer) = outside.pop() else {
                        return Ok(outcome);
                    };
                    let inside = mem::replace(&mut level, outer);
                    if outcome != SpfOutcome::Pass {
                        break;
                    }
                    outcome = inside.included;
                },
            }
        }
    }

    /// Looks up the record of a domain (§4.3 to §4.6).
    async fn record(&self, domain: &str) -> Result<Record, End> {
        if !is_domain(domain) {
            return Err(End::NoRecord);
        }
        let texts = self.lookup.texts(domain).await?;
        let mut records = texts.iter().filter(|text| record::is_spf(text));
        match (records.next(), records.next()) {
            (None, _) => Err(End::NoRecord),
            (Some(_), Some(_)) => Err(End::Permanent),
            (Some(text), None) => Record::parse(text).map_err(|broken| {
                tracing::debug!(%broken, "an SPF record cannot be used");
                End::Permanent
            }),
        }
    }

    /// Looks up the record of a domain that another record names. It must exist (§5.2, §6.1).
    async fn find_referred(&self, domain: &str) -> Result<Record, End> {
        self.record(domain).await.map_err(|end| match end {
            End::NoRecord | End::Permanent => End::Permanent,
            End::Temporary => End::Temporary,
        })
    }

    /// Continues to the next directive that matches, or that needs another record.
    async fn step(&mut self, level: &mut Level) -> Result<Step, End> {
        while let Some(directive) = level.record.directives.get(level.next) {
            level.next += 1;
            match self.ask(&directive.mechanism, &level.domain).await? {
                Answer::Known(false) => (),
                Answer::Known(true) => return Ok(Step::Decided(directive.outcome)),
                Answer::Asks(domain) => return Ok(Step::Include(domain, directive.outcome)),
            }
        }
        match &level.record.redirect {
            None => Ok(Step::Decided(SpfOutcome::Neutral)),
            Some(target) => {
                self.count_term()?;
                Ok(Step::Redirect(self.expand(target, &level.domain).await))
            }
        }
    }

    async fn ask(&mut self, mechanism: &Mechanism, domain: &str) -> Result<Answer, End> {
        let matches = match (mechanism, self.question.ip) {
            (Mechanism::All, _) => true,
            (Mechanism::Ip4(network), IpAddr::V4(ip)) => network.contains(&ip),
            (Mechanism::Ip6(network), IpAddr::V6(ip)) => network.contains(&ip),
            (Mechanism::Ip4(_) | Mechanism::Ip6(_), _) => false,
            (Mechanism::A(hosts), _) => self.a(hosts, domain).await?,
            (Mechanism::Mx(hosts), _) => self.mx(hosts, domain).await?,
            (Mechanism::Ptr(target), _) => self.ptr(target.as_ref(), domain).await?,
            (Mechanism::Exists(target), _) => self.exists(target, domain).await?,
            (Mechanism::Include(target), _) => {
                self.count_term()?;
                return Ok(Answer::Asks(self.expand(target, domain).await));
            }
        };
        Ok(Answer::Known(matches))
    }

    /// §5.3
    async fn a(&mut self, hosts: &Hosts, domain: &str) -> Result<bool, End> {
        let Some(target) = self.target(hosts.domain.as_ref(), domain).await? else {
            return Ok(false);
        };
        let addresses = self.lookup.addresses(target, self.question.ip).await?;
        self.count_void(addresses.is_empty())?;
        Ok(self.is_among(&addresses, hosts))
    }

    /// §5.4. A host without an answer does not matter if another host matches.
    async fn mx(&mut self, hosts: &Hosts, domain: &str) -> Result<bool, End> {
        let Some(target) = self.target(hosts.domain.as_ref(), domain).await? else {
            return Ok(false);
        };
        let mut names = self.lookup.mail_hosts(target).await?;
        self.count_void(names.is_empty())?;
        if names.len() > MOST_NAMES {
            return Err(End::Permanent);
        }
        // RFC 7505: the domain accepts no mail.
        names.retain(|name| !name.is_root());
        let questions = names
            .into_iter()
            .map(|name| self.lookup.addresses(name, self.question.ip));
        let mut failure = None;
        for answer in future::join_all(questions).await {
            match answer {
                Ok(addresses) if self.is_among(&addresses, hosts) => return Ok(true),
                Ok(_) => (),
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(false), |error| Err(error.into()))
    }

    /// §5.5. A failed look-up does not match.
    async fn ptr(&mut self, target: Option<&Template>, domain: &str) -> Result<bool, End> {
        let Some(target) = self.target(target, domain).await? else {
            return Ok(false);
        };
        Ok(self.confirmed_names().await.iter().any(|name| target.zone_of(name)))
    }

    /// §5.7: always an IPv4 address, even for an IPv6 client.
    async fn exists(&mut self, target: &Template, domain: &str) -> Result<bool, End> {
        let Some(target) = self.target(Some(target), domain).await? else {
            return Ok(false);
        };
        let addresses = self.lookup.addresses(target, Ipv4Addr::UNSPECIFIED.into()).await?;
        self.count_void(addresses.is_empty())?;
        Ok(!addresses.is_empty())
    }

    /// Returns the name that a term queries, by default the record's own. Returns `None` if it cannot exist.
    async fn target(&mut self, template: Option<&Template>, domain: &str) -> Result<Option<Name>, End> {
        self.count_term()?;
        Ok(match template {
            None => name(domain),
            Some(template) => name(&self.expand(template, domain).await),
        })
    }

    async fn expand(&mut self, template: &Template, domain: &str) -> String {
        let validated = if template.needs_validated() {
            best(self.confirmed_names().await, domain)
        } else {
            String::new()
        };
        template.expand(&Values {
            local: self.question.local,
            sender_domain: self.question.domain,
            domain,
            ip: self.question.ip,
            helo: self.question.helo,
            validated: &validated,
        })
    }

    /// Returns the names of the client's address that resolve to it (§5.5). Names without an answer are not among them.
    async fn confirmed_names(&mut self) -> &[Name] {
        let confirmed = match self.confirmed.take() {
            Some(known) => known,
            None => self.confirm().await,
        };
        self.confirmed.insert(confirmed)
    }

    async fn confirm(&self) -> Vec<Name> {
        let ip = self.question.ip;
        let mut names = self.lookup.names_of(ip).await.unwrap_or_default();
        names.truncate(MOST_NAMES);
        let questions = names.iter().map(|name| self.lookup.addresses(name.clone(), ip));
        let answers = future::join_all(questions).await;
        let pairs = names.into_iter().zip(answers);
        pairs
            .filter(|(_, answer)| answer.as_ref().is_ok_and(|addresses| addresses.contains(&ip)))
            .map(|(name, _)| name)
            .collect()
    }

    /// Whether the client is in a network around one of the addresses.
    fn is_among(&self, addresses: &[IpAddr], hosts: &Hosts) -> bool {
        addresses.iter().any(|address| match (address, self.question.ip) {
            (IpAddr::V4(address), IpAddr::V4(ip)) => {
                Ipv4Net::new(*address, hosts.ip4).is_ok_and(|network| network.contains(&ip))
            }
            (IpAddr::V6(address), IpAddr::V6(ip)) => {
                Ipv6Net::new(*address, hosts.ip6).is_ok_and(|network| network.contains(&ip))
            }
            _ => false,
        })
    }

    fn count_term(&mut self) -> Result<(), End> {
        self.terms += 1;
        if self.terms > MOST_TERMS {
            Err(End::Permanent)
        } else {
            Ok(())
        }
    }

    fn count_void(&mut self, void: bool) -> Result<(), End> {
        self.void += usize::from(void);
        if self.void > MOST_VOID {
            Err(End::Permanent)
        } else {
            Ok(())
        }
    }
}

/// §7.3: the domain itself, otherwise a name below it, otherwise any.
fn best(names: &[Name], domain: &str) -> String {
    let domain = name(domain);
    let rank = |each: &&Name| match &domain {
        Some(domain) if *each == domain => 0,
        Some(domain) if domain.zone_of(each) => 1,
        _ => 2,
    };
    let best = names.iter().min_by_key(rank).map(Name::to_ascii);
    best.map_or_else(|| UNKNOWN.to_owned(), |name| name.trim_end_matches('.').to_owned())
}
