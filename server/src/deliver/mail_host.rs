//! Opens a connection to a mail host, with the TLS that a delivery demands.

use std::net::SocketAddr;

use lettre::transport::smtp::{client::AsyncSmtpConnection, commands::Starttls, extension::ClientId};
use rustls::pki_types::ServerName;
use tokio_rustls::TlsConnector;

use super::{
    DeliveryError, MxError, Timeouts,
    pace::{self, Paced},
    session::{CLOSING, Session, of_session},
    starttls::{Encrypted, lend},
    tls_policy::{Demand, TlsConfigs, in_words, report},
};
use crate::causes::chain;

/// A mail host, at an address that [`super::Reach`] allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MailHost {
    /// Its name, which TLS asks for.
    pub name: String,
    pub address: SocketAddr,
    pub demand: Demand,
}

/// How connections are opened.
pub(super) struct Connector {
    pub hello: ClientId,
    pub timeouts: Timeouts,
    pub tls: TlsConfigs,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum UseTls {
    IfOffered,
    Never,
}

/// Why there is no connection.
enum NotConnected {
    /// The host offers TLS, and it failed.
    Tls(DeliveryError),
    Other(DeliveryError),
}

impl From<DeliveryError> for NotConnected {
    fn from(error: DeliveryError) -> Self {
        Self::Other(error)
    }
}

impl From<NotConnected> for DeliveryError {
    fn from(error: NotConnected) -> Self {
        match error {
            NotConnected::Tls(error) | NotConnected::Other(error) => error,
        }
    }
}

impl Connector {
    /// Connects to a mail host. Nothing is looked up again after [`super::Reach`] has checked the address. If a host that nothing demands
    /// TLS of refuses it, or speaks none that works, a second connection goes without, as to a host that does not offer it (RFC 7435 §3).
    /// A connection that only broke is tried again later.
    ///
    /// # Errors
    /// The host cannot be reached, refuses this relay, or does not satisfy the demand.
    pub async fn connect(&self, host: &MailHost) -> Result<Session, DeliveryError> {
        match self.try_connect(host, UseTls::IfOffered).await {
            Ok(session) => Ok(session),
            Err(NotConnected::Tls(error)) if host.demand.policy().is_none() => {
                tracing::info!("a mail host's TLS does not work, so a message goes without");
                tracing::debug!(error = chain(&error), "why TLS does not work");
                if host.demand == Demand::Reported {
                    report(&"the mail host's TLS does not work");
                }
                // The next message tries TLS again.
                let session = self.try_connect(host, UseTls::Never).await;
                session.map(Session::for_one_message).map_err(DeliveryError::from)
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn try_connect(&self, host: &MailHost, use_tls: UseTls) -> Result<Session, NotConnected> {
        let (address, step) = (host.address, self.timeouts.step);
        let stream = pace::connect(address, step).await;
        let stream = stream
            .map_err(|elapsed| MxError::TooSlow(elapsed).transient())?
            .map_err(|error| MxError::Unreachable(error).transient())?;
        let stream = Paced::new(stream, address, step);
        let allowance = stream.allowance();
        let (lent, owner) = lend(stream, address);
        let connected = AsyncSmtpConnection::connect_with_transport(Box::new(lent), &self.hello).await;
        let mut connection = connected.map_err(of_session)?;
        if use_tls == UseTls::Never || !connection.can_starttls() {
            if use_tls == UseTls::IfOffered {
                self.accept_plaintext(host)?;
            }
            let session = Session::start(connection, allowance, &self.hello).await;
            return Ok(session.map_err(of_session)?);
        }
        let begun = connection.command(Starttls).await;
        begun.map_err(
            |error| match error.status().is_some_and(|code| u16::from(code) != CLOSING) {
                true => NotConnected::Tls(of_session(error)),
                false => of_session(error).into(),
            },
        )?;
        drop(connection);
        let stream = owner.take().map_err(|error| MxError::Unreachable(error).transient())?;
        let name = ServerName::try_from(host.name.clone());
        let name = name.map_err(|error| MxError::HostName(error).transient())?;
        let tls = self
            .tls
            .of(&host.demand)
            .map_err(|error| MxError::from(error).transient())?;
        let stream = TlsConnector::from(tls).connect(name, stream).await;
        let stream = stream.map_err(|source| {
            let is_broken = source.get_ref().is_some_and(|cause| cause.is::<rustls::Error>());
            let error = MxError::Tls {
                host: host.name.clone(),
                policy: host.demand.policy(),
                source: in_words(source),
            };
            match is_broken {
                true => NotConnected::Tls(error.transient()),
                false => error.transient().into(),
            }
        })?;
        let stream = Box::new(Encrypted::new(stream, address));
        let connected = AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await;
        let session = Session::start(connected.map_err(of_session)?, allowance, &self.hello).await;
        let is_verified = host.demand.is_verified();
        Ok(session.map_err(of_session)?.over_tls(is_verified))
    }

    /// Fails if the host must not get anything without TLS.
    fn accept_plaintext(&self, host: &MailHost) -> Result<(), DeliveryError> {
        if host.demand == Demand::Reported {
            report(&"the mail host does not offer TLS");
        }
        match host.demand.policy() {
            None => Ok(()),
            Some(policy) => {
                let host = host.name.clone();
                Err(MxError::NoTls { host, policy }.transient())
            }
        }
    }
}
