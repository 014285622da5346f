//! Finds addresses in folded text.
//!
//! Time is linear, because the text around an at sign is read only if one of a few domains follows it.

use std::ops::Range;

use app::address::{EmailAddress, OutsideAddress};

use super::{
    Facts,
    fold::{self, BREAK, Folded},
    spelling::Spelling,
    units::Syntax,
};

/// Longest local part that is read, twice the limit of RFC 5321 §4.5.3.1.1.
const LONGEST_LOCAL: usize = 128;

/// Domains of one provider, which ignores dots in a local part.
const GMAIL: [&str; 2] = ["gmail.com", "googlemail.com"];

/// Octets of `( dot )`, the longest spelling of a dot.
const LONGEST_DOT: usize = 7;

/// Finds the person's mailboxes and the relay addresses of the alias.
pub struct Matcher<'a> {
    facts: &'a Facts<'a>,
    own: Vec<Own>,
    relay_domain: Vec<u8>,
}

/// A mailbox of the person's, folded.
struct Own {
    local: Vec<u8>,
    domains: Vec<Vec<u8>>,
}

/// An address in folded text.
pub struct Found {
    /// Local part, at sign and domain.
    pub at: Range<usize>,
    /// The at sign.
    pub sign: Range<usize>,
    /// The address that replaces it.
    pub other: OutsideAddress,
    /// Whether it is one of the person's mailboxes. Otherwise it is a relay address.
    pub own: bool,
}

impl<'a> Matcher<'a> {
    /// Finds the mailboxes and contacts in `facts`.
    pub fn new(facts: &'a Facts<'a>) -> Self {
        Self {
            facts,
            own: facts.mailboxes.iter().map(Own::new).collect(),
            relay_domain: fold::needle(facts.relay_domain),
        }
    }

    /// Returns all addresses in a folded text, in order and without overlap.
    pub fn find(&self, text: &[u8]) -> Vec<Found> {
        let mut all: Vec<Found> = Vec::new();
        let mut from = 0;
        for sign in signs(text) {
            if sign.start >= from
                && let Some(found) = self.address_around(text, from, sign)
            {
                from = found.at.end;
                all.push(found);
            }
        }
        all
    }

    /// Whether a text names one of the person's mailboxes, in any spelling.
    pub fn is_own_in(&self, text: &str, syntax: Syntax) -> bool {
        let mut spellings = Spelling::ALL.into_iter().filter(|spelling| spelling.may_be_in(text));
        spellings.any(|spelling| {
            let folded = Folded::new(text, syntax, spelling);
            self.find(folded.text()).iter().any(|found| found.own)
        })
    }

    /// Whether a domain is that of one of the person's mailboxes, or below one.
    pub fn is_own_domain(&self, domain: &str) -> bool {
        let domain = fold::needle(domain.trim());
        let is_below = |own: &&[u8]| {
            domain
                .strip_suffix(*own)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with(b"."))
        };
        self.domains().any(|own| is_below(&own))
    }

    /// Returns the domains of the mailboxes, folded.
    pub fn domains(&self) -> impl Iterator<Item = &[u8]> {
        self.own.iter().flat_map(|own| own.domains.iter().map(Vec::as_slice))
    }

    /// Returns the address around an at sign. It must not begin before `from`.
    fn address_around(&self, text: &[u8], from: usize, sign: Range<usize>) -> Option<Found> {
        let behind = skip(text, sign.end, b" \xff");
        let relay_end = domain_end(text, behind, &self.relay_domain);
        let own_end = |own: &'_ Own| own.domains.iter().find_map(|domain| domain_end(text, behind, domain));
        let own_ends: Vec<_> = self.own.iter().filter_map(|own| Some((own, own_end(own)?))).collect();
        if own_ends.is_empty() && relay_end.is_none() {
            return None;
        }
        let local = self.local_before(text, from, sign.start);
        for start in starts(&local, text.get(sign.start) == Some(&b'=')) {
            let octets = local[start..].iter().map(|(byte, _)| *byte);
            let octets: Vec<u8> = octets.filter(|byte| *byte != BREAK).collect();
            let begin = local.get(start).map(|(_, at)| *at)?;
            let found = |end, other, own| Found {
                at: begin..end,
                sign: sign.clone(),
                other,
                own,
            };
            if let Some((_, end)) = own_ends.iter().find(|(own, _)| own.is_local(&octets)) {
                return Some(found(*end, self.facts.alias.into(), true));
            }
            if let Some(end) = relay_end
                && let Some(contact) = self.contact(&octets)
            {
                return Some(found(end, contact, false));
            }
        }
        None
    }

    /// Returns the octets of the local part that ends here, in order and with their places. Breaks between them count
    /// as well.
    fn local_before(&self, text: &[u8], from: usize, sign: usize) -> Vec<(u8, usize)> {
        let mut end = sign;
        while end > from && b" \xff'\"`~".contains(&text[end - 1]) {
            end -= 1;
        }
        let mut local = Vec::new();
        while end > from && local.len() <= LONGEST_LOCAL {
            let byte = text[end - 1];
            let dot = dot_before(&text[from..end]);
            if dot > 0 {
                end -= dot;
                local.push((b'.', end));
            } else if byte == BREAK || self.is_local(byte) {
                end -= 1;
                local.push((byte, end));
            } else {
                break;
            }
        }
        local.reverse();
        local
    }

    fn is_local(&self, byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || b"._+-".contains(&byte) || self.own.iter().any(|own| own.local.contains(&byte))
    }

    fn contact(&self, local: &[u8]) -> Option<OutsideAddress> {
        let local = std::str::from_utf8(local).ok()?;
        let address = format!("{local}@{}", self.facts.relay_domain).parse().ok()?;
        (self.facts.contacts)(&address)
    }
}

