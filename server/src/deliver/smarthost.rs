//! Hands every parcel to one SMTP server.

use std::time::Duration;

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{Error, authentication::Credentials, extension::ClientId},
};

use super::{Courier, DeliveryError, Parcel, envelope};

/// Time for one step of the dialogue; RFC 5321 §4.5.3.2 asks for up to 10 minutes at the end of DATA, but the sender
/// waits for our answer meanwhile.
pub(super) const STEP: Duration = Duration::from_secs(120);

/// A connection pool to the smarthost.
pub struct SmarthostCourier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    host: String,
}

impl SmarthostCourier {
    /// Prepares the pool; connects with the first parcel.
    pub fn new(url: &str, credentials: Option<Credentials>, hello: &str) -> Result<Self, Error> {
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?
            .hello_name(ClientId::Domain(hello.into()))
            .timeout(Some(STEP));
        if let Some(credentials) = credentials {
            builder = builder.credentials(credentials);
        }
        Ok(Self {
            transport: builder.build(),
            host: host(url).to_owned(),
        })
    }
}

#[async_trait]
impl Courier for SmarthostCourier {
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError> {
        send(&self.transport, parcel).await
    }

    fn next_hop(&self, _: &str) -> String {
        self.host.clone()
    }
}

/// Name and port out of a URL (RFC 3986 §3.2), without anything that might be secret.
fn host(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// Sends through a transport, telling lasting refusals from passing ones.
pub(super) async fn send(transport: &AsyncSmtpTransport<Tokio1Executor>, parcel: &Parcel) -> Result<(), DeliveryError> {
    // lettre ends the last line itself, whether it is ended or not.
    let message = parcel.bytes().strip_suffix(b"\r\n").unwrap_or(parcel.bytes());
    match transport.send_raw(&envelope(parcel)?, message).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_permanent() => Err(DeliveryError::Never(error.into())),
        Err(error) => Err(DeliveryError::Later(error.into())),
    }
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
            assert_eq!(host(url), expected);
        }
    }
}
