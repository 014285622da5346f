//! Asks the DNS on behalf of `mx`, and says whether an answer is proved by DNSSEC (RFC 4035).
//!
//! The signatures are checked here, not by the resolver, so nobody between the two can forge an answer. For that the resolver
//! must pass on the DNSSEC records. Some do not. Checked strictly, every answer of such a resolver looks forged and no mail
//! would leave. So the signatures of the root zone are asked for first: without them, answers count as unproved.

use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{
        dnssec::TrustAnchors,
        op::ResponseCode,
        rr::{Name, RData, Record, RecordType},
    },
};
use tokio::{sync::Mutex, time::Instant};

use crate::dns;

/// How long after a failure the root is asked again for its signatures.
const PROBE_AGAIN: Duration = Duration::from_secs(10 * 60);

/// Asks the resolver, with DNSSEC if it passes the signatures on.
pub(super) struct DnsLookup {
    server: Option<SocketAddr>,
    plain: TokioResolver,
    validating: Option<Validating>,
}

/// A resolver whose answers are checked.
struct Validating {
    resolver: TokioResolver,
    /// Whether the root's signatures were ever seen. From then on nothing unproved is accepted, so that an attacker who
    /// removes signatures only delays mail.
    is_proved: AtomicBool,
    /// When they were last looked for in vain.
    failed: Mutex<Option<Instant>>,
}

/// The records of a name.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// The records, those of aliases (CNAME) included. Empty if the name has none of that type.
    pub records: Vec<Record>,
    /// Whether DNSSEC proves all of them.
    pub is_secure: bool,
    /// Whether the name does not exist at all.
    pub is_nx_domain: bool,
}

impl DnsLookup {
    /// Asks the given resolver, or the system's.
    ///
    /// # Errors
    /// The system's settings cannot be read.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, NetError> {
        let (config, options) = dns::resolver(server)?;
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).with_options(options);
        Ok(Self {
            server,
            plain: builder.build()?,
            validating: None,
        })
    }

    /// Checks DNSSEC signatures from these keys of the root zone on.
    ///
    /// # Errors
    /// As of [`Self::new`].
    pub fn validate(self, anchors: TrustAnchors) -> Result<Self, NetError> {
        let (config, options) = dns::resolver(self.server)?;
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .with_options(options)
            .with_trust_anchor(Arc::new(anchors));
        let validating = Validating {
            resolver: builder.build()?,
            is_proved: AtomicBool::new(false),
            failed: Mutex::new(None),
        };
        Ok(Self {
            validating: Some(validating),
            ..self
        })
    }

    /// Returns the records of a name, which ends with a dot.
    ///
    /// # Errors
    /// The resolver does not answer, or the answer's signatures are wrong or missing (see [`is_bogus`]).
    pub async fn ask(&self, name: &str, kind: RecordType) -> Result<Answer, NetError> {
        match &self.validating {
            Some(validating) if validating.is_usable().await => ask(&validating.resolver, name, kind).await,
            // Nobody has proved this, whatever the resolver says.
            _ => ask(&self.plain, name, kind).await.map(|answer| Answer {
                is_secure: false,
                ..answer
            }),
        }
    }

    /// Returns the addresses of a host, IPv4 first. They are secure if DNSSEC proves all of them.
    ///
    /// # Errors
    /// As of [`Self::ask`], unless one of the two address families has an answer.
    pub async fn addresses(&self, host: &str) -> Result<Answer, NetError> {
        let (v4, v6) = tokio::join!(self.ask(host, RecordType::A), self.ask(host, RecordType::AAAA));
        let (v4, v6) = match (v4, v6) {
            (Ok(v4), Ok(v6)) => (v4, v6),
            // Some name servers cannot answer for IPv6. Forged answers are another matter.
            (Ok(some), Err(error)) | (Err(error), Ok(some)) if !some.records.is_empty() && !is_bogus(&error) => {
                (some, Answer::default())
            }
            (Err(error), _) | (_, Err(error)) => return Err(error),
        };
        let is_secure = [&v4, &v6].iter().all(|each| each.records.is_empty() || each.is_secure);
        let is_nx_domain = v4.is_nx_domain && v6.is_nx_domain;
        let records: Vec<_> = v4.records.into_iter().chain(v6.records).collect();
        Ok(Answer {
            is_secure: is_secure && !records.is_empty(),
            is_nx_domain,
            records,
        })
    }
}

impl Answer {
    /// The IP addresses among the records.
    pub fn ips(&self) -> impl Iterator<Item = IpAddr> {
        self.records.iter().filter_map(|record| match &record.data {
            RData::A(ip) => Some(IpAddr::V4(ip.0)),
            RData::AAAA(ip) => Some(IpAddr::V6(ip.0)),
            _ => None,
        })
    }

    /// The name that has the addresses. It differs from the name that was asked for if that one is an alias.
    pub fn expanded_name(&self) -> Option<&Name> {
        let is_address = |record: &&Record| matches!(record.data, RData::A(_) | RData::AAAA(_));
        self.records.iter().find(is_address).map(|record| &record.name)
    }
}

impl Validating {
    /// Whether the resolver passes DNSSEC records on, as far as is known.
    async fn is_usable(&self) -> bool {
        if self.is_proved.load(Ordering::Relaxed) {
            return true;
        }
        let mut failed = self.failed.lock().await;
        if self.is_proved.load(Ordering::Relaxed) {
            return true;
        }
        if failed.is_some_and(|failed| failed.elapsed() < PROBE_AGAIN) {
            return false;
        }
        let error = match ask(&self.resolver, ".", RecordType::NS).await {
            Ok(answer) if answer.is_secure => {
                self.is_proved.store(true, Ordering::Relaxed);
                return true;
            }
            Ok(_) => None,
            Err(error) => Some(error),
        };
        tracing::warn!(
            error = error.map(tracing::field::display),
            "the resolver does not pass on the DNSSEC records of the root zone, so DANE is not checked"
        );
        *failed = Some(Instant::now());
        false
    }
}

/// Whether an answer's signatures are wrong, or missing where the zone is signed.
pub(super) fn is_bogus(error: &NetError) -> bool {
    matches!(error, NetError::Dns(DnsError::DnssecBogus))
}

async fn ask(resolver: &TokioResolver, name: &str, kind: RecordType) -> Result<Answer, NetError> {
    match resolver.lookup(name, kind).await {
        Ok(found) => {
            // An RRSIG is no answer, and only the one that was used has a proof.
            let records: Vec<_> = found
                .answers()
                .iter()
                .filter(|record| record.record_type() != RecordType::RRSIG)
                .cloned()
                .collect();
            Ok(Answer {
                is_secure: !records.is_empty() && records.iter().all(|record| record.proof.is_secure()),
                is_nx_domain: false,
                records,
            })
        }
        Err(NetError::Dns(DnsError::Nsec { response, proof, .. })) => Ok(Answer {
            records: Vec::new(),
            is_secure: proof.is_secure(),
            is_nx_domain: response.response_code == ResponseCode::NXDomain,
        }),
        Err(error) if error.is_no_records_found() => Ok(Answer {
            is_nx_domain: error.is_nx_domain(),
            ..Answer::default()
        }),
        Err(error) => Err(error),
    }
}
