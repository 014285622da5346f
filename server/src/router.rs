//! Decides which pipeline a recipient belongs to, and takes each message through it.
//!
//! Its answers are for the peer and final; what lies behind is in [`crate::inbound`], [`crate::reply`] and [`crate::queue`].

use std::sync::Arc;

use app::{address::EmailAddress, id::AliasId};
use async_trait::async_trait;
use tokio::runtime::Handle;
use tracing::Instrument;

use crate::{
    auth::{Authentication, Authenticator},
    clock::Clock,
    config::Rejected,
    domains::Domains,
    envelope::{Client, Received, ReversePath},
    examine::examine,
    inbound::{
        Inbound, Incoming, authenticate,
        identify::{self, Addressee},
        impostor::{Impostors, Shown},
        returned::Returned,
    },
    mail::{indexed::IndexedMessage, structure::Limits},
    metrics::Metrics,
    processors::Processors,
    queue::return_path,
    refusal::{Reason, Refusal},
    reply::{Replies, Submitted},
    smtp::pipeline::Pipeline,
    smtp_reply::{self, SmtpReply},
    spam::{Score, SpamFilter, Verdict},
    traces::span::{Step, step},
    unsubscribe,
    vault::{Token, Vault},
};

/// Halves of its octets that mail to an alias takes until it is in the queue. The encrypted message lies beside its base64, which
/// has 78 octets for 57: 2.37 times the octets. The rest is for what the database holds of it.
const HALVES_OF_MAIL: usize = 5;

/// The same of what a person writes. It is decoded, opened, taken apart, built anew and searched, which was seen to take 6.6 times
/// its octets.
const HALVES_OF_REPLY: usize = 16;

/// The pipelines, and what is needed to choose between them.
pub struct Router {
    /// Handles mail to aliases.
    pub inbound: Inbound,
    /// Handles mail to relay addresses.
    pub replies: Replies,
    /// Handles mail to return paths.
    pub returned: Returned,
    /// Checks who sent a message.
    pub authenticator: Authenticator,
    /// Says what looks like spam, if there is one.
    pub spam: Option<SpamFilter>,
    /// The alias that has the mail to the operator, if there is one.
    pub operator_alias: Option<EmailAddress>,
    /// Recognises mail from outside that claims one of the relay's domains.
    pub impostors: Arc<Impostors>,
    /// How to treat a message that its author's domain wants refused (DMARC).
    pub rejected: Rejected,
    /// Verifies return paths.
    pub vault: Arc<Vault>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The relay's domains.
    pub domains: Arc<Domains>,
    /// The operator's counters.
    pub metrics: Arc<Metrics>,
    /// The limits of a message's MIME structure.
    pub structure: Limits,
    /// The processors on which messages are examined.
    pub processors: Processors,
}

/// An accepted recipient, and with it the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoutedRecipient {
    /// An alias.
    Alias(EmailAddress),
    /// A relay address, by its local part.
    Contact(String),
    /// The return path of an item.
    Return(Token),
    /// The unsubscribe address of an alias.
    Unsubscribe(AliasId),
    /// `new@`: a request for an alias under this domain, in its stored form.
    Create(String),
    /// The relay's operator.
    Operator,
}

#[async_trait]
impl Pipeline for Router {
    type Recipient = RoutedRecipient;

    async fn check_recipient(&self, client: &Client, address: &str) -> Result<RoutedRecipient, Refusal> {
        self.resolve_recipient(client, address).await
    }

    fn halves_of_message(&self, recipient: &RoutedRecipient) -> usize {
        match recipient {
            RoutedRecipient::Contact(_) | RoutedRecipient::Create(_) => HALVES_OF_REPLY,
            _ => HALVES_OF_MAIL,
        }
    }

    async fn accept_message(&self, received: Received<RoutedRecipient>) -> Result<SmtpReply, Refusal> {
        self.relay(received).await
    }

    fn note_refusal(&self, reason: Reason) {
        self.metrics.count_refused(reason.word());
    }
}

impl Router {
    async fn resolve_recipient(&self, client: &Client, address: &str) -> Result<RoutedRecipient, Refusal> {
        let now = self.clock.now();
        match identify::addressee(address, &self.domains) {
            Addressee::Elsewhere => Err(Refusal::new(Reason::OtherDomain)),
            Addressee::Operator => self.resolve_operator(client).await,
            Addressee::Create(domain) => Ok(RoutedRecipient::Create(domain)),
            Addressee::Return(local) => match return_path::parse(&local, now, &self.vault) {
                Some(token) if client.reverse_path == ReversePath::Null => Ok(RoutedRecipient::Return(token)),
                Some(_) => Err(Refusal::new(Reason::NotABounce)),
                None => Err(Refusal::new(Reason::NoSuchReturnPath)),
            },
            Addressee::Contact(local) => {
                self.replies.alias_of(&local).await?;
                Ok(RoutedRecipient::Contact(local))
            }
            Addressee::Alias(address) if address.domain() == self.domains.main() => {
                match unsubscribe::alias_of_address(&self.vault, &address) {
                    Some(alias) => Ok(RoutedRecipient::Unsubscribe(alias)),
                    None => self.resolve_alias(client, address).await,
                }
            }
            Addressee::Alias(alias) => self.resolve_alias(client, alias).await,
        }
    }

