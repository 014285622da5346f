//! Asks the DNS on behalf of `mx`, and says whether an answer is proved by DNSSEC (RFC 4035).
//!
//! The signatures are checked here as well, and the resolver is to check them, too: it has to be one of this machine that validates.
//! This library's proof of an unsigned zone (RFC 5155 opt-out) is not strict enough to stand alone. The resolver
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
    net::{DnsError, NetError, NoRecords, runtime::TokioRuntimeProvider},
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

/// Most aliases that lead from a name to its records: as many as resolvers follow.
const MOST_ALIASES: usize = 8;

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
    /// Whether DNSSEC could not be asked although it is to be, so that nothing is known of a proof.
    pub is_doubtful: bool,
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

    /// Whether an answer may be proved.
    pub fn is_validating(&self) -> bool {
        self.validating.is_some()
    }

    /// Returns the records of a name, which ends with a dot.
    ///
    /// # Errors
    /// The resolver does not answer, or the answer's signatures are wrong or missing (see [`is_bogus`]).
    pub async fn ask(&self, name: &str, kind: RecordType) -> Result<Answer, NetError> {
        match &self.validating {
            Some(validating) if validating.is_usable().await? => ask(&validating.resolver, name, kind).await,
            // Nobody has proved this, whatever the resolver says.
            validating => ask(&self.plain, name, kind).await.map(|answer| Answer {
                is_secure: false,
                is_doubtful: validating.is_some(),
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
        let is_doubtful = v4.is_doubtful || v6.is_doubtful;
        let records: Vec<_> = v4.records.into_iter().chain(v6.records).collect();
        Ok(Answer {
            is_secure: is_secure && !records.is_empty(),
            is_nx_domain,
            is_doubtful,
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
    /// Whether the resolver passes DNSSEC records on, as far as is known. A resolver that does not answer is no reason to go
    /// without them.
    async fn is_usable(&self) -> Result<bool, NetError> {
        if self.is_proved.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let mut failed = self.failed.lock().await;
        if self.is_proved.load(Ordering::Relaxed) {
            return Ok(true);
        }
        if failed.is_some_and(|failed| failed.elapsed() < PROBE_AGAIN) {
            return Ok(false);
        }
        let error = match ask(&self.resolver, ".", RecordType::NS).await {
            Ok(answer) if answer.is_secure => {
                self.is_proved.store(true, Ordering::Relaxed);
                return Ok(true);
            }
            Ok(_) => None,
            Err(error) if is_silent(&error) => return Err(error),
            Err(error) => Some(error),
        };
        tracing::warn!(
            error = error.map(tracing::field::display),
            "the resolver does not pass on the DNSSEC records of the root zone, so DANE is not checked"
        );
        *failed = Some(Instant::now());
        Ok(false)
    }
}

/// Whether nobody answered, so that nothing was learned of the resolver.
fn is_silent(error: &NetError) -> bool {
    matches!(
        error,
        NetError::Timeout
            | NetError::Io(_)
            | NetError::NoConnections
            | NetError::Dns(DnsError::ResponseCode(ResponseCode::ServFail))
    )
}

/// Whether an answer's signatures are wrong, or missing where the zone is signed.
pub(super) fn is_bogus(error: &NetError) -> bool {
    matches!(error, NetError::Dns(DnsError::DnssecBogus))
}

async fn ask(resolver: &TokioResolver, name: &str, kind: RecordType) -> Result<Answer, NetError> {
    match resolver.lookup(name, kind).await {
        Ok(found) => {
            let records = belonging(&Name::from_ascii(name)?, kind, found.answers());
            Ok(Answer {
                is_secure: !records.is_empty() && records.iter().all(|record| record.proof.is_secure()),
                is_nx_domain: false,
                is_doubtful: false,
                records,
            })
        }
        Err(NetError::Dns(DnsError::Nsec { response, proof, .. })) => Ok(Answer {
            records: Vec::new(),
            is_secure: proof.is_secure(),
            is_nx_domain: response.response_code == ResponseCode::NXDomain,
            is_doubtful: false,
        }),
        Err(error) if error.is_no_records_found() => match is_proved_absent(&Name::from_ascii(name)?, &error) {
            true => Ok(Answer {
                is_nx_domain: error.is_nx_domain(),
                ..Answer::default()
            }),
            false => Err(NetError::Dns(DnsError::DnssecBogus)),
        },
        Err(error) => Err(error),
    }
}

/// The records of a kind that the name has, behind the aliases (CNAME) that lead to them. Everything else in the answer is left out:
/// the library proves each record by itself, and a genuine one of somebody else's name says nothing about this name.
fn belonging(name: &Name, kind: RecordType, answers: &[Record]) -> Vec<Record> {
    let (mut name, mut aliases) = (name.clone(), Vec::new());
    for _ in 0..=MOST_ALIASES {
        let own = answers
            .iter()
            .filter(|record| record.name == name && record.record_type() == kind);
        let own: Vec<_> = own.cloned().collect();
        if !own.is_empty() {
            aliases.extend(own);
            return aliases;
        }
        let alias = answers.iter().find_map(|record| match &record.data {
            RData::CNAME(target) if record.name == name => Some((record, target.0.clone())),
            _ => None,
        });
        let Some((record, target)) = alias else { break };
        aliases.push(record.clone());
        name = target;
    }
    Vec::new()
}

/// Whether it may be believed that a name has no such record. The library takes any unsigned record beside an empty answer for the
/// proof that the zone is unsigned; it has to be one of the name's own zone. Without DNSSEC nothing is proved, and all is believed.
fn is_proved_absent(name: &Name, error: &NetError) -> bool {
    let NetError::Dns(DnsError::NoRecordsFound(NoRecords {
        authorities: Some(authorities),
        ..
    })) = error
    else {
        return true;
    };
    let mut unsigned = authorities.iter().filter(|record| record.proof.is_insecure());
    let is_own = |record: &Record| record.name.zone_of(name);
    unsigned.clone().next().is_none() || unsigned.any(is_own)
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::rr::rdata::{A, CNAME};

    use super::*;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn address(owner: &str, last: u8) -> Record {
        Record::from_rdata(name(owner), 60, RData::A(A::new(192, 0, 2, last)))
    }

    fn alias(owner: &str, target: &str) -> Record {
        Record::from_rdata(name(owner), 60, RData::CNAME(CNAME(name(target))))
    }

    #[test]
    fn records_of_other_names_do_not_belong_to_an_answer() {
        let answers = [
            address("evil.example.", 66),
            alias("MX.example.", "host.example."),
            alias("other.example.", "evil.example."),
            address("host.example.", 1),
            address("host.example.", 2),
        ];
        let found = belonging(&name("mx.example."), RecordType::A, &answers);
        assert_eq!(found, [answers[1].clone(), answers[3].clone(), answers[4].clone()]);
        assert!(belonging(&name("mx.example."), RecordType::AAAA, &answers).is_empty());
        assert!(belonging(&name("third.example."), RecordType::A, &answers).is_empty());
        let circle = [alias("a.example.", "b.example."), alias("b.example.", "a.example.")];
        assert!(belonging(&name("a.example."), RecordType::A, &circle).is_empty());
    }
}
