//! Delivers every parcel to one SMTP server.

use std::{io, net::SocketAddr, sync::Arc};

use async_trait::async_trait;
use lettre::transport::smtp::{
    Error, SMTP_PORT, SUBMISSION_PORT, SUBMISSIONS_PORT,
    authentication::{Credentials, DEFAULT_MECHANISMS},
    client::{AsyncSmtpConnection, AsyncTokioStream, TlsParameters},
    extension::ClientId,
};
use rustls::{
    ClientConfig,
    crypto::aws_lc_rs,
    pki_types::{InvalidDnsNameError, ServerName},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::{timeout, timeout_at},
};
use tokio_rustls::TlsConnector;
use tracing::Instrument;
use url::Url;

use super::{
    Courier, DeliveryError, KeepLimits, Outgoing, Timeouts,
    connections::Connections,
    pace::{self, Allowance, Paced},
    session::Session,
};

use crate::{
    config::Login,
    parcel::Parcel,
    tls::trusted_roots,
    traces::span::{Step, step},
};

/// The connection settings of the smarthost, and the connections to it.
pub struct SmarthostCourier {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<Credentials>,
    hello: ClientId,
    shown: String,
    timeouts: Timeouts,
    /// All were opened with the same settings, so they need no key.
    connections: Connections<()>,
}

