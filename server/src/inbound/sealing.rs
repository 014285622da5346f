//! Contact, the contact's key and seal of one message: the stages rewrite, sign and encrypt with what they need from store
//! and vault. Keys and seals are made on blocking threads, as many at once as there are processors.
//!
//! Which of the two sealers ([`smime`], [`pgp`]) makes them depends on the profile; nothing else does.

mod contact_keys;
mod pgp;
mod smime;

use std::{collections::HashMap, sync::Arc};

use app::{
    address::{EmailAddress, OutsideAddress},
    api::{account::MailboxId, alias::AliasId},
    profile::ProfileKind,
};
use contact_keys::purpose;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    identify::RELAY_PREFIX,
    keys::KeyPool,
    others::Others,
    rewrite::{Facts, People, Seen, rewrite},
};
use crate::{
    attempts::Limit,
    mail::{charset, header, message::Message, value},
    processors::Processors,
    seal::{self, Sealed},
    smtp::reply::Refusal,
    store::{
        Store, StoreError,
        accepted::MessageIds,
        correspondence::Side,
        keys::ProfileKeys,
        route::{ActiveProfile, Contact},
    },
    threads::{Thread, Threads},
    unsubscribe::Links,
    vault::Vault,
};

/// Stands for the alias in the identifiers of what belongs to none; no row has the number.
const NO_ALIAS: AliasId = AliasId(0);

/// Makes sealed messages.
pub struct Sealing {
    store: Store,
    vault: Arc<Vault>,
    threads: Threads,
    keys: Arc<KeyPool>,
    links: Links,
    domain: String,
    processors: Processors,
}

/// One message for one mailbox.
pub struct Job {
    /// The valid active profile.
    pub profile: Box<ActiveProfile>,
    /// The sender's contact.
    pub contact: Contact,
    /// Those whom the message names besides.
    pub others: Others,
    /// Whom it is for.
    pub to: Addressee,
    /// The message.
    pub letter: Letter,
    /// The time.
    pub now: OffsetDateTime,
}

/// The recipient of a message.
pub struct Addressee {
    /// The alias that was written to.
    pub alias_id: AliasId,
    /// Its address.
    pub alias: EmailAddress,
    /// The mailbox.
    pub mailbox: EmailAddress,
    /// See [`Sealing::loop_mark`].
    pub mark: String,
}

/// A message as it came, from outside or from the relay itself.
pub struct Letter {
    /// The message.
    pub data: Arc<Vec<u8>>,
    /// The contact's own address.
    pub sender: OutsideAddress,
    /// What was found out about the sender.
    pub seen: Option<Seen>,
}

/// A message from the relay itself to a person. It belongs to no alias.
pub struct Notice {
    /// The valid active profile.
    pub profile: Box<ActiveProfile>,
    /// The message.
    pub data: Vec<u8>,
    /// The relay's own address; under the domain that the profile's name constraints hold.
    pub sender: EmailAddress,
    /// The mailbox.
    pub mailbox: EmailAddress,
    /// The time.
    pub now: OffsetDateTime,
    /// See [`Sealing::loop_mark`].
    pub mark: String,
}

/// The certificate (see [`Correspondent::certificate`]) and the key that a contact signs with.
struct Made {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Sealing {
    /// With all that it uses.
    pub fn new(
        store: Store,
        vault: Arc<Vault>,
        threads: Threads,
        keys: Arc<KeyPool>,
        links: Links,
        domain: String,
        processors: Processors,
    ) -> Self {
        Self {
            store,
            vault,
            threads,
            keys,
            links,
            domain,
            processors,
        }
    }

    /// The contact of an alias for a sender. Its relay address tells nothing of the sender, yet is the same every time.
    pub async fn contact(
        &self,
        alias: AliasId,
        sender: &OutsideAddress,
        now: OffsetDateTime,
    ) -> Result<Contact, Refusal> {
        let relay_address = self.relay_address(alias, sender)?;
        self.store
            .contact(alias, sender, &relay_address, now)
            .await
            .map_err(|error| Refusal::later("store", error))
    }

    /// The same for several, in one transaction; by their folded addresses.
    pub async fn contacts(
        &self,
        alias: AliasId,
        addresses: &[OutsideAddress],
        now: OffsetDateTime,
    ) -> Result<HashMap<String, Contact>, Refusal> {
        let named = |address: &OutsideAddress| Ok((address.clone(), self.relay_address(alias, address)?));
        let named: Vec<_> = addresses.iter().map(named).collect::<Result<_, Refusal>>()?;
        let made = self.store.add_contacts(alias, &named, now).await;
        made.map_err(|error| Refusal::later("store", error))
    }

    fn relay_address(&self, alias: AliasId, contact: &OutsideAddress) -> Result<EmailAddress, Refusal> {
        let named = format!("{alias}\0{}", contact.folded());
        let name = self.vault.pseudonym("relay address", named.as_bytes());
        format!("{RELAY_PREFIX}{}@{}", hex::encode(name), self.domain)
            .parse()
            .map_err(|error| Refusal::later("relay_address", error))
    }

    /// What marks all that is relayed to a mailbox; nobody else can make it.
    pub fn loop_mark(&self, mailbox: MailboxId) -> String {
        hex::encode(self.vault.pseudonym("loop mark", &mailbox.0.to_be_bytes()))
    }

    /// See [`Vault::pseudonym`].
    pub(super) fn pseudonym(&self, label: &'static str, of: &[u8]) -> [u8; 16] {
        self.vault.pseudonym(label, of)
    }

