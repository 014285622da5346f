//! Addresses in text: that of each of the person's mailboxes becomes the alias, a relay address becomes the contact behind it.
//!
//! Found is `local@domain` without regard to case, in the forms that clients write: with `%40` of links (encoded once more
//! in links that a filter wrapped), with a character reference of HTML, with `\u0040` of JSON, and with a `+tag` or without
//! the mailbox's own. Time is linear: the neighbourhood of an at sign is looked at only where the domain behind it is one of a
//! few.

use std::borrow::Cow;

use app::address::EmailAddress;

use super::{Facts, escape};

/// How an at sign is written.
const AT_SIGNS: [&str; 7] = ["@", "%40", "%2540", "&#64;", "&#x40;", "&commat;", "\\u0040"];

/// Longest local part that is looked at, twice what RFC 5321 §4.5.3.1.1 allows.
const LONGEST_LOCAL: usize = 128;

/// What the text is written in, for what is put into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Text as it is.
    Plain,
    /// HTML, where some characters are written as references.
    Html,
}

/// Who is replaced by whom.
pub struct Addresses<'a> {
    facts: &'a Facts<'a>,
}

impl<'a> Addresses<'a> {
    /// As the facts say.
    pub fn new(facts: &'a Facts<'a>) -> Self {
        Self { facts }
    }

    /// The text with other addresses; the same bytes where there was nothing to replace.
    pub fn replace<'t>(&self, text: &'t [u8], syntax: Syntax) -> Cow<'t, [u8]> {
        let mut replaced = Vec::new();
        let (mut done, mut seen) = (0, 0);
        while let Some((at, behind)) = at_sign(text, seen) {
            seen = behind;
            if let Some((start, end, other)) = self.address_around(text, done, at, behind) {
                replaced.extend_from_slice(&text[done..start]);
                push(&mut replaced, &other, &text[at..behind], syntax);
                (done, seen) = (end, end);
            }
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        replaced.extend_from_slice(&text[done..]);
        Cow::Owned(replaced)
    }

    /// [`Self::replace`] for a string that is plain text.
    pub fn replace_in(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.replace(text.as_bytes(), Syntax::Plain)).into_owned()
    }

    /// [`Self::replace`] for a string that is HTML.
    pub fn replace_html(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.replace(text.as_bytes(), Syntax::Html)).into_owned()
    }

    /// Whether an address is a mailbox's of the person, with whatever `+tag`.
    pub fn is_mailbox(&self, address: &EmailAddress) -> bool {
        let local = address.local().as_bytes();
        self.mailboxes()
            .any(|own| address.domain() == own.domain() && is_local_of(own, local))
    }

    /// Whether a mailbox of the person's stands in a text.
    pub fn name_mailbox(&self, text: &str) -> bool {
        let alias = self.facts.alias.as_str();
        self.replace_in(text).contains(alias) && !text.contains(alias)
    }

    /// Where the address around an at sign begins and ends, and what stands for it.
    fn address_around(
        &self,
        text: &[u8],
        from: usize,
        at: usize,
        behind: usize,
    ) -> Option<(usize, usize, EmailAddress)> {
        let rest = &text[behind..];
        let relay = self.facts.relay_domain;
        let is_relay = begins_with_domain(rest, relay);
        let mut own = self
            .mailboxes()
            .filter(|own| begins_with_domain(rest, own.domain()))
            .peekable();
        if own.peek().is_none() && !is_relay {
            return None;
        }
        let own: Vec<_> = own.collect();
        let local = self.local_before(&text[from..at]);
        let without_marks = local
            .iter()
            .position(|(byte, _)| byte.is_ascii_alphanumeric() || !byte.is_ascii());
        for first in [0, without_marks.unwrap_or(0)] {
            let octets: Vec<u8> = local[first..].iter().map(|(byte, _)| *byte).collect();
            let start = || local.get(first).map(|(_, start)| from + start);
            if let Some(own) = own.iter().find(|own| is_local_of(own, &octets)) {
                return Some((start()?, behind + own.domain().len(), self.facts.alias.clone()));
            }
            if is_relay && let Some(contact) = self.contact(&octets) {
                return Some((start()?, behind + relay.len(), contact));
            }
        }
        None
    }

    /// The characters of the local part that ends here, first to last, each with where it is written.
    fn local_before(&self, text: &[u8]) -> Vec<(u8, usize)> {
        let mut local = Vec::new();
        let mut end = text.len();
        while let Some((byte, length)) = escape::last(&text[..end]) {
            if local.len() > LONGEST_LOCAL || !self.is_local(byte) {
                break;
            }
            end -= length;
            local.push((byte, end));
        }
        local.reverse();
        // `\n` of iCalendar, `\u003c` of JSON: what looks like the first letters is an escape.
        let escaped = if text[..end].ends_with(b"\\") {
            escape::letters(&text[end..])
        } else {
            0
        };
        local.retain(|(_, start)| *start >= end + escaped);
        local
    }

    fn is_local(&self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric()
            || b"._+-".contains(&byte)
            || self.mailboxes().any(|own| own.local().as_bytes().contains(&byte))
    }

    fn mailboxes(&self) -> impl Iterator<Item = &'a EmailAddress> {
        self.facts.mailboxes.iter()
    }

    fn contact(&self, local: &[u8]) -> Option<EmailAddress> {
        let local = std::str::from_utf8(local).ok()?;
        let address = format!("{local}@{}", self.facts.relay_domain).parse().ok()?;
        (self.facts.contacts)(&address)
    }
}

