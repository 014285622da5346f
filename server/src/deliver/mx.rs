//! Delivers directly to the recipient's mail provider (RFC 5321 §5.1).

use std::{collections::VecDeque, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use hickory_resolver::proto::{
    dnssec::TrustAnchors,
    rr::{RData, RecordType},
};
use lettre::transport::smtp::extension::ClientId;
use rustls::RootCertStore;
use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use super::{
    Courier, DeliveryError, KeepLimits, MxError, Outgoing, Reach, RequireTlsError, Timeouts, TlsSetupError,
    connections::Connections,
    failures::Failures,
    lookup::DnsLookup,
    mail_host::{Connector, MailHost},
    require_tls,
    tls_policy::{self, Applies, Demand, KnownPolicies, Mode, Policy, TlsConfigs, report},
};

use crate::{
    clock::Clock,
    envelope::RequireTls,
    mail::outside,
    parcel::Parcel,
    traces::span::{Step, step},
};

/// The SMTP port of RFC 5321.
pub const SMTP_PORT: u16 = 25;

/// Most hosts of a domain that are tried for a parcel.
const MOST_HOSTS: usize = 5;

/// Most addresses of a host that are tried. Large providers have four of each family. A stranger's zone may name thousands, which
/// must neither be kept nor all be connected to.
const MOST_ADDRESSES: usize = 8;

/// Looks up the MX hosts and hands the parcel to the first that accepts it.
pub struct MxCourier {
    dns: DnsLookup,
    port: u16,
    reach: Reach,
    connector: Connector,
    policies: Option<KnownPolicies>,
    connections: Connections<MailHost>,
}

/// The mail hosts of a domain.
struct Route<'a> {
    /// The domain, as [`Reach`] knows it.
    domain: &'a str,
    /// Its ASCII form.
    wire_domain: String,
    /// Names in ASCII that end with a dot, or an address; best first.
    hosts: Vec<String>,
    /// Whether DNSSEC proves them.
    is_secure: bool,
    /// Whether no MX record names them: the host is the domain itself, or the address that it is a literal of.
    is_direct: bool,
    /// The MTA-STS policy of the domain.
    policy: Option<Policy>,
    /// Whether it is certain that nothing else proves them: no failure hides a policy, or DNSSEC.
    is_certain: bool,
}

impl MxCourier {
    /// Creates the courier with the given resolver, or the system's. It follows no TLS policy.
    ///
    /// # Errors
    /// The system's settings cannot be read.
    pub fn new(
        dns: Option<SocketAddr>,
        hello: &str,
        port: u16,
        reach: Reach,
        kept: KeepLimits,
    ) -> Result<Self, MxError> {
        Ok(Self {
            dns: DnsLookup::new(dns).map_err(MxError::Resolver)?,
            port,
            reach,
            connector: Connector {
                hello: ClientId::Domain(hello.into()),
                timeouts: Timeouts::default(),
                tls: TlsConfigs::new()?,
            },
            policies: None,
            connections: Connections::new(kept),
        })
    }

