//! Checks whether the sender is who the message says: SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 9989).
//!
//! [`spf`] evaluates SPF as strictly as RFC 7208 §12. mail-auth verifies signatures and evaluates DMARC.
//! [`Authentication`] holds the findings without mail-auth's types.
//!
//! - The finding is about what the person will see. DMARC is evaluated for every domain that From names
//!   (`mail::author`) and for the domain of the shown address (`mail::shown`). DKIM counts only if mail-auth and our
//!   own parser agree on the only From field and on where the body begins.
//! - A failed look-up is no finding but an [`AuthError`]. The sender gets 451 and tries again, unless the author's
//!   domain vouches for the message without it.
//! - A result that no later look-up could change is never a failure. A name that cannot exist has no records
//!   ([`lookup`]), and a broken record counts for nothing.
//! - [`records`] decides which keys and policies mail-auth sees. Two DMARC records count as none. A DKIM key also
//!   counts as none if its `h=` or `s=` excludes SHA-256 or mail.
//! - [`arc`] asks the sealers that the operator trusts about a message that fails DMARC.
//! - [`covered`] finds the part that a signature vouches for. [`reading`] tells whether the body could be read in
//!   another way than it was signed.

mod arc;
mod check;
mod covered;
mod finding;
mod lookup;
mod policies;
mod reading;
mod records;
mod results;
mod spf;
mod turns;
mod warning;

use std::{net::SocketAddr, sync::Arc, time::Duration};

pub use covered::{Covered, MOST_NAMES, relaxed};
pub use finding::{
    Authentication, Author, Dkim, DkimOutcome, Dmarc, DmarcOutcome, FromFault, Identity, Policy, Spf, SpfOutcome,
    Transport,
};
use hickory_resolver::net::NetError;
use mail_auth::MessageAuthenticator;
use tokio::{runtime::Handle, sync::AcquireError, task::JoinError, time};

use turns::Turns;

use crate::{dns, envelope::Client, mail::indexed::IndexedMessage};

/// Time for one query to one server.
const QUESTION: Duration = Duration::from_secs(2);

/// How often a query is repeated.
const REPEATS: usize = 1;

/// Time for all queries about one message, including the wait for a turn.
const MESSAGE: Duration = Duration::from_secs(15);

/// Most cached answers. Each is cached for its own lifetime, but no longer than [`REMEMBERED`].
const ANSWERS: u64 = 8192;

/// Longest time that an answer is cached, so that a sender who repairs a record need not wait for days.
const REMEMBERED: Duration = Duration::from_secs(60 * 60);

/// Authenticates senders, unless it is off.
pub struct Authenticator(Option<Online>);

struct Online {
    library: MessageAuthenticator,
    /// The domains of trusted sealers.
    sealers: Arc<[String]>,
    turns: Turns,
}

/// Why there is no finding.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// A server did not answer, or said that it cannot (RFC 7208 §2.6.6, RFC 8601 §2.7.1).
    #[error("a look-up for {0} failed")]
    LookUp(&'static str),
    /// All look-ups together took too long.
    #[error("the look-ups took too long")]
    TimedOut(#[source] time::error::Elapsed),
    /// The server is stopping.
    #[error("no more messages are checked")]
    Closed(#[source] AcquireError),
    /// The server is stopping, or a message crashed the check.
    #[error("the check ended early")]
    Ended(#[source] JoinError),
}

/// Why there is no resolver.
#[derive(Debug, thiserror::Error)]
#[error("the resolver cannot be set up")]
pub struct ResolverError(#[source] NetError);

impl Authenticator {
    /// Creates an authenticator that looks nothing up.
    pub fn off() -> Self {
        Self(None)
    }

    /// Creates an authenticator that uses the given resolver or the system's, and trusts no sealer.
    pub fn on(server: Option<SocketAddr>) -> Result<Self, ResolverError> {
        let (config, mut options) = dns::resolver(server).map_err(ResolverError)?;
        options.timeout = QUESTION;
        options.attempts = REPEATS;
        options.cache_size = ANSWERS;
        options.positive_max_ttl = Some(REMEMBERED);
        options.negative_max_ttl = Some(REMEMBERED);
        Ok(Self(Some(Online {
            library: MessageAuthenticator::new(config, options).map_err(ResolverError)?,
            sealers: Arc::default(),
            turns: Turns::new(),
        })))
    }

    /// The same, which believes these domains (in lower case) what they saw of a message before they changed it (ARC, RFC 8617).
    pub fn trusting(mut self, sealers: &[String]) -> Self {
        if let Some(online) = &mut self.0 {
            online.sealers = sealers.into();
        }
        self
    }

    /// Checks a message's sender. Returns `None` if sender checks are off.
    pub async fn authenticate(
        &self,
        client: &Client,
        message: &IndexedMessage,
    ) -> Result<Option<Authentication>, AuthError> {
        match &self.0 {
            None => Ok(None),
            Some(online) => time::timeout(MESSAGE, online.authenticate(client, message))
                .await
                .map_err(AuthError::TimedOut)?
                .map(Some),
        }
    }
}

impl Online {
    /// Runs outside the async threads, because the body of a large message is hashed up to four times.
    async fn authenticate(&self, client: &Client, message: &IndexedMessage) -> Result<Authentication, AuthError> {
        let turn = self.turns.take(client.ip).await.map_err(AuthError::Closed)?;
        let (library, sealers) = (self.library.clone(), Arc::clone(&self.sealers));
        let (client, message) = (client.clone(), message.clone());
        let runtime = Handle::current();
        let checking = turn.run(move || {
            // The thread limits its own time as well, because nothing could end it from outside.
            let found = async { time::timeout(MESSAGE, check::check(&library, &sealers, &client, &message)).await };
            runtime.block_on(found).map_err(AuthError::TimedOut)?
        });
        checking.await.map_err(AuthError::Ended)?
    }
}
