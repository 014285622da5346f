//! Turns a received message into the header that everybody on the way may read and the MIME entity that only the person reads.
//!
//! Outside stands what a mail client needs to list, thread and answer the message, written anew from decoded values. Inside stand
//! the original fields and the body, byte for byte; only an opaque signature is taken apart ([`opaque`]), so that every client shows
//! the text. If that is not certainly possible (line ends other than CRLF, BER beside the content), it stays opaque. Nothing here
//! fails: whatever was received can be relayed.
//!
//! RFC 9788 marks fields inside a signed part as meant for display with `hp`. A client that implements it would show the original From
//! and To and *answer* to them: past the relay, from the real address, in the clear. So there are two forms of the inner entity:
//!
//! - Nothing hidden ([`inner`]): the original fields without the mark; one that a sender set is taken out. The first field is
//!   `Delivered-To` (RFC 9228) with the alias.
//! - Something hidden ([`protected`]): `hp="cipher"`, with the header that would stand outside if nothing were hidden, so that
//!   answering stays within the relay. `HP-Outer` records each field outside. [`outer`] runs twice, with nothing hidden for the inside
//!   and with the policy for the outside (subject: `hcp_baseline`; sender: `hcp_shy` without display names, Date in UTC). The original
//!   fields follow as `Sealpost-Original-NAME`. `protected-headers="v1"` stands beside it for Thunderbird's OpenPGP.
//!
//! Received fields named `Sealpost-…` and Authentication-Results are left behind, so no sender can forge them. Our own finding stands
//! on top inside the seal. If a check failed, a line of warning stands above the original ([`wrap_original`]).
//!
//! Reply-To, To and Cc outside name the relay addresses of all whom the original names. Who has none (over 30, over a limit, the
//! relay's own, or with the switch off) is named by a line above the text.
//!
//! Clients compare Date with the time of the signature (Thunderbird: one hour). If the sender's Date is more than 50 minutes from it
//! (`mail::rewritten::agree`), S/MIME leaves the signing time out. OpenPGP signatures always have one: then Date outside is the moment
//! of relaying, and the sender's Date is handled like a hidden field.
//!
//! Hidden fields are repeated at the top of the main body parts ([`legacy`], RFC 9788 §5.2). Text in 7bit, 8bit or binary keeps its
//! octets; text in quoted-printable or base64 is written in base64.

mod display;
mod inner;
mod legacy;
mod opaque;
mod outer;
mod part;
mod protected;
mod wrap_original;

use app::{
    address::{EmailAddress, OutsideAddress},
    profile::Hidden,
};
pub(super) use display::name as shown_name;
use time::OffsetDateTime;

use crate::mail::{
    charset,
    message::Message,
    rewritten::{Rewritten, agree},
};

/// The notes on the sender that the reader sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The Authentication-Results field (RFC 8601), ended by CRLF.
    pub results: String,
    /// One plain line when something failed.
    pub warning: Option<String>,
}

/// Somebody whom the original names, and the relay address that stands for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name beside the address.
    pub name: Option<String>,
    /// The address, shown in the display name.
    pub address: OutsideAddress,
    /// The contact's address under the relay's domain.
    pub relay_address: EmailAddress,
}

/// Those whom the original names besides its sender and the alias.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// Reply-To.
    pub reply_to: Vec<Person>,
    /// To, beside the mailbox.
    pub to: Vec<Person>,
    /// Cc.
    pub cc: Vec<Person>,
    /// Names all recipients to the reader, if To and Cc do not.
    pub line: Option<String>,
}

/// The facts that the message itself does not contain.
pub struct Facts<'a> {
    /// The contact's address under the relay's domain; From outside. Its domain is ASCII.
    pub relay_address: &'a EmailAddress,
    /// To outside.
    pub mailbox: &'a EmailAddress,
    /// The contact's own address, shown in From's display name.
    pub sender: &'a OutsideAddress,
    /// Who else is named. In no field outside if the person hides the sender.
    pub people: &'a People,
    /// The alias that was written to; told inside.
    pub alias: &'a EmailAddress,
    /// Date outside for a message without a readable one. The signature is made at this time.
    pub now: OffsetDateTime,
    /// Whether the signature always tells its time, as OpenPGP's does. Date outside then agrees with it, whatever the sender's
    /// is.
    pub signed_with_time: bool,
    /// By which a message that comes back is known.
    pub loop_mark: &'a str,
    /// The findings about the sender, which are written inside.
    pub seen: Option<&'a Seen>,
    /// The fields that the recipient wants inside only.
    pub hidden: Hidden,
    /// The value of List-Unsubscribe outside; what the sender wrote there stays inside.
    pub unsubscribe: Option<&'a str>,
    /// The stable pseudonym under the relay's domain, `local@domain`, of a message identifier.
    pub message_id: &'a dyn Fn(&str) -> String,
}

impl Facts<'_> {
    /// The lines that stand above the text: a warning, and who else got the message.
    fn notes(&self) -> Option<String> {
        let warning = self.seen.and_then(|seen| seen.warning.as_deref());
        let notes: Vec<_> = warning.into_iter().chain(self.people.line.as_deref()).collect();
        (!notes.is_empty()).then(|| notes.join("\r\n"))
    }
}

/// Rewrites a received message.
pub fn rewrite(received: &[u8], facts: &Facts<'_>) -> Rewritten {
    let converted = opaque::convert(received);
    let message = Message::parse(converted.as_ref().map_or(received, |converted| converted));
    let original = outer::date(&message, facts.now);
    let date = match facts.signed_with_time && !agree(original, facts.now) {
        true => facts.now,
        false => original,
    };
    let charset = charset::of_text(&message);
    let told = outer::Style {
        hidden: Hidden::default(),
        date: original,
        charset: charset.as_deref(),
    };
    let style = outer::Style {
        hidden: facts.hidden,
        date,
        ..told
    };
    let told = outer::header(received, &message, facts, told);
    if !facts.hidden.any() && date == original {
        let inner = inner::entity(&message, facts);
        return Rewritten {
            outer: told,
            inner,
            date,
        };
    }
    let outer = outer::header(received, &message, facts, style);
    let inner = protected::entity(&message, facts, &told, &outer);
    Rewritten { outer, inner, date }
}

#[cfg(test)]
mod tests;
