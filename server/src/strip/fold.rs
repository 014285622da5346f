//! Folds text to what a reader sees. Addresses and names are searched in this form.
//!
//! Tags and invisible characters are gone, other spellings of a character are undone, compatibility forms (full-width
//! letters, ligatures) and case are folded. A place in the folded text leads back to the place in the source, so that
//! what was found can be replaced there. Time and memory are linear in the source.

use unicode_normalization::char::decompose_compatible;

use super::{
    spelling::Spelling,
    units::{Syntax, Unit, Units},
};

/// Stands in folded text for everything that a reader does not see or reads over: a line's end with the quote marks of
/// the next line, a tag, an invisible character, an asterisk that marks bold text. No octet of UTF-8 has this value.
///
/// A word may go on behind it, and a word may begin behind it.
pub const BREAK: u8 = 0xFF;

/// Folded octets between two places that are remembered with their place in the source.
const STRIDE: usize = 64;

/// How deep one spelling is undone inside of its own result: `%252540`.
const DEEPEST_SPELLING: usize = 4;

/// A folded text.
pub struct Folded<'s> {
    source: &'s str,
    syntax: Syntax,
    spelling: Spelling,
    text: Vec<u8>,
    /// Length of the folded text, and the place in the source that it was folded up to.
    marks: Vec<(usize, usize)>,
}

impl<'s> Folded<'s> {
    /// Folds a source, with one spelling of characters undone.
    pub fn new(source: &'s str, syntax: Syntax, spelling: Spelling) -> Self {
        let mut folded = Self {
            source,
            syntax,
            spelling,
            text: Vec::with_capacity(source.len()),
            marks: vec![(0, 0)],
        };
        let mut units = Units::new(source, syntax, 0);
        let mut marked = 0;
        while let Some(unit) = spelled(&mut units, spelling) {
            push(&mut folded.text, unit);
            if folded.text.len() >= marked + STRIDE {
                marked = folded.text.len();
                folded.marks.push((marked, units.at));
            }
        }
        folded
    }

    /// The folded text: UTF-8 and [`BREAK`]s. Of several spaces or breaks in a row there is one.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The folded text as one that can be folded again.
    pub fn readable(&self) -> String {
        let lines = self.text.split(|byte| *byte == BREAK);
        let lines: Vec<_> = lines.map(String::from_utf8_lossy).collect();
        lines.join("\n")
    }

    /// The source of the folded text.
    pub fn source(&self) -> &'s str {
        self.source
    }

    /// The part of the source that a part of the folded text stands for.
    pub fn source_of(&self, start: usize, end: usize) -> (usize, usize) {
        let mark = self
            .marks
            .partition_point(|(folded, _)| *folded <= start)
            .saturating_sub(1);
        let (length, at) = self.marks.get(mark).copied().unwrap_or_default();
        let mut units = Units::new(self.source, self.syntax, at);
        // The octet before decides what a space or a break after it does.
        let first = length.saturating_sub(1);
        let mut text = self.text[first..length].to_vec();
        let mut found = None;
        loop {
            let from = units.at;
            let Some(unit) = spelled(&mut units, self.spelling) else {
                return (found.unwrap_or(from), from);
            };
            push(&mut text, unit);
            let length = first + text.len();
            if length > start && found.is_none() {
                found = Some(from);
            }
            if length >= end {
                return (found.unwrap_or(from), units.at);
            }
        }
    }
}

/// The next unit with one spelling undone.
fn spelled(units: &mut Units<'_>, spelling: Spelling) -> Option<Unit> {
    let mut unit = units.next()?;
    for _ in 0..DEEPEST_SPELLING {
        let Unit::Char(sign) = unit else { break };
        let mut ahead = units.clone();
        let Some(read) = spelling.read(sign, &mut ahead) else {
            break;
        };
        *units = ahead;
        unit = read;
    }
    Some(unit)
}

