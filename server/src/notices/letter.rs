//! Sends the relay's own letters, such as codes. A letter is sealed if a profile is active. Otherwise it is sent
//! unencrypted only if policy allows the same for relayed mail.

use app::id::MailboxId;
use async_trait::async_trait;
use zeroize::Zeroizing;

use super::{Notices, SENDER};
use crate::{
    letters::{Automatic, Text},
    outlet::{Clear, Content},
    policy,
    refusal::{Reason, Refusal},
    sealing::Notice,
    store::{accepted::Accepted, mailbox_route::MailboxRoute},
};

/// The content of a letter.
pub struct OwnLetter {
    /// The Subject. It stands outside the seal, so it must hold no secret.
    pub subject: &'static str,
    /// The plain text, with CRLF line ends.
    pub text: Zeroizing<String>,
}

/// Sends letters to people.
#[async_trait]
pub trait LetterWriter: Send + Sync {
    /// Sends a letter to a verified mailbox through the queue.
    async fn write(&self, mailbox: MailboxId, letter: OwnLetter) -> Result<(), LetterError>;
}

/// Why a letter was not sent. `reason` is a stable word for the log.
#[derive(Debug, thiserror::Error)]
#[error("the letter was not sent: {reason}")]
pub struct LetterError {
    reason: Reason,
    #[source]
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl From<Refusal> for LetterError {
    fn from(refusal: Refusal) -> Self {
        Self {
            reason: refusal.reason,
            cause: refusal.cause,
        }
    }
}

#[async_trait]
impl LetterWriter for Notices {
    async fn write(&self, mailbox: MailboxId, letter: OwnLetter) -> Result<(), LetterError> {
        let found = self.store.mailbox_route(mailbox).await.map_err(Refusal::from)?;
        let to = found.ok_or(LetterError {
            reason: Reason::NoMailbox,
            cause: None,
        })?;
        Ok(self.send(mailbox, to, letter).await?)
    }
}

impl Notices {
    async fn send(&self, mailbox: MailboxId, to: MailboxRoute, letter: OwnLetter) -> Result<(), Refusal> {
        let now = self.clock.now();
        let sender = self.own_address(SENDER)?;
        let text = Text {
            name: "Sealpost",
            from: &sender,
            to: &to.address,
            subject: letter.subject,
            text: &letter.text,
            automatic: Automatic::Generated,
            id: &self.id()?,
            now,
        };
        let treatment = policy::for_mailbox(mailbox, to.active, to.kill_switch, now)?;
        let content = || {
            Ok(Content::Notice(Notice {
                data: text.write()?.into_bytes(),
                sender: sender.clone(),
                mailbox: to.address.clone(),
                now,
                mark: self.sealing().loop_mark(mailbox),
            }))
        };
        let clear = || Ok(Clear::Own(text.write()?));
        let mut accepted = Accepted::default();
        let parcel = self
            .outlet
            .parcel(treatment, to.address.clone(), content, clear, &mut accepted);
        let parcel = parcel.await?;
        accepted.items.push(self.queue.report(parcel)?);
        Ok(self.queue.put(accepted).await?)
    }
}
