//! Relays a person's reply to the contact behind a relay address: open, authorise, strip, sign, queue.
//!
//! Three actors: the person, whose client wrote to a relay address; the alias that the person is known by outside; and the contact.
//! docs/ARCHITECTURE.md lists the steps, docs/SECURITY.md who can do what; [`crate::strip`] says what leaves.
//!
//! - A relay address opens a message with its own keys only: what was encrypted to one contact goes to no other, whatever the
//!   envelope says. The plaintext is in memory from opening to the queue key, and nowhere else.
//! - Everything that has to do with keys has one answer, and a message that does not decrypt is worked on to the end like one that
//!   does: who sends a captured message again and again learns nothing.
//! - Of the outer header nothing is written but what [`vouched`] chose. The names in From and Sender count without
//!   confirmation, because they are only removed from the text. A Subject that nothing vouches for is that of
//!   the message answered, which `message_ids` keeps encrypted for 90 days, unless the profile hides it.
//! - A reply that was sent leaves keyed hashes of all that its author made ([`marks`]); one of them is enough to refuse a second one.
//!   Another hash, of the whole message, tells a provider that lost our 250 from a replay: the same octets get 250, and nothing is sent.
//! - The quota comes last: what came again and what is nobody's is not counted.

pub mod authorise;
mod marks;
pub mod proof;
mod refusal;
mod stripping;
pub mod vouched;

use std::sync::Arc;

use app::{address::EmailAddress, id::AliasId};
use marks::Marks;
use proof::{Proof, Provider};
use time::Duration;
use tracing::Instrument;
use vouched::Vouched;

use crate::{
    auth::{Authentication, Transport},
    clock::Clock,
    dkim::Signers,
    domains::Domains,
    envelope::RequireTls,
    examine::examine_opened,
    keyring::Keyring,
    limits::{attempts::Limit, quota::Quota},
    mail::{header, indexed::IndexedMessage, message::Message, outside, structure::Limits, value},
    message_ids::{MessageIdMap, Thread},
    metrics::Metrics,
    parcel::item::Origin,
    processors::Processors,
    queue::Queue,
    refusal::{Reason, Refusal},
    seal::open::Opened,
    store::{
        Store, StoreError,
        accepted::{Accepted, MessageIds},
        activity::{ActivityEvent, Outcome},
        attempt::AttemptKey,
        correspondence::{ReplyRoute, Side},
    },
    traces::span::{Step, step},
    vault::{Token, Vault},
};

/// Most messages for one mailbox that fail to open in an hour. More than that is an attack on the answers. Messages that
/// DKIM or SPF confirm are not counted.
const FAILURES: Limit = Limit::new("failed reply", 30, Duration::hours(1));

/// The pipeline for replies, with everything that it needs.
pub struct Replies {
    /// The database: contacts, profiles, keys.
    pub store: Store,
    /// Unwraps the contacts' keys.
    pub vault: Arc<Vault>,
    /// Translates Message-IDs between mailbox and contact.
    pub message_ids: MessageIdMap,
    /// Signs outgoing mail as the domain of its alias.
    pub signers: Arc<Signers>,
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
    /// The limit of replies that each account sends an hour.
    pub quota: Quota,
    /// The processors on which messages are opened.
    pub processors: Processors,
    /// The limits of an opened message's MIME structure.
    pub structure: Limits,
}

/// A message to a relay address.
#[derive(Clone, Copy)]
pub struct Submitted<'a> {
    /// The message.
    pub data: &'a IndexedMessage,
    /// The sender's authentication results, or the refusal that says that the DNS did not answer.
    pub found: &'a Result<Option<Authentication>, Refusal>,
    /// How it may travel.
    pub require_tls: RequireTls,
}

/// The evidence of a message's origin.
#[derive(Clone, Copy)]
struct Origins<'a> {
    transport: Transport,
    provider: Provider<'a>,
}

/// The alias and the new Message-ID of a reply.
struct Common {
    alias: EmailAddress,
    own_id: String,
}

impl Replies {
    /// Finds at RCPT the alias that a relay address belongs to.
    pub async fn alias_of(&self, local: &str) -> Result<AliasId, Refusal> {
        Ok(self.find_route(local).await?.alias)
    }