/// Adds a unit to folded text, which never becomes shorter.
fn push(text: &mut Vec<u8>, unit: Unit) {
    let last = text.last().copied();
    match unit {
        Unit::Char(c) if is_invisible(c) || matches!(c, '\r' | '\n' | '*' | '\u{2028}' | '\u{2029}') => {
            push_break(text)
        }
        Unit::Break => push_break(text),
        // Marks of a quotation, of which every line has one.
        Unit::Char('>' | '|') if matches!(last, None | Some(BREAK)) => {}
        // ASCII, most of all text, needs no table.
        Unit::Char(c) if c.is_ascii() => push_char(text, c.to_ascii_lowercase()),
        // IDNA takes these for the dot of a domain (UTS 46).
        Unit::Char('\u{3002}' | '\u{ff61}') => push_char(text, '.'),
        Unit::Char(c) => decompose_compatible(c, |part| part.to_lowercase().for_each(|c| push_char(text, c))),
    }
}

fn push_break(text: &mut Vec<u8>) {
    if text.last() == Some(&b' ') {
        text.pop();
    }
    if text.last() != Some(&BREAK) {
        text.push(BREAK);
    }
}

fn push_char(text: &mut Vec<u8>, c: char) {
    if c.is_whitespace() || c.is_control() {
        if !matches!(text.last(), None | Some(&b' ' | &BREAK)) {
            text.push(b' ');
        }
    } else {
        text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// A needle in the form that it has in folded text.
pub fn needle(text: &str) -> Vec<u8> {
    Folded::new(text, Syntax::Plain, Spelling::Written).text
}

/// Characters that take no room: Default_Ignorable_Code_Point of Unicode 16, and the marks for annotations.
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\0' | '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(source: &str, syntax: Syntax, spelling: Spelling) -> String {
        let text = Folded::new(source, syntax, spelling).text;
        text.iter()
            .map(|byte| if *byte == BREAK { '~' } else { char::from(*byte) })
            .collect()
    }

    #[test]
    fn what_a_reader_sees_stays() {
        use Spelling::*;
        use Syntax::*;
        for (source, syntax, spelling, expected) in [
            ("Ann  Lee", Plain, Written, "ann lee"),
            ("a\u{200b}\u{ad}b", Plain, Written, "a~b"),
            ("a \r\n> > b\n\n|c", Plain, Written, "a~b~c"),
            ("\u{ff21}\u{ff20}\u{3002}\u{fb01}", Plain, Written, "a@.fi"),
            ("**a**@b", Plain, Written, "~a~@b"),
            ("<b>a</b>&lt;<wbr>&amp;lt;", Html, Written, "~a~<~&lt;"),
            ("<b title=\"x\">a <br> &gt; b", Html, Written, "~a~b"),
            ("a%40b%2E%2540%zz%", Plain, Percent, "a@b.@%zz%"),
            ("a%40", Plain, Written, "a%40"),
            ("\\u0040\\x40\\n\\.\\'40", Plain, Escapes, "@@~.@"),
            ("=40=2e=\r\nx=", Plain, Quoted, "@.~x="),
            (
                "&#64;&#0064;&#x40&commat;&period;&#8203;&no;&",
                Plain,
                References,
                "@@@@.~&no;&",
            ),
            ("&amp;#64;", Html, References, "@"),
        ] {
            assert_eq!(folded(source, syntax, spelling), expected, "{source}");
        }
    }

    #[test]
    fn a_place_leads_back_to_the_source() {
        let source = format!("{}x<b>Y</b> &lt; \n <i>z%40</i>", "long \u{e9} text ".repeat(50));
        for spelling in [Spelling::Written, Spelling::Percent] {
            let folded = Folded::new(&source, Syntax::Html, spelling);
            for (word, expected) in [(&b"y"[..], "Y"), (b"x\xffy", "x<b>Y"), (b"<\xffz", "&lt; \n <i>z")] {
                let at = memchr::memmem::find(folded.text(), word).unwrap();
                let (start, end) = folded.source_of(at, at + word.len());
                assert_eq!(&source[start..end], expected);
            }
        }
    }
}