    /// Replaces the time limits.
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.connector.timeouts = timeouts;
        self
    }

    /// Follows MTA-STS (RFC 8461), and trusts these CAs. Policies are fetched from this port, 443 outside of tests.
    ///
    /// # Errors
    /// There is no CA.
    pub fn with_mta_sts(
        mut self,
        roots: RootCertStore,
        port: u16,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, TlsSetupError> {
        self.connector.tls = self.connector.tls.trust(roots)?;
        self.policies = Some(tls_policy::known_policies(&self.connector.tls, port, clock)?);
        Ok(self)
    }

    /// Follows DANE (RFC 7672), and checks DNSSEC signatures from these keys of the root zone on.
    ///
    /// # Errors
    /// The system's settings cannot be read.
    pub fn with_dane(self, anchors: TrustAnchors) -> Result<Self, MxError> {
        let dns = self.dns.validate(anchors).map_err(MxError::Resolver)?;
        Ok(Self { dns, ..self })
    }

    /// Finds the mail hosts of a domain, and its policy. Without an MX record the host is the domain itself (RFC 5321 §5.1),
    /// and that of an address literal is the address.
    async fn route<'a>(&self, domain: &'a str) -> Result<Route<'a>, DeliveryError> {
        let wire_domain = outside::ascii_domain(domain);
        let mut route = Route {
            domain,
            wire_domain,
            hosts: Vec::new(),
            is_secure: false,
            is_direct: true,
            policy: None,
            is_certain: true,
        };
        if let Some(ip) = outside::literal(domain) {
            route.hosts.push(ip.to_string());
            return Ok(route);
        }
        let name = format!("{}.", route.wire_domain.trim_end_matches('.'));
        let applies = async {
            match &self.policies {
                Some(policies) => policies.of(&self.dns, &self.reach, &route.wire_domain).await,
                None => Applies {
                    policy: None,
                    is_certain: true,
                },
            }
        };
        let (answer, applies) = tokio::join!(self.dns.ask(&name, RecordType::MX), applies);
        let answer = answer.map_err(|error| MxError::lookup(&name, error).transient())?;
        if answer.is_nx_domain {
            let error = MxError::NoHost(domain.into());
            // A domain whose policy is known was there, and the answer is not proved.
            return Err(match applies.policy {
                Some(_) => error.transient(),
                None => error.permanent(),
            });
        }
        route.policy = applies.policy;
        route.is_certain = applies.is_certain && !answer.is_doubtful;
        route.is_secure = answer.is_secure;
        let mut hosts: Vec<_> = answer
            .records
            .iter()
            .filter_map(|record| match &record.data {
                RData::MX(mx) => Some((mx.preference, mx.exchange.to_ascii())),
                _ => None,
            })
            .collect();
        if hosts.is_empty() {
            route.hosts.push(name);
            return Ok(route);
        }
        if hosts.iter().all(|(_, host)| host == ".") {
            return Err(MxError::NullMx(domain.into()).permanent());
        }
        hosts.sort();
        route.is_direct = false;
        route.hosts = hosts.into_iter().map(|(_, host)| host).take(MOST_HOSTS).collect();
        Ok(route)
    }

    /// Finds the addresses of a mail host, and what its TLS must satisfy.
    async fn approach(
        &self,
        route: &Route<'_>,
        host: &str,
        require_tls: RequireTls,
    ) -> Result<Vec<MailHost>, DeliveryError> {
        let mut hosts = self.find(route, host).await?;
        if require_tls != RequireTls::No {
            for host in &mut hosts {
                host.demand = required_demand(route, host, require_tls)?;
            }
        }
        Ok(hosts)
    }

    /// Finds the addresses of a mail host, and what its domain's policies demand of its TLS.
    async fn find(&self, route: &Route<'_>, host: &str) -> Result<Vec<MailHost>, DeliveryError> {
        // A name from the DNS ends with a dot, so it is never taken for an address.
        if let Ok(ip) = host.parse() {
            return Ok(vec![MailHost {
                name: host.to_owned(),
                address: SocketAddr::new(ip, self.port),
                demand: Demand::Opportunistic,
            }]);
        }
        let failed = |error| MxError::lookup(host, error).transient();
        let addresses = self.dns.addresses(host).await.map_err(failed)?;
        let dane = match route.is_secure {
            true => tls_policy::dane(&self.dns, &route.wire_domain, host, &addresses, self.port).await,
            false => Ok(None),
        };
        let name = host.trim_end_matches('.').to_owned();
        let (name, demand) = match dane.map_err(failed)? {
            // TLSA records of which none can be used demand TLS and no certificate, and do not lift another policy.
            Some(dane) if dane.demand == Demand::Encrypted => match sts_demand(route, host)? {
                Demand::WebPki => (name, Demand::WebPki),
                _ => (dane.name, dane.demand),
            },
            Some(dane) => (dane.name, dane.demand),
            None => (name, sts_demand(route, host)?),
        };
        Ok(addresses
            .ips()
            .take(MOST_ADDRESSES)
            .map(|ip| MailHost {
                name: name.clone(),
                address: SocketAddr::new(ip, self.port),
                demand: demand.clone(),
            })
            .collect())
    }

    /// Starts to look for the mail hosts of a domain. `require_tls` says whether it is for a message that demands REQUIRETLS.
    async fn search<'a>(
        &'a self,
        domain: &'a str,
        require_tls: RequireTls,
        deadline: Instant,
    ) -> Result<Search<'a>, DeliveryError> {
        let mut route = before_deadline(deadline, self.route(domain).instrument(step(Step::FindHosts))).await?;
        Ok(Search {
            courier: self,
            require_tls,
            deadline,
            names: std::mem::take(&mut route.hosts).into(),
            route,
            found: VecDeque::new(),
            failures: Failures::default(),
            is_inside: false,
        })
    }
}

