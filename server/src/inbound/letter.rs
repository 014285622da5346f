//! The relay's own letters to a person, such as a code: sealed like all mail to the mailbox where a profile is active, in
//! the clear only where policy would relay mail in the clear, and else not sent.

use app::{address::EmailAddress, api::account::MailboxId};
use async_trait::async_trait;
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, raw::Raw},
};
use zeroize::Zeroizing;

use super::{
    Inbound,
    policy::{self, Treatment},
    sealing::Notice,
};
use crate::{
    deliver::Parcel, mail::header::AUTO_SUBMITTED, smtp::reply::Refusal, store::accepted::Accepted, vault::Token,
};

/// Local part of the address that letters are from; no alias has it.
const SENDER: &str = "sealpost";

/// A letter's content.
pub struct Letter {
    /// Stands outside the seal, so it says no secret.
    pub subject: &'static str,
    /// Plain text, CRLF lines.
    pub text: Zeroizing<String>,
}

/// Writes to people.
#[async_trait]
pub trait LetterWriter: Send + Sync {
    /// Sends a letter to a verified mailbox through the queue.
    async fn write(&self, mailbox: MailboxId, letter: Letter) -> Result<(), LetterError>;
}

/// Why a letter was not sent; `reason` is a stable word for the log.
#[derive(Debug, thiserror::Error)]
#[error("the letter was not sent: {reason}")]
pub struct LetterError {
    reason: &'static str,
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
impl LetterWriter for Inbound {
    async fn write(&self, mailbox: MailboxId, letter: Letter) -> Result<(), LetterError> {
        let found = self.store.letterbox(mailbox).await;
        let found = found.map_err(|error| because("store", error))?;
        let to = found.ok_or(LetterError {
            reason: "no_mailbox",
            cause: None,
        })?;
        let now = self.clock.now();
        let sender: EmailAddress = format!("{SENDER}@{}", self.domain)
            .parse()
            .map_err(|error| because("sender", error))?;
        let data = self.written(letter, &sender, &to.address)?;
        let parcel = match policy::for_mailbox(mailbox, to.active, to.kill_switch, now)? {
            Treatment::Seal(profile) => {
                let notice = Notice {
                    data,
                    profile,
                    sender,
                    mailbox: to.address.clone(),
                    now,
                    mark: self.sealing.loop_mark(mailbox),
                };
                Parcel::sealed(to.address, self.sealing.seal_notice(notice).await?)
            }
            Treatment::Clear(permit) => Parcel::clear(to.address, data, permit),
        };
        let parcel = parcel.signed(&self.signer).map_err(|error| because("dkim", error))?;
        let item = self.queue.report(parcel);
        let accepted = Accepted {
            items: vec![item.map_err(|error| because("vault", error))?],
            ..Accepted::default()
        };
        self.queue.put(accepted).await.map_err(|error| because("queue", error))
    }
}

impl Inbound {
    fn written(&self, letter: Letter, from: &EmailAddress, to: &EmailAddress) -> Result<Vec<u8>, LetterError> {
        let id = Token::random().map_err(|error| because("random", error))?;
        MessageBuilder::new()
            .from(Address::new_address(Some("Sealpost"), from.as_str()))
            .to(Address::new_address(None::<&str>, to.as_str()))
            .subject(letter.subject)
            .date(self.clock.now().unix_timestamp())
            .message_id(format!("{}@{}", hex::encode(id.0), self.domain))
            // RFC 3834 §5: nothing shall answer this by itself.
            .header(AUTO_SUBMITTED, Raw::new("auto-generated"))
            .text_body(letter.text.as_str())
            .write_to_vec()
            .map_err(|error| because("written", error))
    }
}

fn because(reason: &'static str, cause: impl std::error::Error + Send + Sync + 'static) -> LetterError {
    LetterError {
        reason,
        cause: Some(cause.into()),
    }
}