    async fn resolve_alias(&self, client: &Client, alias: EmailAddress) -> Result<RoutedRecipient, Refusal> {
        self.inbound.check_recipient(client.ip, &alias).await?;
        Ok(RoutedRecipient::Alias(alias))
    }

    /// The operator's addresses always exist (RFC 5321 §4.5.1), even if there is no alias that may have their mail.
    async fn resolve_operator(&self, client: &Client) -> Result<RoutedRecipient, Refusal> {
        let Some(alias) = &self.operator_alias else {
            return Ok(RoutedRecipient::Operator);
        };
        let stored = self.domains.stored(alias.domain()).unwrap_or_default();
        if !self.inbound.store.takes_operator_mail(alias.local(), stored).await? {
            return Ok(RoutedRecipient::Operator);
        }
        match self.resolve_alias(client, alias.clone()).await {
            Err(refusal) if refusal.reason.is_unknown_recipient() => Ok(RoutedRecipient::Operator),
            resolved => resolved,
        }
    }

    async fn relay(&self, received: Received<RoutedRecipient>) -> Result<SmtpReply, Refusal> {
        let Received {
            client,
            recipient,
            data,
        } = received;
        let data = self.examine(data).instrument(step(Step::Examine)).await?;
        match recipient {
            RoutedRecipient::Alias(alias) => self.accept_for_alias(client, data, alias).await?,
            RoutedRecipient::Contact(local) => {
                // A signature counts even if the DNS did not answer about the sender.
                let found = self.find_sender(&client, &data).await;
                let submitted = Submitted {
                    data: &data,
                    found: &found,
                    require_tls: client.require_tls,
                };
                self.replies.accept(submitted, &local).await?;
            }
            RoutedRecipient::Return(token) => self.returned.take(token, &data).await?,
            RoutedRecipient::Create(domain) => {
                let found = self.find_sender(&client, &data).await;
                self.inbound.create(&data, &found, &domain).await?;
            }
            RoutedRecipient::Unsubscribe(alias) => self.inbound.unsubscribe(alias).await?,
            RoutedRecipient::Operator => tracing::warn!(
                octets = data.len(),
                "a message for postmaster or abuse came, and is not kept: SEALPOST_OPERATOR_ALIAS names no alias that takes it"
            ),
        }
        Ok(smtp_reply::ACCEPTED)
    }

    /// Reads the message, or refuses it: nothing else looks into a message before this.
    async fn examine(&self, data: Vec<u8>) -> Result<IndexedMessage, Refusal> {
        let limits = self.structure;
        let octets = data.len();
        self.processors.run_for(octets, move || examine(data, &limits)).await?
    }

    async fn accept_for_alias(&self, client: Client, data: IndexedMessage, alias: EmailAddress) -> Result<(), Refusal> {
        let checked = self.check_sender(&client, &data).instrument(step(Step::Authenticate));
        let found = match checked.await {
            Err(refusal) => {
                self.inbound.note_refusal(&alias, &refusal, data.len()).await;
                return Err(refusal);
            }
            Ok(found) => found,
        };
        let mut seen = found
            .as_ref()
            .map(|found| authenticate::summary_for_reader(found, self.domains.main()));
        if let Some(score) = self.filter_spam(&client, &alias, &data).await? {
            seen.get_or_insert_default().add_spam(score);
        }
        let incoming = Incoming {
            seen,
            authenticated: found.is_some_and(|found| found.sender_authenticated()),
            client,
            data,
        };
        self.inbound.accept(incoming, &alias).await
    }

    /// Asks the spam filter, and refuses what it wants refused. Returns the score of what only looks like spam.
    async fn filter_spam(
        &self,
        client: &Client,
        alias: &EmailAddress,
        data: &IndexedMessage,
    ) -> Result<Option<Score>, Refusal> {
        let Some(filter) = &self.spam else {
            return Ok(None);
        };
        let judged = filter.judge(client, alias, data).instrument(step(Step::FilterSpam));
        match judged.await {
            Ok(Verdict::Good) => Ok(None),
            Ok(Verdict::Suspicious(score)) => Ok(Some(score)),
            Ok(Verdict::Later) => Err(Refusal::new(Reason::SpamLater)),
            Ok(Verdict::Spam) => Err(Refusal::new(Reason::Spam)),
            Err(error) => Err(Refusal::because(Reason::SpamFilter, error)),
        }
    }

    /// Checks who sent a message whose author is no reason to refuse it.
    async fn find_sender(&self, client: &Client, data: &IndexedMessage) -> Result<Option<Authentication>, Refusal> {
        let found = authenticate::authenticate(&self.authenticator, Rejected::Warn, client, data);
        found.instrument(step(Step::Authenticate)).await
    }

    /// Checks the sender; refuses a message whose sender is not who it says.
    async fn check_sender(&self, client: &Client, data: &IndexedMessage) -> Result<Option<Authentication>, Refusal> {
        let found = authenticate::authenticate(&self.authenticator, self.rejected, client, data).await?;
        found.as_ref().map_or(Ok(()), authenticate::require_known_author)?;
        let (impostors, data) = (Arc::clone(&self.impostors), data.clone());
        let (reverse_path, shown) = (client.reverse_path.clone(), Shown::of(found.as_ref()));
        let (now, runtime) = (self.clock.now(), Handle::current());
        let refused = move || runtime.block_on(impostors.refuse(&data, &reverse_path, shown, now));
        let judged = self.processors.run(refused).await;
        judged??;
        Ok(found)
    }
}
