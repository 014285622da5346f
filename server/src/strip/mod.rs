//! Builds the message that leaves towards the contact anew from the person's reply, so that it does not tell who the person is.
//!
//! The header that leaves has these fields and no others:
//!
//! | field | what stands in it |
//! | --- | --- |
//! | From | the alias, with the name that the person gave it |
//! | To, Cc | the contacts behind the relay addresses that the person wrote to, if something vouches for the field, or the one contact; never another address |
//! | Subject | the person's, addresses in it replaced, if something vouches for it; else that of the thread |
//! | Date | the moment of relaying, in UTC |
//! | Message-ID, In-Reply-To, References | the relay's own identifiers |
//! | Auto-Submitted | its keyword |
//!
//! Below it, the tree of parts gets new boundaries; text is decoded, its addresses replaced, and written in UTF-8; HTML is written
//! from a list of elements and attributes; files go byte for byte in base64, with their type and name only. Not written: every other
//! field, parameter and identifier, preambles, signatures, certificates, public keys, what a machine wrote for machines. What cannot
//! be looked into, encrypted or wrapped, is refused.
//!
//! The finished message is read once more as its reader will ([`leak`]). If it still names a mailbox of the account or its
//! provider, it is refused: a leak becomes a refusal.
//!
//! Files are the person's to choose: images (their EXIF may hold place and camera), documents and archives are searched
//! octet by octet and not opened. Nor does anybody edit what people write themselves: a name, a signature.

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
pub use error::{Place, StripError};
use names::Names;
use rand_core::CryptoRng;
use time::OffsetDateTime;
use zeroize::Zeroizing;

use crate::mail::{
    header::{FROM, SENDER},
    message::Message,
    value,
};

/// Names of the person that are read from a header.
const MOST_NAMES: usize = 8;

/// Facts that the reply itself does not tell.
pub struct Facts<'a> {
    /// From outside.
    pub alias: &'a EmailAddress,
    /// The domain of relay addresses; the alias may be under another.
    pub relay_domain: &'a str,
    /// The name that the person gave the alias.
    pub alias_name: Option<&'a str>,
    /// All of the person's mailboxes. None may be named.
    pub mailboxes: &'a [EmailAddress],
    /// The contact's own address behind a relay address of this alias.
    pub contacts: &'a dyn Fn(&EmailAddress) -> Option<OutsideAddress>,
    /// The contact that receives this copy.
    pub contact: &'a OutsideAddress,
    /// The identifier outside of a message that has another in the mailbox, for In-Reply-To, References and quotations; none
    /// where nobody outside knows the message.
    pub message_id: &'a dyn Fn(&str) -> Option<String>,
    /// The new Message-ID, `local@domain`.
    pub own_message_id: &'a str,
    /// Date.
    pub now: OffsetDateTime,
}

/// A whole message (RFC 5322) that may leave: 7-bit, lines below 998 octets.
pub struct Stripped {
    bytes: Zeroizing<Vec<u8>>,
}

impl Stripped {
    /// The message.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The message, for who signs it and locks it away.
    pub fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.bytes
    }
}

/// Builds the message that leaves. `message` is what was received, of which only the header is read; `entity` is what was
/// found inside of it, or is its own where it was not sealed.
pub fn strip(
    message: &Message<'_>,
    entity: &[u8],
    facts: &Facts<'_>,
    rng: &mut impl CryptoRng,
) -> Result<Stripped, StripError> {
    let entity_read = Message::parse(entity);
    let addresses = Addresses::new(facts, own_names(message, &entity_read));
    let head = head::outermost(message, &entity_read, facts, &addresses)?;
    // A buffer that grows leaves a copy behind that is not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(entity.len() / 2 * 3 + 16 * 1024));
    bytes.extend_from_slice(head.as_bytes());
    Builder::new(facts, &addresses, rng).message(&entity_read, &mut bytes)?;
    leak::search(&bytes, addresses.matcher(), &[facts.relay_domain, facts.alias.domain()])?;
    Ok(Stripped { bytes })
}

/// The names by which the person's client calls the person.
fn own_names(message: &Message<'_>, entity: &Message<'_>) -> Names {
    let fields = [FROM, SENDER]
        .into_iter()
        .flat_map(|name| message.all(name).chain(entity.all(name)));
    Names::new(
        fields
            .flat_map(value::address_list)
            .filter_map(|listed| listed.name)
            .take(MOST_NAMES),
    )
}

/// A text as one line of a header: addresses replaced, white space joined, shortened. A `=?` that decoding left is taken
/// apart, as a client would decode once more what nobody searched.
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
