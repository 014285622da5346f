//! Carries out what policy decided on a message to a mailbox; there is no other exit towards a mailbox.
//!
//! A message is given in both forms that policy may ask for. Only the one that is asked for is made.

use std::sync::Arc;

use app::address::{EmailAddress, OutsideAddress};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::{
    dkim::DkimSigner,
    metrics::Metrics,
    parcel::Parcel,
    policy::Treatment,
    refusal::Refusal,
    sealing::{Addressee, Letter, Mail, Notice, Others, Sealing},
    store::{accepted::Accepted, route::ActiveProfile},
};

/// Makes parcels for mailboxes.
pub struct Outlet {
    /// Makes sealed messages.
    pub sealing: Arc<Sealing>,
    /// Signs what leaves under the relay's domain.
    pub signer: Arc<DkimSigner>,
    /// Counts.
    pub metrics: Arc<Metrics>,
}

/// A message to be sealed.
pub enum Content {
    /// From a contact, to an alias.
    Mail(Box<Mail>),
    /// From the relay itself to an alias, as if `sender` had written it. The sender becomes a contact like any other.
    Told {
        /// An address of the relay.
        sender: EmailAddress,
        /// The alias and its mailbox.
        to: Addressee,
        /// The message.
        data: Zeroizing<Vec<u8>>,
        /// The time.
        now: OffsetDateTime,
    },
    /// From the relay itself, to a mailbox and none of its aliases.
    Notice(Notice),
}

/// A message that goes as it is.
pub enum Clear {
    /// As it came: From is another's, so the relay does not sign it.
    AsItCame(Zeroizing<Vec<u8>>),
    /// The relay's own words, signed with DKIM.
    Own(Zeroizing<Vec<u8>>),
}

impl Outlet {
    /// Makes the parcel for `mailbox` that policy decided on. What a sealed message leaves behind, such as its identifiers, is
    /// noted in `accepted`.
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
                    Clear::Own(bytes) => Parcel::in_clear(mailbox, bytes, permit).sign(&self.signer)?,
                });
            }
        };
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
        let (sealed, ids) = self.sealing.seal(profile, mail).await?;
        accepted.ids.extend(ids);
        self.metrics.observe_seal_time(started.elapsed());
        Ok(Parcel::from_sealed(mailbox, sealed).sign(&self.signer)?)
    }

    /// Makes the parcel of a notice that is sealed with a certain profile, whatever policy says of other mail.
    pub async fn notice(&self, profile: Box<ActiveProfile>, notice: Notice) -> Result<Parcel, Refusal> {
        let mailbox = notice.mailbox.clone();
        let sealed = self.sealing.seal_notice(profile, notice).await?;
        Ok(Parcel::from_sealed(mailbox, sealed).sign(&self.signer)?)
    }
}