/// Finds one mail host after the other, best first.
struct Search<'a> {
    courier: &'a MxCourier,
    require_tls: RequireTls,
    deadline: Instant,
    route: Route<'a>,
    /// Hosts that were not looked up yet.
    names: VecDeque<String>,
    /// The addresses of the host that was.
    found: VecDeque<MailHost>,
    failures: Failures,
    /// Whether a host has an address that [`Reach`] does not allow.
    is_inside: bool,
}

impl Search<'_> {
    /// Returns the next mail host that may be connected to.
    async fn next(&mut self) -> Option<MailHost> {
        loop {
            while let Some(host) = self.found.pop_front() {
                if self.courier.reach.allows(self.route.domain, host.address) {
                    return Some(host);
                }
                self.is_inside = true;
            }
            let name = self.names.pop_front()?;
            self.failures.begin_host();
            let approached = self.courier.approach(&self.route, &name, self.require_tls);
            let approached = approached.instrument(step(Step::FindHosts));
            match before_deadline(self.deadline, approached).await {
                Ok(hosts) => self.found = hosts.into(),
                Err(error) => self.failures.note(error),
            }
        }
    }

    /// Returns the outcome if it decides, and keeps a failure that the next host may not have. A permanent refusal speaks
    /// for the whole domain: the next host would give the same one.
    fn settle<T>(&mut self, outcome: Result<T, DeliveryError>) -> Option<Result<T, DeliveryError>> {
        match outcome {
            Err(error @ (DeliveryError::Later(_) | DeliveryError::Insecure(_))) => {
                self.failures.note(error);
                None
            }
            outcome => Some(outcome),
        }
    }

    /// Why no host was the right one.
    fn failure(self) -> DeliveryError {
        let domain = self.route.domain;
        self.failures.outcome(self.require_tls).unwrap_or_else(|| {
            let error = match self.is_inside {
                true => MxError::NotPublic(domain.into()),
                false => MxError::NoHost(domain.into()),
            };
            error.permanent()
        })
    }
}

/// The demand of MTA-STS on a mail host.
fn sts_demand(route: &Route<'_>, host: &str) -> Result<Demand, DeliveryError> {
    let Some(policy) = &route.policy else {
        return Ok(Demand::Opportunistic);
    };
    match (policy.mode, policy.names(host)) {
        (Mode::None, _) => Ok(Demand::Opportunistic),
        (Mode::Enforce, true) => Ok(Demand::WebPki),
        (Mode::Testing, true) => Ok(Demand::Reported),
        (Mode::Testing, false) => {
            report(&"the mail host is not in the policy");
            Ok(Demand::Reported)
        }
        (Mode::Enforce, false) => {
            let (host, domain) = (host.trim_end_matches('.').into(), route.domain.into());
            Err(MxError::NotInPolicy { host, domain }.transient())
        }
    }
}

