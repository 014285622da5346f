//! One SMTP connection to a next hop, over which one message after another is handed over.

use std::{iter, time::Duration};

use lettre::transport::smtp::{
    Error,
    client::AsyncSmtpConnection,
    commands::{Data, Ehlo, Mail, Rcpt, Rset},
    extension::{ClientId, Extension, MailBodyParameter, MailParameter},
};
use tokio::time::{Instant, timeout};

use super::{
    DeliveryError, Outgoing,
    pace::Allowance,
    require_tls::{self, RequireTlsError},
};

use crate::envelope::RequireTls;

/// The longest wait for the answer to QUIT or RSET. No message depends on it.
const GOODBYE: Duration = Duration::from_secs(5);
/// How much of a message is prepared for the wire at once, so that a large message is never in memory twice.
const PIECE: usize = 64 << 10;
/// The reply of a host that closes the connection (RFC 5321 §4.2.3).
pub(super) const CLOSING: u16 = 421;

/// The reply of a host to a message that is larger than it takes (RFC 1870 §6.1).
const TOO_LARGE: u16 = 552;

/// An open connection.
pub(super) struct Session {
    connection: AsyncSmtpConnection,
    allowance: Allowance,
    is_encrypted: bool,
    /// Whether it is encrypted, and the host's certificate was verified.
    is_verified: bool,
    has_pipelining: bool,
    /// Not known if the host refused the question.
    has_require_tls: Option<bool>,
    /// A refused transaction that RSET must end first.
    is_unfinished: bool,
    /// Whether it serves one message only.
    pub is_for_one: bool,
    /// When it was opened.
    pub opened: Instant,
    /// When it was last used.
    pub used: Instant,
    /// How many transactions it has served.
    pub transactions: usize,
}

/// The text needs an extension that the next hop does not have.
#[derive(Debug, thiserror::Error)]
#[error("the next hop does not take messages with {0}")]
struct Unsupported(Extension);

/// The host refused to tell its extensions, so it may have REQUIRETLS.
#[derive(Debug, thiserror::Error)]
#[error("the next hop does not say now whether it supports REQUIRETLS")]
struct UntoldExtensions;

/// Why a message was not handed over, and what that means for the connection.
#[derive(Debug)]
pub(super) struct Failure {
    pub error: DeliveryError,
    pub then: Then,
}

/// The use of a message and its connection after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Then {
    /// The host refused before the text. The connection serves other messages.
    Reuse,
    /// The connection broke before the end of the text, so the host cannot have the message.
    Repeat,
    /// The host may have the message, or the state of the connection is not known.
    Close,
}

impl Session {
    /// Starts a session on a connection whose peer has been greeted, and asks for its extensions, which lettre does not tell.
    pub async fn start(
        mut connection: AsyncSmtpConnection,
        allowance: Allowance,
        hello: &ClientId,
    ) -> Result<Self, Error> {
        let extensions = match connection.command(Ehlo::new(hello.clone())).await {
            Err(error) if error.status().is_none() => return Err(error),
            answer => answer.ok(),
        };
        let announces = |keyword: &str| {
            let mut lines = extensions.iter().flat_map(|answer| answer.message());
            lines.any(|line| line.eq_ignore_ascii_case(keyword))
        };
        let now = Instant::now();
        Ok(Self {
            has_pipelining: announces("PIPELINING"),
            has_require_tls: extensions.as_ref().map(|_| announces(require_tls::KEYWORD)),
            is_encrypted: connection.is_encrypted(),
            is_verified: false,
            connection,
            allowance,
            is_unfinished: false,
            is_for_one: false,
            opened: now,
            used: now,
            transactions: 0,
        })
    }

    /// Hands one message over.
    pub async fn send(&mut self, message: &Outgoing<'_>) -> Result<(), Failure> {
        self.allowance.renew();
        let (envelope, parameters) = (&message.envelope, self.parameters(message)?);
        self.reset().await?;
        self.transactions += 1;
        let mail = Mail::new(envelope.from().cloned(), parameters);
        let mut commands = vec![mail.to_string()];
        commands.extend(
            envelope
                .to()
                .iter()
                .map(|to| Rcpt::new(to.clone(), Vec::new()).to_string()),
        );
        commands.push(Data.to_string());
        self.is_unfinished = true;
        self.command(&commands).await?;
        self.text(message.text).await?;
        self.is_unfinished = false;
        Ok(())
    }

