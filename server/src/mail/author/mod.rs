//! Finds who wrote a message, by its From fields (RFC 5322 §3.6.2): which address, and whose domain answers for it.
//!
//! Done here and not by mail-parser, which repairs what it reads: it makes another address of `"eve x"@example.org`, and
//! none of `bank@example.org.`. Who is to be believed must be read as it stands, and a domain must be found in every form
//! that a reader shows as an address. Runs once over the tokens, and recurses over nothing.

use app::address::{EmailAddress, OutsideAddress};

use super::{
    header,
    message::{Field, Message},
    tokens::{Token, tokens},
    value,
};

/// Octets of a From field that are read; who writes a longer one does not write to people.
const LONGEST_READ: usize = 64 * 1024;

/// One entry of an address field that names, or tries to name, an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// The address in its plain form, if RFC 5321 allows it.
    pub address: Option<EmailAddress>,
    /// The same, whether RFC 5321 allows it or not: to be shown and answered to, and for nothing else.
    pub outside: Option<OutsideAddress>,
    /// Every domain that a reader may take for the address's: one, or none, or several when there is more than one `@`.
    pub domains: Vec<String>,
    /// Whether it is written as a plain addr-spec (RFC 5322 §3.4.1), which all software reads in the same way.
    pub plain: bool,
}

/// The content of a message's From fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authors {
    /// How many From fields there are.
    pub fields: usize,
    /// Their entries, in order; a name without any address is none.
    pub mailboxes: Vec<Mailbox>,
}

impl Authors {
    /// Reads all From fields.
    pub fn read(message: &Message<'_>) -> Self {
        Self {
            fields: message.count(header::FROM),
            mailboxes: message.all(header::FROM).flat_map(mailboxes).collect(),
        }
    }

    /// The only address of the only field, if it is written in the plain form. Nothing else may authorise anything.
    pub fn clear(&self) -> Option<&EmailAddress> {
        self.only().filter(|mailbox| mailbox.plain)?.address.as_ref()
    }

    /// The same in whatever form, as long as its domain is certain.
    pub fn only_address(&self) -> Option<&EmailAddress> {
        self.only()
            .filter(|mailbox| mailbox.domains.len() == 1)?
            .address
            .as_ref()
    }

    /// The first address, which a reader takes for the author's.
    pub fn first(&self) -> Option<&EmailAddress> {
        self.mailboxes.iter().find_map(|mailbox| mailbox.address.as_ref())
    }

    /// Whether each entry has an address, so that some domain answers for each.
    pub fn are_known(&self) -> bool {
        self.mailboxes.iter().all(|mailbox| mailbox.address.is_some())
    }

    /// All domains that a reader may take for an author's, each once.
    pub fn domains(&self) -> Vec<&str> {
        let mut domains: Vec<&str> = Vec::new();
        for domain in self.mailboxes.iter().flat_map(|mailbox| &mailbox.domains) {
            if !domains.contains(&domain.as_str()) && domains.len() <= MOST_DOMAINS {
                domains.push(domain);
            }
        }
        domains
    }

    fn only(&self) -> Option<&Mailbox> {
        match &*self.mailboxes {
            [mailbox] if self.fields == 1 => Some(mailbox),
            _ => None,
        }
    }
}

/// Most domains of authors that are looked at; one more is told, so that it can be noticed.
pub const MOST_DOMAINS: usize = 4;

/// The entries of an address field. A field that is one encoded word as a whole, address included, is read decoded.
pub fn mailboxes(field: Field<'_>) -> Vec<Mailbox> {
    let raw = field.raw_value();
    let text = String::from_utf8_lossy(&raw[..raw.len().min(LONGEST_READ)]);
    let found = list(&text);
    if !found.is_empty() {
        return found;
    }
    let decoded = value::text(field).filter(|text| text.contains('@')).unwrap_or_default();
    let mut found = list(&decoded);
    for mailbox in &mut found {
        mailbox.plain = false;
    }
    found
}

/// Takes a list apart at its commas, and groups into their members (RFC 5322 §3.4).
fn list(text: &str) -> Vec<Mailbox> {
    let mut found = Vec::new();
    let mut entry = Vec::new();
    let mut angle = false;
    for token in tokens(text) {
        match token {
            Token::Special(',' | ';') if !angle => found.extend(mailbox(&std::mem::take(&mut entry))),
            // A group's name.
            Token::Special(':') if !angle => entry.clear(),
            token => {
                match token {
                    Token::Special('<') => angle = true,
                    Token::Special('>') => angle = false,
                    _ => {}
                }
                entry.push(token);
            }
        }
    }
    found.extend(mailbox(&entry));
    found
}

/// One entry. Returns `None` if it is a name only.
fn mailbox(entry: &[Token]) -> Option<Mailbox> {
    let is = |wanted: char| move |token: &Token| *token == Token::Special(wanted);
    let Some(open) = entry.iter().rposition(is('<')) else {
        return addr_spec(entry);
    };
    // Of nested brackets the innermost hold the address.
    let (phrase, inner) = (&entry[..open], &entry[open + 1..]);
    let close = inner.iter().position(is('>'));
    let (inner, behind) = inner.split_at(close.unwrap_or(inner.len()));
    let mut mailbox = addr_spec(inner)?;
    let is_phrase = |token: &Token| match token {
        Token::Word { .. } | Token::Special('.') | Token::Space => true,
        Token::Comment(text) => is_harmless(text),
        Token::Special(_) | Token::Literal => false,
    };
    let is_end = |token: &Token| matches!(token, Token::Special('>') | Token::Space);
    mailbox.plain &= phrase.iter().all(is_phrase)
        && behind.iter().all(is_end)
        && close.is_some()
        && behind.iter().filter(|token| is('>')(token)).count() == 1;
    Some(mailbox)
}

