//! Selects the header fields of a reply that something confirms. All other fields are dropped before anything reads them.
//!
//! | what vouches | for which fields |
//! | --- | --- |
//! | the layer that the text is in, signed or encrypted | those inside: `hp` (RFC 9788), `protected-headers="v1"` (Thunderbird), message/rfc822 (RFC 8551 §3.1) |
//! | DKIM in alignment with the mailbox | those it covers, if there is one of the name |
//! | the relay itself | the Subject and the identifiers of the thread with this contact |
//!
//! The first source with a Subject provides it, and the first that names recipients provides them. If none names
//! recipients, the reply goes to the contact whose relay address it came to. The outer Message-ID is only hashed, and
//! Auto-Submitted only prevents automatic answers, so these two count without confirmation.

use app::address::EmailAddress;
use zeroize::Zeroizing;

use crate::{
    auth::Covered,
    mail::{
        header::{
            AUTO_SUBMITTED, CC, CONTENT_TRANSFER_ENCODING, CONTENT_TYPE, FROM, IN_REPLY_TO, MESSAGE_ID, REFERENCES,
            SUBJECT, TO,
        },
        message::{Field, Message},
        value,
    },
    message_ids::Answered,
};

/// The recipients that a header's To and Cc name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressedTo {
    /// There is no To or Cc, or they name nobody.
    #[default]
    Nobody,
    /// Only others than the contact.
    Others,
    /// The contact, possibly with others.
    Contact,
}

/// The fields that one source confirms.
#[derive(Default)]
pub struct Vouched<'a> {
    subject: Option<Field<'a>>,
    /// To and Cc.
    people: Vec<Field<'a>>,
    /// In-Reply-To and References.
    refers: Vec<Field<'a>>,
}

