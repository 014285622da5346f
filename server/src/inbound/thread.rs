//! "Start Email Thread": the person writes first. The relay makes a message as if the recipient had written to the alias,
//! and relays it like any other: sealed, with the recipient's relay address in From. Answering it reaches the recipient.

use std::sync::Arc;

use app::{address::EmailAddress, api::alias::AliasId};
use async_trait::async_trait;
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, raw::Raw},
};
use time::OffsetDateTime;

use super::{
    Inbound,
    others::Others,
    policy::{self, Treatment},
    sealing::{Job, Letter},
};
use crate::{
    deliver::Parcel,
    smtp::reply::Refusal,
    store::{accepted::Accepted, activity::Outcome},
};

/// Starts threads.
#[async_trait]
pub trait ThreadStarter: Send + Sync {
    /// Relays to the alias's mailbox a message that the person can answer in order to write to the recipient, which is
    /// an address outside the relay's domain.
    async fn start(&self, alias: AliasId, recipient: &EmailAddress) -> Result<(), ThreadError>;
}

/// Why there is no thread.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ThreadError {
    /// The alias takes no mail: it is gone or disabled, or its mailbox is not verified.
    #[error("the alias takes no mail")]
    NoAlias,
    /// Nothing can be sealed, and the kill switch is on.
    #[error("no profile is active and the kill switch is on")]
    KillSwitch,
    /// Making the message or handing it over failed.
    #[error("the message was not relayed: {reason}")]
    Unavailable {
        /// A stable word for the log.
        reason: &'static str,
        /// The cause.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl From<Refusal> for ThreadError {
    fn from(refusal: Refusal) -> Self {
        Self::Unavailable {
            reason: refusal.reason,
            cause: refusal.cause,
        }
    }
}

#[async_trait]
impl ThreadStarter for Inbound {
    async fn start(&self, alias: AliasId, recipient: &EmailAddress) -> Result<(), ThreadError> {
        let route = self
            .store
            .route_of(alias)
            .await
            .map_err(|error| because("store", error))?;
        let route = route.ok_or(ThreadError::NoAlias)?;
        let address = self
            .domains
            .address(&route.local, &route.domain)
            .map_err(|error| because("alias", error))?;
        let now = self.clock.now();
        let to = self.addressee(&route, address.clone());
        let mut accepted = Accepted::default();
        let treatment = policy::treatment(route, now).map_err(|_| ThreadError::KillSwitch)?;
        let invitation = Invitation {
            recipient,
            alias: &address,
            id: random_id(&self.domain).map_err(|error| because("random", error))?,
            now,
        };
        let parcel = match treatment {
            Treatment::Seal(profile) => {
                let letter = Letter {
                    data: Arc::new(invitation.written(recipient, &address)?),
                    sender: recipient.into(),
                    seen: None,
                };
                let contact = self.sealing.contact(alias, &recipient.into(), now).await?;
                accepted.answered.push(contact.id);
                let job = Job {
                    profile,
                    contact,
                    others: Others::default(),
                    to,
                    letter,
                    now,
                };
                self.sealed(job, &mut accepted).await?
            }
            // Mail that goes in the clear keeps its From. Here that would lead the answer around the relay.
            Treatment::Clear(permit) => {
                let contact = self.sealing.contact(alias, &recipient.into(), now).await?;
                accepted.answered.push(contact.id);
                let bytes = invitation.written(&contact.relay_address, &to.mailbox)?;
                Parcel::clear(to.mailbox, bytes, permit)
                    .signed(&self.signer)
                    .map_err(|error| because("dkim", error))?
            }
        };
        let octets = parcel.bytes().len();
        let item = self.queue.report(parcel);
        self.add(item, (alias, Outcome::ThreadStarted, octets), &mut accepted)?;
        // An answer that refers to the invitation refers to nothing outside.
        accepted.ids.clear();
        self.queue.put(accepted).await.map_err(|error| because("queue", error))
    }
}

/// The message that the person answers.
struct Invitation<'a> {
    recipient: &'a EmailAddress,
    alias: &'a EmailAddress,
    id: String,
    now: OffsetDateTime,
}

impl Invitation<'_> {
    fn written(&self, from: &EmailAddress, to: &EmailAddress) -> Result<Vec<u8>, ThreadError> {
        let Self { recipient, alias, .. } = self;
        let text = format!(
            "To write to {recipient}, answer this message. Your answer reaches them from {alias}; your own address stays \
             hidden.\r\n\r\nReplace the subject, and replace all of this text, the quoted one too.\r\n"
        );
        MessageBuilder::new()
            .from(Address::new_address(Some(recipient.as_str()), from.as_str()))
            .to(Address::new_address(None::<&str>, to.as_str()))
            .subject(format!("Write to {recipient}"))
            .date(self.now.unix_timestamp())
            .message_id(self.id.as_str())
            // RFC 3834 §5: a vacation notice would go to the recipient.
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .text_body(text)
            .write_to_vec()
            .map_err(|error| because("written", error))
    }
}

fn random_id(domain: &str) -> Result<String, getrandom::Error> {
    let mut id = [0; 16];
    getrandom::fill(&mut id)?;
    Ok(format!("{}@{domain}", hex::encode(id)))
}

fn because(reason: &'static str, cause: impl std::error::Error + Send + Sync + 'static) -> ThreadError {
    ThreadError::Unavailable {
        reason,
        cause: Some(cause.into()),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_invitation_is_from_the_recipient_and_asks_machines_to_be_silent() {
        let address = |text: &str| -> EmailAddress { text.parse().unwrap() };
        let (recipient, alias) = (address("bob@example.com"), address("amber-otter@relay.example"));
        let invitation = Invitation {
            recipient: &recipient,
            alias: &alias,
            id: "1@relay.example".into(),
            now: datetime!(2026-11-24 08:00 UTC),
        };
        let written = String::from_utf8(invitation.written(&recipient, &alias).unwrap()).unwrap();
        for line in [
            "From: \"bob@example.com\" <bob@example.com>",
            "To: <amber-otter@relay.example>",
            "Subject: Write to bob@example.com",
            "Date: Tue, 24 Nov 2026 08:00:00 +0000",
            "Message-ID: <1@relay.example>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
        ] {
            assert!(written.lines().any(|written| written == line), "{line}\n{written}");
        }
        assert!(!written.replace("\r\n", "").contains('\n'));
    }
}
