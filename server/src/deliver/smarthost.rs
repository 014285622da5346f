//! Delivers every parcel to one SMTP server.

use async_trait::async_trait;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{Error, authentication::Credentials, extension::ClientId},
};
use tokio::time::timeout_at;

use super::{Courier, DeliveryError, Timeouts, envelope};

use crate::{config::Login, parcel::Parcel};

/// The connection settings of the smarthost. Each parcel gets its own connection.
pub struct SmarthostCourier {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    host: String,
    timeouts: Timeouts,
}

/// The smarthost did not answer in time.
#[derive(Debug, thiserror::Error)]
#[error("the smarthost takes too long")]
struct TooSlow;

impl SmarthostCourier {
    /// Creates the courier. It connects when it delivers the first parcel.
    pub fn new(url: &str, login: Option<&Login>, hello: &str) -> Result<Self, Error> {
        let timeouts = Timeouts::default();
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?
            .hello_name(ClientId::Domain(hello.into()))
            .timeout(Some(timeouts.step));
        if let Some(Login { user, password }) = login {
            builder = builder.credentials(Credentials::new(user.clone(), password.to_string()));
        }
        Ok(Self {
            transport: builder.build(),
            host: host(url).to_owned(),
            timeouts,
        })
    }

    /// Replaces the time limits.
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self { timeouts, ..self }
    }
}

#[async_trait]
impl Courier for SmarthostCourier {
    async fn deliver(&self, parcel: &Parcel) -> Result<(), DeliveryError> {
        // Connections are not reused, so one that breaks in the middle of a message leaves no half-sent state.
        let deadline = self.timeouts.deadline(parcel.bytes().len());
        let sent = timeout_at(deadline, self.transport.send_raw(&envelope(parcel)?, text(parcel))).await;
        judge(sent.map_err(|_| DeliveryError::Later(TooSlow.into()))?).map(drop)
    }

    fn next_hop(&self, _: &str) -> String {
        self.host.clone()
    }
}

/// The host name and port of a URL (RFC 3986 §3.2), without the login.
fn host(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    let authority = behind.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

/// The message without its last line end, which lettre adds itself.
pub(super) fn text(parcel: &Parcel) -> &[u8] {
    parcel.bytes().strip_suffix(b"\r\n").unwrap_or(parcel.bytes())
}

/// Distinguishes permanent refusals from temporary ones.
pub(super) fn judge<T>(sent: Result<T, Error>) -> Result<T, DeliveryError> {
    sent.map_err(|error| match error.is_permanent() {
        true => DeliveryError::Never(error.into()),
        false => DeliveryError::Later(error.into()),
    })
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
