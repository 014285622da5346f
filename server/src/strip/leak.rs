//! Searches the finished message once more as its reader will see it. It must not name the person.
//!
//! The search reads every header field, every text in its character set, HTML with its attributes, and the octets of
//! all other parts, also as UTF-16. It looks for
//! - the address of each of the account's mailboxes, in every spelling;
//! - a host of a mailbox's provider. That is the mailbox's domain, or a host below it, in an identifier (`cid:`,
//!   `mid:`), in a link to a mail server, in a delivery trace, or below a name of mail servers (`imap.`, `mx1.`).
//!
//! The bare domain is no leak, nor is somebody else's address under it, nor a link to its web site. People of one
//! provider write to each other, and about it.

use super::{
    charset,
    error::StripError,
    fold::{BREAK, Folded},
    html::{self, Spot},
    lines,
    matching::Matcher,
    spelling::Spelling,
    text::{self, Format},
    units::Syntax,
};
use crate::mail::{content::Content, header, message::Message, multipart::split, place::Place, value};

/// Most parts that are read. The builder's own limits are lower.
const MOST_PARTS: usize = 2000;

/// Octets before a domain in which a scheme or a label is searched.
const LONGEST_LINK: usize = 300;

/// First labels of the names of mail servers. Digits may follow.
const SERVERS: [&str; 18] = [
    "mail",
    "webmail",
    "imap",
    "imaps",
    "smtp",
    "smtps",
    "pop",
    "pop3",
    "mx",
    "mta",
    "mailout",
    "exchange",
    "owa",
    "autodiscover",
    "autoconfig",
    "caldav",
    "carddav",
    "outbound",
];

/// Schemes of links to mail servers, and of identifiers.
const SCHEMES: [&str; 16] = [
    "imap:",
    "imaps:",
    "pop:",
    "pop3:",
    "smtp:",
    "smtps:",
    "ews:",
    "mailbox:",
    "caldav:",
    "carddav:",
    "webcal:",
    "cid:",
    "mid:",
    "imap-message:",
    "mailbox-message:",
    "message:",
];

/// Labels of fields that describe a delivery, folded.
const TRACE: [&str; 13] = [
    "received:",
    "return-path:",
    "delivered-to:",
    "x-original-to:",
    "envelope-to:",
    "message-id:",
    "in-reply-to:",
    "references:",
    "received-spf:",
    "authentication-results:",
    "dkim-signature:",
    "x-received:",
    "content-id:",
];

/// Most lines after a trace label that belong to it.
const TRACE_LINES: usize = 4;

/// Searches a finished message. The error names the place of a leak.
pub fn search(message: &[u8], matcher: &Matcher<'_>, ours: &[&str]) -> Result<(), StripError> {
    let search = Search { matcher, ours };
    let mut entities = vec![message];
    let mut number = 0;
    while let Some(entity) = entities.pop() {
        if number > MOST_PARTS {
            return Err(StripError::TooManyParts);
        }
        let message = Message::parse(entity);
        search.header(&message, number)?;
        let content_type = message.first(header::CONTENT_TYPE).and_then(value::content_type);
        let media = content_type.as_ref().map_or("text/plain".to_owned(), |parsed| {
            format!("{}/{}", parsed.ctype(), parsed.subtype().unwrap_or_default()).to_ascii_lowercase()
        });
        let parameter = |name: &str| content_type.as_ref().and_then(|parsed| parsed.attribute(name));
        if media.starts_with("multipart/") {
            let pieces = split(message.body(), parameter("boundary").unwrap_or_default(), MOST_PARTS)?;
            entities.extend(pieces.into_iter().rev().map(|piece| &message.body()[piece]));
            continue;
        }
        number += 1;
        if media == "message/rfc822" {
            entities.push(message.body());
            continue;
        }
        let octets = Content::decode(message.body(), message.first(header::CONTENT_TRANSFER_ENCODING))?;
        let format = text::format(&media, parameter("name").unwrap_or_default());
        search.leaf(&octets, &media, format, parameter("charset"), number)?;
    }
    Ok(())
}

struct Search<'a, 'm> {
    matcher: &'a Matcher<'m>,
    /// The relay's domains. They may lie below the domain of a mailbox.
    ours: &'a [&'a str],
}