    /// Counts an attempt, and tells whether it is one too many.
    pub(super) async fn exceeded(&self, limit: &Limit, who: &[u8], now: OffsetDateTime) -> Result<bool, StoreError> {
        let exceeded = limit.exceeded(&self.store, &self.vault, who, now).await;
        Ok(exceeded?.is_some())
    }

    /// Rewrites, signs and encrypts. Beside the message it gives the pair of its identifiers, where it has one outside.
    pub async fn seal(&self, job: Job) -> Result<(Sealed, Option<MessageIds>), Refusal> {
        let correspondent = self.correspondent(&job, &job.contact).await?;
        let key = self
            .vault
            .unwrap(purpose(&job, &job.contact), &correspondent.key)
            .map_err(|error| Refusal::later("vault", error))?;
        let certificates = self.certificates_of_others(&job).await;
        let message = Message::parse(&job.letter.data);
        let known = self
            .threads
            .translate(job.to.alias_id, Side::Outside, &message)
            .await
            .map_err(|error| Refusal::later("threads", error))?;
        let unsubscribe = self.unsubscribe(&job)?;
        let threads = self.threads.clone();
        self.compute(move || {
            let ids = pair(&job, &threads)?;
            let (to, letter) = (&job.to, &job.letter);
            let message_id = |original: &str| {
                let known = known.get(original).cloned();
                known.unwrap_or_else(|| threads.made(to.alias_id, original))
            };
            let facts = Facts {
                relay_address: &job.contact.relay_address,
                mailbox: &to.mailbox,
                sender: &letter.sender,
                people: &job.others.people,
                alias: &to.alias,
                now: job.now,
                signed_with_time: job.profile.keys.kind() == ProfileKind::Pgp,
                loop_mark: &to.mark,
                seen: letter.seen.as_ref(),
                hidden: job.profile.settings.hidden,
                unsubscribe: unsubscribe.as_deref(),
                message_id: &message_id,
            };
            let certificate = correspondent.certificate;
            let made = Made { certificate, key };
            let sealed = finished(&letter.data, &facts, &job.profile, (&made, &certificates))?;
            Ok((sealed, ids))
        })
        .await
    }

    /// Seals what the relay itself tells a person, signed for the relay's own address. The key is made for this one message
    /// and then forgotten: nobody can answer a machine.
    pub async fn seal_notice(&self, notice: Notice) -> Result<Sealed, Refusal> {
        let made = self.make(&notice.profile, &notice.sender, notice.now).await?;
        let threads = self.threads.clone();
        self.compute(move || {
            let facts = Facts {
                relay_address: &notice.sender,
                mailbox: &notice.mailbox,
                sender: &OutsideAddress::from(&notice.sender),
                people: &People::default(),
                alias: &notice.mailbox,
                now: notice.now,
                signed_with_time: notice.profile.keys.kind() == ProfileKind::Pgp,
                loop_mark: &notice.mark,
                seen: None,
                hidden: notice.profile.settings.hidden,
                unsubscribe: None,
                message_id: &|original| threads.made(NO_ALIAS, original),
            };
            finished(&notice.data, &facts, &notice.profile, (&made, &[]))
        })
        .await
    }

    /// Turns the alias off by a click; not what the relay itself has to say.
    fn unsubscribe(&self, job: &Job) -> Result<Option<String>, Refusal> {
        if job.letter.sender.domain() == self.domain {
            return Ok(None);
        }
        let links = self.links.value(job.to.alias_id);
        links.map_err(|error| Refusal::later("vault", error))
    }

    /// Runs heavy work beside the async threads.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let done = self.processors.run(work).await;
        done.map_err(|error| Refusal::later("processors", error))?
    }
}

/// Rewrites, signs with a key for an address of the relay, and encrypts. The certificates of others go with the signature.
fn finished(
    data: &[u8],
    facts: &Facts<'_>,
    profile: &ActiveProfile,
    (made, others): (&Made, &[Vec<u8>]),
) -> Result<Sealed, Refusal> {
    let rewritten = rewrite(data, facts);
    // Sealed all the same, whatever it is: only the log is told, and by what it is rather than what it says.
    tracing::info!(nature = ?seal::nature::nature(data), octets = data.len(), "sealing");
    match &profile.keys {
        ProfileKeys::Smime(chain) => smime::seal(&rewritten, (made, others), chain, profile.settings.cipher, facts.now),
        ProfileKeys::Pgp(keys) => pgp::seal(&rewritten, (made, others), &keys.person, facts.now),
    }
}

/// The message's identifiers on both sides. Only an identifier that the sender gave can be referred to.
fn pair(job: &Job, threads: &Threads) -> Result<Option<MessageIds>, Refusal> {
    let message = Message::parse(&job.letter.data);
    let outside = message
        .first(header::MESSAGE_ID)
        .map(value::message_ids)
        .unwrap_or_default();
    // A Subject that the person hides is not kept here either.
    let subject = message
        .first(header::SUBJECT)
        .filter(|_| !job.profile.settings.hidden.subject);
    let charset = charset::of_text(&message);
    let subject = subject.and_then(|field| value::text_in(field, charset.as_deref()));
    let others: Vec<_> = job.others.contacts.iter().map(|contact| contact.id).collect();
    let pair = outside.first().map(|outside| {
        let inside = threads.made(job.to.alias_id, outside);
        let thread = Thread {
            contact: job.contact.id,
            others: &others,
            subject: subject.as_deref().unwrap_or_default(),
        };
        threads.pair(job.to.alias_id, (&inside, outside), thread)
    });
    pair.transpose().map_err(|error| Refusal::later("threads", error))
}
