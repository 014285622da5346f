//! Relays mail from outside to the mailbox behind an alias: identify, authenticate, decide, seal, queue.
//!
//! There are three actors: the outside sender, the alias that the sender wrote to, and the mailbox behind it. A relayed
//! message has a return path of the relay as envelope sender and the mailbox as recipient. From is the contact's relay
//! address, and To is the mailbox. The sender's message is inside the seal. Nothing here logs an address or content.
//! docs/ARCHITECTURE.md lists the steps in order.
//!
//! The order of the checks matters:
//!
//! - Structure comes first ([`crate::examine`]), before any parser.
//! - New contacts come before the quota, so that refused strangers take no room from known contacts. Too many new
//!   contacts are 450 4.7.1. Too many messages to the account this hour are 450 4.2.1.
//! - Policy runs twice: at RCPT to refuse early, and again after DATA, because profile and kill switch may have
//!   changed.
//! - The sender is authenticated before its contact is looked up. The address that the reader will see
//!   ([`crate::mail::shown`]) is the address that was checked.
//!
//! An alias that rejects is not found, by the same query as one that never existed. An alias that drops accepts the
//! message and only counts it (`store::route::End`). All records of an accepted message are stored in one transaction
//! (`store::accepted`).
//!
//! Every message to a mailbox carries `Sealpost-Loop`, a keyed hash of the mailbox. If it comes back to an alias of the
//! same mailbox, it is refused ([`loops`]). A message keeps up to ten marks of other mailboxes, because the seal hides
//! its path. Otherwise two mailboxes that forward to each other's alias would loop for ever.
//!
//! A request for an alias ([`create`], to `new@`) needs DKIM or SPF in alignment with the mailbox. While sender checks
//! are off, it needs a signature by the key of one of the mailbox's profiles. Each message counts once.

pub mod authenticate;
pub mod create;
pub mod identify;
pub mod impostor;
pub mod loops;
mod others;
mod received_header;
mod recipients;
pub mod returned;

use std::{net::IpAddr, sync::Arc};

use app::{
    address::{EmailAddress, OutsideAddress},
    api::alias::OffAnswer,
    id::AliasId,
};
use time::OffsetDateTime;

use crate::{
    clock::Clock,
    config::Allowance,
    domains::Domains,
    envelope::{Client, ReversePath},
    limits::{
        activity_notes::Notes,
        new_contacts::{NewContacts, too_many},
        quota::{Place, Quota, Source},
    },
    mail::{header, indexed::IndexedMessage, message::Message, shown, value},
    metrics::Metrics,
    notices::Notices,
    outlet::{Clear, Content, Outlet},
    parcel::item::Origin,
    policy,
    processors::Processors,
    queue::Queue,
    refusal::{Reason, Refusal},
    rewrite::Seen,
    sealing::{Letter, Mail, Others},
    store::{
        Store,
        accepted::Accepted,
        activity::{ActivityEvent, Outcome, word},
        route::{Contact, End, Route},
    },
};

/// The pipeline for mail to aliases, with everything that it needs.
pub struct Inbound {
    /// The database: aliases, contacts, profiles.
    pub store: Store,
    /// Seals messages, or sends them unencrypted with a permit.
    pub outlet: Arc<Outlet>,
    /// Answers requests for a new alias.
    pub notices: Arc<Notices>,
    /// The queue that every outgoing message goes through.
    pub queue: Arc<Queue>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The relay's main domain.
    pub domain: String,
    /// All domains that aliases exist under.
    pub domains: Arc<Domains>,
    /// The operator's counters.
    pub metrics: Arc<Metrics>,
    /// The limit of messages that each account gets an hour.
    pub quota: Quota,
    /// The limit of new contacts that outside senders create.
    pub new_contacts: NewContacts,
    /// The limit of refusals that the activity page records.
    pub notes: Notes,
    /// The other limits of each account.
    pub allowance: Allowance,
    /// The processors on which signatures of requests are verified.
    pub processors: Processors,
}

/// A message to an alias, with its sender's authentication results.
pub struct Incoming {
    /// The SMTP client that handed it in.
    pub client: Client,
    /// The message.
    pub data: IndexedMessage,
    /// The findings about the sender that the reader sees.
    pub seen: Option<Seen>,
    /// Whether SPF or DKIM confirms the envelope sender.
    pub authenticated: bool,
}

impl Inbound {
    /// Checks at RCPT whether mail of a client to an alias would be accepted now.
    pub async fn check_recipient(&self, client: IpAddr, alias: &EmailAddress) -> Result<(), Refusal> {
        let route = match self.find_end(alias).await? {
            End::Nowhere(_) => return Ok(()),
            End::Mailbox(route) => *route,
        };
        let id = route.alias;
        // SPF and DKIM confirm a sender after DATA only.
        let source = Some(Source { client, sender: None });
        self.quota.has_room(route.mailbox, source, self.clock.now()).await?;
        match policy::treatment(route, self.clock.now()) {
            Ok(_) => Ok(()),
            Err(refusal) => {
                if refusal.reason == Reason::KillSwitch {
                    self.note(id, Outcome::Refused, 0).await;
                }
                Err(refusal)
            }
        }
    }

