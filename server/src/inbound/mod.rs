//! Inbound mail, the arrows of DESIGN §6: identify → authenticate → policy → rewrite → sign → encrypt → queue.
//!
//! Three actors: the outside sender, the alias that the sender wrote to, and the mailbox behind it. The envelope sender
//! of what leaves is a return path of the relay, its recipient the mailbox. From is the contact's relay address, To the
//! mailbox; what the sender wrote travels inside the seal. Nothing here logs an address or content.

pub mod authenticate;
pub mod create;
pub mod examine;
pub mod identify;
pub mod impostor;
pub mod keys;
pub mod letter;
pub mod new_contacts;
mod notes;
mod others;
pub mod policy;
pub mod probe;
pub mod quota;
pub mod received;
mod recipients;
pub mod reminder;
pub mod reports;
pub mod returned;
pub mod rewrite;
mod sealing;
pub mod thread;
mod trace;

use std::sync::Arc;

use app::{
    address::{EmailAddress, OutsideAddress},
    api::{
        account::MailboxId,
        alias::{AliasId, OffAnswer},
    },
};
use new_contacts::NewContacts;
pub use notes::Notes;
use others::Others;
use policy::Treatment;
use quota::Quota;
use received::{Client, ReversePath};
use rewrite::Seen;
pub use sealing::Sealing;
use sealing::{Addressee, Job, Letter};
use time::OffsetDateTime;

use crate::{
    clock::Clock,
    config::Allowance,
    deliver::{Parcel, dkim::DkimSigner},
    domains::Domains,
    mail::{header, message::Message, value},
    metrics::Metrics,
    queue::{Queue, item::Origin},
    smtp::reply::{self, Refusal},
    store::{
        Store, StoreError,
        accepted::{Accepted, Happening},
        activity::{Outcome, word},
        queue::NewItem,
        route::{Contact, End, Route},
    },
    vault::VaultError,
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
    /// The relay's main domain.
    pub domain: String,
    /// All domains that aliases live under.
    pub domains: Arc<Domains>,
    /// Counts.
    pub metrics: Arc<Metrics>,
    /// How much each account may get.
    pub quota: Quota,
    /// How many new contacts strangers may make.
    pub new_contacts: NewContacts,
    /// How many refusals are recorded.
    pub notes: Notes,
    /// How much else each account may have.
    pub allowance: Allowance,
}

/// A message to an alias, with what was found out about its sender.
pub struct Incoming {
    /// Who handed it in.
    pub client: Client,
    /// The message.
    pub data: Arc<Vec<u8>>,
    /// The findings about the sender that the reader sees.
    pub seen: Option<Seen>,
    /// Whether the envelope sender is who it says.
    pub authenticated: bool,
}

impl Inbound {
    /// At RCPT: whether mail to an alias would be taken now.
    pub async fn recipient(&self, alias: &EmailAddress) -> Result<(), Refusal> {
        let route = match self.end(alias).await? {
            End::Nowhere(_) => return Ok(()),
            End::Mailbox(route) => *route,
        };
        let id = route.alias;
        self.quota.has_room(route.mailbox, self.clock.now()).await?;
        match policy::treatment(route, self.clock.now()) {
            Ok(_) => Ok(()),
            Err(refusal) => {
                self.note(id, Outcome::Refused, 0).await;
                Err(refusal)
            }
        }
    }

    /// Accepts a message to an alias: sealed, and stored in one transaction with all that belongs to it.
    pub async fn accept(&self, incoming: &Incoming, alias: &EmailAddress) -> Result<(), Refusal> {
        let mut accepted = Accepted::default();
        self.relay(incoming, alias, &mut accepted).await?;
        let happenings = accepted.happenings.clone();
        self.queue.put(accepted).await.map_err(not_stored)?;
        for happening in happenings {
            self.metrics.accepted(word(happening.outcome));
        }
        Ok(())
    }

