//! Writes the relay's own messages: texts such as a code or a reminder, and delivery reports.

pub mod delivery_report;

use app::address::EmailAddress;
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, raw::Raw},
};
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::mail::header::AUTO_SUBMITTED;

/// A message that the relay itself wrote. Only this module makes one, so it never holds relayed mail.
pub struct Written(Zeroizing<Vec<u8>>);

impl Written {
    /// The message, with CRLF line ends.
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.0
    }
}

/// Why a message was not written.
#[derive(Debug, thiserror::Error)]
#[error("the relay's own message could not be written")]
pub struct WriteError(#[from] std::io::Error);

/// Why the message was sent (RFC 3834 §5). Both values tell machines not to answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Automatic {
    /// The relay sent it by itself.
    Generated,
    /// The relay sent it in answer to a message.
    Replied,
}

/// A text message from the relay to one address.
pub struct Text<'a> {
    /// The display name of the sender.
    pub name: &'a str,
    /// The sender.
    pub from: &'a EmailAddress,
    /// The recipient.
    pub to: &'a EmailAddress,
    /// The Subject. It stands outside the seal and on lock screens, so it must hold no secret.
    pub subject: &'a str,
    /// The text, with CRLF line ends.
    pub text: &'a str,
    /// Why it was sent.
    pub automatic: Automatic,
    /// The Message-ID, without angle brackets; see [`random_id`].
    pub id: &'a str,
    /// The Date.
    pub now: OffsetDateTime,
}

impl Text<'_> {
    /// Writes the whole message.
    pub fn write(&self) -> Result<Written, WriteError> {
        let automatic = match self.automatic {
            Automatic::Generated => "auto-generated",
            Automatic::Replied => "auto-replied",
        };
        let written = MessageBuilder::new()
            .from(Address::new_address(Some(self.name), self.from.as_str()))
            .to(Address::new_address(None::<&str>, self.to.as_str()))
            .subject(self.subject)
            .date(self.now.unix_timestamp())
            .message_id(self.id)
            .header(AUTO_SUBMITTED, Raw::new(automatic))
            .text_body(self.text)
            .write_to_vec()?;
        Ok(Written(Zeroizing::new(written)))
    }
}

/// Returns a text with the line ends of mail (RFC 5322 §2.3).
pub fn lines(text: &str) -> Zeroizing<String> {
    Zeroizing::new(text.replace('\n', "\r\n"))
}

/// Makes an unpredictable Message-ID under a domain.
pub fn random_id(domain: &str) -> Result<String, getrandom::Error> {
    let mut id = [0; 16];
    getrandom::fill(&mut id)?;
    Ok(format!("{}@{domain}", hex::encode(id)))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_text_asks_machines_to_be_silent() {
        let address = |text: &str| -> EmailAddress { text.parse().unwrap() };
        let text = Text {
            name: "Sealpost",
            from: &address("sealpost@relay.example"),
            to: &address("ann@mailbox.example"),
            subject: "A subject",
            text: "One line.\r\nAnother.\r\n",
            automatic: Automatic::Generated,
            id: "1@relay.example",
            now: datetime!(2026-11-24 08:00 UTC),
        };
        let written = String::from_utf8(text.write().unwrap().into_bytes().to_vec()).unwrap();
        for line in [
            "From: \"Sealpost\" <sealpost@relay.example>",
            "To: <ann@mailbox.example>",
            "Subject: A subject",
            "Date: Tue, 24 Nov 2026 08:00:00 +0000",
            "Message-ID: <1@relay.example>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Another.",
        ] {
            assert!(written.lines().any(|written| written == line), "{line}\n{written}");
        }
        assert!(!written.replace("\r\n", "").contains('\n'));
    }

    #[test]
    fn identifiers_differ() {
        assert_ne!(random_id("relay.example").unwrap(), random_id("relay.example").unwrap());
    }
}