impl Search<'_, '_> {
    fn header(&self, message: &Message<'_>, part: usize) -> Result<(), StripError> {
        for field in message.fields() {
            let raw = String::from_utf8_lossy(field.raw_value());
            let decoded = value::text(field).unwrap_or_default();
            let parameters = value::content_type(field).and_then(|parsed| parsed.attributes);
            let parameters = parameters.unwrap_or_default();
            let values = parameters.iter().map(|attribute| &*attribute.value);
            if [&*raw, &*decoded]
                .into_iter()
                .chain(values)
                .any(|value| self.is_address_in(value, Syntax::Plain))
            {
                let spot = "in a header field";
                return Err(StripError::Leak(Place { part, kind: "", spot }));
            }
        }
        Ok(())
    }

    fn leaf(
        &self,
        octets: &[u8],
        media: &str,
        format: Format,
        charset: Option<&str>,
        part: usize,
    ) -> Result<(), StripError> {
        let leak = |kind, spot| Err(StripError::Leak(Place { part, kind, spot }));
        if text::is_text(media, octets) {
            let text = charset::decode_text(octets, charset, format == Format::Html)?;
            let mut found = None;
            match format {
                Format::Html => html::look_into(&text, |spot, seen| {
                    let syntax = if spot == Spot::Text {
                        Syntax::Html
                    } else {
                        Syntax::Plain
                    };
                    if found.is_none() && self.is_in(seen, syntax) {
                        found = Some(spot);
                    }
                }),
                Format::Calendar | Format::Card if self.is_in(&lines::unfold(&text), Syntax::Plain) => {
                    found = Some(Spot::Text);
                }
                _ if self.is_in(&text, Syntax::Plain) => found = Some(Spot::Text),
                _ => {}
            }
            match found {
                Some(spot) => return leak(format.name(), spot.name()),
                None if std::str::from_utf8(octets).is_ok() => return Ok(()),
                None => {}
            }
        }
        // Each octet becomes a character. The zeros of UTF-16 are invisible (`fold`).
        let narrow: String = octets
            .iter()
            .map(|byte| if byte.is_ascii() { char::from(*byte) } else { '\u{fffd}' })
            .collect();
        if self.is_address_in(&narrow, Syntax::Plain) {
            return leak("file", "in its content");
        }
        Ok(())
    }

    fn is_in(&self, text: &str, syntax: Syntax) -> bool {
        self.is_address_in(text, syntax)
            || [Spelling::Written, Spelling::Percent]
                .into_iter()
                .any(|spelling| spelling.may_be_in(text) && self.is_host_in(Folded::new(text, syntax, spelling).text()))
    }

    /// Checks every spelling, and every spelling inside another.
    fn is_address_in(&self, text: &str, syntax: Syntax) -> bool {
        if self.matcher.is_own_in(text, syntax) {
            return true;
        }
        let mut read = None;
        for spelling in [
            Spelling::References,
            Spelling::Percent,
            Spelling::Escapes,
            Spelling::Percent,
            Spelling::References,
        ] {
            let (source, syntax) = match &read {
                Some(read) => (read, Syntax::Plain),
                None => (&text.to_owned(), syntax),
            };
            if spelling.may_be_in(source) {
                read = Some(Folded::new(source, syntax, spelling).readable());
            }
        }
        read.is_some_and(|read| self.matcher.is_own_in(&read, Syntax::Plain))
    }

    fn is_host_in(&self, text: &[u8]) -> bool {
        self.matcher.domains().any(|domain| {
            memchr::memmem::find_iter(text, domain).any(|at| self.is_mail_host(text, at, at + domain.len()))
        })
    }

    /// Whether the domain at this place is a host of the provider. The text before it decides.
    fn is_mail_host(&self, text: &[u8], at: usize, end: usize) -> bool {
        let is_name =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"-.".contains(byte) || !byte.is_ascii() && *byte != BREAK;
        let longer = text
            .get(end)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
        let below = text[..at]
            .iter()
            .rev()
            .take(LONGEST_LINK)
            .take_while(|byte| is_name(byte))
            .count();
        let begin = at - below;
        // `nomailbox.example` is another domain.
        if longer || below > 0 && text[at - 1] != b'.' || self.is_ours(&text[begin..end]) {
            return false;
        }
        let before = &text[begin.saturating_sub(LONGEST_LINK)..begin];
        let word = before
            .iter()
            .rev()
            .take_while(|byte| **byte != b' ' && **byte != BREAK && !b"<>\"'()[]".contains(byte));
        let word = &before[before.len() - word.count()..];
        let scheme = |scheme: &&str| {
            let found = memchr::memmem::rfind(word, scheme.as_bytes());
            found.is_some_and(|at| at == 0 || !word[at - 1].is_ascii_alphanumeric())
        };
        let of_address = word.ends_with(b"@");
        is_server(&text[begin..at]) && !of_address || SCHEMES.iter().any(scheme) || is_trace(before)
    }

