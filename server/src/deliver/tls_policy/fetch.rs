//! Fetches an MTA-STS policy by HTTPS (RFC 8461 §3.3).

use std::{io, sync::Arc, time::Duration};

use hyper::{Request, StatusCode, header::HOST};
use rustls::{
    ClientConfig,
    pki_types::{InvalidDnsNameError, ServerName},
};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

use super::mta_sts::{Policy, PolicyError};
use crate::{
    deliver::{Reach, lookup::DnsLookup},
    http_exchange::{self, BodyError},
};

/// The path of a policy (RFC 8461 §3.3).
const PATH: &str = "/.well-known/mta-sts.txt";
/// The longest time for a policy, from the look-up on. RFC 8461 §3.3 allows up to a minute; a delivery waits for it.
const TIME: Duration = Duration::from_secs(20);
/// The largest policy, in octets (RFC 8461 §3.3).
const LARGEST: usize = 64 << 10;

/// Fetches policies.
pub(super) struct PolicyClient {
    pub tls: Arc<ClientConfig>,
    pub port: u16,
}

/// Why a policy was not fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("the policy host takes too long")]
    TooSlow,
    #[error("the resolver failed")]
    Resolver(#[source] hickory_resolver::net::NetError),
    #[error("the policy host has no address that the relay may connect to")]
    NoHost,
    #[error("the policy host's name cannot be used for TLS")]
    Name(#[from] InvalidDnsNameError),
    #[error("the policy host is not reached, or its certificate is not valid")]
    Unreachable(#[from] io::Error),
    #[error("the policy host does not speak HTTP")]
    Http(#[from] hyper::Error),
    #[error("the request cannot be made")]
    Request(#[from] hyper::http::Error),
    // A redirect is no policy: RFC 8461 §3.3 forbids to follow it.
    #[error("the policy host answers {0}")]
    Status(StatusCode),
    #[error("the policy is not text/plain")]
    MediaType,
    #[error("the policy is too large")]
    TooLarge,
    #[error("the policy cannot be read")]
    Policy(#[from] PolicyError),
}

impl PolicyClient {
    /// Fetches the policy of a domain, which is in its ASCII form.
    pub async fn fetch(&self, dns: &DnsLookup, reach: &Reach, domain: &str) -> Result<Policy, FetchError> {
        let fetched = timeout(TIME, self.fetch_unbounded(dns, reach, domain)).await;
        fetched.map_err(|_| FetchError::TooSlow)?
    }

    async fn fetch_unbounded(&self, dns: &DnsLookup, reach: &Reach, domain: &str) -> Result<Policy, FetchError> {
        let host = format!("mta-sts.{domain}");
        let addresses = dns.addresses(&format!("{host}.")).await.map_err(FetchError::Resolver)?;
        let mut last = FetchError::NoHost;
        for ip in addresses.ips() {
            let address = (ip, self.port).into();
            if !reach.allows(domain, address) {
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(Policy::parse(&self.ask(stream, host).await?)?),
                Err(error) => last = error.into(),
            }
        }
        Err(last)
    }

    /// Asks for the policy, and returns its octets.
    async fn ask(&self, stream: TcpStream, host: String) -> Result<Vec<u8>, FetchError> {
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector.connect(ServerName::try_from(host.clone())?, stream).await?;
        let request = Request::get(PATH).header(HOST, host).body(String::new())?;
        let answer = http_exchange::ask(stream, request).await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        if !http_exchange::is_text(answer.headers()) {
            return Err(FetchError::MediaType);
        }
        Ok(answer.whole(LARGEST).await?.into_body())
    }
}

impl From<BodyError> for FetchError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Http(error) => error.into(),
        }
    }
}
