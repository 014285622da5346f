//! Starts an email thread with a message from the relay to the mailbox, as if the recipient had written to the alias.
//!
//! The person's answer to it reaches the recipient.

use app::{address::EmailAddress, id::AliasId, texts::Language};
use async_trait::async_trait;
use leptos_i18n::td_string;
use time::OffsetDateTime;

use super::Notices;
use crate::{
    letters::{Automatic, Text, WriteError, Written, lines},
    outlet::{Clear, Content},
    policy,
    refusal::{Reason, Refusal},
    sealing::{Letter, Mail, Others},
    store::{
        accepted::Accepted,
        activity::{ActivityEvent, Outcome},
    },
};

/// Starts email threads.
#[async_trait]
pub trait ThreadStarter: Send + Sync {
    /// Sends the alias's mailbox a message whose answer reaches the recipient. The recipient must be outside the relay's
    /// domains.
    async fn start(&self, alias: AliasId, recipient: &EmailAddress) -> Result<(), ThreadError>;
}

/// Why no thread was started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ThreadError {
    /// The alias accepts no mail: it was deleted or disabled, or its mailbox is not verified.
    #[error("the alias takes no mail")]
    NoAlias,
    /// There is no active profile, and the kill switch is on.
    #[error("no profile is active and the kill switch is on")]
    KillSwitch,
    /// Writing the message or queueing it failed.
    #[error("the message was not relayed: {reason}")]
    Unavailable {
        /// A stable word for the log.
        reason: Reason,
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
impl ThreadStarter for Notices {
    async fn start(&self, alias: AliasId, recipient: &EmailAddress) -> Result<(), ThreadError> {
        let route = self.store.route_of(alias).await.map_err(Refusal::from)?;
        let route = route.ok_or(ThreadError::NoAlias)?;
        let language = self.store.language_of(route.mailbox).await.map_err(Refusal::from)?;
        let now = self.clock.now();
        let to = self.sealing().addressee(&route, self.alias_address(&route)?);
        let treatment = policy::treatment(route, now).map_err(|refusal| match refusal.reason {
            Reason::KillSwitch => ThreadError::KillSwitch,
            _ => refusal.into(),
        })?;
        let id = self.id().map_err(Refusal::from)?;
        let invitation = Invitation {
            recipient,
            alias: &to.alias.clone(),
            language,
            id: &id,
            now,
        };
        let contact = self.sealing().contact(alias, &recipient.into(), now).await?;
        let (relay_address, mailbox) = (contact.relay_address.clone(), to.mailbox.clone());
        let mut accepted = Accepted {
            answered: vec![contact.id],
            ..Accepted::default()
        };
        let content = || {
            let mut written = invitation.write(recipient, invitation.alias)?.into_bytes();
            Ok(Content::Mail(Box::new(Mail {
                contact,
                others: Others::default(),
                to,
                letter: Letter {
                    data: std::mem::take(&mut *written).into(),
                    sender: recipient.into(),
                    seen: None,
                },
                now,
            })))
        };
        // Unencrypted mail keeps its From. Here that would lead the answer around the relay.
        let clear = || Ok(Clear::Own(invitation.write(&relay_address, &mailbox)?));
        let parcel = self
            .outlet
            .parcel(treatment, mailbox.clone(), content, clear, &mut accepted);
        let parcel = parcel.await?;
        accepted.events.push(ActivityEvent {
            alias,
            outcome: Outcome::ThreadStarted,
            octets: parcel.bytes().len() as u64,
        });
        accepted.items.push(self.queue.report(parcel).map_err(Refusal::from)?);
        // An answer to the invitation refers to no outside message.
        accepted.ids.clear();
        Ok(self.queue.put(accepted).await.map_err(Refusal::from)?)
    }
}

/// Writes the message that the person answers.
struct Invitation<'a> {
    recipient: &'a EmailAddress,
    alias: &'a EmailAddress,
    language: Language,
    id: &'a str,
    now: OffsetDateTime,
}

impl Invitation<'_> {
    fn write(&self, from: &EmailAddress, to: &EmailAddress) -> Result<Written, WriteError> {
        let Self {
            recipient,
            alias,
            language,
            ..
        } = self;
        let text = td_string!(*language, mail.thread.text, recipient = recipient, alias = alias);
        let text = Text {
            name: recipient.as_str(),
            from,
            to,
            subject: &td_string!(*language, mail.thread.subject, recipient = recipient),
            text: &lines(&text),
            automatic: Automatic::Generated,
            id: self.id,
            now: self.now,
        };
        text.write()
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
            language: Language::en,
            id: "1@relay.example",
            now: datetime!(2026-11-24 08:00 UTC),
        };
        let written = String::from_utf8(invitation.write(&recipient, &alias).unwrap().into_bytes().to_vec()).unwrap();
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
