//! Rewrites a received message into an outer header for everybody and a MIME entity for the person only.
//!
//! The outside has the fields that a mail client needs to list, thread and answer the message, written anew from
//! decoded values. The inside has the original fields and the body, byte for byte. Only an opaque signature is split
//! ([`opaque`]), so that every client shows the text. If it cannot be split without a change, it stays opaque. Nothing
//! here fails, because every received message can be relayed.
//!
//! RFC 9788 marks fields inside a signed part as meant for display with `hp`. A client that implements it would show
//! the original From and To and *answer* to them. The answer would bypass the relay, unencrypted and from the real
//! address. So the inner entity has two forms:
//!
//! - Nothing is hidden ([`inner`]): the original fields without the mark. A mark that the sender set is removed. The
//!   first field is `Delivered-To` (RFC 9228) with the alias.
//! - Something is hidden ([`protected`]): `hp="cipher"` with the header that would stand outside if nothing were
//!   hidden, so that answers go through the relay. `HP-Outer` records each field outside. [`outer`] runs twice, with
//!   nothing hidden for the inside and with the policy for the outside (subject: `hcp_baseline`; sender: `hcp_shy`
//!   without display names, Date in UTC). The original fields follow as `Sealpost-Original-NAME`.
//!   `protected-headers="v1"` stands beside it for Thunderbird's OpenPGP.
//!
//! Received `Sealpost-…` and Authentication-Results fields are dropped, so no sender can forge them. The relay's own
//! findings stand on top inside the seal. If a check failed, a warning stands above the original ([`wrap_original`]).
//!
//! Reply-To, To and Cc outside hold the relay addresses of everybody whom the original names. Some people have none:
//! those beyond the first 30 or beyond a limit, addresses of the relay itself, and everybody if the mailbox's switch is
//! off. A line above the text names them.
//!
//! Clients compare Date with the time of the signature (Thunderbird: one hour). If the sender's Date is more than 50
//! minutes from it (`mail::rewritten::agree`), S/MIME omits the signing time. OpenPGP signatures always have one. Then
//! Date outside is the time of relaying, and the sender's Date is treated like a hidden field.
//!
//! Hidden fields are repeated at the top of the main body parts ([`legacy`], RFC 9788 §5.2). Text in 7bit, 8bit or
//! binary keeps its octets. Text in quoted-printable or base64 is written in base64.

mod display;
mod inner;
mod legacy;
mod opaque;
mod outer;
mod part;
mod protected;
mod wrap_original;

use std::fmt;

use app::{
    address::{EmailAddress, OutsideAddress},
    profile::Hidden,
};
pub(super) use display::name as shown_name;
use time::OffsetDateTime;

use crate::mail::{
    charset, header,
    message::Message,
    rewritten::{Rewritten, agree},
};

/// Notes on the sender for the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The Authentication-Results field (RFC 8601) and the relay's own about spam, each ended by CRLF.
    pub results: String,
    /// One plain line if something failed.
    pub warning: Option<String>,
}

/// Somebody whom the original names, with their relay address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The display name.
    pub name: Option<String>,
    /// The address, shown in the display name.
    pub address: OutsideAddress,
    /// The contact's address under the relay's domain.
    pub relay_address: EmailAddress,
}

/// Everybody whom the original names besides its sender and the alias.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct People {
    /// The entries of Reply-To.
    pub reply_to: Vec<Person>,
    /// The entries of To except the mailbox.
    pub to: Vec<Person>,
    /// The entries of Cc.
    pub cc: Vec<Person>,
    /// A line that names all recipients to the reader, if To and Cc do not.
    pub line: Option<String>,
}

/// The facts that the message itself does not contain.
pub struct Facts<'a> {
    /// The contact's address under the relay's domain, for From outside. Its domain is ASCII.
    pub relay_address: &'a EmailAddress,
    /// The mailbox, for To outside.
    pub mailbox: &'a EmailAddress,
    /// The contact's own address, which From's display name shows.
    pub sender: &'a OutsideAddress,
    /// The other people that the message names. If the person hides the sender, no field outside names them.
    pub people: &'a People,
    /// The alias that was written to. Only the inside names it.
    pub alias: &'a EmailAddress,
    /// The time of signing. It is Date outside if the message has no readable one.
    pub now: OffsetDateTime,
    /// Whether the signature always states its time, as OpenPGP's does. Date outside then agrees with it, whatever the
    /// sender's Date is.
    pub signed_with_time: bool,
    /// The mark that recognises the message if it comes back.
    pub loop_mark: &'a str,
    /// The findings about the sender, for the inside.
    pub seen: Option<&'a Seen>,
    /// The fields that the recipient wants inside only.
    pub hidden: Hidden,
    /// The value of List-Unsubscribe outside. The sender's own stays inside.
    pub unsubscribe: Option<&'a str>,
    /// Returns the stable pseudonym of a message identifier under the relay's domain, `local@domain`.
    pub message_id: &'a dyn Fn(&str) -> String,
}

impl Seen {
    /// Adds that the message looks like spam, and how much.
    pub fn add_spam(&mut self, score: impl fmt::Display) {
        self.results += &format!("{}: {score}\r\n", header::SPAM);
        let line = format!("Sealpost: This message looks like spam ({score}).");
        self.warning = Some(match self.warning.take() {
            Some(warning) => format!("{warning} {line}"),
            None => line,
        });
    }
}

impl Facts<'_> {
    /// Returns the lines above the text: a warning, and the other recipients.
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