/// How the connection is encrypted.
enum Encryption {
    None,
    /// After STARTTLS (RFC 3207), if the smarthost offers it.
    Opportunistic(TlsParameters),
    /// After STARTTLS in any case.
    Required(TlsParameters),
    /// From the first octet on (RFC 8314 §3). lettre would do so on a connection that it opens itself, without limits of silence
    /// and with a wait in each message.
    Implicit(TlsConnector, ServerName<'static>),
}

/// Why a smarthost's URL cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SmarthostError {
    /// It is not a URL.
    #[error("the smarthost's address is not understood")]
    Url(#[from] url::ParseError),
    /// It has no host.
    #[error("the smarthost's address has no host")]
    NoHost,
    /// The `tls` parameter has none of the known values.
    #[error("tls must be required, opportunistic or none, not {0:?}")]
    UnknownTls(String),
    /// TLS cannot be used for the host's name.
    #[error("the smarthost's name cannot be used for TLS")]
    Name(#[from] InvalidDnsNameError),
    /// TLS cannot be set up.
    #[error("TLS cannot be set up for the smarthost")]
    StartTls(#[from] Error),
    /// TLS from the first octet on cannot be set up.
    #[error("TLS cannot be set up for the smarthost")]
    Tls(#[from] rustls::Error),
}

/// Why there is no session with the smarthost.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// Its name has no address.
    #[error("the smarthost's name is not found")]
    UnknownName(#[source] io::Error),
    /// It does not answer in time.
    #[error("the smarthost takes too long")]
    TooSlow,
    /// The connection is refused or broken.
    #[error("the smarthost is not reached")]
    Unreachable(#[source] io::Error),
    /// TLS from the first octet on fails.
    #[error("the smarthost cannot be reached with TLS")]
    Tls(#[source] io::Error),
    /// It refuses or breaks off the greeting.
    #[error(transparent)]
    Greeting(Error),
    /// It does not offer STARTTLS, or TLS fails after it.
    #[error(transparent)]
    StartTls(Error),
    /// It refuses the user or the password.
    #[error(transparent)]
    Login(Error),
}

impl SmarthostCourier {
    /// Creates the courier. It connects when it delivers the first parcel.
    pub fn new(url: &str, login: Option<&Login>, hello: &str, kept: KeepLimits) -> Result<Self, SmarthostError> {
        let shown = authority(url).to_owned();
        let url = Url::parse(url)?;
        let host = url.host_str().ok_or(SmarthostError::NoHost)?;
        // Brackets belong to the URL and not to the address (RFC 3986 §3.2.2).
        let host = host.trim_matches(['[', ']']).to_owned();
        let parameter = url.query_pairs().find(|(name, _)| name == "tls");
        let starttls = || TlsParameters::new(host.clone());
        let (encryption, port) = match (url.scheme(), parameter.as_ref().map(|(_, value)| &**value)) {
            ("smtps", _) => (Encryption::implicit(&host)?, SUBMISSIONS_PORT),
            (_, Some("required")) => (Encryption::Required(starttls()?), SUBMISSION_PORT),
            (_, Some("opportunistic")) => (Encryption::Opportunistic(starttls()?), SUBMISSION_PORT),
            (_, None | Some("none")) => (Encryption::None, SMTP_PORT),
            (_, Some(other)) => return Err(SmarthostError::UnknownTls(other.into())),
        };
        Ok(Self {
            port: url.port().unwrap_or(port),
            host,
            encryption,
            credentials: login.map(|Login { user, password }| Credentials::new(user.clone(), password.to_string())),
            hello: ClientId::Domain(hello.into()),
            shown,
            timeouts: Timeouts::default(),
            connections: Connections::new(kept),
        })
    }

    /// Replaces the time limits.
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }

    /// Opens a session as for a message, and says goodbye.
    ///
    /// # Errors
    /// The smarthost would not take a message.
    pub async fn greet(&self) -> Result<(), ConnectError> {
        let session = timeout_at(self.timeouts.deadline(0), self.open()).await;
        session.map_err(|_| ConnectError::TooSlow)??.quit().await;
        Ok(())
    }

    /// Opens a session: connects, encrypts as the settings demand, and signs in.
    async fn open(&self) -> Result<Session, ConnectError> {
        let (stream, allowance) = self.connect().await?;
        let connected = AsyncSmtpConnection::connect_with_transport(stream, &self.hello).await;
        let mut connection = connected.map_err(ConnectError::Greeting)?;
        let tls = match &self.encryption {
            Encryption::Required(tls) => Some(tls),
            Encryption::Opportunistic(tls) if connection.can_starttls() => Some(tls),
            _ => None,
        };
        if let Some(tls) = tls {
            connection
                .starttls(tls.clone(), &self.hello)
                .await
                .map_err(ConnectError::StartTls)?;
        }
        if let Some(credentials) = &self.credentials {
            connection
                .auth(DEFAULT_MECHANISMS, credentials)
                .await
                .map_err(ConnectError::Login)?;
        }
        let is_encrypted = tls.is_some() || matches!(self.encryption, Encryption::Implicit(..));
        let session = Session::start(connection, allowance, &self.hello).await;
        let session = session.map_err(ConnectError::Greeting)?;
        Ok(match is_encrypted {
            // With STARTTLS as well, lettre verifies the certificate for the name that the operator gave.
            true => session.over_tls(true),
            false => session,
        })
    }

    /// Connects to the first address of the host that answers.
    async fn connect(&self) -> Result<(Box<dyn AsyncTokioStream>, Allowance), ConnectError> {
        let addresses = lookup_host((self.host.as_str(), self.port)).await;
        let mut last = ConnectError::Unreachable(io::ErrorKind::NotFound.into());
        for address in addresses.map_err(ConnectError::UnknownName)? {
            last = match pace::connect(address, self.timeouts.step).await {
                Ok(Ok(stream)) => return self.encrypt(stream, address).await,
                Ok(Err(error)) => ConnectError::Unreachable(error),
                Err(_) => ConnectError::TooSlow,
            };
        }
        Err(last)
    }

    /// Encrypts the connection if TLS begins with the first octet.
    async fn encrypt(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> Result<(Box<dyn AsyncTokioStream>, Allowance), ConnectError> {
        let step = self.timeouts.step;
        let Encryption::Implicit(connector, name) = &self.encryption else {
            let stream = Paced::new(stream, peer, step);
            let allowance = stream.allowance();
            return Ok((Box::new(stream), allowance));
        };
        let stream = timeout(step, connector.connect(name.clone(), stream)).await;
        let stream = stream.map_err(|_| ConnectError::TooSlow)?.map_err(ConnectError::Tls)?;
        let stream = Paced::new(stream, peer, step);
        let allowance = stream.allowance();
        Ok((Box::new(stream), allowance))
    }
}

impl Encryption {
    /// Trusts the certificates that the system trusts.
    fn implicit(host: &str) -> Result<Self, SmarthostError> {
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(trusted_roots())
            .with_no_client_auth();
        let name = ServerName::try_from(host.to_owned())?;
        Ok(Self::Implicit(Arc::new(config).into(), name))
    }
}

#[async_trait]
impl Courier for SmarthostCourier {
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError> {
        let deadline = self.timeouts.deadline(parcel.bytes().len());
        let message = Outgoing::of(parcel)?;
        // Before MAIL, the smarthost refuses this relay and no message.
        let open = async {
            let opened = self.open().instrument(step(Step::Connect)).await;
            opened.map_err(|error| DeliveryError::Later(error.into()))
        };
        let sent = self.connections.hand_over((), &message, open);
        let sent = timeout_at(deadline, sent).await;
        sent.map_err(|_| DeliveryError::Later(ConnectError::TooSlow.into()))?
    }

    async fn reach(&self, _: &str) -> Result<(), DeliveryError> {
        let greeted = self.greet().await;
        greeted.map_err(|error| DeliveryError::Later(error.into()))
    }

    fn next_hop(&self, _: &str) -> String {
        self.shown.clone()
    }

    fn smarthost(&self) -> Option<&str> {
        Some(&self.shown)
    }

    fn can_require_tls(&self) -> bool {
        !matches!(self.encryption, Encryption::None)
    }

    async fn close(&self) {
        self.connections.close().await;
    }
}

/// The host name and port of a URL (RFC 3986 §3.2), without the login.
fn authority(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_told_without_a_password() {
        for (url, expected) in [
            ("smtp://mail.example:2525", "mail.example:2525"),
            ("smtps://ann:secret@mail.example/?tls=required", "mail.example"),
            ("smtp://[::1]:25", "[::1]:25"),
        ] {
            assert_eq!(authority(url), expected);
        }
    }

    #[test]
    fn a_url_says_where_and_how_to_connect() {
        let kept = KeepLimits::of(crate::config::Lanes {
            total: 1,
            per_domain: 1,
        });
        let courier = |url| SmarthostCourier::new(url, None, "relay.example", kept);
        for (url, host, port, expected) in [
            ("smtp://mail.example", "mail.example", 25, "None"),
            ("smtp://mail.example?tls=none", "mail.example", 25, "None"),
            (
                "smtp://mail.example?tls=opportunistic",
                "mail.example",
                587,
                "Opportunistic",
            ),
            ("smtp://mail.example:25?tls=required", "mail.example", 25, "Required"),
            ("smtps://127.0.0.1", "127.0.0.1", 465, "Implicit"),
            ("smtps://[::1]:2465?tls=none", "::1", 2465, "Implicit"),
        ] {
            let courier = courier(url).unwrap();
            assert_eq!((&*courier.host, courier.port), (host, port), "{url}");
            let encryption = match courier.encryption {
                Encryption::None => "None",
                Encryption::Opportunistic(_) => "Opportunistic",
                Encryption::Required(_) => "Required",
                Encryption::Implicit(..) => "Implicit",
            };
            assert_eq!(encryption, expected, "{url}");
        }
        assert!(matches!(
            courier("smtp://mail.example?tls=yes"),
            Err(SmarthostError::UnknownTls(_))
        ));
        assert!(matches!(courier("smtp:///"), Err(SmarthostError::NoHost)));
    }
}
