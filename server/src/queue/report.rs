//! Writing a delivery status notification (RFC 3464): for a sender whose message did not reach the mailbox.
//!
//! It names the alias and nothing else: neither the mailbox nor what its provider said, which may name it.

use app::address::EmailAddress;
use mail_builder::{
    MessageBuilder,
    headers::{address::Address, content_type::ContentType, message_id::MessageId, raw::Raw, text::Text},
    mime::{BodyPart, MimePart},
};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use crate::mail::header::{AUTO_SUBMITTED, DATE};

/// What is reported.
pub struct Report<'a> {
    /// The relay's domain.
    pub domain: &'a str,
    /// Who is told.
    pub to: &'a EmailAddress,
    /// The alias that the message was for.
    pub alias: &'a EmailAddress,
    /// Enhanced status code (RFC 3463).
    pub status: &'a str,
    /// Distinguishes this report.
    pub id: String,
    /// When it is written.
    pub now: OffsetDateTime,
}

/// Writes the whole message.
pub fn write(report: &Report<'_>) -> std::io::Result<Vec<u8>> {
    let Report {
        domain,
        to,
        alias,
        status,
        ..
    } = report;
    let words = format!(
        "Your message to {alias} could not be delivered.\r\n\r\n\
         It was accepted, but its final destination does not take it. You may send it again later.\r\n"
    );
    let machine = format!(
        "Reporting-MTA: dns; {domain}\r\n\r\n\
         Final-Recipient: rfc822; {alias}\r\nAction: failed\r\nStatus: {status}\r\n"
    );
    let parts = vec![
        MimePart::new("text/plain", BodyPart::Text(words.into())),
        MimePart::new("message/delivery-status", BodyPart::Text(machine.into())).transfer_encoding("7bit"),
    ];
    MessageBuilder::new()
        .from(Address::new_address(
            Some("Mail Delivery"),
            format!("postmaster@{domain}"),
        ))
        .to(Address::new_address(None::<&str>, to.as_str()))
        .subject(Text::new("Undelivered: your message was not delivered"))
        .header(DATE, Raw::new(report.now.format(&Rfc2822).unwrap_or_default()))
        .message_id(MessageId::new(format!("{}@{domain}", report.id)))
        // RFC 3834 §5: nothing shall answer this by itself.
        .header(AUTO_SUBMITTED, Raw::new("auto-replied"))
        .body(MimePart::new(
            ContentType::new("multipart/report").attribute("report-type", "delivery-status"),
            BodyPart::Multipart(parts),
        ))
        .write_to_vec()
}
