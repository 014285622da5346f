//! Writes the header outside the seal. It parses every field of the original before it uses one.

use app::profile::Hidden;
use mail_builder::headers::{HeaderType, address::Address, message_id::MessageId, raw::Raw, text::Text};
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc2822};

use super::{Facts, Person, display};
use crate::mail::{
    header::{self, Header},
    message::{Field, Message},
    shown, value,
};

/// Most identifiers in References: the first and the latest, as RFC 5322's readers keep them.
const MOST_REFERENCES: usize = 30;

/// The outer Subject if the real one is hidden (RFC 9788 §3.2.1).
const OBSCURED: &str = "[...]";

/// The style of a header.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// The fields to omit.
    pub hidden: Hidden,
    /// The value of Date.
    pub date: OffsetDateTime,
    /// The character set of the message's text, for a Subject and a From without one.
    pub charset: Option<&'a str>,
}

/// Writes the header of `received`, which `message` is parsed from.
///
/// Hiding follows a header confidentiality policy of RFC 9788 §3. The subject follows `hcp_baseline`, whose other
/// fields, Keywords and Comments, are never outside. The sender follows `hcp_shy`, without display names and with Date
/// in UTC.
pub fn header(received: &[u8], message: &Message<'_>, facts: &Facts<'_>, style: Style<'_>) -> Header {
    let Style { hidden, date, charset } = style;
    let mut outer = Header::default();
    outer.push(header::FROM, from(message, facts, style));
    if !hidden.sender && !facts.people.reply_to.is_empty() {
        outer.push(
            header::REPLY_TO,
            Address::new_list(address_list(&facts.people.reply_to)),
        );
    }
    outer.push(header::TO, to(facts, hidden));
    if !hidden.sender && !facts.people.cc.is_empty() {
        outer.push(header::CC, Address::new_list(address_list(&facts.people.cc)));
    }
    let subject = message
        .first(header::SUBJECT)
        .and_then(|field| value::text_in(field, charset));
    if let Some(subject) = subject
        .map(|text| display::subject(&text))
        .filter(|text| !text.is_empty())
    {
        if hidden.subject {
            outer.push(header::SUBJECT, Raw::new(OBSCURED));
        } else {
            outer.push(header::SUBJECT, Text::new(subject));
        }
    }
    outer.push(header::DATE, Raw::new(format_date(date, hidden).unwrap_or_default()));
    outer.push(
        header::MESSAGE_ID,
        MessageId::new((facts.message_id)(&identifier(received, message))),
    );
    for (name, most) in [(header::IN_REPLY_TO, 1), (header::REFERENCES, MOST_REFERENCES)] {
        let ids = message.first(name).map(value::message_ids).unwrap_or_default();
        if !ids.is_empty() {
            let pseudonyms = first_and_latest(&ids, most).map(|id| (facts.message_id)(id));
            outer.push(name, MessageId::new_list(pseudonyms));
        }
    }
    for (name, known) in header::REPEATED_OUTSIDE {
        if let Some(keyword) = message.first(name).and_then(|field| keyword(field, known)) {
            outer.push(name, Raw::new(keyword));
        }
    }
    if let Some(links) = facts.unsubscribe {
        outer.push(header::LIST_UNSUBSCRIBE, Raw::new(links));
        outer.push(header::LIST_UNSUBSCRIBE_POST, Raw::new("List-Unsubscribe=One-Click"));
    }
    outer.push(header::LOOP_MARK, Raw::new(facts.loop_mark));
    outer.push(header::MIME_VERSION, Raw::new("1.0"));
    outer
}

fn from(message: &Message<'_>, facts: &Facts<'_>, style: Style<'_>) -> Address<'static> {
    if style.hidden.sender {
        return Address::new_address(None::<&str>, facts.relay_address.as_str().to_owned());
    }
    let own = shown::name(message, style.charset, facts.sender);
    let name = display::name(own.as_deref(), facts.sender);
    Address::new_address(Some(name), facts.relay_address.as_str().to_owned())
}

/// Returns To. A mailbox with a local part beyond ASCII stands only in the envelope (RFC 6531), because an 8-bit header
/// would be lost at the first host without SMTPUTF8. To is then the empty group of RFC 5322 §3.4.
fn to(facts: &Facts<'_>, hidden: Hidden) -> HeaderType<'static> {
    let mut all = Vec::new();
    if facts.mailbox.as_str().is_ascii() {
        all.push(Address::new_address(None::<&str>, facts.mailbox.to_string()));
    }
    if !hidden.sender {
        all.extend(address_list(&facts.people.to));
    }
    match all.is_empty() {
        true => Raw::new("undisclosed-recipients:;").into(),
        false => Address::new_list(all).into(),
    }
}

/// Lists people by their relay addresses, with their own names and addresses as display names.
fn address_list(people: &[Person]) -> Vec<Address<'static>> {
    let written = |person: &Person| {
        let name = display::name(person.name.as_deref(), &person.address);
        Address::new_address(Some(name), person.relay_address.to_string())
    };
    people.iter().map(written).collect()
}

/// Returns the sender's Date, or the time of relaying if it cannot be read or written again.
pub fn date(message: &Message<'_>, now: OffsetDateTime) -> OffsetDateTime {
    let original = message.first(header::DATE).and_then(value::date);
    let can_be_written = |date: &OffsetDateTime| {
        [false, true]
            .into_iter()
            .all(|sender| format_date(*date, Hidden { sender, subject: false }).is_some())
    };
    original.filter(can_be_written).unwrap_or(now)
}

/// Formats a Date (RFC 5322 §3.3). Its time zone would reveal something about a hidden sender.
fn format_date(date: OffsetDateTime, hidden: Hidden) -> Option<String> {
    let date = match hidden.sender {
        true => date.checked_to_offset(UtcOffset::UTC)?,
        false => date,
    };
    date.format(&Rfc2822).ok()
}

/// Identifies the message by its Message-ID, or by its bytes if it has none, so that a repeated delivery is the same
/// message.
pub(super) fn identifier(received: &[u8], message: &Message<'_>) -> String {
    message
        .first(header::MESSAGE_ID)
        .and_then(|field| value::message_ids(field).into_iter().next())
        .unwrap_or_else(|| hex::encode(Sha256::digest(received)))
}

/// Returns the first and the latest entries of a long list.
fn first_and_latest(ids: &[String], most: usize) -> impl Iterator<Item = &String> {
    let latest = ids.len().saturating_sub(most - 1).max(1);
    ids.iter().take(1).chain(ids.iter().skip(latest))
}

/// Returns the keyword at the start of a field, if it is known. The text after it could reveal anything.
fn keyword(field: Field<'_>, known: &[&'static str]) -> Option<&'static str> {
    let text = value::text(field)?;
    let keyword = text.split([';', '(']).next()?.trim();
    known.iter().copied().find(|each| keyword.eq_ignore_ascii_case(each))
}