    /// Accepts a reply to a relay address.
    pub async fn accept(&self, submitted: Submitted<'_>, local: &str) -> Result<(), Refusal> {
        let route = self.find_route(local).await?;
        let sent = self.send(submitted, &route).await;
        if sent.is_err() {
            self.note_refusal(route.alias, submitted.data.len()).await;
        }
        sent
    }

    /// Only a sent reply clears the count of failures: a replay would otherwise clear it for an attacker.
    async fn send(&self, submitted: Submitted<'_>, route: &ReplyRoute) -> Result<(), Refusal> {
        let known = submitted.found.as_ref().ok().and_then(Option::as_ref);
        let origins = Origins {
            transport: known.map_or(Transport::None, |found| found.vouches_for(&route.address)),
            provider: Provider::of(known, &route.address, self.clock.now()),
        };
        let counted = self.count_failure(route, origins.transport).await?;
        let relayed = self.relay(submitted, origins, route).await;
        let (mut accepted, marks) = relayed.map_err(|refusal| match submitted.found {
            // Without an answer of the DNS there is no verdict: with one the reply might be authorised.
            Err(unknown) if authorise::needs_provider(refusal.reason) => Refusal::new(unknown.reason),
            // If the keys were removed, everything that does not open or is not authorised gets this one answer.
            _ if route.keys_removed && refusal::may_need_a_key(refusal.reason) => Refusal::new(Reason::KeyRemoved),
            _ => refusal,
        })?;
        if self.is_repeat(&marks).await? {
            return Ok(());
        }
        // Unauthorised and repeated replies do not count towards the quota.
        let place = self.quota.take(route.mailbox, None, self.clock.now()).await?;
        accepted.counted.extend(place.counted());
        accepted.replies.extend(marks.own.into_iter().chain([marks.same]));
        accepted.signed_replies.extend(marks.signed);
        self.queue.put(accepted).await.map_err(|error| match error {
            StoreError::Taken => Refusal::new(Reason::SentBefore),
            error => error.into(),
        })?;
        place.keep();
        self.metrics.count_accepted("reply");
        self.forget_failures(counted).await;
        Ok(())
    }

    /// Builds what goes to the contact, and the marks of what its author made.
    async fn relay(
        &self,
        Submitted { data, require_tls, .. }: Submitted<'_>,
        origins: Origins<'_>,
        route: &ReplyRoute,
    ) -> Result<(Accepted, Marks), Refusal> {
        let now = self.clock.now();
        let opened = self.open(data, origins.transport, route);
        let mut opened = opened.instrument(step(Step::OpenReply)).await?;
        opened.entity = vouched::unwrap(opened.entity, &route.address);
        let common = self.read_common(data, route)?;
        let is_contact = |address: &EmailAddress| {
            address.domain() == self.domain && address.local().to_lowercase() == route.relay_local
        };
        let proof = Proof::of(&opened, origins.provider, is_contact, now);
        let settings = authorise::Settings {
            encrypted_only: route.encrypted_replies_only,
            signed_only: route.signed_replies_only,
        };
        authorise::authorise(&proof, settings).map_err(|refusal| refusal::of_inline_pgp(refusal, &opened))?;
        if !outside::can_exist(&route.contact_address) {
            return Err(Refusal::new(Reason::ContactCannotExist));
        }
        if !route.alias_enabled {
            return Err(Refusal::new(Reason::AliasDisabled));
        }
        let marks = Marks::of(data, &opened, (&proof, origins.provider), (route, &self.vault, now));
        let message = data.message();
        let thread = self
            .message_ids
            .find_answered(route.alias, route.contact, &message)
            .await?;
        let header = {
            let covered = origins.provider.covered.map(Vouched::covered).unwrap_or_default();
            let entity = Message::parse(&opened.entity);
            vouched::build_header(
                &message,
                &Vouched::inside(&entity),
                &covered,
                thread.as_ref(),
                is_contact,
            )
        };
        let ids = self
            .message_ids
            .translate(route.alias, Side::Inside, &Message::parse(&header))
            .await?;
        let paired = self.pair_message_ids(&header, route, &common)?;
        let own_names = crate::strip::own_names(&message);
        let parcel = self
            .strip_and_sign((header, own_names), opened, route, (common, ids))
            .instrument(step(Step::StripReply))
            .await?;
        let octets = parcel.bytes().len() as u64;
        let origin = Origin::Reply { alias: route.alias };
        let parcel = parcel.requiring_tls(require_tls);
        let accepted = Accepted {
            ids: paired.into_iter().collect(),
            items: vec![self.queue.item(parcel, origin, route.mailbox)?],
            answered: vec![route.contact],
            events: vec![ActivityEvent {
                alias: route.alias,
                outcome: Outcome::ReplySent,
                octets,
            }],
            ..Accepted::default()
        };
        Ok((accepted, marks))
    }

