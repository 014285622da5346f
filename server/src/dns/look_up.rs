//! Asks the resolver for records, and answers in plain values. A name without records is an empty answer.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{Name, RData, RecordType},
};

/// Time for one query to one server.
const QUESTION: Duration = Duration::from_secs(2);

/// How often a query is repeated.
const REPEATS: usize = 1;

/// Asks a resolver.
#[derive(Clone)]
pub struct LookUp(TokioResolver);

/// The resolver did not answer, or said that it cannot.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the resolver does not answer")]
pub struct NoAnswer(#[source] NetError);

impl LookUp {
    /// Asks the given resolver, or the system's.
    ///
    /// # Errors
    /// The system's settings cannot be read.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, NoAnswer> {
        let (config, mut options) = super::resolver(server).map_err(NoAnswer)?;
        options.timeout = QUESTION;
        options.attempts = REPEATS;
        let builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default()).with_options(options);
        builder.build().map(Self).map_err(NoAnswer)
    }

    /// Asks for the servers of the root, which every resolver knows.
    ///
    /// # Errors
    /// The resolver does not answer.
    pub async fn ping(&self) -> Result<(), NoAnswer> {
        self.look_up(Name::root(), RecordType::NS).await.map(drop)
    }

    /// Returns the TXT records of a name, each with its strings joined (RFC 7208 §3.3).
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, NoAnswer> {
        let found = self.ask(name, RecordType::TXT).await?.into_iter();
        Ok(found
            .filter_map(|data| match data {
                RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
                _ => None,
            })
            .collect())
    }

    /// Returns the IPv4 and then the IPv6 addresses of a name.
    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, NoAnswer> {
        let (v4, v6) = tokio::join!(self.ask(name, RecordType::A), self.ask(name, RecordType::AAAA));
        let found = v4?.into_iter().chain(v6?);
        Ok(found
            .filter_map(|data| match data {
                RData::A(ip) => Some(IpAddr::V4(ip.0)),
                RData::AAAA(ip) => Some(IpAddr::V6(ip.0)),
                _ => None,
            })
            .collect())
    }

    /// Returns the mail hosts of a domain, in lower case and without the dot at the end. The host of a domain that takes
    /// no mail is an empty name (RFC 7505).
    pub async fn mail_hosts(&self, domain: &str) -> Result<Vec<String>, NoAnswer> {
        let found = self.ask(domain, RecordType::MX).await?.into_iter();
        Ok(found
            .filter_map(|data| match data {
                RData::MX(host) => Some(text(&host.exchange)),
                _ => None,
            })
            .collect())
    }

    /// Returns the names of an address, in lower case and without the dot at the end.
    pub async fn names_of(&self, ip: IpAddr) -> Result<Vec<String>, NoAnswer> {
        let found = self.look_up(Name::from(ip), RecordType::PTR).await?.into_iter();
        Ok(found
            .filter_map(|data| match data {
                RData::PTR(name) => Some(text(&name.0)),
                _ => None,
            })
            .collect())
    }

    async fn ask(&self, name: &str, kind: RecordType) -> Result<Vec<RData>, NoAnswer> {
        match Name::from_utf8(format!("{}.", name.trim_end_matches('.'))) {
            Ok(name) => self.look_up(name, kind).await,
            // A name that cannot exist has no records.
            Err(_) => Ok(Vec::new()),
        }
    }

    async fn look_up(&self, name: Name, kind: RecordType) -> Result<Vec<RData>, NoAnswer> {
        match self.0.lookup(name, kind).await {
            Ok(found) => Ok(found.answers().iter().map(|record| record.data.clone()).collect()),
            Err(error) if error.is_no_records_found() => Ok(Vec::new()),
            Err(error) => Err(NoAnswer(error)),
        }
    }
}

fn text(name: &Name) -> String {
    name.to_utf8().trim_end_matches('.').to_lowercase()
}
