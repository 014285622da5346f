//! Seals one message for one mailbox: the contact, the contact's key, and the stages rewrite, sign and encrypt.
//!
//! Keys and seals are made on blocking threads, as many at once as there are processors. Which of the two sealers (`smime`, `pgp`)
//! makes them depends on the profile; nothing else does.
//!
//! The relay address of a contact is `r-` and a keyed hash (HMAC-SHA-256, cut to 128 bits) of alias and sender, under a key derived from
//! the master key: the same for every message, and telling the provider nothing.
//!
//! The certificates of all whom a message names lie in the SignedData beside the sender's (PGP: in the attached key file), so that
//! a mail client can encrypt an answer to all of them.
//!
//! A notice belongs to no alias. Its certificate or key is made for this one message under the profile and forgotten, as nobody
//! answers it.

mod contact_keys;
pub mod key_pool;
mod pgp;
mod smime;

use std::{collections::HashMap, sync::Arc};

use app::{
    address::{EmailAddress, OutsideAddress},
    id::{AliasId, ContactId, MailboxId, ProfileId},
    pki::key::IntermediateKey,
    profile::ProfileKind,
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    limits::attempts::Limit,
    local_part::RELAY_PREFIX,
    mail::{charset, header, indexed::IndexedMessage, value},
    message_ids::{MessageIdMap, Thread},
    processors::Processors,
    refusal::{Reason, Refusal},
    rewrite::{Facts, People, Seen, rewrite},
    seal::{self, Sealed},
    sealing::key_pool::KeyPool,
    store::{
        Cache, Store, StoreError,
        accepted::MessageIds,
        correspondence::Side,
        keys::ProfileKeys,
        route::{ActiveProfile, Contact, Route},
    },
    unsubscribe::Links,
    vault::Vault,
};

/// Contacts whose keys are kept ready for use, of some 3 KiB each.
const MOST_SIGNERS: usize = 10_000;

/// Profiles whose intermediate keys are kept ready for use, of some 5 KiB each.
const MOST_INTERMEDIATES: usize = 1_000;

/// Stands for the alias in Message-IDs of mail without one. No row has this number.
const NO_ALIAS: AliasId = AliasId(0);

/// Rewrites, signs and encrypts messages.
pub struct Sealing {
    store: Store,
    vault: Arc<Vault>,
    message_ids: MessageIdMap,
    keys: Arc<KeyPool>,
    links: Links,
    domain: String,
    processors: Processors,
    signers: Cache<(ContactId, ProfileId), Signer>,
    intermediates: Cache<ProfileId, Arc<IntermediateKey>>,
}

/// A message to seal for one mailbox.
pub struct Mail {
    /// The sender's contact.
    pub contact: Contact,
    /// The other people whom the message names.
    pub others: Others,
    /// The recipient.
    pub to: Addressee,
    /// The message as it came.
    pub letter: Letter,
    /// The current time, UTC.
    pub now: OffsetDateTime,
}

/// The other people whom a message names: their entries in the rewritten header, and their contacts.
#[derive(Default)]
pub struct Others {
    /// Their entries in the rewritten header.
    pub people: People,
    /// Their contacts. The signature carries their certificates, so that an answer to all can be encrypted.
    pub contacts: Vec<Contact>,
}

/// The recipient of a message.
pub struct Addressee {
    /// The alias that was written to.
    pub alias_id: AliasId,
    /// The alias's address.
    pub alias: EmailAddress,
    /// The mailbox.
    pub mailbox: EmailAddress,
    /// See [`Sealing::loop_mark`].
    pub mark: String,
}

/// A message as it came, from outside or from the relay itself.
pub struct Letter {
    /// The message.
    pub data: IndexedMessage,
    /// The contact's own address.
    pub sender: OutsideAddress,
    /// The authentication results; `None` if sender checks are off.
    pub seen: Option<Seen>,
}

/// A message from the relay itself to a person. It belongs to no alias.
pub struct Notice {
    /// The message that the relay wrote.
    pub data: Zeroizing<Vec<u8>>,
    /// The relay's own address. The profile's name constraints must permit its domain.
    pub sender: EmailAddress,
    /// The mailbox.
    pub mailbox: EmailAddress,
    /// The current time, UTC.
    pub now: OffsetDateTime,
    /// See [`Sealing::loop_mark`].
    pub mark: String,
}

/// A message and the valid profile that seals it.
struct Job {
    profile: Arc<ActiveProfile>,
    mail: Mail,
}

