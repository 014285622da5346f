//! Inbound mail, the arrows of DESIGN §6: identify → authenticate → policy → rewrite → sign → encrypt → queue.
//!
//! Three actors: the outside sender, the alias that the sender wrote to, and the mailbox behind it. The envelope sender
//! of what leaves is a return path of the relay, its recipient the mailbox. From is the contact's relay address, To the
//! mailbox; what the sender wrote travels inside the seal. Nothing here logs an address or content.

pub mod authenticate;
pub mod identify;
pub mod keys;
pub mod letter;
pub mod policy;
pub mod quota;
pub mod received;
pub mod reminder;
pub mod reports;
pub mod returned;
pub mod rewrite;
mod sealing;
pub mod thread;
mod trace;

use std::sync::Arc;

use app::{address::EmailAddress, api::alias::AliasId};
use policy::Treatment;
use quota::Quota;
use received::{Client, ReversePath};
use rewrite::Seen;
use sealing::Job;
pub use sealing::Sealing;

use crate::{
    clock::Clock,
    deliver::{Parcel, dkim::DkimSigner},
    mail::{header, message::Message, value},
    metrics::Metrics,
    queue::{Queue, item::Origin},
    smtp::reply::{self, Refusal},
    store::{
        Store, StoreError,
        accepted::{Accepted, Happening},
        activity::{Outcome, word},
        route::Route,
    },
};

/// The pipeline with all that it uses.
pub struct Inbound {
    /// Aliases, contacts, profiles.
    pub store: Store,
    /// Makes sealed messages.
    pub sealing: Sealing,
    /// Signs what leaves under the relay's domain.
    pub signer: Arc<DkimSigner>,
    /// Where all that leaves goes.
    pub queue: Arc<Queue>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The relay's domain.
    pub domain: String,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// How much each account may get.
    pub quota: Quota,
}

/// A message to aliases, with what was found out about its sender.
pub struct Incoming {
    /// Who handed it in.
    pub client: Client,
    /// The message.
    pub data: Arc<Vec<u8>>,
    /// What the reader is told of the sender.
    pub seen: Option<Seen>,
    /// Whether the envelope sender is who it says.
    pub authenticated: bool,
}

impl Inbound {
    /// At RCPT: an enabled alias that would get mail now, and its mailbox.
    pub async fn recipient(&self, local: &str) -> Result<(EmailAddress, i64), Refusal> {
        let (alias, route) = self.route(local).await?;
        let (mailbox, id) = (route.mailbox.0, route.alias);
        self.quota.has_room(route.mailbox, self.clock.now()).await?;
        if let Err(refusal) = policy::treatment(route, self.clock.now()) {
            self.note(id, Outcome::Refused, 0).await;
            return Err(refusal);
        }
        Ok((alias, mailbox))
    }

    /// Accepts a message for all of its aliases or for none: sealed for each, then stored in one transaction.
    pub async fn accept(&self, incoming: &Incoming, aliases: Vec<EmailAddress>) -> Result<(), Refusal> {
        let mut accepted = Accepted::default();
        for alias in aliases {
            self.relay(incoming, alias, &mut accepted).await?;
        }
        let happenings = accepted.happenings.clone();
        self.queue.put(accepted).await.map_err(not_stored)?;
        for happening in happenings {
            self.metrics.accepted(word(happening.outcome));
        }
        Ok(())
    }