    /// Of a connection that was encrypted before the session began. `is_verified` says whether the host's certificate was verified.
    pub fn over_tls(self, is_verified: bool) -> Self {
        Self {
            is_encrypted: true,
            is_verified,
            ..self
        }
    }

    /// For one message, and not kept for others.
    pub fn for_one_message(self) -> Self {
        Self {
            is_for_one: true,
            ..self
        }
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    /// Says goodbye, and does not wait long for the answer.
    pub async fn quit(mut self) {
        let _ = timeout(GOODBYE, self.connection.abort()).await;
    }

    /// Returns the parameters that MAIL needs (RFC 6152, RFC 6531, RFC 8689), or fails if the host does not know them.
    fn parameters(&self, message: &Outgoing<'_>) -> Result<Vec<MailParameter>, Failure> {
        let Outgoing { envelope, text, .. } = message;
        let mut parameters = self.require_tls(message)?;
        let mut demand = |extension, parameter| {
            if !self.connection.server_info().supports_feature(extension) {
                return Err(Failure {
                    error: DeliveryError::Later(Unsupported(extension).into()),
                    then: Then::Reuse,
                });
            }
            parameters.push(parameter);
            Ok(())
        };
        let mut addresses = envelope.to().iter().chain(envelope.from());
        if addresses.any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
            demand(Extension::SmtpUtfEight, MailParameter::SmtpUtfEight)?;
        }
        if !text.is_ascii() {
            let parameter = MailParameter::Body(MailBodyParameter::EightBitMime);
            demand(Extension::EightBitMime, parameter)?;
        }
        Ok(parameters)
    }

    /// The parameter of a message that demands REQUIRETLS. It fails if this connection is not good enough (RFC 8689 §4.2.1), also if it
    /// was opened for another message.
    fn require_tls(&self, message: &Outgoing<'_>) -> Result<Vec<MailParameter>, Failure> {
        let lacking = match (self.is_verified, self.has_require_tls) {
            _ if message.require_tls == RequireTls::No => return Ok(Vec::new()),
            (true, Some(true)) => {
                return Ok(vec![MailParameter::Other {
                    keyword: require_tls::KEYWORD.into(),
                    value: None,
                }]);
            }
            // A bounce goes on without the demand.
            (true, None) if message.require_tls == RequireTls::Always => {
                return Err(Failure {
                    error: DeliveryError::Later(UntoldExtensions.into()),
                    then: Then::Close,
                });
            }
            (false, _) => RequireTlsError::NotVerified,
            (true, Some(false) | None) => RequireTlsError::NotSupported,
        };
        Err(Failure {
            error: lacking.into(),
            then: Then::Reuse,
        })
    }

    /// Ends a refused transaction. It is done only now because most connections are not used again after a refusal.
    async fn reset(&mut self) -> Result<(), Failure> {
        if !self.is_unfinished {
            return Ok(());
        }
        let answer = timeout(GOODBYE, self.connection.command(Rset)).await;
        let lost = |error| Failure {
            error: DeliveryError::Later(error),
            then: Then::Repeat,
        };
        answer
            .map_err(|elapsed| lost(elapsed.into()))?
            .map_err(|error| lost(error.into()))?;
        self.is_unfinished = false;
        Ok(())
    }

    /// Sends commands, at once if the host lets (RFC 2920), and fails with the first refusal.
    async fn command(&mut self, commands: &[String]) -> Result<(), Failure> {
        if !self.has_pipelining {
            for command in commands {
                let answer = self.connection.command(command).await;
                answer.map_err(|error| before_text(error, command == &commands[0]))?;
            }
            return Ok(());
        }
        let mut refusal = None;
        let mut answer = self.connection.command(commands.concat()).await;
        for left in (0..commands.len()).rev() {
            match (answer, &mut refusal) {
                (Ok(_), None) => {}
                // The host waits for a text although it takes no recipient.
                (Ok(_), Some(Failure { then, .. })) if left == 0 => *then = Then::Close,
                (Ok(_), Some(_)) => {}
                (Err(error), None) => {
                    let failure = before_text(error, left + 1 == commands.len());
                    if failure.then == Then::Repeat {
                        return Err(failure);
                    }
                    refusal = Some(failure);
                }
                (Err(error), Some(first)) => {
                    if before_text(error, false).then == Then::Repeat {
                        first.then = Then::Close;
                        break;
                    }
                }
            }
            if left == 0 {
                break;
            }
            answer = self.connection.read_response().await;
        }
        refusal.map_or(Ok(()), Err)
    }