    /// Accepts a message to an alias. The sealed message and its records are stored in one transaction.
    pub async fn accept(&self, incoming: Incoming, alias: &EmailAddress) -> Result<(), Refusal> {
        let mut accepted = Accepted::default();
        let place = self.relay(incoming, alias, &mut accepted).await?;
        accepted.counted.extend(place.iter().flat_map(Place::counted));
        let events = accepted.events.clone();
        self.queue.put(accepted).await?;
        place.into_iter().for_each(Place::keep);
        for event in events {
            self.metrics.count_accepted(word(event.outcome));
        }
        Ok(())
    }

    /// Builds what goes to the mailbox behind an alias. It reads profile and switches again, because they may have changed
    /// since RCPT. Returns the place that the message takes within the account's limit.
    async fn relay(
        &self,
        incoming: Incoming,
        alias: &EmailAddress,
        accepted: &mut Accepted,
    ) -> Result<Option<Place>, Refusal> {
        let Incoming { client, data, .. } = &incoming;
        let route = match self.find_end(alias).await? {
            End::Mailbox(route) => *route,
            End::Nowhere(alias) => {
                let dropped = incoming.event(alias, Outcome::Dropped);
                accepted.events.extend(self.admit_event(dropped));
                return Ok(None);
            }
        };
        let message = data.message();
        let sender = match shown::sender(&message, client.reverse_path.address()) {
            Some(sender) => sender,
            None => self.placeholder_address(&message, client)?,
        };
        let mut to = self.outlet.sealing.addressee(&route, alias.clone());
        to.mark = loops::refuse_loop(&message, &sender, &self.domain, &to.mark)?;
        if self.is_blocked(route.alias, &sender, client).await? {
            return match route.off_answer {
                OffAnswer::Reject => {
                    self.note(route.alias, Outcome::Blocked, data.len()).await;
                    Err(Refusal::new(Reason::Blocked))
                }
                OffAnswer::Drop => {
                    let dropped = incoming.event(route.alias, Outcome::Blocked);
                    accepted.events.extend(self.admit_event(dropped));
                    Ok(None)
                }
            };
        }
        let now = self.clock.now();
        let (id, mailbox) = (route.alias, route.mailbox);
        // New contacts are limited first, so that refused ones do not count towards the quota.
        let contact = self.admit_contact(&route, &sender, client, now).await?;
        let others = match policy::seals(&route, now) {
            true => {
                self.find_others(&message, &sender, (&route, &to.alias), client, now)
                    .await?
            }
            // An unencrypted message keeps its header, so it needs no relay addresses for others.
            false => Others::default(),
        };
        let place = self.quota.take(mailbox, Some(incoming.source()), now).await?;
        let origin = Origin::Inbound {
            alias: id,
            sender: incoming.report_recipient(),
        };
        let treatment = policy::treatment(route, now)?;
        accepted.contacts.push(contact.id);
        let (mailbox_address, mark) = (to.mailbox.clone(), to.mark.clone());
        // Only the form that is made holds the message from here on, so a large one is dropped once it was rewritten.
        let mut event = incoming.event(id, Outcome::Sealed);
        let Incoming { client, data, seen, .. } = incoming;
        let (copy, found, require_tls) = (data.clone(), seen.clone(), client.require_tls);
        let content = move || {
            let letter = Letter { data, sender, seen };
            Ok(Content::Mail(Box::new(Mail {
                contact,
                others,
                to,
                letter,
                now,
            })))
        };
        let clear = move || {
            let bytes = received_header::add(&client, &self.domain, now, found.as_ref(), &mark, &copy.message());
            Ok(Clear::AsItCame(bytes.into()))
        };
        let parcel = self
            .outlet
            .parcel(treatment, mailbox_address, content, clear, accepted)
            .await?;
        if parcel.clear_mailbox().is_some() {
            event.outcome = Outcome::Relayed;
        }
        let parcel = parcel.requiring_tls(require_tls);
        accepted.items.push(self.queue.item(parcel, origin, mailbox)?);
        accepted.events.push(event);
        Ok(Some(place))
    }

