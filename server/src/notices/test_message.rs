//! Sends a test message to a mailbox, sealed with one of its profiles.
//!
//! It takes the same path as all mail and can never be sent unencrypted. For an inactive profile it contains a code
//! inside the seal. Whoever reads the code has the key, so entering it activates the profile.

use std::sync::Arc;

use app::{
    address::EmailAddress,
    id::ProfileId,
    profile::{Cipher, Settings},
    texts::Language,
};
use async_trait::async_trait;
use leptos_i18n::td_string;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use super::{Notices, SENDER};
use crate::{
    letters::{Automatic, Text, WriteError, Written, lines},
    parcel::{Parcel, item::Origin},
    refusal::{Reason, Refusal},
    sealing::Notice,
    store::{
        AccountId,
        accepted::{Accepted, TestMessageNote},
        test_code::NewTestCode,
        test_message::TestMessageRoute,
    },
};

/// Sends test messages.
#[async_trait]
pub trait TestMessageSender: Send + Sync {
    /// Sends a test message to a profile's mailbox. [`crate::store::Store::test_message`] tells what became of it. `code` stands
    /// inside the seal, and its hash is stored together with the message.
    async fn send(
        &self,
        account: AccountId,
        profile: ProfileId,
        code: Option<TestCode>,
    ) -> Result<(), TestMessageError>;
}

/// The code inside a test message. It is never logged, and only its keyed hash is stored.
pub struct TestCode {
    /// The code as the person types it.
    pub digits: Zeroizing<String>,
    /// The address of the page where the person types it.
    pub page: String,
    /// The keyed hash that is stored.
    pub stored: NewTestCode,
}

/// Why no test message was sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestMessageError {
    /// The account has no such profile, or its mailbox is not verified.
    #[error("there is no such profile")]
    NoProfile,
    /// The profile has ended or has not begun.
    #[error("the profile is not valid at this time")]
    Ended,
    /// Writing the message or storing it failed.
    #[error("the test message was not sent: {reason}")]
    Unavailable {
        /// A stable word for the log.
        reason: Reason,
        /// The cause.
        #[source]
        cause: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl From<Refusal> for TestMessageError {
    fn from(refusal: Refusal) -> Self {
        Self::Unavailable {
            reason: refusal.reason,
            cause: refusal.cause,
        }
    }
}

#[async_trait]
impl TestMessageSender for Notices {
    async fn send(
        &self,
        account: AccountId,
        profile: ProfileId,
        code: Option<TestCode>,
    ) -> Result<(), TestMessageError> {
        let route = self
            .store
            .test_message_route(account, profile)
            .await
            .map_err(Refusal::from)?;
        let route = route.ok_or(TestMessageError::NoProfile)?;
        if !route.profile.keys.usable_at(self.clock.now()) {
            return Err(TestMessageError::Ended);
        }
        let mailbox = route.mailbox;
        let parcel = self.test_message(route, code.as_ref()).await?;
        let item = self
            .queue
            .item(parcel, Origin::TestMessage, mailbox)
            .map_err(Refusal::from)?;
        let accepted = Accepted {
            items: vec![item],
            test_message: Some(TestMessageNote::Sent(profile, code.map(|code| code.stored))),
            ..Accepted::default()
        };
        Ok(self.queue.put(accepted).await.map_err(Refusal::from)?)
    }
}

impl Notices {
    /// Sealed with the chosen profile. Policy is not asked, because nothing here can be sent unencrypted.
    async fn test_message(&self, route: TestMessageRoute, code: Option<&TestCode>) -> Result<Parcel, Refusal> {
        let now = self.clock.now();
        let sender = self.own_address(SENDER)?;
        let message = TestMessage {
            from: &sender,
            to: &route.address,
            settings: route.profile.settings,
            code,
            language: self.store.language_of(route.mailbox).await?,
            id: self.id()?,
            now,
        };
        let notice = Notice {
            data: message.write()?.into_bytes(),
            mark: self.sealing().loop_mark(route.mailbox),
            mailbox: route.address.clone(),
            sender,
            now,
        };
        self.outlet.notice(Arc::new(route.profile), notice).await
    }
}

/// The content of a test message.
struct TestMessage<'a> {
    from: &'a EmailAddress,
    to: &'a EmailAddress,
    settings: Settings,
    code: Option<&'a TestCode>,
    language: Language,
    id: String,
    now: OffsetDateTime,
}

impl TestMessage<'_> {
    fn write(&self) -> Result<Written, WriteError> {
        let text = Text {
            name: "Sealpost",
            from: self.from,
            to: self.to,
            // The person finds it by this.
            subject: td_string!(self.language, mail.test.subject),
            text: &self.text(),
            automatic: Automatic::Generated,
            id: &self.id,
            now: self.now,
        };
        text.write()
    }

    fn text(&self) -> Zeroizing<String> {
        let (language, Settings { hidden, cipher }) = (self.language, self.settings);
        let mut parts = vec![td_string!(language, mail.test.opened).to_owned()];
        if let Some(TestCode { digits, page, .. }) = self.code {
            parts.push(td_string!(
                language,
                mail.test.code,
                code = digits.as_str(),
                page = page
            ));
        }
        parts.push(td_string!(language, mail.test.signs, sender = self.from));
        if hidden.subject {
            parts.push(td_string!(language, mail.test.hidden_subject).to_owned());
        }
        if hidden.sender {
            parts.push(td_string!(language, mail.test.hidden_sender).to_owned());
        }
        if cipher == Cipher::Modern {
            parts.push(td_string!(language, mail.test.modern).to_owned());
        }
        parts.push(td_string!(language, mail.test.no_answers).to_owned());
        let parts = Zeroizing::new(parts);
        lines(&Zeroizing::new(parts.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use app::profile::Hidden;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn it_tells_what_to_look_for_by_what_was_chosen() {
        let address = |text: &str| -> EmailAddress { text.parse().unwrap() };
        let (from, to) = (address("sealpost@relay.example"), address("ann@mailbox.example"));
        let text = |settings, code| {
            let message = TestMessage {
                from: &from,
                to: &to,
                settings,
                code,
                language: Language::en,
                id: "1@relay.example".into(),
                now: datetime!(2026-11-24 08:00 UTC),
            };
            let written = String::from_utf8(message.write().unwrap().into_bytes().to_vec()).unwrap();
            let (header, _) = written.split_once("\r\n\r\n").unwrap();
            assert!(!header.contains("012345"), "subjects are seen by the provider");
            message.text()
        };
        let plain = text(Settings::default(), None);
        assert!(plain.contains("A lock") && plain.contains("A seal") && plain.contains("sealpost@relay.example"));
        for word in ["[...]", "protected headers", "GCM", "code"] {
            assert!(!plain.contains(word), "{}", *plain);
        }
        let settings = Settings {
            hidden: Hidden {
                subject: true,
                sender: true,
            },
            cipher: Cipher::Modern,
        };
        let code = TestCode {
            digits: Zeroizing::new("012345".to_owned()),
            page: "https://relay.example/profiles/7".to_owned(),
            stored: NewTestCode {
                hash: [0; 16],
                tries: 5,
                expires: datetime!(2026-11-25 08:00 UTC),
            },
        };
        let all = text(settings, Some(&code));
        for word in [
            "\"[...]\"",
            "at the top of the text",
            "AES-256-GCM",
            "\r\nYour code is 012345\r\n",
            "\r\nhttps://relay.example/profiles/7\r\n",
        ] {
            assert!(all.contains(word), "{}", *all);
        }
    }
}
