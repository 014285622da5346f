//! Rewriting: one received message becomes the header that everybody on the way may read, and the MIME entity that only
//! the person will read.
//!
//! Outside stands what a mail client needs to list, thread and answer the message, written anew from decoded values;
//! inside, the original fields and the body byte for byte; only an opaque signature is taken apart ([`opaque`]). Nothing here fails: whatever was received can be relayed.
//! Where the person hides something, it stands inside in a protected header (RFC 9788), and at the top of the text. So does a
//! Date that is far from the time of an OpenPGP signature.

mod around;
mod display;
mod inner;
mod legacy;
mod opaque;
mod outer;
mod part;
mod protected;

use app::{
    address::{EmailAddress, OutsideAddress},
    profile::Hidden,
};
use time::OffsetDateTime;

use crate::mail::{
    charset,
    message::Message,
    rewritten::{Rewritten, agree},
};

/// What the reader is told of the sender.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The Authentication-Results field (RFC 8601), ended by CRLF.
    pub results: String,
    /// One plain line when something failed.
    pub warning: Option<String>,
}

/// What the message itself does not tell.
pub struct Facts<'a> {
    /// The contact's address under the relay's domain; From outside. Its domain is ASCII.
    pub relay_address: &'a EmailAddress,
    /// To outside.
    pub mailbox: &'a EmailAddress,
    /// The contact's own address, shown in From's display name.
    pub sender: &'a OutsideAddress,
    /// The alias that was written to; told inside.
    pub alias: &'a EmailAddress,
    /// Date outside for a message without a readable one. The signature is made at this time.
    pub now: OffsetDateTime,
    /// Whether the signature always tells its time, as OpenPGP's does. Date outside then agrees with it, whatever the sender's
    /// is.
    pub signed_with_time: bool,
    /// By which a message that comes back is known.
    pub loop_mark: &'a str,
    /// What was found out about the sender; told inside.
    pub seen: Option<&'a Seen>,
    /// What the person wants to stand inside only.
    pub hidden: Hidden,
    /// The value of List-Unsubscribe outside; what the sender wrote there stays inside.
    pub unsubscribe: Option<&'a str>,
    /// The stable pseudonym under the relay's domain, `local@domain`, of a message identifier.
    pub message_id: &'a dyn Fn(&str) -> String,
}

/// Rewrites a received message.
pub fn rewrite(received: &[u8], facts: &Facts<'_>) -> Rewritten {
    let converted = opaque::converted(received);
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