    /// Pairs the Message-IDs of both sides. The Subject that the person wrote is not stored.
    fn pair_message_ids(
        &self,
        header: &[u8],
        route: &ReplyRoute,
        common: &Common,
    ) -> Result<Option<MessageIds>, Refusal> {
        let header = Message::parse(header);
        let inside = header.first(header::MESSAGE_ID).map(value::message_ids);
        let pair = inside.and_then(|ids| ids.into_iter().next()).map(|inside| {
            let thread = Thread {
                contact: route.contact,
                others: &[],
                subject: "",
            };
            let pair = self.message_ids.pair(route.alias, (&inside, &common.own_id), thread);
            pair.map_err(Refusal::from)
        });
        pair.transpose()
    }

    /// Opens a message with the contact's key of each profile that has not ended.
    async fn open(&self, data: &IndexedMessage, transport: Transport, route: &ReplyRoute) -> Result<Opened, Refusal> {
        let keys = Keyring::unwrap_keys(route, &self.vault).map_err(|error| Refusal::because(Reason::Keys, error))?;
        let (data, now) = (data.clone(), self.clock.now());
        let structure = self.structure;
        self.processors
            .run(move || {
                let opened = keys.open(&data, now);
                let opened = opened.map_err(|error| refusal::of_open(error, transport))?;
                // The seal hid this structure from the check at the end of DATA.
                examine_opened(&opened.entity, &structure)?;
                Ok(opened)
            })
            .await?
    }

    fn read_common(&self, data: &IndexedMessage, route: &ReplyRoute) -> Result<Common, Refusal> {
        let alias = self.domains.address(&route.alias_local, &route.alias_domain);
        let own = data
            .message()
            .first(header::MESSAGE_ID)
            .map(value::message_ids)
            .unwrap_or_default();
        let own_id = match own.first() {
            Some(inside) => self.message_ids.derive(route.alias, inside),
            None => format!("{}@{}", hex::encode(Token::random()?.0), self.domain),
        };
        Ok(Common {
            alias: alias.map_err(|error| Refusal::because(Reason::Alias, error))?,
            own_id,
        })
    }

    /// Counts a possible failure. Refuses with [`Reason::TooManyFailures`] if there were too many.
    async fn count_failure(&self, route: &ReplyRoute, transport: Transport) -> Result<Option<AttemptKey>, Refusal> {
        if transport != Transport::None {
            return Ok(None);
        }
        let who = route.mailbox.0.to_be_bytes();
        let exceeded = FAILURES.count(&self.store, &self.vault, &who, self.clock.now()).await;
        match exceeded? {
            Some(_) => Err(Refusal::new(Reason::TooManyFailures)),
            None => Ok(Some(FAILURES.key(&self.vault, &who))),
        }
    }

    /// Clears the count of failures. An error is only logged, because the reply is in the queue already.
    async fn forget_failures(&self, counted: Option<AttemptKey>) {
        if let Some(key) = counted
            && let Err(error) = self.store.forget_attempts(&key).await
        {
            tracing::warn!(%error, "failed replies are still counted");
        }
    }

    async fn find_route(&self, local: &str) -> Result<ReplyRoute, Refusal> {
        let found = self.store.reply_route(local, self.clock.now()).await;
        found?.ok_or_else(|| Refusal::new(Reason::NoSuchRelayAddress))
    }

    async fn note_refusal(&self, alias: AliasId, octets: usize) {
        let (octets, now) = (octets.try_into().unwrap_or(u64::MAX), self.clock.now());
        if let Err(error) = self.store.record(alias, Outcome::ReplyRefused, octets, now).await {
            tracing::warn!(%error, "activity was not recorded");
        }
    }
}
