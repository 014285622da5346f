//! Replaces addresses in text. Each of the person's mailboxes becomes the alias, and a relay address becomes its
//! contact.
//!
//! Addresses are found in the text as a reader sees it ([`Folded`]), in every [`Spelling`], and with or without a
//! `+tag`. A real name beside an address that becomes the alias becomes the alias's name.

use std::{borrow::Cow, ops::Range};

use app::address::EmailAddress;

use super::{
    Facts, escape,
    fold::Folded,
    matching::{Found, Matcher},
    names::{self, Names},
    spelling::Spelling,
    units::Syntax,
};

/// The addresses to replace, and their replacements.
pub struct Addresses<'a> {
    facts: &'a Facts<'a>,
    matcher: Matcher<'a>,
    names: Names,
}

/// A part of a source and its replacement.
struct Edit {
    at: Range<usize>,
    text: String,
}

impl<'a> Addresses<'a> {
    /// Takes the addresses from `facts`. `names` are what the person's mail client calls the person.
    pub fn new(facts: &'a Facts<'a>, names: Names) -> Self {
        Self {
            facts,
            matcher: Matcher::new(facts),
            names,
        }
    }

    /// Returns the name that the person gave the alias, if any.
    pub fn alias_name(&self) -> Option<&'a str> {
        self.facts.alias_name.filter(|name| !name.is_empty())
    }

    /// Returns the alias.
    pub fn alias(&self) -> &'a str {
        self.facts.alias.as_str()
    }

    /// Returns the names by which the person's mail client calls the person.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Returns the finder of addresses.
    pub fn matcher(&self) -> &Matcher<'a> {
        &self.matcher
    }

    /// Returns the text with its addresses replaced, or the same text if it has none.
    pub fn replace<'t>(&self, text: &'t str, syntax: Syntax) -> Cow<'t, str> {
        let mut replaced = Cow::Borrowed(text);
        for spelling in Spelling::ALL {
            if spelling.may_be_in(&replaced)
                && let Some(other) = self.replace_spelled(&replaced, syntax, spelling)
            {
                replaced = Cow::Owned(other);
            }
        }
        replaced
    }

    pub fn replace_in(&self, text: &str) -> String {
        self.replace(text, Syntax::Plain).into_owned()
    }

    /// Whether an address belongs to one of the person's mailboxes, with any `+tag`.
    pub fn is_mailbox(&self, address: &EmailAddress) -> bool {
        self.name_mailbox(address.as_str())
    }

    /// Whether a plain text names one of the person's mailboxes.
    pub fn name_mailbox(&self, text: &str) -> bool {
        self.matcher.is_own_in(text, Syntax::Plain)
    }

    fn replace_spelled(&self, text: &str, syntax: Syntax, spelling: Spelling) -> Option<String> {
        let folded = Folded::new(text, syntax, spelling);
        let source = |range: &Range<usize>| {
            let (start, end) = folded.source_of(range.start, range.end);
            start..end
        };
        let mut edits: Vec<Edit> = Vec::new();
        for found in self.matcher.find(folded.text()) {
            let name = || names::before(&folded, found.at.start, &self.names).filter(|_| found.own);
            if let Some(at) = name().map(|name| source(&name)) {
                let name = self.alias_name().map(|name| format!("{name} "));
                push(&mut edits, text, syntax, at, &name.unwrap_or_default());
            }
            self.push_address(
                &mut edits,
                text,
                syntax,
                source(&found.at),
                &text[source(&found.sign)],
                &found,
            );
            let name = names::after(folded.text(), found.at.end).filter(|_| found.own);
            if let Some(name) = name {
                push(&mut edits, text, syntax, source(&name), "");
            }
        }
        (!edits.is_empty()).then(|| apply(text, &edits))
    }

    /// Writes an address in the style of the at sign that was there.
    fn push_address(
        &self,
        edits: &mut Vec<Edit>,
        text: &str,
        syntax: Syntax,
        at: Range<usize>,
        sign: &str,
        found: &Found,
    ) {
        let (local, domain) = (found.other.local(), found.other.domain());
        let other = match (sign.chars().next(), syntax) {
            (Some('%'), _) => format!("{}{sign}{domain}", escape::percent(local)),
            (Some('='), _) | (Some('&' | '\\'), Syntax::Plain) => format!("{local}{sign}{domain}"),
            _ => found.other.as_str().to_owned(),
        };
        push(edits, text, syntax, at, &other);
    }
}

/// Adds an edit, unless it overlaps an earlier one. Tags inside the range stay, so that elements that are open remain
/// open.
fn push(edits: &mut Vec<Edit>, text: &str, syntax: Syntax, at: Range<usize>, other: &str) {
    if edits.last().is_some_and(|last| last.at.end > at.start) {
        return;
    }
    let text = match syntax {
        Syntax::Plain => other.to_owned(),
        Syntax::Html => escape::html(other) + &tags(&text[at.clone()]),
    };
    edits.push(Edit { at, text });
}

/// Returns the tags of a part of HTML.
fn tags(html: &str) -> String {
    let mut tags = String::new();
    let mut rest = html;
    while let Some((_, tag)) = rest.split_once('<')
        && let Some((tag, behind)) = tag.split_once('>')
    {
        if tag != "wbr" {
            tags.push('<');
            tags.push_str(tag);
            tags.push('>');
        }
        rest = behind;
    }
    tags
}

fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edited = String::with_capacity(text.len() + text.len() / 8);
    let mut done = 0;
    for edit in edits {
        edited.push_str(&text[done..edit.at.start]);
        edited.push_str(&edit.text);
        done = edit.at.end;
    }
    edited.push_str(&text[done..]);
    edited
}