    /// Returns the sender's contact. Only new contacts are limited.
    async fn admit_contact(
        &self,
        route: &Route,
        sender: &OutsideAddress,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Contact, Refusal> {
        let (alias, sealing) = (route.alias, &self.outlet.sealing);
        match self.store.known_contact(alias, sender).await? {
            Some(contact) if !contact.dormant => Ok(contact),
            // Its keys are made anew when its message is sealed.
            Some(_) => {
                self.new_contacts.admit(client.ip, alias, route.mailbox, now).await?;
                sealing.contact(alias, sender, now).await
            }
            None => {
                let limits = self.new_contacts.budgets(client.ip, alias, route.mailbox, now).await?;
                let profile = route.active.as_ref().filter(|_| policy::seals(route, now));
                let contact = sealing.new_contact(profile, (alias, sender), &limits, now).await?;
                contact.ok_or_else(too_many)
            }
        }
    }

    /// Whether the alias blocks the author or the envelope sender. Other fields are not checked, because anybody can write
    /// them.
    async fn is_blocked(&self, alias: AliasId, author: &OutsideAddress, client: &Client) -> Result<bool, Refusal> {
        let mut senders = vec![author.clone()];
        if let ReversePath::Address(envelope) = &client.reverse_path {
            senders.extend(envelope.parse());
        }
        let blocked = self.store.is_blocked(alias, &senders).await;
        blocked.map_err(Refusal::from)
    }

    /// Makes up an address for a sender without one, so that such mail arrives too. It is derived from the client and the
    /// text in From, so two strangers never share a contact. Nothing can be sent to it (RFC 6761 §6.4).
    fn placeholder_address(&self, message: &Message<'_>, client: &Client) -> Result<OutsideAddress, Refusal> {
        let from = message.first(header::FROM).map_or(&b""[..], |field| field.raw_value());
        let known_by = [
            client.ip.to_string().as_bytes(),
            b"\0",
            client.helo.as_bytes(),
            b"\0",
            from,
        ]
        .concat();
        let name = hex::encode(self.outlet.sealing.pseudonym("nameless sender", &known_by));
        let address = OutsideAddress::new(&format!("unknown-{name}"), "unknown.invalid");
        address.map_err(|error| Refusal::because(Reason::Nameless, error))
    }

    /// Turns an alias off when mail to its unsubscribe address arrives (RFC 2369 §3.2).
    pub async fn unsubscribe(&self, alias: AliasId) -> Result<(), Refusal> {
        let off = self.store.unsubscribe(alias, self.clock.now()).await;
        off.map_err(Refusal::from)
    }

    /// Records a refusal on the alias's activity page if it concerns the person: a forged sender.
    pub async fn note_refusal(&self, alias: &EmailAddress, refusal: &Refusal, octets: usize) {
        if !matches!(refusal.reason, Reason::Dmarc | Reason::SpeaksForUs) {
            return;
        }
        if let Ok(End::Mailbox(route)) = self.find_end(alias).await {
            self.note(route.alias, Outcome::Forged, octets).await;
        }
    }

    /// Returns the event of a discarded message, or `None` if too many of them were recorded already.
    fn admit_event(&self, event: ActivityEvent) -> Option<ActivityEvent> {
        self.notes.admit(event.alias, self.clock.now()).then_some(event)
    }

    /// Records the outcome of a message. A failure to record it is no reason to refuse mail.
    async fn note(&self, alias: AliasId, outcome: Outcome, octets: usize) {
        let octets = octets.try_into().unwrap_or(u64::MAX);
        if !self.notes.admit(alias, self.clock.now()) {
            return;
        }
        if let Err(error) = self.store.record(alias, outcome, octets, self.clock.now()).await {
            tracing::warn!(%error, "activity was not recorded");
        }
    }

    async fn find_end(&self, alias: &EmailAddress) -> Result<End, Refusal> {
        let unknown = || Refusal::new(Reason::NoSuchAlias);
        let domain = self.domains.stored(alias.domain()).ok_or_else(unknown)?;
        let end = self.store.end(alias.local(), domain).await;
        end?.ok_or_else(unknown)
    }
}

impl Incoming {
    fn event(&self, alias: AliasId, outcome: Outcome) -> ActivityEvent {
        let octets = self.data.len().try_into().unwrap_or(u64::MAX);
        ActivityEvent { alias, outcome, octets }
    }

    /// The source that the message is counted for.
    fn source(&self) -> Source<'_> {
        let sender = match &self.client.reverse_path {
            ReversePath::Address(address) if self.authenticated => Some(address.as_str()),
            _ => None,
        };
        Source {
            client: self.client.ip,
            sender,
        }
    }

    /// The address that is told if the message does not arrive: only an authenticated envelope sender, never the null
    /// reverse-path (RFC 5321 §4.5.5).
    fn report_recipient(&self) -> Option<EmailAddress> {
        match &self.client.reverse_path {
            ReversePath::Address(address) if self.authenticated => address.parse().ok(),
            _ => None,
        }
    }
}

/// Whether the message was sent automatically (RFC 3834 §5).
fn is_automatic(message: &Message<'_>) -> bool {
    let automatic = message.first(header::AUTO_SUBMITTED).and_then(value::text);
    automatic.is_some_and(|text| !text.trim().to_ascii_lowercase().starts_with("no"))
}