    /// Makes of a message what goes to the mailbox behind an alias. Profile and switches are read again: between RCPT and
    /// the end of DATA they may have changed.
    async fn relay(&self, incoming: &Incoming, alias: &EmailAddress, accepted: &mut Accepted) -> Result<(), Refusal> {
        let Incoming { client, data, seen, .. } = incoming;
        let route = match self.end(alias).await? {
            End::Mailbox(route) => *route,
            End::Nowhere(alias) => {
                let dropped = incoming.happening(alias, Outcome::Dropped);
                accepted.happenings.extend(self.noted(dropped));
                return Ok(());
            }
        };
        let message = Message::parse(data);
        let sender = match identify::sender(&message, &client.reverse_path) {
            Some(sender) => sender,
            None => self.nameless(&message, client)?,
        };
        let mut to = self.addressee(&route, alias.clone());
        to.mark = policy::no_loop(&message, &sender, &self.domain, &to.mark)?;
        if self.is_blocked(route.alias, &sender, client).await? {
            return match route.off_answer {
                OffAnswer::Reject => {
                    self.note(route.alias, Outcome::Blocked, data.len()).await;
                    Err(Refusal::new(reply::BLOCKED, "blocked"))
                }
                OffAnswer::Drop => {
                    let dropped = incoming.happening(route.alias, Outcome::Blocked);
                    accepted.happenings.extend(self.noted(dropped));
                    Ok(())
                }
            };
        }
        let now = self.clock.now();
        let (id, mailbox) = (route.alias, route.mailbox);
        // New contacts first: those that are refused take no room from what known ones send.
        let contact = self.contact((id, mailbox), &sender, client, now).await?;
        let others = match policy::seals(&route, now) {
            true => self.others(&message, &sender, (&route, &to.alias), client, now).await?,
            // A message in the clear keeps its header.
            false => Others::default(),
        };
        self.quota.take(mailbox, now).await?;
        let origin = Origin::Inbound {
            alias: id,
            sender: incoming.answerable(),
        };
        let treatment = policy::treatment(route, now)?;
        accepted.contacts.push(contact.id);
        let (parcel, outcome) = match treatment {
            Treatment::Seal(profile) => {
                let letter = Letter {
                    data: Arc::clone(data),
                    sender,
                    seen: seen.clone(),
                };
                let job = Job {
                    profile,
                    contact,
                    others,
                    to,
                    letter,
                    now,
                };
                let parcel = self.sealed(job, accepted).await?;
                (parcel, Outcome::Sealed)
            }
            Treatment::Clear(permit) => {
                let bytes = trace::relayed(client, &self.domain, now, seen.as_ref(), &to.mark, &message);
                (Parcel::clear(to.mailbox, bytes, permit), Outcome::Relayed)
            }
        };
        let item = self.queue.item(parcel, origin, mailbox);
        self.add(item, (id, outcome, data.len()), accepted)
    }

