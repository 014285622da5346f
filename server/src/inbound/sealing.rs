//! Contact, the contact's key and seal of one message: the stages rewrite, sign and encrypt with what they need from store
//! and vault. Keys and seals are made on blocking threads, as many at once as there are processors.
//!
//! Which of the two sealers ([`smime`], [`pgp`]) makes them depends on the profile; nothing else does.

mod pgp;
mod smime;

use std::sync::Arc;

use app::{
    address::{EmailAddress, OutsideAddress},
    api::{account::MailboxId, alias::AliasId},
    profile::ProfileKind,
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{
    identify::RELAY_PREFIX,
    keys::{KeyPool, KeyPoolError},
    rewrite::{Facts, Seen, rewrite},
};
use crate::{
    attempts::Limit,
    mail::{charset, header, message::Message, value},
    processors::Processors,
    seal::{self, Sealed},
    smtp::reply::{self, Refusal},
    store::{
        Store, StoreError,
        accepted::MessageIds,
        correspondence::Side,
        keys::ProfileKeys,
        route::{ActiveProfile, Contact, Correspondent},
    },
    threads::Threads,
    unsubscribe::Links,
    vault::{Purpose, Vault},
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
    /// Whom it is for.
    pub to: Addressee,
    /// The message.
    pub letter: Letter,
    /// The time.
    pub now: OffsetDateTime,
}

/// Whom a message is for.
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

/// What the relay itself tells a person. It belongs to no alias.
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

/// What a contact signs with: its certificate, see [`Correspondent::certificate`], and its key.
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
        let name = self
            .vault
            .pseudonym("relay address", format!("{alias}\0{}", sender.folded()).as_bytes());
        let relay_address = format!("{RELAY_PREFIX}{}@{}", hex::encode(name), self.domain)
            .parse()
            .map_err(|error| Refusal::later("relay_address", error))?;
        self.store
            .contact(alias, sender, &relay_address, now)
            .await
            .map_err(|error| Refusal::later("store", error))
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
        let correspondent = self.correspondent(&job).await?;
        let key = self
            .vault
            .unwrap(purpose(&job), &correspondent.key)
            .map_err(|error| Refusal::later("vault", error))?;
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
            let sealed = finished(&letter.data, &facts, &job.profile, &Made { certificate, key })?;
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
                alias: &notice.mailbox,
                now: notice.now,
                signed_with_time: notice.profile.keys.kind() == ProfileKind::Pgp,
                loop_mark: &notice.mark,
                seen: None,
                hidden: notice.profile.settings.hidden,
                unsubscribe: None,
                message_id: &|original| threads.made(NO_ALIAS, original),
            };
            finished(&notice.data, &facts, &notice.profile, &made)
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

    /// The contact's key under the profile; made and stored when this is its first message.
    async fn correspondent(&self, job: &Job) -> Result<Correspondent, Refusal> {
        let (contact, profile) = (job.contact.id, job.profile.id);
        let stored = self
            .store
            .correspondent(contact, profile)
            .await
            .map_err(|error| Refusal::later("store", error))?;
        if let Some(correspondent) = stored {
            return Ok(correspondent);
        }
        let Made { certificate, key } = self.make(&job.profile, &job.contact.relay_address, job.now).await?;
        let key = self
            .vault
            .wrap(purpose(job), &key)
            .map_err(|error| Refusal::later("vault", error))?;
        let made = Correspondent { certificate, key };
        self.store
            .add_correspondent(contact, profile, made)
            .await
            .map_err(|error| Refusal::later("store", error))
    }

    /// Makes a key for an address of the relay, certified under a profile.
    async fn make(
        &self,
        profile: &ActiveProfile,
        address: &EmailAddress,
        now: OffsetDateTime,
    ) -> Result<Made, Refusal> {
        let certifier = self
            .vault
            .unwrap(Purpose::Certifier { profile: profile.id.0 }, &profile.certifier)
            .map_err(|error| Refusal::later("vault", error))?;
        let address = address.clone();
        match &profile.keys {
            ProfileKeys::Smime(chain) => {
                let chain = chain.clone();
                let key = self.keys.take().await.map_err(no_key)?;
                self.compute(move || smime::issue(&chain, &certifier, &key, &address, now))
                    .await
            }
            ProfileKeys::Pgp(_) => self.compute(move || pgp::issue(&certifier, &address, now)).await,
        }
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

/// Rewrites, signs with a key for an address of the relay, and encrypts.
fn finished(data: &[u8], facts: &Facts<'_>, profile: &ActiveProfile, made: &Made) -> Result<Sealed, Refusal> {
    let rewritten = rewrite(data, facts);
    // Sealed all the same, whatever it is: only the log is told, and by what it is rather than what it says.
    tracing::info!(nature = ?seal::nature::nature(data), octets = data.len(), "sealing");
    match &profile.keys {
        ProfileKeys::Smime(chain) => smime::seal(&rewritten, made, chain, profile.settings.cipher, facts.now),
        ProfileKeys::Pgp(keys) => pgp::seal(&rewritten, made, &keys.person, facts.now),
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
    let pair = outside.first().map(|outside| {
        let inside = threads.made(job.to.alias_id, outside);
        let thread = (job.contact.id, subject.as_deref().unwrap_or_default());
        threads.pair(job.to.alias_id, (&inside, outside), thread)
    });
    pair.transpose().map_err(|error| Refusal::later("threads", error))
}

fn no_key(error: KeyPoolError) -> Refusal {
    match error {
        KeyPoolError::Busy => Refusal::because(reply::TOO_MANY_NEW_SENDERS, "keys_busy", error),
        error => Refusal::later("key", error),
    }
}

fn purpose(job: &Job) -> Purpose {
    Purpose::Correspondent {
        profile: job.profile.id.0,
        contact: job.contact.id.0,
    }
}