/// Whether some reader could find another address in a comment.
fn is_harmless(comment: &str) -> bool {
    !comment.contains(['<', '>', '@', ',', ':', ';', '"'])
}

/// `local@domain`, in any form that RFC 5322 ever allowed, and in some that it did not.
fn addr_spec(tokens: &[Token]) -> Option<Mailbox> {
    let at = |token: &Token| *token == Token::Special('@');
    let mut plain = true;
    // A comment behind the address is a name, as in the eighties.
    let mut tokens = trim(tokens);
    while let [front @ .., Token::Comment(text)] = tokens {
        plain &= is_harmless(text);
        tokens = trim(front);
    }
    // RFC 5322 §4.4: a route is passed over.
    if tokens.first().is_some_and(at)
        && let Some(end) = tokens.iter().rposition(|token| *token == Token::Special(':'))
    {
        plain = false;
        tokens = trim(&tokens[end + 1..]);
    }
    let (first, behind) = split_at_signs(tokens)?;
    let single = behind.len() == 1;
    let domains: Vec<_> = behind.into_iter().filter_map(domain).collect();
    let local = local(first);
    plain &= single && local.as_ref().is_some_and(|local| local.plain) && domains.iter().all(|domain| domain.plain);
    let outside = match (&*domains, local) {
        ([domain], Some(local)) if single => OutsideAddress::new(&local.text, &domain.text).ok(),
        _ => None,
    };
    let address = outside.as_ref().and_then(|outside| outside.as_str().parse().ok());
    Some(Mailbox {
        plain: plain && address.is_some(),
        address,
        outside,
        domains: domains.into_iter().map(|domain| domain.text).collect(),
    })
}

/// The tokens before the first `@`, and those behind each. Returns `None` if there is none.
fn split_at_signs(tokens: &[Token]) -> Option<(&[Token], Vec<&[Token]>)> {
    let mut pieces = tokens.split(|token| *token == Token::Special('@'));
    let first = pieces.next()?;
    let behind: Vec<_> = pieces.collect();
    (!behind.is_empty()).then_some((first, behind))
}

/// One half of an address without quotes, and whether it was written in its plain form.
struct Half {
    text: String,
    plain: bool,
}

/// The words in front of the `@`; of several that no dot joins, the last.
fn local(tokens: &[Token]) -> Option<Half> {
    let mut plain = tokens
        .iter()
        .all(|token| matches!(token, Token::Word { .. } | Token::Special('.')));
    let mut text = String::new();
    let mut quoted = false;
    let mut joined = true;
    for token in tokens {
        match token {
            Token::Space | Token::Comment(_) => {}
            Token::Special('.') => {
                text.push('.');
                joined = true;
            }
            Token::Word { text: word, quoted: is } => {
                if !joined {
                    text.clear();
                    plain = false;
                    quoted = false;
                }
                text.push_str(word);
                quoted |= is;
                joined = false;
            }
            Token::Special(_) | Token::Literal => return None,
        }
    }
    let is_dot_atom = !text.is_empty()
        && text
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atext));
    if is_dot_atom {
        // Quotes that change nothing: the same mailbox (RFC 5321 §4.1.2), but not for every reader.
        return Some(Half {
            text,
            plain: plain && !quoted,
        });
    }
    let alone = matches!(tokens, [Token::Word { quoted: true, .. }]);
    Some(Half {
        text,
        plain: plain && alone,
    })
}

/// A domain's labels. Returns `None` if the domain cannot be determined, as that of an address literal.
fn domain(tokens: &[Token]) -> Option<Half> {
    let mut text = String::new();
    let mut plain = true;
    for token in tokens {
        match token {
            Token::Space | Token::Comment(_) => plain = false,
            Token::Special('.') => text.push('.'),
            Token::Word {
                text: word,
                quoted: false,
            } => text.push_str(word),
            Token::Word { .. } | Token::Special(_) | Token::Literal => return None,
        }
    }
    // RFC 3490 §3.1: these, too, stand between labels.
    let dots = ['\u{3002}', '\u{ff0e}', '\u{ff61}'];
    if text.contains(dots) {
        plain = false;
        text = text.replace(dots, ".");
    }
    if let Some(without) = text.strip_suffix('.') {
        plain = false;
        text.truncate(without.len());
    }
    let is_label = |label: &str| {
        let fits = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii();
        !label.is_empty() && label.chars().all(fits)
    };
    text.split('.').all(is_label).then(|| Half {
        text: text.to_lowercase(),
        plain,
    })
}

fn trim(mut tokens: &[Token]) -> &[Token] {
    while let [Token::Space, rest @ ..] | [rest @ .., Token::Space] = tokens {
        tokens = rest;
    }
    tokens
}

/// RFC 5322 §3.2.3, RFC 6532 §3.2.
fn is_atext(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c) || !c.is_ascii() && !c.is_control()
}

#[cfg(test)]
mod tests;
