//! Contact, correspondent certificate and seal of one message: the stages rewrite, sign and encrypt with what they need
//! from store and vault. RSA and CMS run on blocking threads, as many at once as there are processors.

use std::sync::Arc;

use app::{
    address::EmailAddress,
    api::{account::MailboxId, alias::AliasId, profile::ProfileId},
    pki::{PkiError, correspondent, key::IntermediateKey},
};
use getrandom::SysRng;
use rand_core::UnwrapErr;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

use super::{
    identify::RELAY_PREFIX,
    keys::KeyPool,
    rewrite::{Facts, Seen, rewrite},
};
use crate::{
    attempts::Limit,
    mail::{header, message::Message, value},
    seal::{self, Sealed, sign::Signer},
    smtp::reply::Refusal,
    store::{
        Store, StoreError,
        accepted::MessageIds,
        correspondence::Side,
        route::{ActiveProfile, Contact, Correspondent},
    },
    threads::Threads,
    unsubscribe::Links,
    vault::{Purpose, Vault},
};

/// Makes sealed messages.
pub struct Sealing {
    store: Store,
    vault: Arc<Vault>,
    threads: Threads,
    keys: Arc<KeyPool>,
    links: Links,
    domain: String,
    processors: Semaphore,
}

/// One message for one mailbox.
pub struct Job {
    /// The valid active profile.
    pub profile: Box<ActiveProfile>,
    /// The sender's contact.
    pub contact: Contact,
    /// The message as received.
    pub data: Arc<Vec<u8>>,
    /// The contact's own address.
    pub sender: EmailAddress,
    /// The alias that was written to.
    pub alias_id: AliasId,
    /// Its address.
    pub alias: EmailAddress,
    /// The mailbox.
    pub mailbox: EmailAddress,
    /// The time.
    pub now: OffsetDateTime,
    /// What was found out about the sender.
    pub seen: Option<Seen>,
    /// See [`Sealing::loop_mark`].
    pub mark: String,
}

impl Sealing {
    /// With the processors of this machine.
    pub fn new(
        store: Store,
        vault: Arc<Vault>,
        threads: Threads,
        keys: Arc<KeyPool>,
        links: Links,
        domain: String,
    ) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            store,
            vault,
            threads,
            keys,
            links,
            domain,
            processors: Semaphore::new(processors),
        }
    }

    /// The contact of an alias for a sender. Its relay address tells nothing of the sender, yet is the same every time.
    pub async fn contact(
        &self,
        alias: AliasId,
        sender: &EmailAddress,
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
        let message = Message::parse(&job.data);
        let known = self
            .threads
            .translate(job.alias_id, Side::Outside, &message)
            .await
            .map_err(|error| Refusal::later("threads", error))?;
        let ids = self.pair(&job, &message)?;
        let unsubscribe = self.unsubscribe(&job)?;
        let threads = self.threads.clone();
        let sealed = self.compute(move || {
            let message_id = |original: &str| {
                let known = known.get(original).cloned();
                known.unwrap_or_else(|| threads.made(original))
            };
            let rewritten = rewrite(
                &job.data,
                &Facts {
                    relay_address: &job.contact.relay_address,
                    mailbox: &job.mailbox,
                    sender: &job.sender,
                    alias: &job.alias,
                    now: job.now,
                    loop_mark: &job.mark,
                    seen: job.seen.as_ref(),
                    unsubscribe: unsubscribe.as_deref(),
                    message_id: &message_id,
                },
            );
            // Sealed all the same, whatever it is: only the log is told, and by what it is rather than what it says.
            tracing::info!(nature = ?seal::nature::nature(&job.data), octets = job.data.len(), "sealing");
            let chain = &job.profile.chain;
            let signer = Signer::new(&correspondent.certificate, chain, &key)
                .map_err(|error| Refusal::later("signer", error))?;
            seal::seal(&rewritten, &signer, chain.user(), job.now, &mut UnwrapErr(SysRng))
                .map_err(|error| Refusal::later("seal", error))
        });
        Ok((sealed.await?, ids))
    }

    /// Turns the alias off by a click; not what the relay itself has to say.
    fn unsubscribe(&self, job: &Job) -> Result<Option<String>, Refusal> {
        if job.sender.domain() == self.domain {
            return Ok(None);
        }
        let links = self.links.value(job.alias_id);
        links.map_err(|error| Refusal::later("vault", error))
    }

    /// Only an identifier that the sender gave can be referred to.
    fn pair(&self, job: &Job, message: &Message<'_>) -> Result<Option<MessageIds>, Refusal> {
        let outside = message
            .first(header::MESSAGE_ID)
            .map(value::message_ids)
            .unwrap_or_default();
        let pair = outside.first().map(|outside| {
            let inside = self.threads.made(outside);
            self.threads.pair(job.alias_id, &inside, outside)
        });
        pair.transpose().map_err(|error| Refusal::later("threads", error))
    }

    /// The contact's certificate under the profile; made and stored when this is its first message.
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
        let made = self.issue(job, profile).await?;
        self.store
            .add_correspondent(contact, profile, made)
            .await
            .map_err(|error| Refusal::later("store", error))
    }

    async fn issue(&self, job: &Job, profile: ProfileId) -> Result<Correspondent, Refusal> {
        let intermediate = self
            .vault
            .unwrap(Purpose::Intermediate { profile: profile.0 }, &job.profile.intermediate)
            .map_err(|error| Refusal::later("vault", error))?;
        let (chain, address, now) = (job.profile.chain.clone(), job.contact.relay_address.clone(), job.now);
        let key = self.keys.take().await.map_err(|error| Refusal::later("key", error))?;
        let (certificate, key) = self
            .compute(move || {
                let made = || {
                    let intermediate = IntermediateKey::from_pkcs8(&intermediate)?;
                    let rng = &mut UnwrapErr(SysRng);
                    let certificate = correspondent::issue(&chain, &intermediate, &key, &address, now, rng)?;
                    Ok((certificate, key.to_pkcs8()?))
                };
                made().map_err(|error: PkiError| Refusal::later("issue", error))
            })
            .await?;
        let key = self
            .vault
            .wrap(purpose(job), &key)
            .map_err(|error| Refusal::later("vault", error))?;
        Ok(Correspondent { certificate, key })
    }

    /// Runs heavy work beside the async threads.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let _turn = self
            .processors
            .acquire()
            .await
            .map_err(|error| Refusal::later("stopped", error))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| Refusal::later("panic", error))?
    }
}

fn purpose(job: &Job) -> Purpose {
    Purpose::Correspondent {
        profile: job.profile.id.0,
        contact: job.contact.id.0,
    }
}