    fn is_ours(&self, host: &[u8]) -> bool {
        let ours = |ours: &&str| {
            host.strip_suffix(ours.as_bytes())
                .is_some_and(|rest| rest.is_empty() || rest.ends_with(b"."))
        };
        self.ours.iter().any(ours)
    }
}

/// Whether one of the labels before a domain is one that mail servers have.
fn is_server(labels: &[u8]) -> bool {
    labels.split(|byte| *byte == b'.').any(|label| {
        let digits = label
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'-')
            .count();
        let name = &label[..label.len() - digits];
        SERVERS.iter().any(|server| server.as_bytes() == name)
    })
}

/// Whether this line, or one of the few before it, is a field that describes a delivery.
fn is_trace(before: &[u8]) -> bool {
    let mut lines = before.rsplit(|byte| *byte == BREAK).take(TRACE_LINES);
    lines.any(|line| TRACE.iter().any(|label| line.starts_with(label.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::{super::tests::Scene, *};

    fn place(part: &str) -> Option<String> {
        let scene = Scene::default();
        let facts = scene.facts();
        match search(
            part.as_bytes(),
            &Matcher::new(&facts),
            &["relay.example", "relay.mailbox.example"],
        ) {
            Ok(()) => None,
            Err(StripError::Leak(place)) => Some(place.to_string()),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn a_leak_has_a_place() {
        for (part, expected) in [
            ("Subject: ann.lee@mailbox.example\r\n\r\n", "in a header field"),
            (
                "Subject: =?utf-8?q?a=2Elee=40work=2Eexample?=\r\n\r\n",
                "in a header field",
            ),
            (
                "Content-Type: image/png; name*=utf-8''ann.lee%40mailbox.example\r\n\r\n",
                "in a header field",
            ),
            (
                "\r\n\r\nann.lee@\r\n> mailbox.example",
                "part 1 (plain text), in the text",
            ),
            (
                "Content-Type: text/html\r\n\r\n<p>ann<b>.lee</b>&commat;mailbox&period;example",
                "part 1 (HTML), in the text",
            ),
            (
                "Content-Type: text/html\r\n\r\n<p title='ann.lee@mailbox.example'>",
                "part 1 (HTML), in a link or another attribute",
            ),
            (
                "Content-Type: text/html\r\n\r\n<!-- ann.lee@mailbox.example -->",
                "part 1 (HTML), in a comment",
            ),
            (
                "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\na\r\n--x\r\nContent-Type: image/png\r\n\
                 Content-Transfer-Encoding: base64\r\n\r\nYQBuAG4ALgBsAGUAZQBAAG0AYQBpAGwAYgBvAHgALgBlAHgAYQBtAHAAbABlAA==\r\n--x--",
                "part 2 (file), in its content",
            ),
            (
                "Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nann.lee@mailbox.example",
                "part 2 (plain text), in the text",
            ),
            ("\r\nimaps://imap.mailbox.example/", "part 1 (plain text), in the text"),
            ("\r\n[cid:1@mailbox.example]", "part 1 (plain text), in the text"),
            (
                "\r\n> Received: from x\r\n>  by a7.mailbox.example",
                "part 1 (plain text), in the text",
            ),
            ("\r\nvia mx12.mailbox.example", "part 1 (plain text), in the text"),
            (
                "\r\nhttps://webmail.mailbox.example/?x",
                "part 1 (plain text), in the text",
            ),
            (
                "\r\n%26commat%3Bx ann.lee%26commat%3Bmailbox.example",
                "part 1 (plain text), in the text",
            ),
        ] {
            assert_eq!(place(part).as_deref(), Some(expected), "{part}");
        }
    }

    #[test]
    fn what_others_are_called_is_none() {
        for text in [
            "bob@mailbox.example, joann.lee@mailbox.example",
            "https://mailbox.example/ and www.mailbox.example",
            "I am at mailbox.example",
            "nomailbox.example imap.nomailbox.example",
            "amber@relay.mailbox.example imap.relay.mailbox.example",
            "<CA123@mail.mailbox.example> of theirs",
        ] {
            assert_eq!(place(&format!("\r\n{text}")), None, "{text}");
        }
    }
}