/// The certificate (see [`crate::store::route::ContactCertificate`]) and the key that a contact signs with.
struct Made {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

/// The same, ready for use. Clones share it.
#[derive(Clone)]
enum Signer {
    Smime(seal::sign::Signer),
    Pgp(Arc<seal::pgp::ContactKey>),
}

impl Sealing {
    /// Creates the sealer.
    pub fn new(
        store: Store,
        vault: Arc<Vault>,
        message_ids: MessageIdMap,
        keys: Arc<KeyPool>,
        links: Links,
        domain: String,
        processors: Processors,
    ) -> Self {
        Self {
            signers: store.cache(MOST_SIGNERS),
            intermediates: store.cache(MOST_INTERMEDIATES),
            store,
            vault,
            message_ids,
            keys,
            links,
            domain,
            processors,
        }
    }

    /// Returns an alias's contact for a sender. Its relay address reveals nothing about the sender and is always the same.
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
            .map_err(Refusal::from)
    }

    /// Returns the contacts of several senders, made in one transaction, by their folded addresses.
    pub async fn contacts(
        &self,
        alias: AliasId,
        addresses: &[OutsideAddress],
        now: OffsetDateTime,
    ) -> Result<HashMap<String, Contact>, Refusal> {
        let named = |address: &OutsideAddress| Ok((address.clone(), self.relay_address(alias, address)?));
        let named: Vec<_> = addresses.iter().map(named).collect::<Result<_, Refusal>>()?;
        let made = self.store.add_contacts(alias, &named, now).await;
        made.map_err(Refusal::from)
    }

    fn relay_address(&self, alias: AliasId, contact: &OutsideAddress) -> Result<EmailAddress, Refusal> {
        let named = format!("{alias}\0{}", contact.folded());
        let name = self.vault.pseudonym("relay address", named.as_bytes());
        format!("{RELAY_PREFIX}{}@{}", hex::encode(name), self.domain)
            .parse()
            .map_err(|error| Refusal::because(Reason::RelayAddress, error))
    }

    /// The recipient that a route leads to.
    pub fn addressee(&self, route: &Route, alias: EmailAddress) -> Addressee {
        Addressee {
            alias_id: route.alias,
            alias,
            mailbox: route.address.clone(),
            mark: self.loop_mark(route.mailbox),
        }
    }

    /// The loop mark of everything that is relayed to a mailbox. It is a keyed hash, so nobody else can make it.
    pub fn loop_mark(&self, mailbox: MailboxId) -> String {
        hex::encode(self.vault.pseudonym("loop mark", &mailbox.0.to_be_bytes()))
    }

    /// See [`Vault::pseudonym`].
    pub fn pseudonym(&self, label: &'static str, of: &[u8]) -> [u8; 16] {
        self.vault.pseudonym(label, of)
    }

    /// Counts an attempt. Returns `true` if it is over the limit.
    pub async fn count_attempt(&self, limit: &Limit, who: &[u8], now: OffsetDateTime) -> Result<bool, StoreError> {
        let exceeded = limit.count(&self.store, &self.vault, who, now).await;
        Ok(exceeded?.is_some())
    }

    /// Rewrites, signs and encrypts a message, and lets `finish` do the rest while it has the processor. Also returns the
    /// pair of its Message-IDs, if the sender gave it one.
    pub async fn seal<T: Send + 'static>(
        &self,
        profile: Arc<ActiveProfile>,
        mail: Mail,
        finish: impl FnOnce(Sealed) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<(T, Option<MessageIds>), Refusal> {
        let mut job = Job { profile, mail };
        let signer = self.signer(&job).await?;
        let certificates = self.certificates_of_others(&job).await;
        let message = job.mail.letter.data.message();
        let known = self
            .message_ids
            .translate(job.mail.to.alias_id, Side::Outside, &message)
            .await?;
        let unsubscribe = self.unsubscribe(&job)?;
        let message_ids = self.message_ids.clone();
        self.processors
            .run_for(job.mail.letter.data.len(), move || {
                let ids = pair_message_ids(&job, &message_ids)?;
                let data = std::mem::replace(&mut job.mail.letter.data, Vec::new().into());
                let (to, letter) = (&job.mail.to, &job.mail.letter);
                let message_id = |original: &str| {
                    let known = known.get(original).cloned();
                    known.unwrap_or_else(|| message_ids.derive(to.alias_id, original))
                };
                let facts = Facts {
                    relay_address: &job.mail.contact.relay_address,
                    mailbox: &to.mailbox,
                    sender: &letter.sender,
                    people: &job.mail.others.people,
                    alias: &to.alias,
                    now: job.mail.now,
                    signed_with_time: job.profile.keys.kind() == ProfileKind::Pgp,
                    loop_mark: &to.mark,
                    seen: letter.seen.as_ref(),
                    hidden: job.profile.settings.hidden,
                    unsubscribe: unsubscribe.as_deref(),
                    message_id: &message_id,
                };
                let sealed = rewrite_sign_encrypt(data, &facts, &job.profile, (&signer, &certificates))?;
                Ok((finish(sealed)?, ids))
            })
            .await?
    }

