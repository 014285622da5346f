//! Delivers directly to the recipient's mail provider (RFC 5321 §5.1).

use std::net::SocketAddr;

use async_trait::async_trait;
use hickory_resolver::{TokioResolver, net::runtime::TokioRuntimeProvider, proto::rr::RData};
use lettre::transport::smtp::{
    client::{AsyncSmtpConnection, CertificateStore, TlsParameters},
    extension::ClientId,
};
use tokio::time::{Instant, error::Elapsed, timeout_at};

use super::{
    Courier, DeliveryError, KeepLimits, Reach, Timeouts,
    connections::Connections,
    envelope,
    pace::{self, Paced},
    session::{Session, of_session, text},
};

use crate::{dns, mail::outside, parcel::Parcel};

/// The SMTP port of RFC 5321.
pub const SMTP_PORT: u16 = 25;

/// Most hosts of a domain that are tried for a parcel.
const MOST_HOSTS: usize = 5;

/// Looks up the MX hosts and hands the parcel to the first that accepts it.
pub struct MxCourier {
    resolver: TokioResolver,
    hello: ClientId,
    port: u16,
    reach: Reach,
    timeouts: Timeouts,
    connections: Connections<MailHost>,
}

/// A mail host, at an address that [`Reach`] allowed. Its name is what TLS asks for.
type MailHost = (String, SocketAddr);