    /// Sends the text. Once its end was sent, the host may have the message whatever becomes of the answer. A refusal closes
    /// the connection, too: some hosts wait for more text after it.
    async fn text(&mut self, text: &[u8]) -> Result<(), Failure> {
        let mut pieces = text.chunks(PIECE);
        let mut is_ended = false;
        let pieces = iter::from_fn(|| {
            let piece = pieces.next();
            is_ended = piece.is_none();
            piece
        });
        let answer = self.connection.message_iter(pieces).await;
        answer.map(drop).map_err(|error| Failure {
            error: judge(error),
            then: if is_ended { Then::Close } else { Then::Repeat },
        })
    }
}

/// A failure of the session: before MAIL, a host refuses this relay and no message, whatever its code. It may be on a block
/// list, or its login may have changed, and all mail of that time would be lost.
pub(super) fn of_session(error: Error) -> DeliveryError {
    DeliveryError::Later(error.into())
}

/// Distinguishes permanent refusals of a message or its recipient from temporary ones.
fn judge(error: Error) -> DeliveryError {
    match error.is_permanent() {
        true => DeliveryError::Never(error.into()),
        false => DeliveryError::Later(error.into()),
    }
}

/// An answer to MAIL is mostly about the relay, too (530 wants a login), unless the message is too large for the host.
fn before_text(error: Error, is_mail: bool) -> Failure {
    let status = error.status().map(u16::from);
    let then = match status {
        Some(CLOSING) | None => Then::Repeat,
        Some(_) => Then::Reuse,
    };
    let error = match is_mail && status != Some(TOO_LARGE) {
        true => of_session(error),
        false => judge(error),
    };
    Failure { error, then }
}

#[cfg(test)]
mod tests {
    use lettre::{Address, address::Envelope};
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, duplex};

    use super::*;
    use crate::deliver::starttls::Encrypted;

    /// A session over verified TLS with a host that answers EHLO once, and then says this.
    async fn session(second: &'static str) -> Session {
        let (ours, theirs) = duplex(1 << 10);
        tokio::spawn(async move {
            let mut theirs = BufReader::new(theirs);
            for answer in ["250 host.test\r\n", second] {
                theirs.read_line(&mut String::new()).await.unwrap();
                theirs.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let (stream, hello) = (
            Encrypted::new(ours, ([127, 0, 0, 1], 25).into()),
            ClientId::Domain("relay.example".into()),
        );
        let connected = AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await;
        let session = Session::start(connected.unwrap(), Allowance::default(), &hello).await;
        session.unwrap().over_tls(true)
    }

    #[tokio::test]
    async fn a_host_that_refuses_to_tell_its_extensions_may_have_require_tls() {
        let to: Address = "ann@example.org".parse().unwrap();
        let message = |require_tls| Outgoing {
            envelope: Envelope::new(None, vec![to.clone()]).unwrap(),
            text: b"",
            require_tls,
        };
        for (second, always, if_supported) in [
            ("250-host.test\r\n250 REQUIRETLS\r\n", None, None),
            (
                "250 host.test\r\n",
                Some(("5.7.30", Then::Reuse)),
                Some(("5.7.30", Then::Reuse)),
            ),
            (
                "421 4.3.2 not now\r\n",
                Some(("4.4.7", Then::Close)),
                Some(("5.7.30", Then::Reuse)),
            ),
            (
                "503 5.5.1 once is enough\r\n",
                Some(("4.4.7", Then::Close)),
                Some(("5.7.30", Then::Reuse)),
            ),
        ] {
            let session = session(second).await;
            let failed = |require_tls| {
                let failure = session.parameters(&message(require_tls)).err()?;
                Some((failure.error.status(), failure.then))
            };
            assert_eq!(failed(RequireTls::Always), always, "{second}");
            assert_eq!(failed(RequireTls::IfSupported), if_supported, "{second}");
            assert_eq!(failed(RequireTls::No), None, "{second}");
        }
    }
}