impl Own {
    fn new(address: &EmailAddress) -> Self {
        let mut domains = vec![address.domain().to_owned(), idna::domain_to_unicode(address.domain()).0];
        domains.extend(idna::domain_to_ascii(address.domain()));
        if GMAIL.contains(&address.domain()) {
            domains.extend(GMAIL.map(str::to_owned));
        }
        let mut domains: Vec<_> = domains.iter().map(|domain| fold::needle(domain)).collect();
        domains.sort();
        domains.dedup();
        Self {
            local: fold::needle(address.local().trim_matches('"')),
            domains,
        }
    }

    fn is_local(&self, local: &[u8]) -> bool {
        let (own, local) = (without_tag(&self.local), without_tag(local));
        let dots = self.domains.iter().any(|domain| domain == GMAIL[0].as_bytes());
        // Underscores at the ends of a word are markup. If the mailbox has none, they are markup everywhere.
        let marks = !own.contains(&b'_');
        let passed_over = |byte: u8| dots && byte == b'.' || marks && byte == b'_';
        let plain = |local: &[u8]| -> Vec<u8> { local.iter().copied().filter(|byte| !passed_over(*byte)).collect() };
        own == local || local.first() != Some(&b'_') && plain(own) == plain(local)
    }
}

/// Places at which a local part may begin: the first octet, the octet after marks such as dashes, and the octet after a
/// break. A return path of a list (`bounce+ann=example.org@list.example`) has the local part after any mark.
fn starts(local: &[(u8, usize)], in_return_path: bool) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut begins = true;
    for (at, (byte, _)) in local.iter().enumerate() {
        if begins && *byte != BREAK {
            starts.push(at);
        }
        begins = *byte == BREAK || (begins || in_return_path) && b"._+-'".contains(byte);
    }
    starts
}

/// Places of at signs: `@`, `[at]`, `(at)` and similar, and `=`, which return paths of lists have in its place (VERP).
fn signs(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let candidates = text.iter().enumerate().filter(|(_, byte)| b"@=])}".contains(byte));
    candidates.filter_map(|(at, byte)| match byte {
        b'@' | b'=' => Some(at..at + 1),
        _ => in_brackets(&text[..=at], b"at").map(|length| at + 1 - length..at + 1),
    })
}

/// Returns how many octets at the end of a text are a word in brackets.
fn in_brackets(text: &[u8], word: &[u8]) -> Option<usize> {
    let (close, rest) = text.split_last()?;
    let open = match close {
        b']' => b'[',
        b')' => b'(',
        b'}' => b'{',
        _ => return None,
    };
    let rest = rest.strip_suffix(b" ").unwrap_or(rest).strip_suffix(word)?;
    let rest = rest.strip_suffix(b" ").unwrap_or(rest).strip_suffix(&[open])?;
    Some(text.len() - rest.len())
}

/// Returns how many octets at the end of a text are a spelled dot, ` [dot] `.
fn dot_before(text: &[u8]) -> usize {
    let trimmed = text.strip_suffix(b" ").unwrap_or(text);
    in_brackets(trimmed, b"dot").map_or(0, |length| {
        let rest = &trimmed[..trimmed.len() - length];
        text.len() - rest.strip_suffix(b" ").unwrap_or(rest).len()
    })
}

/// Returns how many octets at the start of a text are a spelled dot.
fn dot_here(text: &[u8]) -> usize {
    let trimmed = text.strip_prefix(b" ").unwrap_or(text);
    if !matches!(trimmed.first(), Some(b'[' | b'(' | b'{')) {
        return 0;
    }
    let longest = trimmed.len().min(LONGEST_DOT);
    let end = (0..=longest).find(|end| in_brackets(&trimmed[..*end], b"dot") == Some(*end));
    end.map_or(0, |end| {
        let rest = &trimmed[end..];
        text.len() - rest.strip_prefix(b" ").unwrap_or(rest).len()
    })
}

/// Returns the end of `domain` if it stands here. The text after it does not matter, because a client may join it to
/// the next word. If a longer domain with the same local part begins here, a stranger's address in a quotation is
/// damaged. That is better than revealing the mailbox.
fn domain_end(text: &[u8], from: usize, domain: &[u8]) -> Option<usize> {
    let mut at = from;
    for byte in domain {
        let dot = if *byte == b'.' { dot_here(&text[at..]) } else { 0 };
        if dot > 0 {
            at += dot;
            continue;
        }
        at = skip(text, at, &[BREAK]);
        if text.get(at) != Some(byte) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

fn skip(text: &[u8], from: usize, bytes: &[u8]) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    from + rest.iter().take_while(|byte| bytes.contains(byte)).count()
}

/// Returns the local part without the `+tag`, which providers ignore.
fn without_tag(local: &[u8]) -> &[u8] {
    let tag = local.iter().skip(1).position(|byte| *byte == b'+');
    tag.map_or(local, |at| &local[..=at])
}
