//! Writes the header of the message that leaves, and those of the messages inside it. It copies no field.

use mail_builder::headers::{HeaderType, address::Address, message_id::MessageId, raw::Raw, text::Text};
use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc2822};

use super::{
    Facts,
    addresses::Addresses,
    error::StripError,
    line,
    people::{self, People},
};
use crate::mail::{
    header::{self, Header},
    message::{Field, Message},
    value,
};

/// Most identifiers in In-Reply-To and References: the first and the latest.
const MOST_REFERENCES: usize = 30;

/// Most characters of a subject.
const LONGEST_SUBJECT: usize = 1000;

/// Most characters of the name that the person gave the alias.
const LONGEST_NAME: usize = 200;

/// Keywords of Auto-Submitted (RFC 3834 §5, RFC 5436 §2.7.1). Its parameters may name the owner.
const AUTOMATIC: [&str; 3] = ["auto-generated", "auto-replied", "auto-notified"];

/// Outer subjects that replace a protected one: RFC 9788 §7.1, Thunderbird and GnuPG's clients, Enigmail.
const OBSCURED: [&str; 3] = ["[...]", "...", "Encrypted Message"];

/// Writes the header of the message that leaves, except the fields of its body.
pub fn outermost(
    message: &Message<'_>,
    entity: &Message<'_>,
    facts: &Facts<'_>,
    addresses: &Addresses<'_>,
) -> Result<Header, StripError> {
    let people = People::of(message, facts, addresses)?;
    let mut head = Header::default();
    let name = facts.alias_name.map(|name| line(name, LONGEST_NAME, addresses));
    let name = name.filter(|name| !name.is_empty());
    head.push(header::FROM, Address::new_address(name, facts.alias.as_str()));
    head.push(header::TO, people.to());
    if let Some(cc) = people.cc() {
        head.push(header::CC, cc);
    }
    push_subject(&mut head, subject(message, entity), addresses);
    push_date(&mut head, facts.now);
    head.push(header::MESSAGE_ID, MessageId::new(facts.own_message_id));
    for name in [header::IN_REPLY_TO, header::REFERENCES] {
        if let Some(ids) = message.first(name).and_then(|field| identifiers(field, facts)) {
            head.push(name, ids);
        }
    }
    if let Some(keyword) = message.first(header::AUTO_SUBMITTED).and_then(automatic) {
        head.push(header::AUTO_SUBMITTED, Raw::new(keyword));
    }
    head.push(header::MIME_VERSION, Raw::new("1.0"));
    Ok(head)
}

/// Writes the header of a message inside another.
pub fn inside(message: &Message<'_>, addresses: &Addresses<'_>) -> Header {
    let mut head = Header::default();
    for name in [header::FROM, header::TO, header::CC] {
        if let Some(people) = message.first(name).and_then(|field| people::display(field, addresses)) {
            head.push(name, people);
        }
    }
    push_subject(
        &mut head,
        message.first(header::SUBJECT).and_then(value::text),
        addresses,
    );
    if let Some(date) = message.first(header::DATE).and_then(value::date) {
        push_date(&mut head, date);
    }
    head.push(header::MIME_VERSION, Raw::new("1.0"));
    head
}

/// Returns the subject that the person wrote: the protected one, if there is one (RFC 9788 §4 and its predecessors).
fn subject(message: &Message<'_>, entity: &Message<'_>) -> Option<String> {
    let outer = message.first(header::SUBJECT).and_then(value::text);
    let inner = entity.first(header::SUBJECT).and_then(value::text);
    let is_obscured = |outer: &String| OBSCURED.contains(&outer.trim());
    if inner.is_some() && (protects_header(entity) || outer.as_ref().is_none_or(is_obscured)) {
        inner
    } else {
        outer
    }
}

fn protects_header(entity: &Message<'_>) -> bool {
    let content_type = entity.first(header::CONTENT_TYPE).and_then(value::content_type);
    content_type.is_some_and(|parsed| {
        ["hp", "protected-headers"]
            .iter()
            .any(|name| parsed.has_attribute(name))
    })
}

fn push_subject(head: &mut Header, subject: Option<String>, addresses: &Addresses<'_>) {
    let subject = subject.map(|subject| line(&subject, LONGEST_SUBJECT, addresses));
    if let Some(subject) = subject.filter(|subject| !subject.is_empty()) {
        head.push(header::SUBJECT, Text::new(subject));
    }
}

/// Writes the date in UTC, so that nobody learns where the person is. A date that cannot be written is omitted.
fn push_date(head: &mut Header, date: OffsetDateTime) {
    let utc = date.checked_to_offset(UtcOffset::UTC);
    if let Some(date) = utc.and_then(|date| date.format(&Rfc2822).ok()) {
        head.push(header::DATE, Raw::new(date));
    }
}

fn identifiers(field: Field<'_>, facts: &Facts<'_>) -> Option<HeaderType<'static>> {
    let all: Vec<String> = value::message_ids(field)
        .iter()
        .filter_map(|id| (facts.message_id)(id))
        .collect();
    let latest = all.len().saturating_sub(MOST_REFERENCES - 1).max(1);
    let kept: Vec<String> = all.iter().take(1).chain(all.iter().skip(latest)).cloned().collect();
    (!kept.is_empty()).then(|| MessageId::new_list(kept.into_iter()).into())
}

fn automatic(field: Field<'_>) -> Option<&'static str> {
    let text = value::text(field)?;
    let keyword = text.split([';', '(']).next()?.trim();
    AUTOMATIC.into_iter().find(|each| keyword.eq_ignore_ascii_case(each))
}
