//! Inbound mail, the arrows of DESIGN §6: identify → policy → rewrite → sign → encrypt → deliver.
//!
//! Three actors: the outside sender, the alias that the sender wrote to, and the mailbox behind it. The envelope sender
//! of what leaves is the relay's bounce address, its recipient the mailbox. From is the contact's relay address, To the
//! mailbox; what the sender wrote travels inside the seal. Nothing here logs an address or content.

pub mod identify;
pub mod policy;
pub mod received;
pub mod rewrite;
mod sealing;
mod trace;

use std::sync::Arc;

use app::address::EmailAddress;
use async_trait::async_trait;
use identify::Addressee;
use policy::Treatment;
use received::{Client, Gate, Received, ReversePath};
pub use sealing::Sealing;

use crate::{
    clock::Clock,
    deliver::{Courier, Parcel},
    mail::message::Message,
    smtp::reply::{self, Refusal, Reply},
    store::{Store, route::Route},
};

/// The pipeline with all that it uses.
pub struct Inbound {
    /// Aliases, contacts, profiles.
    pub store: Store,
    /// Makes sealed messages.
    pub sealing: Sealing,
    /// The way out.
    pub courier: Arc<dyn Courier>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The relay's domain.
    pub domain: String,
    /// Envelope sender of all that is relayed.
    pub bounces: EmailAddress,
}

/// A recipient that was accepted.
pub enum Recipient {
    /// An alias, with its mailbox.
    Alias {
        /// The alias.
        alias: EmailAddress,
        /// The mailbox that it delivered to at RCPT.
        mailbox: i64,
    },
    /// The relay's own bounce address.
    Bounces,
    /// The relay's operator.
    Operator,
}

#[async_trait]
impl Gate for Inbound {
    type Recipient = Recipient;

    async fn recipient(&self, client: &Client, address: &str, earlier: &[Recipient]) -> Result<Recipient, Refusal> {
        match identify::addressee(address, &self.domain) {
            Addressee::Elsewhere => Err(Refusal::new(reply::NOT_HERE, "other_domain")),
            Addressee::Bounces if client.reverse_path == ReversePath::Null => Ok(Recipient::Bounces),
            Addressee::Bounces => Err(Refusal::new(reply::NO_SUCH_ALIAS, "not_a_bounce")),
            Addressee::Operator => Ok(Recipient::Operator),
            Addressee::Alias(local) => {
                let (alias, route) = self.route(&local).await?;
                let mailbox = route.mailbox.0;
                policy::treatment(route, self.clock.now())?;
                if earlier
                    .iter()
                    .all(|each| matches!(each, Recipient::Alias { mailbox: m, .. } if *m == mailbox))
                {
                    Ok(Recipient::Alias { alias, mailbox })
                } else {
                    Err(Refusal::new(reply::ONE_MAILBOX, "second_mailbox"))
                }
            }
        }
    }

    async fn message(&self, received: Received<Recipient>) -> Result<Reply, Refusal> {
        let Received {
            client,
            recipients,
            data,
        } = received;
        let data = Arc::new(data);
        for recipient in recipients {
            match recipient {
                Recipient::Alias { alias, .. } => self.relay(&client, alias, Arc::clone(&data)).await?,
                // The message that bounced was already answered for; only the operator can act on this.
                Recipient::Bounces => tracing::warn!(octets = data.len(), "a relayed message came back"),
                Recipient::Operator => tracing::warn!(
                    octets = data.len(),
                    "a message for the postmaster came, and is not kept"
                ),
            }
        }
        Ok(reply::ACCEPTED)
    }
}

impl Inbound {
    /// Relays one message to the mailbox behind an alias. Profile and switches are read again: between RCPT and the end
    /// of DATA they may have changed.
    async fn relay(&self, client: &Client, alias: EmailAddress, data: Arc<Vec<u8>>) -> Result<(), Refusal> {
        let (_, route) = self.route(&alias.local().to_lowercase()).await?;
        let message = Message::parse(&data);
        let sender = identify::sender(&message, &client.reverse_path)
            .ok_or_else(|| Refusal::new(reply::MALFORMED, "no_sender"))?;
        policy::no_loop(message.count("Received"), sender.domain() == self.domain)?;
        let now = self.clock.now();
        let mailbox = route.address.clone();
        let alias_id = route.alias;
        let parcel = match policy::treatment(route, now)? {
            Treatment::Seal(profile) => {
                let contact = self.sealing.contact(alias_id, &sender, now).await?;
                let sealed = self
                    .sealing
                    .seal(sealing::Job {
                        profile,
                        contact,
                        data,
                        sender,
                        alias,
                        mailbox: mailbox.clone(),
                        now,
                    })
                    .await?;
                Parcel::sealed(Some(self.bounces.clone()), mailbox, sealed)
            }
            Treatment::Clear(permit) => {
                let bytes = trace::with_received(client, &self.domain, now, &data);
                Parcel::clear(Some(self.bounces.clone()), mailbox, bytes, permit)
            }
        };
        self.courier
            .deliver(&parcel)
            .await
            .map_err(|error| Refusal::because(reply::TRY_AGAIN, "not_handed_over", error))
    }

    async fn route(&self, local: &str) -> Result<(EmailAddress, Route), Refusal> {
        let unknown = || Refusal::new(reply::NO_SUCH_ALIAS, "no_such_alias");
        let alias = format!("{local}@{}", self.domain).parse().map_err(|_| unknown())?;
        let route = self
            .store
            .route(local)
            .await
            .map_err(|error| Refusal::because(reply::TRY_AGAIN, "store", error))?
            .ok_or_else(unknown)?;
        Ok((alias, route))
    }
}