/// Why no host took a parcel.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MxError {
    /// The domain accepts no mail (RFC 7505).
    #[error("{0} takes no mail")]
    NullMx(String),
    /// The domain does not exist.
    #[error("{0} has no mail host")]
    NoHost(String),
    /// All addresses of its mail hosts are ones that mail must not go to.
    #[error("{0} has no mail host with a public address (SEALPOST_MX_PRIVATE_NETWORKS allows others)")]
    NotPublic(String),
    /// The resolver did not answer.
    #[error("the resolver failed")]
    Resolver(#[source] hickory_resolver::net::NetError),
    /// TLS cannot be set up for the host's name.
    #[error("the mail host's name cannot be used")]
    HostName(#[source] lettre::transport::smtp::Error),
    /// The mail host cannot be reached.
    #[error("the mail host is not reached")]
    Unreachable(#[source] std::io::Error),
    /// The look-ups and hosts together took too long.
    #[error("the mail hosts take too long")]
    TooSlow(#[source] Elapsed),
}

impl MxCourier {
    /// Creates the courier with the given resolver, or the system's.
    pub fn new(
        dns: Option<SocketAddr>,
        hello: &str,
        port: u16,
        reach: Reach,
        kept: KeepLimits,
    ) -> Result<Self, MxError> {
        let (config, options) = dns::resolver(dns).map_err(MxError::Resolver)?;
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).with_options(options);
        Ok(Self {
            resolver: builder.build().map_err(MxError::Resolver)?,
            hello: ClientId::Domain(hello.into()),
            port,
            reach,
            timeouts: Timeouts::default(),
            connections: Connections::new(kept),
        })
    }

    /// Replaces the time limits.
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// Returns the domain's mail hosts, best first. Without an MX record it is the domain itself (RFC 5321 §5.1). The host
    /// of an address literal is the address.
    async fn hosts(&self, domain: &str) -> Result<Vec<String>, DeliveryError> {
        if let Some(ip) = outside::literal(domain) {
            return Ok(vec![ip.to_string()]);
        }
        let name = format!("{domain}.");
        let answer = match self.resolver.mx_lookup(name.as_str()).await {
            Ok(answer) => answer,
            Err(error) if error.is_nx_domain() => return Err(permanent(MxError::NoHost(domain.into()))),
            Err(error) if error.is_no_records_found() => return Ok(vec![name]),
            Err(error) => return Err(transient(MxError::Resolver(error))),
        };
        let mut hosts: Vec<_> = answer
            .answers()
            .iter()
            .filter_map(|record| match &record.data {
                RData::MX(mx) => Some((mx.preference, mx.exchange.to_utf8())),
                _ => None,
            })
            .collect();
        if hosts.iter().all(|(_, host)| host == ".") {
            return Err(permanent(MxError::NullMx(domain.into())));
        }
        hosts.sort();
        Ok(hosts.into_iter().map(|(_, host)| host).take(MOST_HOSTS).collect())
    }

    async fn addresses(&self, host: &str) -> Result<Vec<SocketAddr>, DeliveryError> {
        // A name from the DNS ends with a dot, so it is never taken for an address.
        if let Ok(ip) = host.parse() {
            return Ok(vec![SocketAddr::new(ip, self.port)]);
        }
        match self.resolver.lookup_ip(host).await {
            Ok(answer) => Ok(answer.iter().map(|ip| SocketAddr::new(ip, self.port)).collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(transient(MxError::Resolver(error))),
        }
    }

    /// Connects to one address of a mail host. It takes no host name, so that nothing is looked up again after [`Reach`]
    /// has checked the address. The certificate is not checked: without DANE or MTA-STS an attacker could hide STARTTLS as
    /// well (RFC 7435), so unverified TLS is strictly better than none.
    async fn connect(&self, host: &str, address: SocketAddr) -> Result<Session, DeliveryError> {
        let stream = pace::connect(address, self.timeouts.step).await;
        let stream = stream
            .map_err(|elapsed| transient(MxError::TooSlow(elapsed)))?
            .map_err(|error| transient(MxError::Unreachable(error)))?;
        let stream = Paced::new(stream, address, self.timeouts.step);
        let allowance = stream.allowance();
        let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello).await;
        let mut connection = connected.map_err(of_session)?;
        if connection.can_starttls() {
            // Nothing is checked, so the system's certificates need not be read.
            let tls = TlsParameters::builder(host.trim_end_matches('.').into())
                .certificate_store(CertificateStore::None)
                .dangerous_accept_invalid_certs(true)
                .dangerous_accept_invalid_hostnames(true)
                .build()
                .map_err(|error| permanent(MxError::HostName(error)))?;
            connection.starttls(tls, &self.hello).await.map_err(of_session)?;
        }
        Session::start(connection, allowance, &self.hello)
            .await
            .map_err(of_session)
    }
}

/// A mail host that was greeted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Greeted {
    /// Its name.
    pub host: String,
    /// Its address.
    pub address: SocketAddr,
    /// Whether it offered TLS, so that the connection was encrypted.
    pub is_encrypted: bool,
}

impl MxCourier {
    /// Greets the mail host that a message to this domain would go to, and says goodbye. No message is named or sent.
    ///
    /// # Errors
    /// No mail host could be greeted. The source is an [`MxError`], or the SMTP library's error if a host refuses this relay.
    pub async fn greet(&self, domain: &str) -> Result<Greeted, DeliveryError> {
        let deadline = self.timeouts.deadline(0);
        let mut last = None;
        for host in before_deadline(deadline, self.hosts(domain)).await? {
            for address in before_deadline(deadline, self.addresses(&host)).await? {
                if !self.reach.allows(domain, address) {
                    last = last.or_else(|| Some(permanent(MxError::NotPublic(domain.into()))));
                    continue;
                }
                match before_deadline(deadline, self.connect(&host, address)).await {
                    Ok(session) => {
                        let is_encrypted = session.is_encrypted();
                        session.quit().await;
                        let host = host.trim_end_matches('.').to_owned();
                        return Ok(Greeted {
                            host,
                            address,
                            is_encrypted,
                        });
                    }
                    Err(error) => last = Some(error),
                }
            }
        }
        Err(last.unwrap_or_else(|| permanent(MxError::NoHost(domain.into()))))
    }
}

#[async_trait]
impl Courier for MxCourier {
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError> {
        let domain = parcel.to().domain();
        let deadline = self.timeouts.deadline(parcel.bytes().len());
        let envelope = envelope(parcel)?;
        let mut last = None;
        let mut judged = false;
        for host in before_deadline(deadline, self.hosts(domain)).await? {
            for address in before_deadline(deadline, self.addresses(&host)).await? {
                if !self.reach.allows(domain, address) {
                    judged = true;
                    continue;
                }
                let open = self.connect(&host, address);
                let sent = self
                    .connections
                    .hand_over((host.clone(), address), &envelope, text(parcel), open);
                match before_deadline(deadline, sent).await {
                    Err(error @ DeliveryError::Later(_)) => last = Some(error),
                    // A permanent refusal speaks for the whole domain: the next host would give the same one.
                    outcome => return outcome,
                }
            }
        }
        Err(last.unwrap_or_else(|| {
            permanent(match judged {
                true => MxError::NotPublic(domain.into()),
                false => MxError::NoHost(domain.into()),
            })
        }))
    }

    async fn reach(&self, domain: &str) -> Result<(), DeliveryError> {
        self.greet(domain).await.map(drop)
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
    done.map_err(|elapsed| transient(MxError::TooSlow(elapsed)))?
}

fn permanent(error: MxError) -> DeliveryError {
    DeliveryError::Never(error.into())
}

fn transient(error: MxError) -> DeliveryError {
    DeliveryError::Later(error.into())
}