    /// Makes of a message what goes to the mailbox behind an alias. Profile and switches are read again: between RCPT and
    /// the end of DATA they may have changed.
    async fn relay(&self, incoming: &Incoming, alias: EmailAddress, accepted: &mut Accepted) -> Result<(), Refusal> {
        let Incoming { client, data, seen, .. } = incoming;
        let (_, route) = self.route(&alias.local().to_lowercase()).await?;
        let message = Message::parse(data);
        let sender = identify::sender(&message, &client.reverse_path)
            .ok_or_else(|| Refusal::new(reply::MALFORMED, "no_sender"))?;
        let mark = self.sealing.loop_mark(route.mailbox);
        let mark = policy::no_loop(&message, &sender, &self.domain, &mark)?;
        let now = self.clock.now();
        self.quota.take(route.mailbox, now).await?;
        let mailbox = route.address.clone();
        let id = route.alias;
        let origin = Origin::Inbound {
            alias: id,
            sender: incoming.answerable(&message),
        };
        let (parcel, outcome) = match policy::treatment(route, now)? {
            Treatment::Seal(profile) => {
                let job = Job {
                    contact: self.sealing.contact(id, &sender, now).await?,
                    profile,
                    data: Arc::clone(data),
                    sender,
                    alias_id: id,
                    alias,
                    mailbox,
                    now,
                    seen: seen.clone(),
                    mark,
                };
                (self.sealed(job, accepted).await?, Outcome::Sealed)
            }
            Treatment::Clear(permit) => {
                let bytes = trace::relayed(client, &self.domain, now, seen.as_ref(), &mark, &message);
                (Parcel::clear(mailbox, bytes, permit), Outcome::Relayed)
            }
        };
        self.add(parcel, origin, (id, outcome, data.len()), accepted)
    }

    /// Seals a message and signs it for its From domain; its identifiers are remembered with it.
    async fn sealed(&self, job: Job, accepted: &mut Accepted) -> Result<Parcel, Refusal> {
        let started = std::time::Instant::now();
        let mailbox = job.mailbox.clone();
        let (sealed, ids) = self.sealing.seal(job).await?;
        accepted.ids.extend(ids);
        self.metrics.sealed_in(started.elapsed());
        Parcel::sealed(mailbox, sealed)
            .signed(&self.signer)
            .map_err(|error| Refusal::because(reply::TRY_AGAIN, "dkim", error))
    }

    fn add(
        &self,
        parcel: Parcel,
        origin: Origin,
        (alias, outcome, octets): (AliasId, Outcome, usize),
        accepted: &mut Accepted,
    ) -> Result<(), Refusal> {
        let item = self.queue.item(parcel, origin);
        accepted
            .items
            .push(item.map_err(|error| Refusal::because(reply::TRY_AGAIN, "vault", error))?);
        let octets = octets.try_into().unwrap_or(u64::MAX);
        accepted.happenings.push(Happening { alias, outcome, octets });
        Ok(())
    }

    /// Records why a message to aliases was refused, where the person may want to know.
    pub async fn note_refusal(&self, aliases: &[EmailAddress], refusal: &Refusal, octets: usize) {
        if refusal.reply != reply::DMARC {
            return;
        }
        for alias in aliases {
            if let Ok((_, route)) = self.route(&alias.local().to_lowercase()).await {
                self.note(route.alias, Outcome::Forged, octets).await;
            }
        }
    }

    /// Records what became of a message. That it cannot be recorded is no reason to refuse mail.
    async fn note(&self, alias: AliasId, outcome: Outcome, octets: usize) {
        let octets = octets.try_into().unwrap_or(u64::MAX);
        if let Err(error) = self.store.record(alias, outcome, octets, self.clock.now()).await {
            tracing::warn!(%error, "activity was not recorded");
        }
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

/// What was not stored is not ours: the sender keeps it.
pub(crate) fn not_stored(error: StoreError) -> Refusal {
    match error {
        StoreError::Full(_) => Refusal::because(reply::NO_ROOM, "disk_full", error),
        error => Refusal::because(reply::TRY_AGAIN, "queue", error),
    }
}

impl Incoming {
    /// Who is told if the message does not arrive: only an authenticated sender, and no machine (RFC 3834 §2).
    fn answerable(&self, message: &Message<'_>) -> Option<EmailAddress> {
        let automatic = message.first(header::AUTO_SUBMITTED).and_then(value::text);
        let by_machine = automatic.is_some_and(|text| !text.trim().to_ascii_lowercase().starts_with("no"));
        match &self.client.reverse_path {
            ReversePath::Address(address) if self.authenticated && !by_machine => address.parse().ok(),
            _ => None,
        }
    }
}
