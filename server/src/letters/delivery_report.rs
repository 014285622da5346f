//! Writes a delivery status notification (RFC 3464) about a message of a sender or a reply of a person.
//!
//! It names only what the caller provides.

use app::{
    address::{EmailAddress, OutsideAddress},
    texts::Language,
};
use leptos_i18n::td_string;
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, content_type::ContentType, message_id::MessageId, raw::Raw, text::Text},
    mime::{BodyPart, MimePart},
};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use zeroize::Zeroizing;

use super::{WriteError, Written};
use crate::mail::header::{AUTO_SUBMITTED, DATE};

/// Most characters of the next hop's answer that are repeated. A line has at most 998 (RFC 5322 §2.1.1).
const MOST_SAID: usize = 900;

/// A failed delivery to report.
pub struct Report<'a> {
    /// The relay's domain.
    pub domain: &'a str,
    /// The language of its subject.
    pub language: Language,
    /// The sender of the report.
    pub from: &'a EmailAddress,
    /// The recipient of the report.
    pub to: &'a EmailAddress,
    /// The explanation for people.
    pub words: String,
    /// The failed recipient, as the recipient of the report knows it.
    pub recipient: &'a OutsideAddress,
    /// Enhanced status code (RFC 3463).
    pub status: &'a str,
    /// The next hop's answer. It may name addresses.
    pub said: Option<&'a str>,
    /// The report's Message-ID, without angle brackets.
    pub id: String,
    /// The Date.
    pub now: OffsetDateTime,
}

impl Report<'_> {
    /// Writes a report without the failed message.
    pub fn write(&self) -> Result<Written, WriteError> {
        Ok(Written(Zeroizing::new(self.with_parts(Vec::new())?)))
    }

    /// Writes a report with the failed message attached. Such a report must be sealed.
    pub fn write_with(&self, original: &[u8]) -> Result<Zeroizing<Vec<u8>>, WriteError> {
        // Outgoing mail is 7-bit, and RFC 2046 §5.2.1 allows nothing else here.
        let original = String::from_utf8_lossy(original);
        let part = MimePart::new("message/rfc822", BodyPart::Text(original)).transfer_encoding("7bit");
        Ok(Zeroizing::new(self.with_parts(vec![part])?))
    }

    fn with_parts(&self, more: Vec<MimePart<'_>>) -> Result<Vec<u8>, WriteError> {
        let text = ContentType::new("text/plain").attribute("charset", "utf-8");
        let mut parts = vec![
            MimePart::new(text, BodyPart::Text(self.words.as_str().into())),
            MimePart::new("message/delivery-status", BodyPart::Text(status(self).into())).transfer_encoding("7bit"),
        ];
        parts.extend(more);
        let written = MessageBuilder::new()
            .from(Address::new_address(
                Some(td_string!(self.language, mail.undelivered.name)),
                self.from.as_str(),
            ))
            .to(Address::new_address(None::<&str>, self.to.as_str()))
            // It stands outside the seal, so it names nobody.
            .subject(Text::new(td_string!(self.language, mail.undelivered.subject)))
            .header(DATE, Raw::new(self.now.format(&Rfc2822).unwrap_or_default()))
            .message_id(MessageId::new(self.id.as_str()))
            // RFC 3834 §5: no machine may answer this.
            .header(AUTO_SUBMITTED, Raw::new("auto-replied"))
            .body(MimePart::new(
                ContentType::new("multipart/report").attribute("report-type", "delivery-status"),
                BodyPart::Multipart(parts),
            ))
            .write_to_vec()?;
        Ok(written)
    }
}

/// RFC 3464 §2: fields of the message, then those of its only recipient.
fn status(report: &Report<'_>) -> String {
    let mut fields = format!(
        "Reporting-MTA: dns; {}\r\n\r\nFinal-Recipient: rfc822; {}\r\nAction: failed\r\nStatus: {}\r\n",
        report.domain, report.recipient, report.status
    );
    if let Some(said) = report.said {
        // RFC 3464 §2.1.2 allows comments and folding, but one line of 7-bit text is enough.
        let plain = said.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' });
        let said: String = plain.take(MOST_SAID).collect();
        fields += &format!("Diagnostic-Code: smtp; {}\r\n", said.trim());
    }
    fields
}