    /// The contact of a sender. New ones are limited, known ones are not.
    async fn contact(
        &self,
        (alias, mailbox): (AliasId, MailboxId),
        sender: &OutsideAddress,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Contact, Refusal> {
        let known = self.store.known_contact(alias, sender).await;
        let known = known.map_err(|error| Refusal::later("store", error))?;
        if let Some(contact) = known.filter(|contact| !contact.dormant) {
            return Ok(contact);
        }
        self.new_contacts.admit(client.ip, alias, mailbox, now).await?;
        self.sealing.contact(alias, sender, now).await
    }

    /// Whether the alias takes no mail from the author, or from the envelope sender: what else a message says of who it is from
    /// is its own word only.
    async fn is_blocked(&self, alias: AliasId, author: &OutsideAddress, client: &Client) -> Result<bool, Refusal> {
        let mut senders = vec![author.clone()];
        if let ReversePath::Address(envelope) = &client.reverse_path {
            senders.extend(envelope.parse());
        }
        let blocked = self.store.is_blocked(alias, &senders).await;
        blocked.map_err(|error| Refusal::later("store", error))
    }

    /// Stands for a sender without any address, as a message of such a one must arrive, too. It belongs to this text in From from
    /// this client only: two strangers never share a contact. Nothing can be sent to it (RFC 6761 §6.4).
    fn nameless(&self, message: &Message<'_>, client: &Client) -> Result<OutsideAddress, Refusal> {
        let from = message.first(header::FROM).map_or(&b""[..], |field| field.raw_value());
        let known_by = [
            client.ip.to_string().as_bytes(),
            b"\0",
            client.helo.as_bytes(),
            b"\0",
            from,
        ]
        .concat();
        let name = hex::encode(self.sealing.pseudonym("nameless sender", &known_by));
        let address = OutsideAddress::new(&format!("unknown-{name}"), "unknown.invalid");
        address.map_err(|error| Refusal::later("nameless", error))
    }

    /// Whom a route leads to.
    fn addressee(&self, route: &Route, alias: EmailAddress) -> Addressee {
        Addressee {
            alias_id: route.alias,
            alias,
            mailbox: route.address.clone(),
            mark: self.sealing.loop_mark(route.mailbox),
        }
    }

    /// Seals a message, whoever wrote it, and signs it for its From domain; its identifiers are remembered with it.
    async fn sealed(&self, job: Job, accepted: &mut Accepted) -> Result<Parcel, Refusal> {
        let started = std::time::Instant::now();
        let mailbox = job.to.mailbox.clone();
        accepted.keys.push(job.contact.keys);
        let (sealed, ids) = self.sealing.seal(job).await?;
        accepted.ids.extend(ids);
        self.metrics.sealed_in(started.elapsed());
        Parcel::sealed(mailbox, sealed)
            .signed(&self.signer)
            .map_err(|error| Refusal::because(reply::TRY_AGAIN, "dkim", error))
    }

    fn add(
        &self,
        item: Result<NewItem, VaultError>,
        (alias, outcome, octets): (AliasId, Outcome, usize),
        accepted: &mut Accepted,
    ) -> Result<(), Refusal> {
        accepted
            .items
            .push(item.map_err(|error| Refusal::because(reply::TRY_AGAIN, "vault", error))?);
        let octets = octets.try_into().unwrap_or(u64::MAX);
        accepted.happenings.push(Happening { alias, outcome, octets });
        Ok(())
    }

    /// Turns off an alias whose link was written to (RFC 2369 §3.2).
    pub async fn unsubscribe(&self, alias: AliasId) -> Result<(), Refusal> {
        let off = self.store.unsubscribe(alias, self.clock.now()).await;
        off.map_err(|error| Refusal::later("store", error))
    }

    /// Records why a message to an alias was refused, where the person may want to know.
    pub async fn note_refusal(&self, alias: &EmailAddress, refusal: &Refusal, octets: usize) {
        if ![reply::DMARC, reply::NOT_OURS].contains(&refusal.reply) {
            return;
        }
        if let Ok(End::Mailbox(route)) = self.end(alias).await {
            self.note(route.alias, Outcome::Forged, octets).await;
        }
    }

    /// Records the outcome of a message that goes nowhere, unless too many of that kind were recorded.
    fn noted(&self, happening: Happening) -> Option<Happening> {
        self.notes.admit(happening.alias, self.clock.now()).then_some(happening)
    }

    /// Records what became of a message. That it cannot be recorded is no reason to refuse mail.
    async fn note(&self, alias: AliasId, outcome: Outcome, octets: usize) {
        let octets = octets.try_into().unwrap_or(u64::MAX);
        if !self.notes.admit(alias, self.clock.now()) {
            return;
        }
        if let Err(error) = self.store.record(alias, outcome, octets, self.clock.now()).await {
            tracing::warn!(%error, "activity was not recorded");
        }
    }

    async fn end(&self, alias: &EmailAddress) -> Result<End, Refusal> {
        let unknown = || Refusal::new(reply::NO_SUCH_ALIAS, "no_such_alias");
        let domain = self.domains.stored(alias.domain()).ok_or_else(unknown)?;
        let end = self.store.end(alias.local(), domain).await;
        end.map_err(|error| Refusal::later("store", error))?.ok_or_else(unknown)
    }
}

/// The refusal for a message that was not stored: its sender keeps it.
pub(crate) fn not_stored(error: StoreError) -> Refusal {
    match error {
        StoreError::Full(_) => Refusal::because(reply::NO_ROOM, "disk_full", error),
        error => Refusal::because(reply::TRY_AGAIN, "queue", error),
    }
}

impl Incoming {
    fn happening(&self, alias: AliasId, outcome: Outcome) -> Happening {
        let octets = self.data.len().try_into().unwrap_or(u64::MAX);
        Happening { alias, outcome, octets }
    }

    /// Who is told if the message does not arrive: only an authenticated sender, be it a machine that reads its reports
    /// (RFC 5321 §4.5.5: never the null reverse-path).
    fn answerable(&self) -> Option<EmailAddress> {
        match &self.client.reverse_path {
            ReversePath::Address(address) if self.authenticated => address.parse().ok(),
            _ => None,
        }
    }
}

/// Whether a machine wrote it by itself (RFC 3834 §5).
fn is_automatic(message: &Message<'_>) -> bool {
    let automatic = message.first(header::AUTO_SUBMITTED).and_then(value::text);
    automatic.is_some_and(|text| !text.trim().to_ascii_lowercase().starts_with("no"))
}