/// Where the next at sign begins and ends.
fn at_sign(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let written = |at: usize| {
        let here = |sign: &&&str| {
            text.get(at..at + sign.len())
                .is_some_and(|here| here.eq_ignore_ascii_case(sign.as_bytes()))
        };
        AT_SIGNS.iter().find(here).map(|sign| (at, at + sign.len()))
    };
    let starts = (from..text.len()).filter(|at| matches!(text[*at], b'@' | b'%' | b'&' | b'\\'));
    starts.filter_map(written).next()
}

fn is_local_of(own: &EmailAddress, local: &[u8]) -> bool {
    without_tag(local).eq_ignore_ascii_case(without_tag(own.local().as_bytes()))
}

/// The local part without the `+tag` that providers deliver regardless of.
fn without_tag(local: &[u8]) -> &[u8] {
    let tag = local.iter().skip(1).position(|byte| *byte == b'+');
    tag.map_or(local, |at| &local[..=at])
}

/// Whether `domain` stands here and ends here. A dot behind it is taken for the end of a sentence or the start of a file's
/// extension: where it does begin a longer domain with the same local part, a stranger's address is spoilt in a quotation,
/// which is better than the mailbox's being told.
fn begins_with_domain(rest: &[u8], domain: &str) -> bool {
    rest.split_at_checked(domain.len()).is_some_and(|(here, behind)| {
        here.eq_ignore_ascii_case(domain.as_bytes()) && !behind.first().is_some_and(u8::is_ascii_alphanumeric)
    })
}

/// Writes an address with the at sign that was there, and its local part in the same manner.
fn push(text: &mut Vec<u8>, address: &EmailAddress, at_sign: &[u8], syntax: Syntax) {
    let local = address.local();
    if at_sign.starts_with(b"%") {
        text.extend_from_slice(escape::percent(local).as_bytes());
    } else if syntax == Syntax::Html {
        text.extend_from_slice(escape::html(local).as_bytes());
    } else {
        text.extend_from_slice(local.as_bytes());
    }
    text.extend_from_slice(at_sign);
    text.extend_from_slice(address.domain().as_bytes());
}

#[cfg(test)]
mod tests {
    use super::{super::tests::Scene, *};
    use crate::work::assert_linear;

    fn replaced(text: &str) -> String {
        let scene = Scene::default();
        let facts = scene.facts();
        Addresses::new(&facts).replace_in(text)
    }

