//! Builds a new message to the contact from the person's reply, so that it does not reveal who the person is.
//!
//! The header that leaves has only these fields:
//!
//! | field | content |
//! | --- | --- |
//! | From | the alias, with the name that the person gave it |
//! | To, Cc | if something vouches for the field, the contacts whose relay addresses the person wrote to, otherwise this contact alone; never another address |
//! | Subject | if something vouches for it, the person's with its addresses replaced, otherwise the thread's |
//! | Date | the time of relaying, in UTC |
//! | Message-ID, In-Reply-To, References | the relay's own identifiers |
//! | Auto-Submitted | its keyword |
//!
//! Below it, the tree of parts gets new boundaries:
//!
//! - Text is decoded, its addresses are replaced, and it is written in UTF-8.
//! - HTML is written from a list of elements and attributes.
//! - Files go byte for byte in base64, with their type and name only.
//!
//! Nothing else is written: no other field, parameter or identifier, no preambles, signatures, certificates or public
//! keys, nothing that a machine wrote for machines. A part that cannot be searched because it is encrypted or wrapped
//! stops the reply.
//!
//! The finished message is searched once more as its reader will see it ([`leak`]). If it still names a mailbox of the
//! account or its provider, it does not leave.
//!
//! Files are the person's choice. Images (whose EXIF may hold place and camera), documents and archives are searched
//! octet by octet but not opened. People's own words, such as a name or a signature, are not edited either.

mod addresses;
mod allowed;
mod build;
mod calendar;
mod card;
mod charset;
mod error;
mod escape;
mod flowed;
mod fold;
mod head;
mod html;
mod leak;
mod legacy;
mod lines;
mod matching;
mod names;
mod people;
mod pgp;
mod prune;
mod quoted;
mod spelling;
mod style;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod units;
mod url;

use addresses::Addresses;
use app::address::{EmailAddress, OutsideAddress};
use build::Builder;
pub use error::StripError;
use names::Names;
use rand_core::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::mail::{
    header::{FROM, SENDER},
    message::Message,
    value,
};

/// Most names of the person that are read from one header.
const MOST_NAMES: usize = 8;

/// Facts that the reply itself does not contain.
pub struct Facts<'a> {
    /// The alias, which From names.
    pub alias: &'a EmailAddress,
    /// The domain of relay addresses. The alias may be under another domain.
    pub relay_domain: &'a str,
    /// The name that the person gave the alias.
    pub alias_name: Option<&'a str>,
    /// The names by which the person's mail client calls the person ([`own_names`] of the received message). They are
    /// removed and never written.
    pub own_names: &'a [String],
    /// All of the person's mailboxes. The message must name none.
    pub mailboxes: &'a [EmailAddress],
    /// Returns the contact's own address for a relay address of this alias.
    pub contacts: &'a dyn Fn(&EmailAddress) -> Option<OutsideAddress>,
    /// The contact that receives this copy.
    pub contact: &'a OutsideAddress,
    /// Returns the outside identifier for an identifier in the mailbox, for In-Reply-To, References and quotations. It
    /// is `None` if nobody outside knows the message.
    pub message_id: &'a dyn Fn(&str) -> Option<String>,
    /// The new Message-ID, `local@domain`.
    pub own_message_id: &'a str,
    /// The time of relaying, for Date.
    pub now: OffsetDateTime,
}

/// A whole message (RFC 5322) that may leave: 7-bit, lines below 998 octets.
pub struct Stripped {
    bytes: Zeroizing<Vec<u8>>,
}

impl Stripped {
    /// Returns the message.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the message for signing and locking.
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.bytes
    }
}

/// Builds the message that leaves. Of `message` only the header is read. `entity` is the decrypted content, or the
/// message's own if it was not encrypted. A client that protects its header names the person there, too.
pub fn strip(
    message: &Message<'_>,
    entity: &[u8],
    facts: &Facts<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Stripped, StripError> {
    let entity_read = Message::parse(entity);
    let names = facts.own_names.iter().cloned().chain(own_names(&entity_read));
    let addresses = Addresses::new(facts, Names::new(names));
    let head = head::outermost(message, &entity_read, facts, &addresses)?;
    // A buffer that grows leaves copies behind that nobody wipes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(entity.len() / 2 * 3 + 16 * 1024));
    bytes.extend_from_slice(head.as_bytes());
    Builder::new(facts, &addresses, rng).message(&entity_read, &mut bytes)?;
    leak::search(&bytes, addresses.matcher(), &[facts.relay_domain, facts.alias.domain()])?;
    Ok(Stripped { bytes })
}

/// Returns the names in From and Sender, by which the person's mail client calls the person.
pub fn own_names(message: &Message<'_>) -> Vec<String> {
    let fields = [FROM, SENDER].into_iter().flat_map(|name| message.all(name));
    let names = fields.flat_map(value::address_list).filter_map(|listed| listed.name);
    names.take(MOST_NAMES).collect()
}

/// Makes a text one header line: replaces addresses, joins white space, and shortens it. A `=?` that is left after
/// decoding is broken up. Otherwise a client would decode text that nobody searched.
fn line(text: &str, longest: usize, addresses: &Addresses<'_>) -> String {
    let visible: String = text.chars().map(|c| if is_break(c) { ' ' } else { c }).collect();
    let joined = visible
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .replace("=?", "= ?");
    let replaced = addresses.replace_in(&joined);
    match replaced.char_indices().nth(longest) {
        None => replaced,
        Some((end, _)) => format!("{}\u{2026}", replaced[..end].trim_end()),
    }
}

fn is_break(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}
