//! The gate: whose a recipient address is, and which pipeline a message goes through. What it answers is for the peer and
//! final; what lies behind is in [`crate::inbound`], [`crate::reply`] and [`crate::queue`].

use std::sync::Arc;

use app::{address::EmailAddress, api::alias::AliasId};
use async_trait::async_trait;

use crate::{
    auth::Authenticator,
    clock::Clock,
    domains::Domains,
    inbound::{
        Inbound, Incoming,
        authenticate::{self, Rejected},
        examine::examine,
        identify::{self, Addressee},
        received::{Client, Gate, Received, ReversePath},
        returned::Returned,
    },
    mail::structure::{Limits, Part},
    metrics::Metrics,
    processors::Processors,
    queue::return_path,
    reply::Replies,
    smtp::reply::{self, Refusal, Reply},
    unsubscribe,
    vault::{Token, Vault},
};

/// Everything that a message can go through.
pub struct Pipelines {
    /// Mail to aliases.
    pub inbound: Arc<Inbound>,
    /// Mail to relay addresses.
    pub replies: Replies,
    /// Mail to return paths.
    pub returned: Returned,
    /// Finds out who sent a message.
    pub authenticator: Authenticator,
    /// What is done with what DMARC rejects.
    pub rejected: Rejected,
    /// Knows return paths.
    pub vault: Arc<Vault>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The relay's domains.
    pub domains: Arc<Domains>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// How large the structure of a message may be.
    pub structure: Limits,
    /// Where messages are examined.
    pub processors: Processors,
}

/// A recipient that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// An alias, with its mailbox.
    Alias {
        /// The alias.
        alias: EmailAddress,
        /// The mailbox that it delivered to at RCPT.
        mailbox: i64,
    },
    /// A relay address, with its alias.
    Contact {
        /// Its local part.
        local: String,
        /// The alias whose contact it is.
        alias: AliasId,
    },
    /// The return path of an item.
    Return(Token),
    /// A link that turns an alias off.
    Unsubscribe(AliasId),
    /// Whoever wishes for an alias, under this domain as it is stored.
    Create(String),
    /// The relay's operator.
    Operator,
}

#[async_trait]
impl Gate for Pipelines {
    type Recipient = Recipient;

    async fn recipient(&self, client: &Client, address: &str, earlier: &[Recipient]) -> Result<Recipient, Refusal> {
        let asked = async {
            let recipient = self.known(client, address).await?;
            match earlier.iter().all(|other| together(other, &recipient)) {
                true => Ok(recipient),
                false => Err(Refusal::new(reply::ONE_MAILBOX, "second_mailbox")),
            }
        };
        asked.await.inspect_err(|refusal| self.metrics.refused(refusal.reason))
    }

    async fn message(&self, received: Received<Recipient>) -> Result<Reply, Refusal> {
        let relayed = self.relay(received).await;
        relayed.inspect_err(|refusal| self.metrics.refused(refusal.reason))
    }
}

impl Pipelines {
    async fn known(&self, client: &Client, address: &str) -> Result<Recipient, Refusal> {
        let now = self.clock.now();
        match identify::addressee(address, &self.domains) {
            Addressee::Elsewhere => Err(Refusal::new(reply::NOT_HERE, "other_domain")),
            Addressee::Operator => Ok(Recipient::Operator),
            Addressee::Create(domain) => Ok(Recipient::Create(domain)),
            Addressee::Return(local) => match return_path::token(&local, now, &self.vault) {
                Some(token) if client.reverse_path == ReversePath::Null => Ok(Recipient::Return(token)),
                Some(_) => Err(Refusal::new(reply::NO_SUCH_ALIAS, "not_a_bounce")),
                None => Err(Refusal::new(reply::NO_SUCH_ALIAS, "no_such_return_path")),
            },
            Addressee::Contact(local) => {
                let alias = self.replies.alias_of(&local).await?;
                Ok(Recipient::Contact { local, alias })
            }
            Addressee::Alias(address) if address.domain() == self.domains.main() => {
                match unsubscribe::addressed(&self.vault, &address) {
                    Some(alias) => Ok(Recipient::Unsubscribe(alias)),
                    None => self.alias(address).await,
                }
            }
            Addressee::Alias(alias) => self.alias(alias).await,
        }
    }