/// The demand of REQUIRETLS on a mail host: a verified certificate, for a name that an attacker on the way to the DNS cannot have chosen
/// (RFC 8689 §4.2.1). A policy in testing mode names hosts as well. Without an MX record the certificate is for the domain itself. While a
/// failure may hide the proof, the message waits; a bounce goes on without the demand.
fn required_demand(route: &Route<'_>, host: &MailHost, require_tls: RequireTls) -> Result<Demand, DeliveryError> {
    if host.demand.is_verified() {
        return Ok(host.demand.clone());
    }
    let is_named = route.policy.as_ref().is_some_and(|policy| policy.names(&host.name));
    if route.is_direct || route.is_secure || is_named {
        return Ok(Demand::WebPki);
    }
    Err(match route.is_certain || require_tls == RequireTls::IfSupported {
        true => RequireTlsError::UnprovedName.into(),
        false => MxError::UnknownProof(route.domain.into()).transient(),
    })
}

/// A mail host that was greeted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeted {
    /// Its name.
    pub host: String,
    /// Its address.
    pub address: SocketAddr,
    /// Whether it offered TLS that works, so that the connection was encrypted.
    pub is_encrypted: bool,
}

impl MxCourier {
    /// Greets the mail host that a message to this domain would go to, and says goodbye. No message is named or sent.
    ///
    /// # Errors
    /// No mail host could be greeted. The source is an [`MxError`], or the SMTP library's error if a host refuses this relay.
    pub async fn greet(&self, domain: &str) -> Result<Greeted, DeliveryError> {
        let deadline = self.connector.timeouts.deadline(0);
        let mut search = self.search(domain, RequireTls::No, deadline).await?;
        while let Some(host) = search.next().await {
            let session = before_deadline(deadline, self.connector.connect(&host)).await;
            if let Some(session) = search.settle(session) {
                let session = session?;
                let is_encrypted = session.is_encrypted();
                session.quit().await;
                return Ok(Greeted {
                    host: host.name,
                    address: host.address,
                    is_encrypted,
                });
            }
        }
        Err(search.failure())
    }
}

#[async_trait]
impl Courier for MxCourier {
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError> {
        let deadline = self.connector.timeouts.deadline(parcel.bytes().len());
        let message = Outgoing::of(parcel)?;
        let require_tls = message.require_tls;
        let mut search = self.search(parcel.to().domain(), require_tls, deadline).await?;
        while let Some(host) = search.next().await {
            let open = async {
                let opened = self.connector.connect(&host).instrument(step(Step::Connect)).await;
                opened.map_err(|error| require_tls::judge(error, require_tls))
            };
            let sent = self.connections.hand_over(host.clone(), &message, open);
            if let Some(outcome) = search.settle(before_deadline(deadline, sent).await) {
                return outcome;
            }
        }
        let failure = search.failure();
        if let DeliveryError::Later(cause) = &failure
            && let Some(reason) = cause.downcast_ref::<MxError>().and_then(MxError::held_back)
        {
            tracing::warn!(
                reason,
                "a message waits because of a TLS policy of its recipient's domain"
            );
        }
        Err(failure)
    }

    async fn reach(&self, domain: &str) -> Result<(), DeliveryError> {
        self.greet(domain).await.map(drop)
    }

    fn can_require_tls(&self) -> bool {
        // Without a policy nothing proves the names of mail hosts.
        self.policies.is_some() || self.dns.is_validating()
    }

    async fn close(&self) {
        self.connections.close().await;
    }
}

/// Runs one step, and fails if the deadline passes first.
async fn before_deadline<T>(
    deadline: Instant,
    step: impl Future<Output = Result<T, DeliveryError>>,
) -> Result<T, DeliveryError> {
    let done = timeout_at(deadline, step).await;
    done.map_err(|elapsed| MxError::TooSlow(elapsed).transient())?
}
