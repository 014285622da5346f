//! Reads a source character by character in its syntax.

/// The syntax of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// Text without markup.
    Plain,
    /// HTML as [`super::html`] writes it. Each `>` outside a tag is a reference, and so are `<`, `&` and `"`.
    Html,
}

/// One step through a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A character.
    Char(char),
    /// Something that folds to [`BREAK`](super::fold::BREAK).
    Break,
}

/// Reads a source unit by unit.
#[derive(Clone)]
pub struct Units<'s> {
    source: &'s str,
    pub(super) at: usize,
    syntax: Syntax,
}

impl<'s> Units<'s> {
    /// Reads `source` from `at`, where a unit must begin.
    pub fn new(source: &'s str, syntax: Syntax, at: usize) -> Self {
        Self { source, at, syntax }
    }

    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }
}

impl Iterator for Units<'_> {
    type Item = Unit;

    fn next(&mut self) -> Option<Unit> {
        let rest = self.rest();
        let c = rest.chars().next()?;
        let (unit, length) = match (self.syntax, c) {
            (_, '\r') if rest.starts_with("\r\n") => (Unit::Break, 2),
            (Syntax::Html, '<') => match memchr::memchr(b'>', rest.as_bytes()) {
                Some(end) => (Unit::Break, end + 1),
                None => (Unit::Char(c), 1),
            },
            (Syntax::Html, '&') => REFERENCES
                .iter()
                .find(|(name, _)| rest.starts_with(name))
                .map_or((Unit::Char(c), 1), |(name, c)| (Unit::Char(*c), name.len())),
            _ => (Unit::Char(c), c.len_utf8()),
        };
        self.at += length;
        Some(unit)
    }
}

/// The references in HTML that this module's writer produces.
const REFERENCES: [(&str, char); 4] = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"')];