    #[test]
    fn the_mailbox_becomes_the_alias_in_every_form() {
        for (text, expected) in [
            ("ann.lee@mailbox.example", "amber@relay.example"),
            ("<Ann.Lee@MAILBOX.Example>", "<amber@relay.example>"),
            ("mailto:ann.lee%40mailbox.example?x", "mailto:amber%40relay.example?x"),
            ("x%3Aann%2Elee%40mailbox.example", "x%3Aamber%40relay.example"),
            (
                "?data=05%7C02%7Cann.lee%40mailbox.example%7C0",
                "?data=05%7C02%7Camber%40relay.example%7C0",
            ),
            (
                "?u=a%253Aann.lee%2540mailbox.example%26",
                "?u=a%253Aamber%2540relay.example%26",
            ),
            ("ann.lee&#64;mailbox.example", "amber&#64;relay.example"),
            (
                "&lt;ann.lee&commat;mailbox.example&gt;",
                "&lt;amber&commat;relay.example&gt;",
            ),
            (
                "\\u003cann.lee\\u0040mailbox.example",
                "\\u003camber\\u0040relay.example",
            ),
            ("x\\nann.lee@mailbox.example", "x\\namber@relay.example"),
            ("_ann.lee@mailbox.example_", "_amber@relay.example_"),
            ("--ann.lee@mailbox.example.", "--amber@relay.example."),
            ("ann.lee@mailbox.example.Then", "amber@relay.example.Then"),
            ("ann.lee@mailbox.example-then.", "amber@relay.example-then."),
            ("ann.lee@mailbox.example.vcf", "amber@relay.example.vcf"),
            ("ann.lee+news@mailbox.example", "amber@relay.example"),
            (
                "A.Lee@work.example, a.lee@mailbox.example",
                "amber@relay.example, a.lee@mailbox.example",
            ),
            (
                "\u{3068}ann.lee@mailbox.example\u{3068}",
                "\u{3068}amber@relay.example\u{3068}",
            ),
            (
                "ann.lee@mailbox.example,ann.lee@mailbox.example",
                "amber@relay.example,amber@relay.example",
            ),
        ] {
            assert_eq!(replaced(text), expected, "{text}");
        }
    }

    #[test]
    fn a_relay_address_becomes_its_contact() {
        for (text, expected) in [
            (
                "Bob (bob@example.com) <r-0b@relay.example> wrote:",
                "Bob (bob@example.com) <bob@example.com> wrote:",
            ),
            ("R-0B@Relay.Example", "bob@example.com"),
            ("mailto:r-0c%40relay.example", "mailto:carol%2Bx%40example.net"),
            ("r-99@relay.example", "r-99@relay.example"),
            ("amber@relay.example", "amber@relay.example"),
        ] {
            assert_eq!(replaced(text), expected, "{text}");
        }
    }

    #[test]
    fn other_addresses_stay() {
        for text in [
            "joann.lee@mailbox.example",
            "jo.ann.lee@mailbox.example",
            "ann.lee@mailbox.examples",
            "ann.lee@othermailbox.example",
            "@mailbox.example",
            "@",
            "%40mailbox.example",
            "ann.lee@",
            "",
        ] {
            assert_eq!(replaced(text), text);
        }
    }

    #[test]
    fn a_mailbox_with_a_tag_or_a_mark_is_found() {
        let mut scene = Scene::default();
        for (mailbox, text) in [
            ("ann+relay@mailbox.example", "<ann@mailbox.example>"),
            ("ann+relay@mailbox.example", "'ann+relay@mailbox.example'"),
            ("o'lee@mailbox.example", "'o'lee@mailbox.example'"),
            ("o'lee@mailbox.example", "<o&#39;lee@mailbox.example>"),
            ("\u{fc}n@mailbox.example", "(\u{fc}n@mailbox.example)"),
        ] {
            scene.mailboxes[0] = mailbox.parse().unwrap();
            let facts = scene.facts();
            let replaced = Addresses::new(&facts).replace_in(text);
            assert!(
                replaced.contains("amber@relay.example") && replaced.len() < 30,
                "{text}: {replaced}"
            );
        }
    }

    #[test]
    fn half_a_megabyte_of_addresses_take_linear_time() {
        let scene = Scene::default();
        let facts = scene.facts();
        let addresses = Addresses::new(&facts);
        for piece in ["@", "ann.lee@mailbox.example", "a.", "r-99@relay.example", "%40", "\\"] {
            let text = |factor| {
                let text = piece.repeat(factor * 60_000 / piece.len());
                [text.as_bytes(), b"@mailbox.example"].concat()
            };
            assert_linear(text, |text| addresses.replace(text, Syntax::Plain).len());
        }
    }
}
