//! Carries out what policy decided on a message to a mailbox; there is no other exit towards a mailbox.
//!
//! A message is given in both forms that policy may ask for. Only the one that is asked for is made.

use std::sync::Arc;

use app::address::{EmailAddress, OutsideAddress};
use time::OffsetDateTime;
use tracing::Instrument;
use zeroize::Zeroizing;

use crate::{
    dkim::DkimSigner,
    letters::Written,
    metrics::Metrics,
    parcel::Parcel,
    policy::Treatment,
    refusal::Refusal,
    seal::Sealed,
    sealing::{Addressee, Letter, Mail, Notice, Others, Sealing},
    store::{accepted::Accepted, route::ActiveProfile},
    traces::span::{Step, step},
};

/// Creates parcels for mailboxes.
pub struct Outlet {
    /// Seals messages.
    pub sealing: Arc<Sealing>,
    /// Signs outgoing mail with DKIM as the relay's domain.
    pub signer: Arc<DkimSigner>,
    /// The operator's counters.
    pub metrics: Arc<Metrics>,
}

/// A message to be sealed.
pub enum Content {
    /// A message from a contact to an alias.
    Mail(Box<Mail>),
    /// A message that the relay writes to an alias as if `sender` had written it. The sender becomes a contact like any
    /// other.
    Told {
        /// An address of the relay.
        sender: EmailAddress,
        /// The alias and its mailbox.
        to: Addressee,
        /// The message.
        data: Zeroizing<Vec<u8>>,
        /// The current time, UTC.
        now: OffsetDateTime,
    },
    /// A message from the relay itself to a mailbox, and to none of its aliases.
    Notice(Notice),
}

/// A message that is sent unencrypted.
pub enum Clear {
    /// The message as it came. Its From belongs to somebody else, so the relay does not sign it.
    AsItCame(Zeroizing<Vec<u8>>),
    /// The relay's own message, which is signed with DKIM.
    Own(Written),
}

impl Outlet {
    /// Creates the parcel for `mailbox` that policy decided on. Records of a sealed message, such as its identifiers, are
    /// added to `accepted`.
    pub async fn parcel(
        &self,
        treatment: Treatment,
        mailbox: EmailAddress,
        content: impl FnOnce() -> Result<Content, Refusal>,
        clear: impl FnOnce() -> Result<Clear, Refusal>,
        accepted: &mut Accepted,
    ) -> Result<Parcel, Refusal> {
        let profile = match treatment {
            Treatment::Seal(profile) => profile,
            Treatment::Clear(permit) => {
                return Ok(match clear()? {
                    Clear::AsItCame(bytes) => Parcel::in_clear(mailbox, bytes, permit),
                    Clear::Own(written) => {
                        Parcel::in_clear(mailbox, written.into_bytes(), permit).sign(&self.signer)?
                    }
                });
            }
        };
        // It holds the message as well.
        drop(clear);
        let mail = match content()? {
            Content::Mail(mail) => *mail,
            Content::Told {
                sender,
                to,
                mut data,
                now,
            } => {
                let sender = OutsideAddress::from(&sender);
                Mail {
                    contact: self.sealing.contact(to.alias_id, &sender, now).await?,
                    others: Others::default(),
                    to,
                    letter: Letter {
                        data: std::mem::take(&mut *data).into(),
                        sender,
                        seen: None,
                    },
                    now,
                }
            }
            Content::Notice(notice) => {
                return self.notice(profile, notice).await;
            }
        };
        let started = std::time::Instant::now();
        accepted.keys.push(mail.contact.keys);
        let sealed = self.sealing.seal(profile, mail, self.signed_parcel(mailbox));
        let (parcel, ids) = sealed.instrument(step(Step::Seal)).await?;
        accepted.ids.extend(ids);
        self.metrics.observe_seal_time(started.elapsed());
        Ok(parcel)
    }

    /// Creates the parcel of a notice that is sealed with the given profile, independent of policy.
    pub async fn notice(&self, profile: Arc<ActiveProfile>, notice: Notice) -> Result<Parcel, Refusal> {
        let finish = self.signed_parcel(notice.mailbox.clone());
        self.sealing.seal_notice(profile, notice, finish).await
    }

    /// Makes the parcel of a sealed message and signs it with DKIM, which is work for a processor as well.
    fn signed_parcel(&self, mailbox: EmailAddress) -> impl FnOnce(Sealed) -> Result<Parcel, Refusal> + Send + 'static {
        let signer = Arc::clone(&self.signer);
        move |sealed| Ok(Parcel::from_sealed(mailbox, sealed).sign(&signer)?)
    }
}