    /// Seals what the relay itself tells a person, signed for the relay's own address. The key is made for this one message
    /// and then forgotten: nobody can answer a machine.
    pub async fn seal_notice<T: Send + 'static>(
        &self,
        profile: Arc<ActiveProfile>,
        mut notice: Notice,
        finish: impl FnOnce(Sealed) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let made = self.make(&profile, &notice.sender, notice.now).await?;
        let message_ids = self.message_ids.clone();
        self.processors
            .run(move || {
                let facts = Facts {
                    relay_address: &notice.sender,
                    mailbox: &notice.mailbox,
                    sender: &OutsideAddress::from(&notice.sender),
                    people: &People::default(),
                    alias: &notice.mailbox,
                    now: notice.now,
                    signed_with_time: profile.keys.kind() == ProfileKind::Pgp,
                    loop_mark: &notice.mark,
                    seen: None,
                    hidden: profile.settings.hidden,
                    unsubscribe: None,
                    message_id: &|original| message_ids.derive(NO_ALIAS, original),
                };
                finish(rewrite_sign_encrypt(
                    IndexedMessage::from(std::mem::take(&mut *notice.data)),
                    &facts,
                    &profile,
                    (&made.signer(&profile.keys)?, &[]),
                )?)
            })
            .await?
    }

    /// The value of List-Unsubscribe, which turns the alias off. The relay's own messages have none.
    fn unsubscribe(&self, job: &Job) -> Result<Option<String>, Refusal> {
        if job.mail.letter.sender.domain() == self.domain {
            return Ok(None);
        }
        let links = self.links.header_value(job.mail.to.alias_id);
        links.map_err(Refusal::from)
    }
}

/// Rewrites, signs with a key for an address of the relay, and encrypts. The certificates of others go with the signature.
fn rewrite_sign_encrypt(
    data: IndexedMessage,
    facts: &Facts<'_>,
    profile: &ActiveProfile,
    (signer, others): (&Signer, &[Vec<u8>]),
) -> Result<Sealed, Refusal> {
    // Sealed all the same, whatever it is: only the log is told, and by what it is rather than what it says.
    tracing::info!(nature = ?seal::nature::nature(&data), octets = data.len(), "sealing");
    let rewritten = rewrite(&data, facts);
    drop(data);
    match (&profile.keys, signer) {
        (ProfileKeys::Smime(chain), Signer::Smime(signer)) => {
            smime::seal(rewritten, (signer, others), chain, profile.settings.cipher, facts.now)
        }
        (ProfileKeys::Pgp(keys), Signer::Pgp(signer)) => {
            pgp::seal(rewritten, (signer, others), &keys.person, facts.now)
        }
        // A profile never changes its kind.
        _ => Err(Refusal::new(Reason::Signer)),
    }
}

/// The message's identifiers on both sides. Only an identifier that the sender gave can be referred to.
fn pair_message_ids(job: &Job, message_ids: &MessageIdMap) -> Result<Option<MessageIds>, Refusal> {
    let message = job.mail.letter.data.message();
    let outside = message
        .first(header::MESSAGE_ID)
        .map(value::message_ids)
        .unwrap_or_default();
    // A Subject that the person hides is not stored here either.
    let subject = message
        .first(header::SUBJECT)
        .filter(|_| !job.profile.settings.hidden.subject);
    let charset = charset::of_text(&message);
    let subject = subject.and_then(|field| value::text_in(field, charset.as_deref()));
    let others: Vec<_> = job.mail.others.contacts.iter().map(|contact| contact.id).collect();
    let pair = outside.first().map(|outside| {
        let inside = message_ids.derive(job.mail.to.alias_id, outside);
        let thread = Thread {
            contact: job.mail.contact.id,
            others: &others,
            subject: subject.as_deref().unwrap_or_default(),
        };
        message_ids.pair(job.mail.to.alias_id, (&inside, outside), thread)
    });
    pair.transpose().map_err(Refusal::from)
}