impl<'a> Vouched<'a> {
    /// Reads the fields at the top of the innermost entity.
    pub fn inside(entity: &Message<'a>) -> Self {
        let all = |names: [&'static str; 2]| names.into_iter().flat_map(|name| entity.all(name)).collect();
        Self {
            subject: entity.first(SUBJECT),
            people: all([TO, CC]),
            refers: all([IN_REPLY_TO, REFERENCES]),
        }
    }

    /// Reads the fields that DKIM covers.
    pub fn covered(covered: &'a Covered) -> Self {
        let all = |names: [&str; 2]| names.into_iter().filter_map(|name| covered.field(name)).collect();
        Self {
            subject: covered.field(SUBJECT),
            people: all([TO, CC]),
            refers: all([IN_REPLY_TO, REFERENCES]),
        }
    }

    /// Tells whom the fields name.
    pub fn names(&self, is_contact: impl Fn(&EmailAddress) -> bool) -> AddressedTo {
        let mut named = AddressedTo::Nobody;
        // An entry without an address names somebody, too: a person whom the relay cannot reach.
        for entry in self.people.iter().copied().flat_map(value::address_list) {
            let address = entry.address.and_then(|address| address.parse().ok());
            if address.is_some_and(|address| is_contact(&address)) {
                return AddressedTo::Contact;
            }
            named = AddressedTo::Others;
        }
        named
    }
}

/// Builds the header that a reply is stripped with. `inside` and `covered` take precedence over `thread`. The caller has
/// checked that they name the contact.
pub fn build_header(
    message: &Message<'_>,
    inside: &Vouched<'_>,
    covered: &Vouched<'_>,
    thread: Option<&Answered>,
    is_contact: impl Fn(&EmailAddress) -> bool,
) -> Zeroizing<Vec<u8>> {
    let mut header = Zeroizing::new(Vec::new());
    match (inside.subject.or(covered.subject), thread) {
        (Some(subject), _) => push(&mut header, subject),
        (None, Some(thread)) if !thread.subject.is_empty() => {
            push_text(&mut header, SUBJECT, &reply_subject(&thread.subject));
        }
        (None, _) => {}
    }
    let naming = [inside, covered];
    let people = naming
        .into_iter()
        .find(|each| each.names(&is_contact) == AddressedTo::Contact);
    for field in people.into_iter().flat_map(|each| &each.people) {
        push(&mut header, *field);
    }
    match (
        [inside, covered].into_iter().find(|each| !each.refers.is_empty()),
        thread,
    ) {
        (Some(refers), _) => refers.refers.iter().for_each(|field| push(&mut header, *field)),
        (None, Some(thread)) => {
            let id = format!("<{}>", thread.id);
            push_text(&mut header, IN_REPLY_TO, &id);
            push_text(&mut header, REFERENCES, &id);
        }
        (None, None) => {}
    }
    for name in [MESSAGE_ID, AUTO_SUBMITTED] {
        if let Some(field) = message.first(name) {
            push(&mut header, field);
        }
    }
    header.extend_from_slice(b"\r\n");
    header
}

/// Returns the inner message if the entity is nothing but the mailbox's own message, wrapped so that its header is signed
/// too (RFC 8551 §3.1). A wrapped message of another author is forwarded mail and stays as it is.
pub fn unwrap(entity: Zeroizing<Vec<u8>>, mailbox: &EmailAddress) -> Zeroizing<Vec<u8>> {
    let wrapped = {
        let outer = Message::parse(&entity);
        let plain = outer.first(CONTENT_TRANSFER_ENCODING).and_then(value::text);
        let plain =
            plain.is_none_or(|encoding| ["7bit", "8bit", "binary"].contains(&encoding.trim().to_lowercase().as_str()));
        let content_type = outer.first(CONTENT_TYPE).and_then(value::content_type);
        let is_message = content_type.is_some_and(|parsed| {
            let is = |subtype: &str| subtype.eq_ignore_ascii_case("rfc822") || subtype.eq_ignore_ascii_case("global");
            parsed.c_type.eq_ignore_ascii_case("message") && parsed.subtype().is_some_and(is)
        });
        (plain && is_message && is_by(&Message::parse(outer.body()), mailbox))
            .then(|| Zeroizing::new(outer.body().to_vec()))
    };
    wrapped.unwrap_or(entity)
}

fn is_by(message: &Message<'_>, mailbox: &EmailAddress) -> bool {
    let authors: Vec<_> = message.all(FROM).flat_map(value::addresses).collect();
    let [author] = &authors[..] else { return false };
    author
        .parse::<EmailAddress>()
        .is_ok_and(|author| author.same_mailbox(mailbox))
}

/// The Subject of an answer, as mail clients write it.
fn reply_subject(subject: &str) -> String {
    let starts = subject.trim_start().get(..3);
    match starts.is_some_and(|starts| starts.eq_ignore_ascii_case("re:")) {
        true => subject.to_owned(),
        false => format!("Re: {subject}"),
    }
}

fn push(header: &mut Vec<u8>, field: Field<'_>) {
    header.extend_from_slice(field.raw());
    if !header.ends_with(b"\n") {
        header.extend_from_slice(b"\r\n");
    }
}

/// Appends a text that the relay stored itself. Raw UTF-8 is read back unchanged.
fn push_text(header: &mut Vec<u8>, name: &str, text: &str) {
    let one_line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    header.extend_from_slice(format!("{name}: {one_line}\r\n").as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOB: &str = "r-0b@relay.example";

    fn is_bob(address: &EmailAddress) -> bool {
        address.as_str() == BOB
    }

    fn text(message: &str, inside: &str, thread: Option<(&str, &str)>) -> String {
        let entity = Message::parse(inside.as_bytes());
        let thread = thread.map(|(id, subject)| Answered {
            id: id.into(),
            subject: subject.into(),
        });
        let covered = Vouched::default();
        let (message, inside) = (Message::parse(message.as_bytes()), Vouched::inside(&entity));
        let header = build_header(&message, &inside, &covered, thread.as_ref(), is_bob);
        String::from_utf8(header.to_vec()).unwrap()
    }

    #[test]
    fn what_nothing_vouches_for_is_left_behind() {
        let outer = "Subject: pay\r\nTo: Eve <r-0b@relay.example>\r\nCc: r-0c@relay.example\r\nMessage-ID: <a@b>\r\n\
                     In-Reply-To: <x@y>\r\n\r\n";
        assert_eq!(text(outer, "\r\n", None), "Message-ID: <a@b>\r\n\r\n");
        assert_eq!(
            text(outer, "\r\n", Some(("m@relay", "hello"))),
            "Subject: Re: hello\r\nIn-Reply-To: <m@relay>\r\nReferences: <m@relay>\r\nMessage-ID: <a@b>\r\n\r\n"
        );
    }

    #[test]
    fn what_stands_inside_wins() {
        let outer = "Subject: pay\r\nTo: r-0c@relay.example\r\n\r\n";
        let inside = "Subject: lunch\r\nTo: Bob <r-0b@relay.example>\r\nContent-Type: text/plain; hp=\"clear\"\r\n\r\n";
        assert_eq!(
            text(outer, inside, Some(("m@relay", "hello"))),
            "Subject: lunch\r\nTo: Bob <r-0b@relay.example>\r\nIn-Reply-To: <m@relay>\r\nReferences: <m@relay>\r\n\r\n"
        );
    }

    #[test]
    fn who_is_named_is_the_contact_or_not() {
        for (fields, named) in [
            ("", AddressedTo::Nobody),
            ("To: undisclosed-recipients:;\r\n", AddressedTo::Nobody),
            ("To: r-0c@relay.example\r\n", AddressedTo::Others),
            ("To: nobody\r\n", AddressedTo::Others),
            (
                "To: r-0c@relay.example\r\nCc: Bob <r-0b@relay.example>\r\n",
                AddressedTo::Contact,
            ),
            ("Bcc: r-0b@relay.example\r\n", AddressedTo::Nobody),
        ] {
            let entity = format!("{fields}\r\n");
            let inside = Vouched::inside(&Message::parse(entity.as_bytes())).names(is_bob);
            assert_eq!(inside, named, "{fields}");
        }
    }

    #[test]
    fn only_the_mailboxs_own_message_is_unwrapped() {
        let mailbox = "ann@example.org".parse().unwrap();
        let inner = "From: Ann <ann@example.org>\r\nSubject: lunch\r\n\r\nhello\r\n";
        for (head, own) in [
            ("Content-Type: message/rfc822\r\n", true),
            (
                "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n",
                true,
            ),
            (
                "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n",
                false,
            ),
            ("Content-Type: text/plain\r\n", false),
        ] {
            let entity = format!("{head}\r\n{inner}");
            let unwrapped = unwrap(Zeroizing::new(entity.clone().into_bytes()), &mailbox);
            let expected = if own { inner } else { &entity };
            assert_eq!(unwrapped.as_slice(), expected.as_bytes(), "{head}");
        }
        let forwarded = format!("Content-Type: message/rfc822\r\n\r\n{}", inner.replace("ann@", "bob@"));
        let unwrapped = unwrap(Zeroizing::new(forwarded.clone().into_bytes()), &mailbox);
        assert_eq!(unwrapped.as_slice(), forwarded.as_bytes());
    }

    #[test]
    fn an_answer_begins_with_re_once() {
        for (subject, expected) in [("hello", "Re: hello"), ("RE: hello", "RE: hello"), ("Ré", "Re: Ré")] {
            assert_eq!(reply_subject(subject), expected);
        }
    }
}