    async fn alias(&self, alias: EmailAddress) -> Result<Recipient, Refusal> {
        let mailbox = self.inbound.recipient(&alias).await?;
        Ok(Recipient::Alias { alias, mailbox })
    }

    /// All recipients of a message are of one kind and one owner, so that one answer fits all.
    async fn relay(&self, received: Received<Recipient>) -> Result<Reply, Refusal> {
        let Received {
            client,
            recipients,
            data,
        } = received;
        let data = Arc::new(data);
        let parts = self.examine(&data).await?;
        let (mut aliases, mut contacts) = (Vec::new(), Vec::new());
        for recipient in each_once(recipients) {
            match recipient {
                Recipient::Alias { alias, .. } => aliases.push(alias),
                Recipient::Contact { local, .. } => contacts.push(local),
                Recipient::Return(token) => self.returned.take(token, &data, &parts).await?,
                Recipient::Create(domain) => {
                    let found = authenticate::authenticate(&self.authenticator, Rejected::Warn, &client, &data).await;
                    self.inbound.create(&data, &found, &domain).await?;
                }
                Recipient::Unsubscribe(alias) => self.inbound.unsubscribe(alias).await?,
                Recipient::Operator => tracing::warn!(
                    octets = data.len(),
                    "a message for the postmaster came, and is not kept"
                ),
            }
        }
        if !aliases.is_empty() {
            let found = authenticate::authenticate(&self.authenticator, self.rejected, &client, &data).await;
            let found = match found {
                Err(refusal) => {
                    self.inbound.note_refusal(&aliases, &refusal, data.len()).await;
                    return Err(refusal);
                }
                Ok(found) => found,
            };
            let incoming = Incoming {
                seen: found
                    .as_ref()
                    .map(|found| authenticate::seen(found, self.domains.main())),
                authenticated: found.is_some_and(|found| found.sender_authenticated()),
                client,
                data,
            };
            self.inbound.accept(&incoming, aliases).await?;
        } else if !contacts.is_empty() {
            // A signature counts whatever the DNS says of the way that the reply took.
            let found = authenticate::authenticate(&self.authenticator, Rejected::Warn, &client, &data).await;
            self.replies.accept(&data, &found, contacts).await?;
        }
        Ok(reply::ACCEPTED)
    }

    /// The message's parts, or a refusal: nothing else looks into a message before this.
    async fn examine(&self, data: &Arc<Vec<u8>>) -> Result<Vec<Part>, Refusal> {
        let (data, limits) = (Arc::clone(data), self.structure);
        let examined = self.processors.run(move || examine(&data, &limits)).await;
        examined.map_err(|error| Refusal::later("processors", error))?
    }
}

/// A recipient that was named twice gets one copy, as RFC 5321 §4.5.3.1.8 has it of the same mailbox. Local parts are in
/// lower case by now.
fn each_once(recipients: Vec<Recipient>) -> Vec<Recipient> {
    let mut once = Vec::with_capacity(recipients.len());
    for recipient in recipients {
        if !once.contains(&recipient) {
            once.push(recipient);
        }
    }
    once
}

/// Whether two recipients may stand in one transaction (DESIGN §6: one answer after DATA covers all).
fn together(one: &Recipient, other: &Recipient) -> bool {
    match (one, other) {
        (Recipient::Alias { mailbox, .. }, Recipient::Alias { mailbox: other, .. }) => mailbox == other,
        (Recipient::Contact { alias, .. }, Recipient::Contact { alias: other, .. }) => alias == other,
        (Recipient::Unsubscribe(_), Recipient::Unsubscribe(_)) => true,
        (Recipient::Return(_), Recipient::Return(_)) | (Recipient::Operator, Recipient::Operator) => true,
        _ => false,
    }
}
